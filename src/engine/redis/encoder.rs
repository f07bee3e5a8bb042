//! Encodes calls on single entries as Redis commands.

use std::borrow::Cow;
use std::collections::HashMap;

use super::scripts;
use crate::config::{WaitReplicas, Writes};
use crate::engine::call::{
    Call, Calls, Condition, Expiry, LockStep, Operation, OperationKind, Step, StepKind, Update, UpdateReply,
};
use crate::engine::lock::GRACE;
use crate::keyspace::Keyspace;
use crate::protocol::{Effect, Request, Script};

/// Approximate size of a command without its key and value.
const COMMAND_OVERHEAD: usize = 40;
/// The argument with which scripts set no expiry.
const NO_EXPIRY: &str = "0";
/// An edit that the script rejects.
const MALFORMED: [&str; 3] = ["malformed", "0", ""];

/// Encodes the calls of a batch. Its buffers are reused.
pub struct Encoder<'a> {
    redis_key: String,
    keyspace: &'a Keyspace,
    /// Seconds, as digits.
    ttl: Option<String>,
    wait: Option<WaitReplicas>,
}

impl<'a> Encoder<'a> {
    pub fn new(keyspace: &'a Keyspace, writes: Writes) -> Self {
        let ttl = writes.ttl.map(|ttl| ttl.to_string());
        Encoder { redis_key: String::new(), keyspace, ttl, wait: writes.wait_replicas }
    }

