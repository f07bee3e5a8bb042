//! Stored texts are joined into larger JSON texts, so each is checked first: `1],[2` would shift its neighbours.

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
        let json = serde_json::to_string(value).expect("a string always has a JSON text");
        self.push(&json);
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
#[derive(Debug)]
pub struct SlicedArray {
    slices: Vec<String>,
    current: ArrayWriter,
}

impl SlicedArray {
    pub fn new() -> Self {
        SlicedArray { slices: Vec::new(), current: ArrayWriter::new() }
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
