//! Replies kept for a task that awaits them.

use std::future::Future;

use redis::Value;
use tokio::sync::oneshot;

use super::frame::Frame;
use super::request::Sink;
use crate::error::{Error, Kind};

pub type Reply = Result<Value, Error>;

/// A sink for so many commands, and the future that has their replies.
pub fn replies(commands: usize) -> (impl Sink, impl Future<Output = Vec<Reply>>) {
    let (done, replies) = oneshot::channel();
    let dropped = || Err(Error::new(Kind::Connection, "the call was dropped"));
    let sink = Collect { replies: std::iter::repeat_with(dropped).take(commands).collect(), done };
    let lost = std::iter::repeat_with(dropped).take(commands);
    (sink, async move { replies.await.unwrap_or_else(|_| lost.collect()) })
}

struct Collect {
    replies: Vec<Reply>,
    done: oneshot::Sender<Vec<Reply>>,
}

impl Sink for Collect {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.replies[index] = reply.map(owned);
    }

    fn finish(self: Box<Self>) {
        // Whoever asked may have given up meanwhile.
        drop(self.done.send(self.replies));
    }
}

fn owned(frame: Frame<'_>) -> Value {
    match frame {
        Frame::Simple(text) | Frame::Error(text) | Frame::Bulk(text) => Value::BulkString(text.to_vec()),
        Frame::Integer(number) => Value::Int(number),
        Frame::Nil => Value::Nil,
        Frame::Array(elements) => Value::Array(elements.into_iter().map(owned).collect()),
    }
}
