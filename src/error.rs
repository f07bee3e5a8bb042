//! What can go wrong, distinguished by kind; the JavaScript face shows the kind as a code.

mod causes;
mod certificate;
mod kind;
mod remedy;
mod reply;

use std::fmt;
use std::sync::Arc;

pub use self::certificate::CertificateRejected;
pub use self::kind::{Applied, Kind};
pub use self::remedy::Remedy;

use crate::protocol::refusal::Refusal;

/// A failure; cheap to clone, because one lost connection fails many calls.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: Kind,
    /// What happened and why, without the end of the sentence; never holds a value or a password.
    pub detail: Arc<str>,
    /// `detail` is an error reply of the server, as it is.
    pub is_reply: bool,
    /// The address of the server that the failure is about, where that is known.
    pub server: Option<Arc<str>>,
    /// What to do about it, where more is known than the error reply says.
    pub remedy: Option<Remedy>,
    /// Where a command failed.
    pub applied: Option<Applied>,
    /// The server's error reply.
    pub refusal: Option<Arc<Refusal>>,
    /// Trace id and key of the entry at fault, where the caller cannot know it.
    pub entry: Option<Arc<(String, String)>>,
    pub source: Option<Arc<Error>>,
    /// Which command of a unit failed, from 0.
    pub step: Option<u32>,
    /// What gives no sign of life, such as a server. Failures with the same one are announced once in an outage, however long they
    /// say that it lasts.
    pub silent: Option<Arc<str>>,
}

impl Error {
    pub fn new(kind: Kind, detail: impl Into<Arc<str>>) -> Self {
        Error {
            kind,
            detail: detail.into(),
            is_reply: false,
            server: None,
            remedy: None,
            applied: None,
            refusal: None,
            entry: None,
            source: None,
            step: None,
            silent: None,
        }
    }

    pub fn with_applied(self, applied: Applied) -> Self {
        Error { applied: Some(applied), ..self }
    }

    pub fn with_entry(self, trace_id: &str, key: &str) -> Self {
        Error { entry: Some(Arc::new((trace_id.to_owned(), key.to_owned()))), ..self }
    }

    /// The failure of one command of a unit.
    pub fn at_step(self, step: usize) -> Self {
        Error { step: Some(step as u32), ..self }
    }

    /// The same failure in other words.
    pub fn reworded(self, detail: impl Into<Arc<str>>) -> Self {
        Error { detail: detail.into(), is_reply: false, ..self }
    }

    /// A failure of that server, unless it is known to be of another one.
    pub fn at(self, server: Option<&Arc<str>>) -> Self {
        Error { server: self.server.or_else(|| server.cloned()), ..self }
    }

    pub fn with_source(self, source: Error) -> Self {
        Error { source: Some(Arc::new(source)), ..self }
    }

    pub fn of_silence(self, silent: Option<Arc<str>>) -> Self {
        Error { silent, ..self }
    }

    /// The failure of something of which another part failed too: nothing of it was written only if neither part wrote. That
    /// a server is not in use any more is the lesser reason, as others have its entries.
    pub fn joined(self, other: Self) -> Self {
        let (reason, lesser) = if self.kind == Kind::Retired && other.kind != Kind::Retired {
            (other, self)
        } else {
            (self, other)
        };
        match lesser.applied {
            None | Some(Applied::No) => reason,
            Some(_) => reason.with_applied(Applied::Unknown),
        }
    }

    /// Whether both are about one and the same event.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.detail, &other.detail)
            && self.applied == other.applied
            && self.entry.is_none()
            && self.step == other.step
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_reply {
            return f.write_str(&self.detail);
        }
        write!(f, "rejected by {}: {}", self.server.as_deref().unwrap_or("the server"), self.detail)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
