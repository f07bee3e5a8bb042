//! Executes operations on the entries of the embedded store.

mod guards;

use std::sync::Arc;
use std::time::Instant;

use super::value::Value;
use super::{Entries, Entry};
use crate::config::Writes;
use crate::engine::call::{Condition, Expiry, Operation, Step, StepKind, Update, UpdateReply};
use crate::engine::lock::Lock;
use crate::error::Error;
use crate::json::digest::digest;
use crate::json::edit::{self, Updated, sum};
use crate::keyspace::Keyspace;

/// The reply of Redis to PTTL if there is no entry.
const NO_ENTRY: i64 = -2;
/// The reply of Redis to PTTL if the entry has no expiry.
const NO_EXPIRY: i64 = -1;

/// Executes an operation on one entry.
pub struct Executor<'a> {
    entries: &'a mut Entries,
    keyspace: &'a Keyspace,
    writes: Writes,
    redis_key: &'a str,
    now: Instant,
}

impl<'a> Executor<'a> {
    pub fn new(entries: &'a mut Entries, keyspace: &'a Keyspace, writes: Writes, redis_key: &'a str) -> Self {
        Executor { entries, keyspace, writes, redis_key, now: Instant::now() }
    }

    /// Returns the result as JSON; `None` if the operation returns no value.
    pub fn run(mut self, operation: Operation<'_>) -> Result<Option<String>, Error> {
        self.check_value(&operation)?;
        let key = self.redis_key;
        Ok(Some(match operation {
            Operation::Get | Operation::GetTracked => self.text(key).map_or_else(null, str::to_owned),
            Operation::Set { json } => {
                self.set(json, Expiry::Default);
                return Ok(None);
            }
            Operation::Delete => self.remove(),
            Operation::Ping => return Ok(None),
            Operation::Role => r#""memory""#.to_owned(),
            Operation::SetWithOptions { json, expiry, condition } => {
                if !self.holds(key, &condition) {
                    return Err(Error::conflict(match condition {
                        Condition::Absent => "the entry already exists",
                        _ => "the etag is not that of the entry",
                    }));
                }
                self.set(json, expiry);
                return Ok(None);
            }
            Operation::DeleteIfMatch { etag } => {
                self.check_etag(&etag)?;
                self.remove()
            }
            Operation::DeleteExisting => self.entries.remove(key).is_some().to_string(),
            Operation::Has => self.entries.get(key).is_some().to_string(),
            Operation::GetWithMetadata => self.with_metadata(),
            Operation::Ttl => self.milliseconds_left().to_string(),
            Operation::Touch { expiry } => {
                let expires = self.expires(expiry);
                self.entries.expire(key, expires);
                u8::from(self.entries.get(key).is_some()).to_string()
            }
            Operation::Persist => {
                let had_one = self.milliseconds_left() >= 0;
                self.entries.expire(key, None);
                u8::from(had_one).to_string()
            }
            Operation::Increment { by, expiry, with_ttl } => {
                let sum = sum(self.text(key), by)?;
                self.rewrite(&sum, expiry);
                if with_ttl { self.timed(&sum) } else { sum }
            }
            Operation::Update(update) => self.update(&update)?,
            Operation::Lock { step, token, hold, .. } => self.lock(step, &token, hold)?,
            Operation::RateLimit { limit, window, cost } => self.rate_limit(limit, window, cost)?,
            Operation::SlidingWindow { limit, window, cost } => self.sliding_window(limit, window, cost)?,
            Operation::TokenBucket { limit, window, cost, refill } => {
                self.token_bucket(limit, window, cost, refill)?
            }
            Operation::Transaction(steps) => self.transaction(&steps)?.to_string(),
            Operation::Commands(_) => unreachable!("run before"),
        }))
    }

    /// The operations on entries reject other types, and those that read also strings that are not text.
    fn check_value(&self, operation: &Operation<'_>) -> Result<(), Error> {
        use Operation::{
            DeleteExisting, Has, Persist, Ping, Role, Set, SetWithOptions, Touch, Transaction, Ttl,
        };
        let is_free = match operation {
            Ping | Role | Set { .. } | Transaction(_) => true,
            SetWithOptions { condition, .. } => matches!(condition, Condition::None | Condition::Absent),
            _ => false,
        };
        let Some(entry) = self.entries.get(self.redis_key).filter(|_| !is_free) else { return Ok(()) };
        match entry.value.bytes() {
            None => Err(wrong_type()),
            Some(_) if matches!(operation, DeleteExisting | Has | Persist | Touch { .. } | Ttl) => Ok(()),
            Some(bytes) if is_text(bytes, &entry.value) => Ok(()),
            Some(bytes) => Err(Error::corrupt(bytes)),
        }
    }

