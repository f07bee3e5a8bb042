//! Bytes of a socket made into replies.

use std::io;

use super::frame::{Frame, Parsed, Progress, parse};
use super::socket::Socket;
use crate::error::{Error, Kind};

/// Free space for one read.
const READ_SIZE: usize = 64 * 1024;
/// A buffer that grew larger for one large reply is let go after it.
const KEPT_SIZE: usize = 1024 * 1024;

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub bytes: usize,
    /// There may be more: there was no room for it.
    pub is_full: bool,
}

/// Receives and decodes what one connection is sent.
pub struct Replies {
    /// Always initialised as a whole; `start..end` is received and not decoded yet.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Length that `start..end` must reach before it can hold a whole reply.
    wanted: usize,
    /// Of an array that has come in part.
    progress: Option<Progress>,
}

impl Replies {
    pub fn new() -> Self {
        Replies { buffer: vec![0; READ_SIZE], start: 0, end: 0, wanted: 0, progress: None }
    }

    /// Reads once from a socket.
    pub fn read_from(&mut self, socket: &Socket) -> Result<Received, Error> {
        self.make_room();
        match socket.try_read(&mut self.buffer[self.end..]) {
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

    /// Hands over the replies that are complete.
    pub fn decode(&mut self, mut take: impl FnMut(Frame<'_>) -> Result<(), Error>) -> Result<(), Error> {
        while self.end > self.start && self.end - self.start >= self.wanted {
            let bytes = &self.buffer[self.start..self.end];
            if let Some(progress) = &mut self.progress {
                match progress.advance(bytes)? {
                    0 => self.progress = None,
                    missing => {
                        self.wanted = bytes.len() + missing;
                        continue;
                    }
                }
            }
            match parse(bytes)? {
                Parsed::Part { missing } => {
                    self.wanted = bytes.len() + missing;
                    self.progress = bytes.starts_with(b"*").then(Progress::default);
                }
                Parsed::Whole(frame, length) => {
                    take(frame)?;
                    self.start += length;
                    self.wanted = 0;
                }
            }
        }
        Ok(())
    }

    /// Whether a reply has come in part only.
    pub fn has_piece(&self) -> bool {
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
            // Doubled, so that a large reply is not copied over and over.
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }
}

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
    fn replies_may_arrive_in_any_pieces() {
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
    fn a_large_reply_takes_memory_only_while_it_is_there() {
        let mut replies = Replies::new();
        let body = "x".repeat(3 * KEPT_SIZE);
        let decoded = receive(&mut replies, format!("${}\r\n{body}\r\n", body.len()).as_bytes());
        assert_eq!(decoded.len(), 1);
        receive(&mut replies, b"+OK\r\n");
        receive(&mut replies, b"+OK\r\n");
        assert_eq!(replies.buffer.len(), READ_SIZE);
    }
}
