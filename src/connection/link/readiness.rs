//! Whether commands can be sent at once, and what becomes of them if not.

use tokio::time::Instant;

use super::{Link, State};
use crate::error::{Error, Kind};

/// What becomes of commands while there is no connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offline {
    /// They wait for the next connection.
    #[default]
    Queue,
    /// They are rejected.
    Reject,
    /// They wait for a connection that is made on demand, and are rejected if that fails.
    RejectOnFailure,
}

impl Link {
    /// Why commands cannot be sent at once; `None` if they can.
    pub fn unready(&self) -> Option<Error> {
        self.reason_unready(&self.state())
    }

    pub fn is_ready(&self) -> bool {
        let state = self.state();
        state.ended.is_none() && state.phase.is_ready()
    }

    /// The error of a command that cannot be sent now and must not wait.
    pub(super) fn offline_rejection(&self, state: &State) -> Option<Error> {
        if state.offline != Offline::Reject {
            return None;
        }
        self.reason_unready(state).as_ref().map(Error::offline)
    }

    pub(super) fn reason_unready(&self, state: &State) -> Option<Error> {
        if let Some(ended) = &state.ended {
            return Some(ended.clone());
        }
        if state.phase.is_ready() {
            return None;
        }
        let reason = self.attempt.reason(state.outage.as_ref(), Instant::now());
        Some(reason.unwrap_or_else(|| Error::new(Kind::Connection, "there is no connection yet")))
    }
}

impl State {
    /// Fails the commands that wait for a connection, unless they are to wait for the next one.
    pub(super) fn fail_waiting(&mut self, cause: &Error) {
        if self.offline != Offline::Queue {
            self.pipeline.fail_all(&Error::offline(cause));
        }
    }
}
