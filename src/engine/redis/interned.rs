//! Scripts of the user, which are kept for as long as the process lives.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::json::digest::digest;
use crate::protocol::Script;
use crate::sync::locked;

/// Limits of what is kept. Scripts that are made anew for each call would otherwise fill the memory.
const MAX_SCRIPTS: usize = 1024;
const MAX_BYTES: usize = 8 * 1024 * 1024;

#[derive(Default)]
struct Interned {
    by_source: HashMap<&'static str, &'static Script>,
    bytes: usize,
}

static INTERNED: LazyLock<Mutex<Interned>> = LazyLock::new(Mutex::default);

/// The script with this source; `None` if there are too many.
pub fn interned(source: &str) -> Option<&'static Script> {
    let mut interned = locked(INTERNED.lock());
    if let Some(script) = interned.by_source.get(source) {
        return Some(script);
    }
    if interned.by_source.len() >= MAX_SCRIPTS || interned.bytes + source.len() > MAX_BYTES {
        return None;
    }
    let script: &'static Script =
        Box::leak(Box::new(Script { source: source.to_owned(), digest: digest(source) }));
    interned.bytes += source.len();
    interned.by_source.insert(&script.source, script);
    Some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_one_script_until_there_are_too_many() {
        let first = interned("return 'a'").unwrap();
        assert_eq!(first.digest, digest("return 'a'"));
        let all: Vec<_> = (0..MAX_SCRIPTS + 1).map(|number| interned(&format!("return {number}"))).collect();
        assert!(all.last().unwrap().is_none());
        assert!(std::ptr::eq(interned("return 'a'").unwrap(), first));
    }
}
