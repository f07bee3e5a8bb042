//! Converts values of a codec: in JavaScript and in this process they are JSON strings, in Redis their characters or bytes.

use std::borrow::Cow;

use crate::config::Values;
use crate::engine::call::OperationKind;
use crate::error::Error;
use crate::json;
use crate::protocol::Frame;

/// What Redis stores for the JSON of a value.
pub fn stored(values: Values, json: &str) -> Cow<'_, [u8]> {
    match values {
        Values::Json => json.as_bytes().into(),
        Values::Text => string_of(json).into_bytes().into(),
        Values::Bytes => {
            string_of(json).chars().map(|character| u8::try_from(character).unwrap_or(b'?')).collect()
        }
    }
}

/// The JSON of what Redis stores.
pub fn json_of(values: Values, stored: &[u8]) -> Result<Cow<'_, str>, Error> {
    match values {
        Values::Json => json::checked(stored).map(Cow::Borrowed),
        Values::Text => json_string(json::unchecked(stored)?),
        Values::Bytes => json_string(&stored.iter().copied().map(char::from).collect::<String>()),
    }
}

/// Converts what is stored, in the reply to an operation that returns it. `json` is a buffer.
pub fn reply_as_json<'a>(
    values: Values,
    operation: OperationKind,
    reply: Frame<'a>,
    json: &'a mut String,
) -> Result<Frame<'a>, Error> {
    use OperationKind::{Delete, DeleteIfMatch, Get, GetTracked, GetWithMetadata};
    let mut convert = |stored: &[u8]| json_of(values, stored).map(|text| json.push_str(&text));
    match (operation, reply) {
        (Get | GetTracked | Delete | DeleteIfMatch, Frame::Bulk(stored)) => {
            convert(stored)?;
            Ok(Frame::Bulk(json.as_bytes()))
        }
        (GetTracked | GetWithMetadata, Frame::Array(mut parts)) => {
            let at = usize::from(operation == GetTracked);
            if let Some(part) = parts.get_mut(at)
                && let Frame::Bulk(stored) = *part
            {
                convert(stored)?;
                *part = Frame::Bulk(json.as_bytes());
            }
            Ok(Frame::Array(parts))
        }
        (_, reply) => Ok(reply),
    }
}

/// JavaScript makes these strings; another text is stored as it is.
fn string_of(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

fn json_string(text: &str) -> Result<Cow<'static, str>, Error> {
    let json = serde_json::to_string(text).map_err(|_| Error::internal("a value of a codec"))?;
    json::fitting(json.len())?;
    Ok(json.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_stored_as_json_text_or_bytes() {
        assert_eq!(*stored(Values::Json, r#""a""#), *br#""a""#);
        assert_eq!(*stored(Values::Text, r#""\"\u00fc""#), *"\"ü".as_bytes());
        assert_eq!(*stored(Values::Bytes, "\"\\u0000\u{ff}\""), [0, 255]);
    }

    #[test]
    fn what_is_stored_becomes_a_json_string() {
        let all: Vec<u8> = (0..=255).collect();
        let json = json_of(Values::Bytes, &all).unwrap();
        assert_eq!(*stored(Values::Bytes, &json), *all);
        assert_eq!(json_of(Values::Text, b"a\"").unwrap(), r#""a\"""#);
        assert!(json_of(Values::Text, b"\xff").is_err());
        assert!(json_of(Values::Json, b"a").is_err());
    }

    #[test]
    fn only_the_value_of_a_reply_is_converted() {
        let converted = |operation, reply| {
            let mut json = String::new();
            format!("{:?}", reply_as_json(Values::Text, operation, reply, &mut json).unwrap())
        };
        let bulk = |text: &'static str| Frame::Bulk(text.as_bytes());
        let found = Frame::Array(vec![bulk("a"), bulk("\"e\""), Frame::Integer(1)]);
        let expected = Frame::Array(vec![bulk("\"a\""), bulk("\"e\""), Frame::Integer(1)]);
        assert_eq!(converted(OperationKind::GetWithMetadata, found), format!("{expected:?}"));
        let tracked = Frame::Array(vec![Frame::Integer(1), bulk("a")]);
        let expected = Frame::Array(vec![Frame::Integer(1), bulk("\"a\"")]);
        assert_eq!(converted(OperationKind::GetTracked, tracked), format!("{expected:?}"));
        assert_eq!(converted(OperationKind::Get, bulk("a")), format!("{:?}", bulk("\"a\"")));
        assert_eq!(converted(OperationKind::Lock, bulk("a")), format!("{:?}", bulk("a")));
    }
}
