//! What only an event loop of another thread calls: it takes a connection that was opened elsewhere, and is woken for it.

use super::{Candidate, Driven};
use crate::connection::{Connection, ConnectionId};
use crate::error::Error;
use crate::protocol::Generation;
use crate::transport::socket::Socket;

/// Limit of consecutive reads, so that other events of the loop are not delayed.
const MAX_READS: usize = 16;

/// The socket events that an event loop must wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    Replies,
    /// Readable or writable.
    RepliesAndRoom,
    /// The connection is lost.
    Nothing,
}

impl Connection {
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// A new connection that the calling thread is to adopt. The driver was woken for it.
    pub fn take_candidate(&self) -> Option<(Candidate, Driven)> {
        Candidate::take(&self.link)
    }

    /// Whether `generation` is current and a driver reads and writes it.
    pub fn is_served(&self, generation: Generation) -> bool {
        self.link.is_served(generation)
    }

    /// Expires overdue commands, retries transient refusals and writes the socket. Returns whether the socket accepted
    /// all bytes. The woken driver calls it after it has read the available replies.
    pub fn maintain(&self) -> bool {
        self.link.maintain()
    }
}

impl Candidate {
    pub fn generation(&self) -> Generation {
        self.generation
    }

    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The driver cannot watch the socket.
    pub fn reject(self, cause: &Error) {
        self.link.disconnected(self.generation, cause);
    }
}

impl Driven {
    /// Reads and writes a socket that is ready.
    pub fn on_ready(&mut self) -> WaitFor {
        if let Err(cause) = self.receive() {
            self.disconnected(&cause);
            return WaitFor::Nothing;
        }
        if self.link.flush() { WaitFor::Replies } else { WaitFor::RepliesAndRoom }
    }

    /// The connection is lost, or the driver can no longer watch the socket.
    pub fn disconnected(&self, cause: &Error) {
        self.link.disconnected(self.generation, cause);
    }

    fn receive(&mut self) -> Result<(), Error> {
        for _ in 0..MAX_READS {
            if !self.receive_once()?.is_full {
                break;
            }
        }
        Ok(())
    }
}
