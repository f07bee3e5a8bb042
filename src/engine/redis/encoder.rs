//! Encodes calls on single entries as Redis commands.

mod commands;
mod names;
mod transaction;

use std::borrow::Cow;
use std::time::Duration;

use self::names::step_name;
use super::indexed::{self, Change};
use super::scripts;
use super::scripts::EntryScript;
use super::sent::SentCalls;
use crate::config::{Values, WaitReplicas, Writes};
use crate::engine::call::{Call, Calls, Condition, Expiry, Operation, Update, UpdateReply};
use crate::engine::lock::GRACE;
use crate::engine::rate_limit::interval;
use crate::engine::stored::stored;
use crate::keyspace::Keyspace;
use crate::protocol::{Effect, Request, Script};

/// Approximate size of a command without its key and value.
const COMMAND_OVERHEAD: usize = 40;
/// Approximate size of the commands of an index, without prefix and ids.
const INDEX_OVERHEAD: usize = 140;
/// The argument with which scripts set no expiry.
const NO_EXPIRY: &str = "0";
const NO_ARGUMENTS: &[&str] = &[];
/// An edit that the script rejects.
const MALFORMED: [&str; 3] = ["malformed", "0", ""];

/// Encodes the calls of a batch. Its buffers are reused.
pub struct Encoder<'a> {
    redis_key: String,
    /// The key of the index that the call changes.
    index: String,
    /// Where in the Redis key the member of the index begins; `None` if the call changes no index.
    member: Option<usize>,
    keyspace: &'a Keyspace,
    /// The default expiry, as arguments of SET.
    ttl: Option<(&'static [u8], String)>,
    default_expiry: Option<Duration>,
    wait: Option<WaitReplicas>,
    values: Values,
}

impl<'a> Encoder<'a> {
    pub fn new(keyspace: &'a Keyspace, writes: Writes) -> Self {
        let ttl = writes.ttl.map(set_arguments);
        let (redis_key, index) = (String::new(), String::new());
        Encoder {
            redis_key,
            index,
            member: None,
            keyspace,
            ttl,
            default_expiry: writes.ttl,
            wait: writes.wait_replicas,
            values: writes.values,
        }
    }

