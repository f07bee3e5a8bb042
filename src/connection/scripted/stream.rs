//! The bytes that a server received on one connection, and its undelivered replies.

use std::collections::VecDeque;

use crate::connection::pipeline::Pipeline;
use crate::protocol::arguments;

pub struct Stream<R> {
    received: Vec<u8>,
    replies: VecDeque<R>,
}

impl<R> Default for Stream<R> {
    fn default() -> Self {
        Stream { received: Vec::new(), replies: VecDeque::new() }
    }
}

impl<R> Stream<R> {
    /// Receives up to `max` of a pipeline's unsent bytes.
    pub fn receive(&mut self, pipeline: &mut Pipeline, max: usize) {
        let mut taken = 0;
        for piece in pipeline.unsent() {
            let piece = &piece[..piece.len().min(max - taken)];
            self.received.extend_from_slice(piece);
            taken += piece.len();
        }
        pipeline.sent(taken);
    }

    /// The parts of the next command, once it is complete.
    pub fn next_command(&mut self) -> Option<Vec<String>> {
        let length = length_of(&self.received)?;
        let bytes: Vec<u8> = self.received.drain(..length).collect();
        let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
        Some(arguments(&bytes).map(text).collect())
    }

    pub fn reply(&mut self, reply: R) {
        self.replies.push_back(reply);
    }

    pub fn next_reply(&mut self) -> Option<R> {
        self.replies.pop_front()
    }
}

/// Length of the first command, if it is complete.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let line = |at: usize| {
        let end = at + memchr::memchr(b'\n', bytes.get(at..)?)?;
        let number: usize = std::str::from_utf8(&bytes[at + 1..end - 1]).ok()?.parse().ok()?;
        Some((number, end + 1))
    };
    let (parts, mut at) = line(0)?;
    for _ in 0..parts {
        let (length, start) = line(at)?;
        at = start + length + 2;
    }
    (at <= bytes.len()).then_some(at)
}
