//! A mutex that the scheduler of a test controls, if there is one.

use std::ops::{Deref, DerefMut};
use std::sync::{LockResult, PoisonError};

/// `Scheduled` if it is created in a test with a scheduler.
pub enum Mutex<T> {
    Plain(std::sync::Mutex<T>),
    Scheduled(shuttle::sync::Mutex<T>),
}

pub enum MutexGuard<'a, T> {
    Plain(std::sync::MutexGuard<'a, T>),
    Scheduled(shuttle::sync::MutexGuard<'a, T>),
}

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        match shuttle::current::try_get_current_task() {
            None => Mutex::Plain(std::sync::Mutex::new(value)),
            Some(_) => Mutex::Scheduled(shuttle::sync::Mutex::new(value)),
        }
    }

    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        match self {
            Mutex::Plain(mutex) => map(mutex.lock(), MutexGuard::Plain),
            Mutex::Scheduled(mutex) => map(mutex.lock(), MutexGuard::Scheduled),
        }
    }
}

fn map<A, B>(result: LockResult<A>, guard: impl Fn(A) -> B) -> LockResult<B> {
    result.map(&guard).map_err(|poisoned| PoisonError::new(guard(poisoned.into_inner())))
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            MutexGuard::Plain(guard) => guard,
            MutexGuard::Scheduled(guard) => guard,
        }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            MutexGuard::Plain(guard) => guard,
            MutexGuard::Scheduled(guard) => guard,
        }
    }
}
