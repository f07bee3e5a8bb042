//! Commands on sets.

use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::value::Set;

pub const COMMANDS: &[Command] = &[
    command("SADD", -3, |commands, a| commands.sadd(a)),
    command("SREM", -3, |commands, a| commands.srem(a)),
    command("SMEMBERS", 2, |commands, a| Ok(Reply::array(commands.read::<Set>(a[0])?.into_iter().flatten()))),
    command("SISMEMBER", 3, |commands, a| Ok(has(commands.read(a[0])?, a[1]))),
    command("SMISMEMBER", -3, |commands, a| {
        let set = commands.read(a[0])?;
        Ok(Reply::Array(a[1..].iter().map(|member| has(set, member)).collect()))
    }),
    command("SCARD", 2, |commands, a| Ok(Reply::count(commands.read::<Set>(a[0])?.map_or(0, Set::len)))),
    command("SMOVE", 4, |commands, a| commands.smove(a)),
    command("SPOP", -2, |commands, a| commands.spop(a)),
    command("SRANDMEMBER", -2, |commands, a| commands.srandmember(a)),
    command("SINTER", -2, |commands, a| commands.combine(a, |left, right| &left & right)),
    command("SUNION", -2, |commands, a| commands.combine(a, |left, right| &left | right)),
    command("SDIFF", -2, |commands, a| commands.combine(a, |left, right| &left - right)),
];

/// Members that are returned at most if they may repeat. A server has no limit but its memory.
const MAX_REPEATED: u64 = 1024 * 1024;

fn has(set: Option<&Set>, member: &[u8]) -> Reply {
    Reply::flag(set.is_some_and(|set| set.contains(member)))
}

/// A member, each with the same probability.
fn any(set: &Set) -> Option<&Vec<u8>> {
    if set.is_empty() { None } else { set.iter().nth(fastrand::usize(..set.len())) }
}

/// Different members, in any order.
fn some(set: &Set, count: usize) -> Vec<Vec<u8>> {
    match count {
        1 => any(set).cloned().into_iter().collect(),
        _ => fastrand::choose_multiple(set, count.min(set.len())).into_iter().cloned().collect(),
    }
}

/// Members, each chosen among all.
fn repeated(set: &Set, count: u64) -> Answer {
    if count > MAX_REPEATED {
        return Err(Refusal::OUT_OF_RANGE);
    }
    let members: Vec<_> = set.iter().collect();
    Ok(Reply::array((0..count).filter_map(|_| fastrand::choice(&members).copied())))
}

impl Commands<'_> {
    fn sadd(&mut self, a: &[&[u8]]) -> Answer {
        let added = self.edit_or_create(a[0], |set: &mut Set| {
            a[1..].iter().filter(|member| set.insert(member.to_vec())).count()
        })?;
        Ok(Reply::count(added))
    }

    fn srem(&mut self, a: &[&[u8]]) -> Answer {
        let removed =
            self.edit(a[0], |set: &mut Set| a[1..].iter().filter(|member| set.remove(**member)).count())?;
        Ok(Reply::count(removed.unwrap_or(0)))
    }

    fn smove(&mut self, a: &[&[u8]]) -> Answer {
        let (from, to, member) = (a[0], a[1], a[2]);
        let Some(set) = self.read::<Set>(from)? else { return Ok(Reply::Integer(0)) };
        let is_moved = set.contains(member);
        self.read::<Set>(to)?;
        if is_moved && from != to {
            self.edit(from, |set: &mut Set| set.remove(member))?;
            self.edit_or_create(to, |set: &mut Set| set.insert(member.to_vec()))?;
        }
        Ok(Reply::flag(is_moved))
    }

    fn spop(&mut self, a: &[&[u8]]) -> Answer {
        let count = match a[1..] {
            [] => None,
            [count] => Some(number::positive(count)?),
            _ => return Err(Refusal::SYNTAX),
        };
        let popped = self.edit(a[0], |set: &mut Set| {
            let chosen = some(set, count.unwrap_or(1));
            for member in &chosen {
                set.remove(member);
            }
            chosen
        })?;
        let popped = popped.unwrap_or_default();
        Ok(if count.is_some() { Reply::array(&popped) } else { Reply::optional(popped.first()) })
    }

    /// With a negative count, the same member can be returned several times.
    fn srandmember(&mut self, a: &[&[u8]]) -> Answer {
        let count = match a[1..] {
            [] => None,
            [count] => Some(number::integer(count)?),
            _ => return Err(Refusal::SYNTAX),
        };
        let set = self.read::<Set>(a[0])?;
        let Some(count) = count else { return Ok(Reply::optional(set.and_then(any))) };
        let Some(set) = set else { return Ok(Reply::Array(Vec::new())) };
        match usize::try_from(count) {
            Ok(count) => Ok(Reply::array(&some(set, count))),
            Err(_) => repeated(set, count.unsigned_abs()),
        }
    }

    fn combine(&mut self, a: &[&[u8]], join: fn(Set, &Set) -> Set) -> Answer {
        let none = Set::new();
        let sets = a.iter().map(|key| Ok(self.read::<Set>(key)?.unwrap_or(&none)));
        let sets: Vec<&Set> = sets.collect::<Result<_, Refusal>>()?;
        let (first, others) = sets.split_first().ok_or(Refusal::SYNTAX)?;
        let result = others.iter().fold((*first).clone(), |left, right| join(left, right));
        Ok(Reply::array(&result))
    }
}
