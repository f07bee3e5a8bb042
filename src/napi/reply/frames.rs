//! Replies to commands of the user, as JSON.
//!
//! As text, a reply is the JSON of what the caller gets. If an integer of it is beyond those that JSON.parse reads exactly, all
//! of it is *tagged*: strings start with `$`, integers with `:`, status replies with `+`. As bytes, it is tagged too, and in
//! place of each string there is its length, as a number: the strings are joined elsewhere.

use super::{BatchReply, Deliver, LARGE, NativeSeparateValue};
use crate::engine::call::Encoding;
use crate::error::{Applied, Error, Kind, Remedy};
use crate::json::MAX_TEXT;
use crate::napi::bytes::BytesOut;
use crate::napi::text::TextOut;
use crate::protocol::Frame;

/// 2^53 - 1.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// What the text of a separate value is.
const PLAIN_TEXT: &str = "text";
const JSON: &str = "json";
const TAGGED: &str = "tagged";

impl<D: Deliver> BatchReply<D> {
    /// Adds a reply to the array, unless it is large or arrives after those to later calls.
    pub(super) fn take_reply(
        &mut self,
        index: usize,
        frame: &Frame<'_>,
        encoding: Encoding,
    ) -> Result<(), Error> {
        match (frame, encoding) {
            (Frame::Bulk(text), Encoding::Text) => self.take_text(index, text),
            (Frame::Bulk(bytes), Encoding::Bytes) => {
                self.take_bytes(index, bytes);
                Ok(())
            }
            (frame, Encoding::Text) => {
                let mut json = String::new();
                match write_text(frame, false, &mut json)? {
                    Exactness::Exact => self.take_json(index, json, JSON),
                    Exactness::Tagged => {
                        json.clear();
                        write_text(frame, true, &mut json)?;
                        self.take_apart(index, json, TAGGED, None)
                    }
                }
            }
            (frame, Encoding::Bytes) => {
                let (mut json, mut bytes) = (String::new(), Vec::new());
                write_bytes(frame, &mut json, &mut bytes);
                if self.is_apart(index, json.len() + bytes.len()) {
                    return self.take_apart(index, json, TAGGED, Some(bytes));
                }
                self.bytes.extend_from_slice(&bytes);
                self.take_json(index, json, TAGGED)
            }
        }
    }

    fn take_text(&mut self, index: usize, text: &[u8]) -> Result<(), Error> {
        let text = utf8(text)?;
        if self.is_apart(index, text.len()) {
            return self.take_apart(index, text.to_owned(), PLAIN_TEXT, None);
        }
        self.reserve_for(index, text.len() + 2);
        self.values.chunk_for(text.len()).push_string(text);
        self.next = index + 1;
        Ok(())
    }

    fn take_bytes(&mut self, index: usize, bytes: &[u8]) {
        if self.is_apart(index, bytes.len()) {
            let (text, bytes) = (TextOut(String::new()), Some(BytesOut(bytes.to_vec())));
            let form = Some(TAGGED.to_owned());
            self.separate.push(NativeSeparateValue { index: index as u32, text, ttl: None, form, bytes });
            return;
        }
        self.bytes.extend_from_slice(bytes);
        let mut length = itoa::Buffer::new();
        self.values.chunk_for(4).push(length.format(bytes.len()));
        self.next = index + 1;
    }

    fn take_json(&mut self, index: usize, json: String, form: &str) -> Result<(), Error> {
        if self.is_apart(index, json.len()) {
            return self.take_apart(index, json, form, None);
        }
        self.values.chunk_for(json.len()).push(&json);
        self.next = index + 1;
        Ok(())
    }

    fn is_apart(&self, index: usize, size: usize) -> bool {
        index < self.next || size >= LARGE
    }

    fn take_apart(
        &mut self,
        index: usize,
        text: String,
        form: &str,
        bytes: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        if text.len() > MAX_TEXT {
            let what = "the reply is longer than a JavaScript string can be";
            return Err(Error::new(Kind::Unsupported, what).with_applied(Applied::Yes));
        }
        let (index, text, form) = (index as u32, TextOut(text), Some(form.to_owned()));
        self.separate.push(NativeSeparateValue { index, text, ttl: None, form, bytes: bytes.map(BytesOut) });
        Ok(())
    }

