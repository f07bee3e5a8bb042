//! Reads that other servers serve too, such as those of a replica: they do not wait for the next connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Link, State};
use crate::error::{Error, Kind};
use crate::protocol::Request;

/// What becomes of reads while there is no connection.
#[derive(Clone, Default)]
pub struct Reads {
    /// Kept up to date: commands are sent at once.
    pub is_ready: Arc<AtomicBool>,
    /// They go back to their sinks, which may send them to another server.
    pub are_returned: bool,
}

impl Reads {
    pub(super) fn set_ready(&self, is_ready: bool) {
        self.is_ready.store(is_ready, Ordering::Release);
    }
}

impl Link {
    pub fn with_reads(self, reads: Reads) -> Self {
        self.state().reads = reads;
        self
    }

    /// Returns unsent reads to their sinks, unless the connection is ready.
    pub fn return_reads(&self) {
        self.change(|state| {
            if !state.phase.is_ready() {
                let reason = self.reason_unready(state);
                state.return_reads(&reason.unwrap_or_else(no_connection));
            }
        });
    }

    /// Why a request goes back to its sink at once.
    pub(super) fn read_rejection(&self, state: &State, request: &Request) -> Option<Error> {
        if !request.is_returnable || state.phase.is_ready() || !state.reads.are_returned {
            return None;
        }
        Some(Error::unreachable(&self.reason_unready(state).unwrap_or_else(no_connection)))
    }
}

impl State {
    pub(super) fn return_reads(&mut self, cause: &Error) {
        if self.reads.are_returned {
            self.pipeline.return_reads(&Error::unreachable(cause));
        }
    }
}

fn no_connection() -> Error {
    Error::new(Kind::Connection, "there is no connection")
}
