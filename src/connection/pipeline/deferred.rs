//! Deferred commands: those with a transient refusal, and newer ones on the same entries. They are not in the send
//! queue.
//!
//! A refused command is first held back until everything that was sent before the refusal arrived is answered: if a
//! newer write on one of its entries was executed, it must not be sent again. Then its sink redirects it, or it is
//! retried on this connection. It waits in the [`Order`](crate::connection::order::Order) until it is settled.

use std::sync::Arc;

use tokio::time::Instant;

use super::deferrals::Deferred;
use super::segment::Segment;
use super::{Batch, Pipeline};
use crate::connection::order::Touched;
use crate::error::{Applied, Error};
use crate::protocol::{Age, Effect, RefusalKind};

impl Pipeline {
    /// Queues the commands of a segment, and defers those that must wait for older ones.
    pub(super) fn push_in_order(&mut self, segment: &Segment) {
        let (mut sent, mut deferred) = (false, false);
        for index in segment.next..segment.last {
            let effect = segment.request.effect(index);
            if effect == Effect::Confirms && deferred && !sent {
                // `retry_refused` sends another WAIT after the deferred writes.
                self.count_settled(segment.batch);
            } else if self.push_or_defer(segment, index) {
                sent |= effect == Effect::Write;
            } else {
                deferred = true;
            }
        }
    }

    /// Returns whether the command is queued.
    fn push_or_defer(&mut self, segment: &Segment, index: usize) -> bool {
        let command = segment.command(index);
        let touched = self.order.touched(command.encoded());
        if !self.order.admit(command.age(), &touched, self.lane) {
            self.defer(command, touched, None);
            return false;
        }
        if self.deferrals.is_draining {
            self.wait_in_order(&command, &touched);
        }
        self.enqueue_command(segment, index);
        true
    }

    /// The server refused a command that is to be retried or redirected.
    pub(super) fn defer_refused(&mut self, command: Segment, refusal: Error) {
        let touched = self.order.touched(command.encoded());
        self.defer(command, touched, Some(refusal));
    }

    pub(super) fn defer(&mut self, command: Segment, touched: Arc<Touched>, refusal: Option<Error>) {
        let Some(deadline) = self.batch(command.batch).map(|batch| batch.deadline) else { return };
        let (age, batch) = (command.age(), command.batch);
        if !self.order.wait(age, &touched, deadline, refusal.as_ref(), self.lane) {
            let failure = refusal.unwrap_or_else(Error::passed_by).with_applied(Applied::No);
            return self.settle(command.batch, command.next, age, Err(failure));
        }
        let must_redirect =
            refusal.is_none() && self.batch(command.batch).is_some_and(|batch| batch.has_redirected);
        let is_held_back = refusal.is_some() && !touched.keys.is_empty();
        let barrier = if is_held_back { self.last_begun() } else { 0 };
        if refusal.is_some() {
            self.deferrals.barriers.push_back((barrier, age));
        }
        self.deferrals.insert(age, Deferred { command, touched, refusal, barrier });
        self.deferrals.must_withhold |= !self.deferrals.retried.remove(&age);
        if must_redirect {
            self.redirect_queued(batch);
        }
    }

    /// Defers unsent commands that would overtake an older waiting one.
    pub(super) fn withhold(&mut self) {
        if !std::mem::take(&mut self.deferrals.must_withhold) {
            return;
        }
        for segment in self.take_unsent() {
            #[cfg(test)]
            (self.deferrals.visits += segment.last - segment.next);
            for index in segment.next..segment.last {
                self.push_or_defer(&segment, index);
            }
        }
        self.deferrals.must_withhold = false;
        self.skip_sent();
    }

    /// Removes from the queue the commands of which no byte is sent.
    pub(super) fn take_unsent(&mut self) -> Vec<Segment> {
        let mut unsent = Vec::new();
        for mut segment in self.segments.drain(self.sending..).collect::<Vec<_>>() {
            let first = segment.first_unsent();
            if first < segment.last {
                unsent.push(segment.part(first, segment.last));
            }
            if segment.next < first {
                segment.last = first;
                self.segments.push_back(segment);
            }
        }
        unsent
    }

