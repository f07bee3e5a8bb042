//! What actions do to the entries.

use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Entries, Entry};
use crate::action::Action;
use crate::call::Arguments;
use crate::config::Writes;
use crate::digest::digest;
use crate::edit::{Change, edit, sum};
use crate::error::Error;
use crate::keyspace::Keyspace;

/// As Redis answers where there is no such entry.
const NO_ENTRY: i64 = -2;
/// As Redis answers where an entry has no expiry.
const NO_EXPIRY: i64 = -1;

/// An action on one entry.
pub struct Acting<'a> {
    entries: &'a mut Entries,
    keyspace: &'a Keyspace,
    writes: Writes,
    redis_key: &'a str,
    now: Instant,
}

/// The value of a lock's entry.
#[derive(Default, Serialize, Deserialize)]
struct Lock {
    #[serde(default)]
    token: String,
    fence: u64,
    /// In milliseconds of Unix time; 0 when it was given back.
    expires: u64,
}

impl<'a> Acting<'a> {
    pub fn new(entries: &'a mut Entries, keyspace: &'a Keyspace, writes: Writes, redis_key: &'a str) -> Self {
        Acting { entries, keyspace, writes, redis_key, now: Instant::now() }
    }

    /// JSON of what it came to; none where nothing is asked for.
    pub fn run(mut self, action: Action, mut arguments: Arguments<'_>) -> Result<Option<String>, Error> {
        let key = self.redis_key;
        Ok(Some(match action {
            Action::Write => {
                let [json, ttl, condition] = arguments.next_n();
                let expires = self.expiry(&ttl);
                return match self.holds(key, &condition) {
                    true => {
                        self.entries.insert(key, Entry { json: json.into_owned(), expires });
                        Ok(None)
                    }
                    false => Err(Error::conflict("the entry is not as the call wants it")),
                };
            }
            Action::Take => {
                self.check_etag(&arguments.next_n::<1>()[0])?;
                self.entries.remove(key).map_or_else(null, |entry| entry.json)
            }
            Action::Remove => self.entries.remove(key).is_some().to_string(),
            Action::Has => self.text(key).map_or(0, str::len).to_string(),
            Action::Inspect => self.inspect(),
            Action::Ttl => self.milliseconds_left().to_string(),
            Action::Touch => {
                let expires = self.expiry(&arguments.next_n::<1>()[0]);
                self.entries.expire(key, expires);
                u8::from(self.text(key).is_some()).to_string()
            }
            Action::Persist => {
                let had_one = self.milliseconds_left() >= 0;
                self.entries.expire(key, None);
                u8::from(had_one).to_string()
            }
            Action::Increment => {
                let [by, ttl] = arguments.next_n();
                let sum = sum(self.text(key), &by)?;
                self.rewrite(sum.clone(), &ttl);
                sum
            }
            Action::Update => self.update(arguments)?,
            Action::Lock => self.lock(arguments)?,
            Action::Limit => self.limit(arguments)?,
            Action::Transact => self.transact(arguments).to_string(),
        }))
    }

    fn text(&self, redis_key: &str) -> Option<&str> {
        self.entries.by_key.get(redis_key).map(|entry| entry.json.as_str())
    }

    /// When an entry expires that is written with this.
    fn expiry(&self, ttl: &str) -> Option<Instant> {
        let seconds = if ttl.is_empty() { self.writes.ttl } else { ttl.parse().ok().filter(|ttl| *ttl > 0) };
        seconds.map(|seconds| self.now + Duration::from_secs(seconds.into()))
    }

    /// Writes a value that keeps its expiry, or gets one where it is new.
    fn rewrite(&mut self, json: String, ttl: &str) {
        let expires = match self.entries.by_key.get(self.redis_key) {
            Some(entry) => entry.expires,
            None => self.expiry(ttl),
        };
        self.entries.insert(self.redis_key, Entry { json, expires });
    }

    fn milliseconds_left(&self) -> i64 {
        match self.entries.by_key.get(self.redis_key) {
            None => NO_ENTRY,
            Some(Entry { expires: None, .. }) => NO_EXPIRY,
            Some(Entry { expires: Some(expires), .. }) => (*expires - self.now).as_millis() as i64,
        }
    }

    fn inspect(&self) -> String {
        let Some(text) = self.text(self.redis_key) else { return null() };
        format!("[{text},\"{}\",{}]", digest(text), self.milliseconds_left())
    }

    fn check_etag(&self, wanted: &str) -> Result<(), Error> {
        match self.text(self.redis_key) {
            Some(text) if digest(text) == wanted => Ok(()),
            _ => Err(Error::conflict("the etag is not that of the entry")),
        }
    }

