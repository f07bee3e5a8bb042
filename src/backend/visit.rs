//! What the listings and `clear` do with the keys they pass.

use std::sync::Arc;

use super::walk::{Command, Visitor};
use crate::connection::{Effect, Frame};
use crate::error::{Applied, Error};
use crate::listing::Listing;

/// Collects keys.
pub struct TakeKeys(pub Listing);

impl Visitor for TakeKeys {
    const COMMAND: Option<Command> = None;

    fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        keys.iter().for_each(|key| self.0.take_key(key));
        Ok(())
    }
}

/// Collects values.
pub struct ReadValues(pub Listing);

impl Visitor for ReadValues {
    const COMMAND: Option<Command> = Some(Command { many: "MGET", one: "GET", effect: Effect::Read });

    /// Keys of other types, and those removed meanwhile, have no text.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let texts = match reply {
            Some(Frame::Array(texts)) if texts.len() == keys.len() => texts,
            _ => return Err(Error::unexpected_reply()),
        };
        for (key, text) in keys.iter().zip(texts) {
            match text {
                Frame::Bulk(text) => self.0.take_value(key, text)?,
                Frame::Nil => {}
                _ => return Err(Error::unexpected_reply()),
            }
        }
        Ok(())
    }
}

/// Tells the keys of strings from others.
#[derive(Default)]
pub struct OnlyStrings(pub Vec<Arc<str>>);

impl Visitor for OnlyStrings {
    const COMMAND: Option<Command> = ReadValues::COMMAND;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let texts = reply.map(Frame::elements).unwrap_or_default();
        let strings = keys.iter().zip(texts).filter(|(_, text)| text.bulk().is_some());
        self.0.extend(strings.map(|(key, _)| key.clone()));
        Ok(())
    }
}

/// Removes all keys.
#[derive(Default)]
pub struct Remove {
    any: bool,
}

impl Visitor for Remove {
    const COMMAND: Option<Command> = Some(Command { many: "UNLINK", one: "UNLINK", effect: Effect::Write });

    fn take(&mut self, _: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        self.any = true;
        Ok(())
    }

    /// Where some keys are gone, the call as a whole may be applied or not.
    fn explain(&self, failure: Error) -> Error {
        let applied = if self.any { Applied::Unknown } else { failure.applied.unwrap_or(Applied::No) };
        failure.with_applied(applied)
    }
}
