//! The pending commands of one connection, without I/O.
//!
//! Commands are answered in the order in which they are sent. The queue holds [`Segment`]s: consecutive commands of one
//! request that have no reply yet. The [`Sink`] of a request is finished when all of its commands are settled.
//!
//! What happens to the commands (*unsent*, *sent* without a reply, *deferred*):
//!
//! | event | unsent | sent | deferred |
//! | --- | --- | --- | --- |
//! | `on_disconnect` | keep | keep reads, fail others: unknown | keep |
//! | `expire`, if overdue | fail: no | fail: unknown; discard later replies | fail: no |
//! | `return_reads` | redirect reads, keep others | keep | keep |
//! | `drain` | redirect, or fail: no | keep | redirect, or fail: no |
//! | `fail_all` | fail: no | fail: unknown | fail: no |
//!
//! *no* and *unknown* are the `applied` of the error. A disconnect also fails scan steps, which are bound to their
//! connection, and each WAIT that is separated from its writes. After a transient refusal the command is deferred, and
//! so are unsent newer writes on its entries.

mod batches;
mod deferrals;
mod deferred;
mod disconnect;
mod drain;
mod expiry;
mod known_scripts;
mod segment;
mod stale;
mod transactions;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::time::Instant;

use self::batches::Batch;
use self::deferrals::Deferrals;
use self::known_scripts::KnownScripts;
use self::segment::Segment;
use super::order::{Lane, Order};
use crate::error::{Applied, Error, Kind};
use crate::protocol::{Effect, Frame, Generation, RefusalKind, Request, Sink};

pub struct Pipeline {
    /// By number, from `first_batch` on; `None` if settled.
    batches: VecDeque<Option<Batch>>,
    first_batch: u64,
    /// In the order in which they are sent and answered.
    segments: VecDeque<Segment>,
    last_serial: u64,
    /// Index of the first segment that is not sent completely.
    sending: usize,
    deferrals: Deferrals,
    /// The queued commands waited for this connection.
    must_check_stale: bool,
    order: Arc<Order>,
    lane: Lane,
    completed: Vec<Box<dyn Sink>>,
    generation: Generation,
    known_scripts: KnownScripts,
    /// Address of the server that answers.
    server: Option<Arc<str>>,
    /// Why the server runs no transactions.
    no_transactions: Option<Error>,
    bytes_sent: u64,
    /// When the newest answered request was submitted, or the connection logged in; `None` if it does not track.
    pub proven_at: Option<Instant>,
}

impl Pipeline {
    /// A pipeline whose writes are ordered by `order`, which other pipelines share.
    pub fn new(order: Arc<Order>) -> Self {
        Pipeline {
            batches: VecDeque::new(),
            first_batch: 0,
            segments: VecDeque::new(),
            last_serial: 0,
            sending: 0,
            deferrals: Deferrals::default(),
            must_check_stale: true,
            lane: order.new_lane(),
            order,
            completed: Vec::new(),
            generation: Generation::default(),
            known_scripts: KnownScripts::default(),
            server: None,
            no_transactions: None,
            bytes_sent: 0,
            proven_at: None,
        }
    }

    /// Queues a request, which must have at least one command.
    pub fn push(&mut self, mut request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        let commands = request.len();
        debug_assert!(commands > 0, "nothing would ever settle it");
        request.set_ages(self.order.ages(commands));
        request.include_sources(|script| self.known_scripts.has(script));
        let batch = self.first_batch + self.batches.len() as u64;
        let since = self.proven_at.map(|_| Instant::now());
        self.batches.push_back(Some(Batch {
            sink,
            unsettled: commands,
            deadline,
            since,
            has_redirected: false,
        }));
        let segment = Segment::new(batch, Arc::new(request), 0, commands);
        if segment.request.here.is_some_and(|generation| generation != self.generation) {
            let cause = Error::new(Kind::Connection, "the connection was lost before the call was made");
            self.requeue_unsent(&segment, &cause);
        } else if self.order.is_active() {
            self.push_in_order(&segment);
        } else {
            self.enqueue(segment);
        }
    }

    /// Fails each command of a request that was not queued, unless its sink redirects it.
    pub fn reject(&self, mut request: Request, deadline: Instant, why: &Error, sink: &mut dyn Sink) {
        request.set_ages(self.order.ages(request.len()));
        for index in 0..request.len() {
            let command = request.command(index);
            let wait =
                || self.order.wait(command.age, &self.order.touched(command), deadline, None, self.lane);
            if !(sink.can_redirect(index, why) && wait() && sink.redirect(index, command, why)) {
                self.order.settle(command.age);
                sink.take(index, Err(why.clone().with_applied(Applied::No)));
            }
        }
    }

    /// The server of the current connection, for errors.
    pub fn set_server(&mut self, server: Option<Arc<str>>) {
        self.server = server;
    }