    /// The text of an entry; `None` also if it is not text.
    fn text(&self, redis_key: &str) -> Option<&str> {
        match &self.entries.get(redis_key)?.value {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// Removes the entry. Returns its text.
    fn remove(&mut self) -> String {
        let text = self.text(self.redis_key).map_or_else(null, str::to_owned);
        self.entries.remove(self.redis_key);
        text
    }

    /// When an entry that is written now expires.
    fn expires(&self, expiry: Expiry) -> Option<Instant> {
        Some(self.now + expiry.or(self.writes.ttl)?)
    }

    fn set(&mut self, json: &str, expiry: Expiry) {
        let expires = self.expires(expiry);
        self.entries.insert(self.redis_key, Entry::text(json, expires));
    }

    /// Writes a value. An existing entry keeps its expiry; `expiry` applies to a new one.
    fn rewrite(&mut self, json: &str, expiry: Expiry) {
        let expires = match self.entries.get(self.redis_key) {
            Some(entry) => entry.expires,
            None => self.expires(expiry),
        };
        self.entries.insert(self.redis_key, Entry::text(json, expires));
    }

    fn milliseconds_left(&self) -> i64 {
        match self.entries.get(self.redis_key) {
            None => NO_ENTRY,
            Some(Entry { expires: None, .. }) => NO_EXPIRY,
            Some(Entry { expires: Some(expires), .. }) => (*expires - self.now).as_millis() as i64,
        }
    }

    /// A sum with the milliseconds until the entry expires.
    fn timed(&self, sum: &str) -> String {
        format!("[{sum},{}]", self.milliseconds_left())
    }

    fn with_metadata(&self) -> String {
        let Some(text) = self.text(self.redis_key) else { return null() };
        format!("[{text},\"{}\",{}]", digest(text), self.milliseconds_left())
    }

    fn check_etag(&self, etag: &str) -> Result<(), Error> {
        match self.text(self.redis_key) {
            Some(text) if digest(text) == etag => Ok(()),
            _ => Err(Error::conflict("the etag is not that of the entry")),
        }
    }

    fn holds(&self, redis_key: &str, condition: &Condition<'_>) -> bool {
        let text = self.text(redis_key);
        match condition {
            Condition::None => true,
            Condition::Absent => self.entries.get(redis_key).is_none(),
            Condition::Match(etag) => text.is_some_and(|text| digest(text) == *etag),
            Condition::Fence { fence, token } => {
                text.is_some() && Lock::parse(text).is_ok_and(|lock| lock.is_last_holder(*fence, token))
            }
        }
    }

    fn update(&mut self, update: &Update<'_>) -> Result<String, Error> {
        if let Some(etag) = &update.etag {
            self.check_etag(etag)?;
        }
        let edits = update.edits.as_deref().ok_or_else(edit::malformed)?;
        let old: Option<Arc<str>> = match self.entries.get(self.redis_key).map(|entry| &entry.value) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => self.text(self.redis_key).map(Into::into),
        };
        let Updated { text: new, sum } = edit::update(old.as_deref(), edits)?;
        match &new {
            _ if new.as_deref() == old.as_deref() => {}
            Some(new) => self.rewrite(new, update.expiry),
            None => drop(self.entries.remove(self.redis_key)),
        }
        Ok(match update.reply {
            UpdateReply::Last => sum.unwrap_or_else(null),
            UpdateReply::LastWithTtl => self.timed(&sum.unwrap_or_else(null)),
            UpdateReply::Values => {
                format!("[{},{}]", old.as_deref().unwrap_or("null"), new.as_deref().unwrap_or("null"))
            }
        })
    }

    /// Returns 0, or the number (from 1) of the first step whose condition does not hold.
    fn transaction(&mut self, steps: &[Step<'_>]) -> Result<usize, Error> {
        let keys: Vec<String> =
            steps.iter().map(|step| self.keyspace.key(step.space(), &step.entry)).collect();
        if keys.iter().any(|key| self.entries.holds_collection(key)) {
            return Err(wrong_type());
        }
        let fails = steps.iter().zip(&keys).position(|(step, key)| !self.holds(key, &step.condition));
        if let Some(index) = fails {
            return Ok(index + 1);
        }
        for (step, key) in steps.iter().zip(&keys) {
            let expires = self.expires(step.expiry);
            match step.kind {
                StepKind::Set => self.entries.insert(key, Entry::text(step.json, expires)),
                StepKind::Delete => drop(self.entries.remove(key)),
                StepKind::Check | StepKind::Holds => {}
            }
        }
        Ok(0)
    }
}

/// The key holds a collection, which only commands can write.
pub fn wrong_type() -> Error {
    Error::mismatch("the key holds another type of value than a string")
}

fn is_text(bytes: &[u8], value: &Value) -> bool {
    matches!(value, Value::Text(_)) || std::str::from_utf8(bytes).is_ok()
}

fn null() -> String {
    "null".to_owned()
}
