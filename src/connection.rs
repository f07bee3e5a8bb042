//! A connection that comes back by itself.
//!
//! [`Pipeline`] holds the calls and knows what may be sent, answered, repeated or given up; it does no I/O. The socket
//! is written by whoever submits and read by one task, the supervisor, which also connects and reconnects.

mod collect;
mod frame;
mod handshake;
mod pipeline;
mod reconnect;
mod replies;
mod request;
mod socket;
mod supervisor;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

pub use self::collect::Reply;
pub use self::frame::Frame;
pub use self::pipeline::Sink;
pub use self::reconnect::{Ask, Decision, Strategy};
pub use self::request::{Effect, Request};

use self::pipeline::Pipeline;
use self::replies::Replies;
use self::socket::Socket;
use crate::config::Server;
use crate::error::Error;

/// What happens to a connection, as it happens.
#[derive(Clone, Debug)]
pub enum Event {
    Connect,
    Ready,
    Reconnecting {
        retries: u32,
        delay: Duration,
        cause: Error,
    },
    Error(Error),
    /// No further attempt follows.
    End(Error),
}

pub type OnEvent = Arc<dyn Fn(Event) + Send + Sync>;

/// When a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// From the start, and again whenever it is lost.
    Always,
    /// Only while calls wait for it.
    OnDemand,
}

/// Handle of a connection; the connection is closed by [`Connection::close`].
#[derive(Clone)]
pub struct Connection {
    link: Arc<Link>,
}

impl Connection {
    /// Starts to connect in the background.
    pub fn start(server: Server, open: Open, command_timeout: Duration, on_event: OnEvent) -> Self {
        let link = Arc::new(Link::new(open, command_timeout));
        crate::runtime::spawn(supervisor::run(link.clone(), server, on_event));
        Connection { link }
    }

    /// Sends the commands of `request` in order; `sink` gets one reply for each, at the latest soon after `deadline`.
    pub fn submit(&self, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        self.link.submit(request, deadline, sink);
    }

    /// As [`Connection::submit`], for callers that await the replies.
    pub async fn request(&self, request: Request, deadline: Instant) -> Vec<Reply> {
        let (sink, replies) = collect::replies(request.len());
        self.submit(request, deadline, Box::new(sink));
        replies.await
    }

    /// Ends the connection for good: unsettled and later calls fail with `cause`.
    pub fn close(&self, cause: Error) {
        self.link.end(cause);
    }
}

/// What the handle and the supervisor share.
struct Link {
    state: Mutex<State>,
    open: Open,
    command_timeout: Duration,
    /// Something waits to be sent while nothing is connected.
    demand: Notify,
    /// The socket did not take all that should be sent.
    backlog: Notify,
    ended: Notify,
}

#[derive(Default)]
struct State {
    pipeline: Pipeline,
    socket: Option<Arc<Socket>>,
    /// Why the calls that wait cannot be served yet.
    trouble: Option<Error>,
    ended: Option<Error>,
}

impl Link {
    fn new(open: Open, command_timeout: Duration) -> Self {
        Link {
            state: Mutex::default(),
            open,
            command_timeout,
            demand: Notify::new(),
            backlog: Notify::new(),
            ended: Notify::new(),
        }
    }

    fn submit(&self, request: Request, deadline: Instant, mut sink: Box<dyn Sink>) {
        let mut state = self.state();
        if let Some(cause) = &state.ended {
            request.refuse(cause, &mut *sink);
            drop(state);
            return sink.finish();
        }
        state.pipeline.push(request, deadline, sink);
        if state.socket.is_some() {
            self.flush(&mut state);
        } else {
            self.demand.notify_one();
        }
    }

    /// Writes as much as the socket takes; the supervisor goes on with the rest.
    fn flush(&self, state: &mut State) {
        let Some(socket) = &state.socket else { return };
        // A failure shows on the reading side too, which is where a lost connection is handled.
        if !socket.write_from(&mut state.pipeline).unwrap_or(true) {
            self.backlog.notify_one();
        }
    }

    /// From now on calls go over `socket`.
    fn attach(&self, socket: Arc<Socket>) {
        self.change(|state| {
            state.pipeline.expire(Instant::now(), state.trouble.take().as_ref());
            state.socket = Some(socket);
            self.flush(state);
        });
    }

    /// Reads once from a readable socket and hands the replies to the calls they answer.
    fn receive(&self, socket: &Socket, replies: &mut Replies) -> Result<(), Error> {
        replies.read_from(socket)?;
        self.change(|state| replies.decode(|reply| state.pipeline.answer(reply)))
    }

    /// The connection is gone, or could not be made: keeps what may be sent again, fails the rest.
    fn lose(&self, cause: &Error) {
        self.change(|state| {
            state.trouble = Some(cause.clone());
            if state.socket.take().is_some() {
                state.pipeline.lose(cause);
            }
        });
    }

    /// Fails what is overdue; tells when to look again.
    fn expire(&self) -> Instant {
        let now = Instant::now();
        let next = self.change(|state| state.pipeline.expire(now, state.trouble.as_ref()));
        next.unwrap_or(now + self.command_timeout)
    }

    fn end(&self, cause: Error) {
        self.change(|state| {
            state.socket = None;
            state.pipeline.abandon(&cause);
            state.ended.get_or_insert(cause);
        });
        self.ended.notify_one();
    }

    fn is_idle(&self) -> bool {
        self.state().pipeline.is_empty()
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
