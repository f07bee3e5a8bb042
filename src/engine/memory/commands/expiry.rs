//! When a key expires: the options EX, PX, EXAT and PXAT.

use super::Commands;
use super::number;
use super::reply::Refusal;

/// The unit of an expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    pub is_seconds: bool,
    /// Counted from now, rather than from 1970.
    pub is_relative: bool,
}

impl Unit {
    pub const EX: Unit = Unit { is_seconds: true, is_relative: true };
    pub const PX: Unit = Unit { is_seconds: false, is_relative: true };
    pub const EXAT: Unit = Unit { is_seconds: true, is_relative: false };
    pub const PXAT: Unit = Unit { is_seconds: false, is_relative: false };
    pub const NAMED: [(&'static str, Unit); 4] =
        [("EX", Unit::EX), ("PX", Unit::PX), ("EXAT", Unit::EXAT), ("PXAT", Unit::PXAT)];

    /// Converts to Unix time in milliseconds; `None` if that is too large.
    pub fn unix(self, number: i64, now: i64) -> Option<i64> {
        let milliseconds = if self.is_seconds { number.checked_mul(1000)? } else { number };
        if self.is_relative { milliseconds.checked_add(now) } else { Some(milliseconds) }
    }
}

impl Commands<'_> {
    /// Reads the expiry of a key that is written. `command`: in lower case.
    pub(super) fn expiry(&self, unit: Unit, argument: &[u8], command: &str) -> Result<i64, Refusal> {
        let number = number::integer(argument)?;
        let unix = if number > 0 { unit.unix(number, self.now) } else { None };
        unix.ok_or_else(|| Refusal::expiry(command))
    }

    /// Sets the expiry of a key, in Unix milliseconds. A key whose time is over is removed.
    pub(super) fn expire_at(&mut self, key: &[u8], unix: i64) {
        if unix <= self.now {
            self.entries.remove(key);
        } else {
            let expires = self.entries.clock.instant(unix);
            self.entries.expire(key, Some(expires));
        }
    }

    /// Writes a string that expires.
    pub(super) fn put_until(&mut self, key: &[u8], bytes: Vec<u8>, unix: i64) {
        if unix <= self.now {
            self.entries.remove(key);
        } else {
            let expires = self.entries.clock.instant(unix);
            self.put(key, bytes, Some(expires));
        }
    }

    /// When a key expires, in Unix milliseconds.
    pub(super) fn unix_expiry(&self, key: &[u8]) -> Option<i64> {
        self.expires(key).map(|expires| self.entries.clock.unix(expires))
    }
}
