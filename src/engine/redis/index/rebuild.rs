//! Adds the entries that a scan finds to the indexes of their traces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::redis::scanner::{Command, ScanVisitor};
use crate::error::Error;
use crate::keyspace::{Keyspace, Scope, hash_tag};
use crate::protocol::{Effect, Frame, Request};

/// Members of one command.
pub const MAX_MEMBERS: usize = 1024;

/// Counted while a scan runs. A key that the server returns twice counts twice.
#[derive(Debug, Default)]
pub struct Progress {
    scanned: AtomicU64,
    indexed: AtomicU64,
}

impl Progress {
    /// The keys that were found, and those of them that are members now.
    pub fn counts(&self) -> (u64, u64) {
        (self.scanned.load(Ordering::Relaxed), self.indexed.load(Ordering::Relaxed))
    }
}

/// The entries of each trace in a page of keys.
#[derive(Clone)]
pub struct Groups {
    pub keyspace: Keyspace,
    /// An index must be in the slot of its entries.
    pub is_cluster: bool,
}

impl Groups {
    /// Removes keys that no index has, and sorts the others by trace. Returns where the keys of a trace end.
    pub fn split(&self, page: &mut Vec<Arc<str>>) -> Vec<usize> {
        page.retain(|key| self.has_index(key));
        page.sort_unstable_by(|one, other| self.trace_of(one).cmp(self.trace_of(other)));
        let mut ends = Vec::new();
        let mut start = 0;
        for end in 1..=page.len() {
            let is_last = end == page.len() || self.trace_of(&page[end]) != self.trace_of(&page[start]);
            if is_last || end - start == MAX_MEMBERS {
                ends.push(end);
                start = end;
            }
        }
        ends
    }

    /// The command with the index of these keys, which have one trace.
    pub fn command<'a>(&self, name: &'a str, keys: &'a [Arc<str>], score: Option<&'a str>) -> Vec<Vec<u8>> {
        let mut parts = vec![name.into(), self.keyspace.index_of(self.trace_of(&keys[0])).into_bytes()];
        for key in keys {
            parts.extend(score.map(Into::into));
            parts.push(self.entry(key).map_or(Vec::new(), |(_, member)| member.into()));
        }
        parts
    }

    fn has_index(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|_| !self.is_cluster || hash_tag(key.as_bytes()).is_some())
    }

    fn trace_of<'a>(&self, key: &'a str) -> &'a str {
        self.entry(key).map_or("", |(trace_id, _)| trace_id)
    }

    fn entry<'a>(&self, key: &'a str) -> Option<(&'a str, &'a str)> {
        self.keyspace.entry(&Scope::All, key)
    }
}

/// Makes all keys members.
pub struct AddMembers {
    pub groups: Groups,
    pub progress: Arc<Progress>,
}

impl ScanVisitor for AddMembers {
    const COMMAND: Option<Command> = Some(Command { many: "ZADD", one: "ZADD", effect: Effect::Read });

    fn split(&self, page: &mut Vec<Arc<str>>, _: usize) -> Vec<usize> {
        self.progress.scanned.fetch_add(page.len() as u64, Ordering::Relaxed);
        self.groups.split(page)
    }

    /// May be sent again: at worst it adds a member without an entry.
    fn push(&self, keys: &[Arc<str>], _: usize, request: &mut Request) {
        let parts = self.groups.command("ZADD", keys, Some("0"));
        request.push(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>(), Effect::Read);
    }

    fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        self.progress.indexed.fetch_add(keys.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// A key of another type has the name of an index.
    fn skip(&mut self, _: Error) -> Result<(), Error> {
        Err(Error::bad_index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(hash_tags: bool) -> Groups {
        Groups { keyspace: Keyspace::new("p:".into(), hash_tags).with_index(true), is_cluster: hash_tags }
    }

    fn keys(keys: &[&str]) -> Vec<Arc<str>> {
        keys.iter().map(|key| Arc::from(*key)).collect()
    }

    #[test]
    fn keys_are_grouped_by_trace() {
        let groups = groups(false);
        let mut page = keys(&["p:a:1", "p:b:x:y", "p:a:2", "p:lonely", "p::empty"]);
        assert_eq!(groups.split(&mut page), [1, 3, 4]);
        assert_eq!(&*page[3], "p:b:x:y");
        let command = groups.command("ZADD", &page[3..], Some("0"));
        assert_eq!(command, [&b"ZADD"[..], b"__state__:index:p:b", b"0", b"x:y"]);
    }

    #[test]
    fn a_command_has_a_bounded_number_of_members() {
        let mut page: Vec<Arc<str>> =
            (0..=MAX_MEMBERS).map(|number| format!("p:a:{number}").into()).collect();
        assert_eq!(groups(false).split(&mut page), [MAX_MEMBERS, MAX_MEMBERS + 1]);
    }

    #[test]
    fn in_a_cluster_traces_without_a_hash_tag_have_no_index() {
        let mut page = keys(&["p:{}:k", "p:{a}:k", "p:{}}:k"]);
        assert_eq!(groups(true).split(&mut page), [1]);
        assert_eq!(page, keys(&["p:{a}:k"]));
    }
}
