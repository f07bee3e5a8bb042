//! The newest sent write on each entry, by lane. Recorded only while writes on one entry can be sent on different
//! lanes.

use std::collections::HashMap;

use tokio::time::Instant;

use super::{Age, Lane, Touched};

/// Limit of recorded entries. Beyond it, every older command counts as stale.
const MAX_ENTRIES: usize = 100_000;

#[derive(Default)]
pub struct Recent {
    until: Option<Instant>,
    /// By fingerprint of the key: the newest write that was sent on each lane.
    newest: HashMap<u64, Vec<(Lane, Age)>>,
    /// Older writes count as stale, on any entry.
    floor: Age,
}

impl Recent {
    pub fn is_on(&self) -> bool {
        self.until.is_some()
    }

    pub fn start(&mut self, until: Instant) {
        self.until = self.until.max(Some(until));
    }

    pub fn stop_if_due(&mut self, now: Instant) {
        if self.until.is_some_and(|until| until <= now) {
            *self = Recent::default();
        }
    }

    pub fn record(&mut self, age: Age, touched: &Touched, lane: Lane) {
        if !self.is_on() {
            return;
        }
        if self.newest.len() > MAX_ENTRIES {
            let ages = self.newest.values().flatten().map(|(_, age)| *age);
            self.floor = ages.fold(self.floor, Age::max);
            self.newest.clear();
        }
        for key in &touched.keys {
            let lanes = self.newest.entry(*key).or_default();
            match lanes.iter_mut().find(|(of, _)| *of == lane) {
                Some((_, newest)) => *newest = age.max(*newest),
                None => lanes.push((lane, age)),
            }
        }
    }

    /// Whether a newer write on one of the entries was sent on a lane other than `lane`.
    pub fn has_newer(&self, age: Age, touched: &Touched, lane: Lane) -> bool {
        let is_newer = |(of, newest): &(Lane, Age)| *of != lane && *newest > age;
        let newest = |key| self.newest.get(key).into_iter().flatten();
        age < self.floor || touched.keys.iter().flat_map(newest).any(is_newer)
    }
}