    fn holds(&self, redis_key: &str, condition: &str) -> bool {
        let text = self.text(redis_key);
        match condition.split_once(':') {
            Some(("match", wanted)) => text.is_some_and(|text| digest(text) == wanted),
            Some(("fence", holder)) => text.is_some_and(|text| holder_of(text).as_deref() == Some(holder)),
            _ => condition.is_empty() || text.is_none(),
        }
    }

    fn update(&mut self, mut arguments: Arguments<'_>) -> Result<String, Error> {
        let [ttl, wanted, answer] = arguments.next_n();
        if !wanted.is_empty() {
            self.check_etag(&wanted)?;
        }
        let old = self.text(self.redis_key).map(str::to_owned);
        let (mut new, mut last) = (old.clone(), None);
        while let Some(name) = arguments.next() {
            let [depth] = arguments.next_n();
            let names: Vec<_> = arguments.by_ref().take(depth.parse().unwrap_or_default()).collect();
            let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
            let [json] = arguments.next_n();
            (last, new) = edit(new.as_deref(), &names, Change::of(&name, &json))?;
        }
        match &new {
            _ if new == old => {}
            Some(new) => self.rewrite(new.clone(), &ttl),
            None => drop(self.entries.remove(self.redis_key)),
        }
        if answer == "last" {
            return Ok(last.unwrap_or_else(null));
        }
        Ok(format!("[{},{}]", old.unwrap_or_else(null), new.unwrap_or_else(null)))
    }

    fn lock(&mut self, mut arguments: Arguments<'_>) -> Result<String, Error> {
        let [step, token, hold] = arguments.next_n();
        let text = self.text(self.redis_key);
        let lock: Lock = match text.map(serde_json::from_str) {
            None => Lock::default(),
            Some(lock) => lock.map_err(|_| Error::mismatch("the entry is not a lock"))?,
        };
        let now = unix_milliseconds();
        let is_held = lock.expires > now;
        let is_mine = is_held && lock.token == token;
        let is_acquired = step == "acquire";
        if is_acquired && is_held || !is_acquired && !is_mine {
            return Ok(format!("[null,{}]", if is_held { lock.expires - now } else { 0 }));
        }
        let fence = lock.fence + u64::from(is_acquired);
        let expires = if step == "release" { 0 } else { now + hold.parse::<u64>().unwrap_or_default() };
        let lock = Lock { token: token.into_owned(), fence, expires };
        let json = serde_json::to_string(&lock).expect("a lock has a JSON text");
        self.entries.insert(self.redis_key, Entry { json, expires: None });
        Ok(format!("[{fence},0]"))
    }

    fn limit(&mut self, mut arguments: Arguments<'_>) -> Result<String, Error> {
        let [limit, window, cost] =
            arguments.next_n().map(|number| number.parse::<u64>().unwrap_or_default());
        let used = match self.text(self.redis_key) {
            None => 0,
            Some(text) => text.parse::<u64>().map_err(|_| Error::mismatch("the entry is not a count"))?,
        };
        let left = u64::try_from(self.milliseconds_left()).unwrap_or(window);
        let is_allowed = used + cost <= limit;
        let used = if is_allowed { used + cost } else { used };
        if is_allowed || self.milliseconds_left() == NO_EXPIRY {
            let expires = Some(self.now + Duration::from_millis(left.max(1)));
            self.entries.insert(self.redis_key, Entry { json: used.to_string(), expires });
        }
        Ok(format!("[{},{},{left}]", u8::from(is_allowed), limit.saturating_sub(used)))
    }

    /// The number of the operation whose condition does not hold, from 1, or 0.
    fn transact(&mut self, mut arguments: Arguments<'_>) -> usize {
        let mut operations = Vec::new();
        while let Some(kind) = arguments.next() {
            let [name, json, ttl, condition] = arguments.next_n();
            operations.push((kind, self.keyspace.key(&name), json, ttl, condition));
        }
        let fails = operations.iter().position(|(_, key, _, _, condition)| !self.holds(key, condition));
        if let Some(index) = fails {
            return index + 1;
        }
        for (kind, key, json, ttl, _) in operations {
            let expires = self.expiry(&ttl);
            match kind.as_ref() {
                "set" => self.entries.insert(&key, Entry { json: json.into_owned(), expires }),
                "delete" => drop(self.entries.remove(&key)),
                _ => {}
            }
        }
        0
    }
}

fn null() -> String {
    "null".to_owned()
}

/// Number and token of who held it last.
fn holder_of(text: &str) -> Option<String> {
    serde_json::from_str::<Lock>(text).ok().map(|lock| format!("{}:{}", lock.fence, lock.token))
}

fn unix_milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}