    /// Fails or redirects refused commands, or leaves them for a retry, once they need not be held back any more.
    pub(super) fn resolve(&mut self) {
        while let Some((barrier, age)) = self.deferrals.barriers.front().copied()
            && self.has_passed(barrier)
        {
            self.deferrals.barriers.pop_front();
            let is_overtaken = self.order.is_overtaken(age);
            let Some(deferred) = self.deferrals.get(age) else { continue };
            let Some(refusal) = deferred.refusal.clone() else { continue };
            let (batch, index) = (deferred.command.batch, deferred.command.next);
            if !is_overtaken && !self.can_redirect(batch, index, &refusal) {
                continue;
            }
            let Some(Deferred { command, .. }) = self.deferrals.remove(age) else { continue };
            if is_overtaken || !self.redirect(&command, &refusal) {
                self.settle(batch, index, age, Err(refusal.with_applied(Applied::No)));
            } else {
                self.redirect_queued(batch);
            }
        }
    }

    /// Redirects the commands of a batch that only queue here. The sink sends its redirected commands after the rest of
    /// the batch is settled, so none may wait here for commands of other batches.
    fn redirect_queued(&mut self, batch: u64) {
        let queued = self.deferrals.queued_of(batch);
        #[cfg(test)]
        (self.deferrals.visits += queued.len());
        for age in queued {
            let Some(deferred) = self.deferrals.remove(age) else { continue };
            let why = self.order.refusal_of(age).unwrap_or_else(Error::queued);
            if !self.redirect(&deferred.command, &why) {
                self.deferrals.insert(age, deferred);
            }
        }
    }

    /// Sends refused commands again, on each entry only the oldest one. A command that is due before `horizon` is not
    /// sent: its refusal explains more than a timeout.
    pub fn retry_refused(&mut self, horizon: Instant) {
        self.order.tidy(horizon);
        let is_in_time =
            |deferred: &Deferred, batch: &Batch| deferred.refusal.is_none() || batch.deadline > horizon;
        self.withhold();
        self.send_deferred(self.deferrals.ages(), is_in_time, true);
    }

    /// Sends the commands that queued behind commands that are now settled.
    pub(super) fn release(&mut self) {
        let settled = std::mem::take(&mut self.deferrals.settled);
        let answered = std::mem::take(&mut self.deferrals.answered);
        if settled.is_empty() {
            return;
        }
        self.withhold();
        let is_released = |deferred: &Deferred, _: &Batch| {
            deferred.refusal.is_none() || deferred.touched.keys.iter().any(|key| answered.contains(key))
        };
        self.send_deferred(self.deferrals.ages_on(&settled), is_released, false);
    }

    /// `keep_waiting`: a refused command stays waiting in the order, so that newer ones on its entries are not sent yet.
    fn send_deferred(
        &mut self,
        ages: Vec<Age>,
        is_chosen: impl Fn(&Deferred, &Batch) -> bool,
        keep_waiting: bool,
    ) {
        let mut confirming: Vec<Segment> = Vec::new();
        #[cfg(test)]
        (self.deferrals.visits += ages.len());
        for age in ages {
            let Some(deferred) = self.deferrals.get(age) else { continue };
            let Some(batch) = self.batch(deferred.command.batch) else { continue };
            let is_due = is_chosen(deferred, batch) && self.has_passed(deferred.barrier);
            if is_due && self.order.admit(age, &deferred.touched, self.lane) {
                let Some(Deferred { command, refusal, .. }) = self.deferrals.remove(age) else {
                    continue;
                };
                if keep_waiting && refusal.is_some() {
                    self.deferrals.retried.insert(age);
                } else {
                    self.order.requeue(age, self.lane);
                }
                confirming.extend(self.send_again(command, refusal.as_ref()));
            }
        }
        self.confirm(confirming);
    }

