//! The entries that a command changes, read from its bytes.

mod users;

use std::hash::BuildHasher;

use crate::keyspace::is_index;
use crate::protocol::{Effect, Encoded, arguments, commands};

/// Fingerprints of the keys that a write changes; empty for a read. Keys with the same fingerprint count as one entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub keys: Vec<u64>,
}

impl Touched {
    pub fn by(command: Encoded<'_>, hasher: &impl BuildHasher) -> Self {
        if command.effect != Effect::Write {
            return Touched::default();
        }
        let bytes = command.bytes;
        if command.is_users {
            let keys = commands(bytes).flat_map(users::keys_of);
            return Touched { keys: keys.map(|key| hasher.hash_one(key)).collect() };
        }
        if command.replies == 1 {
            return Touched { keys: keys_of(bytes).map(|key| hasher.hash_one(key)).collect() };
        }
        Touched { keys: commands(bytes).flat_map(keys_of_part).map(|key| hasher.hash_one(key)).collect() }
    }
}

/// The keys of entries in a command of a transaction.
fn keys_of_part(command: &[u8]) -> impl Iterator<Item = &[u8]> {
    // The members of an index change with the entries of the same transaction.
    let is_entry = !matches!(arguments(command).next(), Some(b"MULTI" | b"EXEC" | b"ZADD" | b"ZREM"));
    keys_of(if is_entry { command } else { &[] })
}

/// The keys in a command, for the commands that this package sends.
fn keys_of(command: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut parts = arguments(command);
    let count = match parts.next() {
        None => 0,
        Some(b"EVAL" | b"EVALSHA") => {
            let count = parts.by_ref().nth(1).and_then(|count| std::str::from_utf8(count).ok()?.parse().ok());
            count.unwrap_or(0)
        }
        Some(b"UNLINK") => usize::MAX,
        Some(_) => 1,
    };
    // An index has members of many entries. The script changes only that of its own entry.
    parts.take(count).filter(|key| !is_index(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Request, Script};

    fn keys(parts: &[&[u8]]) -> Vec<String> {
        let mut request = Request::default();
        request.push(parts, Effect::Write);
        keys_of(&request.bytes).map(|key| String::from_utf8_lossy(key).into_owned()).collect()
    }

    #[test]
    fn commands_touch_the_keys_in_their_arguments() {
        assert_eq!(keys(&[b"SET", b"k", b"v", b"EX", b"9"]), ["k"]);
        assert_eq!(keys(&[b"UNLINK", b"a", b"", b"c"]), ["a", "", "c"]);
        assert_eq!(keys(&[b"EVALSHA", b"d", b"2", b"a", b"b", b"x"]), ["a", "b"]);
        assert_eq!(keys(&[b"EVAL", b"return 1", b"0", b"x"]), [""; 0]);
        assert_eq!(keys(&[b"EVAL", b"return 1", b"2", b"p:t:k", b"__state__:index:p:t"]), ["p:t:k"]);
    }

    #[test]
    fn a_transaction_touches_the_entries_that_it_writes() {
        let mut request = Request::default();
        let set: [&[&[u8]]; 4] =
            [&[b"MULTI"], &[b"ZADD", b"i", b"0", b"k"], &[b"SET", b"k", b"v"], &[b"EXEC"]];
        request.push_unit(&set, Effect::Write);
        request.push(&[b"SET", b"k", b"v"], Effect::Write);
        let hasher = std::hash::RandomState::new();
        assert_eq!(Touched::by(request.command(0), &hasher), Touched::by(request.command(1), &hasher));
    }

    #[test]
    fn a_script_touches_the_same_entry_as_a_plain_command() {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script { source: "return 1".into(), digest: "d".repeat(40) });
        let mut request = Request::default();
        request.push_script(&SCRIPT, &[b"k"], &[b"x"], Effect::Write);
        request.push_script(&SCRIPT, &[b"k"], &[b"y"], Effect::Write);
        request.push(&[b"SET", b"k", b"v"], Effect::Write);
        request.push(&[b"GET", b"k"], Effect::Read);
        let hasher = std::hash::RandomState::new();
        let touched: Vec<_> = (0..4).map(|index| Touched::by(request.command(index), &hasher)).collect();
        assert_eq!(touched[0], touched[1]);
        assert_eq!(touched[0], touched[2]);
        assert_eq!(touched[3], Touched::default(), "reads are not ordered");
    }
}
