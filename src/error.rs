//! What can go wrong, told apart by kind; the JavaScript face shows the kind as a code.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Whether a command that failed may have been carried out; of use for writes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Nothing was written.
    No,
    /// The command left this process and its reply never came.
    Unknown,
    /// The write was carried out; what failed is what was to follow it.
    Yes,
}

impl Applied {
    /// The word that users see.
    pub fn as_str(self) -> &'static str {
        match self {
            Applied::No => "no",
            Applied::Unknown => "unknown",
            Applied::Yes => "yes",
        }
    }
}

/// Kinds of failure; each has one stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    InvalidConfig,
    Connection,
    /// The server is not one of those to be asked any more.
    Retired,
    /// The reconnect strategy gave up: no further attempt follows.
    Ended,
    Auth,
    /// The user's provider of credentials gave none.
    NoCredentials,
    CommandTimeout,
    Closed,
    CorruptValue,
    WrongType,
    Reply,
    Unsupported,
    /// What a call was conditioned on does not hold.
    Conflict,
    /// Numbers that cannot be told from their neighbours.
    OutOfRange,
    /// Written, and too few replicas confirmed it.
    NotReplicated,
    /// A fault of this package.
    Internal,
}

impl Kind {
    /// Whether no call can be served before somebody sets the credentials right.
    pub fn is_about_login(self) -> bool {
        matches!(self, Kind::Auth | Kind::NoCredentials)
    }

    /// The code that users match on.
    pub fn code(self) -> &'static str {
        match self {
            Kind::InvalidConfig => "ERR_INVALID_CONFIG",
            Kind::Connection | Kind::Ended | Kind::Retired => "ERR_CONNECTION",
            Kind::Auth | Kind::NoCredentials => "ERR_AUTH",
            Kind::CommandTimeout => "ERR_COMMAND_TIMEOUT",
            Kind::Closed => "ERR_CLOSED",
            Kind::CorruptValue => "ERR_CORRUPT_VALUE",
            Kind::WrongType => "ERR_WRONG_TYPE",
            Kind::Reply => "ERR_REPLY",
            Kind::Unsupported => "ERR_UNSUPPORTED",
            Kind::Conflict => "ERR_CONFLICT",
            Kind::OutOfRange => "ERR_OUT_OF_RANGE",
            Kind::NotReplicated => "ERR_NOT_REPLICATED",
            Kind::Internal => "ERR_INTERNAL",
        }
    }
}

/// A failure; cheap to clone, because one lost connection fails many calls.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: Kind,
    /// What happened, for people; never holds a value or a password.
    pub detail: Arc<str>,
    /// Where a command failed.
    pub applied: Option<Applied>,
    /// First word of the server's error reply.
    pub reply: Option<Arc<str>>,
    /// Trace id and key of the entry at fault, where the caller cannot know it.
    pub entry: Option<Arc<(String, String)>>,
    pub source: Option<Arc<Error>>,
}

impl Error {
    pub fn new(kind: Kind, detail: impl Into<Arc<str>>) -> Self {
        Error { kind, detail: detail.into(), applied: None, reply: None, entry: None, source: None }
    }

    pub fn with_applied(self, applied: Applied) -> Self {
        Error { applied: Some(applied), ..self }
    }

    pub fn with_entry(self, trace_id: &str, key: &str) -> Self {
        Error { entry: Some(Arc::new((trace_id.to_owned(), key.to_owned()))), ..self }
    }

    pub fn with_source(self, source: Error) -> Self {
        Error { source: Some(Arc::new(source)), ..self }
    }

