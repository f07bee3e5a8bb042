//! An array that is being edited.

use std::collections::BTreeMap;

use super::limits::Steps;
use super::name::Name;
use super::parts::{Part, cut, write_added};
use super::scan::{after_space, after_value, byte};
use crate::error::Error;

/// Number of elements that cost as much as one if all are numbers, booleans or null, which are skipped quickly.
const BATCH: usize = 32;

#[derive(Debug)]
pub struct Array<'a, P> {
    text: &'a str,
    /// The positions of the elements in the text.
    elements: Vec<(u32, u32)>,
    changed: BTreeMap<usize, P>,
    /// The numbers of removed elements of the text, ascending.
    removed: Vec<usize>,
    added: Vec<P>,
}

enum Place {
    /// An element of the text, by number.
    Kept(usize),
    Added(usize),
    /// There is no such element, and none can be added there.
    Nowhere,
}

impl<'a, P: Part<'a>> Array<'a, P> {
    pub fn open(text: &'a str, added: Vec<P>, steps: &mut Steps) -> Result<Self, Error> {
        let elements = elements(text);
        let is_plain = !text[1..].contains(['"', '[', '{']);
        steps.take(if is_plain { elements.len() / BATCH } else { elements.len() })?;
        Ok(Array { text, elements, changed: BTreeMap::new(), removed: Vec::new(), added })
    }

    pub fn append(&mut self, value: P) {
        self.added.push(value);
    }

    /// Takes an element, which the caller must set again.
    pub fn take(&mut self, name: &Name<'a>) -> Option<P> {
        match self.place(name) {
            Place::Kept(number) => {
                Some(self.changed.remove(&number).unwrap_or_else(|| P::unedited(self.element(number))))
            }
            Place::Added(number) if number < self.added.len() => {
                Some(std::mem::replace(&mut self.added[number], P::unedited("")))
            }
            _ => None,
        }
    }

    /// Sets an element, appends one at the end, or removes one.
    pub fn put(&mut self, name: &Name<'a>, value: Option<P>) -> Result<(), Error> {
        match (self.place(name), value) {
            (Place::Kept(number), Some(value)) => drop(self.changed.insert(number, value)),
            (Place::Kept(number), None) => {
                let at = self.removed.partition_point(|removed| *removed < number);
                self.removed.insert(at, number);
            }
            (Place::Added(number), Some(value)) if number < self.added.len() => self.added[number] = value,
            (Place::Added(_), Some(value)) => self.added.push(value),
            (Place::Added(number), None) if number < self.added.len() => drop(self.added.remove(number)),
            (Place::Nowhere, Some(_)) => {
                return Err(Error::mismatch(&format!("the array has no element {}", name.json)));
            }
            (_, None) => {}
        }
        Ok(())
    }

    fn place(&self, name: &Name<'_>) -> Place {
        let kept = self.elements.len() - self.removed.len();
        match name.index {
            Some(index) if index < kept => Place::Kept(self.number_of(index)),
            Some(index) if index <= kept + self.added.len() => Place::Added(index - kept),
            _ => Place::Nowhere,
        }
    }

    /// The element of the text at an index, without the removed ones.
    fn number_of(&self, index: usize) -> usize {
        self.removed.iter().fold(index, |index, removed| index + usize::from(*removed <= index))
    }

    fn element(&self, number: usize) -> &'a str {
        let (start, end) = self.elements[number];
        &self.text[start as usize..end as usize]
    }

    pub fn write(&self, whole: &mut String) {
        let (mut at, mut gone) = (0, 0);
        for number in self.touched() {
            let (start, end) = self.elements[number];
            let (start, end) = (start as usize, end as usize);
            let (start, end) = match self.changed.get(&number) {
                Some(_) => (start, end),
                None => {
                    let comma = (number > gone).then(|| self.comma_before(number));
                    gone += 1;
                    cut(self.text, comma, start, end, after_space(self.text, end))
                }
            };
            whole.push_str(&self.text[at..start]);
            if let Some(value) = self.changed.get(&number) {
                value.write(whole);
            }
            at = end;
        }
        whole.push_str(&self.text[at..self.text.len() - 1]);
        let added = self.added.iter().map(|value| (None, value));
        write_added(added, self.elements.len() > self.removed.len(), whole);
        whole.push(']');
    }

    /// The changed or removed elements of the text, ascending.
    fn touched(&self) -> Vec<usize> {
        let mut touched: Vec<usize> = self.changed.keys().chain(&self.removed).copied().collect();
        touched.sort_unstable();
        touched
    }

    fn comma_before(&self, number: usize) -> usize {
        after_space(self.text, self.elements[number - 1].1 as usize)
    }
}

/// The positions of the elements of an array. Texts of more than 4 GiB are rejected before.
fn elements(text: &str) -> Vec<(u32, u32)> {
    let (mut elements, mut start) = (Vec::new(), after_space(text, 1));
    if byte(text, start) == b']' {
        return elements;
    }
    loop {
        let end = after_value(text, start);
        elements.push((start as u32, end as u32));
        let mark = after_space(text, end);
        if byte(text, mark) != b',' {
            return elements;
        }
        start = after_space(text, mark + 1);
    }
}
