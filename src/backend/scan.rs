//! Walking the keys of a server that match a pattern.

use std::collections::HashSet;
use std::str::from_utf8;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::connection::{Epoch, Frame, Request};
use crate::error::Error;

/// Keys that the server looks at in the first step: a small keyspace takes no second one.
const FIRST_COUNT: usize = 2048;
const LEAST_COUNT: usize = 100;
const MOST_COUNT: usize = 16_000;
/// A step that takes longer holds up the server's other clients: the next one is half as large. One that takes less than
/// half of it is doubled, as each step costs a round trip.
const LONGEST_STEP: Duration = Duration::from_millis(5);

/// A walk over a server's keys: steps to be asked for, and what is new in their answers.
pub struct Scan {
    pattern: String,
    /// Leaves keys of other types than string to the server to skip.
    strings_only: bool,
    /// `None` when the walk is complete.
    cursor: Option<u64>,
    /// The connection whose server the cursor is from.
    epoch: Epoch,
    /// Keys that the server is to look at in the next step.
    count: usize,
    seen: Seen,
}

/// The keys that were found, by all walks that share it.
pub type Seen = Arc<Mutex<HashSet<Arc<str>>>>;

impl Scan {
    pub fn new(pattern: String, strings_only: bool, epoch: Epoch, seen: Seen) -> Self {
        Scan { pattern, strings_only, cursor: Some(0), epoch, count: FIRST_COUNT, seen }
    }

    /// One that has no further step.
    pub fn complete(epoch: Epoch) -> Self {
        Scan { cursor: None, ..Scan::new(String::new(), false, epoch, Seen::default()) }
    }

    /// Adds the next step to a request; `false` when the walk is complete.
    pub fn push_step(&self, request: &mut Request) -> bool {
        let Some(cursor) = self.cursor else { return false };
        let (cursor, count) = (cursor.to_string(), self.count.to_string());
        let step =
            ["SCAN", &cursor, "MATCH", &self.pattern, "COUNT", &count, "TYPE", "string"].map(str::as_bytes);
        let length = if self.strings_only { step.len() } else { step.len() - 2 };
        request.push_here(&step[..length], self.epoch);
        true
    }

    /// The keys of an answer that no earlier one had, and that took so long. Keys that are not UTF-8 are none of ours.
    pub fn take(&mut self, reply: &Frame<'_>, took: Duration) -> Result<Vec<Arc<str>>, Error> {
        self.adapt(took);
        let (cursor, keys) = answer(reply).ok_or_else(Error::unexpected_reply)?;
        self.cursor = Some(cursor).filter(|cursor| *cursor != 0);
        let texts = keys.iter().filter_map(Frame::bulk).filter_map(|key| from_utf8(key).ok());
        Ok(unseen(&self.seen, texts))
    }

    fn adapt(&mut self, took: Duration) {
        if took > LONGEST_STEP {
            self.count = (self.count / 2).max(LEAST_COUNT);
        } else if took < LONGEST_STEP / 2 {
            self.count = (self.count * 2).min(MOST_COUNT);
        }
    }

    /// Begins anew, on a new connection: a cursor means nothing to a server that was restarted.
    pub fn restart(&mut self, epoch: Epoch) {
        (self.cursor, self.epoch) = (Some(0), epoch);
    }
}

/// Those keys that are new, which are seen from now on.
pub fn unseen<'a>(seen: &Seen, keys: impl Iterator<Item = &'a str>) -> Vec<Arc<str>> {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Cursor and keys of a step's answer.
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
    fn keys_come_once_and_the_walk_ends_at_cursor_zero() {
        let mut scan = Scan::new("p:*".into(), true, Epoch::default(), Seen::default());
        assert_eq!(texts(&take(&mut scan, "17", &["p:a", "p:b", "p:a"], SHORT)), ["p:a", "p:b"]);
        assert!(step_of(&scan).unwrap().contains("\r\n17\r\n"));
        assert_eq!(texts(&take(&mut scan, "0", &["p:b", "p:c"], SHORT)), ["p:c"]);
        assert_eq!(step_of(&scan), None);
    }

    #[test]
    fn keys_that_are_not_text_are_left_out() {
        let mut scan = Scan::new("p:*".into(), true, Epoch::default(), Seen::default());
        let keys = Frame::Array(vec![Frame::Bulk(b"p:\xff"), Frame::Bulk(b"p:a")]);
        let answer = Frame::Array(vec![Frame::Bulk(b"0"), keys]);
        assert_eq!(texts(&scan.take(&answer, SHORT).unwrap()), ["p:a"]);
    }

    #[test]
    fn a_restarted_walk_repeats_no_key() {
        let mut scan = Scan::new("p:*".into(), false, Epoch::default(), Seen::default());
        take(&mut scan, "17", &["p:a"], SHORT);
        scan.restart(Epoch::default());
        assert_eq!(texts(&take(&mut scan, "0", &["p:a", "p:b"], SHORT)), ["p:b"]);
    }

    #[test]
    fn steps_adapt_to_the_time_they_take() {
        let mut scan = Scan::new("p:*".into(), false, Epoch::default(), Seen::default());
        let mut count_after = |took| {
            take(&mut scan, "17", &[], took);
            scan.count
        };
        assert_eq!(count_after(LONGEST_STEP / 4), 2 * FIRST_COUNT);
        assert_eq!(count_after(LONGEST_STEP), 2 * FIRST_COUNT);
        assert_eq!(count_after(LONGEST_STEP * 2), FIRST_COUNT);
        assert_eq!((0..20).map(|_| count_after(LONGEST_STEP * 2)).last(), Some(LEAST_COUNT));
        assert_eq!((0..20).map(|_| count_after(SHORT)).last(), Some(MOST_COUNT));
    }

    #[test]
    fn another_answer_is_an_error() {
        let mut scan = Scan::new("*".into(), false, Epoch::default(), Seen::default());
        assert!(scan.take(&Frame::Simple(b"OK"), SHORT).is_err());
        assert!(scan.take(&Frame::Array(vec![Frame::Bulk(b"x"), Frame::Array(vec![])]), SHORT).is_err());
    }
}
