//! Decodes replies (RESP2) in the receive buffer, without copies.
//!
//! redis-rs has a decoder too. This one borrows instead of allocating for each reply, and limits the memory that a
//! server can make it use.

use crate::error::{Error, Kind, Remedy};

/// Limit of nested arrays. The reply to SCAN needs two levels.
const MAX_DEPTH: usize = 4;
/// Limit of a string, as in Redis.
const MAX_BULK: usize = 512 * 1024 * 1024;
/// Limit of array elements; no reply to this package's commands has as many.
const MAX_ELEMENTS: usize = 1024 * 1024;
/// Limit of a line, such as an error message.
const MAX_LINE: usize = 64 * 1024;

/// How a TLS record with an alert starts: its type and the major version.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    Simple(&'a [u8]),
    Error(&'a [u8]),
    Integer(i64),
    Bulk(&'a [u8]),
    Nil,
    Array(Vec<Frame<'a>>),
}

impl<'a> Frame<'a> {
    /// The error for a reply without a command.
    pub fn unexpected(&self) -> Error {
        match self {
            Frame::Error(line) => Error::error_without_command(line),
            _ => Error::reply_without_command(),
        }
    }

    /// The elements of an array.
    pub fn elements(&self) -> &[Frame<'a>] {
        match self {
            Frame::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The bytes of a string.
    pub fn bulk(&self) -> Option<&'a [u8]> {
        match self {
            Frame::Bulk(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// The frame at the start of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// With its length in bytes.
    Complete(Frame<'a>, usize),
    /// `missing`: minimum number of missing bytes.
    Incomplete { missing: usize },
}

/// Reads one frame from the start of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, Error> {
    let mut reader = Reader { bytes, at: 0 };
    match reader.frame(0) {
        Ok(frame) => Ok(Parsed::Complete(frame, reader.at)),
        // An alert has no line end, and may be all that a server sends that expects TLS.
        Err(_) if bytes.starts_with(&TLS_ALERT) => Err(alerted()),
        Err(Stop::Missing(missing)) => Ok(Parsed::Incomplete { missing }),
        Err(Stop::Garbage) => Err(Stop::Garbage.into()),
    }
}

fn alerted() -> Error {
    Error::new(Kind::Connection, "the server answered with a TLS alert").with_remedy(Remedy::UseTls)
}

impl From<Stop> for Error {
    fn from(_: Stop) -> Self {
        Error::new(Kind::Connection, "what the server sent is not the Redis protocol")
            .with_remedy(Remedy::CheckAddress)
    }
}

/// The progress through an array that arrives in parts. Parsing it from the start with each part would take quadratic
/// time.
#[derive(Debug, Default)]
pub struct Progress {
    at: usize,
    /// Missing elements of each array that is not complete, outermost first.
    open: Vec<usize>,
}

impl Progress {
    /// Continues with the new bytes. Returns the minimum number of missing bytes; 0 if the array is complete.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            let mut reader = Reader { bytes, at: self.at };
            match reader.skip() {
                Ok(elements) => {
                    self.at = reader.at;
                    if self.is_complete_after(elements)? {
                        return Ok(0);
                    }
                }
                Err(Stop::Missing(missing)) => return Ok(missing),
                Err(Stop::Garbage) => return Err(Stop::Garbage.into()),
            }
        }
    }

    /// Counts an element, or opens an array of `elements`. Returns whether the outermost array is complete.
    fn is_complete_after(&mut self, elements: usize) -> Result<bool, Error> {
        if elements > 0 {
            self.open.push(elements);
            return if self.open.len() > MAX_DEPTH { Err(Stop::Garbage.into()) } else { Ok(false) };
        }
        while let Some(missing) = self.open.last_mut() {
            *missing -= 1;
            if *missing > 0 {
                return Ok(false);
            }
            self.open.pop();
        }
        Ok(true)
    }
}

/// Why no frame could be read.
enum Stop {
    Missing(usize),
    Garbage,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Skips a frame, or the header of an array. Returns the number of its elements.
    fn skip(&mut self) -> Result<usize, Stop> {
        let line = self.line()?;
        match line.split_first() {
            Some((b'*', rest)) => length_of(rest, MAX_ELEMENTS).map(Option::unwrap_or_default),
            Some((b'$', rest)) => self.bulk(rest).map(|_| 0),
            Some((b'+' | b'-' | b':', _)) => Ok(0),
            _ => Err(Stop::Garbage),
        }
    }

    fn frame(&mut self, depth: usize) -> Result<Frame<'a>, Stop> {
        let line = self.line()?;
        let (kind, rest) = line.split_first().ok_or(Stop::Garbage)?;
        match kind {
            b'+' => Ok(Frame::Simple(rest)),
            b'-' => Ok(Frame::Error(rest)),
            b':' => integer(rest).map(Frame::Integer),
            b'$' => self.bulk(rest),
            b'*' => self.array(rest, depth),
            _ => Err(Stop::Garbage),
        }
    }

    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        match memchr::memchr(b'\r', rest) {
            Some(end) if end > MAX_LINE => Err(Stop::Garbage),
            Some(end) if end + 1 < rest.len() => {
                self.at += end + 2;
                if rest[end + 1] == b'\n' { Ok(&rest[..end]) } else { Err(Stop::Garbage) }
            }
            None if rest.len() > MAX_LINE => Err(Stop::Garbage),
            _ => Err(Stop::Missing(1)),
        }
    }

    fn bulk(&mut self, length: &[u8]) -> Result<Frame<'a>, Stop> {
        let Some(length) = length_of(length, MAX_BULK)? else { return Ok(Frame::Nil) };
        let rest = &self.bytes[self.at..];
        let end = length + 2;
        if rest.len() < end {
            return Err(Stop::Missing(end - rest.len()));
        }
        if &rest[length..end] != b"\r\n" {
            return Err(Stop::Garbage);
        }
        self.at += end;
        Ok(Frame::Bulk(&rest[..length]))
    }

    fn array(&mut self, length: &[u8], depth: usize) -> Result<Frame<'a>, Stop> {
        let Some(length) = length_of(length, MAX_ELEMENTS)? else { return Ok(Frame::Nil) };
        if depth == MAX_DEPTH {
            return Err(Stop::Garbage);
        }
        // Without a reserved capacity, as the announced length may be wrong.
        let mut elements = Vec::new();
        for _ in 0..length {
            elements.push(self.frame(depth + 1)?);
        }
        Ok(Frame::Array(elements))
    }
}

