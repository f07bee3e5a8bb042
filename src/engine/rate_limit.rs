//! Rate limits without fixed windows; the counterparts of `redis/scripts/sliding_window.lua` and `token_bucket.lua`. Pure.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::error::Error;

/// The number of intervals of a sliding window: a call counts for up to this share of the window longer than the window.
const INTERVALS: u64 = 32;
/// JavaScript's `Number.MAX_SAFE_INTEGER`.
const MAX_COUNT: u64 = (1 << 53) - 1;
/// Larger numbers in a bucket are rejected, so that products stay finite.
const MAX_MISSING: f64 = 1e300;

/// What a limit allows, and the cost of a call.
#[derive(Clone, Copy, Debug)]
pub struct Charge {
    pub limit: u64,
    /// In milliseconds.
    pub window: u64,
    pub cost: u64,
}

/// The answer to a call, and the record to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub is_allowed: bool,
    pub remaining: u64,
    /// Milliseconds until the whole limit is available; if the call is not allowed, until it would be.
    pub left: u64,
    /// The record, and how long it is kept; `None` if the present one stays.
    pub written: Option<(String, Duration)>,
}

/// The length of an interval of a sliding window, in milliseconds.
pub fn interval(window: u64) -> u64 {
    window.div_ceil(INTERVALS).max(1)
}

/// `now`: Unix time in milliseconds.
pub fn sliding_window(record: Option<&str>, charge: Charge, now: u64) -> Result<Verdict, Error> {
    let Charge { limit, window, cost } = charge;
    let width = interval(window);
    let current = now - now % width + width - 1;
    let counts = record.map_or(Ok(Vec::new()), counts_of)?;
    let is_ahead = counts.iter().any(|(last, _)| *last > current);
    let mut kept: Vec<(u64, u64)> = Vec::new();
    for (last, count) in counts {
        let last = last.min(current);
        if last + window > now {
            add(&mut kept, last, count);
        }
    }
    let mut used: u64 = kept.iter().map(|(_, count)| count).sum();
    let is_allowed = used + cost <= limit;
    let left = if is_allowed {
        used += cost;
        add(&mut kept, current, cost);
        current + window - now
    } else {
        until_allowed(&kept, used, charge) + window - now
    };
    let written = (is_allowed || is_ahead).then(|| {
        let end = kept.last().map_or(current, |(last, _)| *last);
        (record_of(&kept), Duration::from_millis(end + window - now))
    });
    Ok(Verdict { is_allowed, remaining: limit.saturating_sub(used), left, written })
}

fn add(kept: &mut Vec<(u64, u64)>, last: u64, count: u64) {
    match kept.last_mut() {
        Some((end, sum)) if *end == last => *sum += count,
        _ => kept.push((last, count)),
    }
}

/// The end of the interval after which a call is allowed, once the window has passed it.
fn until_allowed(kept: &[(u64, u64)], used: u64, Charge { limit, cost, .. }: Charge) -> u64 {
    let mut rest = used;
    let end = kept.iter().find(|(_, count)| {
        rest -= count;
        rest + cost <= limit
    });
    end.map_or(0, |(last, _)| *last)
}

fn counts_of(record: &str) -> Result<Vec<(u64, u64)>, Error> {
    let numbers: Option<Vec<u64>> = serde_json::from_str(record).ok();
    let numbers = numbers.filter(|numbers| {
        !numbers.is_empty()
            && numbers.len().is_multiple_of(2)
            && numbers.iter().all(|number| *number <= MAX_COUNT)
    });
    let counts: Option<Vec<(u64, u64)>> =
        numbers.map(|numbers| numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect());
    counts
        .filter(|counts| counts.is_sorted_by(|(first, _), (second, _)| first < second))
        .ok_or_else(|| Error::mismatch("the key holds no counts of a sliding window"))
}

fn record_of(kept: &[(u64, u64)]) -> String {
    let pairs: Vec<String> = kept.iter().map(|(last, count)| format!("{last},{count}")).collect();
    format!("[{}]", pairs.join(","))
}

/// In floating point, as in Lua, so that both round alike beyond 2^53. `refill`: tokens in a window. `now`: Unix time in milliseconds.
pub fn token_bucket(record: Option<&str>, charge: Charge, refill: u64, now: u64) -> Result<Verdict, Error> {
    let [limit, window, cost, refill, now] =
        [charge.limit, charge.window, charge.cost, refill, now].map(|number| number as f64);
    let (changed, missing) = record.map_or(Ok((now, 0.0)), |record| bucket_of(record, window))?;
    let is_ahead = changed > now;
    let missing = (missing - (now - changed.min(now)) * refill).max(0.0);
    let wanted = missing + cost * window;
    let is_allowed = wanted <= limit * window;
    let missing = if is_allowed { wanted } else { missing };
    let awaited = if is_allowed { missing } else { wanted - limit * window };
    let milliseconds = |amount: f64| ((amount / refill).ceil() as u64).min(MAX_COUNT);
    let written = (is_allowed || is_ahead).then(|| {
        let kept = Duration::from_millis(milliseconds(missing).max(1));
        (format!("[{now:.0},{missing:.0},{window:.0}]"), kept)
    });
    let remaining = ((limit * window - missing).max(0.0) / window).floor() as u64;
    Ok(Verdict { is_allowed, remaining, left: milliseconds(awaited), written })
}

/// When a bucket changed last, and the tokens that were missing then, multiplied by `window`.
fn bucket_of(record: &str, window: f64) -> Result<(f64, f64), Error> {
    let numbers: Option<[f64; 3]> = serde_json::from_str(record).ok();
    match numbers.filter(|numbers| numbers.iter().all(|number| (0.0..MAX_MISSING).contains(number))) {
        Some([changed, missing, before]) if before == window => Ok((changed, missing)),
        Some([changed, missing, before]) if before > 0.0 => Ok((changed, (missing * window / before).ceil())),
        _ => Err(Error::mismatch("the key holds no bucket")),
    }
}
