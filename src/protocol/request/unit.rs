//! Units: several server commands that are sent, answered and repeated as one.
//!
//! A unit that writes is a transaction, `MULTI` to `EXEC`. A unit that reads ends with the command that returns the value; the
//! integer that a command before it returns is passed on with the value.

use super::{Effect, Encoded, Request, arguments, encode};
use crate::protocol::Frame;

/// The command in a transaction that removes entries with their members of an index.
const REMOVE_MEMBERS: &[u8] = b"ZREM";

impl Request {
    /// Adds commands as one unit.
    pub fn push_unit(&mut self, commands: &[&[&[u8]]], effect: Effect) {
        commands.iter().for_each(|parts| encode(&mut self.bytes, parts));
        self.end_command(effect, false);
        if let Some(unit) = self.commands.last_mut() {
            unit.replies = commands.len() as u16;
        }
    }

    /// For a transaction that removes entries: a request with the removal alone, at the same index and with its WAIT. The members
    /// stay in the index, as those of entries that expire do. `None` for other commands.
    pub fn removal_alone(&self, index: usize) -> Option<Self> {
        if self.replies(index) == 1 || self.effect(index) != Effect::Write || self.is_users(index) {
            return None;
        }
        let mut parts = commands(self.command(index).bytes).skip(1);
        let is_removal = arguments(parts.next()?).next() == Some(REMOVE_MEMBERS);
        let removal = parts.next().filter(|_| is_removal)?;
        Some(self.command_as(index, removal))
    }

    /// Number of replies to a command; more than one for a unit.
    pub fn replies(&self, index: usize) -> u16 {
        self.commands[index].replies
    }
}

impl<'a> Encoded<'a> {
    /// The command as it is sent to another node. Of a unit that reads only the last command: the others concern the connection.
    pub fn for_other_node(self) -> Self {
        if self.replies == 1 || self.effect == Effect::Write || self.is_users {
            return self;
        }
        let last = commands(self.bytes).last().unwrap_or(self.bytes);
        Encoded { bytes: last, replies: 1, ..self }
    }
}

/// The complete commands in encoded bytes.
pub fn commands(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = command_length(bytes)?;
        let (command, rest) = bytes.split_at(length);
        bytes = rest;
        Some(command)
    })
}

/// Length of the first command, if it is complete.
fn command_length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    let parts = super::take_length(&mut rest)?;
    for _ in 0..parts {
        let length = super::take_length(&mut rest)?;
        rest = rest.get(length + b"\r\n".len()..)?;
    }
    Some(bytes.len() - rest.len())
}

/// The replies to the commands of a unit before its last one.
#[derive(Debug, Default)]
pub struct EarlierReplies {
    pub count: u16,
    /// The last reply that is an integer.
    integer: Option<i64>,
    /// The first error.
    error: Option<Box<[u8]>>,
    /// The error is the reply to the first command.
    is_refused_at_start: bool,
}

impl EarlierReplies {
    pub fn record(&mut self, reply: &Frame<'_>) {
        match reply {
            Frame::Integer(integer) => self.integer = Some(*integer),
            Frame::Error(line) if self.error.is_none() => {
                self.error = Some((*line).into());
                self.is_refused_at_start = self.count == 0;
            }
            _ => {}
        }
        self.count += 1;
    }

    /// The reply to the unit. Of a transaction: the first error, else the last reply. Of one that reads: the last reply, in an
    /// array after the integer; alone if it is an error, an earlier command failed, or the connection does not track.
    pub fn complete<'a>(&'a self, effect: Effect, is_tracked: bool, last: Frame<'a>) -> Frame<'a> {
        match (&self.error, self.integer) {
            (Some(line), _) if self.is_why_exec_refuses(&last) => Frame::Error(line),
            (Some(line), _) if effect == Effect::Write => Frame::Error(line),
            (None, Some(integer))
                if effect != Effect::Write && is_tracked && !matches!(last, Frame::Error(_)) =>
            {
                Frame::Array(vec![Frame::Integer(integer), last])
            }
            _ => last,
        }
    }

    /// EXEC refuses what was refused before: with EXECABORT after a command, with an error without a word of its own after MULTI.
    fn is_why_exec_refuses(&self, last: &Frame<'_>) -> bool {
        let Frame::Error(line) = last else { return false };
        line.starts_with(b"EXEC") || (self.is_refused_at_start && line.starts_with(b"ERR EXEC without MULTI"))
    }

