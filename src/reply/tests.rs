use super::*;

use std::sync::mpsc::channel;

fn parts_of(outcomes: Vec<Result<Success<'_>, Error>>, order: &[usize]) -> Vec<Part> {
    let (sender, receiver) = channel();
    let mut reply = BatchReply::new(7, outcomes.len(), move |parts| sender.send(parts).unwrap());
    let mut outcomes: Vec<_> = outcomes.into_iter().map(Some).collect();
    order.iter().for_each(|index| reply.take(*index, outcomes[*index].take().unwrap()));
    reply.finish();
    receiver.recv().unwrap()
}

#[test]
fn values_of_a_batch_are_one_array_and_failures_know_their_call() {
    let outcomes = vec![
        Ok(Success::Done),
        Ok(Success::Value(Some(b"{\"a\":1}"))),
        Err(Error::corrupt()),
        Ok(Success::Value(None)),
        Err(Error::corrupt()),
    ];
    let parts = parts_of(outcomes, &[4, 0, 1, 2, 3]);
    assert_eq!(parts.len(), 1);
    assert_eq!((parts[0].batch, parts[0].last), (7, true));
    assert_eq!(parts[0].values, r#"[{"a":1},null]"#);
    assert_eq!(parts[0].failures.iter().map(|failure| failure.index).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn calls_that_fail_alike_cross_as_one_failure() {
    let lost = Error::new(Kind::Connection, "lost");
    let outcomes = vec![
        Err(lost.clone()),
        Err(lost.clone()),
        Ok(Success::Done),
        Err(lost.clone()),
        Err(Error::corrupt()),
    ];
    let runs = parts_of(outcomes, &[0, 1, 2, 3, 4]).remove(0).failures;
    assert_eq!(runs.iter().map(|run| (run.index, run.count)).collect::<Vec<_>>(), [(0, 2), (3, 1), (4, 1)]);
}

#[test]
fn a_value_that_comes_after_later_ones_travels_apart() {
    let outcomes = (0..3).map(|_| Ok(Success::Value(Some(b"1")))).collect();
    let parts = parts_of(outcomes, &[0, 2, 1]);
    assert_eq!(parts[0].values, "[1,1]");
    assert_eq!(parts[0].apart.iter().map(|value| value.index).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_large_value_travels_apart_and_unchecked() {
    let large = "[".repeat(LARGE);
    let outcomes = vec![
        Ok(Success::Value(Some(b"1"))),
        Ok(Success::Value(Some(large.as_bytes()))),
        Ok(Success::Value(None)),
    ];
    let part = parts_of(outcomes, &[0, 1, 2]).remove(0);
    assert_eq!((part.values.as_str(), part.failures.len()), ("[1,null]", 0));
    assert_eq!((part.apart[0].index, part.apart[0].text.0.as_str()), (1, large.as_str()));
}

#[test]
fn a_batch_of_writes_has_no_values() {
    let parts = parts_of(vec![Ok(Success::Done), Ok(Success::Done)], &[0, 1]);
    assert_eq!((parts.len(), parts[0].values.as_str()), (1, ""));
}

#[test]
fn only_the_last_slice_settles_a_listing() {
    let parts = Part::of_listing(1, Ok(vec!["[1]".into(), "[2]".into()]), Instant::now());
    assert_eq!(parts.iter().map(|part| part.last).collect::<Vec<_>>(), [false, true]);
    let failed = Part::of_listing(1, Err(Error::new(Kind::Closed, "closed")), Instant::now());
    assert_eq!((failed[0].last, failed[0].failures.len()), (true, 1));
}

#[test]
fn calls_that_are_dropped_fail() {
    let (sender, receiver) = channel();
    drop(BatchReply::new(7, 3, move |parts| sender.send(parts).unwrap()));
    let part: Part = receiver.recv().unwrap().remove(0);
    assert_eq!((part.batch, part.last, part.failures[0].count), (7, true, 3));
    assert_eq!(part.failures[0].code, "ERR_INTERNAL");
}
