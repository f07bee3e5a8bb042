//! The state of a SCAN over the keys of one server.

use std::collections::HashSet;
use std::str::from_utf8;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::steps::Steps;
use crate::error::Error;
use crate::protocol::{Frame, Generation, Request};
use crate::sync::locked;

/// COUNT of the first step. A small keyspace needs no second one.
const FIRST_COUNT: usize = 2048;
const MIN_COUNT: usize = 100;
const MAX_COUNT: usize = 16_000;
/// A step that takes longer blocks other clients of the server, so COUNT is halved. After a step of less than half
/// this time COUNT is doubled, because each step costs a round trip.
const MAX_STEP: Duration = Duration::from_millis(5);

pub struct Scan {
    pattern: String,
    /// The server skips keys of other types.
    strings_only: bool,
    /// `None` if the scan is complete.
    cursor: Option<u64>,
    /// The connection on which the server returned the cursor.
    generation: Generation,
    /// COUNT of the next step.
    count: usize,
    seen: Seen,
}

/// The keys that were found by all scans that share it.
#[derive(Clone)]
pub struct Seen(Option<Arc<Mutex<HashSet<Arc<str>>>>>);

impl Default for Seen {
    fn default() -> Self {
        Seen(Some(Arc::default()))
    }
}

impl Seen {
    /// Forgets all keys at once, so that a scan needs no memory for them: it can return a key twice.
    pub fn forgetful() -> Self {
        Seen(None)
    }
}

impl Scan {
    pub fn new(pattern: String, strings_only: bool, generation: Generation, seen: Seen) -> Self {
        Scan { pattern, strings_only, cursor: Some(0), generation, count: FIRST_COUNT, seen }
    }

    /// A scan without further steps.
    pub fn complete(generation: Generation) -> Self {
        Scan { cursor: None, ..Scan::new(String::new(), false, generation, Seen::default()) }
    }

    fn adapt(&mut self, took: Duration) {
        if took > MAX_STEP {
            self.count = (self.count / 2).max(MIN_COUNT);
        } else if took < MAX_STEP / 2 {
            self.count = (self.count * 2).min(MAX_COUNT);
        }
    }
}

impl Steps for Scan {
    fn push_step(&self, request: &mut Request) -> bool {
        let Some(cursor) = self.cursor else { return false };
        let (cursor, count) = (cursor.to_string(), self.count.to_string());
        let step =
            ["SCAN", &cursor, "MATCH", &self.pattern, "COUNT", &count, "TYPE", "string"].map(str::as_bytes);
        let length = if self.strings_only { step.len() } else { step.len() - 2 };
        request.push_here(&step[..length], self.generation);
        true
    }

    fn key(&self) -> Option<&str> {
        None
    }

    /// Returns the new keys. Ignores keys that are not UTF-8, as those of all entries are.
    fn take(&mut self, reply: &Frame<'_>, took: Duration) -> Result<Vec<Arc<str>>, Error> {
        self.adapt(took);
        let (cursor, keys) = answer(reply).ok_or_else(Error::unexpected_reply)?;
        self.cursor = Some(cursor).filter(|cursor| *cursor != 0);
        let texts = keys.iter().filter_map(Frame::bulk).filter_map(|key| from_utf8(key).ok());
        Ok(unseen(&self.seen, texts))
    }

    fn forget(&mut self, key: &str) {
        if let Seen(Some(seen)) = &self.seen {
            locked(seen.lock()).remove(key);
        }
    }

    /// Restarts on a new connection: after a restart of the server a cursor is invalid.
    fn restart(&mut self, generation: Generation) {
        (self.cursor, self.generation) = (Some(0), generation);
    }
}

/// Returns the keys that are not in `seen`, and adds them to it.
pub fn unseen<'a>(seen: &Seen, keys: impl Iterator<Item = &'a str>) -> Vec<Arc<str>> {
    let Seen(Some(seen)) = seen else { return keys.map(Arc::from).collect() };
    let mut seen = locked(seen.lock());
    seen.reserve(keys.size_hint().0);
    let see = |key: &str| {
        if seen.contains(key) {
            return None;
        }
        let key: Arc<str> = key.into();
        seen.insert(key.clone());
        Some(key)
    };
    keys.filter_map(see).collect()
}

