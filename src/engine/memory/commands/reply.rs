//! Replies, in the form of RESP2, and the texts of errors.

use std::borrow::Cow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Nil,
    Simple(&'static str),
    Integer(i64),
    Bulk(Vec<u8>),
    Array(Vec<Reply>),
    /// The text of the error, with its code.
    Error(String),
}

impl Reply {
    pub const OK: Reply = Reply::Simple("OK");

    pub fn bulk(bytes: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        Reply::Bulk(bytes.as_ref().to_vec())
    }

    pub fn optional(bytes: Option<&(impl AsRef<[u8]> + ?Sized)>) -> Self {
        bytes.map_or(Reply::Nil, Reply::bulk)
    }

    pub fn count(count: usize) -> Self {
        Reply::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub fn flag(is_set: bool) -> Self {
        Reply::Integer(i64::from(is_set))
    }

    pub fn array<'a, T: AsRef<[u8]> + ?Sized + 'a>(elements: impl IntoIterator<Item = &'a T>) -> Self {
        Reply::Array(elements.into_iter().map(Reply::bulk).collect())
    }
}

/// The text of an error reply.
#[derive(Debug)]
pub struct Refusal(Cow<'static, str>);

impl Refusal {
    pub const WRONG_TYPE: Refusal =
        Refusal::new("WRONGTYPE Operation against a key holding the wrong kind of value");
    pub const SYNTAX: Refusal = Refusal::new("ERR syntax error");
    pub const NOT_INTEGER: Refusal = Refusal::new("ERR value is not an integer or out of range");
    pub const NOT_FLOAT: Refusal = Refusal::new("ERR value is not a valid float");
    pub const NO_KEY: Refusal = Refusal::new("ERR no such key");
    pub const NOT_POSITIVE: Refusal = Refusal::new("ERR value is out of range, must be positive");
    pub const OUT_OF_RANGE: Refusal = Refusal::new("ERR value is out of range");
    pub const OVERFLOW: Refusal = Refusal::new("ERR increment or decrement would overflow");
    pub const NOT_FINITE: Refusal = Refusal::new("ERR increment would produce NaN or Infinity");

    pub const fn new(text: &'static str) -> Self {
        Refusal(Cow::Borrowed(text))
    }

    /// `name`: in lower case.
    pub fn arity(name: &str) -> Self {
        Refusal(format!("ERR wrong number of arguments for '{name}' command").into())
    }

    pub fn unsupported_option(word: &[u8]) -> Self {
        Refusal(format!("ERR Unsupported option {}", String::from_utf8_lossy(word)).into())
    }

    pub fn expiry(name: &str) -> Self {
        Refusal(format!("ERR invalid expire time in '{name}' command").into())
    }
}

impl From<Refusal> for String {
    fn from(refusal: Refusal) -> Self {
        refusal.0.into_owned()
    }
}
