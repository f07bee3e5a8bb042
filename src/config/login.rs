//! Credentials, and their redaction in error replies.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;

#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// ACL user; `None`: the server's default user.
    pub username: Option<String>,
    pub password: String,
}

/// The user's credentials provider.
pub type CredentialsProvider =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Credentials, Error>> + Send>> + Send + Sync>;

/// The source of credentials.
#[derive(Clone)]
pub enum Login {
    /// No login.
    None,
    Fixed(Credentials),
    /// Called on each connect, so that passwords can rotate.
    Provider(CredentialsProvider),
}

/// Messages of servers that are never redacted, because they contain no secret.
const HARMLESS: [&str; 6] = [
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration \
     is correct?",
    "ERR Client sent AUTH, but no password is set",
    "WRONGPASS invalid username-password pair or user is disabled.",
    "WRONGPASS invalid username-password pair",
    "NOAUTH Authentication required.",
    "ERR max number of clients reached",
];
/// Minimum length of a part of a secret that is redacted, as servers may truncate it. Shorter parts occur in plain
/// words.
const MIN_PART: usize = 6;
/// A user name of at least this length may be a token, and is redacted.
const MIN_TOKEN: usize = 20;

impl Credentials {
    /// Returns an error reply without its text, if that contains these credentials.
    pub fn redacted<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        let text = String::from_utf8_lossy(line);
        if is_redirect(&text) || !self.are_in(&text) {
            return line.into();
        }
        let word = text.split(' ').next().filter(|word| !self.are_in(word)).unwrap_or("ERR");
        format!("{word} (its words repeat the login)").into_bytes().into()
    }

    /// Whether a text contains them, at least in part.
    fn are_in(&self, text: &str) -> bool {
        !HARMLESS.contains(&text) && self.secrets().any(|secret| is_in(secret, text))
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        // A user name without a password may be a password in the wrong place.
        let is_token = |name: &&str| name.len() >= MIN_TOKEN || self.password.is_empty();
        let token = self.username.as_deref().filter(is_token);
        [Some(self.password.as_str()), token].into_iter().flatten().filter(|secret| !secret.is_empty())
    }
}

/// MOVED and ASK are never redacted: a host name may look like a password, and a cluster does not work without
/// redirects.
fn is_redirect(text: &str) -> bool {
    matches!(text.split(' ').collect::<Vec<_>>()[..], ["MOVED" | "ASK", slot, _] if slot.parse::<u16>().is_ok())
}

fn is_in(secret: &str, text: &str) -> bool {
    let characters: Vec<char> = secret.to_lowercase().chars().collect();
    if characters.len() < MIN_PART {
        return is_word(secret, text);
    }
    let lower = text.to_lowercase();
    characters.windows(MIN_PART).any(|part| lower.contains(&part.iter().collect::<String>()))
        || has_pieces(&characters.iter().collect::<String>(), &lower)
}

/// Whether a short secret is a word of its own in a text.
fn is_word(secret: &str, text: &str) -> bool {
    text.match_indices(secret).any(|(at, _)| {
        let around = [text[..at].chars().next_back(), text[at + secret.len()..].chars().next()];
        !around.into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// Whether the letters and digits of a secret occur in order, perhaps with escapes between them.
fn has_pieces(secret: &str, text: &str) -> bool {
    let mut rest = text;
    let mut pieces =
        secret.split(|character: char| !character.is_alphanumeric()).filter(|piece| !piece.is_empty());
    let length: usize = pieces.clone().map(str::len).sum();
    length >= MIN_PART
        && pieces.all(|piece| {
            let found = rest.split_once(piece);
            rest = found.map_or("", |(_, behind)| behind);
            found.is_some()
        })
}

impl Login {
    pub async fn credentials(&self) -> Result<Option<Credentials>, Error> {
        match self {
            Login::None => Ok(None),
            Login::Fixed(credentials) => Ok(Some(credentials.clone())),
            Login::Provider(provide) => provide().await.map(Some),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Login::None => f.write_str("None"),
            Login::Fixed(credentials) => credentials.fmt(f),
            Login::Provider(_) => f.write_str("Provider(..)"),
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

    fn redacted(username: &str, password: &str, line: &str) -> String {
        let username = Some(username.to_owned()).filter(|name| !name.is_empty());
        let credentials = Credentials { username, password: password.into() };
        String::from_utf8(credentials.redacted(line.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a_text_that_contains_credentials_is_redacted() {
        for (username, password, line) in [
            ("ada", "S3cret Word", "ERR unknown command 'AUTH', with args beginning with: 'ada' 's3cret"),
            ("ada", "S3cret Word", "ERR 'S3CRET%20WORD'"),
            ("ada", "Kq7!Ab2!Xy9", "ERR redis://ada:Kq7%21Ab2%21Xy9@h"),
            ("ada", "S3cret Word", "ERR ret word"),
            ("ada", "x", "ERR x"),
            ("ada", "pass", "ERR no AUTH with 'pass'"),
            ("", "€", "ERR ‘€’"),
            ("a-token-that-is-a-login", "", "ERR no user a-token"),
            ("a-token-that-is-a-login", "x", "ERR no user a-token"),
            ("s3cret-word", "", "ERR no user s3cret-word"),
        ] {
            assert_eq!(redacted(username, password, line), "ERR (its words repeat the login)", "{line}");
        }
        assert_eq!(redacted("", "NOPERM", "NOPERM no"), "ERR (its words repeat the login)");
        assert_eq!(redacted("", "s3cret-word", "NOPERM s3cret-word"), "NOPERM (its words repeat the login)");
    }

    #[test]
    fn a_text_without_credentials_is_unchanged() {
        for (username, password, line) in [
            ("ada", "s3cret", "NOPERM User ada has no permissions to run the 'select' command"),
            ("ada", "pas", "ERR wrong number of arguments for password"),
            ("ada", "red", "LOADING Redis is loading the dataset in memory"),
            ("ada", "redis", "LOADING Redis is loading the dataset in memory"),
            ("ada", "password", HARMLESS[0]),
            ("", "", "ERR no"),
            ("", "redis-node", "MOVED 12 redis-node-1:6379"),
        ] {
            assert_eq!(redacted(username, password, line), line);
        }
    }

    #[test]
    fn the_password_is_not_in_the_debug_output() {
        let credentials = Credentials { username: Some("ada".into()), password: "s3cret".into() };
        let shown = format!("{:?}", Login::Fixed(credentials));
        assert!(shown.contains("ada") && !shown.contains("s3cret"), "{shown}");
    }
}
