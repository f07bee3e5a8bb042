//! Calls on single entries, and how those of one tick cross from JavaScript: in one string.
//!
//! Each call is a record: a letter for what it does, the name of the entry (`<traceId>:<key>`), what else it takes (for a
//! set, the JSON text of the value), each behind a separator, and a terminator. The marks are control characters, which
//! JSON text cannot contain; in names they are escaped.

use std::borrow::Cow;

use crate::action::Action;
use crate::error::Error;

const END: u8 = 0;
const SEPARATOR: u8 = 1;
const ESCAPE: char = '\u{2}';
/// An escaped mark is this much larger than the mark.
const ESCAPE_OFFSET: u8 = b'0';

/// One call on one entry.
#[derive(Debug, PartialEq, Eq)]
pub enum Call<'a> {
    Get { entry: Cow<'a, str> },
    Set { entry: Cow<'a, str>, json: &'a str },
    Delete { entry: Cow<'a, str> },
    Act { action: Action, entry: Cow<'a, str>, arguments: Arguments<'a> },
    Ping,
}

impl Call<'_> {
    /// The entry's name: `<traceId>:<key>`; empty where the call is about none.
    pub fn entry(&self) -> &str {
        match self {
            Call::Get { entry }
            | Call::Set { entry, .. }
            | Call::Delete { entry }
            | Call::Act { entry, .. } => entry,
            Call::Ping => "",
        }
    }

    pub fn operation(&self) -> Operation {
        match self {
            Call::Get { .. } => Operation::Get,
            Call::Set { .. } => Operation::Set,
            Call::Delete { .. } => Operation::Delete,
            Call::Act { action, .. } => Operation::Act(*action),
            Call::Ping => Operation::Ping,
        }
    }
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Get,
    Set,
    Delete,
    Act(Action),
    Ping,
}

impl Operation {
    pub fn writes(self) -> bool {
        match self {
            Operation::Set | Operation::Delete => true,
            Operation::Get | Operation::Ping => false,
            Operation::Act(action) => action.writes(),
        }
    }
}

/// What a call came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Success<'a> {
    /// Nothing was asked for.
    Done,
    /// The stored text read (and, for a delete, removed), if there was one; JSON, unless somebody else wrote it.
    Value(Option<&'a [u8]>),
}

/// Takes what the calls of a batch come to.
pub trait Outcomes: Send + 'static {
    /// The outcome of a call. Mostly they come in the order of the calls; not where one failed early or was sent again.
    fn take(&mut self, index: usize, outcome: Result<Success<'_>, Error>);

    /// Each call has its outcome.
    fn finish(self);
}

/// What a call takes beside the name of the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arguments<'a> {
    rest: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    fn in_text(rest: Option<&'a str>) -> Self {
        Arguments { rest }
    }

    /// The next so many.
    pub fn next_n<const N: usize>(&mut self) -> [Cow<'a, str>; N] {
        std::array::from_fn(|_| self.next().expect("a record has all its arguments"))
    }
}

impl<'a> Iterator for Arguments<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest?;
        let end = memchr::memchr(SEPARATOR, rest.as_bytes());
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(unescaped(&rest[..end.unwrap_or(rest.len())]))
    }
}

/// The calls of a batch, in order.
///
/// # Panics
///
/// On a record that the JavaScript side never writes.
#[derive(Clone, Copy, Debug)]
pub struct Calls<'a> {
    count: usize,
    rest: &'a str,
}

impl<'a> Calls<'a> {
    /// `count` calls in one text.
    pub fn new(count: usize, text: &'a str) -> Self {
        Calls { count, rest: text }
    }

    /// Bytes of ids and values, and a few more for each call.
    pub fn bytes(&self) -> usize {
        self.rest.len()
    }

    /// What stands before the first `mark`, which is left out of what remains.
    fn split(text: &'a str, mark: u8) -> (&'a str, &'a str) {
        let end = memchr::memchr(mark, text.as_bytes()).expect("a record is whole");
        (&text[..end], &text[end + 1..])
    }

    fn call(record: &'a str) -> Call<'a> {
        let (letter, rest) = record.split_at(1);
        match letter {
            "G" => Call::Get { entry: unescaped(rest) },
            "D" => Call::Delete { entry: unescaped(rest) },
            "S" => {
                let (entry, json) = Self::split(rest, SEPARATOR);
                Call::Set { entry: unescaped(entry), json }
            }
            "P" => Call::Ping,
            _ => {
                let action =
                    Action::of(letter).unwrap_or_else(|| unreachable!("no call starts with {letter:?}"));
                let mut arguments = Arguments::in_text(Some(rest));
                let [entry] = arguments.next_n();
                Call::Act { action, entry, arguments }
            }
        }
    }
}

impl<'a> Iterator for Calls<'a> {
    type Item = Call<'a>;

    fn next(&mut self) -> Option<Call<'a>> {
        self.count = self.count.checked_sub(1)?;
        let record;
        (record, self.rest) = Self::split(self.rest, END);
        Some(Self::call(record))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Calls<'_> {}

fn unescaped(name: &str) -> Cow<'_, str> {
    if memchr::memchr(ESCAPE as u8, name.as_bytes()).is_none() {
        return Cow::Borrowed(name);
    }
    let mut plain = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == ESCAPE { mark(chars.next()) } else { c });
    }
    Cow::Owned(plain)
}

fn mark(escaped: Option<char>) -> char {
    let escaped = escaped.and_then(|c| u8::try_from(c).ok()).expect("an escape is followed by a mark");
    char::from(escaped - ESCAPE_OFFSET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_become_calls_in_order() {
        let batch = "Gt:a\0St:b\u{1}{\"x\":1}\0D:\0P\0";
        let expected = [
            Call::Get { entry: "t:a".into() },
            Call::Set { entry: "t:b".into(), json: "{\"x\":1}" },
            Call::Delete { entry: ":".into() },
            Call::Ping,
        ];
        assert_eq!(Calls::new(4, batch).collect::<Vec<_>>(), expected);
        assert_eq!(Calls::new(0, "").count(), 0);
    }

    #[test]
    fn an_action_has_arguments() {
        let Some(Call::Act { action, entry, mut arguments }) = Calls::new(1, "It:n\u{1}5\u{1}\0").next()
        else {
            panic!("no action");
        };
        assert_eq!((action, entry.as_ref()), (Action::Increment, "t:n"));
        assert_eq!(arguments.next_n(), ["5", ""]);
        assert_eq!(arguments.next(), None);
    }

    #[test]
    fn marks_in_names_come_back() {
        let batch = "Ga\u{2}0\u{2}1\u{2}2é:b\0";
        assert_eq!(Calls::new(1, batch).next(), Some(Call::Get { entry: "a\0\u{1}\u{2}é:b".into() }));
    }
}
