//! Node's event loop: libuv watches a socket, so that it is read on the JavaScript thread without waking another
//! thread.
//!
//! The functions of libuv are looked up in the running process, because other runtimes with Node-API lack them. All
//! types here belong to the thread of their environment.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::LazyLock;

use libloading::os::unix::Library;
use napi::{Env, check_status, sys};

type Handle = *mut c_void;
type OnPoll = unsafe extern "C" fn(handle: Handle, status: c_int, events: c_int);
type OnClose = unsafe extern "C" fn(handle: Handle);

/// `UV_POLL` of `uv_handle_type`.
const POLL: c_int = 8;
const READABLE: c_int = 1;
const WRITABLE: c_int = 2;

/// libuv's functions, as declared in uv.h.
struct Uv {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    handle_set_data: unsafe extern "C" fn(Handle, *mut c_void),
    handle_get_data: unsafe extern "C" fn(Handle) -> *mut c_void,
    unref: unsafe extern "C" fn(Handle),
    close: unsafe extern "C" fn(Handle, OnClose),
    poll_init: unsafe extern "C" fn(*mut c_void, Handle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(Handle, c_int, OnPoll) -> c_int,
}

static UV: LazyLock<Option<Uv>> = LazyLock::new(|| {
    // SAFETY: each function has the type that uv.h declares, which is stable throughout libuv 1.
    unsafe {
        Some(Uv {
            handle_size: symbol(c"uv_handle_size")?,
            handle_set_data: symbol(c"uv_handle_set_data")?,
            handle_get_data: symbol(c"uv_handle_get_data")?,
            unref: symbol(c"uv_unref")?,
            close: symbol(c"uv_close")?,
            poll_init: symbol(c"uv_poll_init")?,
            poll_start: symbol(c"uv_poll_start")?,
        })
    }
});

/// # Safety
///
/// `F` must be the type of the function `name`.
unsafe fn symbol<F: Copy>(name: &CStr) -> Option<F> {
    // SAFETY: the caller guarantees the type; the process itself is never unloaded.
    unsafe { Library::this().get::<F>(name).ok().map(|found| *found) }
}

/// The events to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    Readable,
    ReadableAndWritable,
    /// The watch ends.
    Nothing,
}

impl Interest {
    fn events(self) -> c_int {
        match self {
            Interest::Readable => READABLE,
            Interest::ReadableAndWritable => READABLE | WRITABLE,
            Interest::Nothing => 0,
        }
    }
}

/// Reads and writes a watched socket.
pub trait Watcher {
    /// The socket is ready. Returns the events to wait for next.
    fn on_ready(&mut self) -> Interest;

    /// The socket can no longer be watched.
    fn on_failure(&mut self, error: &io::Error);
}

/// The event loop of an environment.
#[derive(Clone, Copy)]
pub struct EventLoop {
    uv: &'static Uv,
    raw: *mut c_void,
}

impl EventLoop {
    /// Returns the loop of the environment, if it has one.
    pub fn of(env: &Env) -> Option<Self> {
        let uv = UV.as_ref()?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the environment is the one of the current call.
        check_status!(unsafe { sys::napi_get_uv_event_loop(env.raw(), &mut raw) }).ok()?;
        Some(EventLoop { uv, raw: raw.cast() })
    }

    /// Watches a socket until the watch is dropped. Does not keep the process alive.
    pub fn watch(self, socket: RawFd, watcher: Box<dyn Watcher>) -> io::Result<Watch> {
        let watch = self.init(socket, watcher)?;
        watch.0.start(Interest::Readable)?;
        Ok(watch)
    }

