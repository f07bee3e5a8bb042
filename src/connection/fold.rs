//! Folds replies, as they arrive, into a value that a task awaits.

use std::future::Future;

use tokio::sync::oneshot;

use crate::error::Error;
use crate::protocol::{Frame, Sink};

/// Processes the replies to a request in place, in the receive buffer.
pub trait Fold: Send + 'static {
    /// Receives the reply to one command; see [`Sink::take`].
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>);
}

/// Returns a sink that passes all replies to `fold`, and a future that resolves to `fold` after the last one, or to
/// `None` if the request was dropped.
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
        // The receiver may have been dropped meanwhile.
        drop(self.done.send(self.fold));
    }
}
