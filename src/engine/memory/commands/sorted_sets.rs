//! Commands on members of sorted sets.

use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::sorted_set::{Member, SortedSet};

pub const COMMANDS: &[Command] = &[
    command("ZREM", -3, |commands, a| commands.zrem(a)),
    command("ZSCORE", 3, |commands, a| commands.zscore(a)),
    command("ZMSCORE", -3, |commands, a| commands.zmscore(a)),
    command("ZCARD", 2, |commands, a| {
        Ok(Reply::count(commands.read::<SortedSet>(a[0])?.map_or(0, SortedSet::len)))
    }),
    command("ZRANK", 3, |commands, a| commands.rank(a, |rank, _| rank)),
    command("ZREVRANK", 3, |commands, a| commands.rank(a, |rank, len| len - 1 - rank)),
    command("ZPOPMIN", -2, |commands, a| {
        commands.pop(a, |set, count| set.iter().take(count).map(owned).collect())
    }),
    command("ZPOPMAX", -2, |commands, a| {
        commands.pop(a, |set, count| set.iter().rev().take(count).map(owned).collect())
    }),
];

/// Members with their scores, flat as in RESP2.
pub fn with_scores<'a>(members: impl Iterator<Item = (&'a Member, f64)>) -> Reply {
    Reply::Array(
        members
            .flat_map(|(member, score)| [Reply::bulk(member), Reply::Bulk(number::score(score))])
            .collect(),
    )
}

fn owned((member, score): (&Member, f64)) -> (Member, f64) {
    (member.clone(), score)
}

impl Commands<'_> {
    fn zrem(&mut self, a: &[&[u8]]) -> Answer {
        let removed = self.edit(a[0], |set: &mut SortedSet| {
            a[1..].iter().filter(|member| set.remove(member).is_some()).count()
        })?;
        Ok(Reply::count(removed.unwrap_or(0)))
    }

    fn zscore(&mut self, a: &[&[u8]]) -> Answer {
        let score = self.read::<SortedSet>(a[0])?.and_then(|set| set.score(a[1]));
        Ok(Reply::optional(score.map(number::score).as_ref()))
    }

    fn zmscore(&mut self, a: &[&[u8]]) -> Answer {
        let set = self.read::<SortedSet>(a[0])?;
        let score = |member: &&[u8]| set.and_then(|set| set.score(member)).map(number::score);
        Ok(Reply::Array(a[1..].iter().map(|member| Reply::optional(score(member).as_ref())).collect()))
    }

    fn rank(&self, a: &[&[u8]], convert: fn(usize, usize) -> usize) -> Answer {
        let Some(set) = self.read::<SortedSet>(a[0])? else { return Ok(Reply::Nil) };
        Ok(set.rank(a[1]).map_or(Reply::Nil, |rank| Reply::count(convert(rank, set.len()))))
    }

    fn pop(&mut self, a: &[&[u8]], choose: fn(&SortedSet, usize) -> Vec<(Member, f64)>) -> Answer {
        let count = match a[1..] {
            [] => 1,
            [count] => number::positive(count)?,
            _ => return Err(Refusal::SYNTAX),
        };
        let popped = self.edit(a[0], |set: &mut SortedSet| {
            let chosen = choose(set, count);
            for (member, _) in &chosen {
                set.remove(member);
            }
            chosen
        })?;
        let popped = popped.unwrap_or_default();
        Ok(with_scores(popped.iter().map(|(member, score)| (member, *score))))
    }
}
