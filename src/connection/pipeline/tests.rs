use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::*;
use crate::error::Applied;
use crate::protocol::{Effect, Script};

/// Requests as letters: `r` reads, `o` reads on this connection only, `w` writes.
fn request(effects: &str) -> Request {
    let mut request = Request::default();
    for effect in effects.chars() {
        match effect {
            'r' => request.push(&[b"GET", b"k"], Effect::Read),
            'o' => request.push(&[b"SCAN"], Effect::ReadHere),
            _ => request.push(&[b"SET", b"k"], Effect::Write),
        }
    }
    request
}

/// A reply as text, so that it outlives the receive buffer.
type Reply = Result<String, Error>;

/// Passes the replies on when all commands are settled.
struct Collect {
    replies: Vec<Option<Reply>>,
    done: Sender<Vec<Reply>>,
}

impl Sink for Collect {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let settled_before = self.replies[index].replace(reply.map(text));
        assert!(settled_before.is_none(), "settled twice: {settled_before:?}");
    }

    fn finish(self: Box<Self>) {
        let replies = self.replies.into_iter().map(Option::unwrap).collect();
        drop(self.done.send(replies));
    }
}

struct Fixture {
    pipeline: Pipeline,
    now: Instant,
}

impl Fixture {
    fn new() -> Self {
        Fixture { pipeline: Pipeline::new(Arc::default()), now: Instant::now() }
    }

    /// Queues a request whose deadline is in `seconds`.
    fn push(&mut self, effects: &str, seconds: u64) -> Receiver<Vec<Reply>> {
        let (done, replies) = channel();
        let deadline = self.now + Duration::from_secs(seconds);
        let sink = Collect { replies: vec![None; effects.len()], done };
        self.pipeline.push(request(effects), deadline, Box::new(sink));
        replies
    }

    fn unsent(&mut self) -> String {
        self.pipeline.unsent().map(String::from_utf8_lossy).collect()
    }

    /// Names of the unsent commands.
    fn unsent_names(&mut self) -> Vec<String> {
        let is_name = |part: &&str| ["GET", "SCAN", "SET"].contains(part);
        self.unsent().split("\r\n").filter(is_name).map(str::to_owned).collect()
    }

    fn send_all(&mut self) {
        let all = self.unsent().len();
        self.pipeline.sent(all);
    }

    fn answer(&mut self, frame: Frame<'_>) {
        self.pipeline.answer(frame).unwrap();
        self.settle();
    }

    fn disconnect(&mut self) {
        self.pipeline.on_disconnect(&Error::new(Kind::Connection, "gone"));
        self.settle();
    }

    fn expire(&mut self, seconds: u64) -> Option<Instant> {
        self.pipeline
            .expire(self.now + Duration::from_secs(seconds), &Error::new(Kind::CommandTimeout, "overdue"));
        self.settle();
        self.pipeline.next_deadline()
    }

    fn settle(&mut self) {
        self.pipeline.take_completed().into_iter().for_each(Sink::finish);
    }
}

fn text(frame: Frame<'_>) -> String {
    format!("{frame:?}")
}

fn texts(replies: Receiver<Vec<Reply>>) -> Vec<String> {
    replies.try_recv().unwrap().into_iter().map(Result::unwrap).collect()
}

/// Kind and `applied` of a failure.
fn failure(reply: &Reply) -> (Kind, Option<Applied>) {
    let error = reply.as_ref().unwrap_err();
    (error.kind, error.applied)
}

#[test]
fn replies_belong_to_the_commands_in_order() {
    let mut fixture = Fixture::new();
    let first = fixture.push("wr", 5);
    let second = fixture.push("r", 5);
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    assert!(first.try_recv().is_err(), "settled before all its commands are answered");
    fixture.answer(Frame::Nil);
    fixture.answer(Frame::Integer(3));
    assert_eq!(texts(first), [text(Frame::Simple(b"OK")), text(Frame::Nil)]);
    assert_eq!(texts(second), [text(Frame::Integer(3))]);
    assert!(fixture.pipeline.is_empty() && fixture.unsent().is_empty());
}

#[test]
fn an_unexpected_reply_is_an_error() {
    let mut fixture = Fixture::new();
    assert!(fixture.pipeline.answer(Frame::Simple(b"OK")).is_err());
    fixture.push("r", 5);
    assert!(fixture.pipeline.answer(Frame::Simple(b"OK")).is_err(), "nothing was sent yet");
}

#[test]
fn a_request_that_is_sent_in_parts_is_answered_in_parts() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("rrr", 5);
    let third = fixture.unsent().len() / 3;
    fixture.pipeline.sent(third + 1);
    fixture.answer(Frame::Integer(1));
    assert!(fixture.pipeline.answer(Frame::Integer(2)).is_err(), "the second is not sent to its end");
    fixture.send_all();
    fixture.answer(Frame::Integer(2));
    fixture.answer(Frame::Integer(3));
    assert_eq!(replies.try_recv().unwrap().len(), 3);
}

