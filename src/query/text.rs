//! JavaScript strings, which are any sequences of UTF-16 units, and their order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A string in WTF-8, which is UTF-8 that may have lone surrogates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }

    /// Writes the string as JSON.
    pub fn write_json(&self, out: &mut String) {
        out.push('"');
        for unit in char::decode_utf16(units(&self.0)) {
            match unit {
                Ok(c @ ('"' | '\\')) => out.extend(['\\', c]),
                Ok(c) if c >= ' ' => out.push(c),
                Ok(c) => write_escaped(out, c as u16),
                Err(lone) => write_escaped(out, lone.unpaired_surrogate()),
            }
        }
        out.push('"');
    }
}

fn write_escaped(out: &mut String, unit: u16) {
    write!(out, "\\u{unit:04x}").expect("a string takes all");
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text(Cow::Borrowed(text.as_bytes()))
    }
}

impl Ord for Text<'_> {
    /// Like `<` on strings in JavaScript. Bytes have the order of characters, but UTF-16 units do not: the units of a
    /// character beyond U+FFFF are less than U+E000.
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (&*self.0, &*other.0);
        let Some(differs) = a.iter().zip(b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
        let start = (0..=differs).rev().find(|at| !continues(a[*at])).unwrap_or_default();
        units(&a[start..]).cmp(units(&b[start..]))
    }
}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether a byte is a continuation byte.
fn continues(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes.chunk_by(|_, next| continues(*next)).flat_map(units_of)
}

/// The UTF-16 units of a character.
fn units_of(bytes: &[u8]) -> impl Iterator<Item = u16> + use<> {
    let (first, rest) = bytes.split_first().map_or((0, bytes), |(first, rest)| (u32::from(*first), rest));
    let begun = if rest.is_empty() { first } else { first & (0x7F >> bytes.len().min(7)) };
    let code = rest.iter().fold(begun, |code, byte| (code << 6) | u32::from(byte & 0x3F));
    let (one, two) = match code.checked_sub(0x1_0000) {
        None => (code as u16, None),
        Some(beyond) => (0xD800 | (beyond >> 10) as u16, Some(0xDC00 | (beyond & 0x3FF) as u16)),
    };
    [Some(one), two].into_iter().flatten()
}

/// Reads a JSON string, whose escapes can be lone surrogates.
impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Bytes).map(Text)
    }
}

struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(bytes))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Text<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn texts_are_ordered_by_their_units() {
        let ordered = [
            r#""""#,
            r#""A""#,
            r#""a""#,
            r#""aa""#,
            r#""é""#,
            r#""文""#,
            r#""\ud800""#,
            r#""\ud800a""#,
            r#""😀""#,
            r#""😀a""#,
            r#""😁""#,
            r#""\udc00""#,
            "\"\u{e000}\"",
            "\"\u{ffff}\"",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(text(a).cmp(&text(b)), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn escapes_make_no_difference() {
        assert_eq!(text(r#""\u0061\ud83d\ude00\n""#), text("\"a😀\\u000a\""));
        assert_ne!(text(r#""\ud83d""#), text(r#""\ude00""#));
    }

    #[test]
    fn a_text_is_read_from_its_json_unchanged() {
        for json in [r#""""#, r#""a\"\\\u0000\u001f""#, r#""é文😀""#, r#""\ud800a\udc00\udc00\ud83d""#] {
            let mut written = String::new();
            text(json).write_json(&mut written);
            assert_eq!(written, json);
        }
    }
}
