//! A walk over the keys of a server, with commands on them on the way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::scan::Scan;
use crate::connection::{Connection, Effect, Epoch, Fold, Frame, Request, Sink, folding};
use crate::error::{Applied, Error, Kind};

/// What is done with the keys that a walk passes.
pub trait Visitor: Send + 'static {
    /// What is run on all keys.
    const COMMAND: Option<Command>;

    /// The answer for some keys, as if all were named by one command; `None` where there is no command.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error>;

    /// A failure of the walk, as the caller is to see it.
    fn explain(&self, failure: Error) -> Error {
        failure
    }
}

/// A command that is run on keys.
pub struct Command {
    /// For several keys, and for one.
    pub many: &'static str,
    pub one: &'static str,
    pub effect: Effect,
}

/// Where the commands of a walk go.
pub trait Way {
    /// Keys that one command names at most.
    const KEYS_PER_COMMAND: usize;

    fn epoch(&self) -> Epoch;

    /// Of the keys that commands name, in their order; where that matters.
    fn slots(&self, keys: &[Arc<str>]) -> Vec<Option<u16>>;

    fn send(&self, request: Request, slots: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static);
}

impl Way for Connection {
    /// Bounds what the server does in one go.
    const KEYS_PER_COMMAND: usize = 256;

    fn epoch(&self) -> Epoch {
        self.epoch()
    }

    fn slots(&self, _: &[Arc<str>]) -> Vec<Option<u16>> {
        Vec::new()
    }

    fn send(&self, request: Request, _: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static) {
        self.submit(request, deadline, Box::new(sink));
    }
}

/// Walks all matching keys. What is done with a page of them travels together with the step to the next page.
pub async fn walk<W: Way, V: Visitor>(
    way: &W,
    scan: Scan,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    walk_on(way, scan, Vec::new(), visitor, deadline).await
}

/// Visits the given keys and no others.
pub async fn visit_keys<W: Way, V: Visitor>(
    way: &W,
    keys: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    walk_on(way, Scan::complete(way.epoch()), keys, visitor, deadline).await
}

async fn walk_on<W: Way, V: Visitor>(
    way: &W,
    scan: Scan,
    page: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    let mut walk = Walk {
        scan,
        visitor,
        page,
        keys_per_command: W::KEYS_PER_COMMAND,
        next_page: Vec::new(),
        asked: Instant::now(),
        end: None,
    };
    loop {
        let (request, steps) = walk.request();
        if !request.is_empty() {
            let slots = way.slots(&walk.page);
            let (sink, folded) = folding(walk);
            way.send(request, slots, deadline, sink);
            let dropped = || Error::internal("a listing").with_applied(Applied::Unknown);
            walk = folded.await.ok_or_else(dropped)?;
        }
        match walk.end.take() {
            None => {}
            Some(End::ConnectionLost) => walk.scan.restart(way.epoch()),
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
    keys_per_command: usize,
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
            Some(Command { many, one, effect }) => {
                let name = if self.keys_per_command == 1 { one } else { many };
                for keys in self.page.chunks(self.keys_per_command) {
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
        let size = self.keys_per_command;
        let commands = if V::COMMAND.is_some() { self.page.len().div_ceil(size) } else { 0 };
        if index == commands {
            return self.take_step(reply);
        }
        let keys = &self.page[index * size..self.page.len().min((index + 1) * size)];
        let taken = match reply {
            // Asked for one by one, keys of other types show.
            Err(error) if error.kind == Kind::WrongType => Ok(()),
            Ok(reply) if size == 1 => self.visitor.take(keys, Some(&Frame::Array(vec![reply]))),
            reply => reply.and_then(|reply| self.visitor.take(keys, Some(&reply))),
        };
        self.note(taken);
    }
}

/// A visitor of several walks.
pub struct Shared<V>(Arc<Mutex<V>>);

impl<V> Shared<V> {
    pub fn new(visitor: V) -> Self {
        Shared(Arc::new(Mutex::new(visitor)))
    }

    /// The visitor, when all walks have ended.
    pub fn into_inner(self) -> V {
        let visitor = Arc::into_inner(self.0).expect("the walks have ended");
        visitor.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn visitor(&self) -> MutexGuard<'_, V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<V: Visitor> Visitor for Shared<V> {
    const COMMAND: Option<Command> = V::COMMAND;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        self.visitor().take(keys, reply)
    }

    fn explain(&self, failure: Error) -> Error {
        self.visitor().explain(failure)
    }
}
