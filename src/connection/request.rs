//! Commands that travel together, encoded once.

use super::frame::Frame;
use crate::error::{Applied, Error};

/// Takes the replies to a request.
pub trait Sink: Send {
    /// The reply to a command. Mostly they come in the order of the commands; not where one failed early or was sent
    /// again.
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>);

    /// A command that was not carried out, for the reason given; whether the sink has it carried out elsewhere. Then it
    /// counts as answered.
    fn take_back(&mut self, _index: usize, _command: Encoded<'_>, _why: &Error) -> bool {
        false
    }

    /// Each command has its reply.
    fn finish(self: Box<Self>);
}

/// A command as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Encoded<'a> {
    pub bytes: &'a [u8],
    pub effect: Effect,
}

/// What sending a command a second time would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: it may be repeated.
    Read,
    /// None, but its answer means something only next to the earlier ones of the same connection.
    ReadHere,
    /// It could overwrite what others wrote since: never repeated once sent.
    Write,
    /// None, but its answer is about the commands before it in its request: sent with all of them or not at all.
    Confirms,
}

/// Encoded commands, in order.
#[derive(Debug, Default)]
pub struct Request {
    pub bytes: Vec<u8>,
    commands: Vec<Command>,
    /// The connection that its [`Effect::ReadHere`] commands are for.
    pub(super) here: Option<Epoch>,
}

/// Tells one connection from the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Epoch(u64);

impl Epoch {
    pub(super) fn next(self) -> Self {
        Epoch(self.0 + 1)
    }
}

#[derive(Clone, Copy, Debug)]
struct Command {
    /// Offset behind its last byte.
    end: usize,
    effect: Effect,
}

impl Request {
    /// Has room for so many commands of so many bytes in all.
    pub fn with_capacity(commands: usize, bytes: usize) -> Self {
        Request { bytes: Vec::with_capacity(bytes), commands: Vec::with_capacity(commands), here: None }
    }

    /// A command by its name and arguments.
    pub fn push(&mut self, parts: &[&[u8]], effect: Effect) {
        encode(&mut self.bytes, parts);
        self.commands.push(Command { end: self.bytes.len(), effect });
    }

    /// A command that is encoded already.
    pub fn push_encoded(&mut self, command: Encoded<'_>) {
        self.bytes.extend_from_slice(command.bytes);
        self.commands.push(Command { end: self.bytes.len(), effect: command.effect });
    }

    /// A command that is answered on that connection or not at all.
    pub fn push_here(&mut self, parts: &[&[u8]], epoch: Epoch) {
        self.push(parts, Effect::ReadHere);
        self.here = Some(epoch);
    }

    /// Where its commands end, and nothing else.
    pub(super) fn without_bytes(&self) -> Self {
        Request { bytes: Vec::new(), commands: self.commands.clone(), here: self.here }
    }

    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub(super) fn command(&self, index: usize) -> Encoded<'_> {
        let bytes = self.bytes.get(self.start_of(index)..self.end_of(index)).unwrap_or_default();
        Encoded { bytes, effect: self.commands[index].effect }
    }

    pub(super) fn start_of(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.end_of(index - 1) }
    }

    pub(super) fn end_of(&self, index: usize) -> usize {
        self.commands[index].end
    }

    /// Index of the first command that `sent` bytes do not contain even in part.
    pub(super) fn first_untouched(&self, sent: usize) -> usize {
        if sent == 0 { 0 } else { self.commands.partition_point(|command| command.end < sent) + 1 }
    }

    /// Whether a command may be sent on the next connection, after this one was lost. `begun`: some of the request was sent.
    pub(super) fn survives(&self, index: usize, sent: bool, begun: bool) -> bool {
        match self.commands[index].effect {
            Effect::Read => true,
            Effect::ReadHere => false,
            Effect::Write => !sent,
            Effect::Confirms => !begun,
        }
    }

    /// Fails each command, none of which was sent, unless the sink takes it back.
    pub(super) fn refuse(&self, cause: &Error, sink: &mut dyn Sink) {
        for index in 0..self.len() {
            if !sink.take_back(index, self.command(index), cause) {
                sink.take(index, Err(cause.clone().with_applied(Applied::No)));
            }
        }
    }
}

/// Adds a command as the server wants it: an array of strings. redis-rs' `Cmd` would copy each argument twice.
pub(super) fn encode(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let mut digits = itoa::Buffer::new();
    let mut push_length = |out: &mut Vec<u8>, kind: u8, length: usize| {
        out.push(kind);
        out.extend_from_slice(digits.format(length).as_bytes());
        out.extend_from_slice(b"\r\n");
    };
    push_length(out, b'*', parts.len());
    for part in parts {
        push_length(out, b'$', part.len());
        out.extend_from_slice(part);
        out.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_an_array_of_strings() {
        let mut request = Request::default();
        request.push(&[b"SET", "é".as_bytes(), b""], Effect::Write);
        request.push(&[b"PING"], Effect::Read);
        assert_eq!(request.bytes, "*3\r\n$3\r\nSET\r\n$2\r\né\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n".as_bytes());
        assert_eq!((request.len(), request.start_of(1)), (2, request.end_of(0)));
    }
}
