//! A connection that only one task uses, for one command at a time: the login, subscriptions, discovery.

use std::io::{ErrorKind, IoSlice};
use std::sync::Arc;

use crate::config::Server;
use crate::config::login::Credentials;
use crate::error::Error;
use crate::protocol::replies::Replies;
use crate::protocol::{Frame, Version, encode};
use crate::transport::attempt::Attempt;
use crate::transport::socket::Socket;

pub struct Dialogue {
    socket: Socket,
    replies: Replies,
    /// Address of the server, for errors.
    server: Option<Arc<str>>,
    /// Why the server runs no transactions, if the login has found that out.
    pub no_transactions: Option<Error>,
}

impl Dialogue {
    /// Connects, and sends nothing. `attempt` reports the step.
    pub async fn connect(server: &Server, attempt: &Attempt) -> Result<Self, Error> {
        let socket = Socket::connect(server, attempt).await?;
        Ok(Dialogue { socket, replies: Replies::new(), server: attempt.server(), no_transactions: None })
    }

    /// Sends a command, and returns its reply as converted by `read`. An error reply is returned as an error.
    pub async fn request<T>(
        &mut self,
        command: &[&[u8]],
        read: impl Fn(&Frame<'_>) -> Option<T>,
    ) -> Result<T, Error> {
        let mut bytes = Vec::new();
        encode(&mut bytes, command);
        self.send(&bytes).await?;
        let mut result = None;
        let server = self.server.clone();
        while result.is_none() {
            self.recv(|reply| {
                // Nothing was read yet that could have changed.
                if matches!(reply, Frame::Push(_)) {
                    return Ok(());
                }
                result = Some(match reply {
                    Frame::Error(line) => Err(Error::from_reply(line).at(server.as_ref())),
                    reply => read(&reply).ok_or_else(Error::unexpected_reply),
                });
                Ok(())
            })
            .await?;
        }
        result.expect("the loop ends when it is set")
    }

    /// Redacts these credentials in later error replies.
    pub fn redact(&mut self, credentials: &Credentials) {
        self.replies.redact(credentials);
    }

    /// Decodes later replies as this version of the protocol.
    pub fn set_version(&mut self, version: Version) {
        self.replies.set_version(version);
    }

    /// Sends encoded commands.
    pub async fn send(&mut self, mut rest: &[u8]) -> Result<(), Error> {
        while !rest.is_empty() {
            self.socket.writable().await?;
            match self.socket.try_write(&[IoSlice::new(rest)]) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(Error::from_io("writing to the server failed", &error)),
            }
        }
        Ok(())
    }

    /// Waits for data once, and passes each complete reply to `take`.
    pub async fn recv(&mut self, take: impl FnMut(Frame<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.receive().await?;
        self.decode(take)
    }

    /// Waits for data once. Fails if the connection was closed.
    pub async fn receive(&mut self) -> Result<(), Error> {
        self.socket.readable().await?;
        self.replies.read_from(&self.socket).map(drop)
    }

    /// Passes each complete reply that was received to `take`.
    pub fn decode(&mut self, take: impl FnMut(Frame<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.replies.decode(take)
    }

    /// The socket, and the decoder with the data that was received but not decoded.
    pub fn into_parts(self) -> (Socket, Replies) {
        (self.socket, self.replies)
    }
}
