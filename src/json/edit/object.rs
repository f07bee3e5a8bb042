//! An object that is being edited.

use std::borrow::Cow;
use std::collections::HashMap;

use super::limits::Steps;
use super::name::{Name, plain};
use super::parts::{Part, cut, write_added};
use super::scan::{after_space, after_string, after_value, byte};
use crate::error::Error;

#[derive(Debug)]
pub struct Object<'a, P> {
    text: &'a str,
    members: Vec<Member>,
    /// If several members have the same name, the last one, as in JavaScript.
    numbers: HashMap<Cow<'a, str>, usize>,
    /// Members of the text that were set, or removed (`None`), by number.
    changed: HashMap<usize, Option<P>>,
    /// New members, with their names as JSON strings; `None` if one was removed again.
    added: Vec<(&'a str, Option<P>)>,
    added_numbers: HashMap<Cow<'a, str>, usize>,
}

/// The position of a member in the text.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    start: usize,
    name_end: usize,
    value_start: usize,
    value_end: usize,
    /// The comma or bracket after it.
    mark: usize,
    /// The number of the previous member with the same name.
    equal_before: Option<usize>,
}

impl Member {
    pub fn name<'a>(&self, text: &'a str) -> Name<'a> {
        Name::new(&text[self.start..self.name_end])
    }

    pub fn value<'a>(&self, text: &'a str) -> &'a str {
        &text[self.value_start..self.value_end]
    }
}

/// The members of the text of an object.
pub fn members(text: &str) -> Vec<Member> {
    let (mut members, mut start) = (Vec::new(), after_space(text, 1));
    if byte(text, start) == b'}' {
        return members;
    }
    loop {
        let name_end = after_string(text, start);
        let value_start = after_space(text, after_space(text, name_end) + 1);
        let value_end = after_value(text, value_start);
        let mark = after_space(text, value_end);
        members.push(Member { start, name_end, value_start, value_end, mark, equal_before: None });
        if byte(text, mark) != b',' {
            return members;
        }
        start = after_space(text, mark + 1);
    }
}

impl<'a, P: Part<'a>> Object<'a, P> {
    pub fn open(text: &'a str, steps: &mut Steps) -> Result<Self, Error> {
        let mut members = members(text);
        steps.take(members.len())?;
        let mut numbers = HashMap::with_capacity(members.len());
        for (number, member) in members.iter_mut().enumerate() {
            member.equal_before = numbers.insert(plain(&text[member.start..member.name_end]), number);
        }
        let (changed, added, added_numbers) = (HashMap::new(), Vec::new(), HashMap::new());
        Ok(Object { text, members, numbers, changed, added, added_numbers })
    }

    /// An object with one member.
    pub fn with(name: &Name<'a>, value: P) -> Self {
        let mut object = Object {
            text: "{}",
            members: Vec::new(),
            numbers: HashMap::new(),
            changed: HashMap::new(),
            added: Vec::new(),
            added_numbers: HashMap::new(),
        };
        object.put(name, Some(value));
        object
    }

    /// Takes the value of a member, which the caller must set again.
    pub fn take(&mut self, name: &Name<'a>) -> Option<P> {
        if let Some(number) = self.added_numbers.get(&name.plain) {
            return self.added[*number].1.take();
        }
        let number = *self.numbers.get(&name.plain)?;
        match self.changed.remove(&number) {
            Some(Some(value)) => Some(value),
            _ => Some(P::unedited(self.members[number].value(self.text))),
        }
    }

    /// Sets a member, or removes all members with its name.
    pub fn put(&mut self, name: &Name<'a>, value: Option<P>) {
        if let Some(number) = self.numbers.get(&name.plain).copied() {
            match value {
                Some(value) => drop(self.changed.insert(number, Some(value))),
                None => self.cut(name, number),
            }
        } else if let Some(number) = self.added_numbers.get(&name.plain).copied() {
            if value.is_none() {
                self.added_numbers.remove(&name.plain);
            }
            self.added[number].1 = value;
        } else if value.is_some() {
            self.added_numbers.insert(name.plain.clone(), self.added.len());
            self.added.push((name.json, value));
        }
    }

    fn cut(&mut self, name: &Name<'a>, last: usize) {
        self.numbers.remove(&name.plain);
        let mut next = Some(last);
        while let Some(number) = next {
            self.changed.insert(number, None);
            next = self.members[number].equal_before;
        }
    }

    pub fn write(&self, whole: &mut String) {
        let (mut at, mut is_kept, mut comma) = (0, false, 0);
        for (number, member) in self.members.iter().enumerate() {
            match self.changed.get(&number) {
                None => is_kept = true,
                Some(Some(value)) => {
                    whole.push_str(&self.text[at..member.value_start]);
                    value.write(whole);
                    (at, is_kept) = (member.value_end, true);
                }
                Some(None) => {
                    let (start, end) =
                        cut(self.text, is_kept.then_some(comma), member.start, member.value_end, member.mark);
                    whole.push_str(&self.text[at..start]);
                    at = end;
                }
            }
            comma = member.mark;
        }
        whole.push_str(&self.text[at..self.text.len() - 1]);
        let added = self.added.iter().filter_map(|(name, value)| Some((Some(*name), value.as_ref()?)));
        write_added(added, is_kept, whole);
        whole.push('}');
    }
}
