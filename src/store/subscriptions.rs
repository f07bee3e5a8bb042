//! Watches, and waits for locks.

use std::sync::Arc;

use super::{Backend, Store};
use crate::watch::lock_waits::{LockWaits, OnLockEvent};
use crate::watch::watches::{Source, Watches};
use crate::watch::{Inbox, Watched};

impl Store {
    /// Watches entries. `number` identifies the watch in events.
    pub fn watch(&self, number: u32, watched: Watched, configure: bool, inbox: &Arc<Inbox>) {
        let start = || {
            let (source, database) = self.source();
            Watches::new(source, self.keyspace.clone(), database, self.command_timeout, inbox.clone())
        };
        self.watches.get_or_init(start).add(number, watched, configure);
    }

    pub fn unwatch(&self, number: u32) {
        if let Some(watches) = self.watches.get() {
            watches.remove(number);
        }
    }

    /// Emits an event when the lock is released. `number` identifies the wait in events.
    pub fn await_lock(&self, number: u32, trace_id: &str, key: &str, on_event: OnLockEvent) {
        let start = || LockWaits::new(self.source().0, self.command_timeout, on_event);
        let redis_key = self.keyspace.lock_key_of(trace_id, key);
        self.lock_waits.get_or_init(start).add(number, redis_key);
    }

    pub fn forget_lock(&self, number: u32) {
        if let Some(waits) = self.lock_waits.get() {
            waits.remove(number);
        }
    }

    /// The source of change events, and the database number.
    fn source(&self) -> (Source, u32) {
        match &self.backend {
            Backend::Memory(memory) => (Source::Memory(memory.clone()), 0),
            Backend::Redis(redis) => (Source::Server(redis.target().clone()), redis.target().database()),
            // A cluster has only this database.
            Backend::Cluster(cluster) => (Source::Cluster(cluster.clone()), 0),
        }
    }

    /// Ends the watches and the waits for locks.
    pub fn close_subscriptions(&self) {
        if let Some(watches) = self.watches.get() {
            watches.close();
        }
        if let Some(waits) = self.lock_waits.get() {
            waits.close();
        }
    }
}
