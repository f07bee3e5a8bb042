//! What tells one text from another: entries by their etag, scripts by the name that servers know them by.

/// SHA-1, in hexadecimal digits: what a server computes in a script, so that it need not send the text for a comparison.
pub fn digest(text: &str) -> String {
    sha1_smol::Sha1::from(text).digest().to_string()
}
