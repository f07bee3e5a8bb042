//! Sends one command that concerns a server itself, such as ROLE.

use tokio::time::Instant;

use crate::connection::{Connection, Fold, folding};
use crate::error::{Error, Kind};
use crate::protocol::{Effect, Frame, Request, Sink};

/// Returns the reply on a connection, as converted by `read`.
pub async fn ask<T: Send + 'static>(
    connection: &Connection,
    command: &[&str],
    deadline: Instant,
    read: impl Fn(&Frame<'_>) -> Option<T> + Send + 'static,
) -> Result<T, Error> {
    ask_by(|request, sink| connection.submit(request, deadline, sink), command, read).await
}

/// Like [`ask`], with the function that sends the request.
pub async fn ask_by<T: Send + 'static>(
    submit: impl FnOnce(Request, Box<dyn Sink>),
    command: &[&str],
    read: impl Fn(&Frame<'_>) -> Option<T> + Send + 'static,
) -> Result<T, Error> {
    let mut request = Request::default();
    let parts: Vec<&[u8]> = command.iter().map(|part| part.as_bytes()).collect();
    request.push(&parts, Effect::Read);
    let (sink, folded) = folding(Answer(None, read));
    submit(request, Box::new(sink));
    let dropped = || Error::new(Kind::Connection, "the call was dropped");
    folded.await.ok_or_else(dropped)?.0.unwrap_or_else(|| Err(Error::unexpected_reply()))
}

struct Answer<T, F>(Option<Result<T, Error>>, F);

impl<T, F> Fold for Answer<T, F>
where
    T: Send + 'static,
    F: Fn(&Frame<'_>) -> Option<T> + Send + 'static,
{
    fn take(&mut self, _: usize, reply: Result<Frame<'_>, Error>) {
        self.0 = Some(reply.and_then(|reply| (self.1)(&reply).ok_or_else(Error::unexpected_reply)));
    }
}