    /// The generation of the current connection, or of the next one.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    pub fn bytes_sent(&self) -> u64 {
        self.bytes_sent
    }

    /// Number of commands that are not sent.
    pub fn waiting(&self) -> usize {
        let unsent =
            |segment: &Segment| (segment.next..segment.last).filter(|index| !segment.is_sent(*index)).count();
        self.segments.range(self.sending..).map(unsent).sum::<usize>() + self.deferrals.len()
    }

    /// The bytes to send next, in order. Call it only while there is a connection.
    pub fn unsent(&mut self) -> impl Iterator<Item = &[u8]> {
        self.fail_stale();
        self.fail_transactions();
        self.withhold();
        self.segments.range(self.sending..).map(Segment::unsent)
    }

    /// The socket accepted `count` of the unsent bytes.
    pub fn sent(&mut self, mut count: usize) {
        self.bytes_sent += count as u64;
        while count > 0 {
            let segment = &mut self.segments[self.sending];
            let accepted = count.min(segment.unsent().len());
            segment.sent += accepted;
            count -= accepted;
            if segment.unsent().is_empty() {
                self.sending += 1;
            }
        }
    }

    /// Processes the next reply.
    pub fn answer(&mut self, reply: Frame<'_>) -> Result<(), Error> {
        let segment = self.segments.front_mut().filter(|segment| segment.awaits_reply());
        let Some(segment) = segment else {
            return Err(reply.unexpected());
        };
        if segment.consume_asking_reply() || segment.keep_earlier_reply(&reply) {
            return Ok(());
        }
        let (batch, index, effect) = (segment.batch, segment.next, segment.effect());
        self.known_scripts.learn(&segment.request, index, &reply);
        let earlier = segment.advance();
        let is_tracked = self.proven_at.is_some();
        let reply = earlier.complete(effect, is_tracked, reply);
        let must_check = matches!(reply, Frame::Error(_)) || self.order.is_active();
        let command = must_check.then(|| segment.command(index));
        if segment.next == segment.last {
            self.segments.pop_front();
            self.sending -= 1;
        }
        if is_tracked {
            self.prove(batch);
        }
        match command {
            None => self.take(batch, index, Ok(reply)),
            Some(command) => self.check_reply(command, reply, earlier.may_be_executed(effect)),
        }
        Ok(())
    }

    fn check_reply(&mut self, command: Segment, reply: Frame<'_>, may_be_executed: bool) {
        if let Frame::Error(line) = reply {
            let is_users = command.request.is_users(command.next);
            let error = if is_users { Error::from_reply_to_user(line) } else { Error::from_reply(line) };
            let error = error.at(self.server.as_ref());
            if may_be_executed {
                self.fail_unanswered(&command, &error);
            } else {
                self.on_refusal(command, error);
            }
        } else {
            self.on_success(command, reply);
        }
        self.resolve();
        self.release();
    }

    /// The command was not executed. After a transient refusal it is sent again.
    fn on_refusal(&mut self, command: Segment, error: Error) {
        let Segment { batch, next, .. } = command;
        self.known_scripts.on_refusal(&error);
        let removal = transactions::removal_on_full_server(&command, &error);
        let is_final = known_scripts::is_of_user(&command.request, next, &error);
        let is_retried = error.is_transient() || self.can_redirect(batch, next, &error);
        if removal.is_some() || is_retried && !is_final {
            self.defer_refused(removal.unwrap_or(command), error);
        } else {
            self.settle_in_order(command.age(), true);
            self.take(batch, next, Err(error.with_applied(Applied::No)));
        }
    }

    fn on_success(&mut self, command: Segment, reply: Frame<'_>) {
        self.mark_executed(&command);
        self.settle_in_order(command.age(), true);
        self.take(command.batch, command.next, Ok(reply));
    }

    /// If the command is a write, older waiting writes on its entries must not be sent any more.
    fn mark_executed(&self, command: &Segment) {
        if command.effect() != Effect::Write {
            return;
        }
        if command.is_forgotten() {
            self.order.executed_on_unknown_entries(command.age());
        } else {
            self.order.executed(command.age(), &self.order.touched(command.encoded()));
        }
    }

    /// Whether a reply is outstanding.
    pub fn awaits_reply(&self) -> bool {
        self.segments.front().is_some_and(Segment::awaits_reply)
    }

    /// Whether a reply is outstanding or bytes are unsent.
    pub fn is_busy(&self) -> bool {
        !self.segments.is_empty()
    }

    /// Whether commands wait for [`Pipeline::retry_refused`].
    pub fn has_deferred(&self) -> bool {
        !self.deferrals.is_empty()
    }

    /// Number of commands that wait for [`Pipeline::retry_refused`].
    pub fn deferred(&self) -> usize {
        self.deferrals.len()
    }

    /// A READONLY refusal: the server is a replica.
    pub fn refused_by_replica(&self) -> Option<&Error> {
        self.deferrals.refusals().find(|refusal| refusal.refused_as() == Some(RefusalKind::ReadOnly))
    }

    pub fn next_deadline(&self) -> Option<Instant> {
        self.batches.iter().flatten().map(|batch| batch.deadline).min()
    }

    /// The sinks whose commands are all settled. The caller finishes them without a lock.
    pub fn take_completed(&mut self) -> Vec<Box<dyn Sink>> {
        std::mem::take(&mut self.completed)
    }

    fn enqueue(&mut self, mut segment: Segment) {
        self.last_serial += 1;
        segment.serial = self.last_serial;
        self.segments.push_back(segment);
    }

    /// Queues one command of a segment. Consecutive commands of a request share a segment.
    fn enqueue_command(&mut self, segment: &Segment, index: usize) {
        if self.batch(segment.batch).is_none() {
            return;
        }
        let is_extended = self.segments.len() > self.sending
            && self.segments.back_mut().is_some_and(|last| last.extend(segment, index));
        if !is_extended {
            self.enqueue(segment.command(index));
        }
    }

    fn skip_sent(&mut self) {
        let is_sent = |segment: &Segment| segment.unsent().is_empty();
        while self.segments.get(self.sending).is_some_and(is_sent) {
            self.sending += 1;
        }
    }
}

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod tests;
