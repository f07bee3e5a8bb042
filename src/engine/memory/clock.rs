//! Converts between the monotonic time of expiries and Unix time, which commands use.

use std::time::{Duration, Instant, SystemTime};

/// A larger difference means that the system's clock was set, or that the computer slept.
const MAX_DRIFT: u64 = 500;

/// Both times of one moment. Conversions are exact in both directions while the pair stays the same.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    instant: Instant,
    /// Milliseconds.
    unix: i64,
}

impl Clock {
    pub fn new(instant: Instant) -> Self {
        Clock { instant, unix: unix_now() }
    }

    /// Follows the system's clock if it was set.
    pub fn adjust(&mut self, now: Instant) {
        if self.unix(now).abs_diff(unix_now()) > MAX_DRIFT {
            *self = Clock::new(now);
        }
    }

    /// Unix time of a moment in milliseconds.
    pub fn unix(&self, instant: Instant) -> i64 {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.unix.saturating_add_unsigned(millis(later)),
            None => self.unix.saturating_sub_unsigned(millis(self.instant - instant)),
        }
    }

    /// The moment of a Unix time in milliseconds. Too late for the system's clock: in a hundred years; the past: now.
    pub fn instant(&self, unix: i64) -> Instant {
        let far = Duration::from_secs(100 * 366 * 86_400);
        let later = Duration::from_millis(u64::try_from(unix.saturating_sub(self.unix)).unwrap_or_default());
        self.instant.checked_add(later).unwrap_or_else(|| self.instant + far)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_converted_there_and_back() {
        let clock = Clock::new(Instant::now());
        for later in [0, 1, 999, 1 << 40] {
            assert_eq!(clock.unix(clock.instant(clock.unix + later)), clock.unix + later);
        }
        assert!(clock.instant(i64::MAX) > clock.instant);
        assert_eq!(clock.instant(-1), clock.instant);
    }

    #[test]
    fn a_clock_that_was_set_is_followed() {
        let now = Instant::now();
        let mut clock = Clock { instant: now, unix: 1_000_000 };
        clock.adjust(now);
        assert!(clock.unix(now).abs_diff(unix_now()) <= MAX_DRIFT);
        let kept = clock.unix;
        clock.adjust(now);
        assert_eq!(clock.unix, kept);
    }
}
