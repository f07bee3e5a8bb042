//! Detects a cluster node behind a plain url by its first redirect, if the checks of the login were inconclusive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::Address;
use crate::connection::mode;
use crate::error::{Applied, Error};
use crate::protocol::{Encoded, Frame, Sink};

/// Whether the server has redirected a call since the last connect. If so, listings fail: they would be incomplete.
pub struct Redirected {
    address: Option<Address>,
    is_seen: AtomicBool,
}

impl Redirected {
    /// `address` is `None` unless the server is configured with `url` or `host`.
    pub fn new(address: Option<Address>) -> Arc<Self> {
        Arc::new(Redirected { address, is_seen: AtomicBool::new(false) })
    }

    /// The next connection may reach another server.
    pub fn forget(&self) {
        self.is_seen.store(false, Ordering::Relaxed);
    }

    /// Rejects listings if the server has only a part of the entries.
    pub fn check(&self) -> Result<(), Error> {
        match &self.address {
            Some(address) if self.is_seen.load(Ordering::Relaxed) => {
                Err(mode::node_of_cluster(address).with_applied(Applied::No))
            }
            _ => Ok(()),
        }
    }

    /// Converts a redirect to an error that names the wrong option.
    pub fn explain(&self, error: Error) -> Error {
        match &self.address {
            Some(address) if error.is_of_cluster() => {
                self.is_seen.store(true, Ordering::Relaxed);
                let applied = error.applied.unwrap_or(Applied::No);
                mode::node_of_cluster(address).with_applied(applied).with_source(error)
            }
            _ => error,
        }
    }
}

/// A sink that converts redirects with [`Redirected::explain`].
pub struct Explained<S> {
    pub sink: S,
    pub redirected: Arc<Redirected>,
}

impl<S: Sink> Sink for Explained<S> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.sink.take(index, reply.map_err(|error| self.redirected.explain(error)));
    }

    fn redirect(&mut self, index: usize, command: Encoded<'_>, why: &Error) -> bool {
        self.sink.redirect(index, command, why)
    }

    fn finish(self: Box<Self>) {
        Box::new(self.sink).finish();
    }
}
