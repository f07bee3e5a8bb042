//! The steps through the members of an index, or through those with a prefix.

use std::str::from_utf8;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::redis::steps::Steps;
use crate::error::Error;
use crate::keyspace::{Keyspace, Scope};
use crate::protocol::{Effect, Frame, Generation, Request};

/// Members that one step returns.
const STEP: usize = 1024;

#[derive(Clone)]
pub struct IndexRange {
    /// The Redis key of the index.
    index: String,
    /// What the Redis keys of the entries begin with.
    start: String,
    /// The members that remain, in the syntax of BYLEX.
    from: Vec<u8>,
    to: Vec<u8>,
    /// Members that are still wanted.
    remaining: usize,
    last_member: Option<Vec<u8>>,
    is_complete: bool,
}

/// A part of the members.
#[derive(Clone, Debug)]
pub struct Page {
    /// The last member of the page before.
    pub after: Option<Vec<u8>>,
    pub limit: usize,
}

impl IndexRange {
    /// `None`: all traces, which no index has.
    pub fn of(keyspace: &Keyspace, scope: &Scope, page: Option<Page>) -> Option<Self> {
        let (trace_id, key_prefix) = match scope {
            Scope::All => return None,
            Scope::Group(trace_id) => (trace_id, ""),
            Scope::KeyPrefix { trace_id, key_prefix } => (trace_id, key_prefix.as_str()),
        };
        let (from, to) = bounds(key_prefix.as_bytes());
        let (after, limit) = page.map_or((None, usize::MAX), |page| (page.after, page.limit));
        Some(IndexRange {
            index: keyspace.index_of(trace_id),
            start: keyspace.start_of(&Scope::Group(trace_id.clone())),
            from: after.map_or(from, |member| behind(&member)),
            to,
            remaining: limit,
            last_member: None,
            is_complete: false,
        })
    }

    pub fn index(&self) -> &str {
        &self.index
    }

    /// What the Redis keys of the entries begin with. The rest is the member.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// The last member that was returned; `None` if no more follow it.
    pub fn next(&self) -> Option<&[u8]> {
        self.last_member.as_deref().filter(|_| !self.is_complete)
    }

    fn count(&self) -> usize {
        self.remaining.min(STEP)
    }
}

impl Steps for IndexRange {
    fn push_step(&self, request: &mut Request) -> bool {
        if self.is_complete || self.remaining == 0 {
            return false;
        }
        let count = self.count().to_string();
        let (index, from, to) = (self.index.as_bytes(), self.from.as_slice(), self.to.as_slice());
        request.push(&[b"ZRANGE", index, from, to, b"BYLEX", b"LIMIT", b"0", count.as_bytes()], Effect::Read);
        true
    }

    fn key(&self) -> Option<&str> {
        Some(&self.index)
    }

    /// Returns the Redis keys of the members. Ignores members that are not UTF-8, as the keys of all entries are.
    fn take(&mut self, reply: &Frame<'_>, _: Duration) -> Result<Vec<Arc<str>>, Error> {
        let Frame::Array(members) = reply else { return Err(Error::unexpected_reply()) };
        self.is_complete = members.len() < self.count();
        self.remaining -= members.len().min(self.remaining);
        if let Some(last) = members.last() {
            let last = last.bulk().ok_or_else(Error::unexpected_reply)?;
            self.from = behind(last);
            self.last_member = Some(last.to_vec());
        }
        let texts = members.iter().filter_map(|member| from_utf8(member.bulk()?).ok());
        Ok(texts.map(|member| [&self.start, member].concat().into()).collect())
    }

    /// A step is a read, which is sent again.
    fn restart(&mut self, _: Generation) {}
}

/// The members that begin with a prefix. No UTF-8 text has a byte 0xff, so the last byte can be one higher.
fn bounds(prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let Some((last, rest)) = prefix.split_last() else { return (b"-".to_vec(), b"+".to_vec()) };
    ([b"[", prefix].concat(), [b"(", rest, &[last + 1]].concat())
}

