//! Fails overdue commands, and all commands when the connection is closed.

use tokio::time::Instant;

use super::{Batch, Pipeline};
use crate::error::{Applied, Error, Kind};

impl Pipeline {
    pub fn is_any_due(&self, now: Instant) -> bool {
        self.batches.iter().flatten().any(|batch| batch.deadline <= now)
    }

    /// Fails overdue commands with `overdue`, unless the server refused them.
    pub fn expire(&mut self, now: Instant, overdue: &Error) {
        let is_due = |batch: &Batch| batch.deadline <= now;
        self.fail_deferred(is_due, |refusal| refusal.unwrap_or_else(|| overdue.clone()));
        self.fail_batches(overdue, is_due);
        self.release();
    }

    /// Deactivates the order of writes if nothing needs it any more.
    pub fn tidy_order(&self, now: Instant) {
        if self.order.is_active() {
            self.order.tidy(now);
        }
    }

    /// Fails all commands, for good.
    pub fn fail_all(&mut self, cause: &Error) {
        self.fail_deferred(
            |_| true,
            |refusal| match refusal {
                Some(refusal) if cause.kind == Kind::Closed => Error::closed_while_refused(&refusal),
                _ => cause.clone(),
            },
        );
        self.fail_batches(cause, |_| true);
        self.segments.clear();
        self.sending = 0;
    }

    /// Fails the chosen batches with `cause`. Commands that are sent, even partly, stay in the queue: they must be sent
    /// completely, and later replies are matched with them.
    pub(super) fn fail_batches(&mut self, cause: &Error, chosen: impl Fn(&Batch) -> bool) {
        let sending = self.sending;
        self.sending = 0;
        for (position, mut segment) in std::mem::take(&mut self.segments).into_iter().enumerate() {
            if self.batch(segment.batch).is_some_and(&chosen) {
                let kept = segment.first_unsent();
                for index in segment.next..segment.last {
                    let applied = if index < kept { Applied::Unknown } else { Applied::No };
                    let failure = segment.explained(cause).with_applied(applied);
                    self.settle(segment.batch, index, segment.request.age(index), Err(failure));
                }
                segment.last = kept;
            }
            if segment.next < segment.last {
                if self.batch(segment.batch).is_none() {
                    segment.forget_bytes();
                }
                self.sending += usize::from(position < sending || segment.unsent().is_empty());
                self.segments.push_back(segment);
            }
        }
    }
}
