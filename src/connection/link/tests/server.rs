//! A scripted server: its connections, and the commands that it executed.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;

use super::reported::Reported;
use crate::sync::locked;
use crate::transport::socket::Wire;

/// What a server does with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Done,
    /// A transient refusal.
    Loading,
    /// A transient refusal by a server that is no longer the master.
    ReadOnly,
    Error,
}

/// How often each command was executed, on all connections.
pub type Done = Arc<Mutex<HashMap<u64, u32>>>;

/// A connection to a server. A command is a name and a number. The reply to an executed command has its number, the
/// number of the connection, and a count.
pub struct Connected {
    number: usize,
    done: Done,
    reported: Reported,
    streams: Mutex<Streams>,
}

struct Streams {
    rng: Rng,
    requests: Vec<u8>,
    replies: Vec<u8>,
    /// Number of bytes.
    received: usize,
    answered: u64,
    is_closed: bool,
}

impl Connected {
    pub fn new(number: usize, done: Done, reported: Reported, seed: u64) -> Arc<Self> {
        let streams = Streams {
            rng: Rng::with_seed(seed),
            requests: Vec::new(),
            replies: Vec::new(),
            received: 0,
            answered: 0,
            is_closed: false,
        };
        Arc::new(Connected { number, done, reported, streams: Mutex::new(streams) })
    }

    /// Processes the next command. Returns whether there was one.
    pub fn serve(&self, verdict: Verdict) -> bool {
        let mut streams = self.streams();
        let Some((token, length)) = next_command(&streams.requests) else { return false };
        streams.requests.drain(..length);
        if streams.rng.u8(..4) == 0 {
            let push = self.reported.push(self.number, streams.answered);
            streams.replies.extend_from_slice(push.as_bytes());
        }
        streams.answered += 1;
        let reply = match verdict {
            Verdict::Done => {
                *self.done.lock().unwrap().entry(token).or_default() += 1;
                format!("+{token} {} {}\r\n", self.number, streams.answered)
            }
            Verdict::Loading => "-LOADING for now\r\n".into(),
            Verdict::ReadOnly => "-READONLY for now\r\n".into(),
            Verdict::Error => "-ERR never\r\n".into(),
        };
        streams.replies.extend_from_slice(reply.as_bytes());
        true
    }

    /// Replies that were sent before can still be read.
    pub fn close(&self) {
        self.streams().is_closed = true;
    }

    pub fn received(&self) -> usize {
        self.streams().received
    }

    fn streams(&self) -> MutexGuard<'_, Streams> {
        locked(self.streams.lock())
    }
}

impl Wire for Connected {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut streams = self.streams();
        if streams.replies.is_empty() {
            return if streams.is_closed { Ok(0) } else { Err(ErrorKind::WouldBlock.into()) };
        }
        let max = streams.replies.len().min(buffer.len());
        let count = streams.rng.usize(1..=max);
        buffer[..count].copy_from_slice(&streams.replies[..count]);
        streams.replies.drain(..count);
        Ok(count)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut streams = self.streams();
        if streams.is_closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        if streams.rng.u8(..8) == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = streams.rng.usize(1..=bytes.len());
        streams.requests.extend_from_slice(&bytes[..count]);
        streams.received += count;
        Ok(count)
    }
}

/// Number and length of the first command, if it is complete: `*2 $4 name $n number`.
pub fn next_command(bytes: &[u8]) -> Option<(u64, usize)> {
    let text = std::str::from_utf8(bytes).expect("commands are ASCII");
    let lines: Vec<&str> = text.splitn(6, "\r\n").collect();
    let [head, size, name, length, token, _] = lines[..] else { return None };
    let whole = [head, size, name, length, token].iter().map(|line| line.len() + 2).sum();
    Some((token.parse().expect("each command has a number"), whole))
}
