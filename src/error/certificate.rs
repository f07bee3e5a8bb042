//! Certificates that are rejected, as I/O errors carry them.

use std::fmt;

/// One side of a TLS handshake rejects the certificate of the other, and will do so again.
#[derive(Debug)]
pub struct CertificateRejected(pub String);

impl fmt::Display for CertificateRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CertificateRejected {}
