//! The embedded store, which behaves like Redis but keeps the entries in this process.

mod clock;
mod commands;
mod cursors;
mod entries;
mod executor;
mod listeners;
mod sorted_set;
mod unit;
mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Instant;

pub use self::listeners::ListenerId;

#[cfg(test)]
use self::commands::{NotRun, Reply};
use self::entries::{Entries, Entry, Key};
use self::executor::{Executor, wrong_type};
use self::listeners::Listener;
use self::value::Value;
use super::call::{Calls, Operation, Outcomes, Success};
use super::listing::Listing;
use crate::config::Writes;
use crate::error::Error;
use crate::json::Chunks;
use crate::keyspace::Keyspace;
use crate::sync::locked;

/// Stores that adapters share by name, while one of them is open.
static NAMED: Mutex<Option<HashMap<String, Weak<Memory>>>> = Mutex::new(None);

/// Limit of entries that a listing or `clear` processes while it holds the lock, which blocks other calls.
const PAGE: usize = 256;
/// Limit of the values on a page, in bytes.
const PAGE_BYTES: usize = 1 << 20;

#[derive(Debug, Default)]
pub struct Memory {
    entries: Mutex<Entries>,
}

impl Memory {
    /// Returns the store with this name; without a name, a new one.
    pub fn open(name: Option<&str>) -> Arc<Self> {
        let Some(name) = name else { return Arc::default() };
        let mut named = locked(NAMED.lock());
        let named = named.get_or_insert_default();
        named.retain(|_, store| store.strong_count() > 0);
        if let Some(store) = named.get(name).and_then(Weak::upgrade) {
            return store;
        }
        let store = Arc::default();
        named.insert(name.to_owned(), Arc::downgrade(&store));
        store
    }

