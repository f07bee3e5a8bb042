//! Logging in: what is said on a new connection before any call.

use std::io::{ErrorKind, IoSlice};

use redis::{Cmd, cmd};

use super::frame::Frame;
use super::replies::Replies;
use super::socket::Socket;
use crate::config::Server;
use crate::error::{Error, Kind};

/// One step of the login, and what a refusal of it means.
struct Step {
    command: Cmd,
    on_refusal: Refusal,
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
pub async fn log_in(socket: &Socket, server: &Server, replies: &mut Replies) -> Result<(), Error> {
    let steps = steps(server);
    send(socket, &steps).await?;
    let mut pending = steps.iter();
    while !pending.as_slice().is_empty() {
        socket.readable().await?;
        replies.read_from(socket)?;
        replies.decode(|reply| match pending.next() {
            Some(step) => step.check(&reply),
            None => Err(Error::new(Kind::Connection, "the server sent a reply that nobody asked for")),
        })?;
    }
    Ok(())
}

fn steps(server: &Server) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(credentials) = &server.credentials {
        let mut auth = cmd("AUTH");
        auth.arg(credentials.username.as_deref()).arg(&credentials.password);
        steps.push(Step { command: auth, on_refusal: Refusal::Auth });
    }
    if server.database != 0 {
        let select = cmd("SELECT").arg(server.database).take();
        steps.push(Step { command: select, on_refusal: Refusal::Connection });
    }
    let name = cmd("CLIENT").arg("SETNAME").arg(&server.client_name).take();
    steps.push(Step { command: name, on_refusal: Refusal::Ignored });
    // A server that is still loading its data, or wants a login, says so here rather than to the first call.
    steps.push(Step { command: cmd("PING"), on_refusal: Refusal::ConnectionUnlessDenied });
    steps
}

async fn send(socket: &Socket, steps: &[Step]) -> Result<(), Error> {
    let mut bytes = Vec::new();
    steps.iter().for_each(|step| step.command.write_packed_command(&mut bytes));
    let mut rest = bytes.as_slice();
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

impl Step {
    fn check(&self, reply: &Frame<'_>) -> Result<(), Error> {
        let Frame::Error(line) = reply else { return Ok(()) };
        let error = Error::from_reply(line);
        match (self.on_refusal, error.reply.as_deref()) {
            (Refusal::Ignored, _) | (Refusal::ConnectionUnlessDenied, Some("NOPERM")) => Ok(()),
            (Refusal::Auth, Some(word @ ("ERR" | "WRONGPASS"))) if !is_full(&error) => {
                Err(login_refused(word))
            }
            _ if error.kind == Kind::Auth => Err(error),
            _ => Err(Error { kind: Kind::Connection, ..error }),
        }
    }
}

/// The server's own words are not repeated: of a command that it does not know it repeats the arguments.
fn login_refused(word: &str) -> Error {
    Error {
        reply: Some(word.into()),
        ..Error::new(Kind::Auth, "the server refuses the username or the password")
    }
}

/// A server at its `maxclients` answers anything with this and closes; it has no word of its own.
fn is_full(error: &Error) -> bool {
    error.detail.contains("max number of clients")
}
