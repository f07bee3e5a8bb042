//! The algorithms on a virtual clock, compared with models that remember every call.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A record with its expiry, as a store keeps it.
#[derive(Default)]
struct Stored {
    record: Option<(String, u64)>,
}

impl Stored {
    fn charge(&mut self, now: u64, decide: impl Fn(Option<&str>) -> Result<Verdict, Error>) -> Verdict {
        self.record.take_if(|(_, expires)| *expires <= now);
        let verdict = decide(self.record.as_ref().map(|(record, _)| record.as_str())).unwrap();
        if let Some((record, kept)) = &verdict.written {
            self.record = Some((record.clone(), now + kept.as_millis() as u64));
        }
        verdict
    }
}

const START: u64 = 1_790_000_000_000;

fn steps() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let pause = prop_oneof![Just(0), 0_u64..40, 0_u64..400, 0_u64..3000];
    vec((pause, 1_u64..4), 1..120)
}

/// Sum of the costs of the allowed calls that are younger than `age`.
fn younger(allowed: &[(u64, u64)], now: u64, age: u64) -> u64 {
    allowed.iter().filter(|(at, _)| *at + age > now).map(|(_, cost)| cost).sum()
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    /// Never more than the limit in any window, and a call that a log of all calls would still allow when calls count for one
    /// interval longer is allowed.
    #[test]
    fn fuzz_a_sliding_window_is_exact_but_for_one_interval(steps in steps(), limit in 3_u64..20, window in 1_u64..2000) {
        let mut stored = Stored::default();
        let (mut now, mut allowed) = (START, Vec::new());
        for (pause, cost) in steps {
            now += pause;
            let charge = Charge { limit, window, cost };
            let verdict = stored.charge(now, |record| sliding_window(record, charge, now));
            if verdict.is_allowed {
                prop_assert!(younger(&allowed, now, window) + cost <= limit);
                allowed.push((now, cost));
            } else {
                prop_assert!(younger(&allowed, now, window + interval(window) - 1) + cost > limit);
                let retry = now + verdict.left;
                let copy = stored.record.clone().filter(|(_, expires)| *expires > retry).map(|(record, _)| record);
                prop_assert!(sliding_window(copy.as_deref(), charge, retry).unwrap().is_allowed);
            }
            let intervals = stored.record.as_ref().map_or(0, |(record, _)| record.matches(',').count().div_ceil(2));
            prop_assert!(intervals as u64 <= INTERVALS + 1);
        }
    }

    /// The tokens, computed with fractions of 128 bits.
    #[test]
    fn fuzz_a_bucket_has_the_tokens_of_its_model(steps in steps(), limit in 3_u64..20, window in 1_u64..2000, refill in 1_u64..50) {
        let mut stored = Stored::default();
        let (mut now, mut missing) = (START, 0_i128);
        let (size, per_token) = (i128::from(limit * window), i128::from(window));
        for (pause, cost) in steps {
            now += pause;
            missing = (missing - i128::from(pause * refill)).max(0);
            let charge = Charge { limit, window, cost };
            let verdict = stored.charge(now, |record| token_bucket(record, charge, refill, now));
            let wanted = missing + i128::from(cost) * per_token;
            prop_assert_eq!(verdict.is_allowed, wanted <= size);
            if verdict.is_allowed {
                missing = wanted;
            } else {
                let after = wanted - i128::from(verdict.left * refill);
                prop_assert!(after <= size && after + i128::from(refill) > size);
            }
            prop_assert_eq!(i128::from(verdict.remaining), (size - missing) / per_token);
        }
    }

    /// Whatever the clock and the options do, a limit recovers once they are stable.
    #[test]
    fn fuzz_limits_recover(
        steps in vec((any::<bool>(), 0_u64..100_000, 1_u64..5000, 3_u64..9), 1..30),
    ) {
        let (mut sliding, mut bucket) = (Stored::default(), Stored::default());
        let mut now = START;
        let mut last = 1;
        for (back, by, window, limit) in steps {
            now = if back { now - by } else { now + by };
            let charge = Charge { limit, window, cost: 2 };
            sliding.charge(now, |record| sliding_window(record, charge, now));
            bucket.charge(now, |record| token_bucket(record, charge, limit, now));
            last = window;
        }
        let charge = Charge { limit: 3, window: last, cost: 2 };
        for stored in [&mut sliding, &mut bucket] {
            // Without the expiry, which the clock has moved too.
            stored.record = stored.record.take().map(|(record, _)| (record, u64::MAX));
        }
        let denied = sliding.charge(now, |record| sliding_window(record, charge, now));
        let later = now + if denied.is_allowed { 0 } else { denied.left };
        prop_assert!(later <= now + last + 5000);
        prop_assert!(denied.is_allowed || sliding.charge(later, |record| sliding_window(record, charge, later)).is_allowed);
        let denied = bucket.charge(now, |record| token_bucket(record, charge, 3, now));
        let later = now + if denied.is_allowed { 0 } else { denied.left };
        prop_assert!(denied.is_allowed || bucket.charge(later, |record| token_bucket(record, charge, 3, later)).is_allowed);
    }

    #[test]
    fn fuzz_no_record_panics(record in "\\PC*", now in 0_u64..4_000_000_000_000) {
        let charge = Charge { limit: 5, window: 1000, cost: 1 };
        let _ = sliding_window(Some(&record), charge, now);
        let _ = token_bucket(Some(&record), charge, 5, now);
    }
}

#[test]
fn the_largest_bucket_is_kept_for_the_longest_time() {
    let charge = Charge { limit: MAX_COUNT, window: 366 * 86_400_000, cost: MAX_COUNT };
    let verdict = token_bucket(None, charge, 1, START).unwrap();
    assert_eq!((verdict.is_allowed, verdict.remaining, verdict.left), (true, 0, MAX_COUNT));
    assert_eq!(verdict.written.unwrap().1, Duration::from_millis(MAX_COUNT));
}

#[test]
fn a_foreign_record_is_rejected() {
    let charge = Charge { limit: 5, window: 1000, cost: 1 };
    for record in [
        "",
        "1",
        "[]",
        "{}",
        "[1]",
        "[1,2,3]",
        "[2,1,1,1]",
        "[1,-1]",
        "[1,1.5]",
        "[1,9007199254740992]",
        "[1,null]",
    ] {
        assert!(sliding_window(Some(record), charge, START).is_err(), "{record}");
    }
    for record in
        ["", "1", "[]", "{}", "[1,2]", "[1,2,0]", "[1,-2,1]", "[1,2,3,4]", "[1,1e300,1]", "[1,null,1]"]
    {
        assert!(token_bucket(Some(record), charge, 5, START).is_err(), "{record}");
    }
}
