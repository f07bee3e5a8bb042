use super::*;

/// Error numbers of POSIX.
const EEXIST: c_int = 17;
const EBADF: c_int = 9;

thread_local! {
    static REFUSED_INITS: Cell<u32> = const { Cell::new(0) };
    static ALLOWED_STARTS: Cell<u32> = const { Cell::new(u32::MAX) };
    static OPEN_HANDLES: Cell<i32> = const { Cell::new(0) };
}

unsafe extern "C" fn handle_size(_: c_int) -> usize {
    64
}

unsafe extern "C" fn handle_set_data(_: Handle, _: *mut c_void) {}

unsafe extern "C" fn handle_get_data(_: Handle) -> *mut c_void {
    std::ptr::null_mut()
}

unsafe extern "C" fn unref(_: Handle) {}

unsafe extern "C" fn close(_: Handle, _: OnClose) {
    OPEN_HANDLES.set(OPEN_HANDLES.get() - 1);
}

unsafe extern "C" fn poll_init(_: *mut c_void, _: Handle, _: c_int) -> c_int {
    if REFUSED_INITS.get() > 0 {
        REFUSED_INITS.set(REFUSED_INITS.get() - 1);
        return -EEXIST;
    }
    OPEN_HANDLES.set(OPEN_HANDLES.get() + 1);
    0
}

unsafe extern "C" fn poll_start(_: Handle, _: c_int, _: OnPoll) -> c_int {
    if ALLOWED_STARTS.get() == 0 {
        return -EBADF;
    }
    ALLOWED_STARTS.set(ALLOWED_STARTS.get() - 1);
    0
}

static SCRIPTED: Uv =
    Uv { handle_size, handle_set_data, handle_get_data, unref, close, poll_init, poll_start };

/// An event loop that refuses the first `refused_inits` handles, and all starts after `allowed_starts`.
pub fn scripted(refused_inits: u32, allowed_starts: u32) -> EventLoop {
    REFUSED_INITS.set(refused_inits);
    ALLOWED_STARTS.set(allowed_starts);
    EventLoop { uv: &SCRIPTED, raw: std::ptr::null_mut() }
}

/// Always waits until the socket is writable.
struct Writer(Rc<RefCell<Vec<String>>>);

impl Watcher for Writer {
    fn on_ready(&mut self) -> Interest {
        self.0.borrow_mut().push("ready".into());
        Interest::ReadableAndWritable
    }

    fn on_failure(&mut self, error: &io::Error) {
        self.0.borrow_mut().push(format!("failed {:?}", error.raw_os_error()));
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.borrow_mut().push("dropped".into());
    }
}

#[test]
fn a_socket_that_cannot_be_watched_leaves_no_handle() {
    for (refused_inits, allowed_starts, error) in [(1, 1, EEXIST), (0, 0, EBADF)] {
        let calls = Rc::default();
        let watch = scripted(refused_inits, allowed_starts).watch(7, Box::new(Writer(Rc::clone(&calls))));
        assert_eq!(watch.err().and_then(|error| error.raw_os_error()), Some(error));
        assert_eq!((OPEN_HANDLES.get(), &calls.borrow()[..]), (0, &["dropped".to_owned()][..]));
    }
}

#[test]
fn a_socket_that_can_no_longer_be_watched_fails_once() {
    let calls = Rc::default();
    let watch = scripted(0, 1).watch(7, Box::new(Writer(Rc::clone(&calls)))).unwrap();
    watch.run();
    watch.run();
    let failed = format!("failed {:?}", Some(EBADF));
    assert_eq!(
        (OPEN_HANDLES.get(), &calls.borrow()[..]),
        (0, &["ready".to_owned(), failed, "dropped".into()][..])
    );
}
