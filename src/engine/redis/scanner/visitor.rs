//! What is done with the keys of a scan.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::error::Error;
use crate::protocol::{Effect, Frame, Request};
use crate::sync::locked;

/// Receives the keys of a scan.
pub trait ScanVisitor: Send + 'static {
    /// The command to run on all keys.
    const COMMAND: Option<Command>;
    /// Limit of keys in one command, if it is below the limit of the target.
    const MAX_KEYS: usize = usize::MAX;

    /// Splits a page among commands, and returns where the keys of each command end. May reorder the keys, and remove some.
    fn split(&self, page: &mut Vec<Arc<str>>, max_keys: usize) -> Vec<usize> {
        if Self::COMMAND.is_none() {
            return Vec::new();
        }
        (1..=page.len().div_ceil(max_keys)).map(|end| page.len().min(end * max_keys)).collect()
    }

    /// Adds the command on these keys, of at most `max_keys`.
    fn push(&self, keys: &[Arc<str>], max_keys: usize, request: &mut Request) {
        let Some(Command { many, one, effect }) = Self::COMMAND else { return };
        let mut parts = vec![if max_keys == 1 { one } else { many }.as_bytes()];
        parts.extend(keys.iter().map(|key| key.as_bytes()));
        request.push(&parts, effect);
    }

    /// `reply`: of the command on these keys, for values an array also if it has one element; `None` without a command.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error>;

    /// The command was refused because a key is of another type, which GET does for entries. They are skipped.
    fn skip(&mut self, _refusal: Error) -> Result<(), Error> {
        Ok(())
    }

    /// Converts a failure of the scan for the caller.
    fn explain(&self, failure: Error) -> Error {
        failure
    }
}

/// A command that is run on keys.
pub struct Command {
    /// Its name with several keys.
    pub many: &'static str,
    /// Its name with one key.
    pub one: &'static str,
    pub effect: Effect,
}

/// A visitor that several scans share.
pub struct Shared<V>(Arc<Mutex<V>>);

impl<V> Shared<V> {
    pub fn new(visitor: V) -> Self {
        Shared(Arc::new(Mutex::new(visitor)))
    }

    /// Call it when all scans have ended.
    pub fn into_inner(self) -> V {
        let visitor = Arc::into_inner(self.0).expect("the scans have ended");
        locked(visitor.into_inner())
    }

    fn visitor(&self) -> MutexGuard<'_, V> {
        locked(self.0.lock())
    }
}

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<V: ScanVisitor> ScanVisitor for Shared<V> {
    const COMMAND: Option<Command> = V::COMMAND;
    const MAX_KEYS: usize = V::MAX_KEYS;

    fn split(&self, page: &mut Vec<Arc<str>>, max_keys: usize) -> Vec<usize> {
        self.visitor().split(page, max_keys)
    }

    fn push(&self, keys: &[Arc<str>], max_keys: usize, request: &mut Request) {
        self.visitor().push(keys, max_keys, request);
    }

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        self.visitor().take(keys, reply)
    }

    fn skip(&mut self, refusal: Error) -> Result<(), Error> {
        self.visitor().skip(refusal)
    }

    fn explain(&self, failure: Error) -> Error {
        self.visitor().explain(failure)
    }
}