#[test]
fn after_a_disconnect_reads_are_sent_again_and_writes_are_not() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("wrwr", 5);
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    fixture.disconnect();
    assert_eq!(fixture.unsent_names(), ["GET", "GET"]);
    fixture.send_all();
    fixture.answer(Frame::Nil);
    fixture.answer(Frame::Nil);
    let replies = replies.try_recv().unwrap();
    assert_eq!(replies[0].as_ref().unwrap(), &text(Frame::Simple(b"OK")));
    assert_eq!(failure(&replies[2]), (Kind::Connection, Some(Applied::Unknown)));
    assert!(replies[1].is_ok() && replies[3].is_ok());
}

#[test]
fn an_unsent_write_is_sent_on_the_next_connection() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("ww", 5);
    let all = fixture.unsent();
    fixture.pipeline.sent(all.len() - 1);
    fixture.disconnect();
    assert_eq!(fixture.unsent(), all[all.len() / 2..], "the second write, from its first byte");
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    let replies = replies.try_recv().unwrap();
    assert_eq!(failure(&replies[0]).1, Some(Applied::Unknown));
    assert!(replies[1].is_ok());
}

#[test]
fn a_scan_is_not_continued_on_another_connection() {
    let mut fixture = Fixture::new();
    let sent = fixture.push("or", 5);
    fixture.send_all();
    let unsent = fixture.push("o", 5);
    fixture.disconnect();
    assert_eq!(failure(&unsent.try_recv().unwrap()[0]), (Kind::Connection, Some(Applied::Unknown)));
    assert_eq!(fixture.unsent_names(), ["GET"]);
    fixture.send_all();
    fixture.answer(Frame::Nil);
    assert_eq!(failure(&sent.try_recv().unwrap()[0]), (Kind::Connection, Some(Applied::Unknown)));
}

#[test]
fn an_overdue_unsent_command_is_never_sent() {
    let mut fixture = Fixture::new();
    let first = fixture.push("wr", 1);
    let second = fixture.push("w", 2);
    assert_eq!(fixture.expire(1), Some(fixture.now + Duration::from_secs(2)));
    let replies = first.try_recv().unwrap();
    assert_eq!(failure(&replies[0]), (Kind::CommandTimeout, Some(Applied::No)));
    assert_eq!(failure(&replies[1]), (Kind::CommandTimeout, Some(Applied::No)));
    assert_eq!(fixture.unsent_names(), ["SET"]);
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    assert!(second.try_recv().unwrap()[0].is_ok());
    assert_eq!(fixture.expire(9), None);
}

#[test]
fn late_replies_of_overdue_commands_are_discarded() {
    let mut fixture = Fixture::new();
    let overdue = fixture.push("wr", 1);
    fixture.send_all();
    let next = fixture.push("r", 9);
    fixture.expire(1);
    assert_eq!(failure(&overdue.try_recv().unwrap()[0]), (Kind::CommandTimeout, Some(Applied::Unknown)));
    fixture.send_all();
    for number in 1..=3 {
        fixture.answer(Frame::Integer(number));
    }
    assert_eq!(texts(next), [text(Frame::Integer(3))]);
}

#[test]
fn an_overdue_command_that_is_partly_sent_is_sent_completely() {
    let mut fixture = Fixture::new();
    let overdue = fixture.push("www", 1);
    let next = fixture.push("r", 9);
    let all = fixture.unsent();
    let each = all.len() / 4;
    fixture.pipeline.sent(each + 2);
    fixture.expire(1);
    let applied: Vec<_> = overdue.try_recv().unwrap().iter().map(|reply| failure(reply).1.unwrap()).collect();
    assert_eq!(applied, [Applied::Unknown, Applied::Unknown, Applied::No]);
    assert_eq!(fixture.unsent(), format!("{}{}", &all[each + 2..2 * each], &all[3 * each..]));
    fixture.send_all();
    (0..3).for_each(|_| fixture.answer(Frame::Nil));
    assert!(next.try_recv().unwrap()[0].is_ok());
}

#[test]
fn overdue_commands_are_not_sent_again_after_a_disconnect() {
    let mut fixture = Fixture::new();
    let overdue = fixture.push("r", 1);
    fixture.send_all();
    fixture.expire(1);
    fixture.disconnect();
    assert!(overdue.try_recv().is_ok() && fixture.unsent().is_empty());
}

#[test]
fn fail_all_fails_each_command_once() {
    let mut fixture = Fixture::new();
    let sent = fixture.push("w", 5);
    fixture.send_all();
    let unsent = fixture.push("w", 5);
    fixture.pipeline.fail_all(&Error::new(Kind::Closed, "closed"));
    fixture.settle();
    assert_eq!(failure(&sent.try_recv().unwrap()[0]), (Kind::Closed, Some(Applied::Unknown)));
    assert_eq!(failure(&unsent.try_recv().unwrap()[0]), (Kind::Closed, Some(Applied::No)));
    assert!(fixture.unsent().is_empty() && fixture.pipeline.is_empty());
}

#[test]
fn an_error_reply_fails_only_its_command() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("rr", 5);
    fixture.send_all();
    fixture.answer(Frame::Error(b"WRONGTYPE Operation against a key"));
    fixture.answer(Frame::Nil);
    let replies = replies.try_recv().unwrap();
    assert_eq!(failure(&replies[0]).0, Kind::WrongType);
    assert!(replies[1].is_ok());
}

mod lanes;
mod many;
mod refusals;
mod scripts;
mod units;
