//! Server commands on the embedded store, with the replies and error texts of Redis 7.

mod arguments;
mod element_scans;
mod expiry;
mod glob;

mod hashes;
mod keys;
mod keys_expiry;
mod lists;
mod lists_edit;
mod number;
mod reply;
mod scan;
mod set_option;
mod sets;
mod sorted_set_add;
mod sorted_set_bounds;
mod sorted_set_ranges;
mod sorted_sets;
mod strings;
mod strings_many;
mod strings_parts;

use std::time::Instant;

pub use self::reply::Reply;

use self::reply::Refusal;
use super::entries::{Entries, Entry};
use super::value::{Collection, Value};

/// The reply of a command, or the text of its error.
type Answer = Result<Reply, Refusal>;

/// Runs commands on the entries, all at the same time.
pub struct Commands<'a> {
    entries: &'a mut Entries,
    /// Unix time in milliseconds.
    now: i64,
}

/// A command that the embedded store has.
struct Command {
    /// In upper case.
    name: &'static str,
    /// The number of parts, including the name; negative: at least as many.
    arity: isize,
    run: Run,
}

/// Receives the arguments without the name.
type Run = fn(&mut Commands<'_>, &[&[u8]]) -> Answer;

const FAMILIES: [&[Command]; 14] = [
    strings::COMMANDS,
    strings_many::COMMANDS,
    strings_parts::COMMANDS,
    keys::COMMANDS,
    keys_expiry::COMMANDS,
    scan::COMMANDS,
    hashes::COMMANDS,
    element_scans::COMMANDS,
    sorted_sets::COMMANDS,
    sorted_set_add::COMMANDS,
    sorted_set_ranges::COMMANDS,
    lists::COMMANDS,
    lists_edit::COMMANDS,
    sets::COMMANDS,
];

/// Why a command is not run. In a unit, then none of its commands is.
#[derive(Debug, PartialEq, Eq)]
pub enum NotRun {
    Unsupported,
    /// The text of the error.
    Malformed(String),
}

const fn command(name: &'static str, arity: isize, run: Run) -> Command {
    Command { name, arity, run }
}

/// Whether the embedded store has a command, and the number of its arguments is possible.
pub fn check(parts: &[&[u8]]) -> Result<(), NotRun> {
    let command = parts.first().and_then(|name| find(name)).ok_or(NotRun::Unsupported)?;
    if command.accepts(parts.len()) {
        return Ok(());
    }
    Err(NotRun::Malformed(Refusal::arity(&command.name.to_ascii_lowercase()).into()))
}

fn find(name: &[u8]) -> Option<&'static Command> {
    FAMILIES.iter().copied().flatten().find(|command| command.name.as_bytes().eq_ignore_ascii_case(name))
}

impl Command {
    fn accepts(&self, parts: usize) -> bool {
        if self.arity < 0 { parts >= self.arity.unsigned_abs() } else { parts == self.arity.unsigned_abs() }
    }
}

impl<'a> Commands<'a> {
    pub fn new(entries: &'a mut Entries) -> Self {
        let instant = entries.now();
        entries.clock.adjust(instant);
        Commands { now: entries.clock.unix(instant), entries }
    }

    /// Runs a command that passes `check`.
    pub fn run(&mut self, parts: &[&[u8]]) -> Reply {
        let Some((name, arguments)) = parts.split_first() else {
            return Reply::Error("ERR empty command".into());
        };
        let Some(command) = find(name) else {
            return Reply::Error(format!("ERR unknown command '{}'", String::from_utf8_lossy(name)));
        };
        let answer = if command.accepts(parts.len()) {
            (command.run)(self, arguments)
        } else {
            Err(Refusal::arity(&command.name.to_ascii_lowercase()))
        };
        answer.unwrap_or_else(|refusal| Reply::Error(refusal.into()))
    }

    fn value(&self, key: &[u8]) -> Option<&Value> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    fn exists(&self, key: &[u8]) -> bool {
        self.value(key).is_some()
    }

    fn expires(&self, key: &[u8]) -> Option<Instant> {
        self.entries.get(key).and_then(|entry| entry.expires)
    }

    fn string(&self, key: &[u8]) -> Result<Option<&[u8]>, Refusal> {
        self.value(key).map(|value| value.bytes().ok_or(Refusal::WRONG_TYPE)).transpose()
    }

    /// Writes a string.
    fn put(&mut self, key: &[u8], bytes: Vec<u8>, expires: Option<Instant>) {
        self.entries.insert(key, Entry { value: Value::Bytes(bytes), expires });
    }

    /// Writes a string, and keeps the expiry of the key.
    fn replace(&mut self, key: &[u8], bytes: Vec<u8>) {
        let expires = self.expires(key);
        self.put(key, bytes, expires);
    }

    fn read<T: Collection>(&self, key: &[u8]) -> Result<Option<&T>, Refusal> {
        self.value(key).map(|value| T::of(value).ok_or(Refusal::WRONG_TYPE)).transpose()
    }

    /// Changes a collection, if there is one. Without elements it is removed.
    fn edit<T: Collection, R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<Option<R>, Refusal> {
        let Some(value) = self.entries.value_mut(key) else { return Ok(None) };
        let collection = T::of_mut(value).ok_or(Refusal::WRONG_TYPE)?;
        let result = change(collection);
        if collection.is_empty() {
            self.entries.remove(key);
        }
        Ok(Some(result))
    }

    /// Changes a collection, which is created if need be.
    fn edit_or_create<T: Collection, R>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, Refusal> {
        if self.exists(key) {
            let changed = self.edit(key, change)?;
            return Ok(changed.expect("the key exists"));
        }
        let mut collection = T::default();
        let result = change(&mut collection);
        if !collection.is_empty() {
            self.entries.insert_quietly(key, Entry { value: collection.into_value(), expires: None });
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests;
