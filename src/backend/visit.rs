//! What the listings and `clear` do with the keys they pass.

use std::sync::Arc;

use super::walk::Visitor;
use crate::connection::{Effect, Frame};
use crate::error::{Applied, Error};
use crate::listing::Listing;

/// Collects keys.
pub struct TakeKeys(pub Listing);

impl Visitor for TakeKeys {
    const COMMAND: Option<(&'static str, Effect)> = None;

    fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        keys.iter().for_each(|key| self.0.take_key(key));
        Ok(())
    }
}

/// Collects values.
pub struct ReadValues(pub Listing);

impl Visitor for ReadValues {
    const COMMAND: Option<(&'static str, Effect)> = Some(("MGET", Effect::Read));

    /// Keys of other types, and those removed meanwhile, have no text.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let Some(Frame::Array(texts)) = reply.filter(|reply| reply.elements().len() == keys.len()) else {
            return Err(Error::unexpected_reply());
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

/// Removes all keys.
#[derive(Default)]
pub struct Remove {
    any: bool,
}

impl Visitor for Remove {
    const COMMAND: Option<(&'static str, Effect)> = Some(("UNLINK", Effect::Write));

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
