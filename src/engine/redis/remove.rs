//! The scan visitor of `clear`.

use std::sync::Arc;

use super::indexed;
use super::scanner::{Command, ScanVisitor};
use crate::error::{Applied, Error, Kind};
use crate::keyspace::Keyspace;
use crate::protocol::{Effect, Frame, Request};

/// Removes all keys, and their members from the indexes.
pub struct Remove {
    keyspace: Keyspace,
    has_removed: bool,
}

impl Remove {
    pub fn new(keyspace: &Keyspace) -> Self {
        Remove { keyspace: keyspace.clone(), has_removed: false }
    }

    /// The index of a key, and where its member begins.
    fn index_of(&self, key: &str) -> Option<(String, usize)> {
        let mut index = String::new();
        self.keyspace.write_index(&mut index, key).map(|member| (index, member))
    }

    /// Splits a page so that the keys of one command have one index.
    fn split_by_index(&self, page: &mut [Arc<str>], max_keys: usize) -> Vec<usize> {
        page.sort_by_cached_key(|key| self.index_of(key));
        let indexes: Vec<_> = page.iter().map(|key| self.index_of(key)).collect();
        let mut ends = Vec::new();
        let mut start = 0;
        for end in 1..=page.len() {
            if end == page.len() || indexes[end] != indexes[start] || end - start == max_keys {
                ends.push(end);
                start = end;
            }
        }
        ends
    }
}

impl ScanVisitor for Remove {
    const COMMAND: Option<Command> = Some(Command { many: "UNLINK", one: "UNLINK", effect: Effect::Write });

    fn split(&self, page: &mut Vec<Arc<str>>, max_keys: usize) -> Vec<usize> {
        if self.keyspace.keeps_index() {
            return self.split_by_index(page, max_keys);
        }
        (1..=page.len().div_ceil(max_keys)).map(|end| page.len().min(end * max_keys)).collect()
    }

    fn push(&self, keys: &[Arc<str>], _: usize, request: &mut Request) {
        let unlink: Vec<&[u8]> =
            std::iter::once(&b"UNLINK"[..]).chain(keys.iter().map(|key| key.as_bytes())).collect();
        let Some((index, member)) = self.index_of(&keys[0]) else {
            return request.push(&unlink, Effect::Write);
        };
        let members: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[member..]).collect();
        indexed::push_removal(request, index.as_bytes(), &members, &unlink);
    }

    fn take(&mut self, _: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        self.has_removed = true;
        for reply in reply.map(Frame::elements).unwrap_or_default() {
            let Frame::Error(line) = reply else { continue };
            let error = Error::from_reply(line);
            // What is of another type than an index has no members.
            if error.kind != Kind::WrongType {
                return Err(error);
            }
        }
        Ok(())
    }

    /// If some keys were removed, `applied` is unknown for the call as a whole.
    fn explain(&self, failure: Error) -> Error {
        let applied =
            if self.has_removed { Applied::Unknown } else { failure.applied.unwrap_or(Applied::No) };
        failure.with_applied(applied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(keys: &[&str]) -> Vec<Arc<str>> {
        keys.iter().map(|key| Arc::from(*key)).collect()
    }

    fn sent(remove: &Remove, keys: &[Arc<str>]) -> Vec<u8> {
        let mut request = Request::default();
        remove.push(keys, 256, &mut request);
        request.bytes
    }

    #[test]
    fn keys_and_their_members_are_removed_in_one_step() {
        let remove = Remove::new(&Keyspace::new("p:".into(), false).with_index(true));
        let mut page = keys(&["p:a:1", "p:b:x", "p:a:2"]);
        assert_eq!(remove.split(&mut page, 256), [2, 3]);
        let mut expected = Request::default();
        expected.push_unit(
            &[
                &[b"MULTI"],
                &[b"ZREM", b"__state__:index:p:a", b"1", b"2"],
                &[b"UNLINK", b"p:a:1", b"p:a:2"],
                &[b"EXEC"],
            ],
            Effect::Write,
        );
        assert_eq!(sent(&remove, &page[..2]), expected.bytes);
    }

    #[test]
    fn a_command_has_a_bounded_number_of_keys() {
        let remove = Remove::new(&Keyspace::new("p:".into(), false).with_index(true));
        assert_eq!(remove.split(&mut keys(&["p:a:1", "p:a:2", "p:a:3"]), 2), [2, 3]);
    }

    #[test]
    fn without_an_index_the_keys_alone_are_removed_in_their_order() {
        let remove = Remove::new(&Keyspace::new("p:".into(), false));
        let mut page = keys(&["p:b:1", "p:a:1"]);
        assert_eq!((remove.split(&mut page, 256), &*page[0]), (vec![2], "p:b:1"));
        let mut expected = Request::default();
        expected.push(&[b"UNLINK", b"p:b:1", b"p:a:1"], Effect::Write);
        assert_eq!(sent(&remove, &page), expected.bytes);
    }

    #[test]
    fn an_index_of_another_type_does_not_stop_it() {
        let mut remove = Remove::new(&Keyspace::new("p:".into(), false).with_index(true));
        let mut take = |of_index| remove.take(&[], Some(&Frame::Array(vec![of_index, Frame::Integer(1)])));
        assert!(take(Frame::Error(b"WRONGTYPE Operation against a key")).is_ok());
        assert!(take(Frame::Error(b"NOPERM no")).is_err());
        let lost = Error::new(Kind::Connection, "lost").with_applied(Applied::No);
        assert_eq!(remove.explain(lost).applied, Some(Applied::Unknown));
    }
}
