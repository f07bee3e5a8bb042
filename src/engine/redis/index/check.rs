//! Compares indexes with the entries that exist.

use std::sync::Arc;

use super::rebuild::Groups;
use crate::engine::redis::scanner::{Command, ScanVisitor};
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::protocol::{Effect, Frame, Request};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub entries: u64,
    pub members: u64,
    /// Entries that are no members.
    pub missing: u64,
}

impl Counts {
    /// Members without an entry. Not exact while clients write.
    pub fn dead(&self) -> u64 {
        self.members.saturating_sub(self.entries.saturating_sub(self.missing))
    }
}

/// Counts entries, and those that are missing in their index.
pub struct CheckMembers {
    pub groups: Groups,
    pub counts: Counts,
}

impl ScanVisitor for CheckMembers {
    const COMMAND: Option<Command> = Some(Command { many: "ZMSCORE", one: "ZMSCORE", effect: Effect::Read });

    fn split(&self, page: &mut Vec<Arc<str>>, _: usize) -> Vec<usize> {
        self.groups.split(page)
    }

    fn push(&self, keys: &[Arc<str>], _: usize, request: &mut Request) {
        let parts = self.groups.command("ZMSCORE", keys, None);
        request.push(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>(), Effect::Read);
    }

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let scores = reply.map(Frame::elements).filter(|scores| scores.len() == keys.len());
        let scores = scores.ok_or_else(Error::unexpected_reply)?;
        self.counts.entries += keys.len() as u64;
        self.counts.missing += scores.iter().filter(|score| matches!(score, Frame::Nil)).count() as u64;
        Ok(())
    }

    /// A key of another type has the name of an index.
    fn skip(&mut self, _: Error) -> Result<(), Error> {
        Err(Error::bad_index())
    }
}

/// Counts the members of indexes, whose keys are visited.
pub struct CountMembers {
    pub keyspace: Keyspace,
    pub members: u64,
}

impl ScanVisitor for CountMembers {
    const COMMAND: Option<Command> = Some(Command { many: "ZCARD", one: "ZCARD", effect: Effect::Read });
    const MAX_KEYS: usize = 1;

    fn split(&self, page: &mut Vec<Arc<str>>, _: usize) -> Vec<usize> {
        page.retain(|key| self.keyspace.owns_index(key));
        (1..=page.len()).collect()
    }

    fn take(&mut self, _: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let Some(Frame::Integer(count)) = reply else { return Err(Error::unexpected_reply()) };
        self.members += u64::try_from(*count).map_err(|_| Error::unexpected_reply())?;
        Ok(())
    }
}