/// Reads a length. `None` for -1, which means nil.
fn length_of(digits: &[u8], max: usize) -> Result<Option<usize>, Stop> {
    match integer(digits)? {
        -1 => Ok(None),
        length => usize::try_from(length).ok().filter(|length| *length <= max).map(Some).ok_or(Stop::Garbage),
    }
}

fn integer(digits: &[u8]) -> Result<i64, Stop> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Stop::Garbage)
}

#[cfg(test)]
pub mod arbitrary;
#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(bytes: &[u8]) -> Frame<'_> {
        match parse(bytes).unwrap() {
            Parsed::Complete(frame, length) => {
                assert_eq!(length, bytes.len());
                frame
            }
            part => panic!("{part:?}"),
        }
    }

    #[test]
    fn each_kind_of_frame_is_read() {
        assert_eq!(complete(b"+OK\r\n"), Frame::Simple(b"OK"));
        assert_eq!(complete(b"-ERR no\r\n"), Frame::Error(b"ERR no"));
        assert_eq!(complete(b":-7\r\n"), Frame::Integer(-7));
        assert_eq!(complete(b"$4\r\na\r\nb\r\n"), Frame::Bulk(b"a\r\nb"));
        assert_eq!(complete(b"$0\r\n\r\n"), Frame::Bulk(b""));
        assert_eq!(complete(b"$-1\r\n"), Frame::Nil);
        assert_eq!(complete(b"*-1\r\n"), Frame::Nil);
        let elements = vec![Frame::Bulk(b"0"), Frame::Array(vec![Frame::Nil])];
        assert_eq!(complete(b"*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n"), Frame::Array(elements));
    }

    #[test]
    fn incomplete_frames_wait_for_more() {
        let stream = b"*2\r\n$5\r\nhello\r\n:7\r\n";
        for cut in 0..stream.len() {
            assert!(matches!(parse(&stream[..cut]), Ok(Parsed::Incomplete { missing: 1.. })), "cut at {cut}");
        }
        assert_eq!(parse(b"$100\r\nabc").unwrap(), Parsed::Incomplete { missing: 99 });
    }

    #[test]
    fn each_byte_of_an_array_is_parsed_once() {
        let array = b"*3\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n*-1\r\n";
        for first in 0..array.len() {
            for second in first..array.len() {
                let mut progress = Progress::default();
                assert!(progress.advance(&array[..first]).unwrap() > 0);
                assert!(progress.advance(&array[..second]).unwrap() > 0, "cut at {first} and {second}");
                assert_eq!(progress.advance(array).unwrap(), 0);
            }
        }
        assert!(Progress::default().advance("*1\r\n".repeat(1000).as_bytes()).is_err());
        assert!(Progress::default().advance(b"*1\r\nHTTP\r\n").is_err());
    }

    #[test]
    fn invalid_input_is_rejected_before_it_uses_memory() {
        let deep = "*1\r\n".repeat(1000);
        let endless = format!("+{}", "x".repeat(MAX_LINE + 1));
        let long = format!("{endless}\r\n");
        for garbage in [
            "HTTP/1.1 400 Bad Request\r\n",
            "\r\n",
            "$-2\r\n",
            "$9999999999\r\n",
            "*9999999999\r\n",
            "$1x\r\n",
            ":\r\n",
            "+OK\rX",
            "$2\r\nabc\r\n",
            &deep,
            &endless,
            &long,
        ] {
            assert!(parse(garbage.as_bytes()).is_err(), "{garbage:.20}");
        }
    }
}
