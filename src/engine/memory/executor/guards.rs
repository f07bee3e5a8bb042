//! Locks and rate limits.

use std::time::{Duration, SystemTime};

use super::{Entry, Executor, NO_EXPIRY};
use crate::engine::call::LockStep;
use crate::engine::lock::{Lock, NotHeld};
use crate::engine::rate_limit::{self, Charge, Verdict};
use crate::error::Error;

/// JavaScript's `Number.MAX_SAFE_INTEGER`. Larger counts are rejected, because Lua cannot represent them exactly.
const MAX_COUNT: u64 = (1 << 53) - 1;

impl Executor<'_> {
    /// See scripts/lock.lua.
    pub(super) fn lock(&mut self, step: LockStep, token: &str, hold: Duration) -> Result<String, Error> {
        let mut lock = Lock::parse(self.text(self.redis_key))?;
        match lock.step(step, token, hold, since_1970()) {
            Err(NotHeld(left)) => Ok(format!("[null,{left}]")),
            Ok(keep) => {
                let json = serde_json::to_string(&lock).expect("a lock has a JSON text");
                let entry = Entry::text(json, Some(self.now + keep));
                // Only a release wakes waiting calls.
                match step {
                    LockStep::Release => self.entries.insert(self.redis_key, entry),
                    _ => self.entries.insert_quietly(self.redis_key, entry),
                }
                Ok(format!("[{},0]", lock.fence))
            }
        }
    }

    /// See scripts/rate_limit.lua.
    pub(super) fn rate_limit(&mut self, limit: u64, window: Duration, cost: u64) -> Result<String, Error> {
        let window = window.as_millis() as u64;
        let used = self.text(self.redis_key).map_or(Ok(0), count)?;
        let left = u64::try_from(self.milliseconds_left()).unwrap_or(window);
        let is_allowed = used + cost <= limit;
        let used = if is_allowed { used + cost } else { used };
        if is_allowed || self.milliseconds_left() == NO_EXPIRY {
            let expires = Some(self.now + Duration::from_millis(left.max(1)));
            self.entries.insert(self.redis_key, Entry::text(used.to_string(), expires));
        }
        Ok(format!("[{},{},{left}]", u8::from(is_allowed), limit.saturating_sub(used)))
    }

    /// See scripts/sliding_window.lua.
    pub(super) fn sliding_window(
        &mut self,
        limit: u64,
        window: Duration,
        cost: u64,
    ) -> Result<String, Error> {
        let charge = Charge { limit, window: window.as_millis() as u64, cost };
        let verdict = rate_limit::sliding_window(self.text(self.redis_key), charge, milliseconds())?;
        Ok(self.apply(verdict))
    }

    /// See scripts/token_bucket.lua.
    pub(super) fn token_bucket(
        &mut self,
        limit: u64,
        window: Duration,
        cost: u64,
        refill: u64,
    ) -> Result<String, Error> {
        let charge = Charge { limit, window: window.as_millis() as u64, cost };
        let verdict = rate_limit::token_bucket(self.text(self.redis_key), charge, refill, milliseconds())?;
        Ok(self.apply(verdict))
    }

    /// Writes the record of a rate limit. Returns the reply.
    fn apply(&mut self, Verdict { is_allowed, remaining, left, written }: Verdict) -> String {
        if let Some((record, kept)) = written {
            let expires = Some(self.now + kept);
            self.entries.insert(self.redis_key, Entry::text(record, expires));
        }
        format!("[{},{remaining},{left}]", u8::from(is_allowed))
    }
}

/// Accepts digits only; `parse` would also accept a sign.
fn count(text: &str) -> Result<u64, Error> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text);
    let count = digits.and_then(|digits| digits.parse().ok()).filter(|count| *count <= MAX_COUNT);
    count.ok_or_else(|| Error::mismatch("the key holds no count"))
}

fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Unix time.
fn milliseconds() -> u64 {
    since_1970().as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_integers_that_lua_can_represent() {
        assert_eq!(count("0").ok(), Some(0));
        assert_eq!(count("9007199254740991").ok(), Some(MAX_COUNT));
        for text in
            ["9007199254740992", "100000000000000000", "99999999999999999999", "+1", "-1", "1.5", "", " 1"]
        {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
