//! Streams of replies in parts of any size.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::protocol::frame::arbitrary::{sent_at_top, stream_of};

/// Decodes a stream that arrives in parts, which end at `cuts`.
fn decoded(stream: &[u8], cuts: &[usize]) -> Result<Vec<String>, Error> {
    let mut replies = Replies::new();
    replies.set_version(Version::Resp3);
    let mut frames = Vec::new();
    let mut at = 0;
    for end in cuts.iter().copied().chain([stream.len()]) {
        replies.make_room();
        let piece = &stream[at..end];
        replies.buffer[replies.end..][..piece.len()].copy_from_slice(piece);
        replies.end += piece.len();
        at = end;
        replies.decode(|frame| {
            frames.push(format!("{frame:?}"));
            Ok(())
        })?;
    }
    Ok(frames)
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_parts_make_no_difference(frames in vec(sent_at_top(), 1..20), cuts in vec(any::<prop::sample::Index>(), 0..12)) {
        let stream = stream_of(&frames);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let pieced = decoded(&stream, &cuts).unwrap();
        prop_assert_eq!(pieced.len(), frames.len());
        prop_assert_eq!(pieced, decoded(&stream, &[]).unwrap());
    }

    #[test]
    fn fuzz_byte_by_byte_makes_no_difference(frames in vec(sent_at_top(), 1..4)) {
        let stream = stream_of(&frames);
        let cuts: Vec<usize> = (0..stream.len()).collect();
        prop_assert_eq!(decoded(&stream, &cuts).unwrap(), decoded(&stream, &[]).unwrap());
    }
}