    /// Whether writes of the unit may have been executed although it failed: without its MULTI they run on their own.
    pub fn may_be_executed(&self, effect: Effect) -> bool {
        effect == Effect::Write && self.is_refused_at_start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Request {
        let mut request = Request::default();
        request
            .push_unit(&[&[b"CLIENT", b"CACHING", b"YES"], &[b"PTTL", b"k"], &[b"GET", b"k"]], Effect::Read);
        request
    }

    #[test]
    fn commands_are_split_where_they_end() {
        let request = unit();
        let found: Vec<_> = commands(&request.bytes).map(<[u8]>::len).collect();
        assert_eq!(found.iter().sum::<usize>(), request.bytes.len());
        assert_eq!(found.len(), 3);
        for cut in 0..request.bytes.len() {
            let complete = commands(&request.bytes[..cut]).map(<[u8]>::len).collect::<Vec<_>>();
            assert!(found.starts_with(&complete) && complete.len() < 3, "cut at {cut}");
        }
    }

    #[test]
    fn another_node_receives_only_the_read() {
        let request = unit();
        let read = request.command(0).for_other_node();
        assert_eq!((read.bytes, read.replies), (&b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"[..], 1));
        let mut transaction = Request::default();
        transaction.push_unit(&[&[b"MULTI"], &[b"SET", b"k", b"1"], &[b"EXEC"]], Effect::Write);
        let whole = transaction.command(0).for_other_node();
        assert_eq!((whole.bytes, whole.replies), (&transaction.bytes[..], 3));
    }

    #[test]
    fn only_a_removal_can_run_without_its_index() {
        let mut request = Request::default();
        request.push(&[b"PING"], Effect::Read);
        for of_index in [&[b"ZREM" as &[u8], b"i", b"k"] as &[&[u8]], &[b"ZADD", b"i", b"0", b"k"]] {
            request.push_unit(&[&[b"MULTI"], of_index, &[b"GETDEL", b"k"], &[b"EXEC"]], Effect::Write);
        }
        request.push(&[b"WAIT", b"1", b"9"], Effect::Confirms);
        let alone = request.removal_alone(1).unwrap();
        let removal = alone.command(1);
        assert_eq!((removal.bytes, removal.replies), (&b"*2\r\n$6\r\nGETDEL\r\n$1\r\nk\r\n"[..], 1));
        assert_eq!(alone.command(alone.confirms().unwrap()).bytes, request.command(3).bytes);
        assert!([0, 2, 3].iter().all(|index| request.removal_alone(*index).is_none()));
        assert!(alone.removal_alone(1).is_none() && self::unit().removal_alone(0).is_none());
    }

    #[test]
    fn the_reply_to_a_unit_is_made_of_all_replies() {
        let of = |earlier: &[Frame<'static>], effect, last: Frame<'static>| {
            let mut replies = EarlierReplies::default();
            earlier.iter().for_each(|reply| replies.record(reply));
            format!("{:?}", replies.complete(effect, true, last))
        };
        let shown = |frame: Frame<'_>| format!("{frame:?}");
        let (ok, value) = (Frame::Simple(b"OK"), Frame::Bulk(b"1"));
        let read = |first: Frame<'static>, ttl: Frame<'static>, last: Frame<'static>| {
            of(&[first, ttl], Effect::Read, last)
        };
        let pair = Frame::Array(vec![Frame::Integer(-1), value.clone()]);
        assert_eq!(read(ok.clone(), Frame::Integer(-1), value.clone()), shown(pair));
        assert_eq!(read(Frame::Error(b"no"), Frame::Integer(-1), value.clone()), shown(value.clone()));
        let mut untracked = EarlierReplies::default();
        untracked.record(&Frame::Integer(-1));
        assert_eq!(untracked.complete(Effect::Read, false, value.clone()), value);
        let moved = Frame::Error(b"MOVED 1 :1");
        assert_eq!(read(ok.clone(), Frame::Integer(-2), moved.clone()), shown(moved.clone()));
        let queued = Frame::Simple(b"QUEUED");
        let done = Frame::Array(vec![Frame::Integer(1), ok.clone()]);
        let write = |second, last| of(&[ok.clone(), second], Effect::Write, last);
        assert_eq!(write(queued, done.clone()), shown(done));
        assert_eq!(write(moved.clone(), Frame::Error(b"EXECABORT")), shown(moved.clone()));
        let without_multi = Frame::Error(b"ERR EXEC without MULTI");
        assert_eq!(of(&[moved.clone(), ok], Effect::Read, without_multi), shown(moved));
    }
}
