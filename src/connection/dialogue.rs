//! A connection that one task has to itself, and on which one thing is asked at a time.

use std::io::{ErrorKind, IoSlice};

use super::frame::Frame;
use super::handshake::log_in;
use super::replies::Replies;
use super::request::encode;
use super::socket::Socket;
use crate::config::Server;
use crate::error::Error;

pub struct Dialogue {
    socket: Socket,
    replies: Replies,
}

impl Dialogue {
    /// Connects, without a word.
    pub async fn connect(server: &Server) -> Result<Self, Error> {
        Ok(Dialogue { socket: Socket::connect(server).await?, replies: Replies::new() })
    }

    /// Connects and logs in.
    pub async fn open(server: &Server) -> Result<Self, Error> {
        let mut dialogue = Self::connect(server).await?;
        let credentials = server.access.login.credentials().await?;
        log_in(&mut dialogue, server, credentials.as_ref()).await?;
        Ok(dialogue)
    }

    /// What a command is answered, as `read` understands it; an error reply is an error.
    pub async fn ask<T>(
        &mut self,
        command: &[&[u8]],
        read: impl Fn(&Frame<'_>) -> Option<T>,
    ) -> Result<T, Error> {
        let mut bytes = Vec::new();
        encode(&mut bytes, command);
        self.say(&bytes).await?;
        let mut answer = None;
        while answer.is_none() {
            self.hear(|reply| {
                answer = Some(match reply {
                    Frame::Error(line) => Err(Error::from_reply(line)),
                    reply => read(&reply).ok_or_else(Error::unexpected_reply),
                });
                Ok(())
            })
            .await?;
        }
        answer.expect("the loop ends with one")
    }

    /// Sends commands as they are encoded.
    pub async fn say(&mut self, mut rest: &[u8]) -> Result<(), Error> {
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

    /// Waits once for something to read, and hands over what is whole.
    pub async fn hear(&mut self, take: impl FnMut(Frame<'_>) -> Result<(), Error>) -> Result<(), Error> {
        self.socket.readable().await?;
        self.replies.read_from(&self.socket)?;
        self.replies.decode(take)
    }

    /// The socket, and the decoder, which goes on with whatever follows.
    pub fn into_parts(self) -> (Socket, Replies) {
        (self.socket, self.replies)
    }
}