    pub fn apply<'a>(
        &self,
        keyspace: &Keyspace,
        writes: Writes,
        calls: impl Calls<'a>,
        mut outcomes: impl Outcomes,
    ) {
        let mut entries = self.entries();
        let expires = writes.ttl.map(|ttl| Instant::now() + ttl);
        let mut redis_key = String::new();
        for (index, call) in calls.enumerate() {
            keyspace.write_key(&mut redis_key, call.space(), &call.entry);
            let (removed, json, reply);
            let outcome = match call.operation {
                Operation::Get | Operation::GetTracked => {
                    entries.get(&redis_key).map_or(Ok(Success::Value(None)), found)
                }
                Operation::Set { json } => {
                    entries.insert(&redis_key, Entry::text(json, expires));
                    Ok(Success::Done)
                }
                Operation::Delete if !entries.holds_collection(&redis_key) => {
                    removed = entries.remove(&redis_key);
                    removed.as_ref().map_or(Ok(Success::Value(None)), found)
                }
                Operation::Commands(users) => {
                    reply = unit::reply_to(&mut entries, &users);
                    reply.as_ref().map_err(Clone::clone).and_then(|reply| unit::success_of(users.kind, reply))
                }
                operation => match Executor::new(&mut entries, keyspace, writes, &redis_key).run(operation) {
                    Ok(None) => Ok(Success::Done),
                    Ok(Some(result)) => {
                        json = result;
                        Ok(Success::Value(Some(json.as_bytes())))
                    }
                    Err(error) => Err(error),
                },
            };
            outcomes.take(index, outcome);
        }
        drop(entries);
        outcomes.finish();
    }

    /// Runs commands as one unit: no other call comes between them. If one of them cannot be run, none is; then its
    /// index is returned.
    #[cfg(test)]
    pub fn run(&self, unit: &[Vec<&[u8]>]) -> Result<Vec<Reply>, (usize, NotRun)> {
        unit::run(&mut self.entries(), unit)
    }

    /// Lists each entry that exists during the whole listing once: pages are ordered by key.
    pub async fn list(&self, keyspace: &Keyspace, mut listing: Listing) -> Result<Chunks, Error> {
        let start = keyspace.start_of(listing.scope());
        let mut page = self.page(&start, None);
        while let Some(last) = page.last {
            for (redis_key, value) in &page.entries {
                take(&mut listing, redis_key, value)?;
            }
            yield_to_others().await;
            page = self.page(&start, Some(&last));
        }
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub async fn read(&self, redis_keys: Vec<Arc<str>>, mut listing: Listing) -> Result<Chunks, Error> {
        for redis_keys in redis_keys.chunks(PAGE) {
            for (redis_key, value) in self.found(redis_keys) {
                listing.take_value(&redis_key, value.bytes().unwrap_or_default())?;
            }
            yield_to_others().await;
        }
        Ok(listing.finish())
    }

    /// The existing entries of these keys.
    fn found(&self, redis_keys: &[Arc<str>]) -> Vec<(Arc<str>, Value)> {
        let entries = self.entries();
        let string = |key: &Arc<str>| {
            let value = &entries.get(&**key)?.value;
            value.is_string().then(|| (key.clone(), value.clone()))
        };
        redis_keys.iter().filter_map(string).collect()
    }

    /// Removes all entries whose Redis key begins with `start`.
    pub async fn clear(&self, start: &str) {
        let mut last = None;
        while let Some(next) = self.clear_page(start, last.as_deref()) {
            last = Some(next);
            yield_to_others().await;
        }
    }

    /// The next entries after a key, of those whose keys begin with `start`.
    fn page(&self, start: &str, after: Option<&[u8]>) -> Page {
        let (entries, mut bytes) = (self.entries(), 0);
        let mut page = Page { entries: Vec::new(), last: None };
        for (key, entry) in entries.following(start.as_bytes(), after).take(PAGE) {
            page.last = Some(key.clone());
            // Keys of other types are no entries.
            let Some(string) = entry.value.bytes() else { continue };
            bytes += string.len();
            page.entries.push((key.clone(), entry.value.clone()));
            if bytes >= PAGE_BYTES {
                break;
            }
        }
        page
    }

    /// Removes the next entries whose keys begin with `start`. Returns the last key.
    fn clear_page(&self, start: &str, after: Option<&[u8]>) -> Option<Key> {
        let mut entries = self.entries();
        let following = entries.following(start.as_bytes(), after).take(PAGE);
        let keys: Vec<_> = following.map(|(key, entry)| (key.clone(), entry.value.is_string())).collect();
        let strings = keys.iter().filter(|(_, is_string)| *is_string);
        let removed: Vec<_> = strings.map(|(key, _)| entries.remove(key)).collect();
        // Free large values without the lock.
        drop(entries);
        drop(removed);
        keys.into_iter().next_back().map(|(key, _)| key)
    }

    /// Calls `listener` on each change, until it is removed.
    pub fn add_listener(&self, listener: Listener) -> ListenerId {
        self.entries().listeners.add(listener)
    }

    pub fn remove_listener(&self, listener: ListenerId) {
        self.entries().listeners.remove(listener);
    }

    /// Removes expired entries, which notifies listeners.
    pub fn drop_expired(&self) {
        while self.entries().has_expired() {}
    }

    /// Locks the entries, and removes some expired ones.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        let mut entries = locked(self.entries.lock());
        entries.drop_expired(Instant::now());
        entries
    }
}

/// The string of an entry that was read.
fn found(entry: &Entry) -> Result<Success<'_>, Error> {
    entry.value.bytes().map(|bytes| Success::Value(Some(bytes))).ok_or_else(wrong_type)
}

/// Entries in the order of their keys.
struct Page {
    entries: Vec<(Key, Value)>,
    /// The last key that was looked at; `None` if there are no more.
    last: Option<Key>,
}

/// Adds an entry to a listing. A key that is not text is of no entry.
fn take(listing: &mut Listing, redis_key: &[u8], value: &Value) -> Result<(), Error> {
    let Ok(redis_key) = std::str::from_utf8(redis_key) else { return Ok(()) };
    if listing.projection().needs_values() {
        return listing.take_value(redis_key, value.bytes().unwrap_or_default());
    }
    listing.take_key(redis_key);
    Ok(())
}

