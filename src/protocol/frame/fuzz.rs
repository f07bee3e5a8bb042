//! Compares the decoder with that of the redis crate.

use std::cell::Cell;

use fastrand::Rng;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use redis::{Value, parse_redis_value};

use super::arbitrary::{Sent, sent, sent_at_top, stream_of};
use super::*;

/// Whether the redis crate decoded the same value.
fn is_same(frame: &Frame<'_>, value: &Value) -> bool {
    match (frame, value) {
        (Frame::Simple(b"OK"), Value::Okay)
        | (Frame::Nil, Value::Nil)
        | (Frame::Error(_), Value::ServerError(_)) => true,
        (Frame::Simple(line), Value::SimpleString(text)) => *line == text.as_bytes(),
        (Frame::Integer(number), Value::Int(other)) => number == other,
        (Frame::Bulk(bytes), Value::BulkString(other)) => *bytes == other.as_slice(),
        (Frame::Array(elements), Value::Array(others)) => {
            elements.len() == others.len()
                && elements.iter().zip(others).all(|(one, other)| is_same(one, other))
        }
        (Frame::Array(elements), Value::Set(others)) => {
            elements.len() == others.len()
                && elements.iter().zip(others).all(|(one, other)| is_same(one, other))
        }
        (Frame::Array(elements), Value::Map(others)) => {
            let others = others.iter().flat_map(|(name, value)| [name, value]);
            elements.len() == others.clone().count()
                && elements.iter().zip(others).all(|(one, other)| is_same(one, other))
        }
        (Frame::Push(elements), Value::Push { data, .. }) => {
            elements.len() == data.len() + 1
                && elements[1..].iter().zip(data).all(|(one, other)| is_same(one, other))
        }
        (Frame::Integer(number), Value::Boolean(value)) => *number == i64::from(*value),
        (Frame::Bulk(text), Value::Double(number)) => {
            std::str::from_utf8(text).is_ok_and(|text| text.parse() == Ok(*number))
        }
        (Frame::Bulk(text), Value::VerbatimString { text: other, .. }) => {
            *String::from_utf8_lossy(text) == **other
        }
        (Frame::Bulk(digits), Value::BigNumber(other)) => *digits == other.as_slice(),
        _ => false,
    }
}

/// Whether both decoders agree on the first frame of a stream, if this one finds a frame.
fn agrees(bytes: &[u8]) -> bool {
    match parse(bytes, Version::Resp3) {
        Ok(Parsed::Complete(frame, length)) => match parse_redis_value(&bytes[..length]) {
            Ok(value) => is_same(&frame, &value),
            // The redis crate requires UTF-8 in lines and verbatim strings, and a name of each push.
            Err(_) => std::str::from_utf8(&bytes[..length]).is_err() || matches!(frame, Frame::Push(_)),
        },
        Ok(Parsed::Incomplete { missing }) => missing > 0,
        // This decoder is stricter: lengths and depth are limited.
        Err(_) => true,
    }
}

/// Reads a stream of frames with both decoders.
fn read_alike(frames: &[Sent]) -> Result<(), TestCaseError> {
    let stream = stream_of(frames);
    let mut at = 0;
    for _ in frames {
        prop_assert!(agrees(&stream[at..]));
        let Ok(Parsed::Complete(_, length)) = parse(&stream[at..], Version::Resp3) else {
            return Err(TestCaseError::fail("a complete frame is not read as one"));
        };
        at += length;
    }
    prop_assert_eq!(at, stream.len());
    Ok(())
}

/// Frames from a seed are ten times faster than those of proptest strategies, but do not shrink.
#[test]
fn fuzz_long_streams_are_read_as_the_redis_crate_reads_them() {
    let count = Cell::new(0);
    let compared = TestRunner::new(crate::fuzz::config()).run(&any::<u64>(), |seed| {
        let random = &mut Rng::with_seed(seed);
        let frames: Vec<Sent> = (0..random.usize(1..1000)).map(|_| Sent::random_at_top(random, 3)).collect();
        count.set(count.get() + frames.len());
        read_alike(&frames)
    });
    if let Err(failure) = compared {
        panic!("{failure}");
    }
    println!("{} frames were read as the redis crate reads them", count.get());
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_frames_are_read_as_the_redis_crate_reads_them(frames in vec(sent_at_top(), 1..20)) {
        read_alike(&frames)?;
    }

    #[test]
    fn fuzz_a_frame_is_incomplete_without_its_last_byte(frame in sent()) {
        let stream = stream_of(&[frame]);
        for cut in 0..stream.len() {
            prop_assert!(matches!(parse(&stream[..cut], Version::Resp3), Ok(Parsed::Incomplete { missing: 1.. })), "cut at {}", cut);
        }
    }

    #[test]
    fn fuzz_corrupt_streams_are_read_as_the_redis_crate_reads_them_or_rejected(
        frames in vec(sent(), 1..4),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut stream = stream_of(&frames);
        for (at, byte) in changes {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        prop_assert!(agrees(&stream), "{:?} {:?}", parse(&stream, Version::Resp3), parse_redis_value(&stream));
    }

    #[test]
    fn fuzz_garbage_never_panics(bytes in vec(prop_oneof![any::<u8>(), prop::sample::select(b"\r\n$*:+-019_%~>#,=!(".to_vec())], 0..64)) {
        prop_assert!(agrees(&bytes));
    }
}
