//! Where the keys of a scan come from, and how long it may take.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::protocol::{Frame, Generation, Request};

/// Returns keys page by page.
pub trait Steps: Send + 'static {
    /// Adds the next step to a request. Returns `false` if there is none.
    fn push_step(&self, request: &mut Request) -> bool;

    /// The key that the steps read; `None` if they concern a server.
    fn key(&self) -> Option<&str>;

    /// Returns the keys in the reply to a step, which took `took`.
    fn take(&mut self, reply: &Frame<'_>, took: Duration) -> Result<Vec<Arc<str>>, Error>;

    /// A later step may return the key again.
    fn forget(&mut self, _key: &str) {}

    /// A step failed because its connection was lost.
    fn restart(&mut self, generation: Generation);
}

/// When the commands of a scan are overdue.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    Until(Instant),
    /// Each step may take so long, and the scan as long as it needs.
    EachStep(Duration),
}

impl Patience {
    /// The deadline of a step that starts now.
    pub fn deadline(self) -> Instant {
        match self {
            Patience::Until(deadline) => deadline,
            Patience::EachStep(duration) => Instant::now() + duration,
        }
    }
}

impl From<Instant> for Patience {
    fn from(deadline: Instant) -> Self {
        Patience::Until(deadline)
    }
}
