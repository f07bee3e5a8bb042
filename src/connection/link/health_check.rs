//! Periodic maintenance: expires overdue commands, retries transient refusals, and detects a silent server.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Link, RETRY_AFTER, RETRY_AFTER_EACH, State};
use crate::error::{Error, Kind};

/// Minimum time between two health checks.
const MIN_INTERVAL: Duration = Duration::from_millis(10);
/// Commands that were submitted together should time out together, before the connection is replaced as silent.
const SILENCE_GRACE: Duration = Duration::from_millis(100);

impl Link {
    /// Runs health checks until dropped.
    pub async fn run_maintenance(&self) {
        loop {
            let next = self.plan_health_check();
            tokio::select! {
                () = sleep_until(next) => {}
                () = self.wake.notified() => sleep_until(Instant::now() + MIN_INTERVAL).await,
            }
        }
    }

    /// A health check by the event-loop driver. Returns whether the socket accepted all bytes.
    #[cfg(unix)]
    pub fn maintain(&self) -> bool {
        self.run_health_check();
        self.flush()
    }

    /// Runs a health check; with an event-loop driver, wakes the driver if a check is due. The driver must first read
    /// the replies that have arrived, so that no answered command is expired.
    pub(super) fn plan_health_check(&self) -> Instant {
        let mut state = self.state();
        if self.driver.is_none() || state.phase.readable_socket().is_none() {
            drop(state);
            return self.run_health_check();
        }
        let now = Instant::now();
        if self.due_at(&state).any(|due| due <= now) {
            self.wake_driver(&mut state);
        }
        self.schedule(&mut state, now)
    }

    /// Returns when the next check is due.
    fn run_health_check(&self) -> Instant {
        let now = Instant::now();
        self.change(|state| {
            if state.pipeline.is_any_due(now) {
                let overdue = self.overdue(state, now);
                state.pipeline.expire(now, &overdue);
            }
            if state.retry_at.take_if(|retry| *retry <= now).is_some() {
                let count = u32::try_from(state.pipeline.deferred()).unwrap_or(u32::MAX);
                state.pipeline.retry_refused(now + RETRY_AFTER);
                state.retry_at = Some(Instant::now() + RETRY_AFTER + RETRY_AFTER_EACH * count);
            }
            if !Self::flush_locked(state) {
                state.has_backlog = true;
                self.backlog.notify_one();
            }
            if self.silent_at(state).is_some_and(|silent_at| silent_at <= now) {
                let limit = self.command_timeout.as_millis();
                let server = self.attempt.server();
                let name = server.as_deref().unwrap_or("the server");
                let silent = format!("{name} did not answer for {limit} ms");
                let silent = Error::new(Kind::Connection, silent).at(server.as_ref());
                self.request_reconnect(state, silent.of_silence(server));
            }
            self.schedule(state, now)
        })
    }

    /// Returns the time of the next check. A later command with an earlier deadline wakes the maintenance.
    fn schedule(&self, state: &mut State, now: Instant) -> Instant {
        state.pipeline.tidy_order(now);
        state.next_check =
            self.due_at(state).fold(now + self.command_timeout, Instant::min).max(now + MIN_INTERVAL);
        state.next_check
    }

    /// The times at which a health check has something to do.
    fn due_at(&self, state: &State) -> impl Iterator<Item = Instant> + use<> {
        [state.pipeline.next_deadline(), state.retry_at, self.silent_at(state)].into_iter().flatten()
    }

    /// When the connection must be replaced. A server counts as silent if a reply or unsent bytes are pending, and for
    /// `commandTimeout` no data arrived, or one reply stayed incomplete.
    fn silent_at(&self, state: &State) -> Option<Instant> {
        let is_pending = state.phase.readable_socket().is_some() && state.pipeline.is_busy();
        let since =
            state.partial_reply_since.map_or(state.last_activity, |began| began.min(state.last_activity));
        is_pending.then(|| since + self.command_timeout + SILENCE_GRACE)
    }
}
