//! Writes that wait until replicas have them.
//!
//! WAIT tells how many replicas have all writes of its connection up to then. So it travels behind the writes of a batch, on
//! the same connection, and it confirms those that were carried out by the time it is answered and no others.

use crate::call::Success;
use crate::config::WaitReplicas;
use crate::connection::{Effect, Frame, Request};
use crate::error::{Applied, Error, Kind};

impl WaitReplicas {
    /// Adds the command.
    pub fn push(&self, request: &mut Request) {
        let (count, timeout) = (self.count.to_string(), self.timeout.as_millis().to_string());
        request.push(&[b"WAIT", count.as_bytes(), timeout.as_bytes()], Effect::Confirms);
    }
}

/// Writes that were carried out and are not confirmed yet.
pub struct Confirmation {
    wait: WaitReplicas,
    held: Vec<(usize, Held)>,
}

/// What a write came to.
pub enum Held {
    Done,
    Value(Option<Vec<u8>>),
}

impl Held {
    pub fn as_success(&self) -> Success<'_> {
        match self {
            Held::Done => Success::Done,
            Held::Value(text) => Success::Value(text.as_deref()),
        }
    }
}

impl Confirmation {
    pub fn new(wait: WaitReplicas) -> Self {
        Confirmation { wait, held: Vec::new() }
    }

    pub fn hold(&mut self, index: usize, success: Success<'_>) {
        let held = match success {
            Success::Done => Held::Done,
            Success::Value(text) => Held::Value(text.map(<[u8]>::to_vec)),
        };
        self.held.push((index, held));
    }

    /// What the writes come to that were carried out so far, by the number of replicas that have them.
    pub fn confirm(
        &mut self,
        replicas: Result<Frame<'_>, Error>,
    ) -> impl Iterator<Item = (usize, Result<Held, Error>)> + use<> {
        let failure = self.failure(replicas);
        std::mem::take(&mut self.held).into_iter().map(move |(index, held)| match &failure {
            None => (index, Ok(held)),
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
            // Who is asked no more may not have it any more.
            Err(error) if error.reply.is_none() => Some(error.with_applied(Applied::Unknown)),
            Err(error) => Some(error.with_applied(Applied::Yes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn applied(replicas: Result<Frame<'_>, Error>) -> Option<(Kind, Option<Applied>)> {
        let mut confirmation =
            Confirmation::new(WaitReplicas { count: 2, timeout: Duration::from_millis(50) });
        confirmation.hold(7, Success::Done);
        let (index, outcome) = confirmation.confirm(replicas).next().unwrap();
        assert_eq!(index, 7);
        assert!(confirmation.held.is_empty());
        outcome.err().map(|error| (error.kind, error.applied))
    }

    #[test]
    fn enough_replicas_confirm_a_write() {
        assert_eq!(applied(Ok(Frame::Integer(2))), None);
        assert_eq!(applied(Ok(Frame::Integer(3))), None);
    }

    #[test]
    fn too_few_are_an_error_that_says_that_it_is_written() {
        assert_eq!(applied(Ok(Frame::Integer(1))), Some((Kind::NotReplicated, Some(Applied::Yes))));
    }

    #[test]
    fn a_refusal_leaves_it_written_and_a_lost_connection_open() {
        let refused = Error::from_reply(b"NOPERM no WAIT");
        assert_eq!(applied(Err(refused)), Some((Kind::Reply, Some(Applied::Yes))));
        let lost = Error::new(Kind::Connection, "lost");
        assert_eq!(applied(Err(lost)), Some((Kind::Connection, Some(Applied::Unknown))));
    }
}
