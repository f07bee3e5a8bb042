//! Stored texts are joined to arrays, so each is checked first: `1],[2` would shift its neighbours.

use serde::de::IgnoredAny;

use crate::error::{Error, Kind};

/// Longest text that, in an array of its own, still makes a JavaScript string: V8's limit is 2^29 - 24 characters.
const LONGEST: usize = (1 << 29) - 24 - 2;

/// The text, if JavaScript can take it; whether it is JSON is left to `JSON.parse`.
pub fn unchecked(text: &[u8]) -> Result<&str, Error> {
    if text.len() > LONGEST {
        return Err(Error::new(
            Kind::Unsupported,
            "the stored text is longer than a JavaScript string can be",
        ));
    }
    std::str::from_utf8(text).map_err(|_| Error::corrupt())
}

/// The text, if in an array nobody can take it for more or less than one element. That it is JSON, or is not, shows when
/// the array is parsed.
pub fn separable(text: &[u8]) -> Result<&str, Error> {
    if is_flat_object(text) { unchecked(text) } else { checked(text) }
}

/// Whether the text is in braces and has no other bracket and no escape, not even in a string: then what the first brace
/// begins ends with the last. Most values are so, and to see it takes a third of the time of a check.
fn is_flat_object(text: &[u8]) -> bool {
    /// Counts in a byte do not overflow.
    const PIECE: usize = 128;
    let inner = text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    let Some(inner) = inner else { return false };
    let mut quotes = 0;
    for piece in inner.chunks(PIECE) {
        let (mut quotes_here, mut others) = (0_u8, 0_u8);
        // Without branches, so that the compiler makes it work on many bytes at once.
        for byte in piece {
            quotes_here += u8::from(*byte == b'"');
            // With this bit set, square brackets are curly ones.
            let bracket = byte | 0x20;
            others |= u8::from(bracket == b'{') | u8::from(bracket == b'}') | u8::from(*byte == b'\\');
        }
        if others != 0 {
            return false;
        }
        quotes += usize::from(quotes_here);
    }
    quotes.is_multiple_of(2)
}

/// The text, if it is one JSON value and nothing else.
pub fn checked(text: &[u8]) -> Result<&str, Error> {
    let text = unchecked(text)?;
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Error::corrupt()),
    }
}

/// A JSON array that grows by texts known to be JSON.
#[derive(Debug)]
pub struct ArrayWriter {
    text: String,
}

impl Default for ArrayWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl ArrayWriter {
    pub fn new() -> Self {
        ArrayWriter { text: String::from("[") }
    }

    pub fn push(&mut self, json: &str) {
        self.separate();
        self.text.push_str(json);
    }

    pub fn push_string(&mut self, value: &str) {
        let needs_escape = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        if value.bytes().any(needs_escape) {
            let json = serde_json::to_string(value).expect("a string always has a JSON text");
            return self.push(&json);
        }
        self.separate();
        self.text.push('"');
        self.text.push_str(value);
        self.text.push('"');
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    pub fn finish(mut self) -> String {
        self.text.push(']');
        self.text
    }

    fn separate(&mut self) {
        if !self.is_empty() {
            self.text.push(',');
        }
    }
}

/// Size that a slice does not exceed, unless by a single value: a pause that is hardly felt.
const SLICE: usize = 4 * 1024 * 1024;

/// JSON arrays that belong together, at least one; one without elements is an empty text.
pub type Slices = Vec<String>;

/// A JSON array in slices, each an array of its own.
#[derive(Debug, Default)]
pub struct SlicedArray {
    slices: Vec<String>,
    current: ArrayWriter,
}

impl SlicedArray {
    pub fn new() -> Self {
        SlicedArray { slices: Vec::new(), current: ArrayWriter::new() }
    }

    /// Room for so many bytes of elements, as far as one slice has it.
    pub fn reserve(&mut self, size: usize) {
        self.current.text.reserve(size.min(SLICE));
    }

    /// Where the next `size` bytes of elements belong; elements added together stay in one slice.
    pub fn slice_for(&mut self, size: usize) -> &mut ArrayWriter {
        if !self.current.is_empty() && self.current.len() + size > SLICE {
            let full = std::mem::take(&mut self.current);
            self.slices.push(full.finish());
        }
        &mut self.current
    }

    pub fn finish(mut self) -> Slices {
        self.slices.push(if self.current.is_empty() { String::new() } else { self.current.finish() });
        self.slices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_accepted_whatever_its_depth_or_numbers() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for text in ["0", " {\"a\":[1,2]} ", "\"\\ud800\"", "1e999", deep.as_str()] {
            assert_eq!(checked(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn anything_else_is_corrupt() {
        for text in ["", "1],[2", "1,2", "NaN", "{\"a\":1}x", "\u{feff}1", "'a'", "\"\n\""] {
            assert_eq!(checked(text.as_bytes()).unwrap_err().kind, Kind::CorruptValue, "{text:?}");
        }
        assert!(checked(b"\"\xff\"").is_err());
    }

    #[test]
    fn what_is_separable_stands_for_one_element_or_spoils_the_array() {
        let harmless = ["{}", r#"{"a":"x, y"}"#, r#"{"a":{"b":[1,2]},"c":"}"}"#, "1", r#""a\"b""#];
        for text in harmless {
            assert_eq!(separable(text.as_bytes()).unwrap(), text);
        }
        for text in
            ["", " ", "1],[2", "1,2", r#"{"a":1},{"b":2}"#, r#"{"a":"}"#, r#"{"a\":1}"#, "{]}", "{\u{7f}]}"]
        {
            assert!(separable(text.as_bytes()).is_err(), "{text:?}");
        }
        // No JSON, but whoever parses the array finds out.
        for text in ["{a}", r#"{"a" "b"}"#, "{,}"] {
            assert_eq!(separable(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn a_large_array_comes_in_slices() {
        let mut array = SlicedArray::new();
        let large = format!("\"{}\"", "x".repeat(SLICE));
        array.slice_for(large.len()).push(&large);
        array.slice_for(1).push("1");
        assert_eq!(array.finish(), [format!("[{large}]"), "[1]".to_owned()]);
        assert_eq!(SlicedArray::new().finish(), [""]);
    }

    #[test]
    fn an_array_is_joined_by_commas() {
        let mut array = ArrayWriter::new();
        assert!(array.is_empty());
        array.push("{}");
        array.push_string("a\"b");
        assert_eq!(array.finish(), r#"[{},"a\"b"]"#);
    }
}
