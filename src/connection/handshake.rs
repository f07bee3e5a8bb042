//! Logging in: what is said on a new connection before any call.

use std::io::{ErrorKind, IoSlice};

use super::frame::Frame;
use super::replies::Replies;
use super::request::encode;
use super::socket::Socket;
use crate::config::Server;
use crate::error::{Error, Kind};
use crate::login::Credentials;

/// The commands of a login, encoded, and what a refusal of each means.
#[derive(Default)]
struct Steps {
    bytes: Vec<u8>,
    refusals: Vec<Refusal>,
}

#[derive(Clone, Copy)]
enum Refusal {
    /// The credentials are wrong.
    Auth,
    /// The connection cannot be used as configured, or not yet.
    Connection,
    /// As `Connection`, unless it is the command that the user may not run: the answer said enough.
    ConnectionUnlessDenied,
    /// Nothing: it can be done without.
    Ignored,
}

/// Logs in on a fresh connection. The decoder goes on with whatever follows.
pub async fn log_in(
    socket: &Socket,
    server: &Server,
    credentials: Option<&Credentials>,
    replies: &mut Replies,
) -> Result<(), Error> {
    let steps = Steps::to(server, credentials);
    send(socket, &steps.bytes).await?;
    let mut pending = steps.refusals.iter();
    while !pending.as_slice().is_empty() {
        socket.readable().await?;
        replies.read_from(socket)?;
        replies.decode(|reply| match pending.next() {
            Some(refusal) => refusal.check(&reply),
            None => Err(Error::new(Kind::Connection, "the server sent a reply that nobody asked for")),
        })?;
    }
    Ok(())
}

impl Steps {
    fn to(server: &Server, credentials: Option<&Credentials>) -> Self {
        let mut steps = Steps::default();
        if let Some(Credentials { username, password }) = credentials {
            match username {
                Some(username) => {
                    steps.step(&[b"AUTH", username.as_bytes(), password.as_bytes()], Refusal::Auth);
                }
                None => steps.step(&[b"AUTH", password.as_bytes()], Refusal::Auth),
            }
        }
        if server.database != 0 {
            steps.step(&[b"SELECT", server.database.to_string().as_bytes()], Refusal::Connection);
        }
        steps.step(&[b"CLIENT", b"SETNAME", server.client_name.as_bytes()], Refusal::Ignored);
        // A server that is still loading its data, or wants a login, says so here rather than to the first call.
        steps.step(&[b"PING"], Refusal::ConnectionUnlessDenied);
        steps
    }

    fn step(&mut self, command: &[&[u8]], on_refusal: Refusal) {
        encode(&mut self.bytes, command);
        self.refusals.push(on_refusal);
    }
}

async fn send(socket: &Socket, mut rest: &[u8]) -> Result<(), Error> {
    while !rest.is_empty() {
        socket.writable().await?;
        match socket.try_write(&[IoSlice::new(rest)]) {
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(Error::from_io("writing to the server failed", &error)),
        }
    }
    Ok(())
}

impl Refusal {
    fn check(self, reply: &Frame<'_>) -> Result<(), Error> {
        let Frame::Error(line) = reply else { return Ok(()) };
        let error = Error::from_reply(line);
        match (self, error.reply.as_deref()) {
            (Refusal::Ignored, _) | (Refusal::ConnectionUnlessDenied, Some("NOPERM")) => Ok(()),
            (Refusal::Auth, Some(word)) if !is_full(&error) && !error.is_for_now() => {
                Err(login_refused(word))
            }
            _ if error.kind == Kind::Auth => Err(error),
            _ => Err(Error { kind: Kind::Connection, ..error }),
        }
    }
}

/// The server's own words are not repeated: they may hold the arguments.
fn login_refused(word: &str) -> Error {
    Error {
        reply: Some(word.into()),
        ..Error::new(Kind::Auth, format!("the server refuses the username or the password ({word})"))
    }
}

/// A server at its `maxclients` answers anything with this and closes; it has no word of its own.
fn is_full(error: &Error) -> bool {
    error.detail.contains("max number of clients")
}
