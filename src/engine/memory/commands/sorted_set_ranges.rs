//! Commands on ranges of sorted sets.

use super::arguments::Arguments;
use super::reply::{Refusal, Reply};
use super::sorted_set_bounds::{By, Range};
use super::sorted_sets::with_scores;
use super::{Answer, Command, Commands, command};
use crate::engine::memory::sorted_set::{Member, Members, SortedSet};

pub const COMMANDS: &[Command] = &[
    command("ZRANGE", -4, |commands, a| commands.range(a, Shape::default())),
    command("ZREVRANGE", -4, |commands, a| commands.range(a, Shape::of(By::Rank, true))),
    command("ZRANGEBYSCORE", -4, |commands, a| commands.range(a, Shape::of(By::Score, false))),
    command("ZREVRANGEBYSCORE", -4, |commands, a| commands.range(a, Shape::of(By::Score, true))),
    command("ZRANGEBYLEX", -4, |commands, a| commands.range(a, Shape::of(By::Member, false))),
    command("ZREVRANGEBYLEX", -4, |commands, a| commands.range(a, Shape::of(By::Member, true))),
    command("ZCOUNT", 4, |commands, a| commands.count_range(a, By::Score)),
    command("ZLEXCOUNT", 4, |commands, a| commands.count_range(a, By::Member)),
    command("ZREMRANGEBYRANK", 4, |commands, a| commands.remove_range(a, By::Rank)),
    command("ZREMRANGEBYSCORE", 4, |commands, a| commands.remove_range(a, By::Score)),
    command("ZREMRANGEBYLEX", 4, |commands, a| commands.remove_range(a, By::Member)),
];

/// How a range is read and returned. The name of a command, or an option, sets each part.
#[derive(Debug, Default)]
struct Shape {
    by: Option<By>,
    is_reversed: Option<bool>,
    with_scores: bool,
    /// Offset and count. A negative count is no limit; after a negative offset there is nothing.
    limit: Option<(i64, i64)>,
}

impl Shape {
    fn of(by: By, is_reversed: bool) -> Self {
        Shape { by: Some(by), is_reversed: Some(is_reversed), ..Shape::default() }
    }

    fn read(mut self, arguments: &[&[u8]]) -> Result<Self, Refusal> {
        let mut arguments = Arguments(arguments);
        while !arguments.is_empty() {
            if arguments.takes("WITHSCORES") {
                self.with_scores = true;
            } else if arguments.takes("LIMIT") {
                let [_, _, ..] = arguments.0 else { return Err(Refusal::SYNTAX) };
                self.limit = Some((arguments.integer()?, arguments.integer()?));
            } else if self.is_reversed.is_none() && arguments.takes("REV") {
                self.is_reversed = Some(true);
            } else if self.by.is_none() && arguments.takes("BYLEX") {
                self.by = Some(By::Member);
            } else if self.by.is_none() && arguments.takes("BYSCORE") {
                self.by = Some(By::Score);
            } else {
                return Err(Refusal::SYNTAX);
            }
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), Refusal> {
        let has_limit = self.limit.is_some_and(|(_, count)| count != -1);
        match self.by.unwrap_or(By::Rank) {
            By::Rank if has_limit => Err(Refusal::new(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
            )),
            By::Member if self.with_scores => {
                Err(Refusal::new("ERR syntax error, WITHSCORES not supported in combination with BYLEX"))
            }
            _ => Ok(()),
        }
    }

    fn limit<'a>(&self, members: Members<'a>) -> Members<'a> {
        let Some((offset, count)) = self.limit else { return members };
        let Ok(offset) = usize::try_from(offset) else { return Box::new(std::iter::empty()) };
        // Not lazily: an iterator after `skip` is not double-ended.
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let limited: Vec<_> = members.skip(offset).take(count).collect();
        Box::new(limited.into_iter())
    }

    fn reply(&self, members: Members<'_>) -> Reply {
        let members =
            if self.by == Some(By::Rank) || self.by.is_none() { members } else { self.limit(members) };
        if self.with_scores {
            return with_scores(members);
        }
        Reply::Array(members.map(|(member, _)| Reply::bulk(member)).collect())
    }
}

impl Commands<'_> {
    fn range(&mut self, a: &[&[u8]], shape: Shape) -> Answer {
        let shape = shape.read(&a[3..])?;
        let (by, is_reversed) = (shape.by.unwrap_or(By::Rank), shape.is_reversed == Some(true));
        let is_swapped = is_reversed && by != By::Rank;
        let (min, max) = if is_swapped { (a[2], a[1]) } else { (a[1], a[2]) };
        let range = Range::read(by, min, max)?;
        let Some(set) = self.read::<SortedSet>(a[0])? else { return Ok(Reply::Array(Vec::new())) };
        Ok(shape.reply(range.of(set, is_reversed)))
    }

    fn count_range(&mut self, a: &[&[u8]], by: By) -> Answer {
        let range = Range::read(by, a[1], a[2])?;
        Ok(Reply::count(self.read(a[0])?.map_or(0, |set| range.of(set, false).count())))
    }

    fn remove_range(&mut self, a: &[&[u8]], by: By) -> Answer {
        let range = Range::read(by, a[1], a[2])?;
        let removed = self.edit(a[0], |set: &mut SortedSet| {
            let members: Vec<Member> = range.of(set, false).map(|(member, _)| member.clone()).collect();
            members.iter().filter(|member| set.remove(member).is_some()).count()
        })?;
        Ok(Reply::count(removed.unwrap_or(0)))
    }
}
