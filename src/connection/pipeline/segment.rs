//! Consecutive commands of one request.

use std::sync::Arc;

use crate::error::Error;
use crate::protocol::{Age, EarlierReplies, Effect, Encoded, Frame, Request, commands};

/// Commands `next..last` of a request, which have no reply yet.
pub struct Segment {
    pub batch: u64,
    pub request: Arc<Request>,
    pub next: usize,
    pub last: usize,
    /// Number of the request's bytes that the socket accepted.
    pub sent: usize,
    /// Increases along the queue.
    pub serial: u64,
    /// The reply to the ASKING before the next command has arrived.
    is_asking_answered: bool,
    /// Replies to the next command, if it is a unit.
    earlier: EarlierReplies,
    /// The server refused the commands before, temporarily.
    refusal: Option<Arc<Error>>,
}

impl Segment {
    pub fn new(batch: u64, request: Arc<Request>, next: usize, last: usize) -> Self {
        let sent = request.start_of(next);
        let earlier = EarlierReplies::default();
        Segment {
            batch,
            request,
            next,
            last,
            sent,
            serial: 0,
            is_asking_answered: false,
            earlier,
            refusal: None,
        }
    }

    /// A segment of one command, of which nothing is sent.
    pub fn command(&self, index: usize) -> Self {
        self.part(index, index + 1)
    }

    /// Commands of the segment, of which nothing is sent.
    pub fn part(&self, next: usize, last: usize) -> Self {
        let refusal = self.refusal.clone();
        Segment { refusal, ..Segment::new(self.batch, self.request.clone(), next, last) }
    }

    pub fn refused(self, refusal: Option<&Error>) -> Self {
        let refusal = refusal.map(|refusal| Arc::new(refusal.clone())).or(self.refusal);
        Segment { refusal, ..self }
    }

    /// The failure of the commands, with the refusal before.
    pub fn explained(&self, failure: &Error) -> Error {
        let refusal = self.refusal.as_deref();
        refusal.map_or_else(|| failure.clone(), |refusal| failure.clone().after_refusal(refusal))
    }

    /// The segment with the source of its script in place of the digest.
    pub fn with_source(&self) -> Self {
        self.replaced(self.request.command_with_source(self.next))
    }

    /// A segment of the removal in a transaction, without the index; `None` for other commands.
    pub fn removal_alone(&self) -> Option<Self> {
        self.request.removal_alone(self.next).map(|request| self.replaced(request))
    }

    fn replaced(&self, request: Request) -> Self {
        let refusal = self.refusal.clone();
        Segment { refusal, ..Segment::new(self.batch, Arc::new(request), self.next, self.last) }
    }

    fn end(&self) -> usize {
        self.request.end_of(self.last - 1)
    }

    pub fn unsent(&self) -> &[u8] {
        // After `forget_bytes` there are none.
        self.request.bytes.get(self.sent..self.end()).unwrap_or_default()
    }

    /// Frees the bytes of a sent segment that is never sent again; only its replies are outstanding.
    pub fn forget_bytes(&mut self) {
        if self.unsent().is_empty() {
            self.request = Arc::new(self.request.without_bytes());
        }
    }

    pub fn is_forgotten(&self) -> bool {
        self.request.bytes.is_empty()
    }

    /// Whether the last byte was sent. The server cannot execute the command without it.
    pub fn is_sent(&self, index: usize) -> bool {
        self.request.end_of(index) <= self.sent
    }

    /// Whether the next command, the ASKING before it, or the next part of a unit is sent completely.
    pub fn awaits_reply(&self) -> bool {
        let awaits_asking = || !self.is_asking_answered && self.request.is_asking_sent(self.next, self.sent);
        self.is_sent(self.next) || awaits_asking() || self.is_unit() && self.awaits_reply_to_part()
    }

    fn is_unit(&self) -> bool {
        self.request.replies(self.next) > 1
    }

    fn awaits_reply_to_part(&self) -> bool {
        let sent = self.sent.saturating_sub(self.request.first_byte_of(self.next));
        let sent = self.encoded().bytes.get(..sent).unwrap_or_default();
        commands(sent).count() > usize::from(self.earlier.count)
    }

    /// Whether at least one byte of the next command is sent.
    pub fn is_begun(&self) -> bool {
        self.request.start_of(self.next) < self.sent
    }

    /// The first command of which no byte is sent; `last` if there is none.
    pub fn first_unsent(&self) -> usize {
        self.request.first_unsent(self.sent).clamp(self.next, self.last)
    }

    /// Returns whether the next reply belongs to an ASKING, and counts it as received.
    pub fn consume_asking_reply(&mut self) -> bool {
        let belongs = !self.is_asking_answered && self.request.is_asking(self.next);
        self.is_asking_answered |= belongs;
        belongs
    }

    /// Returns whether more replies to the next command follow; then this one is kept.
    pub fn keep_earlier_reply(&mut self, reply: &Frame<'_>) -> bool {
        let is_earlier = self.is_unit() && self.earlier.count + 1 < self.request.replies(self.next);
        if is_earlier {
            self.earlier.record(reply);
        }
        is_earlier
    }

    /// Continues after the next command. Returns the earlier replies to it.
    pub fn advance(&mut self) -> EarlierReplies {
        self.next += 1;
        self.is_asking_answered = false;
        std::mem::take(&mut self.earlier)
    }

    pub fn age(&self) -> Age {
        self.request.age(self.next)
    }

    pub fn encoded(&self) -> Encoded<'_> {
        self.request.command(self.next)
    }

    pub fn effect(&self) -> Effect {
        self.request.effect(self.next)
    }

    /// Appends a command if it follows the last one in the same request. Returns whether it did.
    pub fn extend(&mut self, segment: &Segment, index: usize) -> bool {
        let follows =
            self.batch == segment.batch && self.last == index && Arc::ptr_eq(&self.request, &segment.request);
        let follows = follows && self.refusal.is_none() && segment.refusal.is_none();
        self.last += usize::from(follows);
        follows
    }
}
