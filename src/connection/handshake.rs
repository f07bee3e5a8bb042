//! The login: the commands sent on a new connection before any call.

mod failures;

use std::time::Duration;

use tokio::time::timeout;

use self::failures::{login_refused, unusable, unusable_database, without_transactions};
use super::dialogue::Dialogue;
use super::mode;
use crate::config::login::Credentials;
use crate::config::{Role, Server};
use crate::error::{Error, Kind, Remedy};
use crate::protocol::{Frame, encode};
use crate::transport::attempt::{Attempt, Step};

/// A server that refuses the connection rather than the login closes it within this time.
const CLOSE_GRACE: Duration = Duration::from_millis(250);

/// Connects and logs in.
pub async fn open_dialogue(server: &Server) -> Result<Dialogue, Error> {
    open_reported(server, &Attempt::default(), || ()).await
}

/// Connects and logs in. `attempt` reports the step; `on_connect` is called before the login.
pub async fn open_reported(
    server: &Server,
    attempt: &Attempt,
    on_connect: impl FnOnce(),
) -> Result<Dialogue, Error> {
    let opened = async {
        let mut dialogue = Dialogue::connect(server, attempt).await?;
        on_connect();
        attempt.begin(Step::Credentials);
        let credentials = server.access.login.credentials().await?;
        log_in(&mut dialogue, server, credentials.as_ref(), attempt).await?;
        Ok(dialogue)
    };
    opened.await.map_err(|error: Error| error.at(attempt.server().as_ref()))
}

/// A command of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Auth,
    Select,
    /// Detects a cluster node; see mode.rs.
    Mode,
    Ping,
    Readonly,
    Role,
    /// Begins an empty transaction, which shows whether writes with an index are allowed.
    Multi,
    Exec,
    SetName,
}

impl Command {
    fn name(self) -> &'static str {
        match self {
            Command::Auth => "AUTH",
            Command::Select => "SELECT",
            Command::Mode => "MGET",
            Command::Ping => "PING",
            Command::Readonly => "READONLY",
            Command::Role => "ROLE",
            Command::Multi => "MULTI",
            Command::Exec => "EXEC",
            Command::SetName => "CLIENT SETNAME",
        }
    }
}

/// Logs in on a fresh connection.
pub async fn log_in(
    dialogue: &mut Dialogue,
    server: &Server,
    credentials: Option<&Credentials>,
    attempt: &Attempt,
) -> Result<(), Error> {
    if let Some(credentials) = credentials {
        dialogue.redact(credentials);
    }
    let steps = steps(server, credentials.is_some());
    // If sending fails, replies that the server sent before it closed are still read.
    let send_error = dialogue.send(&encoded(&steps, server, credentials)).await.err();
    let mut login = Login {
        server,
        steps,
        answered: 0,
        refusal: None,
        last_error: None,
        mode_is_known: true,
        no_transactions: None,
    };
    while !login.is_complete() {
        login.report_to(attempt);
        if let Err(error) = login.receive(dialogue).await {
            return Err(login.closed(send_error.unwrap_or(error)));
        }
        dialogue.decode(|reply| login.take(&reply))?;
    }
    dialogue.no_transactions = login.no_transactions.take();
    match &server.access.role {
        Role::Alone { hello, .. } if !login.mode_is_known && !hello.ends_connections() => {
            let checked = mode::check_hello(dialogue, &server.address).await;
            if checked.as_ref().is_err_and(|error| error.kind == Kind::Connection) {
                hello.record_disconnect();
            }
            checked
        }
        _ => Ok(()),
    }
}

