//! Replies folded, as they come, into what a task awaits.

use std::future::Future;

use tokio::sync::oneshot;

use super::frame::Frame;
use super::request::Sink;
use crate::error::Error;

/// Takes the replies to a request where they stand, in the receive buffer.
pub trait Fold: Send + 'static {
    /// The reply to a command; see [`Sink::take`].
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>);
}

/// A sink that hands all replies to `fold`, and the future that has it back when there are no more; `None` where the
/// request was dropped.
pub fn folding<F: Fold>(fold: F) -> (impl Sink, impl Future<Output = Option<F>>) {
    let (done, folded) = oneshot::channel();
    (Folding { fold, done }, async move { folded.await.ok() })
}

struct Folding<F> {
    fold: F,
    done: oneshot::Sender<F>,
}

impl<F: Fold> Sink for Folding<F> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.fold.take(index, reply);
    }

    fn finish(self: Box<Self>) {
        // Whoever asked may have given up meanwhile.
        drop(self.done.send(self.fold));
    }
}
