//! The scan visitors of listings.

use std::sync::Arc;

use super::scanner::{Command, ScanVisitor};
use crate::engine::listing::Listing;
use crate::error::Error;
use crate::protocol::{Effect, Frame};

/// Collects keys.
pub struct TakeKeys(pub Listing);

impl ScanVisitor for TakeKeys {
    const COMMAND: Option<Command> = None;

    fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        keys.iter().for_each(|key| self.0.take_key(key));
        Ok(())
    }
}

/// Collects values.
pub struct ReadValues(pub Listing);

impl ScanVisitor for ReadValues {
    const COMMAND: Option<Command> = Some(Command { many: "MGET", one: "GET", effect: Effect::Read });

    /// Skips keys of other types and removed keys, which have the text nil.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        for (key, text) in keys.iter().zip(texts_of(keys, reply)?) {
            match text {
                Frame::Bulk(text) => self.0.take_value(key, text)?,
                Frame::Nil => {}
                _ => return Err(Error::unexpected_reply()),
            }
        }
        Ok(())
    }
}

/// The elements of a reply with one for each key.
pub fn texts_of<'a>(keys: &[Arc<str>], reply: Option<&'a Frame<'a>>) -> Result<&'a [Frame<'a>], Error> {
    match reply {
        Some(Frame::Array(texts)) if texts.len() == keys.len() => Ok(texts),
        _ => Err(Error::unexpected_reply()),
    }
}

/// Collects the keys of strings.
#[derive(Default)]
pub struct OnlyStrings(pub Vec<Arc<str>>);

impl ScanVisitor for OnlyStrings {
    const COMMAND: Option<Command> = ReadValues::COMMAND;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let texts = texts_of(keys, reply)?;
        let strings = keys.iter().zip(texts).filter(|(_, text)| text.bulk().is_some());
        self.0.extend(strings.map(|(key, _)| key.clone()));
        Ok(())
    }
}