/// The commands, sent together in this order.
fn steps(server: &Server, has_credentials: bool) -> Vec<Command> {
    let access = &server.access;
    let of_role = match access.role {
        Role::Any | Role::Alone { .. } => None,
        Role::Reader => Some(Command::Readonly),
        Role::Master => Some(Command::Role),
    };
    [
        has_credentials.then_some(Command::Auth),
        (access.database != 0).then_some(Command::Select),
        matches!(access.role, Role::Alone { .. }).then_some(Command::Mode),
        // A server that is loading its data, or requires a login, refuses this rather than the first call.
        Some(Command::Ping),
        of_role,
        access.writes_index.then_some(Command::Multi),
        access.writes_index.then_some(Command::Exec),
        // Last, because some proxies close the connection on it: then all other replies have arrived, and the error
        // message can name this command.
        access.client_name.is_some().then_some(Command::SetName),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn encoded(steps: &[Command], server: &Server, credentials: Option<&Credentials>) -> Vec<u8> {
    let (mut bytes, access) = (Vec::new(), &server.access);
    let name = access.client_name.as_deref().unwrap_or_default();
    for step in steps {
        match (step, credentials) {
            (Command::Auth, Some(Credentials { username: Some(username), password })) => {
                encode(&mut bytes, &[b"AUTH", username.as_bytes(), password.as_bytes()]);
            }
            (Command::Auth, Some(Credentials { username: None, password })) => {
                encode(&mut bytes, &[b"AUTH", password.as_bytes()]);
            }
            (Command::Select, _) => encode(&mut bytes, &[b"SELECT", access.database.to_string().as_bytes()]),
            (Command::Mode, _) => {
                let [one, other] = mode::probe_keys(prefix_of(server));
                encode(&mut bytes, &[b"MGET", one.as_bytes(), other.as_bytes()]);
            }
            (Command::SetName, _) => {
                encode(&mut bytes, &[b"CLIENT".as_slice(), b"SETNAME", name.as_bytes()]);
            }
            (step, _) => encode(&mut bytes, &[step.name().as_bytes()]),
        }
    }
    bytes
}

/// The key prefix, if the server must hold all entries.
fn prefix_of(server: &Server) -> &str {
    match &server.access.role {
        Role::Alone { prefix, .. } => prefix,
        _ => "",
    }
}

/// A login in progress.
struct Login<'a> {
    server: &'a Server,
    steps: Vec<Command>,
    answered: usize,
    /// An error reply to AUTH that may concern the connection: it does if the server closes the connection next.
    refusal: Option<Error>,
    /// The last reply, if it was an error.
    last_error: Option<Error>,
    mode_is_known: bool,
    /// Why the server runs no transactions.
    no_transactions: Option<Error>,
}

impl Login<'_> {
    fn is_complete(&self) -> bool {
        self.answered == self.steps.len() && self.refusal.is_none()
    }

    /// Reports which reply is awaited.
    fn report_to(&self, attempt: &Attempt) {
        if let Some(command) = self.steps.get(self.answered) {
            let is_encrypted = self.server.access.tls.is_some();
            attempt.begin(Step::LogIn { command: command.name(), is_encrypted });
        }
    }

    /// Waits for the next replies, or until the connection is closed.
    async fn receive(&self, dialogue: &mut Dialogue) -> Result<(), Error> {
        let Some(refusal) = &self.refusal else { return dialogue.receive().await };
        match timeout(CLOSE_GRACE, dialogue.receive()).await {
            Ok(received) => received,
            Err(_) => Err(refusal.clone()),
        }
    }

    fn take(&mut self, reply: &Frame<'_>) -> Result<(), Error> {
        if let Some(refusal) = self.refusal.take() {
            // The server keeps the connection, so it refuses the login.
            return Err(refusal);
        }
        let step = *self.steps.get(self.answered).ok_or_else(|| reply.unexpected())?;
        self.answered += 1;
        let Frame::Error(line) = reply else {
            self.last_error = None;
            return self.check_reply(step, reply);
        };
        let error = Error::from_reply(line);
        self.last_error = Some(error.clone());
        self.check_error(step, reply, error)
    }

    fn check_reply(&mut self, step: Command, reply: &Frame<'_>) -> Result<(), Error> {
        match step {
            Command::Role => self.check_role(reply),
            Command::Mode => self.check_mode(reply),
            Command::Exec if matches!(reply, Frame::Array(_)) => Ok(()),
            // Without this check an unexpected reply would be paired with this step, and its own with the first call.
            _ if !matches!(reply, Frame::Simple(_)) => Err(reply.unexpected()),
            _ => Ok(()),
        }
    }

    fn check_mode(&mut self, reply: &Frame<'_>) -> Result<(), Error> {
        self.mode_is_known = mode::check_probe(reply, prefix_of(self.server), &self.server.address)?;
        Ok(())
    }

    /// An error reply concerns the connection, the login, or a command that is not essential.
    fn check_error(&mut self, step: Command, reply: &Frame<'_>, error: Error) -> Result<(), Error> {
        if error.is_of_connection() {
            return Err(unusable(error));
        }
        let is_about_login = error.kind == Kind::Auth;
        match step {
            Command::Auth if is_about_login => return Err(login_refused(error)),
            Command::Auth => self.refusal = Some(login_refused(error)),
            // With credentials a server that still wants some does not accept these.
            _ if is_about_login && self.steps.contains(&Command::Auth) => {
                return Err(error.with_remedy(Remedy::CheckCredentials));
            }
            _ if is_about_login => return Err(error),
            Command::Select => return Err(unusable_database(error, self.server.access.database)),
            Command::Readonly => return Err(unusable(error)),
            Command::Mode => return self.check_mode(reply),
            // A transient refusal concerns the moment. Later ones are answered in the same way, and retried.
            Command::Multi | Command::Exec if error.is_transient() => {}
            Command::Multi | Command::Exec => {
                self.no_transactions.get_or_insert(without_transactions(error));
            }
            // The server is available. Without a reply to ROLE, the Sentinels are trusted.
            Command::Ping | Command::Role | Command::SetName => {}
        }
        Ok(())
    }

    /// During a failover, Sentinels can name a server that is not the master yet, or no longer.
    fn check_role(&self, role: &Frame<'_>) -> Result<(), Error> {
        match role.elements().first().and_then(Frame::bulk) {
            Some(b"master") | None => Ok(()),
            Some(_) => {
                Err(Error::new(Kind::Connection, format!("{} is not the master", self.server.address)))
            }
        }
    }

    /// The connection was closed, or could not be written, before all steps were answered.
    fn closed(&self, error: Error) -> Error {
        if matches!(error.kind, Kind::Auth) {
            return error;
        }
        if let Some(last) = &self.last_error {
            let detail = format!("the server closed the connection after its reply: {}", last.detail);
            return Error { kind: Kind::Connection, ..last.clone() }.reworded(detail);
        }
        let Some(step) = self.steps.get(self.answered) else { return error };
        let detail = format!("{}, before it answered {}", error.detail, step.name());
        let closed = error.reworded(detail);
        match step {
            Command::SetName => closed.with_remedy(Remedy::OmitName),
            // A server that expects TLS takes the first command for a malformed handshake.
            _ if self.answered == 0 && self.server.access.tls.is_none() => closed.with_remedy(Remedy::UseTls),
            _ => closed,
        }
    }
}
