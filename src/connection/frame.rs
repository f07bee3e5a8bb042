//! Replies as they stand in the receive buffer (RESP2), without a copy.
//!
//! redis-rs has a decoder too; this one borrows instead of allocating for each reply, and bounds what a server can make
//! it do.

use crate::error::{Error, Kind};

/// Arrays within arrays: SCAN's answer needs two levels.
const DEEPEST: usize = 4;
/// The server's own limit for a string.
const LONGEST: usize = 512 * 1024 * 1024;
/// More elements than any answer asked for here has.
const MOST_ELEMENTS: usize = 1024 * 1024;
/// Longest line without a body: an error message, mostly.
const LONGEST_LINE: usize = 64 * 1024;

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
    /// What an array holds.
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

/// What the start of a buffer holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Parsed<'a> {
    /// A frame, and its length in bytes.
    Whole(Frame<'a>, usize),
    /// At least so many bytes are missing.
    Part { missing: usize },
}

/// Reads one frame from the start of `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, Error> {
    let mut reader = Reader { bytes, at: 0 };
    match reader.frame(0) {
        Ok(frame) => Ok(Parsed::Whole(frame, reader.at)),
        Err(Stop::Missing(missing)) => Ok(Parsed::Part { missing }),
        Err(Stop::Garbage) => Err(Stop::Garbage.into()),
    }
}

impl From<Stop> for Error {
    fn from(_: Stop) -> Self {
        Error::new(
            Kind::Connection,
            "the server does not speak the Redis protocol: is a Redis at this address?",
        )
    }
}

/// How far an array has come that arrives in pieces. To read it from its start with each of them would take time that
/// grows with the square of its length.
#[derive(Debug, Default)]
pub struct Progress {
    at: usize,
    /// Elements still to come, of each array that is open.
    open: Vec<usize>,
}

impl Progress {
    /// Looks at what came since the last time; tells how many bytes are missing at least, 0 when the array is whole.
    pub fn advance(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        loop {
            let mut reader = Reader { bytes, at: self.at };
            match reader.skip() {
                Ok(elements) => {
                    self.at = reader.at;
                    if self.is_whole_after(elements)? {
                        return Ok(0);
                    }
                }
                Err(Stop::Missing(missing)) => return Ok(missing),
                Err(Stop::Garbage) => return Err(Stop::Garbage.into()),
            }
        }
    }

    /// Counts an element; one that is an array with elements opens it.
    fn is_whole_after(&mut self, elements: usize) -> Result<bool, Error> {
        if elements > 0 {
            self.open.push(elements);
            return if self.open.len() > DEEPEST { Err(Stop::Garbage.into()) } else { Ok(false) };
        }
        while let Some(left) = self.open.last_mut() {
            *left -= 1;
            if *left > 0 {
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
    /// Passes a frame, or the head of an array, whose number of elements it tells.
    fn skip(&mut self) -> Result<usize, Stop> {
        let line = self.line()?;
        match line.split_first() {
            Some((b'*', rest)) => length_of(rest, MOST_ELEMENTS).map(Option::unwrap_or_default),
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
            Some(end) if end > LONGEST_LINE => Err(Stop::Garbage),
            Some(end) if end + 1 < rest.len() => {
                self.at += end + 2;
                if rest[end + 1] == b'\n' { Ok(&rest[..end]) } else { Err(Stop::Garbage) }
            }
            None if rest.len() > LONGEST_LINE => Err(Stop::Garbage),
            _ => Err(Stop::Missing(1)),
        }
    }

    fn bulk(&mut self, length: &[u8]) -> Result<Frame<'a>, Stop> {
        let Some(length) = length_of(length, LONGEST)? else { return Ok(Frame::Nil) };
        let rest = &self.bytes[self.at..];
        let whole = length + 2;
        if rest.len() < whole {
            return Err(Stop::Missing(whole - rest.len()));
        }
        if &rest[length..whole] != b"\r\n" {
            return Err(Stop::Garbage);
        }
        self.at += whole;
        Ok(Frame::Bulk(&rest[..length]))
    }

    fn array(&mut self, length: &[u8], depth: usize) -> Result<Frame<'a>, Stop> {
        let Some(length) = length_of(length, MOST_ELEMENTS)? else { return Ok(Frame::Nil) };
        if depth == DEEPEST {
            return Err(Stop::Garbage);
        }
        // Not reserved by what the server claims: only what is really there takes memory.
        let mut elements = Vec::new();
        for _ in 0..length {
            elements.push(self.frame(depth + 1)?);
        }
        Ok(Frame::Array(elements))
    }
}

/// A length, `None` for the -1 that means no value at all.
fn length_of(digits: &[u8], most: usize) -> Result<Option<usize>, Stop> {
    match integer(digits)? {
        -1 => Ok(None),
        length => {
            usize::try_from(length).ok().filter(|length| *length <= most).map(Some).ok_or(Stop::Garbage)
        }
    }
}

fn integer(digits: &[u8]) -> Result<i64, Stop> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Stop::Garbage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Frame<'_> {
        match parse(bytes).unwrap() {
            Parsed::Whole(frame, length) => {
                assert_eq!(length, bytes.len());
                frame
            }
            part => panic!("{part:?}"),
        }
    }

    #[test]
    fn each_kind_of_frame_is_read() {
        assert_eq!(whole(b"+OK\r\n"), Frame::Simple(b"OK"));
        assert_eq!(whole(b"-ERR no\r\n"), Frame::Error(b"ERR no"));
        assert_eq!(whole(b":-7\r\n"), Frame::Integer(-7));
        assert_eq!(whole(b"$4\r\na\r\nb\r\n"), Frame::Bulk(b"a\r\nb"));
        assert_eq!(whole(b"$0\r\n\r\n"), Frame::Bulk(b""));
        assert_eq!(whole(b"$-1\r\n"), Frame::Nil);
        assert_eq!(whole(b"*-1\r\n"), Frame::Nil);
        let elements = vec![Frame::Bulk(b"0"), Frame::Array(vec![Frame::Nil])];
        assert_eq!(whole(b"*2\r\n$1\r\n0\r\n*1\r\n$-1\r\n"), Frame::Array(elements));
    }

    #[test]
    fn what_is_not_whole_waits_for_more() {
        let stream = b"*2\r\n$5\r\nhello\r\n:7\r\n";
        for cut in 0..stream.len() {
            assert!(matches!(parse(&stream[..cut]), Ok(Parsed::Part { missing: 1.. })), "cut at {cut}");
        }
        assert_eq!(parse(b"$100\r\nabc").unwrap(), Parsed::Part { missing: 99 });
    }

    #[test]
    fn an_array_is_looked_at_once_however_it_comes() {
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
    fn what_no_server_sends_is_refused_before_it_takes_memory() {
        let deep = "*1\r\n".repeat(1000);
        let endless = format!("+{}", "x".repeat(LONGEST_LINE + 1));
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
