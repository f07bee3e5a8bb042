//! What tells one stored text from another.

/// SHA-1, in hexadecimal digits: what a server computes in a script, so that it need not send the text for a comparison.
pub fn etag(text: &str) -> String {
    sha1_smol::Sha1::from(text).digest().to_string()
}