/// Lets other tasks run: all adapters of the process share the threads.
async fn yield_to_others() {
    tokio::task::yield_now().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::listing::Projection;
    use crate::keyspace::Scope;

    #[test]
    fn commands_and_methods_share_the_keys() {
        let memory = Memory::default();
        memory.entries().insert("p:t:k", entry("1", None));
        let run = |parts: &[&[u8]]| memory.run(&[parts.to_vec()]).unwrap().swap_remove(0);
        assert_eq!(run(&[b"INCR", b"p:t:k"]), Reply::Integer(2));
        assert_eq!(memory.entries().get("p:t:k").and_then(|entry| entry.value.bytes()), Some(&b"2"[..]));
        run(&[b"SADD", b"p:t:s", b"m"]);
        assert!(memory.entries().holds_collection("p:t:s"));
        assert_eq!(memory.page("p:", None).entries.len(), 1, "a set is no entry");
    }

    #[test]
    fn a_unit_with_a_command_that_cannot_be_run_does_nothing() {
        let memory = Memory::default();
        let set: Vec<&[u8]> = vec![b"SET", b"a", b"1"];
        assert_eq!(memory.run(&[set.clone(), vec![b"EVAL"]]), Err((1, NotRun::Unsupported)));
        assert_eq!(memory.entries().len(), 0);
        assert_eq!(memory.run(&[set, vec![b"GET", b"a"]]).map(|replies| replies.len()), Ok(2));
    }

    #[test]
    fn commands_notify_listeners_of_strings_and_removals() {
        let memory = Memory::default();
        let (sender, receiver) = std::sync::mpsc::channel();
        let listener = memory
            .add_listener(Box::new(move |key, change| sender.send(format!("{key} {change:?}")).unwrap()));
        let units =
            ["SET a 1", "APPEND a 2", "EXPIRE a 9", "RENAME a b", "LPUSH l 1", "LPOP l", "PEXPIRE b 0"];
        for unit in units {
            memory.run(&[unit.split(' ').map(str::as_bytes).collect()]).unwrap();
        }
        memory.run(&[vec![b"SET", b"\xff", b"not text"]]).unwrap();
        memory.remove_listener(listener);
        let expected = ["a Written", "a Written", "a Removed", "b Written", "l Removed", "b Removed"];
        assert_eq!(receiver.iter().collect::<Vec<_>>(), expected);
    }

    fn entry(json: &str, expires: Option<Instant>) -> Entry {
        Entry::text(json, expires)
    }

    #[tokio::test]
    async fn an_entry_that_exists_all_the_time_is_listed_once() {
        let (memory, keyspace) = (Memory::default(), Keyspace::new("p:".into(), false));
        for number in 0..3 * PAGE {
            memory.entries().insert(&format!("p:t:{number:04}"), entry("1", None));
        }
        let listing = Listing::new(keyspace.clone(), Scope::All, Projection::Keys);
        let mut listed = std::pin::pin!(memory.list(&keyspace, listing));
        let waker = std::task::Waker::noop();
        let mut context = std::task::Context::from_waker(waker);
        // Other calls run after the first page.
        assert!(listed.as_mut().poll(&mut context).is_pending());
        memory.entries().remove("p:t:0000");
        memory.entries().remove("p:t:0700");
        let keys: Vec<String> = serde_json::from_str(&listed.await.unwrap().concat()).unwrap();
        let expected = (0..3 * PAGE).filter(|number| *number != 700).map(|number| format!("{number:04}"));
        assert_eq!(keys, expected.collect::<Vec<_>>());
    }

    #[test]
    fn listeners_are_called_on_each_change() {
        let (now, memory) = (Instant::now(), Memory::default());
        let (sender, receiver) = std::sync::mpsc::channel();
        let listener = memory
            .add_listener(Box::new(move |key, change| sender.send(format!("{key} {change:?}")).unwrap()));
        memory.entries().insert("a", entry("1", None));
        memory.entries().insert("a", entry("2", Some(now)));
        memory.drop_expired();
        assert!(memory.entries().remove("a").is_none());
        memory.entries().insert("b", entry("1", None));
        memory.entries().remove("b");
        memory.remove_listener(listener);
        memory.entries().insert("c", entry("1", None));
        let expected = ["a Written", "a Written", "a Expired", "b Written", "b Removed"];
        assert_eq!(receiver.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn stores_are_shared_by_name_while_one_is_open() {
        let first = Memory::open(Some("shared"));
        first.entries().insert("a", entry("1", None));
        assert!(Memory::open(Some("shared")).entries().get("a").is_some());
        assert!(Memory::open(None).entries().get("a").is_none());
        drop(first);
        assert!(Memory::open(Some("shared")).entries().get("a").is_none());
    }
}
