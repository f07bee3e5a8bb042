//! The deferred commands of one connection, with indexes, because there can be thousands.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::segment::Segment;
use crate::connection::order::Touched;
use crate::error::Error;
use crate::protocol::Age;

pub struct Deferred {
    pub command: Segment,
    pub touched: Arc<Touched>,
    /// The server's reply; `None` if the command only queues behind older ones.
    pub refusal: Option<Error>,
    /// Serial of the last segment that was sent before the refusal arrived.
    pub barrier: u64,
}

#[derive(Default)]
pub struct Deferrals {
    commands: BTreeMap<Age, Deferred>,
    /// The commands without a refusal, by batch.
    queued: BTreeSet<(u64, Age)>,
    /// By fingerprint of the key.
    by_key: HashMap<u64, BTreeSet<Age>>,
    /// Refused commands that `resolve` has not decided on, with their barriers.
    pub barriers: VecDeque<(u64, Age)>,
    /// Entries of waiting commands that were settled: commands that queue behind them can be sent.
    pub settled: HashSet<u64>,
    /// Entries on which the server answered a waiting command. It has stopped refusing, so all commands on these
    /// entries can be sent at once.
    pub answered: HashSet<u64>,
    /// Commands that were sent again but still wait in the order, so newer commands already queue behind them.
    pub retried: HashSet<Age>,
    /// A write was added to the waiting ones, so unsent commands may have to queue behind it.
    pub must_withhold: bool,
    /// Unsent commands are about to be redirected.
    pub is_draining: bool,
    /// Number of commands visited, to test that the cost stays linear.
    #[cfg(test)]
    pub visits: usize,
}

impl Deferrals {
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub fn refusals(&self) -> impl Iterator<Item = &Error> {
        self.commands.values().filter_map(|deferred| deferred.refusal.as_ref())
    }

    pub fn get(&self, age: Age) -> Option<&Deferred> {
        self.commands.get(&age)
    }

    pub fn insert(&mut self, age: Age, deferred: Deferred) {
        if deferred.refusal.is_none() {
            self.queued.insert((deferred.command.batch, age));
        }
        for key in &deferred.touched.keys {
            self.by_key.entry(*key).or_default().insert(age);
        }
        self.commands.insert(age, deferred);
    }

    pub fn remove(&mut self, age: Age) -> Option<Deferred> {
        let deferred = self.commands.remove(&age)?;
        self.queued.remove(&(deferred.command.batch, age));
        for key in &deferred.touched.keys {
            if let Some(others) = self.by_key.get_mut(key) {
                others.remove(&age);
                if others.is_empty() {
                    self.by_key.remove(key);
                }
            }
        }
        Some(deferred)
    }

    /// All commands, oldest first.
    pub fn take_all(&mut self) -> impl Iterator<Item = Deferred> + use<> {
        self.queued.clear();
        self.by_key.clear();
        self.barriers.clear();
        std::mem::take(&mut self.commands).into_values()
    }

    pub fn ages(&self) -> Vec<Age> {
        self.commands.keys().copied().collect()
    }

    /// The commands of a batch without a refusal, oldest first.
    pub fn queued_of(&self, batch: u64) -> Vec<Age> {
        self.queued.range((batch, Age::MIN)..=(batch, Age::MAX)).map(|(_, age)| *age).collect()
    }

    /// The commands that touch one of these entries, oldest first.
    pub fn ages_on(&self, keys: &HashSet<u64>) -> Vec<Age> {
        let ages: BTreeSet<Age> =
            keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied().collect();
        ages.into_iter().collect()
    }
}
