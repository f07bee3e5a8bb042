//! The driver's side of a connection. The driver is a task of the supervisor, or the event loop of another thread.

#[cfg(unix)]
mod on_loop;

use std::sync::Arc;

#[cfg(unix)]
pub use self::on_loop::WaitFor;

use super::link::Link;
use crate::error::Error;
use crate::protocol::Generation;
use crate::protocol::replies::{Received, Replies};
use crate::transport::socket::Socket;

/// A connection that a driver reads and writes.
pub struct Driven {
    link: Arc<Link>,
    generation: Generation,
    socket: Arc<Socket>,
    replies: Replies,
}

/// A new connection that a driver prepares to adopt.
pub struct Candidate {
    link: Arc<Link>,
    generation: Generation,
    socket: Arc<Socket>,
}

impl Candidate {
    /// Takes the candidate of a link, if it has one. The driver must accept it before it reads.
    pub(super) fn take(link: &Arc<Link>) -> Option<(Self, Driven)> {
        let (generation, socket, replies) = link.take_candidate()?;
        let socket = Arc::new(socket);
        let driven = Driven { link: link.clone(), generation, socket: socket.clone(), replies };
        Some((Candidate { link: link.clone(), generation, socket }, driven))
    }

    /// The driver is ready to read and write the socket.
    pub fn accept(self) {
        self.link.accept(self.generation, self.socket);
    }
}

impl Driven {
    #[cfg(test)]
    pub(super) fn socket(&self) -> &Socket {
        &self.socket
    }

    #[cfg(test)]
    pub(super) fn generation(&self) -> Generation {
        self.generation
    }

    fn receive_once(&mut self) -> Result<Received, Error> {
        self.link.receive(self.generation, &self.socket, &mut self.replies)
    }

    /// Reads and writes the socket as a task. Returns the error that ended it.
    pub(super) async fn drive(mut self) -> Error {
        let (link, generation, socket) = (self.link.clone(), self.generation, self.socket.clone());
        tokio::select! {
            cause = self.read() => cause,
            cause = write_backlog(&link, generation, &socket) => cause,
        }
    }

    async fn read(&mut self) -> Error {
        loop {
            if let Err(cause) = self.socket.readable().await {
                return cause;
            }
            if let Err(cause) = self.receive_once() {
                return cause;
            }
        }
    }
}

async fn write_backlog(link: &Link, generation: Generation, socket: &Socket) -> Error {
    loop {
        link.until_backlog(generation).await;
        loop {
            if let Err(cause) = socket.writable().await {
                return cause;
            }
            if link.flush() {
                break;
            }
        }
    }
}
