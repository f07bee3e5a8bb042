//! How to speak TLS with a server, as it is configured.

use std::fmt;
use std::path::PathBuf;

/// TLS towards one server.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Certificates that may have signed the server's; none means those that the system trusts.
    pub ca: Option<Pem>,
    /// Who this side is, where the server wants to know.
    pub identity: Option<Identity>,
    /// The name that the server's certificate must have; none means the host connected to.
    pub servername: Option<String>,
    /// Whether the server must show a certificate that can be trusted.
    pub reject_unauthorized: bool,
}

/// A certificate, with those that signed it, and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    pub cert: Pem,
    pub key: Pem,
}

/// PEM, or the file that holds it.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    Text(Vec<u8>),
    /// Read at each connect, so that it may be exchanged.
    File(PathBuf),
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // It may be a private key.
            Pem::Text(_) => f.write_str("Text(..)"),
            Pem::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}
