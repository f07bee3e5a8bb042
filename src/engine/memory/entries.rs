//! The entries of the embedded store, indexed by key and by expiry.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use super::clock::Clock;
use super::cursors::Cursors;
use super::listeners::Listeners;
use super::value::Value;
use crate::engine::change::ChangeKind;

/// Limit of expired entries that are removed at a time.
const MAX_DROPPED: usize = 256;

/// A Redis key. Those of entries are text; commands can use any bytes.
pub type Key = Arc<[u8]>;

#[derive(Debug)]
pub struct Entries {
    by_key: BTreeMap<Key, Entry>,
    /// Keys with an expiry, soonest first.
    expiring: BTreeSet<(Instant, Key)>,
    pub listeners: Listeners,
    pub cursors: Cursors,
    pub clock: Clock,
    /// The time of the last lock.
    now: Instant,
}

#[derive(Debug)]
pub struct Entry {
    pub value: Value,
    pub expires: Option<Instant>,
}

impl Default for Entries {
    fn default() -> Self {
        let (by_key, expiring, listeners, cursors) = Default::default();
        let now = Instant::now();
        Entries { by_key, expiring, listeners, cursors, clock: Clock::new(now), now }
    }
}

impl Entry {
    fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// A string that the methods of the adapter write.
    pub fn text(text: impl Into<Arc<str>>, expires: Option<Instant>) -> Self {
        Entry { value: Value::Text(text.into()), expires }
    }
}

impl Entries {
    /// An entry that has not expired.
    pub fn get(&self, redis_key: &(impl AsRef<[u8]> + ?Sized)) -> Option<&Entry> {
        self.by_key.get(redis_key.as_ref()).filter(|entry| !entry.is_expired(self.now))
    }

    /// Whether a key holds something else than a string.
    pub fn holds_collection(&self, redis_key: &str) -> bool {
        self.get(redis_key).is_some_and(|entry| !entry.value.is_string())
    }

    /// The value of an entry that has not expired.
    pub fn value_mut(&mut self, redis_key: &[u8]) -> Option<&mut Value> {
        let entry = self.by_key.get_mut(redis_key).filter(|entry| !entry.is_expired(self.now))?;
        Some(&mut entry.value)
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// The number of entries that have not expired.
    pub fn len(&self) -> usize {
        let expired = self.expiring.iter().take_while(|(expires, _)| *expires <= self.now);
        self.by_key.len() - expired.count()
    }

    pub fn insert(&mut self, redis_key: &(impl AsRef<[u8]> + ?Sized), entry: Entry) {
        self.insert_quietly(redis_key, entry);
        self.listeners.notify(redis_key.as_ref(), ChangeKind::Written);
    }

    /// Without notifying listeners.
    pub fn insert_quietly(&mut self, redis_key: &(impl AsRef<[u8]> + ?Sized), entry: Entry) {
        self.remove_unexpired(redis_key);
        let key: Key = redis_key.as_ref().into();
        if let Some(expires) = entry.expires {
            self.expiring.insert((expires, key.clone()));
        }
        self.by_key.insert(key, entry);
    }

    /// Sets or removes the expiry of an entry.
    pub fn expire(&mut self, redis_key: &(impl AsRef<[u8]> + ?Sized), expires: Option<Instant>) {
        let Some(entry) = self.remove_unexpired(redis_key) else { return };
        let key: Key = redis_key.as_ref().into();
        if let Some(expires) = expires {
            self.expiring.insert((expires, key.clone()));
        }
        self.by_key.insert(key, Entry { expires, ..entry });
    }

    pub fn remove(&mut self, redis_key: &(impl AsRef<[u8]> + ?Sized)) -> Option<Entry> {
        let entry = self.remove_unexpired(redis_key)?;
        self.listeners.notify(redis_key.as_ref(), ChangeKind::Removed);
        Some(entry)
    }

    /// Removes an entry. Returns it unless it has expired.
    fn remove_unexpired(&mut self, redis_key: &(impl AsRef<[u8]> + ?Sized)) -> Option<Entry> {
        let (key, entry) = self.by_key.remove_entry(redis_key.as_ref())?;
        if let Some(expires) = entry.expires {
            self.expiring.remove(&(expires, key));
        }
        if entry.is_expired(self.now) {
            self.listeners.notify(redis_key.as_ref(), ChangeKind::Expired);
            return None;
        }
        Some(entry)
    }

    /// Removes some of the expired entries. The others are treated as absent.
    pub fn drop_expired(&mut self, now: Instant) {
        self.now = now;
        for _ in 0..MAX_DROPPED {
            if !self.has_expired() {
                return;
            }
            if let Some((_, redis_key)) = self.expiring.pop_first() {
                self.by_key.remove(&redis_key);
                self.listeners.notify(&redis_key, ChangeKind::Expired);
            }
        }
    }

    pub fn has_expired(&self) -> bool {
        self.expiring.first().is_some_and(|(expires, _)| *expires <= self.now)
    }

    /// The entries after a key, of those whose keys begin with `start`, in order.
    pub fn following<'a>(
        &'a self,
        start: &'a [u8],
        after: Option<&'a [u8]>,
    ) -> impl Iterator<Item = (&'a Key, &'a Entry)> {
        let from = after.map_or(Bound::Included(start), Bound::Excluded);
        let entries = self.by_key.range::<[u8], _>((from, Bound::Unbounded));
        entries
            .take_while(move |(key, _)| key.starts_with(start))
            .filter(|(_, entry)| !entry.is_expired(self.now))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn entry(json: &str, expires: Option<Instant>) -> Entry {
        Entry::text(json, expires)
    }

    #[test]
    fn expired_entries_are_removed_from_both_indexes() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("b", entry("2", Some(now + Duration::from_secs(9))));
        entries.insert("c", entry("3", None));
        entries.drop_expired(now);
        assert_eq!(entries.by_key.keys().map(|key| &**key).collect::<Vec<_>>(), [b"b", b"c"]);
        assert_eq!(entries.expiring.len(), 1);
    }

    #[test]
    fn a_write_without_expiry_removes_the_old_one() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("a", entry("2", None));
        entries.drop_expired(now);
        assert_eq!(entries.get("a").and_then(|entry| entry.value.bytes()), Some(&b"2"[..]));
        assert!(entries.expiring.is_empty());
    }

    #[test]
    fn an_expired_entry_is_absent_even_before_it_is_removed() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        for number in 0..3 * MAX_DROPPED {
            entries.insert(&format!("k{number:04}"), entry("1", Some(now)));
        }
        entries.insert("z", entry("2", None));
        entries.drop_expired(now);
        assert_eq!(entries.by_key.len(), 2 * MAX_DROPPED + 1);
        assert!(entries.get("k0767").is_none() && entries.remove("k0767").is_none());
        entries.expire("k0766", None);
        assert!(entries.get("k0766").is_none());
        assert_eq!(entries.following(b"", None).count(), 1);
    }
}
