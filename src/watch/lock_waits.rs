//! Wakes callers that wait for a lock when it is released.
//!
//! The script that releases a lock publishes on a channel with the name of the lock's key. All waits of an adapter
//! share one subscription. Without it, waiting calls poll; so a missed message costs only time.

mod state;
mod subscriber;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use self::state::{Emitted, State};
use super::watches::Source;
use crate::engine::memory::{ListenerId, Memory};
use crate::sync::locked;

/// Events for calls that wait for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockEvent {
    /// Each release is announced from now on.
    Subscribed,
    Released,
    /// Releases are no longer announced.
    Unsubscribed,
}

impl LockEvent {
    /// The name of the event in JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            LockEvent::Subscribed => "subscribed",
            LockEvent::Released => "released",
            LockEvent::Unsubscribed => "unsubscribed",
        }
    }
}

/// Receives the number of a wait. Called under the lock of `inner`, so it must not call methods of `LockWaits`.
pub type OnLockEvent = Arc<dyn Fn(u32, LockEvent) + Send + Sync>;

pub struct LockWaits {
    source: Source,
    command_timeout: Duration,
    on_event: OnLockEvent,
    inner: Mutex<Inner>,
    /// Registered at the embedded store, if that is the backend.
    listener: Mutex<Option<ListenerId>>,
    /// Notifies the subscriber that the set of waits has changed.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Inner {
    state: State,
    /// Runs while there are waits, and a little longer.
    subscriber: Option<AbortHandle>,
}

impl LockWaits {
    pub fn new(source: Source, command_timeout: Duration, on_event: OnLockEvent) -> Arc<Self> {
        Arc::new(LockWaits {
            source,
            command_timeout,
            on_event,
            inner: Mutex::default(),
            listener: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// Registers a wait for the lock of this key. `add`, `remove` and `close` are called on one thread only.
    pub fn add(self: &Arc<Self>, number: u32, redis_key: String) {
        if let Source::Memory(memory) = &self.source {
            self.add_listener(memory);
            self.update(|state| {
                state.add(number, redis_key);
                // At once, because there is no subscription.
                vec![(number, LockEvent::Subscribed)]
            });
            return;
        }
        let mut inner = self.inner();
        self.emit(inner.state.add(number, redis_key));
        inner
            .subscriber
            .get_or_insert_with(|| crate::runtime::spawn(subscriber::run(self.clone())).abort_handle());
        self.changed.send_replace(());
    }

    pub fn remove(&self, number: u32) {
        self.inner().state.remove(number);
        self.changed.send_replace(());
    }

    pub fn close(&self) {
        let mut inner = self.inner();
        inner.state = State::default();
        if let Some(subscriber) = inner.subscriber.take() {
            subscriber.abort();
        }
        drop(inner);
        let listener = self.listener().take();
        if let (Source::Memory(memory), Some(listener)) = (&self.source, listener) {
            memory.remove_listener(listener);
        }
    }

    /// Changes the state, and emits the resulting events.
    fn update(&self, change: impl FnOnce(&mut State) -> Emitted) {
        let mut inner = self.inner();
        // Under the lock, so that events are emitted in the order of the changes.
        self.emit(change(&mut inner.state));
    }

    fn emit(&self, emitted: Emitted) {
        for (number, event) in emitted {
            (self.on_event)(number, event);
        }
    }

    /// Returns whether there are no waits, and if so forgets the subscriber, which ends then.
    fn end_idle(&self) -> bool {
        let mut inner = self.inner();
        let is_idle = inner.state.is_empty();
        if is_idle {
            inner.subscriber = None;
        }
        is_idle
    }

    /// Must not be called under the lock of `inner`: the embedded store holds its own lock when it calls back.
    fn add_listener(self: &Arc<Self>, memory: &Memory) {
        let waits = Arc::downgrade(self);
        self.listener().get_or_insert_with(|| {
            // Every kind of change, because a release is a write: the record is kept for its fencing token.
            memory.add_listener(Box::new(move |redis_key, _| {
                if let Some(waits) = waits.upgrade() {
                    waits.update(|state| state.released(redis_key));
                }
            }))
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        locked(self.inner.lock())
    }

    fn listener(&self) -> MutexGuard<'_, Option<ListenerId>> {
        locked(self.listener.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_waits_on_the_embedded_store_leave_no_state() {
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = events.clone();
        let on_event: OnLockEvent = Arc::new(move |number, event| seen.lock().unwrap().push((number, event)));
        let source = Source::Memory(Arc::new(Memory::default()));
        let waits = LockWaits::new(source, Duration::from_secs(1), on_event);
        for number in 0..3 {
            waits.add(number, format!("lock-{number}"));
            waits.remove(number);
        }
        let expected = [0, 1, 2].map(|number| (number, LockEvent::Subscribed));
        assert_eq!(*events.lock().unwrap(), expected);
        assert_eq!(format!("{:?}", waits.inner().state), format!("{:?}", State::default()));
        waits.close();
    }
}
