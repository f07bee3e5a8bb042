//! Commands that travel together, encoded once.

use redis::Cmd;

use super::frame::Frame;
use crate::error::{Applied, Error};

/// Takes the replies to a request.
pub trait Sink: Send {
    /// The reply to a command. Mostly they come in the order of the commands; not where one failed early or was sent
    /// again.
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>);

    /// Each command has its reply.
    fn finish(self: Box<Self>);
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
}

/// Encoded commands, in order.
#[derive(Debug, Default)]
pub struct Request {
    pub(super) bytes: Vec<u8>,
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
    pub fn push(&mut self, command: &Cmd, effect: Effect) {
        command.write_packed_command(&mut self.bytes);
        self.commands.push(Command { end: self.bytes.len(), effect });
    }

    /// A command that is answered on that connection or not at all.
    pub fn push_here(&mut self, command: &Cmd, epoch: Epoch) {
        self.push(command, Effect::ReadHere);
        self.here = Some(epoch);
    }

    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
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

    /// Whether a command may be sent on the next connection, after this one was lost.
    pub(super) fn survives(&self, index: usize, sent: bool) -> bool {
        match self.commands[index].effect {
            Effect::Read => true,
            Effect::ReadHere => false,
            Effect::Write => !sent,
        }
    }

    /// Fails each command, none of which was sent.
    pub(super) fn refuse(&self, cause: &Error, sink: &mut dyn Sink) {
        (0..self.len()).for_each(|index| sink.take(index, Err(cause.clone().with_applied(Applied::No))));
    }
}
