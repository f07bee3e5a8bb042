//! Walking the keys of a server that match a pattern.

use std::collections::HashSet;

use redis::{Cmd, Value, cmd, from_redis_value};

use crate::connection::{Epoch, Request};
use crate::error::Error;

/// Keys that the server looks at in one step, before any other client has its turn.
const COUNT: usize = 1000;

/// A walk over a server's keys: steps to be asked for, and what is new in their answers.
pub struct Scan {
    pattern: String,
    /// Leaves keys of other types than string to the server to skip.
    strings_only: bool,
    /// `None` when the walk is complete.
    cursor: Option<u64>,
    /// The connection whose server the cursor is from.
    epoch: Epoch,
    seen: HashSet<String>,
}

impl Scan {
    pub fn new(pattern: String, strings_only: bool, epoch: Epoch) -> Self {
        Scan { pattern, strings_only, cursor: Some(0), epoch, seen: HashSet::new() }
    }

    /// Adds the next step to a request; `false` when the walk is complete.
    pub fn push_step(&self, request: &mut Request) -> bool {
        self.command().inspect(|step| request.push_here(step, self.epoch)).is_some()
    }

    fn command(&self) -> Option<Cmd> {
        let mut scan = cmd("SCAN");
        scan.arg(self.cursor?).arg("MATCH").arg(&self.pattern).arg("COUNT").arg(COUNT);
        if self.strings_only {
            scan.arg("TYPE").arg("string");
        }
        Some(scan)
    }

    /// The keys of an answer that no earlier one had. Keys that are not UTF-8 are none of ours.
    pub fn take(&mut self, reply: Value) -> Result<Vec<String>, Error> {
        let (cursor, keys): (u64, Vec<Vec<u8>>) =
            from_redis_value(reply).map_err(|_| Error::unexpected_reply())?;
        self.cursor = Some(cursor).filter(|cursor| *cursor != 0);
        let keys = keys.into_iter().filter_map(|key| String::from_utf8(key).ok());
        Ok(keys.filter(|key| self.seen.insert(key.clone())).collect())
    }

    /// Begins anew, on a new connection: a cursor means nothing to a server that was restarted.
    pub fn restart(&mut self, epoch: Epoch) {
        (self.cursor, self.epoch) = (Some(0), epoch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cursor: &str, keys: &[&[u8]]) -> Value {
        let bulk = |bytes: &[u8]| Value::BulkString(bytes.to_vec());
        Value::Array(vec![bulk(cursor.as_bytes()), Value::Array(keys.iter().map(|key| bulk(key)).collect())])
    }

    #[test]
    fn keys_come_once_and_the_walk_ends_at_cursor_zero() {
        let mut scan = Scan::new("p:*".into(), true, Epoch::default());
        assert_eq!(scan.take(answer("17", &[b"p:a", b"p:b", b"p:a", b"\xff"])).unwrap(), ["p:a", "p:b"]);
        let next = scan.command().unwrap().get_packed_command();
        assert!(String::from_utf8(next).unwrap().contains("\r\n17\r\n"));
        assert_eq!(scan.take(answer("0", &[b"p:b", b"p:c"])).unwrap(), ["p:c"]);
        assert!(scan.command().is_none());
    }

    #[test]
    fn a_restarted_walk_repeats_no_key() {
        let mut scan = Scan::new("p:*".into(), false, Epoch::default());
        scan.take(answer("17", &[b"p:a"])).unwrap();
        scan.restart(Epoch::default());
        assert_eq!(scan.take(answer("0", &[b"p:a", b"p:b"])).unwrap(), ["p:b"]);
    }

    #[test]
    fn another_answer_is_an_error() {
        assert!(Scan::new("*".into(), false, Epoch::default()).take(Value::Okay).is_err());
    }
}
