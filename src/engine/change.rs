//! The kinds of changes of entries.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Written,
    /// Written by RESTORE, for example when its slot moves to another cluster node.
    Restored,
    Removed,
    Expired,
}

impl ChangeKind {
    /// Reads the name of a keyspace event. `None` if the event does not change an entry; entries are strings.
    pub fn of(event: &[u8]) -> Option<Self> {
        match event {
            b"set" | b"getset" | b"append" | b"setrange" | b"setbit" | b"incrby" | b"decrby"
            | b"incrbyfloat" | b"rename_to" | b"copy_to" | b"move_to" => Some(ChangeKind::Written),
            b"restore" => Some(ChangeKind::Restored),
            b"del" | b"rename_from" | b"move_from" | b"evicted" => Some(ChangeKind::Removed),
            b"expired" => Some(ChangeKind::Expired),
            _ => None,
        }
    }

    /// The name in JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Written => "written",
            ChangeKind::Restored => "restored",
            ChangeKind::Removed => "removed",
            ChangeKind::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_that_do_not_change_a_value_are_no_changes() {
        assert_eq!(ChangeKind::of(b"set"), Some(ChangeKind::Written));
        assert_eq!(ChangeKind::of(b"rename_from"), Some(ChangeKind::Removed));
        assert_eq!(ChangeKind::of(b"evicted"), Some(ChangeKind::Removed));
        assert_eq!(ChangeKind::of(b"expired"), Some(ChangeKind::Expired));
        for event in ["expire", "persist", "new", "hset", "lpush", ""] {
            assert_eq!(ChangeKind::of(event.as_bytes()), None, "{event}");
        }
    }
}
