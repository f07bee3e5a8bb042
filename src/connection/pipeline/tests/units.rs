//! Units: several commands that are answered as one.

use super::*;

const EXECABORT: Frame<'static> =
    Frame::Error(b"EXECABORT Transaction discarded because of previous errors.");

impl Fixture {
    fn push_unit(&mut self, effect: Effect) -> Receiver<Vec<Reply>> {
        let (done, replies) = channel();
        let mut request = Request::default();
        let write: [&[&[u8]]; 4] =
            [&[b"MULTI"], &[b"ZADD", b"i", b"0", b"k"], &[b"SET", b"k", b"v"], &[b"EXEC"]];
        let read: [&[&[u8]]; 3] = [&[b"CLIENT", b"CACHING", b"YES"], &[b"PTTL", b"k"], &[b"GET", b"k"]];
        request.push_unit(if effect == Effect::Write { &write } else { &read }, effect);
        let sink = Collect { replies: vec![None], done };
        self.pipeline.push(request, self.now + Duration::from_secs(5), Box::new(sink));
        replies
    }
}

fn executed() -> Frame<'static> {
    Frame::Array(vec![Frame::Integer(1), Frame::Simple(b"OK")])
}

#[test]
fn a_unit_has_one_reply_and_keeps_its_place() {
    let mut fixture = Fixture::new();
    fixture.pipeline.proven_at = Some(fixture.now);
    let (write, read, plain) =
        (fixture.push_unit(Effect::Write), fixture.push_unit(Effect::Read), fixture.push("r", 5));
    fixture.send_all();
    for part in [Frame::Simple(b"OK"), Frame::Simple(b"QUEUED"), Frame::Simple(b"QUEUED")] {
        fixture.answer(part);
        assert!(write.try_recv().is_err(), "the transaction is not executed yet");
    }
    fixture.answer(executed());
    assert_eq!(texts(write), [text(executed())]);
    for part in [Frame::Simple(b"OK"), Frame::Integer(70), Frame::Bulk(b"1")] {
        fixture.answer(part);
    }
    assert_eq!(texts(read), [text(Frame::Array(vec![Frame::Integer(70), Frame::Bulk(b"1")]))]);
    fixture.answer(Frame::Nil);
    assert_eq!(texts(plain), [text(Frame::Nil)]);
}

#[test]
fn a_part_may_be_answered_before_the_rest_is_sent_and_nothing_else_may() {
    let mut fixture = Fixture::new();
    let write = fixture.push_unit(Effect::Write);
    let multi = "*1\r\n$5\r\nMULTI\r\n".len();
    fixture.pipeline.sent(multi + 3);
    fixture.answer(Frame::Simple(b"OK"));
    assert!(fixture.pipeline.answer(Frame::Simple(b"QUEUED")).is_err(), "ZADD is not sent completely");
    fixture.send_all();
    for part in [Frame::Simple(b"QUEUED"), Frame::Simple(b"QUEUED"), executed()] {
        fixture.answer(part);
    }
    assert_eq!(texts(write), [text(executed())]);
}

#[test]
fn a_unit_that_the_server_refuses_for_now_is_sent_again_as_a_whole() {
    let mut fixture = Fixture::new();
    let write = fixture.push_unit(Effect::Write);
    let whole = fixture.unsent();
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    fixture.answer(Frame::Error(b"READONLY You can't write against a read only replica."));
    fixture.answer(Frame::Error(b"LOADING"));
    fixture.answer(EXECABORT);
    assert!(write.try_recv().is_err() && fixture.pipeline.has_deferred());
    fixture.pipeline.retry_refused(fixture.now + Duration::from_secs(5));
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), whole);
}

#[test]
fn a_unit_without_its_multi_may_have_been_executed() {
    let mut fixture = Fixture::new();
    let write = fixture.push_unit(Effect::Write);
    fixture.send_all();
    fixture.answer(Frame::Error(b"LOADING"));
    for part in [Frame::Integer(1), Frame::Simple(b"OK"), Frame::Error(b"ERR EXEC without MULTI")] {
        fixture.answer(part);
    }
    assert!(!fixture.pipeline.has_deferred(), "it must not be sent again");
    let reply = &write.try_recv().unwrap()[0];
    assert_eq!(failure(reply), (Kind::Reply, Some(Applied::Unknown)));
}

