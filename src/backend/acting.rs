//! Actions as Redis commands, and what these are answered.

use std::borrow::Cow;
use std::collections::HashMap;

use super::scripts;
use crate::action::Action;
use crate::call::Arguments;
use crate::connection::{Effect, Frame, Request, Script};
use crate::error::Error;
use crate::json;
use crate::keyspace::Keyspace;

/// How an expiry says that there is none.
pub const NO_EXPIRY: &str = "0";

/// An action on one entry.
pub struct Acting<'a> {
    pub redis_key: &'a [u8],
    pub keyspace: &'a Keyspace,
    /// In digits.
    pub default_ttl: &'a str,
}

impl<'a> Acting<'a> {
    /// Adds the command.
    pub fn push(&self, action: Action, mut arguments: Arguments<'_>, request: &mut Request) {
        let key = self.redis_key;
        match action {
            Action::Write => self.push_write(arguments, request),
            Action::Take => self.push_script(&scripts::DELETE_IF_MATCH, &arguments.next_n::<1>(), request),
            Action::Remove => request.push(&[b"GETDEL", key], Effect::Write),
            Action::Has => request.push(&[b"STRLEN", key], Effect::Read),
            Action::Inspect => push_script(&scripts::INSPECT, &[key], &[], Effect::Read, request),
            Action::Ttl => request.push(&[b"PTTL", key], Effect::Read),
            Action::Touch => self.push_script(&scripts::EXPIRY, &arguments.next_n::<1>(), request),
            Action::Persist => self.push_script(&scripts::EXPIRY, &[], request),
            Action::Increment => {
                let [by, ttl] = arguments.next_n();
                self.push_script(&scripts::INCREMENT, &[by, self.expiry(ttl)], request);
            }
            Action::Update => {
                let [ttl] = arguments.next_n();
                let rest: Vec<_> = [self.expiry(ttl)].into_iter().chain(arguments).collect();
                self.push_script(&scripts::UPDATE, &rest, request);
            }
            Action::Lock => self.push_script(&scripts::LOCK, &arguments.next_n::<3>(), request),
            Action::Limit => self.push_script(&scripts::LIMIT, &arguments.next_n::<3>(), request),
            Action::Transact => self.push_transaction(arguments, request),
        }
    }

    fn push_write(&self, mut arguments: Arguments<'_>, request: &mut Request) {
        let [json, ttl, condition] = arguments.next_n();
        let ttl = self.expiry(ttl);
        if let Some(etag) = condition.strip_prefix("match:") {
            return self.push_script(&scripts::SET_IF_MATCH, &[etag.into(), json, ttl], request);
        }
        let mut parts: Vec<&[u8]> = vec![b"SET", self.redis_key, json.as_bytes()];
        if ttl != NO_EXPIRY {
            parts.extend([b"EX", ttl.as_bytes()]);
        }
        if condition == "absent" {
            parts.push(b"NX");
        }
        request.push(&parts, Effect::Write);
    }

    fn push_transaction(&self, mut arguments: Arguments<'_>, request: &mut Request) {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut keys: Vec<String> = Vec::new();
        let mut operations: Vec<Cow<'_, str>> = Vec::new();
        while let Some(kind) = arguments.next() {
            let [name, json, ttl, condition] = arguments.next_n();
            let key = self.keyspace.key(&name);
            let number = *numbers.entry(key.clone()).or_insert_with(|| {
                keys.push(key);
                keys.len()
            });
            operations.extend([kind, number.to_string().into(), json, self.expiry(ttl), condition]);
        }
        let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
        push_script(&scripts::TRANSACT, &keys, &operations, Effect::Write, request);
    }

    fn push_script(&self, script: &'static Script, arguments: &[Cow<'_, str>], request: &mut Request) {
        push_script(script, &[self.redis_key], arguments, Effect::Write, request);
    }

    fn expiry<'b>(&self, given: Cow<'b, str>) -> Cow<'b, str>
    where
        'a: 'b,
    {
        if given.is_empty() { Cow::Borrowed(self.default_ttl) } else { given }
    }
}

fn push_script(
    script: &'static Script,
    keys: &[&[u8]],
    arguments: &[Cow<'_, str>],
    effect: Effect,
    request: &mut Request,
) {
    let arguments: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_bytes()).collect();
    request.push_script(script, keys, &arguments, effect);
}

impl Action {
    /// Bytes of the script that it may be sent with.
    pub fn script_bytes(self) -> usize {
        match self {
            Action::Write => scripts::SET_IF_MATCH.source.len(),
            Action::Take => scripts::DELETE_IF_MATCH.source.len(),
            Action::Inspect => scripts::INSPECT.source.len(),
            Action::Increment => scripts::INCREMENT.source.len(),
            Action::Update => scripts::UPDATE.source.len(),
            Action::Lock => scripts::LOCK.source.len(),
            Action::Limit => scripts::LIMIT.source.len(),
            Action::Transact => scripts::TRANSACT.source.len(),
            Action::Touch | Action::Persist => scripts::EXPIRY.source.len(),
            Action::Remove | Action::Has | Action::Ttl => 0,
        }
    }

    /// What it came to, added to `json`; whether that is anything.
    pub fn read(self, reply: &Frame<'_>, json: &mut String) -> Result<bool, Error> {
        match (self, reply) {
            (Action::Write, Frame::Simple(_)) => return Ok(false),
            (Action::Write, Frame::Nil) => return Err(Error::conflict("there is an entry already")),
            (Action::Remove, Frame::Bulk(_)) => json.push_str("true"),
            (Action::Remove, Frame::Nil) => json.push_str("false"),
            _ => write_json(reply, json)?,
        }
        Ok(true)
    }
}

/// A reply as JSON; strings in it are stored texts.
fn write_json(reply: &Frame<'_>, json: &mut String) -> Result<(), Error> {
    match reply {
        Frame::Nil => json.push_str("null"),
        Frame::Integer(number) => json.push_str(itoa::Buffer::new().format(*number)),
        Frame::Bulk(text) => json.push_str(json::checked(text)?),
        Frame::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                json.push(if index == 0 { '[' } else { ',' });
                write_json(element, json)?;
            }
            json.push(']');
        }
        Frame::Simple(_) | Frame::Error(_) => return Err(Error::unexpected_reply()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(action: Action, reply: &Frame<'_>) -> Result<Option<String>, Error> {
        let mut json = String::new();
        Ok(action.read(reply, &mut json)?.then_some(json))
    }

    #[test]
    fn replies_become_json() {
        let reply = Frame::Array(vec![Frame::Bulk(b"{\"a\":[]}"), Frame::Nil, Frame::Integer(-1)]);
        assert_eq!(read(Action::Inspect, &reply).unwrap().unwrap(), "[{\"a\":[]},null,-1]");
        assert_eq!(read(Action::Write, &Frame::Simple(b"OK")).unwrap(), None);
        assert_eq!(read(Action::Remove, &Frame::Bulk(b"not JSON")).unwrap().unwrap(), "true");
    }

    #[test]
    fn a_text_that_would_shift_its_neighbours_is_corrupt() {
        assert!(read(Action::Inspect, &Frame::Array(vec![Frame::Bulk(b"1,2")])).is_err());
    }
}
