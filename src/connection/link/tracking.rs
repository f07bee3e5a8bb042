//! Whether the server reports changes of what this connection has read.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Link, State};
use crate::connection::tracking::Changes;
use crate::error::Error;
use crate::protocol::Frame;

#[derive(Default)]
pub(super) struct Tracking {
    changes: Option<Arc<Changes>>,
    /// The current connection is tracked.
    is_on: bool,
    /// Why no connection to this server is to be tracked any more.
    given_up: Option<Error>,
    /// Number of attempts to track since the last one that was answered.
    unanswered: u32,
}

/// So many attempts in a row are not answered: some proxies close the connection at HELLO, or are silent. One may be lost by
/// chance.
const MAX_UNANSWERED: u32 = 2;

/// What the next connection is to do.
#[derive(Clone, Debug)]
pub enum Attempted {
    /// Keys of entries begin with the prefix.
    Track { prefix: String },
    /// Not to track, for this reason, if it would otherwise.
    Omit(Option<Error>),
}

impl Link {
    pub fn with_changes(self, changes: Option<Arc<Changes>>) -> Self {
        self.state().tracking.changes.clone_from(&changes);
        Link { changes, ..self }
    }

    /// Whether the next connection is to be tracked. After too many attempts without an answer one connection is not; later
    /// ones have one attempt.
    pub fn begin_tracking(&self) -> Attempted {
        let tracking = &mut self.state().tracking;
        let Some(changes) = tracking.changes.as_ref().filter(|_| tracking.given_up.is_none()) else {
            return Attempted::Omit(tracking.given_up.clone());
        };
        let prefix = changes.prefix();
        if tracking.unanswered == MAX_UNANSWERED {
            tracking.unanswered -= 1;
            return Attempted::Omit(Some(Error::no_reply_to_hello()));
        }
        tracking.unanswered += 1;
        Attempted::Track { prefix }
    }

    /// The attempt to track was answered.
    pub fn end_tracking_attempt(&self) {
        self.state().tracking.unanswered = 0;
    }

    /// The time as of which all changes are reported; `None` if they are not.
    pub fn proven_at(&self) -> Option<Instant> {
        let state = self.state();
        state.pipeline.proven_at.filter(|_| state.tracking.is_on && state.phase.is_ready())
    }

    /// Has JavaScript take the changes that were reported.
    pub(super) fn report_changes(&self) {
        if let Some(changes) = &self.changes {
            changes.report();
        }
    }

    /// Drains the connection and has it replaced.
    pub fn leave(&self, cause: Error) {
        self.change(|state| self.request_reconnect(state, cause));
    }
}

impl State {
    /// Processes what the server sent.
    pub(super) fn take(&mut self, frame: Frame<'_>) -> Result<(), Error> {
        match (&frame, &self.tracking.changes) {
            (Frame::Push(message), Some(changes)) if self.tracking.is_on => changes.recv(message),
            (Frame::Push(_), _) => return Err(frame.unexpected()),
            _ => return self.pipeline.answer(frame),
        }
        Ok(())
    }

    /// A new connection is set. What an earlier one has read is not tracked by it.
    pub(super) fn track(&mut self, since: Option<Instant>) {
        self.tracking.is_on = since.is_some();
        self.pipeline.proven_at = since;
        self.tracking.invalidate();
    }

    /// The connection is lost: changes of what it has read are not reported any more.
    pub(super) fn stop_tracking(&mut self, cause: &Error) {
        self.tracking.invalidate();
        self.tracking.is_on = false;
        self.pipeline.proven_at = None;
        if cause.is_push_inside_reply() {
            self.tracking.given_up = Some(cause.clone());
        }
    }
}

impl Tracking {
    fn invalidate(&self) {
        if let Some(changes) = self.changes.as_ref().filter(|_| self.is_on) {
            changes.add_any();
        }
    }
}
