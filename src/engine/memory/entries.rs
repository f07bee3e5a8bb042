//! The entries of the embedded store, indexed by key and by expiry.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Instant;

use super::listeners::Listeners;
use crate::engine::change::ChangeKind;

/// Limit of expired entries that are removed at a time.
const MAX_DROPPED: usize = 256;

#[derive(Debug)]
pub struct Entries {
    by_key: BTreeMap<Arc<str>, Entry>,
    /// Keys with an expiry, soonest first.
    expiring: BTreeSet<(Instant, Arc<str>)>,
    pub listeners: Listeners,
    /// The time of the last lock.
    now: Instant,
}

#[derive(Debug)]
pub struct Entry {
    pub json: Arc<str>,
    pub expires: Option<Instant>,
}

impl Default for Entries {
    fn default() -> Self {
        let (by_key, expiring, listeners) = Default::default();
        Entries { by_key, expiring, listeners, now: Instant::now() }
    }
}

impl Entry {
    fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    pub fn json(&self) -> &[u8] {
        self.json.as_bytes()
    }
}

impl Entries {
    /// An entry that has not expired.
    pub fn get(&self, redis_key: &str) -> Option<&Entry> {
        self.by_key.get(redis_key).filter(|entry| !entry.is_expired(self.now))
    }

    pub fn insert(&mut self, redis_key: &str, entry: Entry) {
        self.insert_quietly(redis_key, entry);
        self.listeners.notify(redis_key, ChangeKind::Written);
    }

    /// Without notifying listeners.
    pub fn insert_quietly(&mut self, redis_key: &str, entry: Entry) {
        self.remove_unexpired(redis_key);
        let key: Arc<str> = redis_key.into();
        if let Some(expires) = entry.expires {
            self.expiring.insert((expires, key.clone()));
        }
        self.by_key.insert(key, entry);
    }

    /// Sets or removes the expiry of an entry.
    pub fn expire(&mut self, redis_key: &str, expires: Option<Instant>) {
        let Some(entry) = self.remove_unexpired(redis_key) else { return };
        let key: Arc<str> = redis_key.into();
        if let Some(expires) = expires {
            self.expiring.insert((expires, key.clone()));
        }
        self.by_key.insert(key, Entry { expires, ..entry });
    }

    pub fn remove(&mut self, redis_key: &str) -> Option<Entry> {
        let entry = self.remove_unexpired(redis_key)?;
        self.listeners.notify(redis_key, ChangeKind::Removed);
        Some(entry)
    }

    /// Removes an entry. Returns it unless it has expired.
    fn remove_unexpired(&mut self, redis_key: &str) -> Option<Entry> {
        let (key, entry) = self.by_key.remove_entry(redis_key)?;
        if let Some(expires) = entry.expires {
            self.expiring.remove(&(expires, key));
        }
        if entry.is_expired(self.now) {
            self.listeners.notify(redis_key, ChangeKind::Expired);
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
        start: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Entry)> {
        let from = after.map_or(Bound::Included(start), Bound::Excluded);
        let entries = self.by_key.range::<str, _>((from, Bound::Unbounded));
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
        Entry { json: json.into(), expires }
    }

    #[test]
    fn expired_entries_are_removed_from_both_indexes() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("b", entry("2", Some(now + Duration::from_secs(9))));
        entries.insert("c", entry("3", None));
        entries.drop_expired(now);
        assert_eq!(entries.by_key.keys().map(|key| &**key).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(entries.expiring.len(), 1);
    }

    #[test]
    fn a_write_without_expiry_removes_the_old_one() {
        let (now, mut entries) = (Instant::now(), Entries::default());
        entries.insert("a", entry("1", Some(now)));
        entries.insert("a", entry("2", None));
        entries.drop_expired(now);
        assert_eq!(&*entries.by_key["a"].json, "2");
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
        assert_eq!(entries.following("", None).count(), 1);
    }
}
