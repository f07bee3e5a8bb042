//! A connection that comes back by itself.
//!
//! The pipeline holds the calls and knows what may be sent, answered, repeated or given up; it does no I/O. The socket
//! is written by whoever submits and read by one task, the supervisor, which also connects and reconnects.

mod collect;
mod frame;
mod handshake;
mod link;
mod pipeline;
mod replies;
mod request;
mod socket;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

pub use self::collect::Reply;
pub use self::frame::Frame;
pub use self::request::{Effect, Epoch, Request, Sink};
pub use self::supervisor::{Event, OnEvent, Open};

use self::link::Link;
use crate::config::Server;
use crate::error::Error;

/// Handle of a connection; the connection is closed by [`Connection::close`].
#[derive(Clone)]
pub struct Connection {
    link: Arc<Link>,
}

impl Connection {
    /// Starts to connect in the background.
    pub fn start(server: Server, open: Open, command_timeout: Duration, on_event: OnEvent) -> Self {
        let link = Arc::new(Link::new(command_timeout));
        crate::runtime::spawn(supervisor::run(link.clone(), server, open, on_event));
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

    /// The connection of now; commands of a walk must all be for the same one.
    pub fn epoch(&self) -> Epoch {
        self.link.epoch()
    }

    /// Ends the connection for good: unsettled and later calls fail with `cause`.
    pub fn close(&self, cause: Error) {
        self.link.end(cause);
    }
}