    /// A request with capacity for the commands of all calls.
    pub fn request_for<'c>(&self, calls: &impl Calls<'c>) -> Request {
        let of_index =
            if self.keyspace.keeps_index() { self.keyspace.prefix_len() + INDEX_OVERHEAD } else { 0 };
        let size = calls.bytes() + calls.len() * (self.keyspace.prefix_len() + COMMAND_OVERHEAD + of_index);
        Request::with_capacity(calls.len(), size)
    }

    /// Returns the Redis key of a call. `push` adds the command of this call.
    pub fn key_of<'s>(&'s mut self, call: &'s Call<'_>) -> &'s [u8] {
        if let Operation::Commands(commands) = &call.operation {
            self.member = None;
            return &commands.key;
        }
        self.keyspace.write_key(&mut self.redis_key, call.space(), &call.entry);
        if self.keyspace.keeps_index() {
            self.member = self.find_index(&call.operation);
        }
        self.redis_key.as_bytes()
    }

    fn find_index(&mut self, operation: &Operation<'_>) -> Option<usize> {
        match operation {
            // `redis_key` can be that of a lock.
            Operation::Transaction(steps) => steps.iter().find_map(|step| {
                self.keyspace.write_index(&mut self.index, &self.keyspace.key(step.space(), &step.entry))
            }),
            operation if changes_entry(operation) => {
                self.keyspace.write_index(&mut self.index, &self.redis_key)
            }
            _ => None,
        }
    }

    /// What the server stores for a value.
    pub fn values(&self) -> Values {
        self.values
    }

    /// The key of the index that the call changes.
    pub fn index(&self) -> Option<&str> {
        self.member.map(|_| &*self.index)
    }

    /// Adds a WAIT after the commands of these calls, if `waitReplicas` is set and one of them writes.
    pub fn close(&self, request: &mut Request, calls: &SentCalls) -> Option<WaitReplicas> {
        let wait = self.wait.filter(|_| calls.operations.iter().any(|operation| operation.may_wait()))?;
        wait.push(request);
        Some(wait)
    }

    /// Adds the command of the call that `key_of` was last called with.
    pub fn push(&self, operation: &Operation<'_>, request: &mut Request) {
        let key = self.redis_key.as_bytes();
        match operation {
            Operation::Get => request.push(&[b"GET", key], Effect::Read),
            Operation::GetTracked => {
                let unit: [&[&[u8]]; 3] = [&[b"CLIENT", b"CACHING", b"YES"], &[b"PTTL", key], &[b"GET", key]];
                // The server remembers PTTL, so a change between both is reported before the reply to GET.
                request.push_unit(&unit, Effect::Read);
            }
            Operation::Set { json } => {
                let value = stored(self.values, json);
                match &self.ttl {
                    None => self.push_write(&[b"SET", key, &value], Change::Add, request),
                    Some((unit, time)) => {
                        let parts: [&[u8]; 5] = [b"SET", key, &value, unit, time.as_bytes()];
                        self.push_write(&parts, Change::Add, request);
                    }
                }
            }
            Operation::Ping => request.push(&[b"PING"], Effect::Read),
            Operation::Role => request.push(&[b"ROLE"], Effect::Read),
            Operation::Delete | Operation::DeleteExisting => {
                self.push_write(&[b"GETDEL", key], Change::Remove, request);
            }
            Operation::SetWithOptions { json, expiry, condition } => {
                self.push_set(json, *expiry, condition, request);
            }
            Operation::DeleteIfMatch { etag } => {
                self.push_entry_script(&scripts::DELETE_IF_MATCH, &[etag.as_bytes()], request);
            }
            // Not STRLEN, which returns 0 for an empty text as for no key. Not EXISTS, which ignores the type.
            Operation::Has => request.push(&[b"TYPE", key], Effect::Read),
            Operation::GetWithMetadata => {
                push_script(&scripts::GET_WITH_METADATA, &[key], NO_ARGUMENTS, Effect::Read, request);
            }
            Operation::Ttl => push_script(&scripts::TTL, &[key], NO_ARGUMENTS, Effect::Read, request),
            Operation::Touch { expiry } => {
                self.push_script(&scripts::EXPIRY, &[&self.milliseconds(*expiry)], request);
            }
            Operation::Persist => self.push_script(&scripts::EXPIRY, &[], request),
            Operation::Increment { by, expiry, with_ttl } => {
                let ttl = self.milliseconds(*expiry);
                let arguments = [*by, &*ttl, "ttl"];
                let arguments = if *with_ttl { &arguments[..] } else { &arguments[..2] };
                self.push_entry_script(&scripts::INCREMENT, arguments, request);
            }
            Operation::Update(update) => self.push_update(update, request),
            Operation::Lock { step, token, hold, waits } => {
                let (hold, grace) = (hold.as_millis().to_string(), GRACE.as_millis().to_string());
                let waits = if *waits { "wait" } else { "" };
                self.push_script(&scripts::LOCK, &[step_name(*step), token, &hold, &grace, waits], request);
            }
            Operation::RateLimit { limit, window, cost } => {
                let numbers = [limit.to_string(), window.as_millis().to_string(), cost.to_string()];
                self.push_script(&scripts::RATE_LIMIT, &numbers.each_ref().map(String::as_str), request);
            }
            Operation::SlidingWindow { limit, window, cost } => {
                let window = window.as_millis() as u64;
                self.push_numbers(
                    &scripts::SLIDING_WINDOW,
                    [*limit, window, *cost, interval(window)],
                    request,
                );
            }
            Operation::TokenBucket { limit, window, cost, refill } => {
                let window = window.as_millis() as u64;
                self.push_numbers(&scripts::TOKEN_BUCKET, [*limit, window, *cost, *refill], request);
            }
            Operation::Transaction(steps) => self.push_transaction(steps, request),
            Operation::Commands(users) => commands::push(users, request),
        }
    }

    fn push_set(&self, json: &str, expiry: Expiry, condition: &Condition<'_>, request: &mut Request) {
        let value = stored(self.values, json);
        if let Condition::Match(etag) = condition {
            let ttl = self.milliseconds(expiry);
            let arguments = [etag.as_bytes(), &value, ttl.as_bytes()];
            return self.push_entry_script(&scripts::SET_IF_MATCH, &arguments, request);
        }
        let ttl = expiry.or(self.default_expiry).map(set_arguments);
        let mut parts: Vec<&[u8]> = vec![b"SET", self.redis_key.as_bytes(), &value];
        if let Some((unit, time)) = &ttl {
            parts.extend([*unit, time.as_bytes()]);
        }
        if *condition == Condition::Absent {
            parts.push(b"NX");
        }
        self.push_write(&parts, Change::Add, request);
    }

    fn push_update(&self, update: &Update<'_>, request: &mut Request) {
        let ttl = self.milliseconds(update.expiry);
        let reply = match update.reply {
            UpdateReply::Values => "pair",
            UpdateReply::Last => "last",
            UpdateReply::LastWithTtl => "timed",
        };
        let depths: Vec<String> =
            update.edits.iter().flatten().map(|edit| edit.path().len().to_string()).collect();
        let mut arguments = vec![&*ttl, update.etag.as_deref().unwrap_or_default(), reply];
        if update.edits.is_none() {
            arguments.extend(MALFORMED);
        }
        for (edit, depth) in update.edits.iter().flatten().zip(&depths) {
            arguments.extend([edit.name(), depth.as_str()]);
            arguments.extend(edit.path());
            arguments.push(edit.json());
        }
        self.push_entry_script(&scripts::UPDATE, &arguments, request);
    }

    /// Adds the command of an entry, with that of its index if it has one.
    fn push_write(&self, parts: &[&[u8]], change: Change, request: &mut Request) {
        match self.member {
            None => request.push(parts, Effect::Write),
            Some(member) => {
                let member = &self.redis_key.as_bytes()[member..];
                indexed::push(request, self.index.as_bytes(), member, change, parts);
            }
        }
    }

    fn push_entry_script<T: AsRef<[u8]>>(
        &self,
        script: &'static EntryScript,
        arguments: &[T],
        request: &mut Request,
    ) {
        let keys = [self.redis_key.as_bytes(), self.index.as_bytes()];
        let keys = if self.member.is_some() { &keys[..] } else { &keys[..1] };
        push_script(script.get(self.member.is_some()), keys, arguments, Effect::Write, request);
    }

    fn push_numbers(&self, script: &'static Script, numbers: [u64; 4], request: &mut Request) {
        let numbers = numbers.map(|number| number.to_string());
        self.push_script(script, &numbers.each_ref().map(String::as_str), request);
    }

    fn push_script(&self, script: &'static Script, arguments: &[&str], request: &mut Request) {
        push_script(script, &[self.redis_key.as_bytes()], arguments, Effect::Write, request);
    }

    /// The expiry, as an argument of scripts.
    fn milliseconds(&self, expiry: Expiry) -> Cow<'static, str> {
        match expiry.or(self.default_expiry) {
            None => NO_EXPIRY.into(),
            Some(time) => time.as_millis().to_string().into(),
        }
    }
}

/// The expiry, as arguments of SET: in seconds if it is whole seconds, as other clients write it.
fn set_arguments(time: Duration) -> (&'static [u8], String) {
    match time.subsec_millis() {
        0 => (b"EX", time.as_secs().to_string()),
        _ => (b"PX", time.as_millis().to_string()),
    }
}

/// Whether the operation can write or remove its entry.
fn changes_entry(operation: &Operation<'_>) -> bool {
    use Operation::{Delete, DeleteExisting, DeleteIfMatch, Increment, Set, SetWithOptions, Update};
    matches!(
        operation,
        Set { .. }
            | SetWithOptions { .. }
            | Delete
            | DeleteExisting
            | DeleteIfMatch { .. }
            | Increment { .. }
            | Update(_)
    )
}

fn push_script<T: AsRef<[u8]>>(
    script: &'static Script,
    keys: &[&[u8]],
    arguments: &[T],
    effect: Effect,
    request: &mut Request,
) {
    let arguments: Vec<&[u8]> = arguments.iter().map(AsRef::as_ref).collect();
    request.push_script(script, keys, &arguments, effect);
}

#[cfg(test)]
mod tests;
