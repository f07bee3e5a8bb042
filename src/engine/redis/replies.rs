//! Converts the replies to the commands of calls to their outcomes.

use super::indexed::{named, reply_of_entry};
use super::permissions::explained;
use super::replica_ack::{PendingWrite, ReplicaAck};
use super::sent::SentCalls;
use crate::config::{Values, WaitReplicas};
use crate::engine::call::{OperationKind, Outcomes, Success};
use crate::engine::command_replies::failure_of;
use crate::engine::stored::reply_as_json;
use crate::error::Error;
use crate::protocol::{Frame, Sink};

pub struct CallReplies<O> {
    calls: SentCalls,
    replica_ack: Option<ReplicaAck>,
    values: Values,
    outcomes: O,
}

impl<O: Outcomes> CallReplies<O> {
    /// `calls`: those of the commands, in order. With `wait`, a WAIT follows them.
    pub fn new(calls: SentCalls, wait: Option<WaitReplicas>, values: Values, outcomes: O) -> Self {
        CallReplies { calls, replica_ack: wait.map(ReplicaAck::new), values, outcomes }
    }

    fn confirm(&mut self, replicas: Result<Frame<'_>, Error>) {
        let Some(replica_ack) = &mut self.replica_ack else { return };
        for (index, outcome) in replica_ack.confirm(replicas) {
            self.outcomes.take(index, outcome.as_ref().map(PendingWrite::as_success).map_err(Clone::clone));
        }
    }
}

impl<O: Outcomes> Sink for CallReplies<O> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let Some(operation) = self.calls.operations.get(index) else { return self.confirm(reply) };
        let of_index = self.calls.index_of(index);
        let reply = match of_index {
            None => reply,
            Some(of_index) => reply
                .map_err(|error| named(error, of_index))
                .and_then(|reply| reply_of_entry(*operation, reply, of_index)),
        };
        let wrote = self.replica_ack.is_some() && reply.as_ref().is_ok_and(|frame| operation.wrote(frame));
        let (mut value, mut json) = (String::new(), String::new());
        let reply = match reply {
            Ok(frame) if self.values != Values::Json => {
                reply_as_json(self.values, *operation, frame, &mut value)
            }
            reply => reply,
        };
        let outcome = match reply {
            Ok(frame) => operation.success_of(frame, &mut json),
            // A server that refuses PING is available all the same.
            Err(error) if *operation == OperationKind::Ping && error.is_answer() => Ok(Success::Done),
            Err(error) if *operation == OperationKind::Role && error.is_answer() => Ok(Success::Value(None)),
            Err(error) => match operation {
                OperationKind::Commands(kind) => Err(failure_of(*kind, error)),
                operation => Err(explained(error, *operation, of_index.is_some())),
            },
        };
        match (&mut self.replica_ack, outcome) {
            (Some(replica_ack), Ok(success)) if wrote => replica_ack.add(index, success),
            (_, outcome) => self.outcomes.take(index, outcome),
        }
    }

    fn finish(mut self: Box<Self>) {
        self.confirm(Ok(Frame::Integer(0)));
        self.outcomes.finish();
    }
}
