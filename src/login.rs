//! What to log in with, and who knows it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;

/// What to log in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// ACL user; none means the server's default user.
    pub username: Option<String>,
    pub password: String,
}

/// The user's own provider of credentials.
pub type AskCredentials =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Credentials, Error>> + Send>> + Send + Sync>;

/// Who knows what to log in with.
#[derive(Clone)]
pub enum Login {
    /// Nobody: the server wants no login.
    None,
    As(Credentials),
    /// Asked at each connection anew, as passwords may change.
    Ask(AskCredentials),
}

impl Login {
    pub async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        match self {
            Login::None => Ok(None),
            Login::As(credentials) => Ok(Some(credentials.clone())),
            Login::Ask(ask) => ask().await.map(Some),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Login::None => f.write_str("None"),
            Login::As(credentials) => credentials.fmt(f),
            Login::Ask(_) => f.write_str("Ask(..)"),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("username", &self.username).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_not_in_the_debug_output() {
        let credentials = Credentials { username: Some("ada".into()), password: "s3cret".into() };
        let shown = format!("{:?}", Login::As(credentials));
        assert!(shown.contains("ada") && !shown.contains("s3cret"), "{shown}");
    }
}
