//! Returns unsent commands to their sinks, which redirect them to other nodes.

#[cfg(test)]
use std::sync::Arc;

use super::Pipeline;
use super::segment::Segment;
use crate::error::{Applied, Error};
use crate::protocol::Effect;
#[cfg(test)]
use crate::protocol::{Encoded, Request};

impl Pipeline {
    /// Marks all unsent commands as waiting in the order, because they are about to be redirected: newer commands on
    /// their entries queue behind them, on every connection.
    pub fn prepare_drain(&mut self) {
        self.deferrals.is_draining = true;
        for segment in self.segments.range(self.sending..) {
            for index in segment.first_unsent()..segment.last {
                let command = segment.command(index);
                self.wait_in_order(&command, &self.order.touched(command.encoded()));
            }
        }
    }

    /// Redirects all unsent commands, or fails them with `why`.
    pub fn drain(&mut self, why: &Error) {
        self.withhold();
        self.prepare_drain();
        self.drain_queue(why, true);
    }

    /// Like [`Pipeline::drain`], if no newer call can be sent on another connection meanwhile: none has to wait.
    pub fn drain_at_once(&mut self, why: &Error) {
        self.drain_queue(why, false);
    }

    /// Redirects unsent reads, where their sinks know of another server. The other commands stay in the queue.
    pub fn return_reads(&mut self, why: &Error) {
        for segment in self.take_unsent() {
            for index in segment.next..segment.last {
                let is_returned = segment.request.effect(index) == Effect::Read
                    && self.can_redirect(segment.batch, index, why)
                    && self.redirect(&segment.command(index), why);
                if !is_returned {
                    self.enqueue_command(&segment, index);
                }
            }
        }
        self.skip_sent();
    }

    /// The unsent reads, but not those after ASKING, which only one node serves.
    #[cfg(test)]
    pub fn unsent_reads(&self) -> Vec<Encoded<'_>> {
        let unsent = |segment: &Segment| segment.first_unsent()..segment.last;
        let segments = self.segments.range(self.sending..);
        let commands = segments.flat_map(|segment| unsent(segment).map(|index| (&segment.request, index)));
        let is_read = |(request, index): &(&Arc<Request>, usize)| {
            request.effect(*index) == Effect::Read && !request.is_asking(*index)
        };
        commands.filter(is_read).map(|(request, index)| request.command(index)).collect()
    }

    fn drain_queue(&mut self, why: &Error, must_wait: bool) {
        for deferred in self.deferrals.take_all() {
            self.redirect_or_fail(&deferred.command, why, must_wait);
        }
        let segments = std::mem::take(&mut self.segments);
        for mut segment in segments {
            let kept = segment.first_unsent();
            for index in kept..segment.last {
                self.redirect_or_fail(&segment.command(index), why, must_wait);
            }
            segment.last = kept;
            if segment.next < segment.last {
                self.segments.push_back(segment);
            }
        }
        self.sending = 0;
        self.skip_sent();
        self.deferrals.is_draining = false;
    }

    /// `must_wait`: newer writes on the same entries must queue behind the command.
    fn redirect_or_fail(&mut self, command: &Segment, why: &Error, must_wait: bool) {
        let wait =
            |pipeline: &Self| pipeline.wait_in_order(command, &pipeline.order.touched(command.encoded()));
        let is_redirected = self.can_redirect(command.batch, command.next, why)
            && (!must_wait || wait(self))
            && self.redirect(command, why);
        if !is_redirected {
            let failure = why.clone().with_applied(Applied::No);
            self.settle(command.batch, command.next, command.age(), Err(failure));
        }
    }

    /// Whether the sink would redirect the command.
    pub(super) fn can_redirect(&self, batch: u64, index: usize, why: &Error) -> bool {
        self.batch(batch).is_some_and(|batch| batch.sink.can_redirect(index, why))
    }

    /// Offers the command to its sink. Returns whether the sink redirects it.
    pub(super) fn redirect(&mut self, command: &Segment, why: &Error) -> bool {
        let Some(Some(waiting)) = self.slot_mut(command.batch) else { return false };
        let is_redirected = waiting.sink.redirect(command.next, command.encoded(), why);
        if is_redirected {
            waiting.has_redirected = true;
            self.count_settled(command.batch);
        }
        is_redirected
    }
}
