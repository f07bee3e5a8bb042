//! Reads replies from a socket.

use std::io::{self, Read};

use super::Frame;
use super::frame::{Parsed, Progress, Version, parse};
use crate::config::login::Credentials;
use crate::error::{Error, Kind};

/// Free space for one read.
const READ_SIZE: usize = 64 * 1024;
/// A buffer that has grown beyond this for a large reply is freed after it.
const KEPT_SIZE: usize = 1024 * 1024;

/// The result of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub bytes: usize,
    /// The buffer was filled, so there may be more data.
    pub is_full: bool,
}

/// The receive buffer and decoder of one connection.
pub struct Replies {
    /// Completely initialised; `start..end` is received but not decoded yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Minimum length of `start..end` for a complete reply.
    needed: usize,
    /// Progress through an incomplete array.
    progress: Option<Progress>,
    version: Version,
    /// Redacted in error replies.
    credentials: Option<Credentials>,
}

impl Replies {
    pub fn new() -> Self {
        Replies {
            buffer: vec![0; READ_SIZE],
            start: 0,
            end: 0,
            needed: 0,
            progress: None,
            version: Version::Resp2,
            credentials: None,
        }
    }

    /// Redacts these credentials in later error replies.
    pub fn redact(&mut self, credentials: &Credentials) {
        self.credentials = Some(credentials.clone());
    }

    /// Decodes what follows as this version of the protocol.
    pub fn set_version(&mut self, version: Version) {
        self.version = version;
    }

    /// Reads once from a non-blocking socket.
    pub fn read_from(&mut self, mut socket: impl Read) -> Result<Received, Error> {
        self.make_room();
        match socket.read(&mut self.buffer[self.end..]) {
            Ok(0) => Err(Error::new(Kind::Connection, "the server closed the connection")),
            Ok(count) => {
                self.end += count;
                Ok(Received { bytes: count, is_full: self.end == self.buffer.len() })
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Ok(Received { bytes: 0, is_full: false })
            }
            Err(error) => Err(Error::from_io("reading from the server failed", &error)),
        }
    }

    /// Passes each complete reply to `take`.
    pub fn decode(&mut self, mut take: impl FnMut(Frame<'_>) -> Result<(), Error>) -> Result<(), Error> {
        while self.end > self.start && self.end - self.start >= self.needed {
            let bytes = &self.buffer[self.start..self.end];
            if let Some(progress) = &mut self.progress {
                match progress.advance(bytes)? {
                    0 => self.progress = None,
                    missing => {
                        self.needed = bytes.len() + missing;
                        continue;
                    }
                }
            }
            match parse(bytes, self.version)? {
                Parsed::Incomplete { missing } => {
                    self.needed = bytes.len() + missing;
                    self.progress = is_aggregate(bytes).then(|| Progress::new(self.version));
                }
                Parsed::Complete(frame, length) => {
                    match (&frame, &self.credentials) {
                        (Frame::Error(line), Some(credentials)) => {
                            take(Frame::Error(&credentials.redacted(line)))?;
                        }
                        _ => take(frame)?,
                    }
                    self.start += length;
                    self.needed = 0;
                }
            }
        }
        Ok(())
    }

    /// Whether a reply is incomplete.
    pub fn has_partial_reply(&self) -> bool {
        self.end > self.start
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if self.buffer.len() > KEPT_SIZE {
                self.buffer = vec![0; READ_SIZE];
            }
        }
        if self.buffer.len() - self.end < READ_SIZE && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.buffer.len() - self.end < READ_SIZE {
            // Doubled, so that a large reply is copied only a few times.
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

/// Whether a frame with elements starts here.
fn is_aggregate(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(b'*' | b'%' | b'~' | b'>'))
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(replies: &mut Replies, bytes: &[u8]) -> Vec<String> {
        for piece in bytes.chunks(READ_SIZE) {
            replies.make_room();
            replies.buffer[replies.end..][..piece.len()].copy_from_slice(piece);
            replies.end += piece.len();
        }
        let mut decoded = Vec::new();
        let taken = replies.decode(|frame| {
            decoded.push(format!("{frame:?}"));
            Ok(())
        });
        taken.unwrap();
        decoded
    }

    #[test]
    fn replies_may_arrive_in_any_parts() {
        let stream = b"+OK\r\n$5\r\nhello\r\n$-1\r\n:7\r\n";
        let all = receive(&mut Replies::new(), stream);
        assert_eq!(all.len(), 4);
        for cut in 0..stream.len() {
            let mut replies = Replies::new();
            let mut decoded = receive(&mut replies, &stream[..cut]);
            decoded.extend(receive(&mut replies, &stream[cut..]));
            assert_eq!(decoded, all, "cut at {cut}");
        }
    }

    #[test]
    fn credentials_are_redacted_in_error_replies() {
        let mut replies = Replies::new();
        let shown = receive(&mut replies, b"-ERR no S3cret-Word\r\n").concat();
        replies.redact(&Credentials { username: None, password: "S3cret-Word".into() });
        let hidden = receive(&mut replies, b"-ERR no S3cret-Word\r\n").concat();
        let of = |line: &[u8]| format!("{:?}", Frame::Error(line));
        assert_eq!(shown, of(b"ERR no S3cret-Word"));
        assert_eq!(hidden, of(b"ERR (its words repeat the login)"));
    }

    #[test]
    fn the_buffer_shrinks_after_a_large_reply() {
        let mut replies = Replies::new();
        let body = "x".repeat(3 * KEPT_SIZE);
        let decoded = receive(&mut replies, format!("${}\r\n{body}\r\n", body.len()).as_bytes());
        assert_eq!(decoded.len(), 1);
        receive(&mut replies, b"+OK\r\n");
        receive(&mut replies, b"+OK\r\n");
        assert_eq!(replies.buffer.len(), READ_SIZE);
    }
}
