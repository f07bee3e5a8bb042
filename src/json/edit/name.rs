//! Compares the names of members, which can be escaped in several ways.

use std::borrow::Cow;

/// A name in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// A JSON string.
    pub json: &'a str,
    pub plain: Cow<'a, str>,
    /// The index of an element, if the name is one in JavaScript's notation.
    pub index: Option<usize>,
}

impl<'a> Name<'a> {
    pub fn new(json: &'a str) -> Self {
        Name { json, plain: plain(json), index: index(json) }
    }
}

/// Removes escapes. A lone surrogate, which cannot be decoded, stays escaped.
pub fn plain(json: &str) -> Cow<'_, str> {
    match json.contains('\\').then(|| serde_json::from_str::<String>(json)) {
        Some(Ok(decoded)) => format!("\"{decoded}\"").into(),
        _ => json.into(),
    }
}

fn index(json: &str) -> Option<usize> {
    let digits = json.strip_prefix('"')?.strip_suffix('"')?;
    let is_plain = digits == "0" || !digits.starts_with('0');
    let is_number = is_plain && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