    /// A request with capacity for the commands of all calls.
    pub fn request_for<'c>(&self, calls: &impl Calls<'c>) -> Request {
        let size = calls.bytes() + calls.len() * (self.keyspace.prefix_len() + COMMAND_OVERHEAD);
        Request::with_capacity(calls.len(), size)
    }

    /// Returns the Redis key of a call. `push` adds the command of this call.
    pub fn key_of(&mut self, call: &Call<'_>) -> &[u8] {
        self.keyspace.write_key(&mut self.redis_key, call.space(), &call.entry);
        self.redis_key.as_bytes()
    }

    /// Adds a WAIT after the commands of these operations, if `waitReplicas` is set and one of them writes.
    pub fn close(&self, request: &mut Request, operations: &[OperationKind]) -> Option<WaitReplicas> {
        let wait = self.wait.filter(|_| operations.iter().any(|operation| operation.writes()))?;
        wait.push(request);
        Some(wait)
    }

    /// Adds the command of the call that `key_of` was last called with.
    pub fn push(&self, operation: &Operation<'_>, request: &mut Request) {
        let key = self.redis_key.as_bytes();
        match operation {
            Operation::Get => request.push(&[b"GET", key], Effect::Read),
            Operation::Set { json } => match &self.ttl {
                None => request.push(&[b"SET", key, json.as_bytes()], Effect::Write),
                Some(ttl) => {
                    request.push(&[b"SET", key, json.as_bytes(), b"EX", ttl.as_bytes()], Effect::Write);
                }
            },
            Operation::Ping => request.push(&[b"PING"], Effect::Read),
            Operation::Role => request.push(&[b"ROLE"], Effect::Read),
            Operation::Delete | Operation::DeleteExisting => request.push(&[b"GETDEL", key], Effect::Write),
            Operation::SetWithOptions { json, expiry, condition } => {
                self.push_set(json, *expiry, condition, request);
            }
            Operation::DeleteIfMatch { etag } => {
                self.push_script(&scripts::DELETE_IF_MATCH, &[etag], request)
            }
            // Not STRLEN, which returns 0 for an empty text as for no key. Not EXISTS, which ignores the type.
            Operation::Has => request.push(&[b"TYPE", key], Effect::Read),
            Operation::GetWithMetadata => {
                push_script(&scripts::GET_WITH_METADATA, &[key], &[], Effect::Read, request);
            }
            Operation::Ttl => push_script(&scripts::TTL, &[key], &[], Effect::Read, request),
            Operation::Touch { expiry } => {
                self.push_script(&scripts::EXPIRY, &[&self.seconds(*expiry)], request);
            }
            Operation::Persist => self.push_script(&scripts::EXPIRY, &[], request),
            Operation::Increment { by, expiry } => {
                self.push_script(&scripts::INCREMENT, &[by, &self.seconds(*expiry)], request);
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
            Operation::Transaction(steps) => self.push_transaction(steps, request),
        }
    }

    fn push_set(&self, json: &str, expiry: Expiry, condition: &Condition<'_>, request: &mut Request) {
        let ttl = self.seconds(expiry);
        if let Condition::Match(etag) = condition {
            return self.push_script(&scripts::SET_IF_MATCH, &[etag, json, &ttl], request);
        }
        let mut parts: Vec<&[u8]> = vec![b"SET", self.redis_key.as_bytes(), json.as_bytes()];
        if ttl != NO_EXPIRY {
            parts.extend([b"EX", ttl.as_bytes()]);
        }
        if *condition == Condition::Absent {
            parts.push(b"NX");
        }
        request.push(&parts, Effect::Write);
    }

    fn push_update(&self, update: &Update<'_>, request: &mut Request) {
        let ttl = self.seconds(update.expiry);
        let reply = match update.reply {
            UpdateReply::Values => "pair",
            UpdateReply::Last => "last",
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
        self.push_script(&scripts::UPDATE, &arguments, request);
    }

    fn push_transaction(&self, steps: &[Step<'_>], request: &mut Request) {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut keys: Vec<String> = Vec::new();
        let mut arguments: Vec<Cow<'_, str>> = Vec::new();
        for step in steps {
            let key = self.keyspace.key(step.space(), &step.entry);
            let number = *numbers.entry(key.clone()).or_insert_with(|| {
                keys.push(key);
                keys.len()
            });
            arguments.extend([step_kind_name(step.kind).into(), number.to_string().into()]);
            arguments.extend([step.json.into(), self.seconds(step.expiry), condition_text(&step.condition)]);
        }
        let keys: Vec<&[u8]> = keys.iter().map(String::as_bytes).collect();
        let arguments: Vec<&str> = arguments.iter().map(|argument| &**argument).collect();
        push_script(&scripts::TRANSACTION, &keys, &arguments, Effect::Write, request);
    }

    fn push_script(&self, script: &'static Script, arguments: &[&str], request: &mut Request) {
        push_script(script, &[self.redis_key.as_bytes()], arguments, Effect::Write, request);
    }

    fn seconds(&self, expiry: Expiry) -> Cow<'_, str> {
        match expiry {
            Expiry::Default => self.ttl.as_deref().unwrap_or(NO_EXPIRY).into(),
            Expiry::Never => NO_EXPIRY.into(),
            Expiry::After(seconds) => seconds.to_string().into(),
        }
    }
}

fn push_script(
    script: &'static Script,
    keys: &[&[u8]],
    arguments: &[&str],
    effect: Effect,
    request: &mut Request,
) {
    let arguments: Vec<&[u8]> = arguments.iter().map(|argument| argument.as_bytes()).collect();
    request.push_script(script, keys, &arguments, effect);
}

fn step_name(step: LockStep) -> &'static str {
    match step {
        LockStep::Acquire => "acquire",
        LockStep::Extend => "extend",
        LockStep::Release => "release",
    }
}

fn step_kind_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Set => "set",
        StepKind::Delete => "delete",
        StepKind::Check => "check",
        StepKind::Holds => "holds",
    }
}

/// A condition in the form that the script reads.
fn condition_text<'a>(condition: &'a Condition<'_>) -> Cow<'a, str> {
    match condition {
        Condition::None => "".into(),
        Condition::Absent => "absent".into(),
        Condition::Match(etag) => format!("match:{etag}").into(),
        Condition::Fence { fence, token } => format!("fence:{fence}:{token}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::arguments;

    #[test]
    fn a_malformed_update_is_sent_as_an_edit_that_the_script_rejects() {
        let keyspace = Keyspace::new("p:".into(), false);
        let encoder = Encoder::new(&keyspace, Writes::default());
        let update = Update { expiry: Expiry::Default, etag: None, reply: UpdateReply::Last, edits: None };
        let mut request = Request::default();
        encoder.push(&Operation::Update(Box::new(update)), &mut request);
        let sent: Vec<&[u8]> = arguments(&request.bytes).collect();
        assert!(sent.ends_with(&[b"last", b"malformed", b"0", b""]));
    }
}
