//! Commands within lists.

use super::arguments::{Arguments, is};
use super::lists::place;
use super::number;
use super::reply::{Refusal, Reply};
use super::sorted_set_bounds::ranks;
use super::{Answer, Command, Commands, command};
use crate::engine::memory::value::List;

pub const COMMANDS: &[Command] = &[
    command("LSET", 4, |commands, a| commands.lset(a)),
    command("LTRIM", 4, |commands, a| commands.ltrim(a)),
    command("LREM", 4, |commands, a| commands.lrem(a)),
    command("LINSERT", 5, |commands, a| commands.linsert(a)),
    command("LPOS", -3, |commands, a| commands.lpos(a)),
];

/// The options of LPOS.
struct Positions {
    /// Which match is the first one to return; a negative one counts from the end.
    rank: i64,
    /// 0: all.
    count: Option<i64>,
    /// How many elements are compared; 0: all.
    limit: i64,
}

impl Positions {
    fn read(arguments: &[&[u8]]) -> Result<Self, Refusal> {
        let (mut options, mut arguments) =
            (Positions { rank: 1, count: None, limit: 0 }, Arguments(arguments));
        while !arguments.is_empty() {
            if let Some(rank) = arguments.option("RANK") {
                options.rank = rank_of(rank)?;
            } else if let Some(count) = arguments.option("COUNT") {
                options.count = Some(not_negative(count, "ERR COUNT can't be negative")?);
            } else if let Some(limit) = arguments.option("MAXLEN") {
                options.limit = not_negative(limit, "ERR MAXLEN can't be negative")?;
            } else {
                return Err(Refusal::SYNTAX);
            }
        }
        Ok(options)
    }

    fn find(&self, list: &List, element: &[u8]) -> Vec<usize> {
        let all = |number: i64| {
            if number == 0 { usize::MAX } else { usize::try_from(number).unwrap_or(usize::MAX) }
        };
        let places: Box<dyn Iterator<Item = usize>> =
            if self.rank > 0 { Box::new(0..list.len()) } else { Box::new((0..list.len()).rev()) };
        let skipped = usize::try_from(self.rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
        let found = places.take(all(self.limit)).filter(|place| list[*place] == element).skip(skipped);
        found.take(all(self.count.unwrap_or(1))).collect()
    }
}

fn rank_of(text: &[u8]) -> Result<i64, Refusal> {
    match number::integer(text)? {
        0 => Err(Refusal::new(
            "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from \
             the end of the list",
        )),
        i64::MIN => Err(Refusal::new(
            "ERR value is out of range, must be between -9223372036854775807 and 9223372036854775807",
        )),
        rank => Ok(rank),
    }
}

fn not_negative(text: &[u8], refusal: &'static str) -> Result<i64, Refusal> {
    number::integer(text).ok().filter(|number| *number >= 0).ok_or(Refusal::new(refusal))
}

impl Commands<'_> {
    fn lset(&mut self, a: &[&[u8]]) -> Answer {
        self.read::<List>(a[0])?.ok_or(Refusal::NO_KEY)?;
        let index = number::integer(a[1])?;
        let is_set = self.edit(a[0], |list: &mut List| {
            let place = place(index, list.len())?;
            list[place] = a[2].to_vec();
            Some(())
        })?;
        is_set.flatten().ok_or(Refusal::new("ERR index out of range"))?;
        Ok(Reply::OK)
    }

    fn ltrim(&mut self, a: &[&[u8]]) -> Answer {
        let (start, end) = (number::integer(a[1])?, number::integer(a[2])?);
        self.edit(a[0], |list: &mut List| match ranks(start, end, list.len()) {
            None => list.clear(),
            Some((start, end)) => {
                list.truncate(end + 1);
                list.drain(..start);
            }
        })?;
        Ok(Reply::OK)
    }

    /// A negative count removes the last ones, 0 all.
    fn lrem(&mut self, a: &[&[u8]]) -> Answer {
        let count = number::integer(a[1])?;
        let removed = self.edit(a[0], |list: &mut List| {
            let before = list.len();
            let mut left = if count == 0 { u64::MAX } else { count.unsigned_abs() };
            let mut keeps = |element: &Vec<u8>| {
                let is_removed = left > 0 && element == a[2];
                left -= u64::from(is_removed);
                !is_removed
            };
            if count < 0 {
                let mut kept: List = std::mem::take(list).into_iter().rev().filter(keeps).collect();
                kept.make_contiguous().reverse();
                *list = kept;
            } else {
                list.retain(&mut keeps);
            }
            before - list.len()
        })?;
        Ok(Reply::count(removed.unwrap_or(0)))
    }

    fn linsert(&mut self, a: &[&[u8]]) -> Answer {
        let offset = match a[1] {
            word if is(word, "BEFORE") => 0,
            word if is(word, "AFTER") => 1,
            _ => return Err(Refusal::SYNTAX),
        };
        let length = self.edit(a[0], |list: &mut List| {
            let pivot = list.iter().position(|element| element == a[2])?;
            list.insert(pivot + offset, a[3].to_vec());
            Some(list.len())
        })?;
        Ok(match length {
            None => Reply::Integer(0),
            Some(None) => Reply::Integer(-1),
            Some(Some(length)) => Reply::count(length),
        })
    }

    fn lpos(&mut self, a: &[&[u8]]) -> Answer {
        let options = Positions::read(&a[2..])?;
        let found = self.read::<List>(a[0])?.map(|list| options.find(list, a[1])).unwrap_or_default();
        if options.count.is_some() {
            return Ok(Reply::Array(found.into_iter().map(Reply::count).collect()));
        }
        Ok(found.first().map_or(Reply::Nil, |place| Reply::count(*place)))
    }
}
