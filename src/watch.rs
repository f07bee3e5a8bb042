//! What is watched, what may happen to it, and what is told of it. Pure.

mod inbox;

pub use self::inbox::{Inbox, Queue};

use crate::error::Error;
use crate::keyspace::{Keyspace, Scope};

/// What somebody watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    pub scope: Scope,
    /// The only entry of the scope that counts.
    pub key: Option<String>,
}

impl Watched {
    pub fn new(trace_id: Option<String>, key: Option<String>) -> Self {
        Watched { scope: trace_id.map_or(Scope::All, Scope::Group), key }
    }

    /// Trace id and key of a Redis key, where that is watched.
    pub fn entry<'a>(&self, keyspace: &Keyspace, redis_key: &'a str) -> Option<(&'a str, &'a str)> {
        let entry = keyspace.entry(&self.scope, redis_key)?;
        self.key.as_ref().is_none_or(|key| key == entry.1).then_some(entry)
    }
}

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Written,
    /// Written as a whole, as when its slot moves to another node of a cluster.
    Restored,
    Removed,
    Expired,
}

impl Happened {
    /// Of an event as the server names it; `None` where the entry is there, or is not, as before. What makes other types than
    /// strings is none of ours.
    pub fn of(event: &[u8]) -> Option<Self> {
        match event {
            b"set" | b"getset" | b"append" | b"setrange" | b"setbit" | b"incrby" | b"decrby"
            | b"incrbyfloat" | b"rename_to" | b"copy_to" | b"move_to" => Some(Happened::Written),
            b"restore" => Some(Happened::Restored),
            b"del" | b"rename_from" | b"move_from" | b"evicted" => Some(Happened::Removed),
            b"expired" => Some(Happened::Expired),
            _ => None,
        }
    }

    /// The word for it that crosses.
    pub fn as_str(self) -> &'static str {
        match self {
            Happened::Written => "written",
            Happened::Restored => "restored",
            Happened::Removed => "removed",
            Happened::Expired => "expired",
        }
    }
}

/// What is told to one who watches.
#[derive(Clone, Debug)]
pub enum Told {
    /// From now on all that happens is told.
    Started,
    /// As [`Told::Started`], once more: what happened meanwhile may not have been told.
    Gap,
    Change {
        trace_id: String,
        key: String,
        happened: Happened,
    },
    /// The server does not say whether it tells of changes at all.
    Unasked,
    /// Nothing further is told.
    Failed(Error),
}

/// What is told, with the number of the watch.
pub type Notice = (u32, Told);

#[cfg(test)]
mod tests {
    use super::*;

    fn keyspace() -> Keyspace {
        Keyspace::new("p:".into(), false)
    }

    #[test]
    fn only_what_is_watched_is_an_entry() {
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

    #[test]
    fn events_that_leave_an_entry_there_are_no_changes() {
        assert_eq!(Happened::of(b"set"), Some(Happened::Written));
        assert_eq!(Happened::of(b"rename_from"), Some(Happened::Removed));
        assert_eq!(Happened::of(b"evicted"), Some(Happened::Removed));
        assert_eq!(Happened::of(b"expired"), Some(Happened::Expired));
        for event in ["expire", "persist", "new", "hset", "lpush", ""] {
            assert_eq!(Happened::of(event.as_bytes()), None, "{event}");
        }
    }
}
