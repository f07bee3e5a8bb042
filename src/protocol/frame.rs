//! Decodes replies (RESP2 and RESP3) in the receive buffer, without copies.
//!
//! redis-rs has a decoder too. This one borrows instead of allocating for each reply, and limits the memory that a
//! server can make it use.
//!
//! What RESP3 has two forms of is decoded as RESP2 has it: a map is the array of its names and values, a set an array, a
//! boolean an integer, a double or a large number a string. So the meaning of a reply does not depend on the protocol.

mod progress;
mod reader;

pub use self::progress::Progress;
use self::reader::{Reader, Stop};
use crate::error::{Error, Kind, Remedy};

/// Limit of nested arrays, which scripts of the user can return.
const MAX_DEPTH: usize = 128;

/// How a TLS record with an alert starts: its type and the major version.
const TLS_ALERT: [u8; 2] = [0x15, 0x03];

/// The version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    #[default]
    Resp2,
    Resp3,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    Simple(&'a [u8]),
    Error(&'a [u8]),
    Integer(i64),
    Bulk(&'a [u8]),
    Nil,
    Array(Vec<Frame<'a>>),
    /// A message that answers no command (RESP3). Never inside another frame.
    Push(Vec<Frame<'a>>),
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
pub fn parse(bytes: &[u8], version: Version) -> Result<Parsed<'_>, Error> {
    let mut reader = Reader { bytes, at: 0, version };
    match reader.frame(0) {
        Ok(frame) => Ok(Parsed::Complete(frame, reader.at)),
        // An alert has no line end, and may be all that a server sends that expects TLS.
        Err(_) if bytes.starts_with(&TLS_ALERT) => Err(alerted()),
        Err(Stop::Missing(missing)) => Ok(Parsed::Incomplete { missing }),
        Err(stop) => Err(stop.into()),
    }
}

fn alerted() -> Error {
    Error::new(Kind::Connection, "the server answered with a TLS alert").with_remedy(Remedy::UseTls)
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::PushInside => Error::push_inside_reply(),
            _ => Error::new(Kind::Connection, "what the server sent is not the Redis protocol")
                .with_remedy(Remedy::CheckAddress),
        }
    }
}

#[cfg(test)]
pub mod arbitrary;
#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::reader::MAX_LINE;
    use super::*;

    fn complete(bytes: &[u8]) -> Frame<'_> {
        complete_in(bytes, Version::Resp2)
    }

    fn complete_in(bytes: &[u8], version: Version) -> Frame<'_> {
        match parse(bytes, version).unwrap() {
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
    fn the_kinds_of_resp3_are_read_as_resp2_has_them() {
        let complete = |bytes| complete_in(bytes, Version::Resp3);
        assert_eq!(complete(b"_\r\n"), Frame::Nil);
        assert_eq!(complete(b",1.5e3\r\n"), Frame::Bulk(b"1.5e3"));
        assert_eq!(
            complete(b"(123456789012345678901234567890\r\n"),
            Frame::Bulk(b"123456789012345678901234567890")
        );
        assert_eq!(complete(b"#t\r\n"), Frame::Integer(1));
        assert_eq!(complete(b"#f\r\n"), Frame::Integer(0));
        assert_eq!(complete(b"=6\r\ntxt:ok\r\n"), Frame::Bulk(b"ok"));
        assert_eq!(complete(b"!6\r\nERR no\r\n"), Frame::Error(b"ERR no"));
        assert_eq!(complete(b"~1\r\n:1\r\n"), Frame::Array(vec![Frame::Integer(1)]));
        let map = b"%2\r\n+a\r\n:1\r\n+b\r\n_\r\n";
        let pairs = [Frame::Simple(b"a"), Frame::Integer(1), Frame::Simple(b"b"), Frame::Nil];
        assert_eq!(complete(map), Frame::Array(pairs.to_vec()));
    }

    #[test]
    fn a_push_is_a_frame_of_its_own_and_an_error_inside_a_reply() {
        let push = b">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
        let names = Frame::Array(vec![Frame::Bulk(b"k")]);
        assert_eq!(complete_in(push, Version::Resp3), Frame::Push(vec![Frame::Bulk(b"invalidate"), names]));
        let inside = [b"*2\r\n:1\r\n".as_slice(), push].concat();
        assert!(parse(&inside, Version::Resp3).unwrap_err().is_push_inside_reply());
        assert!(Progress::new(Version::Resp3).advance(&inside).unwrap_err().is_push_inside_reply());
        assert!(!parse(b"HTTP\r\n", Version::Resp3).unwrap_err().is_push_inside_reply());
        for resp3 in ["_", ",1", "(1", "#t", "=4\r\ntxt:", "!0\r\n", "~0", "%0", ">0"] {
            let line = format!("{resp3}\r\n");
            assert!(parse(line.as_bytes(), Version::Resp3).is_ok(), "{resp3}");
            assert!(parse(line.as_bytes(), Version::Resp2).is_err(), "{resp3}");
            let inside = format!("*1\r\n{line}");
            assert!(Progress::new(Version::Resp2).advance(inside.as_bytes()).is_err(), "{resp3}");
        }
    }

    #[test]
    fn incomplete_frames_wait_for_more() {
        let stream = b"*2\r\n$5\r\nhello\r\n:7\r\n";
        for cut in 0..stream.len() {
            assert!(
                matches!(parse(&stream[..cut], Version::Resp2), Ok(Parsed::Incomplete { missing: 1.. })),
                "cut at {cut}"
            );
        }
        assert_eq!(parse(b"$100\r\nabc", Version::Resp2).unwrap(), Parsed::Incomplete { missing: 99 });
    }

    #[test]
    fn each_byte_of_an_array_is_parsed_once() {
        let array = b"*3\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n*-1\r\n";
        for first in 0..array.len() {
            for second in first..array.len() {
                let mut progress = Progress::new(Version::Resp2);
                assert!(progress.advance(&array[..first]).unwrap() > 0);
                assert!(progress.advance(&array[..second]).unwrap() > 0, "cut at {first} and {second}");
                assert_eq!(progress.advance(array).unwrap(), 0);
            }
        }
        assert!(Progress::new(Version::Resp2).advance("*1\r\n".repeat(1000).as_bytes()).is_err());
        assert!(Progress::new(Version::Resp2).advance(b"*1\r\nHTTP\r\n").is_err());
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
            "#x\r\n",
            "=3\r\nabc\r\n",
            "%600000000\r\n",
            "|1\r\n",
            ">-1\r\n",
            &deep,
            &endless,
            &long,
        ] {
            assert!(parse(garbage.as_bytes(), Version::Resp3).is_err(), "{garbage:.20}");
        }
    }
}
