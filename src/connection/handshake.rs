//! Logging in: what is said on a new connection before any call.

use super::dialogue::Dialogue;
use super::frame::Frame;
use super::request::encode;
use crate::config::{Role, Server};
use crate::error::{Error, Kind};
use crate::login::Credentials;

/// The commands of a login, encoded, and what the answer to each must be.
#[derive(Default)]
struct Steps {
    bytes: Vec<u8>,
    wanted: Vec<Wanted>,
}

#[derive(Clone, Copy)]
enum Wanted {
    /// Anything but a refusal, which means so much.
    Done(Refusal),
    /// That the server is a master; who may not ask takes it for one.
    Master,
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

/// Logs in on a fresh connection.
pub async fn log_in(
    dialogue: &mut Dialogue,
    server: &Server,
    credentials: Option<&Credentials>,
) -> Result<(), Error> {
    let steps = Steps::to(server, credentials);
    dialogue.say(&steps.bytes).await?;
    let mut pending = steps.wanted.iter();
    while !pending.as_slice().is_empty() {
        let check = |reply: Frame<'_>| match pending.next() {
            Some(Wanted::Done(refusal)) => refusal.check(&reply),
            Some(Wanted::Master) => check_master(&reply, server),
            None => Err(Error::unasked_reply()),
        };
        dialogue.hear(check).await?;
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
        let access = &server.access;
        if access.database != 0 {
            steps.step(&[b"SELECT", access.database.to_string().as_bytes()], Refusal::Connection);
        }
        steps.step(&[b"CLIENT", b"SETNAME", access.client_name.as_bytes()], Refusal::Ignored);
        // A server that is still loading its data, or wants a login, says so here rather than to the first call.
        steps.step(&[b"PING"], Refusal::ConnectionUnlessDenied);
        match access.role {
            Role::Any => {}
            Role::Reader => steps.step(&[b"READONLY"], Refusal::Connection),
            Role::Master => {
                encode(&mut steps.bytes, &[b"ROLE"]);
                steps.wanted.push(Wanted::Master);
            }
        }
        steps
    }

    fn step(&mut self, command: &[&[u8]], on_refusal: Refusal) {
        encode(&mut self.bytes, command);
        self.wanted.push(Wanted::Done(on_refusal));
    }
}

/// Sentinels may name, for a while, a server that is no master any more, or not yet.
fn check_master(role: &Frame<'_>, server: &Server) -> Result<(), Error> {
    match role.elements().first().and_then(Frame::bulk) {
        Some(b"master") => Ok(()),
        Some(_) => Err(Error::new(Kind::Connection, format!("{} is not the master", server.address))),
        None => Refusal::ConnectionUnlessDenied.check(role),
    }
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
