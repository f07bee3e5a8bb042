//! Options among the arguments of a command.

use super::number;
use super::reply::Refusal;

/// The arguments that are not read yet.
pub struct Arguments<'a>(pub &'a [&'a [u8]]);

impl<'a> Arguments<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the next argument if it is this word, in any case.
    pub fn takes(&mut self, word: &str) -> bool {
        let is_next = self.0.first().is_some_and(|next| is(next, word));
        if is_next {
            self.0 = &self.0[1..];
        }
        is_next
    }

    /// Reads the value of an option.
    pub fn next(&mut self) -> Result<&'a [u8], Refusal> {
        let (next, rest) = self.0.split_first().ok_or(Refusal::SYNTAX)?;
        self.0 = rest;
        Ok(next)
    }

    pub fn integer(&mut self) -> Result<i64, Refusal> {
        number::integer(self.next()?)
    }

    /// Reads a word and its value, if both are next.
    pub fn option(&mut self, word: &str) -> Option<&'a [u8]> {
        match self.0 {
            [name, value, rest @ ..] if is(name, word) => {
                self.0 = rest;
                Some(value)
            }
            _ => None,
        }
    }
}

pub fn is(argument: &[u8], word: &str) -> bool {
    argument.eq_ignore_ascii_case(word.as_bytes())
}