/// The members behind this one.
fn behind(member: &[u8]) -> Vec<u8> {
    [b"(", member].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(key_prefix: &str, page: Option<Page>) -> IndexRange {
        let keyspace = Keyspace::new("p:".into(), false).with_index(true);
        let scope = Scope::KeyPrefix { trace_id: "t".into(), key_prefix: key_prefix.into() };
        IndexRange::of(&keyspace, &scope, page).unwrap()
    }

    fn step_of(range: &IndexRange) -> Option<Vec<u8>> {
        let mut request = Request::default();
        range.push_step(&mut request).then_some(request.bytes)
    }

    fn expected(from: &[u8], to: &[u8], count: &str) -> Option<Vec<u8>> {
        let mut request = Request::default();
        let parts = [b"ZRANGE", b"__state__:index:p:t" as &[u8], from, to];
        let rest = [b"BYLEX", b"LIMIT" as &[u8], b"0", count.as_bytes()];
        request.push(&[&parts[..], &rest].concat(), Effect::Read);
        Some(request.bytes)
    }

    fn take(range: &mut IndexRange, members: &[&str]) -> Vec<Arc<str>> {
        let members = members.iter().map(|member| Frame::Bulk(member.as_bytes())).collect();
        range.take(&Frame::Array(members), Duration::ZERO).unwrap()
    }

    #[test]
    fn a_prefix_is_a_range_of_bytes() {
        assert_eq!(step_of(&range("", None)), expected(b"-", b"+", "1024"));
        assert_eq!(step_of(&range("ab", None)), expected(b"[ab", b"(ac", "1024"));
        assert_eq!(step_of(&range("\u{7f}", None)), expected(b"[\x7f", b"(\x80", "1024"));
        assert_eq!(
            step_of(&range("\u{10ffff}", None)),
            expected(b"[\xf4\x8f\xbf\xbf", b"(\xf4\x8f\xbf\xc0", "1024")
        );
    }

    #[test]
    fn each_step_begins_behind_the_last_member() {
        let mut range = range("", None);
        let many: Vec<String> = (0..STEP).map(|number| format!("{number:04}")).collect();
        let keys = take(&mut range, &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((keys.len(), &*keys[0], &*keys[STEP - 1]), (STEP, "p:t:0000", "p:t:1023"));
        assert_eq!(step_of(&range), expected(b"(1023", b"+", "1024"));
        assert_eq!(take(&mut range, &["1024"]), [Arc::from("p:t:1024")]);
        assert_eq!((step_of(&range), range.next()), (None, None));
    }

    #[test]
    fn a_page_ends_at_its_limit_and_the_next_begins_behind_it() {
        let mut first = range("a", Some(Page { after: None, limit: 2 }));
        assert_eq!(step_of(&first), expected(b"[a", b"(b", "2"));
        take(&mut first, &["a", "ab"]);
        assert_eq!((step_of(&first), first.next()), (None, Some(&b"ab"[..])));
        let mut second = range("a", Some(Page { after: Some(b"ab".to_vec()), limit: 2 }));
        assert_eq!(step_of(&second), expected(b"(ab", b"(b", "2"));
        take(&mut second, &["ac"]);
        assert_eq!(second.next(), None);
    }

    #[test]
    fn the_empty_key_is_a_member_like_others() {
        let mut range = range("", Some(Page { after: None, limit: 1 }));
        assert_eq!(take(&mut range, &[""]), [Arc::from("p:t:")]);
        let after = range.next().map(<[u8]>::to_vec);
        assert_eq!(step_of(&self::range("", Some(Page { after, limit: 1 }))), expected(b"(", b"+", "1"));
    }

    #[test]
    fn no_index_has_the_entries_of_all_traces() {
        assert!(IndexRange::of(&Keyspace::new("p:".into(), false), &Scope::All, None).is_none());
    }
}