    fn init(self, socket: RawFd, watcher: Box<dyn Watcher>) -> io::Result<Watch> {
        let EventLoop { uv, raw } = self;
        // SAFETY: libuv returns the size of the memory, u64 aligns it for any handle, and it lives until `free`, which
        // libuv calls last.
        unsafe {
            let words = (uv.handle_size)(POLL).div_ceil(size_of::<u64>());
            let memory = Box::into_raw(vec![0u64; words].into_boxed_slice());
            let handle: Handle = memory.cast();
            check((uv.poll_init)(raw, handle, socket)).inspect_err(|_| drop(Box::from_raw(memory)))?;
            let watched = Rc::new(Watched {
                uv,
                handle,
                memory,
                watcher: RefCell::new(Some(watcher)),
                interest: Cell::new(Interest::Nothing),
                is_closed: Cell::new(false),
            });
            (uv.handle_set_data)(handle, Rc::into_raw(watched.clone()).cast_mut().cast());
            (uv.unref)(handle);
            Ok(Watch(watched))
        }
    }
}

/// The return value of a libuv function: a negated system error number if it failed.
fn check(code: c_int) -> io::Result<()> {
    if code < 0 { Err(io::Error::from_raw_os_error(-code)) } else { Ok(()) }
}

/// A handle with its watcher. The data of the handle points here.
struct Watched {
    uv: &'static Uv,
    handle: Handle,
    memory: *mut [u64],
    /// `None` while it runs, and after the handle is closed.
    watcher: RefCell<Option<Box<dyn Watcher>>>,
    interest: Cell<Interest>,
    is_closed: Cell<bool>,
}

impl Watched {
    fn run(&self) {
        let Some(mut watcher) = self.watcher.take() else { return };
        let interest = catch_unwind(AssertUnwindSafe(|| watcher.on_ready())).unwrap_or(Interest::Nothing);
        if interest == Interest::Nothing {
            // Before the watcher is dropped with its socket: libuv must not use a descriptor that may be reused.
            return self.close();
        }
        if self.is_closed.get() {
            return;
        }
        match self.start(interest) {
            Ok(()) => drop(self.watcher.replace(Some(watcher))),
            Err(error) => {
                self.close();
                watcher.on_failure(&error);
            }
        }
    }

    /// Does nothing if the interest is unchanged, as starting again costs two system calls.
    fn start(&self, interest: Interest) -> io::Result<()> {
        if self.interest.replace(interest) == interest {
            return Ok(());
        }
        // SAFETY: `is_closed` is false, so the handle is open.
        check(unsafe { (self.uv.poll_start)(self.handle, interest.events(), ready) })
    }

    fn close(&self) {
        if !self.is_closed.replace(true) {
            // SAFETY: the handle is open, and closed only here, once.
            unsafe { (self.uv.close)(self.handle, free) };
            self.watcher.take();
        }
    }
}

/// A watched socket.
pub struct Watch(Rc<Watched>);

impl Watch {
    /// Runs the watcher without waiting for the socket.
    pub fn run(&self) {
        self.0.run();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// # Safety
///
/// `handle` must be one of `watch`, not yet freed.
unsafe fn watched<'a>(handle: Handle) -> Option<&'a Watched> {
    let uv = UV.as_ref()?;
    // SAFETY: the data is set by `watch` before anything calls back, and lives until `free`.
    unsafe { (uv.handle_get_data)(handle).cast::<Watched>().as_ref() }
}

unsafe extern "C" fn ready(handle: Handle, status: c_int, _events: c_int) {
    // SAFETY: libuv calls back on the loop's thread while the handle is open.
    if let Some(watched) = unsafe { watched(handle) } {
        if status < 0 {
            // libuv no longer watches a socket that failed. The error is found when the socket is read, after earlier
            // data.
            watched.interest.set(Interest::Nothing);
        }
        watched.run();
    }
}

unsafe extern "C" fn free(handle: Handle) {
    // SAFETY: libuv calls this last, once; the reference that the handle's data holds is released here.
    unsafe {
        if let Some(watched) = watched(handle) {
            let memory = watched.memory;
            drop(Rc::from_raw(watched));
            drop(Box::from_raw(memory));
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use self::tests::scripted;