    /// Whether both tell of one and the same event.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.detail, &other.detail) && self.applied == other.applied && self.entry.is_none()
    }

    /// An error reply of the server, told apart by its first word.
    pub fn from_reply(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let line = said_in_script(&line);
        let line = line.as_ref();
        let (word, detail) = line.split_once(' ').unwrap_or((line, ""));
        let kind = match word {
            "WRONGTYPE" => Kind::WrongType,
            "NOAUTH" | "WRONGPASS" => Kind::Auth,
            "ERR" if detail.starts_with("unknown command") => Kind::Unsupported,
            // What the scripts of this package say.
            "CONFLICT" => return Error::new(Kind::Conflict, detail),
            "OUTOFRANGE" => return Error::new(Kind::OutOfRange, detail),
            "CORRUPT" => return Error::new(Kind::CorruptValue, detail),
            _ => Kind::Reply,
        };
        Error { reply: Some(word.into()), ..Error::new(kind, format!("the server answered: {line}")) }
    }

    pub fn from_io(doing: &str, error: &std::io::Error) -> Self {
        Error::new(Kind::Connection, format!("{doing}: {error}"))
    }

    /// Whether the server said that the command can be run later, as it is.
    pub fn is_for_now(&self) -> bool {
        const FOR_NOW: [&str; 7] =
            ["LOADING", "MASTERDOWN", "READONLY", "MISCONF", "NOREPLICAS", "TRYAGAIN", "CLUSTERDOWN"];
        self.is_of_script() || self.reply.as_deref().is_some_and(|word| FOR_NOW.contains(&word))
    }

    /// Whether the server said that it does not know the script whose digest it was given.
    pub fn is_of_script(&self) -> bool {
        self.reply.as_deref() == Some("NOSCRIPT")
    }

    /// Whether the server said that it is a replica.
    pub fn is_of_replica(&self) -> bool {
        self.reply.as_deref() == Some("READONLY")
    }

    /// A call was not settled in time. Where the server refuses the login, that is what the caller has to know; any
    /// other `trouble` with the connection is the cause.
    pub fn overdue(trouble: Option<&Error>) -> Self {
        let overdue = Error::new(Kind::CommandTimeout, "the call was not settled within commandTimeout");
        match trouble {
            Some(trouble) if trouble.kind.is_about_login() => trouble.clone(),
            Some(trouble) => overdue.with_source(trouble.clone()),
            None => overdue,
        }
    }

    /// Some code of this package panicked.
    pub fn internal(doing: &str) -> Self {
        Error::new(Kind::Internal, format!("{doing} failed by a fault of this package: please report it"))
    }

    pub fn closed() -> Self {
        Error::new(Kind::Closed, "the adapter was closed")
    }

    /// The server's answer is none that the command can have.
    pub fn unexpected_reply() -> Self {
        Error::new(Kind::Reply, "the server's answer does not fit the command")
    }

    /// A reply too many.
    pub fn unasked_reply() -> Self {
        Error::new(Kind::Connection, "the server sent a reply that nobody asked for")
    }

    /// The entry is not as the call wants it.
    pub fn conflict(why: &str) -> Self {
        Error::new(Kind::Conflict, why).with_applied(Applied::No)
    }

    /// A value, or a part of it, is not what the call works on.
    pub fn mismatch(why: &str) -> Self {
        Error::new(Kind::WrongType, why).with_applied(Applied::No)
    }

    /// The stored text of an entry is not JSON.
    pub fn corrupt() -> Self {
        Error::new(Kind::CorruptValue, "the stored text is not JSON")
    }
}

/// The error itself, where a server before version 7 says in which line of a script it occurred.
fn said_in_script(line: &str) -> Cow<'_, str> {
    let rest = line.strip_prefix("@user_script: ").and_then(|rest| rest.split_once(": "));
    let Some((_, error)) = rest else { return line.into() };
    error.strip_prefix('-').map_or_else(|| format!("ERR {error}").into(), Cow::from)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_replies_are_told_apart_by_their_first_word() {
        let kind = |line: &str| Error::from_reply(line.as_bytes()).kind;
        assert_eq!(kind("WRONGTYPE Operation against a key"), Kind::WrongType);
        assert_eq!(kind("WRONGPASS invalid username-password pair"), Kind::Auth);
        assert_eq!(kind("ERR unknown command 'GETDEL'"), Kind::Unsupported);
        assert_eq!(kind("OOM command not allowed"), Kind::Reply);
        assert_eq!(kind("@user_script: 3: -WRONGTYPE Operation"), Kind::WrongType);
        let of_acl =
            Error::from_reply(b"@user_script: 28: The user executing the script can't run this command");
        assert_eq!(of_acl.reply.as_deref(), Some("ERR"));
        assert_eq!(kind("CONFLICT the etag"), Kind::Conflict);
        assert_eq!(Error::from_reply(b"OOM").reply.as_deref(), Some("OOM"));
    }
}
