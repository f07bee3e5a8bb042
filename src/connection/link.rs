//! What the handle of a connection and its supervisor share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::pipeline::Pipeline;
use super::replies::Replies;
use super::request::{Epoch, Request, Sink};
use super::socket::Socket;
use crate::error::{Error, Kind};

/// Overdue calls are looked for no more often than this.
const SHORTEST_ROUND: Duration = Duration::from_millis(10);
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
    /// The caretaker found the connection dead.
    silence: Notify,
    ended: Notify,
}

struct State {
    pipeline: Pipeline,
    socket: Option<Arc<Socket>>,
    /// Why the calls that wait cannot be served yet.
    trouble: Option<Error>,
    ended: Option<Error>,
    /// When the caretaker makes its next round.
    next_round: Instant,
    /// When the server was last heard, or was first owed something to say.
    heard: Instant,
}

impl Link {
    pub fn new(command_timeout: Duration) -> Self {
        let state = State {
            pipeline: Pipeline::default(),
            socket: None,
            trouble: None,
            ended: None,
            next_round: Instant::now(),
            heard: Instant::now(),
        };
        Link {
            state: Mutex::new(state),
            command_timeout,
            demand: Notify::new(),
            backlog: Notify::new(),
            alarm: Notify::new(),
            silence: Notify::new(),
            ended: Notify::new(),
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

    pub fn epoch(&self) -> Epoch {
        self.state().pipeline.epoch()
    }

    /// From now on calls go over `socket`.
    pub fn attach(&self, socket: Arc<Socket>) {
        self.change(|state| {
            let trouble = state.trouble.take();
            state.pipeline.expire(Instant::now(), trouble.as_ref());
            state.socket = Some(socket);
            state.heard = Instant::now();
            self.flush_locked(state);
        });
    }

    /// Writes as much as the socket takes.
    pub fn flush(&self) {
        self.flush_locked(&mut self.state());
    }

    /// Reads once from a readable socket and hands the replies to the calls they answer.
    pub fn receive(&self, socket: &Socket, replies: &mut Replies) -> Result<(), Error> {
        replies.read_from(socket)?;
        self.change(|state| {
            state.heard = Instant::now();
            let result = replies.decode(|reply| state.pipeline.answer(reply));
            if state.pipeline.has_refused() {
                self.alarm.notify_one();
            }
            result
        })
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
            state.pipeline.abandon(&cause);
            state.ended.get_or_insert(cause);
        });
        self.ended.notify_one();
    }

    /// Fails what is overdue, and sends again what the server refused for now, until dropped.
    pub async fn take_care(&self) {
        loop {
            let next = self.make_round();
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

    /// Replies are owed, and for a whole `commandTimeout` none came: only a new connection can tell whether the server
    /// or the way to it is gone.
    pub async fn silent(&self) -> Error {
        self.silence.notified().await;
        let limit = self.command_timeout.as_millis();
        Error::new(Kind::Connection, format!("the server did not answer for {limit} ms"))
    }

    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Tells when the next round is due.
    fn make_round(&self) -> Instant {
        let now = Instant::now();
        self.change(|state| {
            let deadline = state.pipeline.expire(now, state.trouble.as_ref());
            let retry = state.pipeline.has_refused().then_some(now + RETRY_AFTER);
            state.pipeline.retry_refused();
            self.flush_locked(state);
            if state.socket.is_some()
                && state.pipeline.awaits_reply()
                && state.heard + self.command_timeout <= now
            {
                self.silence.notify_one();
            }
            // A call made after this is due no earlier, or it raises the alarm.
            let idle = now + self.command_timeout;
            state.next_round =
                deadline.into_iter().chain(retry).fold(idle, Instant::min).max(now + SHORTEST_ROUND);
            state.next_round
        })
    }

    fn flush_locked(&self, state: &mut State) {
        let Some(socket) = &state.socket else { return };
        // A failure shows on the reading side too, which is where a lost connection is handled.
        if !socket.write_from(&mut state.pipeline).unwrap_or(true) {
            self.backlog.notify_one();
        }
    }

    /// Changes the state, then finishes what that completed: sinks run without the lock.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        let completed = state.pipeline.take_completed();
        drop(state);
        completed.into_iter().for_each(Sink::finish);
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
