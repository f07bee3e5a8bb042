//! Commands that the server refused.

use super::*;

#[test]
fn a_command_is_sent_again_after_a_transient_refusal() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("wr", 5);
    fixture.send_all();
    fixture.answer(Frame::Error(b"READONLY You can't write against a read only replica."));
    fixture.answer(Frame::Nil);
    assert!(fixture.unsent().is_empty() && fixture.pipeline.has_deferred());
    fixture.pipeline.retry_refused(fixture.now + Duration::from_secs(5));
    assert!(fixture.unsent().is_empty(), "it is due too soon");
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent_names(), ["SET"], "a read may overtake it");
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    assert_eq!(texts(replies), [text(Frame::Simple(b"OK")), text(Frame::Nil)]);
}

#[test]
fn a_command_that_is_refused_until_its_deadline_fails_with_the_refusal() {
    let mut fixture = Fixture::new();
    let overdue = fixture.push("w", 1);
    let closed = fixture.push("w", 9);
    fixture.send_all();
    fixture.answer(Frame::Error(b"LOADING Redis is loading the dataset in memory"));
    fixture.answer(Frame::Error(b"LOADING Redis is loading the dataset in memory"));
    fixture.expire(1);
    assert_eq!(failure(&overdue.try_recv().unwrap()[0]), (Kind::Reply, Some(Applied::No)));
    fixture.pipeline.fail_all(&Error::new(Kind::Closed, "closed"));
    fixture.settle();
    assert_eq!(failure(&closed.try_recv().unwrap()[0]), (Kind::Closed, Some(Applied::No)));
    assert!(!fixture.pipeline.has_deferred());
}

#[test]
fn a_command_whose_retry_is_not_answered_times_out_with_the_refusal() {
    for effect in ["r", "w"] {
        let mut fixture = Fixture::new();
        let replies = fixture.push(effect, 1);
        fixture.send_all();
        fixture.answer(Frame::Error(b"LOADING Redis is loading the dataset in memory"));
        fixture.pipeline.retry_refused(fixture.now);
        fixture.send_all();
        fixture.expire(1);
        let reply = &replies.try_recv().unwrap()[0];
        assert_eq!(failure(reply), (Kind::CommandTimeout, Some(Applied::Unknown)));
        let detail = &reply.as_ref().unwrap_err().detail;
        assert!(
            detail.ends_with("; the last reply was LOADING Redis is loading the dataset in memory"),
            "{detail}"
        );
    }
}

#[test]
fn a_refused_command_that_is_closed_names_the_refusal() {
    let mut fixture = Fixture::new();
    let replies = fixture.push("w", 1);
    fixture.send_all();
    fixture.answer(Frame::Error(b"LOADING Redis is loading the dataset in memory"));
    fixture.pipeline.fail_all(&Error::closed());
    fixture.settle();
    let reply = &replies.try_recv().unwrap()[0];
    assert_eq!(failure(reply), (Kind::Closed, Some(Applied::No)));
    assert!(reply.as_ref().unwrap_err().detail.contains("LOADING"));
}

#[test]
fn a_scan_that_began_on_an_earlier_connection_is_not_continued() {
    let mut fixture = Fixture::new();
    let generation = fixture.pipeline.generation();
    fixture.disconnect();
    let mut step = request("r");
    step.push_here(&[b"SCAN"], generation);
    let (done, replies) = channel();
    let sink = Collect { replies: vec![None; 2], done };
    fixture.pipeline.push(step, fixture.now + Duration::from_secs(5), Box::new(sink));
    assert_eq!(fixture.unsent_names(), ["GET"]);
    fixture.send_all();
    fixture.answer(Frame::Nil);
    assert_eq!(failure(&replies.try_recv().unwrap()[1]), (Kind::Connection, Some(Applied::Unknown)));
}

#[test]
fn a_scan_step_is_not_retried_on_the_next_connection() {
    let mut fixture = Fixture::new();
    let step = fixture.push("o", 5);
    fixture.send_all();
    fixture.answer(Frame::Error(b"LOADING for now"));
    fixture.disconnect();
    assert_eq!(failure(&step.try_recv().unwrap()[0]).0, Kind::Connection);
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), "");
}

#[test]
fn a_newer_write_that_timed_out_overtakes_refused_writes() {
    let mut fixture = Fixture::new();
    let refused = fixture.push("w", 9);
    let newer = fixture.push("w", 5);
    fixture.send_all();
    fixture.answer(Frame::Error(b"NOREPLICAS no"));
    fixture.expire(6);
    assert_eq!(failure(&newer.try_recv().unwrap()[0]), (Kind::CommandTimeout, Some(Applied::Unknown)));
    // The server may have executed the newer one before the disconnect.
    fixture.disconnect();
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), "");
    assert_eq!(refused.try_recv().unwrap()[0].as_ref().unwrap_err().applied, Some(Applied::No));
}
