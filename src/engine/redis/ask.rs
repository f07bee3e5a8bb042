//! Sends a few commands, and returns their replies.

use tokio::time::Instant;

use super::scanner::ScanTarget;
use crate::connection::{Fold, folding};
use crate::error::{Applied, Error};
use crate::protocol::{Frame, Request};

/// A reply that was copied from the receive buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Integer(i64),
    Text(Vec<u8>),
    Other,
}

impl Answer {
    pub fn integer(&self) -> Result<i64, Error> {
        if let Answer::Integer(number) = self { Ok(*number) } else { Err(Error::unexpected_reply()) }
    }
}

/// `keys`: a key of each of the first commands. The other commands concern the server itself.
pub async fn ask<W: ScanTarget>(
    target: &W,
    request: Request,
    keys: &[&str],
    deadline: Instant,
) -> Result<Vec<Result<Answer, Error>>, Error> {
    let answers = vec![Err(Error::unexpected_reply()); request.len()];
    let (sink, folded) = folding(Answers(answers));
    target.send(request, target.slots(keys.iter().copied()), deadline, sink);
    let dropped = || Error::internal("a listing").with_applied(Applied::Unknown);
    folded.await.map(|answers| answers.0).ok_or_else(dropped)
}

struct Answers(Vec<Result<Answer, Error>>);

impl Fold for Answers {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.0[index] = reply.map(|reply| match reply {
            Frame::Integer(number) => Answer::Integer(number),
            Frame::Bulk(text) => Answer::Text(text.to_vec()),
            _ => Answer::Other,
        });
    }
}
