//! The digests of texts: etags of entries, names of scripts.

/// SHA-1 in hexadecimal digits. Scripts compute the same on the server, so that the text need not be sent for a
/// comparison.
pub fn digest(text: &str) -> String {
    sha1_smol::Sha1::from(text).digest().to_string()
}