/// Cursor and keys of a reply.
fn answer<'a>(reply: &'a Frame<'_>) -> Option<(u64, &'a [Frame<'a>])> {
    let Frame::Array(parts) = reply else { return None };
    let [Frame::Bulk(cursor), Frame::Array(keys)] = parts.as_slice() else { return None };
    Some((from_utf8(cursor).ok()?.parse().ok()?, keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::ZERO;

    fn take(scan: &mut Scan, cursor: &str, keys: &[&str], took: Duration) -> Vec<Arc<str>> {
        let keys = keys.iter().map(|key| Frame::Bulk(key.as_bytes())).collect();
        let answer = Frame::Array(vec![Frame::Bulk(cursor.as_bytes()), Frame::Array(keys)]);
        scan.take(&answer, took).unwrap()
    }

    fn texts(keys: &[Arc<str>]) -> Vec<&str> {
        keys.iter().map(|key| &**key).collect()
    }

    fn step_of(scan: &Scan) -> Option<String> {
        let mut request = Request::default();
        scan.push_step(&mut request).then(|| String::from_utf8(request.bytes).unwrap())
    }

    #[test]
    fn keys_are_returned_once_and_the_scan_ends_at_cursor_zero() {
        let mut scan = Scan::new("p:*".into(), true, Generation::default(), Seen::default());
        assert_eq!(texts(&take(&mut scan, "17", &["p:a", "p:b", "p:a"], SHORT)), ["p:a", "p:b"]);
        assert!(step_of(&scan).unwrap().contains("\r\n17\r\n"));
        assert_eq!(texts(&take(&mut scan, "0", &["p:b", "p:c"], SHORT)), ["p:c"]);
        assert_eq!(step_of(&scan), None);
    }

    #[test]
    fn keys_that_are_not_utf_8_are_ignored() {
        let mut scan = Scan::new("p:*".into(), true, Generation::default(), Seen::default());
        let keys = Frame::Array(vec![Frame::Bulk(b"p:\xff"), Frame::Bulk(b"p:a")]);
        let answer = Frame::Array(vec![Frame::Bulk(b"0"), keys]);
        assert_eq!(texts(&scan.take(&answer, SHORT).unwrap()), ["p:a"]);
    }

    #[test]
    fn a_restarted_scan_repeats_no_key() {
        let mut scan = Scan::new("p:*".into(), false, Generation::default(), Seen::default());
        take(&mut scan, "17", &["p:a"], SHORT);
        scan.restart(Generation::default());
        assert_eq!(texts(&take(&mut scan, "0", &["p:a", "p:b"], SHORT)), ["p:b"]);
    }

    #[test]
    fn steps_adapt_to_the_time_they_take() {
        let mut scan = Scan::new("p:*".into(), false, Generation::default(), Seen::default());
        let mut count_after = |took| {
            take(&mut scan, "17", &[], took);
            scan.count
        };
        assert_eq!(count_after(MAX_STEP / 4), 2 * FIRST_COUNT);
        assert_eq!(count_after(MAX_STEP), 2 * FIRST_COUNT);
        assert_eq!(count_after(MAX_STEP * 2), FIRST_COUNT);
        assert_eq!((0..20).map(|_| count_after(MAX_STEP * 2)).last(), Some(MIN_COUNT));
        assert_eq!((0..20).map(|_| count_after(SHORT)).last(), Some(MAX_COUNT));
    }

    #[test]
    fn an_invalid_reply_is_an_error() {
        let mut scan = Scan::new("*".into(), false, Generation::default(), Seen::default());
        assert!(scan.take(&Frame::Simple(b"OK"), SHORT).is_err());
        assert!(scan.take(&Frame::Array(vec![Frame::Bulk(b"x"), Frame::Array(vec![])]), SHORT).is_err());
    }
}
