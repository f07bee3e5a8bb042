//! Watches of entries, and waits for locks.

pub mod lock_waits;
pub mod watches;

mod inbox;

pub use self::inbox::{Inbox, Queue};

use crate::engine::change::ChangeKind;
use crate::error::Error;
use crate::keyspace::{Keyspace, Scope};

/// The target of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub scope: Scope,
    /// The only watched entry of the scope, if set.
    pub key: Option<String>,
}

impl Watched {
    pub fn new(trace_id: Option<String>, key: Option<String>) -> Self {
        Watched { scope: trace_id.map_or(Scope::All, Scope::Group), key }
    }

    /// Trace id and key of a Redis key, if it is watched.
    pub fn entry<'a>(&self, keyspace: &Keyspace, redis_key: &'a str) -> Option<(&'a str, &'a str)> {
        let entry = keyspace.entry(&self.scope, redis_key)?;
        self.key.as_ref().is_none_or(|key| key == entry.1).then_some(entry)
    }
}

/// An event of a watch.
#[derive(Clone, Debug)]
pub enum WatchEvent {
    /// The watch is active: every later change is delivered.
    Started,
    /// The watch is active again, after changes may have been missed.
    Gap,
    Change {
        trace_id: String,
        key: String,
        kind: ChangeKind,
    },
    /// Whether keyspace notifications are enabled could not be verified.
    Unverified,
    /// The last event.
    Failed(Error),
}

/// An event with the number of its watch.
pub type Notification = (u32, WatchEvent);

#[cfg(test)]
mod tests {
    use super::*;

    fn keyspace() -> Keyspace {
        Keyspace::new("p:".into(), false)
    }

    #[test]
    fn only_watched_keys_are_entries() {
        let all = Watched::new(None, None);
        let group = Watched::new(Some("a:b".into()), None);
        let one = Watched::new(Some("a".into()), Some("k".into()));
        assert_eq!(all.entry(&keyspace(), "p:a:k"), Some(("a", "k")));
        assert_eq!(all.entry(&keyspace(), "p:lonely"), None);
        assert_eq!(group.entry(&keyspace(), "p:a:b:c"), Some(("a:b", "c")));
        assert_eq!(group.entry(&keyspace(), "p:a:c"), None);
        assert_eq!(one.entry(&keyspace(), "p:a:k"), Some(("a", "k")));
        assert_eq!(one.entry(&keyspace(), "p:a:k2"), None);
    }
}
