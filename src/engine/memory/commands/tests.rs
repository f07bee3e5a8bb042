use std::time::Duration;

use super::*;
use crate::engine::memory::entries::Entries;

/// Runs a command that is written with spaces between its parts.
fn run(entries: &mut Entries, command: &str) -> Reply {
    let parts: Vec<&[u8]> = command.split(' ').map(str::as_bytes).collect();
    Commands::new(entries).run(&parts)
}

fn strings(reply: &Reply) -> Vec<String> {
    let Reply::Array(elements) = reply else { panic!("{reply:?} is no array") };
    let string = |element: &Reply| match element {
        Reply::Bulk(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => format!("{other:?}"),
    };
    elements.iter().map(string).collect()
}

fn error(reply: Reply) -> String {
    let Reply::Error(text) = reply else { panic!("{reply:?} is no error") };
    text
}

#[test]
fn names_and_numbers_of_arguments_are_checked() {
    assert_eq!(check(&[b"gEt", b"k"]), Ok(()));
    assert_eq!(check(&[b"EVAL", b"return 1", b"0"]), Err(NotRun::Unsupported));
    assert_eq!(check(&[]), Err(NotRun::Unsupported));
    let text = "ERR wrong number of arguments for 'get' command".to_owned();
    assert_eq!(check(&[b"GET"]), Err(NotRun::Malformed(text)));
}

#[test]
fn each_command_is_in_the_table_once() {
    let mut names: Vec<_> = FAMILIES.iter().copied().flatten().map(|command| command.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_key_of_another_type_is_refused_and_kept() {
    let mut entries = Entries::default();
    run(&mut entries, "RPUSH k a b");
    for command in ["GET k", "APPEND k x", "HSET k f v", "SADD k m", "ZADD k 1 m", "LMOVE k k2 LEFT x"] {
        let text = error(run(&mut entries, command));
        assert!(text.starts_with("WRONGTYPE") || text == "ERR syntax error", "{command}: {text}");
    }
    assert_eq!(strings(&run(&mut entries, "LRANGE k 0 -1")), ["a", "b"]);
}

#[test]
fn a_collection_without_elements_does_not_exist() {
    let mut entries = Entries::default();
    let pairs = [
        ("RPUSH k a", "LPOP k"),
        ("SADD k a", "SREM k a"),
        ("ZADD k 1 a", "ZREMRANGEBYSCORE k -inf +inf"),
        ("HSET k f v", "HDEL k f"),
        ("ZADD k XX 1 a", "ZCARD k"),
    ];
    for (fill, empty) in pairs {
        run(&mut entries, fill);
        run(&mut entries, empty);
        assert_eq!(run(&mut entries, "EXISTS k"), Reply::Integer(0), "{fill}");
    }
}

#[test]
fn an_expired_key_is_absent_and_removed() {
    let mut entries = Entries::default();
    run(&mut entries, "SET k v PX 1000");
    run(&mut entries, "SADD s m");
    assert_eq!(run(&mut entries, "PEXPIRE s 1000"), Reply::Integer(1));
    entries.drop_expired(entries.now() + Duration::from_secs(2));
    assert_eq!(entries.len(), 0);
    assert_eq!(run(&mut entries, "EXISTS k s"), Reply::Integer(0));
    run(&mut entries, "SET k v");
    assert_eq!(run(&mut entries, "PEXPIREAT k 1"), Reply::Integer(1));
    assert_eq!(run(&mut entries, "TTL k"), Reply::Integer(-2));
}

#[test]
fn an_expiry_is_returned_as_it_was_set() {
    let mut entries = Entries::default();
    run(&mut entries, "SET k v PXAT 33177117420123");
    assert_eq!(run(&mut entries, "PEXPIRETIME k"), Reply::Integer(33_177_117_420_123));
    run(&mut entries, "SET k w KEEPTTL");
    run(&mut entries, "COPY k c");
    run(&mut entries, "RENAME k r");
    for command in ["PEXPIRETIME c", "PEXPIRETIME r"] {
        assert_eq!(run(&mut entries, command), Reply::Integer(33_177_117_420_123), "{command}");
    }
}

#[test]
fn a_random_key_is_one_that_exists() {
    let mut entries = Entries::default();
    assert_eq!(run(&mut entries, "RANDOMKEY"), Reply::Nil);
    run(&mut entries, "MSET a 1 b 2");
    assert!([Reply::bulk("a"), Reply::bulk("b")].contains(&run(&mut entries, "RANDOMKEY")));
    assert_eq!(run(&mut entries, "FLUSHDB"), Reply::OK);
    assert_eq!(run(&mut entries, "DBSIZE"), Reply::Integer(0));
}

#[test]
fn a_scan_returns_each_key_that_exists_all_the_time() {
    let mut entries = Entries::default();
    for number in 0..200 {
        run(&mut entries, &format!("SET k{number} v"));
    }
    let (mut cursor, mut seen, mut step) = ("0".to_owned(), Vec::new(), 0);
    loop {
        let Reply::Array(parts) = run(&mut entries, &format!("SCAN {cursor} COUNT 7")) else { panic!() };
        seen.extend(strings(&parts[1]));
        cursor = strings(&Reply::Array(parts)).swap_remove(0);
        if cursor == "0" {
            break;
        }
        // Every other key is removed, before or after it was reached, and new ones are added.
        run(&mut entries, &format!("DEL k{}", step * 2 + 1));
        run(&mut entries, &format!("SET n{step} v"));
        step += 1;
    }
    for number in (0..200).step_by(2) {
        let times = seen.iter().filter(|key| **key == format!("k{number}")).count();
        assert_eq!(times, 1, "k{number}");
    }
    assert_eq!(error(run(&mut entries, "SCAN 999")), "ERR invalid cursor");
}

#[test]
fn a_value_is_changed_or_removed_only_where_it_is_the_expected_one() {
    let mut entries = Entries::default();
    assert_eq!(run(&mut entries, "SET k v IFEQ v"), Reply::Nil);
    assert_eq!(run(&mut entries, "DELIFEQ k v"), Reply::Integer(0));
    run(&mut entries, "SET k v");
    assert_eq!(run(&mut entries, "SET k other IFEQ x"), Reply::Nil);
    assert_eq!(run(&mut entries, "SET k v IFEQ v PX 1000"), Reply::OK);
    assert_eq!(run(&mut entries, "PERSIST k"), Reply::Integer(1));
    assert_eq!(run(&mut entries, "DELIFEQ k x"), Reply::Integer(0));
    assert_eq!(run(&mut entries, "DELIFEQ k v"), Reply::Integer(1));
    assert_eq!(run(&mut entries, "EXISTS k"), Reply::Integer(0));
    run(&mut entries, "RPUSH l v");
    for command in ["SET l v IFEQ v", "DELIFEQ l v", "SET k v IFEQ v NX", "SET k v XX IFEQ v", "SET k v IFEQ"]
    {
        error(run(&mut entries, command));
    }
}

#[test]
fn each_command_is_documented() {
    let page = include_str!("../../../../docs/embedded-store.md");
    for command in FAMILIES.iter().copied().flatten() {
        assert!(page.contains(&format!("`{}`", command.name)), "{}", command.name);
    }
}
