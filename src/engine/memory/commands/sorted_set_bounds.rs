//! The ends of a range of a sorted set: by rank, by score or by member.

use std::ops::Bound;

use super::number;
use super::reply::Refusal;
use crate::engine::memory::sorted_set::{Member, Members, SortedSet};

/// Which members of a sorted set.
#[derive(Debug)]
pub enum Range {
    /// Negative ranks count from the end.
    Rank(i64, i64),
    Score(Bound<f64>, Bound<f64>),
    Member(End, End),
}

/// The end of a range by member.
#[derive(Debug)]
pub enum End {
    BeforeAll,
    At(Bound<Member>),
    AfterAll,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Rank,
    Score,
    Member,
}

impl Range {
    pub fn read(by: By, min: &[u8], max: &[u8]) -> Result<Self, Refusal> {
        Ok(match by {
            By::Rank => Range::Rank(number::integer(min)?, number::integer(max)?),
            By::Score => Range::Score(score(min)?, score(max)?),
            By::Member => Range::Member(end(min)?, end(max)?),
        })
    }

    /// The members of the range in order; by rank: in the order of the ranks, which count from the end if reversed.
    pub fn of<'a>(&'a self, set: &'a SortedSet, is_reversed: bool) -> Members<'a> {
        let members = match self {
            Range::Rank(start, end) => {
                let Some((start, end)) = ranks(*start, *end, set.len()) else {
                    return Box::new(std::iter::empty());
                };
                let last = set.len() - 1;
                if is_reversed { set.at_ranks(last - end, last - start) } else { set.at_ranks(start, end) }
            }
            Range::Score(min, max) => set.between_scores(*min, *max),
            Range::Member(min, max) => members(set, min, max),
        };
        if is_reversed { Box::new(members.rev()) } else { members }
    }
}

/// Resolves indexes that can be negative. `None` if the range is empty.
pub fn ranks(start: i64, end: i64, len: usize) -> Option<(usize, usize)> {
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let start = (if start < 0 { start.saturating_add(len) } else { start }).max(0);
    let end = (if end < 0 { end.saturating_add(len) } else { end }).min(len - 1);
    if start > end { None } else { Some((usize::try_from(start).ok()?, usize::try_from(end).ok()?)) }
}

fn score(text: &[u8]) -> Result<Bound<f64>, Refusal> {
    let (is_excluded, text) = match text {
        [b'(', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let score = if text.is_empty() { Ok(0.0) } else { number::float(text) };
    let score = score.map_err(|_| Refusal::new("ERR min or max is not a float"))?;
    Ok(if is_excluded { Bound::Excluded(score) } else { Bound::Included(score) })
}

fn end(text: &[u8]) -> Result<End, Refusal> {
    Ok(match text {
        b"-" => End::BeforeAll,
        b"+" => End::AfterAll,
        [b'(', member @ ..] => End::At(Bound::Excluded(member.into())),
        [b'[', member @ ..] => End::At(Bound::Included(member.into())),
        _ => return Err(Refusal::new("ERR min or max not valid string range item")),
    })
}

fn members<'a>(set: &'a SortedSet, min: &'a End, max: &'a End) -> Members<'a> {
    let min = match min {
        End::AfterAll => return Box::new(std::iter::empty()),
        End::BeforeAll => Bound::Unbounded,
        End::At(bound) => bound.as_ref().map(|member| &**member),
    };
    let max = match max {
        End::BeforeAll => return Box::new(std::iter::empty()),
        End::AfterAll => Bound::Unbounded,
        End::At(bound) => bound.as_ref().map(|member| &**member),
    };
    set.between_members(min, max)
}
