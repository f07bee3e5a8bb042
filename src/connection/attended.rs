//! A connection that another thread than the supervisor's reads and writes.

use std::sync::Arc;

use super::link::Link;
use super::replies::Replies;
use super::socket::Socket;
use crate::error::Error;

/// Reads in a row, before others on the attendant's thread have their turn.
const MOST_READS: usize = 16;

/// A connection that an attendant reads and writes.
pub struct Attended {
    link: Arc<Link>,
    socket: Arc<Socket>,
    replies: Replies,
}

/// What the attendant is to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    Replies,
    /// Also for the socket to take more.
    RepliesAndRoom,
    /// Nothing: the connection is gone.
    Nothing,
}

impl Attended {
    pub(super) fn new(link: Arc<Link>, socket: Arc<Socket>, replies: Replies) -> Self {
        Attended { link, socket, replies }
    }

    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// The socket is ready.
    pub fn on_ready(&mut self) -> WaitFor {
        if !self.link.uses(&self.socket) {
            return WaitFor::Nothing;
        }
        if let Err(cause) = self.receive() {
            self.link.report_loss(&cause);
            return WaitFor::Nothing;
        }
        if self.link.flush() { WaitFor::Replies } else { WaitFor::RepliesAndRoom }
    }

    fn receive(&mut self) -> Result<(), Error> {
        for _ in 0..MOST_READS {
            if !self.link.receive(&self.socket, &mut self.replies)?.is_full {
                break;
            }
        }
        Ok(())
    }
}
