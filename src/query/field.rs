//! The value at a path, and the order of such values.

use std::cmp::Ordering;
use std::fmt::Write;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::text::Text;

/// A field, or the value itself. Ordered by variant; numbers by size, strings by their UTF-16 units; other values of
/// the same variant are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field<'a> {
    Missing,
    Null,
    Boolean(bool),
    Number(Number),
    String(Text<'a>),
    /// An array or an object.
    Other,
}

impl<'a> Field<'a> {
    /// The value of a JSON text.
    pub fn of(text: &'a str) -> serde_json::Result<Self> {
        Ok(match text.as_bytes().first() {
            Some(b'n') => Field::Null,
            Some(b't') => Field::Boolean(true),
            Some(b'f') => Field::Boolean(false),
            Some(b'"') => Field::String(serde_json::from_str(text)?),
            Some(b'[' | b'{') => Field::Other,
            _ => Field::Number(Number(text.parse().map_err(serde_json::Error::custom)?)),
        })
    }

    pub fn into_owned(self) -> Field<'static> {
        match self {
            Field::Missing => Field::Missing,
            Field::Null => Field::Null,
            Field::Boolean(value) => Field::Boolean(value),
            Field::Number(value) => Field::Number(value),
            Field::String(value) => Field::String(value.into_owned()),
            Field::Other => Field::Other,
        }
    }

    /// Compares two numbers or two strings; `None` for other types.
    pub fn compared_to(&self, other: &Field<'_>) -> Option<Ordering> {
        match (self, other) {
            (Field::Number(a), Field::Number(b)) => Some(a.cmp(b)),
            (Field::String(a), Field::String(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// Writes the value as a part of a position: a missing value as `[]`, an array or an object as `{}`.
    pub fn write_place(&self, out: &mut String) {
        match self {
            Field::Missing => out.push_str("[]"),
            Field::Null => out.push_str("null"),
            Field::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Field::Number(value) => value.write_json(out),
            Field::String(value) => value.write_json(out),
            Field::Other => out.push_str("{}"),
        }
    }

    /// Reads the output of `write_place`.
    pub fn read_place(text: &'a str) -> serde_json::Result<Self> {
        if text == "[]" { Ok(Field::Missing) } else { Field::of(text) }
    }
}

/// The operand of a condition.
impl<'de> Deserialize<'de> for Field<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?;
        Field::of(text.get()).map(Field::into_owned).map_err(Error::custom)
    }
}

/// Parses a number like JavaScript: to a double, infinite if it is too large. Never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(f64);

impl Number {
    fn write_json(self, out: &mut String) {
        if self.0.is_infinite() {
            out.push_str(if self.0 > 0.0 { "1e999" } else { "-1e999" });
        } else {
            write!(out, "{:?}", self.0).expect("a string takes all");
        }
    }
}

impl Eq for Number {}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Field<'_> {
        Field::read_place(text).unwrap()
    }

    #[test]
    fn all_types_have_one_order() {
        let ordered =
            ["[]", "null", "false", "true", "-1e999", "-1", "0", "0.5", "1e999", r#""""#, r#""0""#, "{}"];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(field(a).cmp(&field(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(field("[1]"), field("{}"));
    }

    #[test]
    fn numbers_are_those_of_javascript() {
        assert_eq!(field("-0"), field("0"));
        assert_eq!(field("1"), field("1.0e0"));
        assert_eq!(field("9007199254740993"), field("9007199254740992"));
        assert_ne!(field("0.1"), field("0.10000000000000002"));
        assert_ne!(field("1"), field("\"1\""));
    }

    #[test]
    fn only_numbers_and_strings_are_compared_by_size() {
        assert_eq!(field("1").compared_to(&field("2")), Some(Ordering::Less));
        assert_eq!(field("\"b\"").compared_to(&field("\"a\"")), Some(Ordering::Greater));
        for (a, b) in [("1", "\"2\""), ("true", "false"), ("null", "null"), ("[]", "1"), ("{}", "{}")] {
            assert_eq!(field(a).compared_to(&field(b)), None, "{a} {b}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for text in ["[]", "null", "true", "false", "0.1", "1e21", "5e-324", "1e999", "-1e999", "\"a\"", "{}"]
        {
            let mut written = String::new();
            field(text).write_place(&mut written);
            assert_eq!(written, text);
        }
    }
}
