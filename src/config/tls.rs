//! The configuration of TLS.

use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct Tls {
    /// Trusted certificates; `None`: the default authorities.
    pub ca: Option<Pem>,
    /// The client certificate.
    pub identity: Option<Identity>,
    /// The name that the server's certificate must have; `None`: the host.
    pub servername: Option<String>,
    /// Whether the server's certificate is verified.
    pub reject_unauthorized: bool,
}

/// A certificate with its chain, and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    pub cert: Pem,
    pub key: Pem,
}

/// PEM text, or a file with PEM text.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    Text(Vec<u8>),
    /// Read on each connect, so that it can be replaced.
    File(PathBuf),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // It may be a private key.
            Pem::Text(_) => f.write_str("Text(..)"),
            Pem::File(path) => write!(f, "File({})", shown(path)),
        }
    }
}

/// Longer paths are not shown in messages.
const MAX_SHOWN: usize = 255;
/// A path with a longer run of letters and digits may be a key or a token.
const MAX_SHOWN_RUN: usize = 39;

/// The path in messages. A key or password may be in its place by mistake, so only texts that look like a path are
/// shown.
pub fn shown(path: &Path) -> String {
    match path.to_str().filter(|path| has_form_of_path(path)) {
        Some(path) => path.to_owned(),
        None => "the file that it names".to_owned(),
    }
}

fn has_form_of_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 6] = [".pem", ".crt", ".cer", ".cert", ".key", ".ca-bundle"];
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    let is_named = EXTENSIONS.iter().any(|extension| name.ends_with(extension));
    let is_of_key = |run: &str| run.len() > MAX_SHOWN_RUN;
    text.len() <= MAX_SHOWN
        && (is_named || name.len() < text.len() && name.contains('.'))
        && !text.contains(|c: char| c.is_control() || c == '@')
        && !text.split(|c: char| !c.is_ascii_alphanumeric() && !"+=_".contains(c)).any(is_of_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_that_look_like_a_path_are_shown() {
        for path in ["/etc/ssl/certs/ca.crt", "./certs/redis.pem", "C:\\certs\\key.pem", "ca.crt"] {
            assert_eq!(shown(Path::new(path)), path);
        }
        let long = "x".repeat(MAX_SHOWN);
        for secret in [
            "s3cret",
            "s3.cret",
            "MC4CAQAwBQYDK2VwBCIEIEoV8L9b9yKPY5FWsqGb0LJIoE0hBCvKzG/vlnV7",
            "eyJhbGciOiJIUzI1NiJ9.eyJhIjoiL2Evci9pL2EvYS9hL2EvYS9hL2EvYS9hIn0/a.Ky3",
            "rediss://ada:s3cret@h.example/0.pem",
            "/a\nb/c.pem",
            &format!("/{long}.pem"),
        ] {
            assert_eq!(shown(Path::new(secret)), "the file that it names", "{secret}");
        }
    }
}
