//! Calls on single entries as Redis commands.

use super::acting::{Acting, NO_EXPIRY};
use super::confirmation::{Confirmation, Held};
use crate::call::{Call, Calls, Operation, Outcomes, Success};
use crate::config::{WaitReplicas, Writes};
use crate::connection::{Effect, Frame, Request, Sink};
use crate::error::Error;
use crate::keyspace::Keyspace;

/// About what a command on one key is longer than its key and value: name, lengths and line ends.
const COMMAND_OVERHEAD: usize = 40;

/// Turns calls into commands; its buffers serve all calls of a batch.
pub struct Encoder<'a> {
    redis_key: String,
    keyspace: &'a Keyspace,
    /// In digits.
    ttl: Option<String>,
    wait: Option<WaitReplicas>,
}

impl<'a> Encoder<'a> {
    pub fn new(keyspace: &'a Keyspace, writes: Writes) -> Self {
        let ttl = writes.ttl.map(|ttl| ttl.to_string());
        Encoder { redis_key: String::new(), keyspace, ttl, wait: writes.wait_replicas }
    }

    /// With room for the commands of all calls.
    pub fn request_for(&self, calls: &Calls<'_>) -> Request {
        let size = calls.bytes() + calls.len() * (self.keyspace.prefix_len() + COMMAND_OVERHEAD);
        Request::with_capacity(calls.len(), size)
    }

    /// The Redis key of a call, whose command may be pushed then.
    pub fn key_of(&mut self, call: &Call<'_>) -> &[u8] {
        self.keyspace.write_key(&mut self.redis_key, call.entry());
        self.redis_key.as_bytes()
    }

    /// Adds, behind the commands of these operations, the one that confirms those that write, where that is asked for; tells
    /// what it asks.
    pub fn close(&self, request: &mut Request, operations: &[Operation]) -> Option<WaitReplicas> {
        let wait = self.wait.filter(|_| operations.iter().any(|operation| operation.writes()))?;
        wait.push(request);
        Some(wait)
    }

    /// Adds the command of the call whose key was asked for last.
    pub fn push(&self, call: &Call<'_>, request: &mut Request) {
        let redis_key = self.redis_key.as_bytes();
        match (call, &self.ttl) {
            (Call::Ping, _) => request.push(&[b"PING"], Effect::Read),
            (Call::Get { .. }, _) => request.push(&[b"GET", redis_key], Effect::Read),
            (Call::Delete { .. }, _) => request.push(&[b"GETDEL", redis_key], Effect::Write),
            (Call::Act { action, arguments, .. }, ttl) => {
                let default_ttl = ttl.as_deref().unwrap_or(NO_EXPIRY);
                Acting { redis_key, keyspace: self.keyspace, default_ttl }.push(*action, *arguments, request);
            }
            (Call::Set { json, .. }, None) => {
                request.push(&[b"SET", redis_key, json.as_bytes()], Effect::Write);
            }
            (Call::Set { json, .. }, Some(ttl)) => {
                let parts = [b"SET", redis_key, json.as_bytes(), b"EX", ttl.as_bytes()];
                request.push(&parts, Effect::Write);
            }
        }
    }
}

/// Makes outcomes of the replies to GET, SET, GETDEL, PING and those of actions, and to the WAIT behind them.
pub struct PointReplies<O> {
    operations: Vec<Operation>,
    confirmation: Option<Confirmation>,
    outcomes: O,
}

impl<O: Outcomes> PointReplies<O> {
    /// To commands of these operations, in this order.
    pub fn new(operations: Vec<Operation>, wait: Option<WaitReplicas>, outcomes: O) -> Self {
        PointReplies { operations, confirmation: wait.map(Confirmation::new), outcomes }
    }

    fn confirm(&mut self, replicas: Result<Frame<'_>, Error>) {
        let Some(confirmation) = &mut self.confirmation else { return };
        for (index, outcome) in confirmation.confirm(replicas) {
            self.outcomes.take(index, outcome.as_ref().map(Held::as_success).map_err(Clone::clone));
        }
    }
}

/// What a reply means. `json`: where it is written, if it is not what was stored.
fn success_of<'a>(
    operation: Operation,
    frame: Frame<'a>,
    json: &'a mut String,
) -> Result<Success<'a>, Error> {
    match (operation, frame) {
        (Operation::Set | Operation::Ping, Frame::Simple(_)) => Ok(Success::Done),
        (Operation::Get | Operation::Delete, Frame::Nil) => Ok(Success::Value(None)),
        (Operation::Get | Operation::Delete, Frame::Bulk(text)) => Ok(Success::Value(Some(text))),
        (Operation::Act(action), frame) if action.read(&frame, json)? => {
            Ok(Success::Value(Some(json.as_bytes())))
        }
        (Operation::Act(_), _) => Ok(Success::Done),
        _ => Err(Error::unexpected_reply()),
    }
}

impl<O: Outcomes> Sink for PointReplies<O> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let Some(operation) = self.operations.get(index) else { return self.confirm(reply) };
        let mut json = String::new();
        let outcome = match reply {
            Ok(frame) => success_of(*operation, frame, &mut json),
            Err(error) => Err(error),
        };
        match (&mut self.confirmation, outcome) {
            (Some(confirmation), Ok(success)) if operation.writes() => confirmation.hold(index, success),
            (_, outcome) => self.outcomes.take(index, outcome),
        }
    }

    fn finish(mut self: Box<Self>) {
        self.confirm(Ok(Frame::Integer(0)));
        self.outcomes.finish();
    }
}
