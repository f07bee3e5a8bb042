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
    /// The script that its digest stands for.
    script: Option<&'static Script>,
}

impl Encoded<'_> {
    /// For a server that may not know the script.
    pub fn to_whole(self) -> Vec<u8> {
        let Some(script) = self.script else { return self.bytes.to_vec() };
        let head = memchr::memchr(b'\n', self.bytes).map_or(0, |end| end + 1);
        let mut whole = self.bytes[..head].to_vec();
        push_string(&mut whole, b"EVAL");
        push_string(&mut whole, script.source.as_bytes());
        whole.extend_from_slice(&self.bytes[head + DIGEST_CALL..]);
        whole
    }
}

/// What a server runs in one step.
#[derive(Debug)]
pub struct Script {
    pub source: String,
    /// SHA-1 of the source, by which a server knows a script that it has run.
    pub digest: String,
}

/// Bytes of `EVALSHA` and a digest, encoded.
const DIGEST_CALL: usize = "$7\r\nEVALSHA\r\n$40\r\n\r\n".len() + 40;

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
    /// Scripts that are in it as a whole.
    scripts: Vec<&'static Script>,
    /// Commands with a digest, in order.
    by_digest: Vec<(usize, &'static Script)>,
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
        let (bytes, commands) = (Vec::with_capacity(bytes), Vec::with_capacity(commands));
        Request { bytes, commands, ..Request::default() }
    }

    /// A command by its name and arguments.
    pub fn push(&mut self, parts: &[&[u8]], effect: Effect) {
        encode(&mut self.bytes, parts);
        self.commands.push(Command { end: self.bytes.len(), effect });
    }

    /// A script with keys and arguments. The first time as a whole, then by its digest: what is behind it on the same
    /// connection finds it known; see [`Request::with_script`] for where it is not.
    pub fn push_script(
        &mut self,
        script: &'static Script,
        keys: &[&[u8]],
        arguments: &[&[u8]],
        effect: Effect,
    ) {
        let count = keys.len().to_string();
        let is_known = self.scripts.iter().any(|known| std::ptr::eq(*known, script));
        let (name, text) = if is_known { ("EVALSHA", &script.digest) } else { ("EVAL", &script.source) };
        if is_known {
            self.by_digest.push((self.len(), script));
        } else {
            self.scripts.push(script);
        }
        let head = [name.as_bytes(), text.as_bytes(), count.as_bytes()];
        self.push(&[&head, keys, arguments].concat(), effect);
    }

    /// A command that is encoded already.
    pub fn push_encoded(&mut self, bytes: &[u8], effect: Effect) {
        self.bytes.extend_from_slice(bytes);
        self.commands.push(Command { end: self.bytes.len(), effect });
    }

    /// A command that is answered on that connection or not at all.
    pub fn push_here(&mut self, parts: &[&[u8]], epoch: Epoch) {
        self.push(parts, Effect::ReadHere);
        self.here = Some(epoch);
    }

    /// Where its commands end, and nothing else.
    pub(super) fn without_bytes(&self) -> Self {
        Request { commands: self.commands.clone(), here: self.here, ..Request::default() }
    }

    /// One command alone, under its number, with its script as a whole.
    pub(super) fn with_script(&self, index: usize) -> Self {
        let bytes = self.command(index).to_whole();
        let mut commands = vec![Command { end: 0, effect: Effect::Read }; index];
        commands.push(Command { end: bytes.len(), effect: self.commands[index].effect });
        Request { bytes, commands, here: self.here, ..Request::default() }
    }

    pub fn len(&self) -> usize {
        self.commands.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    pub(super) fn command(&self, index: usize) -> Encoded<'_> {
        let bytes = self.bytes.get(self.start_of(index)..self.end_of(index)).unwrap_or_default();
        let script = self.by_digest.binary_search_by_key(&index, |(of, _)| *of);
        let script = script.ok().map(|position| self.by_digest[position].1);
        Encoded { bytes, effect: self.commands[index].effect, script }
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
    push_length(out, b'*', parts.len());
    for part in parts {
        push_string(out, part);
    }
}

fn push_string(out: &mut Vec<u8>, part: &[u8]) {
    push_length(out, b'$', part.len());
    out.extend_from_slice(part);
    out.extend_from_slice(b"\r\n");
}

fn push_length(out: &mut Vec<u8>, kind: u8, length: usize) {
    out.push(kind);
    out.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    out.extend_from_slice(b"\r\n");
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

    #[test]
    fn a_script_is_sent_once_and_can_be_sent_again() {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script { source: "return 1".into(), digest: "d".repeat(40) });
        let mut request = Request::default();
        for key in [b"a", b"b"] {
            request.push_script(&SCRIPT, &[key], &[b"x"], Effect::Write);
        }
        let whole = |key: &str| {
            format!("*5\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$1\r\n{key}\r\n$1\r\nx\r\n")
        };
        assert_eq!(request.command(0).bytes, whole("a").as_bytes());
        let digest = format!("*5\r\n$7\r\nEVALSHA\r\n$40\r\n{}\r\n$1\r\n1\r\n", "d".repeat(40));
        assert!(request.command(1).bytes.starts_with(digest.as_bytes()));
        assert_eq!(request.command(1).to_whole(), whole("b").as_bytes());
        let again = request.with_script(1);
        assert_eq!((again.start_of(1), again.command(1).bytes), (0, whole("b").as_bytes()));
    }
}
