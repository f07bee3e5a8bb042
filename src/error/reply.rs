//! Failures by error replies of a server.

use super::{Applied, Error, Kind, Remedy};
use crate::protocol::refusal::{Refusal, RefusalKind, without_script_name};

/// Characters of an error reply that are shown.
const MAX_SHOWN: usize = 500;

impl Error {
    /// An error reply of the server.
    pub fn from_reply(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let line = without_script_name(&line);
        Self::from_script(&line).unwrap_or_else(|| Self::from_refusal(&line))
    }

    /// An error reply to a command of the user, whose scripts can return any words.
    pub fn from_reply_to_user(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let line = without_script_name(&line);
        let error = Self::from_refusal(&line);
        match error.refused_as() {
            // A script said it, after it was executed.
            Some(kind) if !kind.is_worded_by_server(&line) => {
                let refusal = Refusal { kind: RefusalKind::Other, ..Refusal::parse(&line) };
                Error { refusal: Some(refusal.into()), ..error }
            }
            Some(RefusalKind::UnknownCommand) => error.with_remedy(Remedy::CheckCommand),
            Some(RefusalKind::WrongType) => error.with_remedy(Remedy::CheckType),
            _ => error,
        }
    }

    /// An error that a script of this package returns.
    fn from_script(line: &str) -> Option<Self> {
        let (word, detail) = line.split_once(' ').unwrap_or((line, ""));
        Some(match word {
            "CONFLICT" => Error::new(Kind::Conflict, detail),
            "OUTOFRANGE" => Error::new(Kind::OutOfRange, detail),
            "TOOLARGE" => Error::new(Kind::TooLarge, detail),
            "MALFORMED" => Error::internal("an update").with_applied(Applied::No),
            "CORRUPT" => Error::new(Kind::CorruptValue, "is not JSON"),
            "BADINDEX" => Error::bad_index(),
            // Redis says it of keys that hold no string.
            "WRONGTYPE" if !detail.starts_with("Operation against") => {
                let refusal = Refusal::parse(line).into();
                Error { refusal: Some(refusal), ..Error::new(Kind::WrongType, detail) }
            }
            _ => return None,
        })
    }

    /// The index of an entry is a key of another type. What was done is added where the call is known.
    pub fn bad_index() -> Self {
        let refusal = Refusal::parse("WRONGTYPE").into();
        let error = Error::new(Kind::WrongType, "the key of the index is of another type");
        Error { refusal: Some(refusal), ..error.with_remedy(Remedy::MendIndex) }
    }

    fn from_refusal(line: &str) -> Self {
        let refusal = Refusal::parse(line);
        let kind = match refusal.kind {
            RefusalKind::WrongType => Kind::WrongType,
            RefusalKind::NoAuth | RefusalKind::WrongPass => Kind::Auth,
            RefusalKind::UnknownCommand => Kind::Unsupported,
            _ => Kind::Reply,
        };
        let shown = line.char_indices().nth(MAX_SHOWN).map_or(line, |(end, _)| &line[..end]);
        let more = if shown.len() < line.len() { "…" } else { "" };
        let error = Error::new(kind, format!("{shown}{more}"));
        Error { is_reply: true, refusal: Some(refusal.into()), ..error }
    }

    /// What the server's error reply says, if the failure is one.
    pub fn refused_as(&self) -> Option<RefusalKind> {
        self.refusal.as_ref().map(|refusal| refusal.kind)
    }

    /// Whether the server said that the command can be run later, as it is.
    pub fn is_transient(&self) -> bool {
        self.refused_as().is_some_and(RefusalKind::is_transient)
    }

    /// Whether this is the reply of a server that serves this connection, but not this command.
    pub fn is_answer(&self) -> bool {
        self.refused_as().is_some_and(|kind| !kind.is_transient() && !kind.is_of_connection())
            && self.kind != Kind::Auth
    }

    /// Whether the server refuses the connection, or every command, temporarily or by its configuration.
    pub fn is_of_connection(&self) -> bool {
        self.refused_as().is_some_and(RefusalKind::is_of_connection)
    }

    /// Whether only nodes of a cluster reply with this error.
    pub fn is_of_cluster(&self) -> bool {
        self.refused_as().is_some_and(RefusalKind::is_of_cluster)
    }
}
