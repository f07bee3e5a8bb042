//! A sorted set: members with scores, ordered by score and then by member.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// A score, which is never NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score(pub f64);

pub type Member = Arc<[u8]>;

/// Members with their scores.
pub type Members<'a> = Box<dyn DoubleEndedIterator<Item = (&'a Member, f64)> + 'a>;

#[derive(Clone, Debug, Default)]
pub struct SortedSet {
    scores: BTreeMap<Member, Score>,
    order: BTreeSet<(Score, Member)>,
}

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// -0 and 0 are equal, unlike in `total_cmp`.
impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
    }
}

impl SortedSet {
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    pub fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).map(|score| score.0)
    }

    pub fn insert(&mut self, member: &[u8], score: f64) {
        // -0 becomes 0.
        let score = Score(score + 0.0);
        let member = match self.scores.remove_entry(member) {
            Some((member, old)) => {
                let entry = (old, member);
                self.order.remove(&entry);
                entry.1
            }
            None => member.into(),
        };
        self.order.insert((score, member.clone()));
        self.scores.insert(member, score);
    }

    pub fn remove(&mut self, member: &[u8]) -> Option<f64> {
        let (member, score) = self.scores.remove_entry(member)?;
        self.order.remove(&(score, member));
        Some(score.0)
    }

    /// How many members precede this one.
    pub fn rank(&self, member: &[u8]) -> Option<usize> {
        let (member, score) = self.scores.get_key_value(member)?;
        Some(self.order.range(..(*score, member.clone())).count())
    }

    /// All members in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Member, f64)> + ExactSizeIterator {
        self.order.iter().map(|(score, member)| (member, score.0))
    }

    /// The members from one rank to another.
    pub fn at_ranks(&self, start: usize, end: usize) -> Members<'_> {
        let (count, behind) = (end + 1 - start, self.len() - 1 - end);
        // Counted from the nearer end.
        if start <= behind {
            return Box::new(self.iter().skip(start).take(count));
        }
        let members: Vec<_> = self.iter().rev().skip(behind).take(count).collect();
        Box::new(members.into_iter().rev())
    }

    /// The members whose scores are in a range.
    pub fn between_scores(&self, min: Bound<f64>, max: Bound<f64>) -> Members<'_> {
        let first = match min {
            Bound::Unbounded => f64::NEG_INFINITY,
            Bound::Included(score) => score,
            Bound::Excluded(f64::INFINITY) => return Box::new(std::iter::empty()),
            Bound::Excluded(score) => score.next_up(),
        };
        // All members with a score follow the empty one.
        let end = match max {
            Bound::Unbounded | Bound::Included(f64::INFINITY) => Bound::Unbounded,
            Bound::Included(score) => Bound::Excluded((Score(score.next_up()), Member::default())),
            Bound::Excluded(score) => Bound::Excluded((Score(score), Member::default())),
        };
        self.between(Bound::Included((Score(first), Member::default())), end)
    }

    /// The members in a range by name. The range is meant for members with one score.
    pub fn between_members<'a>(&'a self, min: Bound<&'a [u8]>, max: Bound<&'a [u8]>) -> Members<'a> {
        let scores = [self.order.first(), self.order.last()].map(|end| end.map(|(score, _)| *score));
        let [Some(score), Some(last)] = scores else { return Box::new(std::iter::empty()) };
        if score != last {
            return Box::new(
                self.iter().filter(move |(member, _)| RangeBounds::<[u8]>::contains(&(min, max), &***member)),
            );
        }
        let at = |bound: Bound<&[u8]>| bound.map(|member| (score, Member::from(member)));
        self.between(at(min), at(max))
    }

    fn between(&self, min: Bound<(Score, Member)>, max: Bound<(Score, Member)>) -> Members<'_> {
        let is_empty = match (&min, &max) {
            (Bound::Included(min), Bound::Included(max)) => min > max,
            (Bound::Included(min) | Bound::Excluded(min), Bound::Included(max) | Bound::Excluded(max)) => {
                min >= max
            }
            _ => false,
        };
        if is_empty {
            return Box::new(std::iter::empty());
        }
        Box::new(self.order.range((min, max)).map(|(score, member)| (member, score.0)))
    }

    /// The members after a name, ordered by name.
    pub fn after<'a>(&'a self, name: Bound<&[u8]>) -> Box<dyn Iterator<Item = (&'a Member, f64)> + 'a> {
        let members = self.scores.range::<[u8], _>((name, Bound::Unbounded));
        Box::new(members.map(|(member, score)| (member, score.0)))
    }
}
