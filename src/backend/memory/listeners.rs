//! Who is told of what happens to the entries of the embedded store.

use std::fmt;

use crate::watch::Happened;

/// Gets the Redis key; called while the store is locked.
pub type Listener = Box<dyn Fn(&str, Happened) + Send>;

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

    pub fn tell(&self, redis_key: &str, happened: Happened) {
        for (_, listener) in &self.all {
            listener(redis_key, happened);
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listeners", self.all.len())
    }
}
