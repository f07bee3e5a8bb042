//! A connection whose attempts to connect another one follows: the user's reconnect strategy decides for both, and is
//! called for one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::config::strategy::{Decision, Strategy};
use crate::connection::Event;

/// What the followed connection reports: whether it is ready, after each attempt.
#[derive(Default)]
pub struct Leader(watch::Sender<bool>);

impl Leader {
    /// An attempt succeeded or failed, or the connection was lost.
    pub fn recv(&self, event: &Event) {
        match event {
            Event::Ready => drop(self.0.send_replace(true)),
            Event::Error(_) => drop(self.0.send_replace(false)),
            _ => {}
        }
    }

    /// The strategy of a connection to the same server. While the server is away, each attempt follows one of the leader;
    /// otherwise the default delays apply.
    pub fn followed(&self) -> Strategy {
        let is_ready = self.0.subscribe();
        Strategy::Function(Arc::new(move |_, _| {
            let mut is_ready = is_ready.clone();
            Box::pin(async move {
                if *is_ready.borrow_and_update() {
                    return Decision::Default;
                }
                match is_ready.changed().await {
                    Ok(()) => Decision::After(Duration::ZERO),
                    Err(_) => Decision::Default,
                }
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Future, ready};
    use std::pin::{Pin, pin};

    use super::*;
    use crate::error::{Error, Kind};

    async fn is_pending(delay: Pin<&mut impl Future>) -> bool {
        tokio::select! {
            biased;
            _ = delay => false,
            () = ready(()) => true,
        }
    }

    #[tokio::test]
    async fn a_connection_is_retried_after_each_attempt_of_its_leader() {
        let (leader, lost) = (Leader::default(), Error::new(Kind::Connection, "lost"));
        let max = Duration::from_secs(2);
        let follower = leader.followed();
        for event in [Event::Error(lost.clone()), Event::Error(lost.clone()), Event::Ready] {
            let mut delay = pin!(follower.delay(max, 9, &lost));
            assert!(is_pending(delay.as_mut()).await);
            leader.recv(&Event::Connecting);
            assert!(is_pending(delay.as_mut()).await);
            leader.recv(&event);
            assert_eq!(delay.await, Some(Duration::ZERO));
        }
        assert!(follower.delay(max, 9, &lost).await > Some(Duration::ZERO), "the leader is ready");
    }
}
