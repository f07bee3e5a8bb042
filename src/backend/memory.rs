//! The embedded store: what Redis does with these entries, inside this process.

mod acting;
mod listeners;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

pub use self::listeners::ListenerId;

use self::acting::Acting;
use self::listeners::{Listener, Listeners};
use crate::call::{Call, Calls, Outcomes, Success};
use crate::config::Writes;
use crate::error::Error;
use crate::json::Slices;
use crate::keyspace::Keyspace;
use crate::listing::Listing;
use crate::watch::Happened;

/// Stores that adapters share by name, as long as one of them is open.
static NAMED: Mutex<Option<HashMap<String, Weak<Memory>>>> = Mutex::new(None);

#[derive(Debug, Default)]
pub struct Memory {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: BTreeMap<String, Entry>,
    /// Keys that expire, the soonest first.
    expiring: BTreeSet<(Instant, String)>,
    listeners: Listeners,
}

#[derive(Debug)]
struct Entry {
    json: String,
    expires: Option<Instant>,
}

impl Memory {
    /// The store of that name; without a name a new one.
    pub fn open(name: Option<&str>) -> Arc<Self> {
        let Some(name) = name else { return Arc::default() };
        let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
        let named = named.get_or_insert_default();
        named.retain(|_, store| store.strong_count() > 0);
        if let Some(store) = named.get(name).and_then(Weak::upgrade) {
            return store;
        }
        let store = Arc::default();
        named.insert(name.to_owned(), Arc::downgrade(&store));
        store
    }

    pub fn apply(&self, keyspace: &Keyspace, writes: Writes, calls: Calls<'_>, mut outcomes: impl Outcomes) {
        let mut entries = self.entries();
        let expires = writes.ttl.map(|ttl| Instant::now() + Duration::from_secs(ttl.into()));
        let mut redis_key = String::new();
        for (index, call) in calls.enumerate() {
            keyspace.write_key(&mut redis_key, call.entry());
            let (removed, acted);
            let outcome = match call {
                Call::Get { .. } => Ok(Success::Value(entries.by_key.get(&redis_key).map(Entry::json))),
                Call::Set { json, .. } => {
                    entries.insert(&redis_key, Entry { json: json.to_owned(), expires });
                    Ok(Success::Done)
                }
                Call::Ping => Ok(Success::Done),
                Call::Delete { .. } => {
                    removed = entries.remove(&redis_key);
                    Ok(Success::Value(removed.as_ref().map(Entry::json)))
                }
                Call::Act { action, arguments, .. } => {
                    let acting = Acting::new(&mut entries, keyspace, writes, &redis_key);
                    match acting.run(action, arguments) {
                        Ok(json) => {
                            acted = json;
                            Ok(acted
                                .as_deref()
                                .map_or(Success::Done, |json| Success::Value(Some(json.as_bytes()))))
                        }
                        Err(error) => Err(error),
                    }
                }
            };
            outcomes.take(index, outcome);
        }
        drop(entries);
        outcomes.finish();
    }

    pub fn list(&self, keyspace: &Keyspace, mut listing: Listing) -> Result<Slices, Error> {
        let start = keyspace.start_of(listing.scope());
        for (redis_key, entry) in self.entries().starting_with(&start) {
            if listing.show().needs_values() {
                listing.take_value(redis_key, entry.json())?;
            } else {
                listing.take_key(redis_key);
            }
        }
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub fn read(&self, redis_keys: Vec<Arc<str>>, mut listing: Listing) -> Result<Slices, Error> {
        let entries = self.entries();
        for redis_key in redis_keys {
            if let Some(entry) = entries.by_key.get(&*redis_key) {
                listing.take_value(&redis_key, entry.json())?;
            }
        }
        Ok(listing.finish())
    }

    /// Removes all entries whose Redis key starts so.
    pub fn clear(&self, start: &str) {
        let mut entries = self.entries();
        let redis_keys: Vec<String> = entries.starting_with(start).map(|(key, _)| key.clone()).collect();
        for redis_key in redis_keys {
            entries.remove(&redis_key);
        }
    }

    /// Calls it with whatever happens, until it is forgotten.
    pub fn listen(&self, listener: Listener) -> ListenerId {
        self.entries().listeners.add(listener)
    }

    pub fn forget(&self, listener: ListenerId) {
        self.entries().listeners.remove(listener);
    }

    /// Tells of what has expired by now.
    pub fn drop_expired(&self) {
        drop(self.entries());
    }

    /// The entries that have not expired.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.drop_expired(Instant::now());
        entries
    }
}

