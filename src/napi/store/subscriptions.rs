//! Watches of entries, and waits for locks.

use std::cell::RefCell;
use std::sync::Arc;

use napi::bindgen_prelude::Function;
use napi_derive::napi;

use super::{NativeStore, Opened};
use crate::napi::events::{LockEventArgs, WatchEventArgs, inbox_for, lock_events_to};
use crate::watch::Watched;

#[napi]
impl NativeStore {
    /// Watches an entry, the entries of a trace, or all entries. The callback of the first watch serves all watches;
    /// `number` identifies this one in events. `events`: see src/napi/events.rs.
    #[napi(catch_unwind)]
    pub fn watch(
        &self,
        number: u32,
        trace_id: Option<String>,
        key: Option<String>,
        configure: bool,
        #[napi(ts_arg_type = "(events: string, failures?: Array<NativeWatchFailure>) => void")]
        on_events: Function<WatchEventArgs, ()>,
    ) -> napi::Result<()> {
        let Some(Opened { store, .. }) = self.opened() else { return Ok(()) };
        let inbox = first_created(&self.inbox, || Ok(Arc::new(inbox_for(on_events)?)))?;
        store.watch(number, Watched::new(trace_id, key), configure, &inbox);
        Ok(())
    }

    /// Ends a watch.
    #[napi(catch_unwind)]
    pub fn unwatch(&self, number: u32) {
        if let Some(Opened { store, .. }) = self.opened() {
            store.unwatch(number);
        }
    }

    /// Emits an event when the lock is released. The callback of the first wait serves all waits; `number` identifies
    /// this one, until `forgetLock`.
    #[napi(catch_unwind)]
    pub fn await_lock(
        &self,
        number: u32,
        trace_id: String,
        key: String,
        #[napi(ts_arg_type = "(number: number, event: 'subscribed' | 'released' | 'unsubscribed') => void")]
        on_event: Function<LockEventArgs, ()>,
    ) -> napi::Result<()> {
        let Some(Opened { store, .. }) = self.opened() else { return Ok(()) };
        let on_event = first_created(&self.on_lock_event, || lock_events_to(on_event))?;
        store.await_lock(number, &trace_id, &key, on_event);
        Ok(())
    }

    /// Ends a wait for a lock.
    #[napi(catch_unwind)]
    pub fn forget_lock(&self, number: u32) {
        if let Some(Opened { store, .. }) = self.opened() {
            store.forget_lock(number);
        }
    }
}

/// Returns the value that the first subscription created from its callback.
fn first_created<T: Clone>(
    first: &RefCell<Option<T>>,
    create: impl FnOnce() -> napi::Result<T>,
) -> napi::Result<T> {
    if let Some(created) = &*first.borrow() {
        return Ok(created.clone());
    }
    Ok(first.borrow_mut().insert(create()?).clone())
}
