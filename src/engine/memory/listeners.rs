//! The listeners for changes in the embedded store.

use std::fmt;

use crate::engine::change::ChangeKind;

/// Receives the Redis key. Called while the store is locked.
pub type Listener = Box<dyn Fn(&str, ChangeKind) + Send>;

pub type ListenerId = u64;

#[derive(Default)]
pub struct Listeners {
    all: Vec<(ListenerId, Listener)>,
    last: ListenerId,
}

impl Listeners {
    pub fn add(&mut self, listener: Listener) -> ListenerId {
        self.last += 1;
        self.all.push((self.last, listener));
        self.last
    }

    pub fn remove(&mut self, id: ListenerId) {
        self.all.retain(|(other, _)| *other != id);
    }

    /// A key that is not text is of no entry.
    pub fn notify(&self, redis_key: &[u8], change: ChangeKind) {
        if self.all.is_empty() {
            return;
        }
        let Ok(redis_key) = std::str::from_utf8(redis_key) else { return };
        for (_, listener) in &self.all {
            listener(redis_key, change);
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listeners", self.all.len())
    }
}
