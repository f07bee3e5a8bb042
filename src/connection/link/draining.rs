//! Stopping to send: because the connection must be replaced, or for good.

use std::time::Duration;

use tokio::time::Instant;

use super::life::Phase;
use super::{Link, RETRY_AFTER, State};
use crate::error::{Error, Kind};

/// If a server still refuses writes as a replica after this time, reconnect: the host name or the master may have
/// moved.
const REPLICA_GRACE: Duration = Duration::from_secs(1);

impl Link {
    /// Schedules a retry of transient refusals. Drains the connection if the server turns out to be a replica.
    pub(super) fn on_refusals(&self, state: &mut State, now: Instant) {
        self.schedule_retry(state, now);
        let is_old = now - state.adopted_at > REPLICA_GRACE;
        if is_old && let Some(refusal) = state.pipeline.refused_by_replica() {
            let cause = Error { kind: Kind::Connection, ..refusal.clone() };
            state.drain(cause);
        }
    }

    pub(super) fn schedule_retry(&self, state: &mut State, now: Instant) {
        if state.retry_at.is_none() {
            state.retry_at = Some(now + RETRY_AFTER);
            self.wake.notify_one();
        }
    }

    pub(super) fn reconnect_if_drained(&self, state: &mut State) {
        if let Phase::Draining(_, cause) = &state.phase
            && !state.pipeline.awaits_reply()
        {
            let cause = cause.clone();
            self.request_reconnect(state, cause);
        }
    }

    /// Drains the connection and has the supervisor replace it.
    pub(super) fn request_reconnect(&self, state: &mut State, cause: Error) {
        state.drain(cause.clone());
        state.reconnect_reason.get_or_insert(cause);
        self.transition.notify_one();
    }

    /// Returns unsent and later commands to their sinks. Ends the connection when the sent ones are answered or lost.
    pub fn decommission(&self, why: &Error) {
        self.change(|state| {
            state.decommissioned = Some(why.clone());
            state.pipeline.drain(why);
        });
    }

    /// See [`Pipeline::prepare_drain`](crate::connection::pipeline::Pipeline::prepare_drain).
    pub fn prepare_drain(&self) {
        self.state().pipeline.prepare_drain();
    }

    /// Returns unsent commands to their sinks, and stays in use.
    pub fn drain_at_once(&self, why: &Error) {
        self.change(|state| state.pipeline.drain_at_once(why));
    }
}

impl State {
    /// Sends nothing more on the current connection.
    fn drain(&mut self, cause: Error) {
        if let Some(socket) = self.phase.writable_socket().cloned() {
            self.enter(Phase::Draining(socket, cause.clone()));
            self.return_reads(&cause);
        }
    }
}
