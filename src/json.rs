//! Joins stored texts to JSON arrays. Each text is checked first, because `1],[2` would shift its neighbours.

pub mod digest;
pub mod edit;

use serde::de::IgnoredAny;

use crate::error::{Error, Kind};

/// Limit of a text that fits, in an array of its own, into a JavaScript string: V8's limit is 2^29 - 24 characters.
pub const MAX_TEXT: usize = (1 << 29) - 24 - 2;

/// Fails if a text of this length does not fit into a JavaScript string.
pub fn fitting(length: usize) -> Result<(), Error> {
    let what = "the stored text is longer than a JavaScript string can be";
    if length > MAX_TEXT { Err(Error::new(Kind::Unsupported, what)) } else { Ok(()) }
}

/// Checks only the size and UTF-8; `JSON.parse` checks the rest.
pub fn unchecked(text: &[u8]) -> Result<&str, Error> {
    fitting(text.len())?;
    std::str::from_utf8(text).map_err(|_| Error::corrupt(text))
}

/// Checks that a text, in an array, is exactly one element, or makes the array invalid. If it is not JSON, parsing
/// the array fails.
pub fn separable(text: &[u8]) -> Result<&str, Error> {
    if is_flat_object(text) { unchecked(text) } else { checked(text) }
}

/// Whether the text is in braces, without other brackets and escapes, even in strings. Then the first brace matches
/// the last one. Most values are such, and this takes a third of the time of a full check.
fn is_flat_object(text: &[u8]) -> bool {
    /// So short that a count fits into a byte.
    const PIECE: usize = 128;
    let inner = text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
    let Some(inner) = inner else { return false };
    let mut quotes = 0;
    for piece in inner.chunks(PIECE) {
        let (mut quotes_here, mut others) = (0_u8, 0_u8);
        // Without branches, so that the compiler vectorises it.
        for byte in piece {
            quotes_here += u8::from(*byte == b'"');
            // With this bit set, `[` and `]` become `{` and `}`.
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

/// Checks that a text is exactly one JSON value.
pub fn checked(text: &[u8]) -> Result<&str, Error> {
    let text = unchecked(text)?;
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Ok(text),
        Err(_) => Err(Error::corrupt(text.as_bytes())),
    }
}

/// Writes a JSON array of texts that are known to be JSON.
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

    /// Number of bytes written so far.
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

/// Limit of a chunk, which JavaScript parses without a noticeable pause. A single value may be larger.
const CHUNK_SIZE: usize = 4 * 1024 * 1024;

/// The chunks of one array, at least one. A chunk without elements is an empty text.
pub type Chunks = Vec<String>;

/// A JSON array in chunks, each of which is an array.
#[derive(Debug, Default)]
pub struct ChunkedArray {
    chunks: Vec<String>,
    current: ArrayWriter,
}

impl ChunkedArray {
    pub fn new() -> Self {
        ChunkedArray { chunks: Vec::new(), current: ArrayWriter::new() }
    }

    /// Reserves capacity, up to the limit of a chunk.
    pub fn reserve(&mut self, size: usize) {
        self.current.text.reserve(size.min(CHUNK_SIZE));
    }

    /// The chunk for the next `size` bytes of elements. Elements that are added together stay in one chunk.
    pub fn chunk_for(&mut self, size: usize) -> &mut ArrayWriter {
        if !self.current.is_empty() && self.current.len() + size > CHUNK_SIZE {
            let full = std::mem::take(&mut self.current);
            self.chunks.push(full.finish());
        }
        &mut self.current
    }

    pub fn finish(mut self) -> Chunks {
        self.chunks.push(if self.current.is_empty() { String::new() } else { self.current.finish() });
        self.chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_any_depth_and_with_any_numbers_is_accepted() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for text in ["0", " {\"a\":[1,2]} ", "\"\\ud800\"", "1e999", deep.as_str()] {
            assert_eq!(checked(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn other_texts_are_corrupt() {
        for text in ["", "1],[2", "1,2", "NaN", "{\"a\":1}x", "\u{feff}1", "'a'", "\"\n\""] {
            assert_eq!(checked(text.as_bytes()).unwrap_err().kind, Kind::CorruptValue, "{text:?}");
        }
        assert!(checked(b"\"\xff\"").is_err());
    }

    #[test]
    fn a_separable_text_is_one_element_or_makes_the_array_invalid() {
        let harmless = ["{}", r#"{"a":"x, y"}"#, r#"{"a":{"b":[1,2]},"c":"}"}"#, "1", r#""a\"b""#];
        for text in harmless {
            assert_eq!(separable(text.as_bytes()).unwrap(), text);
        }
        for text in
            ["", " ", "1],[2", "1,2", r#"{"a":1},{"b":2}"#, r#"{"a":"}"#, r#"{"a\":1}"#, "{]}", "{\u{7f}]}"]
        {
            assert!(separable(text.as_bytes()).is_err(), "{text:?}");
        }
        // Not JSON, which is detected when the array is parsed.
        for text in ["{a}", r#"{"a" "b"}"#, "{,}"] {
            assert_eq!(separable(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn a_large_array_is_split_into_chunks() {
        let mut array = ChunkedArray::new();
        let large = format!("\"{}\"", "x".repeat(CHUNK_SIZE));
        array.chunk_for(large.len()).push(&large);
        array.chunk_for(1).push("1");
        assert_eq!(array.finish(), [format!("[{large}]"), "[1]".to_owned()]);
        assert_eq!(ChunkedArray::new().finish(), [""]);
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
