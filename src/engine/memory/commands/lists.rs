//! Commands on the ends of lists, and reads of lists.

use super::arguments::is;
use super::number;
use super::reply::{Refusal, Reply};
use super::sorted_set_bounds::ranks;
use super::{Answer, Command, Commands, command};
use crate::engine::memory::value::List;

pub const COMMANDS: &[Command] = &[
    command("LPUSH", -3, |commands, a| commands.push(a, List::push_front)),
    command("RPUSH", -3, |commands, a| commands.push(a, List::push_back)),
    command("LPUSHX", -3, |commands, a| commands.push_existing(a, List::push_front)),
    command("RPUSHX", -3, |commands, a| commands.push_existing(a, List::push_back)),
    command("LPOP", -2, |commands, a| commands.pop_element(a, List::pop_front, "lpop")),
    command("RPOP", -2, |commands, a| commands.pop_element(a, List::pop_back, "rpop")),
    command("LLEN", 2, |commands, a| Ok(Reply::count(commands.read::<List>(a[0])?.map_or(0, List::len)))),
    command("LRANGE", 4, |commands, a| commands.lrange(a)),
    command("LINDEX", 3, |commands, a| commands.lindex(a)),
    command("LMOVE", 5, |commands, a| commands.lmove(a)),
    command("RPOPLPUSH", 3, |commands, a| commands.move_element(a[0], a[1], false, true)),
];

type Push = fn(&mut List, Vec<u8>);
type Pop = fn(&mut List) -> Option<Vec<u8>>;

/// Where an index is; a negative one counts from the end.
pub fn place(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add_unsigned(len as u64)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < len)
}

impl Commands<'_> {
    fn push(&mut self, a: &[&[u8]], push: Push) -> Answer {
        let length = self.edit_or_create(a[0], |list: &mut List| {
            a[1..].iter().for_each(|element| push(list, element.to_vec()));
            list.len()
        })?;
        Ok(Reply::count(length))
    }

    fn push_existing(&mut self, a: &[&[u8]], push: Push) -> Answer {
        match self.read::<List>(a[0])? {
            Some(_) => self.push(a, push),
            None => Ok(Reply::Integer(0)),
        }
    }

    fn pop_element(&mut self, a: &[&[u8]], pop: Pop, name: &str) -> Answer {
        let count = match a[1..] {
            [] => None,
            [count] => Some(number::positive(count)?),
            _ => return Err(Refusal::arity(name)),
        };
        let popped = self.edit(a[0], |list: &mut List| match count {
            None => pop(list).map_or(Reply::Nil, Reply::Bulk),
            Some(count) => {
                let count = count.min(list.len());
                Reply::Array((0..count).filter_map(|_| pop(list)).map(Reply::Bulk).collect())
            }
        })?;
        Ok(popped.unwrap_or(Reply::Nil))
    }

    fn lrange(&mut self, a: &[&[u8]]) -> Answer {
        let (start, end) = (number::integer(a[1])?, number::integer(a[2])?);
        let Some(list) = self.read::<List>(a[0])? else { return Ok(Reply::Array(Vec::new())) };
        let elements = ranks(start, end, list.len()).map(|(start, end)| list.range(start..=end));
        Ok(Reply::array(elements.into_iter().flatten()))
    }

    fn lindex(&mut self, a: &[&[u8]]) -> Answer {
        let Some(list) = self.read::<List>(a[0])? else { return Ok(Reply::Nil) };
        let index = number::integer(a[1])?;
        Ok(Reply::optional(place(index, list.len()).and_then(|index| list.get(index))))
    }

    fn lmove(&mut self, a: &[&[u8]]) -> Answer {
        let from_left = is_left(a[2])?;
        self.move_element(a[0], a[1], from_left, is_left(a[3])?)
    }

    fn move_element(&mut self, from: &[u8], to: &[u8], from_left: bool, to_left: bool) -> Answer {
        if self.read::<List>(from)?.is_none() {
            return Ok(Reply::Nil);
        }
        self.read::<List>(to)?;
        let take = |list: &mut List| if from_left { list.pop_front() } else { list.pop_back() };
        let put = |list: &mut List, element| {
            if to_left { list.push_front(element) } else { list.push_back(element) }
        };
        if from == to {
            let moved = self.edit(from, |list: &mut List| {
                let element = take(list)?;
                put(list, element.clone());
                Some(element)
            })?;
            return Ok(Reply::optional(moved.flatten().as_ref()));
        }
        let Some(element) = self.edit(from, take)?.flatten() else { return Ok(Reply::Nil) };
        self.edit_or_create(to, |list: &mut List| put(list, element.clone()))?;
        Ok(Reply::Bulk(element))
    }
}

fn is_left(word: &[u8]) -> Result<bool, Refusal> {
    if is(word, "LEFT") {
        return Ok(true);
    }
    if is(word, "RIGHT") { Ok(false) } else { Err(Refusal::SYNTAX) }
}
