//! Walking the keys of a server that match a pattern.

use std::collections::HashSet;
use std::time::Duration;

use redis::{Value, from_redis_value};

use crate::connection::{Epoch, Request};
use crate::error::Error;

/// Keys that the server looks at in the first step.
const FIRST_COUNT: usize = 1000;
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
    seen: HashSet<String>,
}

impl Scan {
    pub fn new(pattern: String, strings_only: bool, epoch: Epoch) -> Self {
        Scan { pattern, strings_only, cursor: Some(0), epoch, count: FIRST_COUNT, seen: HashSet::new() }
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
    pub fn take(&mut self, reply: Value, took: Duration) -> Result<Vec<String>, Error> {
        self.adapt(took);
        let (cursor, keys): (u64, Vec<Vec<u8>>) =
            from_redis_value(reply).map_err(|_| Error::unexpected_reply())?;
        self.cursor = Some(cursor).filter(|cursor| *cursor != 0);
        let keys = keys.into_iter().filter_map(|key| String::from_utf8(key).ok());
        Ok(keys.filter(|key| self.seen.insert(key.clone())).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::ZERO;

    fn answer(cursor: &str, keys: &[&[u8]]) -> Value {
        let bulk = |bytes: &[u8]| Value::BulkString(bytes.to_vec());
        Value::Array(vec![bulk(cursor.as_bytes()), Value::Array(keys.iter().map(|key| bulk(key)).collect())])
    }

    fn step_of(scan: &Scan) -> Option<String> {
        let mut request = Request::default();
        scan.push_step(&mut request).then(|| String::from_utf8(request.bytes).unwrap())
    }

    #[test]
    fn keys_come_once_and_the_walk_ends_at_cursor_zero() {
        let mut scan = Scan::new("p:*".into(), true, Epoch::default());
        assert_eq!(
            scan.take(answer("17", &[b"p:a", b"p:b", b"p:a", b"\xff"]), SHORT).unwrap(),
            ["p:a", "p:b"]
        );
        assert!(step_of(&scan).unwrap().contains("\r\n17\r\n"));
        assert_eq!(scan.take(answer("0", &[b"p:b", b"p:c"]), SHORT).unwrap(), ["p:c"]);
        assert_eq!(step_of(&scan), None);
    }

    #[test]
    fn a_restarted_walk_repeats_no_key() {
        let mut scan = Scan::new("p:*".into(), false, Epoch::default());
        scan.take(answer("17", &[b"p:a"]), SHORT).unwrap();
        scan.restart(Epoch::default());
        assert_eq!(scan.take(answer("0", &[b"p:a", b"p:b"]), SHORT).unwrap(), ["p:b"]);
    }

    #[test]
    fn steps_adapt_to_the_time_they_take() {
        let mut scan = Scan::new("p:*".into(), false, Epoch::default());
        let mut count_after = |took| {
            scan.take(answer("17", &[]), took).unwrap();
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
        assert!(Scan::new("*".into(), false, Epoch::default()).take(Value::Okay, SHORT).is_err());
    }
}
