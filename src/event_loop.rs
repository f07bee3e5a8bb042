//! Node's own event loop: a socket watched by libuv is read on the JavaScript thread, and no other thread is woken.
//!
//! libuv is looked up in the running process, since other runtimes that speak Node-API have none. All of this belongs to
//! the thread of its environment.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::LazyLock;

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
    // SAFETY: each name is looked up with the type that uv.h gives it, stable throughout libuv 1.
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
/// `F` must be the type of the function of that name.
unsafe fn symbol<F: Copy>(name: &CStr) -> Option<F> {
    // SAFETY: the default scope needs no handle, and the name ends with a NUL.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr().cast::<c_char>()) };
    // SAFETY: a function pointer has the size of a pointer; that it is of type F is the caller's word.
    NonNull::new(found).map(|found| unsafe { std::mem::transmute_copy(&found.as_ptr()) })
}

/// What to wait for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    Readable,
    ReadableAndWritable,
    /// Nothing: the watch ends.
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

/// Called when the socket is ready; tells what to wait for next.
pub type OnReady = Box<dyn FnMut() -> Interest>;

/// The loop of an environment.
#[derive(Clone, Copy)]
pub struct EventLoop {
    uv: &'static Uv,
    raw: *mut c_void,
}

impl EventLoop {
    /// The environment's loop, where it has one.
    pub fn of(env: &Env) -> Option<Self> {
        let uv = UV.as_ref()?;
        let mut raw = std::ptr::null_mut();
        // SAFETY: the environment is the one of the current call.
        check_status!(unsafe { sys::napi_get_uv_event_loop(env.raw(), &mut raw) }).ok()?;
        Some(EventLoop { uv, raw: raw.cast() })
    }

    /// Watches a socket until the watch is dropped. It keeps no process alive.
    pub fn watch(self, socket: RawFd, on_ready: OnReady) -> Result<Watch, String> {
        let EventLoop { uv, raw } = self;
        // SAFETY: the memory is as large as libuv says, u64 aligns it for any handle, and it lives until `free`, which libuv
        // calls last.
        unsafe {
            let words = (uv.handle_size)(POLL).div_ceil(size_of::<u64>());
            let memory = Box::into_raw(vec![0u64; words].into_boxed_slice());
            let handle: Handle = memory.cast();
            let code = (uv.poll_init)(raw, handle, socket);
            if code != 0 {
                drop(Box::from_raw(memory));
                return Err(format!("libuv cannot watch the socket ({code})"));
            }
            let watched = Rc::new(Watched {
                uv,
                handle,
                memory,
                on_ready: RefCell::new(Some(on_ready)),
                interest: Cell::new(Interest::Readable),
                is_closed: Cell::new(false),
            });
            (uv.handle_set_data)(handle, Rc::into_raw(watched.clone()).cast_mut().cast());
            (uv.unref)(handle);
            (uv.poll_start)(handle, Interest::Readable.events(), ready);
            Ok(Watch(watched))
        }
    }
}

/// A handle, and what it calls; its data points here.
struct Watched {
    uv: &'static Uv,
    handle: Handle,
    memory: *mut [u64],
    /// Not there while it runs, and when the handle is closed.
    on_ready: RefCell<Option<OnReady>>,
    interest: Cell<Interest>,
    is_closed: Cell<bool>,
}

impl Watched {
    fn run(&self) {
        let Some(mut on_ready) = self.on_ready.take() else { return };
        let interest = catch_unwind(AssertUnwindSafe(&mut on_ready)).unwrap_or(Interest::Nothing);
        if interest == Interest::Nothing {
            // Before the callback, and with it the socket, is dropped: libuv must not touch a descriptor that may be
            // another's by then.
            self.close();
        } else if !self.is_closed.get() {
            self.on_ready.replace(Some(on_ready));
            self.wait_for(interest);
        }
    }

    /// Starting again, even for the same, costs two system calls.
    fn wait_for(&self, interest: Interest) {
        if self.interest.replace(interest) != interest {
            // SAFETY: the handle is open, as `is_closed` tells.
            unsafe { (self.uv.poll_start)(self.handle, interest.events(), ready) };
        }
    }

    fn close(&self) {
        if !self.is_closed.replace(true) {
            // SAFETY: the handle is open, and closed only here, once.
            unsafe { (self.uv.close)(self.handle, free) };
            self.on_ready.take();
        }
    }
}

/// A watched socket.
pub struct Watch(Rc<Watched>);

impl Watch {
    /// Does what is done when the socket is ready, without waiting for it.
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
            // libuv has stopped to watch a socket that failed. How it did shows when it is read, behind what came before.
            watched.interest.set(Interest::Nothing);
        }
        watched.run();
    }
}

unsafe extern "C" fn free(handle: Handle) {
    // SAFETY: libuv calls this last, once; the count is the one that the handle's data held.
    unsafe {
        if let Some(watched) = watched(handle) {
            let memory = watched.memory;
            drop(Rc::from_raw(watched));
            drop(Box::from_raw(memory));
        }
    }
}
