//! How long to wait before the next attempt to connect.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;

const FIRST_DELAY: Duration = Duration::from_millis(50);
pub const LONGEST_DELAY: Duration = Duration::from_secs(2);
/// Where another server may take over at any time.
pub const LONGEST_DELAY_IN_FAILOVER: Duration = Duration::from_millis(500);

/// The user's own strategy: gets the attempts made so far and what went wrong.
pub type Ask = Arc<dyn Fn(u32, Error) -> Pin<Box<dyn Future<Output = Decision> + Send>> + Send + Sync>;

/// What to do about a lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    After(Duration),
    /// As [`Strategy::Backoff`] has it.
    Default,
    GiveUp,
}

/// Who decides about the next attempt.
#[derive(Clone)]
pub enum Strategy {
    /// Never gives up: 50 ms, doubled with each attempt up to 2 s, with jitter.
    Backoff,
    Every(Duration),
    Never,
    Ask(Ask),
}

impl Strategy {
    /// The delay before the attempt that follows `retries` failed ones; `None` gives up.
    /// Where the default decides, it is no longer than `longest`.
    pub async fn delay(&self, longest: Duration, retries: u32, cause: &Error) -> Option<Duration> {
        let decision = match self {
            Strategy::Backoff => Decision::Default,
            Strategy::Every(delay) => Decision::After(*delay),
            Strategy::Never => Decision::GiveUp,
            Strategy::Ask(ask) => ask(retries, cause.clone()).await,
        };
        match decision {
            Decision::After(delay) => Some(delay),
            Decision::Default => Some(backoff(retries).min(longest)),
            Decision::GiveUp => None,
        }
    }
}

impl fmt::Debug for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Backoff => f.write_str("Backoff"),
            Strategy::Every(delay) => write!(f, "Every({delay:?})"),
            Strategy::Never => f.write_str("Never"),
            Strategy::Ask(_) => f.write_str("Ask(..)"),
        }
    }
}

/// Half of it is jitter, so that a fleet does not come back in step.
fn backoff(retries: u32) -> Duration {
    let full = FIRST_DELAY.saturating_mul(1 << retries.min(16)).min(LONGEST_DELAY);
    full.mul_f64(0.5 + 0.5 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn backoff_doubles_up_to_its_bound_and_never_runs_hot() {
        for (retries, full) in [(0, 50), (1, 100), (5, 1600), (6, 2000), (u32::MAX, 2000)] {
            let full = Duration::from_millis(full);
            let delay = backoff(retries);
            assert!(delay >= full / 2 && delay <= full, "{retries}: {delay:?}");
        }
    }

    #[tokio::test]
    async fn every_strategy_decides() {
        let cause = Error::new(Kind::Connection, "refused");
        let second = Duration::from_secs(1);
        assert_eq!(Strategy::Every(second).delay(second, 7, &cause).await, Some(second));
        assert_eq!(Strategy::Never.delay(second, 0, &cause).await, None);
        let ask: Ask = Arc::new(|retries, _| {
            let decision = if retries < 2 { Decision::Default } else { Decision::GiveUp };
            Box::pin(std::future::ready(decision))
        });
        assert!(Strategy::Backoff.delay(second, 9, &cause).await <= Some(second));
        assert!(Strategy::Ask(ask.clone()).delay(second, 1, &cause).await.is_some());
        assert_eq!(Strategy::Ask(ask).delay(second, 2, &cause).await, None);
    }
}
