//! A connection that comes back by itself.
//!
//! The pipeline holds the calls and knows what may be sent, answered, repeated or given up; it does no I/O. The socket
//! is written by whoever submits and read by one task, the supervisor, which also connects and reconnects.

mod attended;
mod fold;
mod frame;
mod handshake;
mod link;
mod pipeline;
mod replies;
mod request;
mod socket;
mod stats;
mod supervisor;
mod tls;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub use self::attended::{Attended, WaitFor};
pub use self::fold::Fold;
pub use self::frame::Frame;
pub use self::request::{Effect, Epoch, Request, Sink};
pub use self::stats::Stats;
pub use self::supervisor::{Event, OnEvent, Open};

use self::link::{CallAttendant, Link};
use crate::config::Server;
use crate::error::{Error, Kind};

/// Handle of a connection; the connection is closed by [`Connection::close`].
#[derive(Clone)]
pub struct Connection {
    link: Arc<Link>,
}

impl Connection {
    /// Starts to connect in the background.
    pub fn start(server: Server, open: Open, command_timeout: Duration, on_event: OnEvent) -> Self {
        Self::start_with(None, server, open, command_timeout, on_event)
    }

    /// As [`Connection::start`]; but the socket is read and written by the thread that [`Event::Attend`] calls, which
    /// then calls [`Connection::attend`].
    pub fn start_attended(server: Server, open: Open, command_timeout: Duration, on_event: OnEvent) -> Self {
        let call: OnEvent = on_event.clone();
        Self::start_with(Some(Box::new(move || call(Event::Attend))), server, open, command_timeout, on_event)
    }

    fn start_with(
        call_attendant: Option<CallAttendant>,
        server: Server,
        open: Open,
        command_timeout: Duration,
        on_event: OnEvent,
    ) -> Self {
        let link = Arc::new(Link::new(command_timeout, call_attendant));
        crate::runtime::spawn(supervisor::run(link.clone(), server, open, on_event));
        Connection { link }
    }

    /// Sends the commands of `request` in order; `sink` gets one reply for each, at the latest soon after `deadline`.
    pub fn submit(&self, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        self.link.submit(request, deadline, sink);
    }

    /// As [`Connection::submit`], for tasks: the replies are folded into `fold`, which comes back with them.
    pub async fn fold<F: Fold>(&self, request: Request, deadline: Instant, fold: F) -> Result<F, Error> {
        let (sink, folded) = fold::folding(fold);
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

    pub fn stats(&self) -> Stats {
        self.link.stats()
    }

    /// Ends the connection for good: unsettled and later calls fail with `cause`.
    pub fn close(&self, cause: Error) {
        self.link.end(cause);
    }
}
