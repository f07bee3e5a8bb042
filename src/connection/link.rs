//! What the handle of a connection and its supervisor share.

mod leaving;
mod rounds;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::pipeline::Pipeline;
use super::replies::{Received, Replies};
use super::request::{Epoch, Request, Sink};
use super::socket::Socket;
use super::stats::Stats;
use crate::error::{Error, Kind};

/// Time after which a command that the server refused for now is sent again.
const RETRY_AFTER: Duration = Duration::from_millis(50);

pub struct Link {
    state: Mutex<State>,
    command_timeout: Duration,
    /// Something waits to be sent while nothing is connected.
    demand: Notify,
    /// The socket did not take all that should be sent.
    backlog: Notify,
    /// The next round of the caretaker is due earlier than planned.
    alarm: Notify,
    /// The connection is of no use any more, see `State::useless`.
    uselessness: Notify,
    /// The attendant lost the connection.
    lost: Notify,
    ended: Notify,
    /// Asks the thread that reads and writes the socket itself, where there is one, to look after the connection.
    call_attendant: Option<CallAttendant>,
}

/// Asks a thread to call [`Link::attend`] soon.
pub type CallAttendant = Box<dyn Fn() + Send + Sync>;

struct State {
    pipeline: Pipeline,
    socket: Option<Arc<Socket>>,
    /// Why the calls that wait cannot be served yet.
    trouble: Option<Error>,
    ended: Option<Error>,
    /// Why nothing new is sent here any more; what is on its way still is answered.
    retired: Option<Error>,
    /// When what the server refused for now is sent again.
    retry_at: Option<Instant>,
    /// When the caretaker makes its next round.
    next_round: Instant,
    /// A new connection that the attendant has not taken over yet.
    offer: Option<(Socket, Replies)>,
    /// The attendant was called and has not come yet.
    called: bool,
    /// Made so far.
    connections: u64,
    bytes_received: u64,
    /// When the server last sent anything, or first owed something.
    heard: Instant,
    /// When the reply began that has come in part only.
    piece_since: Option<Instant>,
    /// When the connection was made.
    since: Instant,
    /// Why nothing more is sent on the connection: it is left once the server owes no reply.
    leaving: Option<Error>,
    /// Why the supervisor is to leave the connection.
    useless: Option<Error>,
}

impl State {
    /// The server gives a sign of life, or begins to owe one.
    fn hear(&mut self) {
        self.heard = Instant::now();
    }
}

impl Link {
    pub fn new(command_timeout: Duration, call_attendant: Option<CallAttendant>) -> Self {
        let state = State {
            pipeline: Pipeline::default(),
            socket: None,
            trouble: None,
            ended: None,
            retired: None,
            retry_at: None,
            next_round: Instant::now(),
            offer: None,
            called: false,
            connections: 0,
            bytes_received: 0,
            heard: Instant::now(),
            piece_since: None,
            since: Instant::now(),
            leaving: None,
            useless: None,
        };
        Link {
            state: Mutex::new(state),
            command_timeout,
            demand: Notify::new(),
            backlog: Notify::new(),
            alarm: Notify::new(),
            uselessness: Notify::new(),
            lost: Notify::new(),
            ended: Notify::new(),
            call_attendant,
        }
    }

    pub fn submit(&self, request: Request, deadline: Instant, mut sink: Box<dyn Sink>) {
        let mut state = self.state();
        if let Some(cause) = state.ended.as_ref().or(state.retired.as_ref()) {
            request.refuse(cause, &mut *sink);
            drop(state);
            return sink.finish();
        }
        if !state.pipeline.is_under_way() {
            state.hear();
        }
        state.pipeline.push(request, deadline, sink);
        if state.socket.is_none() {
            self.demand.notify_one();
        } else if !Self::flush_locked(&mut state) {
            self.tell_backlog(&mut state);
        }
        if deadline < state.next_round {
            self.alarm.notify_one();
        }
    }

    pub fn stats(&self) -> Stats {
        let state = self.state();
        Stats {
            bytes_sent: state.pipeline.bytes_sent(),
            bytes_received: state.bytes_received,
            reconnects: state.connections.saturating_sub(1),
            waiting: state.pipeline.waiting(),
        }
    }

    pub fn epoch(&self) -> Epoch {
        self.state().pipeline.epoch()
    }

    /// What was told of the connection before says nothing of the next one.
    pub async fn forget_old(&self) {
        for told in [&self.uselessness, &self.lost] {
            tokio::select! {
                biased;
                () = told.notified() => {}
                () = std::future::ready(()) => {}
            }
        }
    }

    /// From now on calls go over `socket`.
    pub fn attach(&self, socket: Arc<Socket>) {
        self.change(|state| {
            let trouble = state.trouble.take();
            state.pipeline.expire(Instant::now(), trouble.as_ref());
            state.socket = Some(socket);
            state.connections += 1;
            state.piece_since = None;
            state.since = Instant::now();
            (state.leaving, state.useless) = (None, None);
            state.hear();
            if !Self::flush_locked(state) {
                self.tell_backlog(state);
            }
        });
    }

    /// Writes as much as the socket takes; whether that was all.
    pub fn flush(&self) -> bool {
        Self::flush_locked(&mut self.state())
    }