#[test]
fn a_lost_unit_is_sent_again_only_if_its_exec_was_not_sent() {
    for (missing, fails) in [(0, true), (1, false)] {
        let mut fixture = Fixture::new();
        let write = fixture.push_unit(Effect::Write);
        let whole = fixture.unsent();
        fixture.pipeline.sent(whole.len() - missing);
        fixture.answer(Frame::Simple(b"OK"));
        fixture.disconnect();
        assert_eq!(write.try_recv().is_ok(), fails);
        assert_eq!(fixture.unsent(), if fails { "" } else { &whole });
    }
}

#[test]
fn a_read_on_a_connection_without_tracking_returns_the_value_alone() {
    for first in [Frame::Error(b"ERR CLIENT CACHING"), Frame::Simple(b"OK")] {
        let mut fixture = Fixture::new();
        let read = fixture.push_unit(Effect::Read);
        fixture.send_all();
        for part in [first, Frame::Integer(70), Frame::Bulk(b"1")] {
            fixture.answer(part);
        }
        assert_eq!(texts(read), [text(Frame::Bulk(b"1"))]);
    }
}

#[test]
fn an_answer_proves_the_connection_as_of_when_its_request_was_submitted() {
    let mut fixture = Fixture::new();
    let (untracked, since) = (fixture.push("r", 5), Instant::now() - Duration::from_secs(60));
    fixture.pipeline.proven_at = Some(since);
    let before = Instant::now();
    let tracked = fixture.push("r", 5);
    let submitted = Instant::now();
    fixture.send_all();
    fixture.answer(Frame::Nil);
    assert_eq!((texts(untracked).len(), fixture.pipeline.proven_at), (1, Some(since)));
    fixture.answer(Frame::Error(b"ERR no"));
    assert_eq!(tracked.try_recv().unwrap().len(), 1);
    let proven_at = fixture.pipeline.proven_at.unwrap();
    assert!(proven_at >= before && proven_at <= submitted);
}

#[test]
fn a_transaction_is_not_sent_to_a_server_that_runs_none() {
    let mut fixture = Fixture::new();
    let refusal = Error::from_reply(b"NOPERM no MULTI");
    fixture.pipeline.set_transactions(Some(refusal));
    let (write, read) = (fixture.push_unit(Effect::Write), fixture.push_unit(Effect::Read));
    assert!(!fixture.unsent().contains("MULTI") && fixture.unsent().contains("CACHING"));
    fixture.settle();
    assert_eq!(failure(&write.try_recv().unwrap()[0]), (Kind::Reply, Some(Applied::No)));
    assert!(read.try_recv().is_err(), "reads are sent");
    fixture.disconnect();
    fixture.pipeline.set_transactions(None);
    let write = fixture.push_unit(Effect::Write);
    assert!(fixture.unsent().contains("MULTI") && write.try_recv().is_err());
}

#[test]
fn a_full_server_removes_entries_without_their_index() {
    let mut fixture = Fixture::new();
    let (done, removed) = channel();
    let mut request = Request::default();
    let parts: [&[&[u8]]; 4] = [&[b"MULTI"], &[b"ZREM", b"i", b"k"], &[b"GETDEL", b"k"], &[b"EXEC"]];
    request.push_unit(&parts, Effect::Write);
    let sink = Collect { replies: vec![None], done };
    fixture.pipeline.push(request, fixture.now + Duration::from_secs(5), Box::new(sink));
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    fixture.answer(Frame::Error(b"OOM command not allowed when used memory > 'maxmemory'."));
    fixture.answer(Frame::Error(b"OOM command not allowed when used memory > 'maxmemory'."));
    fixture.answer(EXECABORT);
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), "*2\r\n$6\r\nGETDEL\r\n$1\r\nk\r\n");
    fixture.send_all();
    fixture.answer(Frame::Bulk(b"1"));
    assert_eq!(texts(removed), [text(Frame::Bulk(b"1"))]);
    let write = fixture.push_unit(Effect::Write);
    fixture.send_all();
    for part in [Frame::Simple(b"OK"), Frame::Error(b"OOM"), Frame::Error(b"OOM"), EXECABORT] {
        fixture.answer(part);
    }
    assert_eq!(failure(&write.try_recv().unwrap()[0]), (Kind::Reply, Some(Applied::No)));
}
