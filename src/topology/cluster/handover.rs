//! Serialises the handover of calls that waited for a known node: newer calls must be sent after them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use crate::sync::locked;

/// Lock order: this before the routes, never after.
#[derive(Default)]
pub struct Handover {
    turn: Mutex<()>,
    is_due: AtomicBool,
}

impl Handover {
    /// Held while calls are submitted that may have to wait, while routes are replaced, and during a handover.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        locked(self.turn.lock())
    }

    /// New routes are set, but older calls still wait.
    pub fn is_due(&self) -> bool {
        self.is_due.load(Ordering::Relaxed)
    }

    /// Call it with the routes locked, so that a reader of the new routes also sees this.
    pub fn set_due(&self, is_due: bool) {
        self.is_due.store(is_due, Ordering::Relaxed);
    }
}
