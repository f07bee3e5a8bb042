//! The changes that the servers of a store have reported, until JavaScript takes them.
//!
//! Replies are passed to JavaScript only after the changes that arrived before them: the thread that passes a reply takes the
//! changes first. So a change is added before the reply that arrived behind it is settled.

use std::str::from_utf8;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::keyspace::{Keyspace, Scope};
use crate::protocol::Frame;
use crate::sync::locked;

/// Names that wait to be taken; of more, any entry counts as changed.
const MAX_NAMES: usize = 100_000;

/// Which entries may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Those with these names, `<traceId>:<key>`.
    Names(Vec<String>),
    Any,
}

/// Shared by all connections of a store that track.
pub struct Changes {
    keyspace: Keyspace,
    waiting: Mutex<Option<Changed>>,
    /// [`Changed::Any`] waits.
    is_any: AtomicBool,
    /// Something was added since JavaScript was last woken.
    is_unreported: AtomicBool,
    /// Has JavaScript take the changes.
    wake: Box<dyn Fn() + Send + Sync>,
}

impl Changes {
    pub fn new(keyspace: Keyspace, wake: impl Fn() + Send + Sync + 'static) -> Self {
        Changes {
            keyspace,
            waiting: Mutex::default(),
            is_any: AtomicBool::new(false),
            is_unreported: AtomicBool::new(false),
            wake: Box::new(wake),
        }
    }

    /// The beginning of the keys of all entries.
    pub fn prefix(&self) -> String {
        self.keyspace.start_of(&Scope::All)
    }

    /// Adds what a push message of a server reports. Others than `invalidate` concern nothing that was read.
    pub fn recv(&self, message: &[Frame<'_>]) {
        match message {
            [Frame::Bulk(b"invalidate"), Frame::Array(keys)] => {
                let names = keys.iter().filter_map(Frame::bulk).filter_map(|key| from_utf8(key).ok());
                self.add_names(names.flat_map(|key| self.keyspace.names_of(key)));
            }
            [Frame::Bulk(b"invalidate"), _] => self.add_any(),
            _ => {}
        }
    }

    fn add_names(&self, names: impl Iterator<Item = String>) {
        let mut waiting = self.waiting();
        match waiting.get_or_insert_with(|| Changed::Names(Vec::new())) {
            Changed::Any => {}
            Changed::Names(known) => {
                known.extend(names);
                if known.len() > MAX_NAMES {
                    self.set_any(&mut waiting);
                }
            }
        }
        drop(waiting);
        self.is_unreported.store(true, Ordering::Release);
    }

    /// Any entry may have changed.
    pub fn add_any(&self) {
        self.set_any(&mut self.waiting());
        self.is_unreported.store(true, Ordering::Release);
    }

    fn set_any(&self, waiting: &mut Option<Changed>) {
        *waiting = Some(Changed::Any);
        self.is_any.store(true, Ordering::Release);
    }

    /// Has JavaScript take what was added. Call it without a lock: it may run JavaScript.
    pub fn report(&self) {
        if self.is_unreported.swap(false, Ordering::AcqRel) {
            (self.wake)();
        }
    }

    /// Removes and returns the changes.
    pub fn take(&self) -> Option<Changed> {
        let mut waiting = self.waiting();
        self.is_any.store(false, Ordering::Release);
        waiting.take().filter(|changed| *changed != Changed::Names(Vec::new()))
    }

    /// Whether any entry may have changed, and JavaScript does not know it yet.
    pub fn is_any_waiting(&self) -> bool {
        self.is_any.load(Ordering::Acquire)
    }

    fn waiting(&self) -> MutexGuard<'_, Option<Changed>> {
        locked(self.waiting.lock())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn changes() -> (Changes, Arc<AtomicUsize>) {
        let woken = Arc::new(AtomicUsize::new(0));
        let count = woken.clone();
        let changes = Changes::new(Keyspace::new("p:".into(), false), move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        (changes, woken)
    }

    fn invalidate<'a>(keys: &[&'a [u8]]) -> Vec<Frame<'a>> {
        vec![Frame::Bulk(b"invalidate"), Frame::Array(keys.iter().map(|key| Frame::Bulk(key)).collect())]
    }

    #[test]
    fn names_are_collected_until_they_are_taken() {
        let (changes, woken) = changes();
        changes.report();
        changes.recv(&invalidate(&[b"p:t:a"]));
        changes.recv(&invalidate(&[b"p:t:b", b"other:t:c", b"p:\xff:d"]));
        changes.recv(&[Frame::Bulk(b"message"), Frame::Bulk(b"p:t:e")]);
        changes.report();
        changes.report();
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        assert_eq!(changes.take(), Some(Changed::Names(vec!["t:a".into(), "t:b".into()])));
        assert_eq!(changes.take(), None);
    }

    #[test]
    fn any_change_replaces_names_and_is_known_until_it_is_taken() {
        let (changes, _) = changes();
        changes.recv(&invalidate(&[b"p:t:a"]));
        assert!(!changes.is_any_waiting());
        changes.recv(&[Frame::Bulk(b"invalidate"), Frame::Nil]);
        changes.recv(&invalidate(&[b"p:t:b"]));
        assert!(changes.is_any_waiting());
        assert_eq!(changes.take(), Some(Changed::Any));
        assert!(!changes.is_any_waiting());
    }

    #[test]
    fn names_that_are_not_taken_become_any_change() {
        let (changes, _) = changes();
        for _ in 0..=MAX_NAMES {
            changes.recv(&invalidate(&[b"p:t:a"]));
        }
        assert_eq!(changes.take(), Some(Changed::Any));
    }
}
