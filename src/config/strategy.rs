//! The reconnect strategy: the delay before the next attempt to connect.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;

const FIRST_DELAY: Duration = Duration::from_millis(50);
pub const MAX_DELAY: Duration = Duration::from_secs(2);
/// Limit if another server can take over at any time.
pub const MAX_DELAY_IN_FAILOVER: Duration = Duration::from_millis(500);

/// The user's strategy. Receives the number of failed attempts and the last error.
pub type StrategyFunction =
    Arc<dyn Fn(u32, Error) -> Pin<Box<dyn Future<Output = Decision> + Send>> + Send + Sync>;

/// What to do after a failed attempt or a lost connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    After(Duration),
    /// As for [`Strategy::Backoff`].
    Default,
    Stop,
}

#[derive(Clone)]
pub enum Strategy {
    /// 50 ms, doubled with each attempt up to 2 s, with jitter; without end.
    Backoff,
    Every(Duration),
    Never,
    Function(StrategyFunction),
}

impl Strategy {
    /// The delay after `retries` failed attempts; `None` to stop. `max` limits the default delay.
    pub async fn delay(&self, max: Duration, retries: u32, cause: &Error) -> Option<Duration> {
        let decision = match self {
            Strategy::Backoff => Decision::Default,
            Strategy::Every(delay) => Decision::After(*delay),
            Strategy::Never => Decision::Stop,
            Strategy::Function(function) => function(retries, cause.clone()).await,
        };
        match decision {
            Decision::After(delay) => Some(delay),
            Decision::Default => Some(backoff(retries).min(max)),
            Decision::Stop => None,
        }
    }
}

impl fmt::Debug for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Backoff => f.write_str("Backoff"),
            Strategy::Every(delay) => write!(f, "Every({delay:?})"),
            Strategy::Never => f.write_str("Never"),
            Strategy::Function(_) => f.write_str("Function(..)"),
        }
    }
}

/// Half of it is jitter, so that many processes do not reconnect at the same time.
fn backoff(retries: u32) -> Duration {
    let full = FIRST_DELAY.saturating_mul(1 << retries.min(16)).min(MAX_DELAY);
    full.mul_f64(0.5 + 0.5 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn backoff_doubles_up_to_its_limit() {
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
        let function: StrategyFunction = Arc::new(|retries, _| {
            let decision = if retries < 2 { Decision::Default } else { Decision::Stop };
            Box::pin(std::future::ready(decision))
        });
        assert!(Strategy::Backoff.delay(second, 9, &cause).await <= Some(second));
        assert!(Strategy::Function(function.clone()).delay(second, 1, &cause).await.is_some());
        assert_eq!(Strategy::Function(function).delay(second, 2, &cause).await, None);
    }
}