    /// Reads once from a readable socket and hands the replies to the calls they answer.
    pub fn receive(&self, socket: &Socket, replies: &mut Replies) -> Result<Received, Error> {
        let received = replies.read_from(socket)?;
        if received.bytes == 0 {
            return Ok(received);
        }
        self.change(|state| {
            let now = Instant::now();
            state.heard = now;
            state.bytes_received += received.bytes as u64;
            unpanicked("taking a reply", || {
                replies.decode(|reply| {
                    state.piece_since = None;
                    state.pipeline.answer(reply)
                })
            })??;
            if replies.has_piece() {
                state.piece_since.get_or_insert(now);
            }
            if state.pipeline.has_refused() {
                self.take_refusals(state, now);
            }
            self.leave_if_due(state);
            Ok(received)
        })
    }

    /// Whether an attendant is to read and write the socket.
    pub fn is_attended(&self) -> bool {
        self.call_attendant.is_some()
    }

    /// A new connection, for the attendant to take over.
    pub fn offer(&self, socket: Socket, replies: Replies) {
        let mut state = self.state();
        state.offer = Some((socket, replies));
        self.call_attendant(&mut state);
    }

    /// The attendant looks after the connection: takes over a new one, to be watched from then on.
    pub fn take_offer(&self) -> Option<(Arc<Socket>, Replies)> {
        let offer = {
            let mut state = self.state();
            state.called = false;
            state.offer.take()
        };
        let (socket, replies) = offer?;
        let socket = Arc::new(socket);
        self.attach(socket.clone());
        Some((socket, replies))
    }

    fn call_attendant(&self, state: &mut State) {
        if let Some(call) = self.call_attendant.as_ref().filter(|_| !state.called) {
            state.called = true;
            call();
        }
    }

    /// Whether calls go over that socket.
    pub fn uses(&self, socket: &Arc<Socket>) -> bool {
        self.state().socket.as_ref().is_some_and(|used| Arc::ptr_eq(used, socket))
    }

    /// To be told by the attendant when the connection is gone.
    pub fn report_loss(&self, cause: &Error) {
        self.lose(cause);
        self.lost.notify_one();
    }

    /// The attendant lost the connection.
    pub async fn lost(&self) -> Error {
        self.lost.notified().await;
        let trouble = self.state().trouble.clone();
        trouble.unwrap_or_else(|| Error::new(Kind::Connection, "the connection was lost"))
    }

    /// The connection is gone, or could not be made: keeps what may be sent again, fails the rest.
    pub fn lose(&self, cause: &Error) {
        self.change(|state| {
            state.trouble = Some(cause.clone());
            if state.socket.take().is_some() {
                state.pipeline.lose(cause);
            }
            if let Some(why) = &state.retired {
                state.pipeline.hand_back(why);
            }
        });
    }

    pub fn is_over(&self) -> bool {
        self.state().ended.is_some()
    }

    pub fn trouble(&self) -> Option<Error> {
        self.state().trouble.clone()
    }

    pub fn set_trouble(&self, trouble: Option<&Error>) {
        self.state().trouble = trouble.cloned();
    }

    /// Fails unsettled and later calls with `cause`, for good.
    pub fn end(&self, cause: Error) {
        self.change(|state| {
            state.socket = None;
            state.offer = None;
            state.pipeline.abandon(&cause);
            state.ended.get_or_insert(cause);
            if state.retired.is_some() {
                // Only the attendant can let go of the socket.
                self.call_attendant(state);
            }
        });
        self.ended.notify_one();
    }

    /// Some call waits for a connection.
    pub async fn wanted(&self) {
        while self.state().pipeline.is_empty() {
            self.demand.notified().await;
        }
    }

    /// The socket is to be written once it takes more.
    pub async fn has_backlog(&self) {
        self.backlog.notified().await;
    }

    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Whether that was all.
    fn flush_locked(state: &mut State) -> bool {
        let Some(socket) =
            state.socket.clone().filter(|_| state.leaving.is_none() && state.useless.is_none())
        else {
            return true;
        };
        let (owes, sent) = (state.pipeline.awaits_reply(), state.pipeline.bytes_sent());
        // A failure shows on the reading side too, which is where a lost connection is handled.
        let is_all = socket.write_from(&mut state.pipeline).unwrap_or(true);
        if !owes && state.pipeline.bytes_sent() > sent {
            // All that a server can do before it has a whole command is to take more of it.
            state.hear();
        }
        is_all
    }

    /// Has somebody wait until the socket takes more.
    fn tell_backlog(&self, state: &mut State) {
        self.backlog.notify_one();
        self.call_attendant(state);
    }

    /// Changes the state, then finishes what that completed: sinks run without the lock.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        let completed = state.pipeline.take_completed();
        let is_over = state.retired.is_some() && state.ended.is_none() && state.pipeline.is_empty();
        drop(state);
        for sink in completed {
            // A sink that panics has told its calls when it was dropped; those of the others are not to pay for it.
            drop(unpanicked("settling a call", || sink.finish()));
        }
        if is_over {
            self.end(Error::new(Kind::Retired, "the server is not in use any more"));
        }
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sink does must not take the connection's task, or the event loop, down.
fn unpanicked<T>(doing: &str, run: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Error::internal(doing))
}

#[cfg(all(test, unix))]
mod tests;
