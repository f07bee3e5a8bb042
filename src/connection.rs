//! A connection that comes back by itself.
//!
//! The pipeline holds the calls and knows what may be sent, answered, repeated or given up; it does no I/O. The socket
//! is written by whoever submits and read by one task, the supervisor, which also connects and reconnects.

mod attended;
mod dialogue;
mod fold;
mod frame;
mod handshake;
mod link;
mod pipeline;
mod replies;
mod request;
mod sentinels;
mod socket;
mod stats;
mod subscription;
mod supervisor;
mod target;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub use self::attended::{Attended, WaitFor};
pub use self::dialogue::Dialogue;
pub use self::fold::{Fold, folding};
pub use self::frame::Frame;
pub use self::request::{Effect, Encoded, Epoch, Request, Script, Sink};
pub use self::sentinels::Sentinels;
pub use self::stats::Stats;
pub use self::subscription::{Heard, News, Subscription, Topic};
pub use self::supervisor::{Event, OnEvent, Open, Plan};
pub use self::target::Target;

use self::link::{CallAttendant, Link};
use crate::error::{Error, Kind};

/// Handle of a connection; the connection is closed by [`Connection::close`].
#[derive(Clone)]
pub struct Connection {
    link: Arc<Link>,
}

impl Connection {
    /// Starts to connect in the background.
    pub fn start(plan: Plan, command_timeout: Duration) -> Self {
        Self::start_with(None, plan, command_timeout)
    }

    /// As [`Connection::start`]; but the socket is read and written by the thread that [`Event::Attend`] calls, which
    /// then calls [`Connection::attend`].
    pub fn start_attended(plan: Plan, command_timeout: Duration) -> Self {
        let call: OnEvent = plan.on_event.clone();
        Self::start_with(Some(Box::new(move || call(Event::Attend))), plan, command_timeout)
    }

    fn start_with(call_attendant: Option<CallAttendant>, plan: Plan, command_timeout: Duration) -> Self {
        let link = Arc::new(Link::new(command_timeout, call_attendant));
        crate::runtime::spawn(supervisor::run(link.clone(), plan));
        Connection { link }
    }

    /// One that nobody serves: what is submitted waits until it is handed back, or its deadline.
    pub fn unserved(command_timeout: Duration) -> Self {
        let link = Arc::new(Link::new(command_timeout, None));
        let cared = link.clone();
        crate::runtime::spawn(async move {
            tokio::select! {
                () = cared.take_care() => {}
                () = cared.ended() => {}
            }
        });
        Connection { link }
    }

    /// Sends the commands of `request` in order; `sink` gets one reply for each, at the latest soon after `deadline`.
    pub fn submit(&self, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        self.link.submit(request, deadline, sink);
    }

    /// As [`Connection::submit`], for tasks: the replies are folded into `fold`, which comes back with them.
    pub async fn fold<F: Fold>(&self, request: Request, deadline: Instant, fold: F) -> Result<F, Error> {
        let (sink, folded) = folding(fold);
        self.submit(request, deadline, Box::new(sink));
        folded.await.ok_or_else(|| Error::new(Kind::Connection, "the call was dropped"))
    }

    /// The connection of now; commands of a walk must all be for the same one.
    pub fn epoch(&self) -> Epoch {
        self.link.epoch()
    }

    /// A connection that was made and is to be read and written by the calling thread from now on.
    pub fn take_over(&self) -> Option<Attended> {
        let (socket, replies) = self.link.take_offer()?;
        Some(Attended::new(self.link.clone(), socket, replies))
    }

    /// Fails what is overdue and sends again what was refused for now; whether the socket took all that. To be called when
    /// replies were read.
    pub fn attend(&self) -> bool {
        self.link.attend()
    }

    /// Why what is submitted to an unserved one waits.
    pub fn explain(&self, trouble: Option<&Error>) {
        self.link.set_trouble(trouble);
    }

    /// Gives what waits back to its sinks.
    pub fn hand_back(&self, why: &Error) {
        self.link.hand_back(why);
    }

    /// Sends nothing new: it goes back to its sinks. Ends when all else is answered.
    pub fn retire(&self, why: &Error) {
        self.link.retire(why);
    }

    /// It has ended, and nothing is under way.
    pub fn is_over(&self) -> bool {
        self.link.is_over()
    }

    /// Why what was submitted waits, where it does.
    pub fn trouble(&self) -> Option<Error> {
        self.link.trouble()
    }

    /// Tells one connection from others.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.link).addr()
    }

    pub fn stats(&self) -> Stats {
        self.link.stats()
    }

    /// Ends the connection for good: unsettled and later calls fail with `cause`.
    pub fn close(&self, cause: Error) {
        self.link.end(cause);
    }
}
