//! The waiting writes, by age and by entry.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio::time::Instant;

use super::{Age, GRACE, Lane, Touched};
use crate::error::Error;

/// Where a waiting write is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In no send queue, or in one but likely to be refused again: no newer write on its entries is sent.
    Deferred,
    /// In the send queue of a lane, and expected to be executed: newer writes on its entries may follow on that lane,
    /// but could overtake it on another.
    Queued(Lane),
}

pub struct Write {
    pub touched: Arc<Touched>,
    deadline: Instant,
    /// Its transient refusal, or that of the write that it queues behind.
    pub refusal: Option<Error>,
    /// A newer write on one of its entries was executed: it must not be sent again.
    pub is_overtaken: bool,
    place: Place,
}

#[derive(Default)]
pub struct WaitingWrites {
    by_age: BTreeMap<Age, Write>,
    /// By fingerprint of the key. Places are few, writes can be many.
    by_key: HashMap<u64, Vec<(Place, BTreeSet<Age>)>>,
}

impl WaitingWrites {
    pub fn is_empty(&self) -> bool {
        self.by_age.is_empty()
    }

    pub fn get(&self, age: Age) -> Option<&Write> {
        self.by_age.get(&age)
    }

    /// Whether a command on `lane` could overtake an older write on one of the entries.
    pub fn blocks(&self, age: Age, touched: &Touched, lane: Lane) -> bool {
        let is_blocked = |(place, writes): &(Place, BTreeSet<Age>)| {
            *place != Place::Queued(lane) && writes.range(..age).next().is_some()
        };
        touched.keys.iter().filter_map(|key| self.by_key.get(key)).flatten().any(is_blocked)
    }

    /// Adds a write, or moves a waiting one to [`Place::Deferred`].
    pub fn insert(&mut self, age: Age, touched: &Arc<Touched>, deadline: Instant, refusal: Option<Error>) {
        let refusal = refusal.or_else(|| self.refusal_before(age, touched));
        let is_overtaken = self.remove(age).is_some_and(|write| write.is_overtaken);
        let place = Place::Deferred;
        let write = Write { touched: touched.clone(), deadline, refusal, is_overtaken, place };
        self.add(age, write);
    }

    pub fn move_to(&mut self, age: Age, place: Place) {
        if let Some(write) = self.remove(age) {
            self.add(age, Write { place, ..write });
        }
    }

    pub fn remove(&mut self, age: Age) -> Option<Write> {
        let write = self.by_age.remove(&age)?;
        for key in &write.touched.keys {
            let Some(places) = self.by_key.get_mut(key) else { continue };
            for (_, writes) in places.iter_mut().filter(|(place, _)| *place == write.place) {
                writes.remove(&age);
            }
            places.retain(|(_, writes)| !writes.is_empty());
            if places.is_empty() {
                self.by_key.remove(key);
            }
        }
        Some(write)
    }

    /// Marks older writes on these entries as overtaken.
    pub fn mark_overtaken(&mut self, age: Age, touched: &Touched) {
        for (_, writes) in touched.keys.iter().filter_map(|key| self.by_key.get(key)).flatten() {
            for older in writes.range(..age) {
                self.by_age.entry(*older).and_modify(|write| write.is_overtaken = true);
            }
        }
    }

    /// Marks all older writes as overtaken.
    pub fn mark_all_overtaken(&mut self, age: Age) {
        self.by_age.range_mut(..age).for_each(|(_, write)| write.is_overtaken = true);
    }

    /// A write that outlives its deadline was lost by a bug in this package. It must not block an entry for good.
    pub fn remove_lost(&mut self, now: Instant) {
        let is_lost = |write: &Write| write.deadline + GRACE < now;
        let lost = self.by_age.iter().filter(|(_, write)| is_lost(write)).map(|(age, _)| *age);
        for age in lost.collect::<Vec<_>>() {
            self.remove(age);
        }
    }

    fn add(&mut self, age: Age, write: Write) {
        for key in &write.touched.keys {
            let places = self.by_key.entry(*key).or_default();
            match places.iter_mut().find(|(place, _)| *place == write.place) {
                Some((_, writes)) => drop(writes.insert(age)),
                None => places.push((write.place, BTreeSet::from([age]))),
            }
        }
        self.by_age.insert(age, write);
    }

    /// The refusal of the newest older write on these entries.
    fn refusal_before(&self, age: Age, touched: &Touched) -> Option<Error> {
        let places = touched.keys.iter().filter_map(|key| self.by_key.get(key)).flatten();
        let before = places.filter_map(|(_, writes)| writes.range(..age).next_back()).max()?;
        self.by_age.get(before)?.refusal.clone()
    }
}
