//! Failures that this package finds itself, with their text.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::{Applied, CertificateRejected, Error, Kind, Remedy};

const PUSH_INSIDE_REPLY: &str = "the server sent a message about changes inside a reply";

impl Error {
    pub fn from_io(doing: &str, error: &io::Error) -> Self {
        let is_unusable = error.get_ref().is_some_and(|payload| payload.is::<CertificateRejected>());
        let kind = if is_unusable { Kind::Unusable } else { Kind::Connection };
        let failure = Error::new(kind, format!("{doing}: {}", words_of(error)));
        match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
                failure.with_remedy(Remedy::StartServer)
            }
            io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                failure.with_remedy(Remedy::CheckRoute)
            }
            _ => failure,
        }
    }

    /// A call was not settled within `limit`, for that `reason`. If the server rejects the login, or is of another kind than the
    /// options say, the caller gets that error in place of the timeout.
    pub fn overdue(limit: Duration, reason: &Error) -> Self {
        if reason.kind.is_about_setup() {
            return reason.clone();
        }
        let detail = format!("timed out after {} ms: {reason}", limit.as_millis());
        Error {
            server: reason.server.clone(),
            remedy: reason.remedy(),
            ..Error::new(Kind::CommandTimeout, detail).with_source(reason.clone())
        }
    }

    /// The timeout of a call that the server had refused before, and that was sent again.
    pub fn after_refusal(self, refusal: &Error) -> Self {
        if self.kind != Kind::CommandTimeout {
            return self;
        }
        let detail = format!("{}; the last reply was {}", self.detail, refusal.detail);
        let remedy = refusal.remedy().or(self.remedy);
        Error { remedy, ..self.reworded(detail).with_source(refusal.clone()) }
    }

    /// A call was pending when the adapter was closed, as there was no connection for that `reason`.
    pub fn closed_while_away(reason: &Error) -> Self {
        let detail = format!("the adapter was closed while there was no connection: {reason}");
        let closed = Error::new(Kind::Closed, detail).at(reason.server.as_ref());
        Error { remedy: reason.remedy(), ..closed.with_source(reason.clone()) }
    }

    /// A call was pending when the adapter was closed, as the server refused it temporarily.
    pub fn closed_while_refused(refusal: &Error) -> Self {
        let detail = format!("the adapter was closed while the call was retried: {refusal}");
        let closed = Error::new(Kind::Closed, detail).at(refusal.server.as_ref());
        Error { remedy: refusal.remedy(), ..closed.with_source(refusal.clone()) }
    }

    /// A server is connected and does not answer.
    pub fn no_reply(server: Option<Arc<str>>) -> Self {
        let name = server.as_deref().unwrap_or("the server");
        Error::new(Kind::Connection, format!("no reply from {name}")).at(server.as_ref())
    }

    /// There is no connection, for that `reason`, and calls do not wait for one.
    pub fn offline(reason: &Error) -> Self {
        if reason.kind.is_about_setup() || reason.kind == Kind::Ended {
            return reason.clone();
        }
        Error {
            server: reason.server.clone(),
            remedy: reason.remedy(),
            ..Error::new(Kind::Offline, format!("not connected: {reason}")).with_source(reason.clone())
        }
    }

    /// A read cannot be sent to its server, for that `reason`, and others may serve it.
    pub fn unreachable(reason: &Error) -> Self {
        Error { kind: Kind::Unreachable, ..reason.clone() }
    }

    /// A newer write on the same entry went to another server first.
    pub fn passed_by() -> Self {
        Error::new(
            Kind::Connection,
            "a newer write on the entry was sent first, to the server that it moved to",
        )
    }

    /// A call was not sent yet, as it waits for an older one on its entry.
    pub fn queued() -> Self {
        Error::new(Kind::Retired, "the call waits for an older one on the same entry")
    }

    /// Some code of this package panicked.
    pub fn internal(doing: &str) -> Self {
        Error::new(Kind::Internal, format!("{doing} failed by a bug in this package: please report it"))
    }

    /// The reconnect strategy gave up after that failure.
    pub fn ended(cause: Error) -> Self {
        let ended = Error::new(Kind::Ended, format!("the reconnect strategy gave up: {cause}"));
        Error { remedy: cause.remedy(), server: cause.server.clone(), ..ended.with_source(cause) }
    }

    pub fn closed() -> Self {
        Error::new(Kind::Closed, "the adapter was closed")
    }

    /// The server's answer is none that the command can have.
    pub fn unexpected_reply() -> Self {
        Error::new(Kind::Reply, "the reply of the server does not fit the command")
    }

    /// A reply too many.
    pub fn reply_without_command() -> Self {
        Error::new(Kind::Connection, "the server sent a reply without a command")
    }

    /// An error reply too many: the last words of a server.
    pub fn error_without_command(line: &[u8]) -> Self {
        Error { kind: Kind::Connection, ..Error::from_reply(line) }
    }

    /// A message about changes inside of a reply, as Redis 6.0 to 6.2.5 send them (redis#8935): which reply is damaged cannot be
    /// known.
    pub fn push_inside_reply() -> Self {
        Error::new(Kind::Connection, PUSH_INSIDE_REPLY).with_remedy(Remedy::UpgradeServer)
    }

    pub fn is_push_inside_reply(&self) -> bool {
        &*self.detail == PUSH_INSIDE_REPLY
    }

    /// The attempt to have changes reported was not answered.
    pub fn no_reply_to_hello() -> Self {
        Error::new(Kind::Connection, "the server did not answer HELLO 3")
    }

    /// The entry is not as the call wants it.
    pub fn conflict(why: &str) -> Self {
        Error::new(Kind::Conflict, why).with_applied(Applied::No)
    }

    /// A value, or a part of it, is not what the call works on.
    pub fn mismatch(why: &str) -> Self {
        Error::new(Kind::WrongType, why).with_applied(Applied::No)
    }

    /// The stored text of an entry is not JSON. The subject of the sentence is added where the call is known.
    pub fn corrupt(text: &[u8]) -> Self {
        Error::new(Kind::CorruptValue, format!("is not JSON ({})", described(text)))
    }
}

/// What is shown of a stored text; lib/engines/native/corrupt-text.js describes texts alike.
fn described(text: &[u8]) -> String {
    let Some(first) = text.first() else { return "empty".into() };
    let start = match first {
        b'a'..=b'z' | b'A'..=b'Z' => "a letter",
        b'0'..=b'9' => "a digit",
        b'{' | b'[' => "a bracket",
        b'"' => "a quotation mark",
        0..=31 | 127 => "a control character",
        128.. => "a byte that is not ASCII",
        _ => "another character",
    };
    let bytes = if text.len() == 1 { "1 byte".to_owned() } else { format!("{} bytes", text.len()) };
    format!("{bytes}, starting with {start}")
}

/// An error of the operating system in words: "connection refused" for "Connection refused (os error 111)".
fn words_of(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    let words = words.split(" (os error").next().unwrap_or(words);
    match words.split_at_checked(1) {
        Some((first, rest)) if rest.starts_with(|next: char| next.is_ascii_lowercase()) => {
            first.to_ascii_lowercase() + rest
        }
        _ => words.to_owned(),
    }
}
