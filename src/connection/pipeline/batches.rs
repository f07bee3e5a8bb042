//! The requests that are not settled yet, with their sinks.

use tokio::time::Instant;

use super::Pipeline;
use crate::error::Error;
use crate::protocol::{Age, Frame, Sink};

pub struct Batch {
    pub sink: Box<dyn Sink>,
    pub unsettled: usize,
    pub deadline: Instant,
    /// When it was submitted; known only if the connection tracks.
    pub since: Option<Instant>,
    /// Its sink has redirected a command.
    pub has_redirected: bool,
}

impl Pipeline {
    /// Settles a command, and releases the commands that queue behind it.
    pub(super) fn settle(&mut self, batch: u64, index: usize, age: Age, reply: Result<Frame<'_>, Error>) {
        self.settle_in_order(age, false);
        self.take(batch, index, reply);
    }

    pub(super) fn take(&mut self, batch: u64, index: usize, reply: Result<Frame<'_>, Error>) {
        let Some(Some(waiting)) = self.slot_mut(batch) else { return };
        waiting.sink.take(index, reply);
        self.count_settled(batch);
    }

    /// A request is answered, so the connection was good when it was sent, which is not before it was submitted.
    pub(super) fn prove(&mut self, batch: u64) {
        self.proven_at = self.proven_at.max(self.batch(batch).and_then(|batch| batch.since));
    }

    pub(super) fn count_settled(&mut self, batch: u64) {
        let Some(slot) = self.slot_mut(batch) else { return };
        let Some(waiting) = slot else { return };
        waiting.unsettled -= 1;
        if waiting.unsettled == 0 {
            let settled = slot.take();
            self.completed.extend(settled.map(|batch| batch.sink));
            self.drop_settled();
        }
    }

    pub(super) fn drop_settled(&mut self) {
        while let Some(None) = self.batches.front() {
            self.batches.pop_front();
            self.first_batch += 1;
        }
    }

    pub(super) fn batch(&self, number: u64) -> Option<&Batch> {
        let position = number.checked_sub(self.first_batch)?;
        self.batches.get(position as usize)?.as_ref()
    }

    pub(super) fn slot_mut(&mut self, number: u64) -> Option<&mut Option<Batch>> {
        let position = number.checked_sub(self.first_batch)?;
        self.batches.get_mut(position as usize)
    }
}
