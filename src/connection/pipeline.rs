//! The calls of one connection, without I/O: what may be sent, answered, repeated or given up.
//!
//! Requests are answered in the order they are sent. A request that waits, is sent in part or lost a connection half
//! way is held as a [`Segment`]: a run of its commands that is still to be answered. Its [`Sink`] is finished when each of
//! its commands is settled.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::Instant;

use super::frame::Frame;
use super::request::{Epoch, Request, Sink};
use crate::error::{Applied, Error, Kind};

/// A request that is not settled yet.
struct Batch {
    sink: Box<dyn Sink>,
    unsettled: usize,
    deadline: Instant,
}

/// Commands `next..last` of a request, to be answered in this order.
struct Segment {
    batch: u64,
    request: Arc<Request>,
    next: usize,
    last: usize,
    /// Offset in the request's bytes up to which the socket took them.
    sent: usize,
}

impl Segment {
    fn new(batch: u64, request: Arc<Request>, next: usize, last: usize) -> Self {
        let sent = request.start_of(next);
        Segment { batch, request, next, last, sent }
    }

    /// One of its commands, from its first byte.
    fn command(&self, index: usize) -> Self {
        Segment::new(self.batch, self.request.clone(), index, index + 1)
    }

    /// As the server will understand it that does not know its script.
    fn with_script(&self) -> Self {
        Segment::new(self.batch, Arc::new(self.request.with_script(self.next)), self.next, self.last)
    }

    fn end(&self) -> usize {
        self.request.end_of(self.last - 1)
    }

    fn unsent(&self) -> &[u8] {
        // Of what is sent and not waited for any more, the bytes are gone.
        self.request.bytes.get(self.sent..self.end()).unwrap_or_default()
    }

    /// Lets go of what nobody will send again; only its replies are still to come.
    fn forget_bytes(&mut self) {
        if self.unsent().is_empty() {
            self.request = Arc::new(self.request.without_bytes());
        }
    }

    /// Whether the server may have the whole of a command: without its last byte it cannot run it.
    fn is_sent(&self, index: usize) -> bool {
        self.request.end_of(index) <= self.sent
    }
}

#[derive(Default)]
pub struct Pipeline {
    /// By number, from `first_batch` on; `None` where settled.
    batches: VecDeque<Option<Batch>>,
    first_batch: u64,
    /// In the order they are sent and answered.
    segments: VecDeque<Segment>,
    /// Index of the first segment that is not sent to its end.
    sending: usize,
    /// Commands that the server refused for now, as it has no way to run them yet; to be sent again.
    refused: Vec<(Segment, Error)>,
    completed: Vec<Box<dyn Sink>>,
    epoch: Epoch,
    bytes_sent: u64,
}

impl Pipeline {
    /// Takes a request of one command or more.
    pub fn push(&mut self, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        let commands = request.len();
        debug_assert!(commands > 0, "nothing would ever settle it");
        let batch = self.first_batch + self.batches.len() as u64;
        self.batches.push_back(Some(Batch { sink, unsettled: commands, deadline }));
        let segment = Segment::new(batch, Arc::new(request), 0, commands);
        if segment.request.here.is_some_and(|epoch| epoch != self.epoch) {
            let cause = Error::new(Kind::Connection, "the connection was lost before the call was made");
            self.keep_survivors(&segment, &cause);
        } else {
            self.segments.push_back(segment);
        }
    }

    /// The connection of now, or the one that is to be made.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// In all.
    pub fn bytes_sent(&self) -> u64 {
        self.bytes_sent
    }

    /// Commands that are still to be sent.
    pub fn waiting(&self) -> usize {
        let unsent =
            |segment: &Segment| (segment.next..segment.last).filter(|index| !segment.is_sent(*index)).count();
        self.segments.range(self.sending..).map(unsent).sum::<usize>() + self.refused.len()
    }

    /// Bytes to be sent next, in order.
    pub fn unsent(&self) -> impl Iterator<Item = &[u8]> {
        self.segments.range(self.sending..).map(Segment::unsent)
    }

    /// The socket took so many of the unsent bytes.
    pub fn sent(&mut self, mut count: usize) {
        self.bytes_sent += count as u64;
        while count > 0 {
            let segment = &mut self.segments[self.sending];
            let taken = count.min(segment.unsent().len());
            segment.sent += taken;
            count -= taken;
            if segment.unsent().is_empty() {
                self.sending += 1;
            }
        }
    }

