//! A lost connection: requeues the commands that may be sent again, and fails the others.

use super::Pipeline;
use super::segment::Segment;
use crate::error::{Applied, Error};

impl Pipeline {
    pub fn on_disconnect(&mut self, cause: &Error) {
        self.sending = 0;
        self.must_check_stale = true;
        self.generation = self.generation.next();
        self.known_scripts.clear();
        for segment in std::mem::take(&mut self.segments) {
            self.requeue_unsent(&segment, cause);
        }
        self.fail_bound_deferred(cause);
        self.deferrals.retried.clear();
        self.deferrals.must_withhold = self.order.is_active();
        self.withhold();
        self.resolve();
        self.release();
    }

    pub(super) fn requeue_unsent(&mut self, segment: &Segment, cause: &Error) {
        let is_begun = segment.is_sent(0);
        for index in segment.next..segment.last {
            if segment.request.can_requeue(index, segment.is_sent(index), is_begun) {
                self.requeue(segment, index);
            } else {
                self.fail_unanswered(&segment.command(index), cause);
            }
        }
    }

    /// Sends a script with its source: the next server may not have cached it.
    fn requeue(&mut self, segment: &Segment, index: usize) {
        if segment.request.script_by_digest(index).is_none() {
            self.enqueue_command(segment, index);
        } else if self.batch(segment.batch).is_some() {
            self.enqueue(segment.command(index).with_source());
        }
    }

    /// The server may have executed the command.
    pub(super) fn fail_unanswered(&mut self, command: &Segment, cause: &Error) {
        if self.order.is_active() {
            self.mark_executed(command);
        }
        let failure = cause.clone().with_applied(Applied::Unknown);
        self.settle(command.batch, command.next, command.age(), Err(failure));
    }
}