    /// Returns the WAIT of the command's request, if it has one and the command is a write.
    fn send_again(&mut self, command: Segment, refusal: Option<&Error>) -> Option<Segment> {
        let confirms = command.request.confirms().filter(|_| command.effect() == Effect::Write);
        let confirming = confirms.map(|index| command.command(index));
        let script = command.request.script_by_digest(command.next);
        let lacks_script = refusal.and_then(Error::refused_as) == Some(RefusalKind::NoScript)
            || script.is_some_and(|script| !self.known_scripts.has(script));
        let command = command.refused(refusal);
        self.enqueue(if lacks_script { command.with_source() } else { command });
        confirming
    }

    /// Queues one WAIT for each batch, after all its writes.
    fn confirm(&mut self, confirming: Vec<Segment>) {
        let mut confirmed: Vec<u64> = Vec::new();
        for segment in confirming {
            if confirmed.contains(&segment.batch) {
                continue;
            }
            confirmed.push(segment.batch);
            if let Some(Some(batch)) = self.slot_mut(segment.batch) {
                batch.unsettled += 1;
                self.enqueue(segment);
            }
        }
    }

    /// Removes a settled command from the order. `is_answered`: the server replied to it.
    pub(super) fn settle_in_order(&mut self, age: Age, is_answered: bool) {
        if let Some(touched) = self.order.settle(age) {
            self.deferrals.retried.remove(&age);
            self.deferrals.settled.extend(&touched.keys);
            if is_answered {
                self.deferrals.answered.extend(&touched.keys);
            }
        }
    }

    /// Fails the deferred commands of the chosen batches. `failure` receives the refusal that a command waits for: its
    /// own, or that of an older command.
    pub(super) fn fail_deferred(
        &mut self,
        chosen: impl Fn(&Batch) -> bool,
        failure: impl Fn(Option<Error>) -> Error,
    ) {
        for age in self.deferrals.ages() {
            let Some(deferred) = self.deferrals.get(age) else { continue };
            if !self.batch(deferred.command.batch).is_some_and(&chosen) {
                continue;
            }
            let refusal = deferred.refusal.clone().or_else(|| self.order.refusal_of(age));
            let failure = failure(refusal).with_applied(Applied::No);
            let Some(Deferred { command, .. }) = self.deferrals.remove(age) else { continue };
            self.settle(command.batch, command.next, age, Err(failure));
        }
    }

    /// Fails the deferred commands that are only valid on the lost connection.
    pub(super) fn fail_bound_deferred(&mut self, cause: &Error) {
        let is_bound =
            |deferred: &Deferred| matches!(deferred.command.effect(), Effect::ReadHere | Effect::Confirms);
        for age in self.deferrals.ages() {
            if !self.deferrals.get(age).is_some_and(is_bound) {
                continue;
            }
            let Some(Deferred { command, .. }) = self.deferrals.remove(age) else { continue };
            self.settle(command.batch, command.next, age, Err(cause.clone().with_applied(Applied::Unknown)));
        }
    }

    /// Marks a command that is about to be redirected as waiting, so that newer ones cannot overtake it on the other
    /// node. Returns whether it may still be sent.
    pub(super) fn wait_in_order(&self, command: &Segment, touched: &Arc<Touched>) -> bool {
        let deadline = self.batch(command.batch).map(|batch| batch.deadline);
        deadline.is_none_or(|deadline| self.order.wait(command.age(), touched, deadline, None, self.lane))
    }

    fn has_passed(&self, barrier: u64) -> bool {
        self.segments.front().is_none_or(|segment| segment.serial > barrier)
    }

    /// Serial of the last segment of which a byte is sent; 0 if there is none.
    fn last_begun(&self) -> u64 {
        match self.segments.get(self.sending) {
            Some(segment) if segment.is_begun() => segment.serial,
            _ => self.sending.checked_sub(1).map_or(0, |last| self.segments[last].serial),
        }
    }
}
