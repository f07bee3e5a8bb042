//! Leaving a connection: for a new one, where this one is of no use any more, or for good.

use std::time::Duration;

use tokio::time::Instant;

use super::{Link, RETRY_AFTER, State};
use crate::error::{Error, Kind};

/// A server that is a replica for longer, and is written to, is looked for anew: its name or its role may have moved.
const REPLICA_LEFT_AFTER: Duration = Duration::from_secs(1);

impl Link {
    /// What was refused for now is sent again soon; to another server, where this one is none to be written to any more.
    pub(super) fn take_refusals(&self, state: &mut State, now: Instant) {
        if state.retry_at.is_none() {
            state.retry_at = Some(now + RETRY_AFTER);
            self.alarm.notify_one();
        }
        let is_old = now - state.since > REPLICA_LEFT_AFTER;
        if state.leaving.is_none() && is_old {
            state.leaving = state.pipeline.refused_by_replica().cloned();
        }
    }

    pub(super) fn leave_if_due(&self, state: &mut State) {
        if state.socket.is_some()
            && !state.pipeline.awaits_reply()
            && let Some(cause) = state.leaving.take()
        {
            self.find_useless(state, Error { kind: Kind::Connection, ..cause });
        }
    }

    pub(super) fn find_useless(&self, state: &mut State, cause: Error) {
        state.useless.get_or_insert(cause);
        self.uselessness.notify_one();
    }

    /// The connection is to be left: a new one may lead to another server, or tell whether there is one.
    pub async fn useless(&self) -> Error {
        self.uselessness.notified().await;
        let useless = self.state().useless.take();
        useless.unwrap_or_else(|| Error::new(Kind::Connection, "the connection is of no use"))
    }

    /// Nothing new is to be sent: what is not on its way goes back to its sinks, and so does all that comes later. Ends the
    /// connection when the rest is answered or lost.
    pub fn retire(&self, why: &Error) {
        self.change(|state| {
            state.retired = Some(why.clone());
            state.pipeline.hand_back(why);
        });
    }

    /// Gives what waits back to its sinks, and goes on.
    pub fn hand_back(&self, why: &Error) {
        self.change(|state| state.pipeline.hand_back(why));
    }
}
