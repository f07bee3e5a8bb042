//! The commands of one batch for one connection, encoded once.

mod scripts;
mod unit;
mod users;

use super::Frame;
use crate::error::Error;

pub use self::scripts::Script;
pub use self::unit::{EarlierReplies, commands};

/// Receives the replies to a request.
pub trait Sink: Send {
    /// The reply to one command. Replies can arrive in any order, for example if a command was retried.
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>);

    /// Whether the sink redirects a command that was not executed, for the given reason.
    fn can_redirect(&self, _index: usize, _why: &Error) -> bool {
        false
    }

    /// Receives a command that was not executed. Returns whether the sink redirects it; then it receives no reply here.
    fn redirect(&mut self, _index: usize, _command: Encoded<'_>, _why: &Error) -> bool {
        false
    }

    /// Called after the replies to all commands.
    fn finish(self: Box<Self>);
}

/// The position of a command in the order of all commands of a store.
pub type Age = u64;

/// An encoded command.
#[derive(Clone, Copy, Debug)]
pub struct Encoded<'a> {
    pub bytes: &'a [u8],
    pub effect: Effect,
    pub age: Age,
    /// Number of replies; more than one for a unit.
    pub replies: u16,
    /// It is a command of the user.
    pub is_users: bool,
    /// The script of its digest.
    script: Option<&'static Script>,
}

impl<'a> Encoded<'a> {
    /// A command that is sent again.
    pub fn again(bytes: &'a [u8], effect: Effect, age: Age, replies: u16, is_users: bool) -> Self {
        Encoded { bytes, effect, age, replies, is_users, script: None }
    }
}

/// Whether a command may be sent a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Yes.
    Read,
    /// Only on the same connection: a step of a scan.
    ReadHere,
    /// Not once it is sent completely: it could overwrite newer writes.
    Write,
    /// Only together with the commands before it in the request: WAIT.
    Confirms,
}

/// Encoded commands, in order.
#[derive(Debug, Default)]
pub struct Request {
    pub bytes: Vec<u8>,
    commands: Vec<Command>,
    /// The connection of its [`Effect::ReadHere`] commands.
    pub here: Option<Generation>,
    /// Its commands are reads that other servers serve too: without a connection they go back to their sink.
    pub is_returnable: bool,
    /// The age of the first command; the others follow.
    first_age: Age,
    /// The ages of commands that are older than the request.
    ages: Vec<Age>,
    /// Commands with the source of a script, in order.
    with_source: Vec<(usize, &'static Script)>,
    /// Commands with the digest of a script, in order.
    by_digest: Vec<(usize, &'static Script)>,
}

/// The number of a connection; see DESIGN.md.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation(u64);

impl Generation {
    pub fn next(self) -> Self {
        Generation(self.0 + 1)
    }
}

#[derive(Clone, Copy, Debug)]
struct Command {
    /// Offset after its last byte.
    end: usize,
    effect: Effect,
    /// Preceded by ASKING, which has a reply of its own.
    is_asking: bool,
    /// It is a command of the user.
    is_users: bool,
    /// Number of its replies; more than one for a unit.
    replies: u16,
}

/// Has a node accept the next command on a slot that it imports.
const ASKING: &[u8] = b"*1\r\n$6\r\nASKING\r\n";

impl Request {
    pub fn with_capacity(commands: usize, bytes: usize) -> Self {
        let (bytes, commands) = (Vec::with_capacity(bytes), Vec::with_capacity(commands));
        Request { bytes, commands, ..Request::default() }
    }

    /// Adds a command. `parts`: its name and arguments.
    pub fn push(&mut self, parts: &[&[u8]], effect: Effect) {
        encode(&mut self.bytes, parts);
        self.end_command(effect, false);
    }

    fn end_command(&mut self, effect: Effect, is_asking: bool) {
        self.commands.push(Command { end: self.bytes.len(), effect, is_asking, is_users: false, replies: 1 });
    }

    /// Adds a command that is encoded and has an age already.
    pub fn push_again(&mut self, command: Encoded<'_>, is_asking: bool) {
        if is_asking {
            self.bytes.extend_from_slice(ASKING);
        }
        self.bytes.extend_from_slice(command.bytes);
        let (end, Encoded { effect, replies, age, is_users, .. }) = (self.bytes.len(), command);
        self.commands.push(Command { end, effect, is_asking, is_users, replies });
        self.ages.push(age);
    }

    /// Adds a command that is only valid on one connection.
    pub fn push_here(&mut self, parts: &[&[u8]], generation: Generation) {
        self.push(parts, Effect::ReadHere);
        self.here = Some(generation);
    }

    /// A copy that keeps only the positions and ages of the commands.
    pub fn without_bytes(&self) -> Self {
        let (commands, ages) = (self.commands.clone(), self.ages.clone());
        Request { commands, here: self.here, first_age: self.first_age, ages, ..Request::default() }
    }

    /// A request with other bytes for one command, which has the same index, and with its WAIT.
    fn command_as(&self, index: usize, bytes: &[u8]) -> Self {
        let (first_age, ages) = (self.first_age, self.ages.clone());
        let mut again = Request { here: self.here, first_age, ages, ..Request::default() };
        again.push_at(index, bytes, self.effect(index));
        again.commands[index].is_users = self.is_users(index);
        if let Some(confirms) = self.confirms() {
            again.push_at(confirms, self.command(confirms).bytes, Effect::Confirms);
        }
        again
    }

    /// Adds a command at `index`, after empty ones.
    fn push_at(&mut self, index: usize, bytes: &[u8], effect: Effect) {
        let end = self.bytes.len();
        let empty = Command { end, effect: Effect::Read, is_asking: false, is_users: false, replies: 1 };
        self.commands.resize(index, empty);
        self.bytes.extend_from_slice(bytes);
        self.end_command(effect, false);
    }

    /// The index of the WAIT, if there is one.
    pub fn confirms(&self) -> Option<usize> {
        let last = self.commands.last()?;
        (last.effect == Effect::Confirms).then(|| self.len() - 1)
    }

    /// Sets the ages of the commands, except those that have ages already.
    pub fn set_ages(&mut self, first: Age) {
        self.first_age = first;
    }

    pub fn age(&self, index: usize) -> Age {
        self.ages.get(index).copied().unwrap_or(self.first_age + index as Age)
    }

    pub fn effect(&self, index: usize) -> Effect {
        self.commands[index].effect
    }

    pub fn is_asking(&self, index: usize) -> bool {
        self.commands[index].is_asking
    }

    /// Offset of a command, after the ASKING.
    pub fn first_byte_of(&self, index: usize) -> usize {
        self.start_of(index) + if self.is_asking(index) { ASKING.len() } else { 0 }
    }

    /// Whether the first `sent` bytes contain the ASKING before a command.
    pub fn is_asking_sent(&self, index: usize, sent: usize) -> bool {
        self.is_asking(index) && self.first_byte_of(index) <= sent
    }

    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub fn command(&self, index: usize) -> Encoded<'_> {
        let bytes = self.bytes.get(self.first_byte_of(index)..self.end_of(index)).unwrap_or_default();
        let script = self.script_by_digest(index);
        let (effect, age, replies) = (self.effect(index), self.age(index), self.replies(index));
        Encoded { bytes, effect, age, replies, is_users: self.is_users(index), script }
    }

    pub fn start_of(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.end_of(index - 1) }
    }

