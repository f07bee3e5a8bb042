//! The mutex of connections. In the shipped build it is that of the standard library; in tests a scheduler can decide
//! which thread locks it. [`locked`] is for all locks.

#[cfg(test)]
mod scheduled;

use std::sync::{LockResult, PoisonError};

#[cfg(not(test))]
pub use std::sync::{Mutex, MutexGuard};

#[cfg(test)]
pub use self::scheduled::{Mutex, MutexGuard};

/// Ignores poisoning: if a thread panicked with the lock, its call has failed, and others continue with the state.
pub fn locked<T>(result: LockResult<T>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}
