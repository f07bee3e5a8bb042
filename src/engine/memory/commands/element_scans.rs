//! Scans of the elements of one collection.

use std::ops::Bound;

use super::number;
use super::reply::Reply;
use super::scan::{ScanOptions, cursor};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::entries::Key;
use crate::engine::memory::sorted_set::SortedSet;
use crate::engine::memory::value::{Collection, Hash, Set};

/// A collection up to this size is returned in one step, as by Redis.
const SMALL: usize = 128;

pub const COMMANDS: &[Command] = &[
    command("HSCAN", -3, |commands, a| commands.scan_elements::<Hash>(a)),
    command("SSCAN", -3, |commands, a| commands.scan_elements::<Set>(a)),
    command("ZSCAN", -3, |commands, a| commands.scan_elements::<SortedSet>(a)),
];

/// Names of elements, and what is returned with each.
type Elements<'a> = Box<dyn Iterator<Item = (&'a [u8], Option<Vec<u8>>)> + 'a>;

/// A collection whose elements have an order by name, in which they are scanned.
trait Scanned: Collection {
    fn len(&self) -> usize;
    /// The elements after a name.
    fn after<'a>(&'a self, name: Option<&[u8]>) -> Elements<'a>;
}

fn from(name: Option<&[u8]>) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (name.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

impl Scanned for Hash {
    fn len(&self) -> usize {
        Hash::len(self)
    }

    fn after<'a>(&'a self, name: Option<&[u8]>) -> Elements<'a> {
        Box::new(self.range::<[u8], _>(from(name)).map(|(field, value)| (&**field, Some(value.clone()))))
    }
}

impl Scanned for Set {
    fn len(&self) -> usize {
        Set::len(self)
    }

    fn after<'a>(&'a self, name: Option<&[u8]>) -> Elements<'a> {
        Box::new(self.range::<[u8], _>(from(name)).map(|member| (&**member, None)))
    }
}

impl Scanned for SortedSet {
    fn len(&self) -> usize {
        SortedSet::len(self)
    }

    fn after<'a>(&'a self, name: Option<&[u8]>) -> Elements<'a> {
        let members = SortedSet::after(self, from(name).0);
        Box::new(members.map(|(member, score)| (&**member, Some(number::score(score)))))
    }
}

impl Commands<'_> {
    fn scan_elements<T: Scanned>(&mut self, a: &[&[u8]]) -> Answer {
        let cursor = cursor(a[1])?;
        if self.read::<T>(a[0])?.is_none() {
            return Ok(self.step(0, None, Vec::new()));
        }
        let options = ScanOptions::read(&a[2..], false)?;
        let after = self.position(cursor)?;
        let Some(collection) = self.read::<T>(a[0])? else { return Ok(Reply::Nil) };
        let count = if collection.len() <= SMALL { SMALL } else { options.count };
        let mut elements = collection.after(after.as_deref());
        let (mut found, mut last) = (Vec::new(), None);
        for (name, value) in elements.by_ref().take(count) {
            if options.matches(name) {
                found.push(Reply::bulk(name));
                found.extend(value.map(Reply::Bulk));
            }
            last = Some(Key::from(name));
        }
        let last = last.filter(|_| elements.next().is_some());
        drop(elements);
        Ok(self.step(cursor, last, found))
    }
}
