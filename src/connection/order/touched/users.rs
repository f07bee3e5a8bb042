//! The keys in commands of the user.

use crate::protocol::arguments;

/// Where the keys of a command are, among its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    /// From one argument on, so many.
    From(usize, usize),
    All,
    /// Every second one.
    Pairs,
    /// After the number of keys, which is this argument.
    Counted(usize),
    None,
}

/// The keys of a command that writes. Of commands that are not listed the first argument counts.
pub fn keys_of(command: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut parts = arguments(command);
    let keys = parts.next().map_or(Keys::None, layout_of);
    let (skipped, count, step) = match keys {
        Keys::From(first, count) => (first, count, 1),
        Keys::All => (0, usize::MAX, 1),
        Keys::Pairs => (0, usize::MAX, 2),
        Keys::Counted(at) => {
            let count = arguments(command).nth(at + 1);
            let count = count.and_then(|count| std::str::from_utf8(count).ok()?.parse().ok());
            (at + 1, count.unwrap_or(0), 1)
        }
        Keys::None => (0, 0, 1),
    };
    parts.skip(skipped).step_by(step).take(count)
}

/// `name` in capital letters.
fn layout_of(name: &[u8]) -> Keys {
    match name {
        b"MULTI" | b"EXEC" => Keys::None,
        b"DEL" | b"UNLINK" | b"TOUCH" | b"PFMERGE" | b"SINTERSTORE" | b"SUNIONSTORE" | b"SDIFFSTORE" => {
            Keys::All
        }
        b"MSET" | b"MSETNX" => Keys::Pairs,
        b"RENAME" | b"RENAMENX" | b"COPY" | b"SMOVE" | b"LMOVE" | b"RPOPLPUSH" => Keys::From(0, 2),
        b"BITOP" | b"XGROUP" | b"OBJECT" | b"MEMORY" => Keys::From(1, 1),
        b"EVAL" | b"EVALSHA" | b"FCALL" => Keys::Counted(1),
        b"LMPOP" | b"ZMPOP" => Keys::Counted(0),
        _ => Keys::From(0, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::encode;

    fn keys(parts: &[&str]) -> Vec<String> {
        let mut bytes = Vec::new();
        encode(&mut bytes, parts);
        keys_of(&bytes).map(|key| String::from_utf8_lossy(key).into_owned()).collect()
    }

    #[test]
    fn commands_have_their_keys_where_the_server_looks_for_them() {
        assert_eq!(keys(&["HSET", "h", "f", "v"]), ["h"]);
        assert_eq!(keys(&["DEL", "a", "b"]), ["a", "b"]);
        assert_eq!(keys(&["MSET", "a", "1", "b", "2"]), ["a", "b"]);
        assert_eq!(keys(&["COPY", "a", "b", "REPLACE"]), ["a", "b"]);
        assert_eq!(keys(&["BITOP", "AND", "a", "b"]), ["a"]);
        assert_eq!(keys(&["EVAL", "return 1", "2", "a", "b", "x"]), ["a", "b"]);
        assert_eq!(keys(&["ZMPOP", "1", "z", "MIN"]), ["z"]);
        assert_eq!(keys(&["FLUSHDB"]), [""; 0]);
        assert_eq!(keys(&["EXEC"]), [""; 0]);
    }
}
