//! Whether calls are sent at once, and how many stores are open.

use std::cell::Cell;
use std::time::Duration;

use napi_derive::napi;

use super::NativeStore;
use crate::error::Error;
use crate::napi::failure::NativeFailure;

thread_local! {
    static OPEN_STORES: Cell<u32> = const { Cell::new(0) };
}

/// Counts a store that was opened or closed on this thread.
pub(super) fn count_open(change: i32) {
    OPEN_STORES.set(OPEN_STORES.get().saturating_add_signed(change));
}

/// Why calls are not sent at once.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeUnready {
    pub failure: NativeFailure,
    /// Waiting does not help: the next attempt fails for the same reason.
    pub is_permanent: bool,
}

#[napi]
impl NativeStore {
    /// Open stores of this thread, not counting embedded ones.
    #[napi(catch_unwind)]
    pub fn open_stores() -> u32 {
        OPEN_STORES.get()
    }

    #[napi(catch_unwind)]
    pub fn is_ready(&self) -> bool {
        self.opened().is_some_and(|opened| opened.store.is_ready())
    }

    /// Why calls are not sent at once; `null` if they are. With `waited`, the time in milliseconds that a caller has waited for it:
    /// the failure of that caller.
    #[napi(catch_unwind)]
    pub fn unready(&self, waited: Option<f64>) -> Option<NativeUnready> {
        let reason = match self.opened() {
            Some(opened) => opened.store.unready()?,
            None => Error::closed(),
        };
        let is_permanent = reason.kind.is_permanent();
        let waited = waited.filter(|_| !is_permanent).map(|waited| Duration::from_secs_f64(waited / 1000.0));
        let error = waited.map_or_else(|| reason.clone(), |waited| Error::overdue(waited, &reason));
        Some(NativeUnready { failure: NativeFailure::new(&error), is_permanent })
    }

    /// Fails the pending and all later calls.
    #[napi(catch_unwind)]
    pub fn abort(&self) {
        if let Some(opened) = self.opened() {
            opened.store.close();
        }
    }
}