impl Entry {
    fn json(&self) -> &[u8] {
        self.json.as_bytes()
    }
}

impl Entries {
    fn insert(&mut self, redis_key: &str, entry: Entry) {
        self.take_out(redis_key);
        if let Some(expires) = entry.expires {
            self.expiring.insert((expires, redis_key.to_owned()));
        }
        self.by_key.insert(redis_key.to_owned(), entry);
        self.listeners.tell(redis_key, Happened::Written);
    }

    /// Gives an entry another expiry, or none.
    fn expire(&mut self, redis_key: &str, expires: Option<Instant>) {
        let Some(entry) = self.by_key.get_mut(redis_key) else { return };
        let before = std::mem::replace(&mut entry.expires, expires);
        if let Some(before) = before {
            self.expiring.remove(&(before, redis_key.to_owned()));
        }
        if let Some(expires) = expires {
            self.expiring.insert((expires, redis_key.to_owned()));
        }
    }

    fn remove(&mut self, redis_key: &str) -> Option<Entry> {
        let entry = self.take_out(redis_key)?;
        self.listeners.tell(redis_key, Happened::Removed);
        Some(entry)
    }

    fn take_out(&mut self, redis_key: &str) -> Option<Entry> {
        let entry = self.by_key.remove(redis_key)?;
        if let Some(expires) = entry.expires {
            self.expiring.remove(&(expires, redis_key.to_owned()));
        }
        Some(entry)
    }

    fn drop_expired(&mut self, now: Instant) {
        while self.expiring.first().is_some_and(|(expires, _)| *expires <= now) {
            if let Some((_, redis_key)) = self.expiring.pop_first() {
                self.by_key.remove(&redis_key);
                self.listeners.tell(&redis_key, Happened::Expired);
            }
        }
    }

    fn starting_with<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        self.by_key.range(start.to_owned()..).take_while(move |(key, _)| key.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(json: &str, expires: Option<Instant>) -> Entry {
        Entry { json: json.into(), expires }
    }

    #[test]
    fn entries_expire_and_leave_nothing_behind() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("b", entry("2", Some(now + Duration::from_secs(9))));
        entries.insert("c", entry("3", None));
        entries.drop_expired(now);
        assert_eq!(entries.by_key.keys().collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(entries.expiring.len(), 1);
    }

    #[test]
    fn a_write_without_expiry_removes_the_old_one() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("a", entry("2", None));
        entries.drop_expired(now);
        assert_eq!(entries.by_key["a"].json, "2");
        assert!(entries.expiring.is_empty());
    }

    #[test]
    fn listeners_are_told_what_happened() {
        let (now, memory) = (Instant::now(), Memory::default());
        let (told, hear) = std::sync::mpsc::channel();
        let listener =
            memory.listen(Box::new(move |key, happened| told.send(format!("{key} {happened:?}")).unwrap()));
        memory.entries().insert("a", entry("1", None));
        memory.entries().insert("a", entry("2", Some(now)));
        memory.drop_expired();
        assert!(memory.entries().remove("a").is_none());
        memory.entries().insert("b", entry("1", None));
        memory.entries().remove("b");
        memory.forget(listener);
        memory.entries().insert("c", entry("1", None));
        let expected = ["a Written", "a Written", "a Expired", "b Written", "b Removed"];
        assert_eq!(hear.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn stores_are_shared_by_name_while_one_is_open() {
        let first = Memory::open(Some("shared"));
        first.entries().insert("a", entry("1", None));
        assert!(Memory::open(Some("shared")).entries().by_key.contains_key("a"));
        assert!(Memory::open(None).entries().by_key.is_empty());
        drop(first);
        assert!(Memory::open(Some("shared")).entries().by_key.is_empty());
    }
}