    fn reserve_for(&mut self, index: usize, size: usize) {
        if self.next == 0 {
            // Assumes that the other values have the same size.
            self.values.reserve((size + 1) * (self.calls - index));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exactness {
    Exact,
    /// An integer has to be tagged.
    Tagged,
}

fn write_text(frame: &Frame<'_>, tagged: bool, json: &mut String) -> Result<Exactness, Error> {
    let mut exactness = Exactness::Exact;
    match frame {
        Frame::Nil => json.push_str("null"),
        Frame::Integer(number) if tagged => push_tagged(':', itoa::Buffer::new().format(*number), json),
        Frame::Integer(number) => {
            json.push_str(itoa::Buffer::new().format(*number));
            if number.unsigned_abs() > MAX_SAFE {
                exactness = Exactness::Tagged;
            }
        }
        Frame::Bulk(text) if tagged => push_tagged('$', utf8(text)?, json),
        Frame::Simple(text) if tagged => push_tagged('+', utf8(text)?, json),
        Frame::Bulk(text) | Frame::Simple(text) | Frame::Error(text) => push_quoted(utf8(text)?, json),
        Frame::Array(elements) | Frame::Push(elements) => {
            json.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                if write_text(element, tagged, json)? == Exactness::Tagged {
                    exactness = Exactness::Tagged;
                }
            }
            json.push(']');
        }
    }
    Ok(exactness)
}

fn write_bytes(frame: &Frame<'_>, json: &mut String, bytes: &mut Vec<u8>) {
    match frame {
        Frame::Nil => json.push_str("null"),
        Frame::Integer(number) => push_tagged(':', itoa::Buffer::new().format(*number), json),
        Frame::Bulk(part) => {
            json.push_str(itoa::Buffer::new().format(part.len()));
            bytes.extend_from_slice(part);
        }
        Frame::Simple(text) | Frame::Error(text) => push_tagged('+', &String::from_utf8_lossy(text), json),
        Frame::Array(elements) | Frame::Push(elements) => {
            json.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write_bytes(element, json, bytes);
            }
            json.push(']');
        }
    }
}

fn push_tagged(tag: char, text: &str, json: &mut String) {
    let start = json.len();
    push_quoted(text, json);
    json.insert(start + 1, tag);
}

fn push_quoted(text: &str, json: &mut String) {
    let needs_escape = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    if text.bytes().any(needs_escape) {
        return json.push_str(&serde_json::to_string(text).expect("a string always has a JSON text"));
    }
    json.push('"');
    json.push_str(text);
    json.push('"');
}

fn utf8(text: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(text).map_err(|_| {
        let what = "the command was executed, and its reply is not UTF-8 text";
        Error::new(Kind::Reply, what).with_remedy(Remedy::AskForBytes).with_applied(Applied::Yes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_become_what_the_caller_gets() {
        let text = |frame: Frame<'_>| {
            let mut json = String::new();
            let exactness = write_text(&frame, false, &mut json).unwrap();
            (json, exactness == Exactness::Exact)
        };
        let all = Frame::Array(vec![
            Frame::Bulk(b"a\"\n"),
            Frame::Simple(b"OK"),
            Frame::Integer(-7),
            Frame::Nil,
            Frame::Array(vec![]),
        ]);
        assert_eq!(text(all.clone()), (r#"["a\"\n","OK",-7,null,[]]"#.to_owned(), true));
        assert_eq!(text(Frame::Integer(1 << 53)), ("9007199254740992".to_owned(), false));
        assert!(text(Frame::Integer(-((1 << 53) - 1))).1 && !text(Frame::Integer(i64::MIN)).1);
        let mut tagged = String::new();
        write_text(&all, true, &mut tagged).unwrap();
        assert_eq!(tagged, r#"["$a\"\n","+OK",":-7",null,[]]"#);
        let (mut json, mut bytes) = (String::new(), Vec::new());
        write_bytes(&all, &mut json, &mut bytes);
        assert_eq!((&*json, &*bytes), (r#"[3,"+OK",":-7",null,[]]"#, &b"a\"\n"[..]));
        assert!(write_text(&Frame::Bulk(b"\xff"), false, &mut json).is_err());
    }
}
