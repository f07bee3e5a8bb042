//! The options of SET and GETEX.

use super::arguments::{Arguments, is};
use super::expiry::Unit;
use super::reply::Refusal;

#[derive(Debug, Default)]
pub struct SetOptions<'a> {
    pub is_new: bool,
    pub is_existing: bool,
    /// The value that the key must have.
    pub equals: Option<&'a [u8]>,
    pub get: bool,
    pub keeps_ttl: bool,
    pub persists: bool,
    pub expiry: Option<(Unit, &'a [u8])>,
}

impl<'a> SetOptions<'a> {
    pub fn of_set(arguments: &'a [&'a [u8]]) -> Result<Self, Refusal> {
        let (mut options, mut arguments) = (SetOptions::default(), Arguments(arguments));
        while !arguments.is_empty() {
            if options.take_expiry(&mut arguments)? {
                continue;
            }
            let word = arguments.next()?;
            if is(word, "NX") && !options.is_existing && options.equals.is_none() {
                options.is_new = true;
            } else if is(word, "XX") && !options.is_new && options.equals.is_none() {
                options.is_existing = true;
            } else if is(word, "IFEQ") && !options.is_new && !options.is_existing {
                options.equals = Some(arguments.next()?);
            } else if is(word, "GET") {
                options.get = true;
            } else if is(word, "KEEPTTL") && options.expiry.is_none() {
                options.keeps_ttl = true;
            } else {
                return Err(Refusal::SYNTAX);
            }
        }
        Ok(options)
    }

    pub fn of_getex(arguments: &'a [&'a [u8]]) -> Result<Self, Refusal> {
        let (mut options, mut arguments) = (SetOptions::default(), Arguments(arguments));
        while !arguments.is_empty() {
            if options.take_expiry(&mut arguments)? {
                continue;
            }
            if !arguments.takes("PERSIST") || options.expiry.is_some() {
                return Err(Refusal::SYNTAX);
            }
            options.persists = true;
        }
        Ok(options)
    }

    fn take_expiry(&mut self, arguments: &mut Arguments<'a>) -> Result<bool, Refusal> {
        for (name, unit) in Unit::NAMED {
            let Some(value) = arguments.option(name) else { continue };
            let has_other = self.expiry.is_some_and(|(other, _)| other != unit);
            if has_other || self.keeps_ttl || self.persists {
                return Err(Refusal::SYNTAX);
            }
            self.expiry = Some((unit, value));
            return Ok(true);
        }
        Ok(false)
    }
}
