//! Converts the replies to the commands of calls to their outcomes.

use super::permissions::explained;
use super::replica_ack::{PendingWrite, ReplicaAck};
use crate::config::WaitReplicas;
use crate::engine::call::{OperationKind, Outcomes, Success};
use crate::error::Error;
use crate::protocol::{Frame, Sink};

pub struct CallReplies<O> {
    operations: Vec<OperationKind>,
    replica_ack: Option<ReplicaAck>,
    outcomes: O,
}

impl<O: Outcomes> CallReplies<O> {
    /// `operations`: those of the commands, in order. With `wait`, a WAIT follows them.
    pub fn new(operations: Vec<OperationKind>, wait: Option<WaitReplicas>, outcomes: O) -> Self {
        CallReplies { operations, replica_ack: wait.map(ReplicaAck::new), outcomes }
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
        let Some(operation) = self.operations.get(index) else { return self.confirm(reply) };
        let wrote = self.replica_ack.is_some() && reply.as_ref().is_ok_and(|frame| operation.wrote(frame));
        let mut json = String::new();
        let outcome = match reply {
            Ok(frame) => operation.success_of(frame, &mut json),
            // A server that refuses PING is available all the same.
            Err(error) if *operation == OperationKind::Ping && error.is_answer() => Ok(Success::Done),
            Err(error) if *operation == OperationKind::Role && error.is_answer() => Ok(Success::Value(None)),
            Err(error) => Err(explained(error, *operation)),
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
