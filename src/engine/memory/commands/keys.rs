//! Commands on keys of any type, and on the whole store.

use super::arguments::{Arguments, is};
use super::glob;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::entries::{Entry, Key};

pub const COMMANDS: &[Command] = &[
    command("DEL", -2, |commands, a| commands.del(a)),
    command("UNLINK", -2, |commands, a| commands.del(a)),
    command("EXISTS", -2, |commands, a| commands.exists_of(a)),
    command("TOUCH", -2, |commands, a| commands.exists_of(a)),
    command("TYPE", 2, |commands, a| commands.type_of(a)),
    command("RENAME", 3, |commands, a| commands.rename(a)),
    command("RENAMENX", 3, |commands, a| commands.renamenx(a)),
    command("COPY", -3, |commands, a| commands.copy(a)),
    command("FLUSHDB", -1, |commands, a| commands.flush(a)),
    command("FLUSHALL", -1, |commands, a| commands.flush(a)),
    command("RANDOMKEY", 1, |commands, a| commands.randomkey(a)),
    command("KEYS", 2, |commands, a| commands.keys(a)),
    command("DBSIZE", 1, |commands, _| Ok(Reply::count(commands.entries.len()))),
    command("PING", -1, |commands, a| commands.ping(a)),
    command("ECHO", 2, |_, a| Ok(Reply::bulk(a[0]))),
    command("TIME", 1, |commands, a| commands.time(a)),
];

impl Commands<'_> {
    fn del(&mut self, a: &[&[u8]]) -> Answer {
        let removed = a.iter().filter(|key| self.entries.remove(**key).is_some());
        Ok(Reply::count(removed.count()))
    }

    /// Counts a key as often as it is named.
    fn exists_of(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::count(a.iter().filter(|key| self.exists(key)).count()))
    }

    fn type_of(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::Simple(self.value(a[0]).map_or("none", |value| value.type_name())))
    }

    fn rename(&mut self, a: &[&[u8]]) -> Answer {
        if !self.exists(a[0]) {
            return Err(Refusal::NO_KEY);
        }
        self.move_key(a[0], a[1]);
        Ok(Reply::OK)
    }

    fn renamenx(&mut self, a: &[&[u8]]) -> Answer {
        if !self.exists(a[0]) {
            return Err(Refusal::NO_KEY);
        }
        let is_free = !self.exists(a[1]);
        if is_free {
            self.move_key(a[0], a[1]);
        }
        Ok(Reply::flag(is_free))
    }

    fn move_key(&mut self, from: &[u8], to: &[u8]) {
        if from == to {
            return;
        }
        if let Some(entry) = self.entries.remove(from) {
            self.entries.insert(to, entry);
        }
    }

    fn copy(&mut self, a: &[&[u8]]) -> Answer {
        let (from, to) = (a[0], a[1]);
        let mut options = Arguments(&a[2..]);
        let mut replaces = false;
        while !options.is_empty() {
            if let Some(database) = options.option("DB") {
                only_database(database)?;
            } else if options.takes("REPLACE") {
                replaces = true;
            } else {
                return Err(Refusal::SYNTAX);
            }
        }
        if from == to {
            return Err(Refusal::new("ERR source and destination objects are the same"));
        }
        let Some(Entry { value, expires }) = self.entries.get(from) else { return Ok(Reply::Integer(0)) };
        if !replaces && self.exists(to) {
            return Ok(Reply::Integer(0));
        }
        let entry = Entry { value: value.clone(), expires: *expires };
        self.entries.insert(to, entry);
        Ok(Reply::Integer(1))
    }

    fn flush(&mut self, a: &[&[u8]]) -> Answer {
        match a {
            [] => {}
            [word] if is(word, "SYNC") || is(word, "ASYNC") => {}
            _ => return Err(Refusal::SYNTAX),
        }
        let keys: Vec<Key> = self.entries.following(b"", None).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.entries.remove(&*key);
        }
        Ok(Reply::OK)
    }

    fn randomkey(&mut self, _: &[&[u8]]) -> Answer {
        let count = self.entries.len();
        let index = if count == 0 { 0 } else { fastrand::usize(..count) };
        Ok(Reply::optional(self.entries.following(b"", None).nth(index).map(|(key, _)| &**key)))
    }

    fn keys(&mut self, a: &[&[u8]]) -> Answer {
        let keys = self.entries.following(b"", None).map(|(key, _)| key);
        Ok(Reply::array(keys.filter(|key| glob::matches(a[0], key))))
    }

    fn ping(&mut self, a: &[&[u8]]) -> Answer {
        match a {
            [] => Ok(Reply::Simple("PONG")),
            [text] => Ok(Reply::bulk(text)),
            _ => Err(Refusal::arity("ping")),
        }
    }

    fn time(&mut self, _: &[&[u8]]) -> Answer {
        let (seconds, milliseconds) = (self.now.div_euclid(1000), self.now.rem_euclid(1000));
        Ok(Reply::array([&seconds.to_string(), &(milliseconds * 1000).to_string()]))
    }
}

/// The embedded store has database 0 only.
fn only_database(number: &[u8]) -> Result<(), Refusal> {
    match super::number::integer(number)? {
        0 => Ok(()),
        _ => Err(Refusal::new("ERR DB index is out of range")),
    }
}
