//! What the handle of a connection and its supervisor share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::pipeline::Pipeline;
use super::replies::{Received, Replies};
use super::request::{Epoch, Request, Sink};
use super::socket::Socket;
use super::stats::Stats;
use crate::error::{Error, Kind};

/// Overdue calls are looked for no more often than this.
const SHORTEST_ROUND: Duration = Duration::from_millis(10);
/// Time after which a command that the server refused for now is sent again.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Calls that were made together fail together, before the connection is found silent.
const SILENCE_GRACE: Duration = Duration::from_millis(100);
pub struct Link {
    state: Mutex<State>,
    command_timeout: Duration,
    /// Something waits to be sent while nothing is connected.
    demand: Notify,
    /// The socket did not take all that should be sent.
    backlog: Notify,
    /// The next round of the caretaker is due earlier than planned.
    alarm: Notify,
    /// The caretaker found the connection dead.
    silence: Notify,
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
    /// When the server was last heard, or was first owed something to say.
    heard: Instant,
}

impl Link {
    pub fn new(command_timeout: Duration, call_attendant: Option<CallAttendant>) -> Self {
        let state = State {
            pipeline: Pipeline::default(),
            socket: None,
            trouble: None,
            ended: None,
            retry_at: None,
            next_round: Instant::now(),
            offer: None,
            called: false,
            connections: 0,
            bytes_received: 0,
            heard: Instant::now(),
        };
        Link {
            state: Mutex::new(state),
            command_timeout,
            demand: Notify::new(),
            backlog: Notify::new(),
            alarm: Notify::new(),
            silence: Notify::new(),
            lost: Notify::new(),
            ended: Notify::new(),
            call_attendant,
        }
    }

