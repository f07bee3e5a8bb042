//! SCAN, and what the scans of collections have in common with it.

use super::arguments::Arguments;
use super::glob;
use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::entries::Key;

pub const COMMANDS: &[Command] = &[command("SCAN", -2, |commands, a| commands.scan(a))];

/// Elements of a step, unless COUNT says otherwise.
const DEFAULT_COUNT: usize = 10;

pub struct ScanOptions<'a> {
    pub count: usize,
    pattern: Option<&'a [u8]>,
    type_name: Option<&'a [u8]>,
}

impl<'a> ScanOptions<'a> {
    /// `has_type`: the option TYPE is known.
    pub fn read(arguments: &'a [&'a [u8]], has_type: bool) -> Result<Self, Refusal> {
        let mut options = ScanOptions { count: DEFAULT_COUNT, pattern: None, type_name: None };
        let mut arguments = Arguments(arguments);
        while !arguments.is_empty() {
            if let Some(count) = arguments.option("COUNT") {
                let count = number::integer(count)?;
                options.count =
                    usize::try_from(count).ok().filter(|count| *count > 0).ok_or(Refusal::SYNTAX)?;
            } else if let Some(pattern) = arguments.option("MATCH") {
                options.pattern = Some(pattern);
            } else if let Some(name) = arguments.option("TYPE").filter(|_| has_type) {
                options.type_name = Some(name);
            } else {
                return Err(Refusal::SYNTAX);
            }
        }
        Ok(options)
    }

    pub fn matches(&self, name: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob::matches(pattern, name))
    }
}

/// Reads a cursor. Redis takes an empty one for 0.
pub fn cursor(text: &[u8]) -> Result<u64, Refusal> {
    if text.is_empty() {
        return Ok(0);
    }
    str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(INVALID_CURSOR)
}

const INVALID_CURSOR: Refusal = Refusal::new("ERR invalid cursor");

impl Commands<'_> {
    /// What to continue after.
    pub(super) fn position(&mut self, cursor: u64) -> Result<Option<Key>, Refusal> {
        self.entries.cursors.position(cursor).ok_or(INVALID_CURSOR)
    }

    /// The reply of a step. `last`: what the next step continues after, if there is one.
    pub(super) fn step(&mut self, cursor: u64, last: Option<Key>, found: Vec<Reply>) -> Reply {
        let next = last.map_or(0, |last| self.entries.cursors.after(&last, cursor));
        Reply::Array(vec![Reply::bulk(&next.to_string()), Reply::Array(found)])
    }

    fn scan(&mut self, a: &[&[u8]]) -> Answer {
        let cursor = cursor(a[0])?;
        let options = ScanOptions::read(&a[1..], true)?;
        let after = self.position(cursor)?;
        let mut entries = self.entries.following(b"", after.as_deref());
        let (mut found, mut last) = (Vec::new(), None);
        for (key, entry) in entries.by_ref().take(options.count) {
            let is_type = |name: &[u8]| entry.value.type_name().as_bytes().eq_ignore_ascii_case(name);
            if options.matches(key) && options.type_name.is_none_or(is_type) {
                found.push(Reply::bulk(key));
            }
            last = Some(key.clone());
        }
        let last = last.filter(|_| entries.next().is_some());
        drop(entries);
        Ok(self.step(cursor, last, found))
    }
}
