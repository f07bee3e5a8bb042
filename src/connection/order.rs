//! The order of writes on one entry, across all connections of one store.
//!
//! A write after a transient refusal is retried later, and a redirected write is sent to another node. Until such a
//! write is settled it *waits*, and newer writes on the entries that it touches queue behind it. While no write
//! waits, a call costs one counter and one check of a flag: no key is read or hashed.
//!
//! Reads are not ordered: a read that overtakes a waiting write returns the stored value, and a repeated read changes
//! nothing.

mod recent;
mod touched;
mod waiting;

use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use self::recent::Recent;
pub use self::touched::Touched;
use self::waiting::{Place, WaitingWrites};
use crate::error::Error;
use crate::protocol::{Age, Encoded};
use crate::sync::{Mutex, MutexGuard, locked};

/// The identity of a connection in an [`Order`].
pub type Lane = u64;

/// Maximum time from the deadline of a write until it is settled.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub struct Order {
    next_age: AtomicU64,
    next_lane: AtomicU64,
    /// A write waits, or sent writes are recorded.
    is_active: AtomicBool,
    hasher: RandomState,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: WaitingWrites,
    recent: Recent,
}

impl Order {
    /// Assigns the ages of `count` new commands. Returns the first; the others follow it.
    pub fn ages(&self, count: usize) -> Age {
        self.next_age.fetch_add(count as u64, Ordering::Relaxed)
    }

    pub fn new_lane(&self) -> Lane {
        self.next_lane.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether commands must be checked before they are sent and when they are answered.
    pub fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Relaxed)
    }

    pub fn touched(&self, command: Encoded<'_>) -> Arc<Touched> {
        Arc::new(Touched::by(command, &self.hasher))
    }

    /// Whether a command may be sent on `lane` now, because no older write on its entries waits.
    pub fn admit(&self, age: Age, touched: &Touched, lane: Lane) -> bool {
        if touched.keys.is_empty() {
            return true;
        }
        let mut state = self.state();
        let is_admitted = !state.waiting.blocks(age, touched, lane);
        if is_admitted {
            state.recent.record(age, touched, lane);
        }
        is_admitted
    }

    /// Adds a waiting write: newer commands queue behind it until it is settled. Returns `false`, and adds nothing,
    /// if a newer write on one of its entries was already sent on another lane: then this one must not be sent any
    /// more.
    pub fn wait(
        &self,
        age: Age,
        touched: &Arc<Touched>,
        deadline: Instant,
        refusal: Option<&Error>,
        lane: Lane,
    ) -> bool {
        if touched.keys.is_empty() {
            return true;
        }
        let mut state = self.state();
        if state.recent.has_newer(age, touched, lane) {
            state.waiting.remove(age);
            return false;
        }
        let refusal = refusal.filter(|refusal| refusal.is_transient()).cloned();
        state.waiting.insert(age, touched, deadline, refusal);
        self.is_active.store(true, Ordering::Release);
        true
    }

    /// Whether a newer write on one of the entries was sent on another lane: then this one must not be sent any more.
    pub fn is_stale(&self, age: Age, touched: &Touched, lane: Lane) -> bool {
        self.state().recent.has_newer(age, touched, lane)
    }

    /// The transient refusal of a waiting command, or of the command that it queues behind.
    pub fn refusal_of(&self, age: Age) -> Option<Error> {
        self.state().waiting.get(age)?.refusal.clone()
    }

    /// A waiting command is in the send queue of `lane` again, and expected to be executed.
    pub fn requeue(&self, age: Age, lane: Lane) {
        self.state().waiting.move_to(age, Place::Queued(lane));
    }

    /// Removes a settled command. Returns the entries that it touches, if it waited.
    pub fn settle(&self, age: Age) -> Option<Arc<Touched>> {
        if !self.is_active() {
            return None;
        }
        let mut state = self.state();
        let touched = state.waiting.remove(age).map(|write| write.touched);
        self.deactivate_if_idle(&state);
        touched
    }

    /// A write was executed, or may have been: older writes on its entries must not be sent again.
    pub fn executed(&self, age: Age, touched: &Touched) {
        self.state().waiting.mark_overtaken(age, touched);
    }

    /// Like [`Order::executed`], for a write whose entries are no longer known.
    pub fn executed_on_unknown_entries(&self, age: Age) {
        self.state().waiting.mark_all_overtaken(age);
    }

    pub fn is_overtaken(&self, age: Age) -> bool {
        self.state().waiting.get(age).is_some_and(|write| write.is_overtaken)
    }

    /// Records sent writes until every command that is pending now is settled: from now on, commands on one entry can
    /// be sent on different lanes.
    pub fn record(&self, max_call_duration: Duration) {
        let mut state = self.state();
        state.recent.start(Instant::now() + max_call_duration + GRACE);
        self.is_active.store(true, Ordering::Release);
    }

    /// Removes expired state, and deactivates the order if none is left.
    pub fn tidy(&self, now: Instant) {
        let mut state = self.state();
        state.recent.stop_if_due(now);
        state.waiting.remove_lost(now);
        self.deactivate_if_idle(&state);
    }

    fn deactivate_if_idle(&self, state: &State) {
        if state.waiting.is_empty() && !state.recent.is_on() {
            self.is_active.store(false, Ordering::Release);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.state.lock())
    }
}

#[cfg(test)]
mod tests;
