//! Node's own event loop: a socket watched by libuv is read on the JavaScript thread, and no other thread is woken.
//!
//! libuv is looked up in the running process, since other runtimes that speak Node-API have none. All of this belongs to
//! the thread of its environment.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::fd::RawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
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
    poll_stop: unsafe extern "C" fn(Handle) -> c_int,
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
            poll_stop: symbol(c"uv_poll_stop")?,
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
    /// Nothing: the callback is dropped.
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
        // SAFETY: the memory is as large as libuv says, and lives until `free` runs after `close`; u64 aligns it for
        // any handle.
        unsafe {
            let words = (uv.handle_size)(POLL).div_ceil(size_of::<u64>());
            let memory = Box::into_raw(vec![0u64; words].into_boxed_slice());
            let handle: Handle = memory.cast();
            let code = (uv.poll_init)(raw, handle, socket);
            if code != 0 {
                drop(Box::from_raw(memory));
                return Err(format!("libuv cannot watch the socket ({code})"));
            }
            let watched = Box::new(Watched {
                on_ready: Some(on_ready),
                interest: Interest::Readable,
                closed: false,
                memory,
            });
            (uv.handle_set_data)(handle, Box::into_raw(watched).cast());
            (uv.unref)(handle);
            wait_for(uv, handle, Interest::Readable);
            Ok(Watch { uv, handle })
        }
    }
}

/// What a handle's data points to.
struct Watched {
    /// Not there while it runs, and when there is nothing to wait for any more.
    on_ready: Option<OnReady>,
    interest: Interest,
    closed: bool,
    memory: *mut [u64],
}

/// A watched socket.
pub struct Watch {
    uv: &'static Uv,
    handle: Handle,
}

impl Watch {
    /// Does what is done when the socket is ready, without waiting for it.
    pub fn run(&self) {
        // SAFETY: the handle is open, as only dropping the watch closes it.
        unsafe { ready(self.handle, 0, 0) };
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and nothing uses it after this but `free`, which libuv calls last. Stopping first
        // lets the socket be closed at once.
        unsafe {
            (self.uv.poll_stop)(self.handle);
            let watched: *mut Watched = (self.uv.handle_get_data)(self.handle).cast();
            (*watched).on_ready = None;
            (*watched).closed = true;
            (self.uv.close)(self.handle, free);
        }
    }
}

/// # Safety
///
/// `handle` must be open.
unsafe fn wait_for(uv: &Uv, handle: Handle, interest: Interest) {
    // SAFETY: the caller's word. Neither call fails on an open handle.
    unsafe {
        match interest {
            Interest::Nothing => (uv.poll_stop)(handle),
            _ => (uv.poll_start)(handle, interest.events(), ready),
        };
    }
}

unsafe extern "C" fn ready(handle: Handle, _status: c_int, _events: c_int) {
    let Some(uv) = UV.as_ref() else { return };
    // SAFETY: libuv calls back on the loop's thread while the handle is open. The callback is taken out while it runs,
    // because it may drop the watch; the data itself lives until `free`.
    unsafe {
        let watched: *mut Watched = (uv.handle_get_data)(handle).cast();
        let Some(mut on_ready) = (*watched).on_ready.take() else { return };
        // A failure of the socket shows when it is read.
        let interest = catch_unwind(AssertUnwindSafe(&mut on_ready)).unwrap_or(Interest::Nothing);
        if (*watched).closed {
            return;
        }
        if interest != Interest::Nothing {
            (*watched).on_ready = Some(on_ready);
        }
        // Starting again, even for the same, costs two system calls.
        if interest != (*watched).interest {
            (*watched).interest = interest;
            wait_for(uv, handle, interest);
        }
    }
}

unsafe extern "C" fn free(handle: Handle) {
    let Some(uv) = UV.as_ref() else { return };
    // SAFETY: the handle is closed; both boxes were made by `watch` and are freed here only.
    unsafe {
        let watched = Box::from_raw((uv.handle_get_data)(handle).cast::<Watched>());
        drop(Box::from_raw(watched.memory));
    }
}
