//! Reads records of commands of the user.
//!
//! After the letter: form, encoding, effect, and how the key is given. Then the arguments; one that is bytes is its length, and
//! a mark separates the commands of a unit.

use std::borrow::Cow;

use super::{Arguments, unescaped};
use crate::engine::call::{Commands, CommandsForm, CommandsKind, Encoding};

/// In the table of records.
pub const ANY: CommandsKind =
    CommandsKind { form: CommandsForm::One, encoding: Encoding::Text, reads: false, is_partial: false };

/// Starts an argument that is bytes; its length follows.
const BYTES: &str = "\u{2}b";
/// Between the commands of a unit.
const NEXT: &str = "\u{2};";
/// The key is the first argument, and not one of the command.
const EXPLICIT: &str = "x";

pub fn read<'a>(mut arguments: Arguments<'a>, bytes: &mut &'a [u8]) -> Commands<'a> {
    let head = arguments.json();
    let (kind, position) = head.split_at(3);
    let kind = kind_of(kind.as_bytes());
    let explicit = (position == EXPLICIT).then(|| argument(arguments.json(), bytes));
    let keys = if kind.form == CommandsForm::Script { arguments.number() } else { 0 };
    let (mut parts, mut ends) = (Vec::new(), Vec::new());
    while let Some(text) = arguments.next() {
        if text == NEXT {
            ends.push(parts.len());
        } else {
            parts.push(argument(text, bytes));
        }
    }
    if kind.form == CommandsForm::Unit {
        ends.push(parts.len());
    }
    let among = || parts.get(position.parse::<usize>().ok()?).cloned();
    let key = explicit.or_else(among).unwrap_or_default();
    Commands { kind, key, parts, ends, keys }
}

fn kind_of(letters: &[u8]) -> CommandsKind {
    let form = match letters[0] {
        b'c' => CommandsForm::One,
        b'u' => CommandsForm::Unit,
        b's' => CommandsForm::Script,
        letter => unreachable!("no form is {letter}"),
    };
    let encoding = if letters[1] == b'b' { Encoding::Bytes } else { Encoding::Text };
    CommandsKind { form, encoding, reads: letters[2] == b'r', is_partial: letters[2] == b'p' }
}

fn argument<'a>(text: &'a str, bytes: &mut &'a [u8]) -> Cow<'a, [u8]> {
    let Some(length) = text.strip_prefix(BYTES) else {
        return match unescaped(text) {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
    };
    let length = length.parse().expect("the length is a number");
    let (argument, rest) = bytes.split_at_checked(length).expect("all bytes crossed");
    *bytes = rest;
    Cow::Borrowed(argument)
}

#[cfg(test)]
mod tests;
