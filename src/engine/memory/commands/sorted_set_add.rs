//! ZADD and ZINCRBY.

use super::arguments::Arguments;
use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::sorted_set::SortedSet;

pub const COMMANDS: &[Command] = &[
    command("ZADD", -4, |commands, a| commands.zadd(a, false)),
    command("ZINCRBY", 4, |commands, a| commands.zadd(a, true)),
];

#[derive(Debug, Default)]
struct Options {
    is_new: bool,
    is_existing: bool,
    is_greater: bool,
    is_less: bool,
    counts_changed: bool,
    increments: bool,
}

/// What happened to a member.
enum Outcome {
    Added(f64),
    Changed(f64),
    Same(f64),
    /// A condition does not hold.
    Kept,
}

impl Options {
    fn read(arguments: &mut Arguments<'_>, increments: bool) -> Self {
        let mut options = Options { increments, ..Options::default() };
        loop {
            let known = [
                ("NX", &mut options.is_new),
                ("XX", &mut options.is_existing),
                ("GT", &mut options.is_greater),
                ("LT", &mut options.is_less),
                ("CH", &mut options.counts_changed),
                ("INCR", &mut options.increments),
            ];
            let Some((_, option)) = known.into_iter().find(|(name, _)| arguments.takes(name)) else {
                return options;
            };
            *option = true;
        }
    }

    fn check(&self, members: usize) -> Result<(), Refusal> {
        let Options { is_new, is_existing, is_greater, is_less, .. } = *self;
        if is_new && is_existing {
            return Err(Refusal::new("ERR XX and NX options at the same time are not compatible"));
        }
        if is_greater && is_less || is_new && (is_greater || is_less) {
            return Err(Refusal::new("ERR GT, LT, and/or NX options at the same time are not compatible"));
        }
        if self.increments && members > 1 {
            return Err(Refusal::new("ERR INCR option supports a single increment-element pair"));
        }
        Ok(())
    }

    fn add(&self, set: &mut SortedSet, member: &[u8], number: f64) -> Result<Outcome, Refusal> {
        let Some(old) = set.score(member) else {
            if self.is_existing {
                return Ok(Outcome::Kept);
            }
            set.insert(member, number);
            return Ok(Outcome::Added(number));
        };
        if self.is_new {
            return Ok(Outcome::Kept);
        }
        let score = if self.increments { old + number } else { number };
        if score.is_nan() {
            return Err(Refusal::new("ERR resulting score is not a number (NaN)"));
        }
        if self.is_greater && score <= old || self.is_less && score >= old {
            return Ok(Outcome::Kept);
        }
        if score == old {
            return Ok(Outcome::Same(score));
        }
        set.insert(member, score);
        Ok(Outcome::Changed(score))
    }
}

impl Commands<'_> {
    fn zadd(&mut self, a: &[&[u8]], increments: bool) -> Answer {
        let mut arguments = Arguments(&a[1..]);
        let options = Options::read(&mut arguments, increments);
        let (pairs, rest) = arguments.0.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() {
            return Err(Refusal::SYNTAX);
        }
        options.check(pairs.len())?;
        let scores: Vec<f64> =
            pairs.iter().map(|[score, _]| number::float(score)).collect::<Result<_, _>>()?;
        let outcomes: Vec<_> = self.edit_or_create(a[0], |set: &mut SortedSet| {
            let members = pairs.iter().zip(&scores);
            members.map(|([_, member], score)| options.add(set, member, *score)).collect::<Result<_, _>>()
        })??;
        if options.increments {
            return Ok(match outcomes[..] {
                [Outcome::Added(score) | Outcome::Changed(score) | Outcome::Same(score)] => {
                    Reply::Bulk(number::score(score))
                }
                _ => Reply::Nil,
            });
        }
        let counts = |outcome: &&Outcome| match outcome {
            Outcome::Added(_) => true,
            Outcome::Changed(_) => options.counts_changed,
            _ => false,
        };
        Ok(Reply::count(outcomes.iter().filter(counts).count()))
    }
}
