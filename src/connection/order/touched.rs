//! The entries that a command changes, read from its bytes.

use std::hash::BuildHasher;

use crate::protocol::{Effect, Encoded, arguments};

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
        Touched { keys: keys_of(command.bytes).map(|key| hasher.hash_one(key)).collect() }
    }
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
    parts.take(count)
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