    /// The next reply from the server.
    pub fn answer(&mut self, reply: Frame<'_>) -> Result<(), Error> {
        let segment = self.segments.front_mut().filter(|segment| segment.is_sent(segment.next));
        let Some(segment) = segment else {
            return Err(Error::unasked_reply());
        };
        let (batch, index) = (segment.batch, segment.next);
        let refused = match reply {
            Frame::Error(line) => Some((segment.command(index), Error::from_reply(line))),
            _ => None,
        };
        segment.next += 1;
        if segment.next == segment.last {
            self.segments.pop_front();
            self.sending -= 1;
        }
        match refused {
            Some((command, error)) => self.refuse(command, error),
            None => self.settle(batch, index, Ok(reply)),
        }
        Ok(())
    }

    /// An error reply: the command was not carried out. Where that is for now, it is to be sent again.
    fn refuse(&mut self, command: Segment, error: Error) {
        if self.take_back(&command, &error) {
            return;
        }
        if error.is_for_now() {
            self.refused.push((command, error));
        } else {
            self.settle(command.batch, command.next, Err(error.with_applied(Applied::No)));
        }
    }

    /// Whether the server owes a reply.
    pub fn awaits_reply(&self) -> bool {
        self.segments.front().is_some_and(|segment| segment.is_sent(segment.next))
    }

    /// Whether the server owes a reply or has not taken all that it is to have.
    pub fn is_under_way(&self) -> bool {
        !self.segments.is_empty()
    }

    pub fn has_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    /// What a server said that is no master.
    pub fn refused_by_replica(&self) -> Option<&Error> {
        self.refused.iter().map(|(_, refusal)| refusal).find(|refusal| refusal.is_of_replica())
    }

    /// Puts what the server refused for now back into the queue, but for what is due before `horizon`: there the refusal
    /// is the better answer than none.
    pub fn retry_refused(&mut self, horizon: Instant) {
        for (command, refusal) in std::mem::take(&mut self.refused) {
            match self.batch(command.batch) {
                Some(batch) if batch.deadline > horizon => {
                    let lacks_script = refusal.is_of_script();
                    self.segments.push_back(if lacks_script { command.with_script() } else { command });
                }
                Some(_) => self.refused.push((command, refusal)),
                None => {}
            }
        }
    }

    /// The connection is gone: what may be sent (again) stays, in its order; the rest fails with `cause`.
    pub fn lose(&mut self, cause: &Error) {
        self.sending = 0;
        self.epoch = self.epoch.next();
        for segment in std::mem::take(&mut self.segments) {
            self.keep_survivors(&segment, cause);
        }
    }

    fn keep_survivors(&mut self, segment: &Segment, cause: &Error) {
        let begun = segment.is_sent(0);
        for index in segment.next..segment.last {
            if segment.request.survives(index, segment.is_sent(index), begun) {
                self.keep(segment, index);
            } else {
                self.settle(segment.batch, index, Err(cause.clone().with_applied(Applied::Unknown)));
            }
        }
    }

    /// Fails what is overdue and sends none of it any more.
    ///
    /// `trouble` is why calls wait, where the connection is away.
    pub fn expire(&mut self, now: Instant, trouble: Option<&Error>) {
        let is_due = |batch: &Batch| batch.deadline <= now;
        if self.batches.iter().flatten().any(is_due) {
            self.give_up_refused(is_due, |refusal| refusal);
            self.give_up(&Error::overdue(trouble), is_due);
        }
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.batches.iter().flatten().map(|batch| batch.deadline).min()
    }

    /// Nothing more is to be sent: what is not on its way yet goes back to its sink, or fails with `why`.
    pub fn hand_back(&mut self, why: &Error) {
        for (command, _) in std::mem::take(&mut self.refused) {
            self.return_or_fail(&command, why);
        }
        let segments = std::mem::take(&mut self.segments);
        for mut segment in segments {
            let kept = segment.request.first_untouched(segment.sent).clamp(segment.next, segment.last);
            for index in kept..segment.last {
                self.return_or_fail(&segment.command(index), why);
            }
            segment.last = kept;
            if segment.next < segment.last {
                self.segments.push_back(segment);
            }
        }
        self.sending = self.segments.iter().take_while(|segment| segment.unsent().is_empty()).count();
    }