    pub fn end_of(&self, index: usize) -> usize {
        self.commands[index].end
    }

    /// Index of the first command of which the first `sent` bytes contain nothing.
    pub fn first_unsent(&self, sent: usize) -> usize {
        if sent == 0 { 0 } else { self.commands.partition_point(|command| command.end < sent) + 1 }
    }

    /// Whether a command may be sent on the next connection after a loss. `begun`: the first command was sent.
    pub fn can_requeue(&self, index: usize, sent: bool, begun: bool) -> bool {
        match self.commands[index].effect {
            Effect::Read => true,
            Effect::ReadHere => false,
            Effect::Write => !sent,
            Effect::Confirms => !begun,
        }
    }
}

/// Encodes a command: an array of strings. `Cmd` of redis-rs would copy each argument twice.
pub fn encode(out: &mut Vec<u8>, parts: &[impl AsRef<[u8]>]) {
    push_length(out, b'*', parts.len());
    for part in parts {
        push_string(out, part.as_ref());
    }
}

fn push_string(out: &mut Vec<u8>, part: &[u8]) {
    push_length(out, b'$', part.len());
    out.extend_from_slice(part);
    out.extend_from_slice(b"\r\n");
}

fn push_length(out: &mut Vec<u8>, kind: u8, length: usize) {
    // Most names and many arguments are short.
    if length < 10 {
        return out.extend_from_slice(&[kind, b'0' + length as u8, b'\r', b'\n']);
    }
    out.push(kind);
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// The parts of an encoded command.
pub fn arguments(mut command: &[u8]) -> impl Iterator<Item = &[u8]> {
    // Skip the number of parts.
    let _ = take_length(&mut command);
    std::iter::from_fn(move || {
        let length = take_length(&mut command)?;
        let part = command.get(..length)?;
        command = command.get(length + b"\r\n".len()..)?;
        Some(part)
    })
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'\n', rest)?;
    let digits = rest.get(1..end.checked_sub(1)?)?;
    *rest = &rest[end + 1..];
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
