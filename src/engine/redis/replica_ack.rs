//! Writes that wait until replicas confirm them.
//!
//! WAIT returns how many replicas have all earlier writes of its connection. So it is sent after the writes of a batch,
//! on the same connection, and confirms only those writes that were executed before its reply.

use crate::config::WaitReplicas;
use crate::engine::call::Success;
use crate::error::{Applied, Error, Kind};
use crate::protocol::{Effect, Frame, Request};

impl WaitReplicas {
    /// Adds a WAIT to the request.
    pub fn push(&self, request: &mut Request) {
        let (count, timeout) = (self.count.to_string(), self.timeout.as_millis().to_string());
        request.push(&[b"WAIT", count.as_bytes(), timeout.as_bytes()], Effect::Confirms);
    }
}

/// Executed writes that replicas have not confirmed yet.
pub struct ReplicaAck {
    wait: WaitReplicas,
    pending: Vec<(usize, PendingWrite)>,
}

/// The result of an executed write.
pub enum PendingWrite {
    Done,
    Value(Option<Vec<u8>>),
}

impl PendingWrite {
    pub fn as_success(&self) -> Success<'_> {
        match self {
            PendingWrite::Done => Success::Done,
            PendingWrite::Value(text) => Success::Value(text.as_deref()),
        }
    }
}

impl ReplicaAck {
    pub fn new(wait: WaitReplicas) -> Self {
        ReplicaAck { wait, pending: Vec::new() }
    }

    pub fn add(&mut self, index: usize, success: Success<'_>) {
        let write = match success {
            // Replies to commands of the user are not confirmed.
            Success::Done | Success::Reply(..) => PendingWrite::Done,
            Success::Value(text) | Success::Tracked { text, .. } => {
                PendingWrite::Value(text.map(<[u8]>::to_vec))
            }
        };
        self.pending.push((index, write));
    }

    /// The outcomes of the pending writes, for the reply to WAIT.
    pub fn confirm(
        &mut self,
        replicas: Result<Frame<'_>, Error>,
    ) -> impl Iterator<Item = (usize, Result<PendingWrite, Error>)> + use<> {
        let failure = self.failure(replicas);
        std::mem::take(&mut self.pending).into_iter().map(move |(index, write)| match &failure {
            None => (index, Ok(write)),
            Some(failure) => (index, Err(failure.clone())),
        })
    }

    fn failure(&self, replicas: Result<Frame<'_>, Error>) -> Option<Error> {
        let WaitReplicas { count, timeout } = self.wait;
        match replicas {
            Ok(Frame::Integer(confirmed)) if confirmed >= i64::from(count) => None,
            Ok(Frame::Integer(confirmed)) => {
                let timeout = timeout.as_millis();
                let detail = format!(
                    "the value is written, but only {confirmed} of {count} replicas confirmed it within {timeout} ms"
                );
                Some(Error::new(Kind::NotReplicated, detail).with_applied(Applied::Yes))
            }
            Ok(_) => Some(Error::unexpected_reply().with_applied(Applied::Yes)),
            // The master was lost, and with it perhaps the write.
            Err(error) if error.refusal.is_none() => Some(error.with_applied(Applied::Unknown)),
            Err(error) => Some(error.with_applied(Applied::Yes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn applied(replicas: Result<Frame<'_>, Error>) -> Option<(Kind, Option<Applied>)> {
        let mut replica_ack = ReplicaAck::new(WaitReplicas { count: 2, timeout: Duration::from_millis(50) });
        replica_ack.add(7, Success::Done);
        let (index, outcome) = replica_ack.confirm(replicas).next().unwrap();
        assert_eq!(index, 7);
        assert!(replica_ack.pending.is_empty());
        outcome.err().map(|error| (error.kind, error.applied))
    }

    #[test]
    fn enough_replicas_confirm_a_write() {
        assert_eq!(applied(Ok(Frame::Integer(2))), None);
        assert_eq!(applied(Ok(Frame::Integer(3))), None);
    }

    #[test]
    fn too_few_replicas_are_an_error_with_applied_yes() {
        assert_eq!(applied(Ok(Frame::Integer(1))), Some((Kind::NotReplicated, Some(Applied::Yes))));
    }

    #[test]
    fn a_refused_wait_is_applied_yes_and_a_lost_connection_is_unknown() {
        let refused = Error::from_reply(b"NOPERM no WAIT");
        assert_eq!(applied(Err(refused)), Some((Kind::Reply, Some(Applied::Yes))));
        let lost = Error::new(Kind::Connection, "lost");
        assert_eq!(applied(Err(lost)), Some((Kind::Connection, Some(Applied::Unknown))));
    }
}
