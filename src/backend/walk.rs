//! A walk over the keys of a server, with commands on them on the way.

use std::sync::Arc;

use tokio::time::Instant;

use super::scan::Scan;
use crate::connection::{Connection, Effect, Fold, Frame, Request};
use crate::error::{Applied, Error, Kind};

/// Keys that one command names: bounds what the server does in one go.
const KEYS_PER_COMMAND: usize = 256;

/// What is done with the keys that a walk passes.
pub trait Visitor: Send + 'static {
    /// A command that is run on all keys, some at a time.
    const COMMAND: Option<(&'static str, Effect)>;

    /// The answer for some keys; `None` where there is no command.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error>;

    /// A failure of the walk, as the caller is to see it.
    fn explain(&self, failure: Error) -> Error {
        failure
    }
}

/// Walks all matching keys. What is done with a page of them travels together with the step to the next page.
pub async fn walk<V: Visitor>(
    connection: &Connection,
    scan: Scan,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    let mut walk =
        Walk { scan, visitor, page: Vec::new(), next_page: Vec::new(), asked: Instant::now(), end: None };
    loop {
        let (request, steps) = walk.request();
        if !request.is_empty() {
            let folded = connection.fold(request, deadline, walk).await;
            walk = folded.map_err(|error| error.with_applied(Applied::Unknown))?;
        }
        match walk.end.take() {
            None => {}
            Some(End::ConnectionLost) => walk.scan.restart(connection.epoch()),
            Some(End::Failed(error)) => return Err(walk.visitor.explain(error)),
        }
        if !steps {
            return Ok(walk.visitor);
        }
        walk.page = std::mem::take(&mut walk.next_page);
    }
}

struct Walk<V> {
    scan: Scan,
    visitor: V,
    /// The keys that commands are run on now.
    page: Vec<Arc<str>>,
    next_page: Vec<Arc<str>>,
    asked: Instant,
    end: Option<End>,
}

/// Why it cannot go on as it is.
enum End {
    /// While it stepped to the next page: it has to begin anew.
    ConnectionLost,
    Failed(Error),
}

impl<V: Visitor> Walk<V> {
    /// The commands on this page and the step to the next; whether there is such a step.
    fn request(&mut self) -> (Request, bool) {
        let mut request = Request::default();
        match V::COMMAND {
            Some((name, effect)) => {
                for keys in self.page.chunks(KEYS_PER_COMMAND) {
                    let mut parts = vec![name.as_bytes()];
                    parts.extend(keys.iter().map(|key| key.as_bytes()));
                    request.push(&parts, effect);
                }
            }
            None => {
                let taken = self.visitor.take(&self.page, None);
                self.note(taken);
            }
        }
        let steps = self.scan.push_step(&mut request);
        self.asked = Instant::now();
        (request, steps)
    }

    fn note(&mut self, taken: Result<(), Error>) {
        if let (Err(error), None | Some(End::ConnectionLost)) = (taken, &self.end) {
            self.end = Some(End::Failed(error));
        }
    }

    fn take_step(&mut self, reply: Result<Frame<'_>, Error>) {
        match reply {
            Ok(reply) => match self.scan.take(&reply, self.asked.elapsed()) {
                Ok(keys) => self.next_page = keys,
                Err(error) => self.note(Err(error)),
            },
            Err(error) if error.kind == Kind::Connection => {
                self.end.get_or_insert(End::ConnectionLost);
            }
            Err(error) => self.note(Err(error.with_applied(Applied::No))),
        }
    }
}

impl<V: Visitor> Fold for Walk<V> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let commands = if V::COMMAND.is_some() { self.page.len().div_ceil(KEYS_PER_COMMAND) } else { 0 };
        if index == commands {
            return self.take_step(reply);
        }
        let start = index * KEYS_PER_COMMAND;
        let keys = &self.page[start..self.page.len().min(start + KEYS_PER_COMMAND)];
        let taken = reply.and_then(|reply| self.visitor.take(keys, Some(&reply)));
        self.note(taken);
    }
}
