//! The record of a lock, and the steps on it; the counterpart of `redis/scripts/lock.lua`. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::LockStep;
use crate::error::Error;

/// How long a record is kept after the lock was released or has expired. Without a record, the next fencing token is
/// the current time. It is larger than the earlier ones, unless the clock was set back by more than this.
pub const GRACE: Duration = Duration::from_secs(3600);

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The token of the last holder; empty after a release.
    token: String,
    pub fence: u64,
    /// Unix time in milliseconds; 0 after a release.
    expires: u64,
}

/// The milliseconds for which another holder still has the lock; 0 if there is no holder.
#[derive(Debug, PartialEq, Eq)]
pub struct NotHeld(pub u64);

impl Lock {
    pub fn parse(record: Option<&str>) -> Result<Self, Error> {
        let Some(record) = record else { return Ok(Self::default()) };
        serde_json::from_str(record).map_err(|_| Error::mismatch("the key holds no lock"))
    }

    /// Whether the lock was last acquired by this holder, with this fencing token, and was not released since.
    pub fn is_last_holder(&self, fence: u64, token: &str) -> bool {
        self.fence == fence && self.token == token
    }

    /// Acquires, extends or releases the lock. Returns how long to keep the record. `now`: Unix time.
    pub fn step(
        &mut self,
        step: LockStep,
        token: &str,
        hold: Duration,
        now: Duration,
    ) -> Result<Duration, NotHeld> {
        let left = self.expires.saturating_sub(now.as_millis() as u64);
        let is_allowed = if step == LockStep::Acquire { left == 0 } else { left > 0 && self.token == token };
        if !is_allowed {
            return Err(NotHeld(left));
        }
        if step == LockStep::Release {
            // Without the token, the lock object of the previous holder is not valid any more.
            *self = Lock { fence: self.fence, ..Self::default() };
            return Ok(GRACE);
        }
        if step == LockStep::Acquire {
            token.clone_into(&mut self.token);
            self.fence = (self.fence + 1).max(now.as_micros() as u64);
        }
        self.expires = (now + hold).as_millis() as u64;
        Ok(hold + GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_secs(10);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_lock_is_held_until_it_is_released_or_expires() {
        let mut lock = Lock::default();
        assert_eq!(lock.step(LockStep::Acquire, "a", HOLD, at(100)), Ok(HOLD + GRACE));
        assert_eq!(lock.step(LockStep::Acquire, "b", HOLD, at(104)), Err(NotHeld(6000)));
        assert_eq!(lock.step(LockStep::Release, "b", HOLD, at(104)), Err(NotHeld(6000)));
        assert_eq!(lock.step(LockStep::Extend, "a", HOLD, at(104)), Ok(HOLD + GRACE));
        assert_eq!(lock.step(LockStep::Acquire, "b", HOLD, at(113)), Err(NotHeld(1000)));
        assert_eq!(lock.step(LockStep::Acquire, "b", HOLD, at(114)), Ok(HOLD + GRACE));
        assert_eq!(lock.step(LockStep::Extend, "a", HOLD, at(114)), Err(NotHeld(10_000)));
        assert_eq!(lock.step(LockStep::Release, "b", HOLD, at(115)), Ok(GRACE));
        assert_eq!(lock.step(LockStep::Release, "b", HOLD, at(115)), Err(NotHeld(0)));
    }

    #[test]
    fn fencing_tokens_increase_even_if_the_clock_is_set_back() {
        let mut lock = Lock::default();
        lock.step(LockStep::Acquire, "a", HOLD, at(100)).unwrap();
        assert_eq!(lock.fence, 100_000_000);
        lock.step(LockStep::Release, "a", HOLD, at(100)).unwrap();
        lock.step(LockStep::Acquire, "b", HOLD, at(90)).unwrap();
        assert_eq!(lock.fence, 100_000_001);
        assert!(lock.is_last_holder(100_000_001, "b"));
        lock.step(LockStep::Release, "b", HOLD, at(91)).unwrap();
        assert!(!lock.is_last_holder(100_000_001, "b") && lock.is_last_holder(100_000_001, ""));
    }

    #[test]
    fn an_invalid_record_is_rejected() {
        assert_eq!(Lock::parse(None).unwrap(), Lock::default());
        let record = r#"{"token":"a","fence":7,"expires":9,"awaited":true}"#;
        assert!(Lock::parse(Some(record)).unwrap().is_last_holder(7, "a"));
        for record in ["1", "{}", r#"{"fence":1,"expires":0}"#, r#"{"token":1,"fence":1,"expires":0}"#, "x"] {
            assert!(Lock::parse(Some(record)).is_err(), "{record}");
        }
    }
}