    fn return_or_fail(&mut self, command: &Segment, why: &Error) {
        if !self.take_back(command, why) {
            self.settle(command.batch, command.next, Err(why.clone().with_applied(Applied::No)));
        }
    }

    /// Whether the sink has the command carried out elsewhere.
    fn take_back(&mut self, command: &Segment, why: &Error) -> bool {
        let encoded = command.request.command(command.next);
        let Some(Some(waiting)) = self.slot_mut(command.batch) else { return false };
        let is_taken = waiting.sink.take_back(command.next, encoded, why);
        if is_taken {
            self.count_settled(command.batch);
        }
        is_taken
    }

    /// Fails everything, for good.
    pub fn abandon(&mut self, cause: &Error) {
        self.give_up_refused(|_| true, |_| cause.clone());
        self.give_up(cause, |_| true);
        self.segments.clear();
        self.sending = 0;
    }

    /// The sinks of what is settled, to be finished outside of any lock.
    pub fn take_completed(&mut self) -> Vec<Box<dyn Sink>> {
        std::mem::take(&mut self.completed)
    }

    /// Fails the chosen batches with `cause`. Of their commands only those that are sent, even in part, stay: they keep
    /// the stream intact and take the replies that are still to come.
    fn give_up(&mut self, cause: &Error, chosen: impl Fn(&Batch) -> bool) {
        let sending = self.sending;
        self.sending = 0;
        for (position, mut segment) in std::mem::take(&mut self.segments).into_iter().enumerate() {
            if self.batch(segment.batch).is_some_and(&chosen) {
                let kept = segment.request.first_untouched(segment.sent).clamp(segment.next, segment.last);
                for index in segment.next..segment.last {
                    let applied = if index < kept { Applied::Unknown } else { Applied::No };
                    self.settle(segment.batch, index, Err(cause.clone().with_applied(applied)));
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

    /// Of the refused commands fails those of the chosen batches, with what `cause` makes of the refusal.
    fn give_up_refused(&mut self, chosen: impl Fn(&Batch) -> bool, cause: impl Fn(Error) -> Error) {
        for (command, refusal) in std::mem::take(&mut self.refused) {
            if self.batch(command.batch).is_some_and(&chosen) {
                let failure = cause(refusal).with_applied(Applied::No);
                self.settle(command.batch, command.next, Err(failure));
            } else {
                self.refused.push((command, refusal));
            }
        }
    }

    /// Puts a command back into the queue, next to its neighbour where that is there too.
    fn keep(&mut self, segment: &Segment, index: usize) {
        if self.batch(segment.batch).is_none() {
            return;
        }
        match self.segments.back_mut() {
            Some(last) if last.batch == segment.batch && last.last == index => last.last += 1,
            _ => self.segments.push_back(segment.command(index)),
        }
    }

    fn settle(&mut self, batch: u64, index: usize, reply: Result<Frame<'_>, Error>) {
        let Some(Some(waiting)) = self.slot_mut(batch) else { return };
        waiting.sink.take(index, reply);
        self.count_settled(batch);
    }

    fn count_settled(&mut self, batch: u64) {
        let Some(slot) = self.slot_mut(batch) else { return };
        let Some(waiting) = slot else { return };
        waiting.unsettled -= 1;
        if waiting.unsettled == 0 {
            let settled = slot.take();
            self.completed.extend(settled.map(|batch| batch.sink));
            self.drop_settled();
        }
    }

    fn drop_settled(&mut self) {
        while let Some(None) = self.batches.front() {
            self.batches.pop_front();
            self.first_batch += 1;
        }
    }

    fn batch(&self, number: u64) -> Option<&Batch> {
        let position = number.checked_sub(self.first_batch)?;
        self.batches.get(position as usize)?.as_ref()
    }

    fn slot_mut(&mut self, number: u64) -> Option<&mut Option<Batch>> {
        let position = number.checked_sub(self.first_batch)?;
        self.batches.get_mut(position as usize)
    }
}

#[cfg(test)]
mod tests;