    pub fn submit(&self, request: Request, deadline: Instant, mut sink: Box<dyn Sink>) {
        let mut state = self.state();
        if let Some(cause) = &state.ended {
            request.refuse(cause, &mut *sink);
            drop(state);
            return sink.finish();
        }
        if !state.pipeline.awaits_reply() {
            state.heard = Instant::now();
        }
        state.pipeline.push(request, deadline, sink);
        if state.socket.is_some() {
            self.flush_locked(&mut state);
        } else {
            self.demand.notify_one();
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

    /// From now on calls go over `socket`.
    pub fn attach(&self, socket: Arc<Socket>) {
        self.change(|state| {
            let trouble = state.trouble.take();
            state.pipeline.expire(Instant::now(), trouble.as_ref());
            state.socket = Some(socket);
            state.connections += 1;
            state.heard = Instant::now();
            self.flush_locked(state);
        });
    }

    /// Writes as much as the socket takes; whether that was all.
    pub fn flush(&self) -> bool {
        let mut state = self.state();
        if state.pipeline.unsent().next().is_some() {
            self.flush_locked(&mut state);
        }
        state.pipeline.unsent().next().is_none()
    }

    /// Reads once from a readable socket and hands the replies to the calls they answer.
    pub fn receive(&self, socket: &Socket, replies: &mut Replies) -> Result<Received, Error> {
        let received = replies.read_from(socket)?;
        if received.bytes == 0 {
            return Ok(received);
        }
        self.change(|state| {
            state.heard = Instant::now();
            state.bytes_received += received.bytes as u64;
            unpanicked("taking a reply", || replies.decode(|reply| state.pipeline.answer(reply)))??;
            if state.pipeline.has_refused() && state.retry_at.is_none() {
                state.retry_at = Some(state.heard + RETRY_AFTER);
                self.alarm.notify_one();
            }
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

    /// What the caretaker does, done by the attendant.
    pub fn attend(&self) {
        self.make_round();
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
        });
    }

    /// Fails unsettled and later calls with `cause`, for good.
    pub fn end(&self, cause: Error) {
        self.change(|state| {
            state.socket = None;
            state.offer = None;
            state.pipeline.abandon(&cause);
            state.ended.get_or_insert(cause);
        });
        self.ended.notify_one();
    }

    /// Fails what is overdue, and sends again what the server refused for now, until dropped.
    pub async fn take_care(&self) {
        loop {
            let next = self.plan_round();
            tokio::select! {
                () = sleep_until(next) => {}
                () = self.alarm.notified() => sleep_until(Instant::now() + SHORTEST_ROUND).await,
            }
        }
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

    /// Replies are owed, and for longer than `commandTimeout` none came: only a new connection can tell whether the
    /// server or the way to it is gone.
    pub async fn silent(&self) -> Error {
        self.silence.notified().await;
        let limit = self.command_timeout.as_millis();
        Error::new(Kind::Connection, format!("the server did not answer for {limit} ms"))
    }

    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Makes a round, or has the attendant make it where one is due: only after reading what is there can it tell what is
    /// overdue.
    fn plan_round(&self) -> Instant {
        let mut state = self.state();
        if self.call_attendant.is_none() || state.socket.is_none() {
            drop(state);
            return self.make_round();
        }
        let now = Instant::now();
        if self.due_at(&state).any(|due| due <= now) {
            self.call_attendant(&mut state);
        }
        self.schedule(&mut state, now)
    }

    /// Tells when the next round is due.
    fn make_round(&self) -> Instant {
        let now = Instant::now();
        self.change(|state| {
            state.pipeline.expire(now, state.trouble.as_ref());
            if state.retry_at.take_if(|retry| *retry <= now).is_some() {
                state.pipeline.retry_refused(now + RETRY_AFTER);
            }
            self.flush_locked(state);
            if self.silent_at(state).is_some_and(|silent| silent <= now) {
                self.silence.notify_one();
            }
            self.schedule(state, now)
        })
    }

    /// A call that is made after this is due no earlier, or it raises the alarm.
    fn schedule(&self, state: &mut State, now: Instant) -> Instant {
        state.next_round =
            self.due_at(state).fold(now + self.command_timeout, Instant::min).max(now + SHORTEST_ROUND);
        state.next_round
    }

    /// When there is something for a round to do.
    fn due_at(&self, state: &State) -> impl Iterator<Item = Instant> + use<> {
        [state.pipeline.next_deadline(), state.retry_at, self.silent_at(state)].into_iter().flatten()
    }

    /// When the connection is to be given up, unless the server is heard before.
    fn silent_at(&self, state: &State) -> Option<Instant> {
        let owed = state.socket.is_some() && state.pipeline.awaits_reply();
        owed.then(|| state.heard + self.command_timeout + SILENCE_GRACE)
    }

    fn flush_locked(&self, state: &mut State) {
        let Some(socket) = state.socket.clone() else { return };
        // A failure shows on the reading side too, which is where a lost connection is handled.
        if !socket.write_from(&mut state.pipeline).unwrap_or(true) {
            self.backlog.notify_one();
            self.call_attendant(state);
        }
    }

    /// Changes the state, then finishes what that completed: sinks run without the lock.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        let completed = state.pipeline.take_completed();
        drop(state);
        for sink in completed {
            // A sink that panics has told its calls when it was dropped; those of the others are not to pay for it.
            drop(unpanicked("settling a call", || sink.finish()));
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
mod tests {
    use tokio::net::UnixStream;

    use super::*;
    use crate::connection::{Effect, Frame};

    /// Panics when it is given a reply.
    struct Faulty;

    impl Sink for Faulty {
        fn take(&mut self, _: usize, _: Result<Frame<'_>, Error>) {
            panic!("on purpose");
        }

        fn finish(self: Box<Self>) {
            panic!("on purpose");
        }
    }

    fn ping() -> Request {
        let mut request = Request::default();
        request.push(&[b"PING"], Effect::Read);
        request
    }

    #[tokio::test]
    async fn a_panic_costs_the_connection_and_nothing_else() {
        let link = Link::new(Duration::from_secs(5), None);
        let (near, far) = UnixStream::pair().unwrap();
        let socket = Arc::new(Socket::Unix(near));
        link.attach(socket.clone());
        link.submit(ping(), Instant::now() + Duration::from_secs(5), Box::new(Faulty));
        far.writable().await.unwrap();
        assert_eq!(far.try_write(b"+PONG\r\n").unwrap(), 7);
        socket.readable().await.unwrap();
        let lost = link.receive(&socket, &mut Replies::new()).unwrap_err();
        assert_eq!(lost.kind, Kind::Internal);
        link.lose(&lost);
        assert_eq!(link.stats().bytes_received, 7);
    }
}
