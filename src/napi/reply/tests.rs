use super::*;

use std::sync::mpsc::channel;

use crate::error::Kind;

fn chunks_of(outcomes: Vec<Result<Success<'_>, Error>>, order: &[usize]) -> Vec<Chunk> {
    let (sender, receiver) = channel();
    let mut reply = BatchReply::new(7, outcomes.len(), move |chunks| sender.send(chunks).unwrap());
    let mut outcomes: Vec<_> = outcomes.into_iter().map(Some).collect();
    order.iter().for_each(|index| reply.take(*index, outcomes[*index].take().unwrap()));
    reply.finish();
    receiver.recv().unwrap()
}

#[test]
fn values_of_a_batch_are_one_array_and_failures_have_the_index_of_their_call() {
    let outcomes = vec![
        Ok(Success::Done),
        Ok(Success::Value(Some(b"{\"a\":1}"))),
        Err(Error::corrupt(b"x")),
        Ok(Success::Value(None)),
        Err(Error::corrupt(b"x")),
    ];
    let chunks = chunks_of(outcomes, &[4, 0, 1, 2, 3]);
    assert_eq!(chunks.len(), 1);
    assert_eq!((chunks[0].batch, chunks[0].last), (7, true));
    assert_eq!(chunks[0].values, r#"[{"a":1},null]"#);
    assert_eq!(chunks[0].failures.iter().map(|failure| failure.index).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn consecutive_calls_with_the_same_error_are_one_failure() {
    let lost = Error::new(Kind::Connection, "lost");
    let outcomes = vec![
        Err(lost.clone()),
        Err(lost.clone()),
        Ok(Success::Done),
        Err(lost.clone()),
        Err(Error::corrupt(b"x")),
    ];
    let runs = chunks_of(outcomes, &[0, 1, 2, 3, 4]).remove(0).failures;
    assert_eq!(runs.iter().map(|run| (run.index, run.count)).collect::<Vec<_>>(), [(0, 2), (3, 1), (4, 1)]);
}

#[test]
fn a_value_that_arrives_after_later_ones_is_separate() {
    let outcomes = (0..3).map(|_| Ok(Success::Value(Some(b"1")))).collect();
    let chunks = chunks_of(outcomes, &[0, 2, 1]);
    assert_eq!(chunks[0].values, "[1,1]");
    assert_eq!(chunks[0].separate.iter().map(|value| value.index).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_large_value_is_separate_and_unchecked() {
    let large = "[".repeat(LARGE);
    let outcomes = vec![
        Ok(Success::Value(Some(b"1"))),
        Ok(Success::Value(Some(large.as_bytes()))),
        Ok(Success::Value(None)),
    ];
    let chunk = chunks_of(outcomes, &[0, 1, 2]).remove(0);
    assert_eq!((chunk.values.as_str(), chunk.failures.len()), ("[1,null]", 0));
    assert_eq!((chunk.separate[0].index, chunk.separate[0].text.0.as_str()), (1, large.as_str()));
}

#[test]
fn a_batch_of_writes_has_no_values() {
    let chunks = chunks_of(vec![Ok(Success::Done), Ok(Success::Done)], &[0, 1]);
    assert_eq!((chunks.len(), chunks[0].values.as_str()), (1, ""));
}

#[test]
fn only_the_last_chunk_settles_a_listing() {
    let chunks = Chunk::of_listing(1, Ok(vec!["[1]".into(), "[2]".into()]), Some(Instant::now()));
    assert_eq!(chunks.iter().map(|chunk| chunk.last).collect::<Vec<_>>(), [false, true]);
    let failed = Chunk::of_listing(1, Err(Error::new(Kind::Closed, "closed")), Some(Instant::now()));
    assert_eq!((failed[0].last, failed[0].failures.len()), (true, 1));
}

#[test]
fn dropped_calls_fail() {
    let (sender, receiver) = channel();
    drop(BatchReply::new(7, 3, move |chunks| sender.send(chunks).unwrap()));
    let chunk: Chunk = receiver.recv().unwrap().remove(0);
    assert_eq!((chunk.batch, chunk.last, chunk.failures[0].count), (7, true, 3));
    assert_eq!(chunk.failures[0].code, "ERR_INTERNAL");
}
