//! Scans keys page by page, and runs commands on each page.

mod visitor;

use std::ops::Range;
use std::sync::Arc;

use tokio::time::Instant;

pub use self::visitor::{Command, ScanVisitor, Shared};
use super::scan::Scan;
use super::steps::{Patience, Steps};
use crate::connection::{Connection, Fold, folding};
use crate::error::{Applied, Error, Kind};
use crate::protocol::{Frame, Generation, Request, Sink};

/// Where the commands of a scan are sent.
pub trait ScanTarget {
    /// Limit of keys in one command.
    const KEYS_PER_COMMAND: usize;

    fn generation(&self) -> Generation;

    /// The slots of the keys; empty outside of a cluster.
    fn slots<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Vec<Option<u16>>;

    /// `slots`: of the first commands; the others concern the server itself.
    fn send(&self, request: Request, slots: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static);
}

impl ScanTarget for Connection {
    /// Limits how long one command occupies the server.
    const KEYS_PER_COMMAND: usize = 256;

    fn generation(&self) -> Generation {
        self.generation()
    }

    fn slots<'a>(&self, _: impl Iterator<Item = &'a str>) -> Vec<Option<u16>> {
        Vec::new()
    }

    fn send(&self, request: Request, _: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static) {
        self.submit(request, deadline, Box::new(sink));
    }
}

/// Visits all keys that `steps` return. The commands on a page are sent together with the step to the next page.
pub async fn scan_keys<W: ScanTarget, S: Steps, V: ScanVisitor>(
    target: &W,
    steps: S,
    visitor: V,
    patience: impl Into<Patience>,
) -> Result<(S, V), Error> {
    run(target, steps, Vec::new(), visitor, patience.into()).await
}

/// Visits the given keys.
pub async fn visit_keys<W: ScanTarget, V: ScanVisitor>(
    target: &W,
    keys: Vec<Arc<str>>,
    visitor: V,
    patience: impl Into<Patience>,
) -> Result<V, Error> {
    let steps = Scan::complete(target.generation());
    run(target, steps, keys, visitor, patience.into()).await.map(|(_, visitor)| visitor)
}

async fn run<W: ScanTarget, S: Steps, V: ScanVisitor>(
    target: &W,
    steps: S,
    page: Vec<Arc<str>>,
    visitor: V,
    patience: Patience,
) -> Result<(S, V), Error> {
    let mut scanner = Scanner {
        steps,
        visitor,
        page,
        ends: Vec::new(),
        max_keys: W::KEYS_PER_COMMAND.min(V::MAX_KEYS),
        next_page: Vec::new(),
        sent_at: Instant::now(),
        end: None,
    };
    loop {
        let (request, has_step) = scanner.request();
        if !request.is_empty() {
            let slots = target.slots(scanner.keys_of_commands());
            let (sink, folded) = folding(scanner);
            target.send(request, slots, patience.deadline(), sink);
            let dropped = || Error::internal("a listing").with_applied(Applied::Unknown);
            scanner = folded.await.ok_or_else(dropped)?;
        }
        match scanner.end.take() {
            None => {}
            Some(End::ConnectionLost) => scanner.steps.restart(target.generation()),
            Some(End::Failed(error)) => return Err(scanner.visitor.explain(error)),
        }
        if !has_step {
            return Ok((scanner.steps, scanner.visitor));
        }
        scanner.page = std::mem::take(&mut scanner.next_page);
    }
}

struct Scanner<S, V> {
    steps: S,
    visitor: V,
    /// The keys that the current commands run on.
    page: Vec<Arc<str>>,
    /// Where in the page the keys of each command end.
    ends: Vec<usize>,
    max_keys: usize,
    next_page: Vec<Arc<str>>,
    sent_at: Instant,
    end: Option<End>,
}

/// Why the scan cannot simply continue.
enum End {
    /// During a step: the scan must restart.
    ConnectionLost,
    Failed(Error),
}

impl<S: Steps, V: ScanVisitor> Scanner<S, V> {
    /// Returns the commands on this page with the step to the next page, and whether there is such a step.
    fn request(&mut self) -> (Request, bool) {
        let mut request = Request::default();
        self.ends = self.visitor.split(&mut self.page, self.max_keys);
        for index in 0..self.ends.len() {
            self.visitor.push(&self.page[self.range(index)], self.max_keys, &mut request);
        }
        if V::COMMAND.is_none() {
            let taken = self.visitor.take(&self.page, None);
            self.record_failure(taken);
        }
        let has_step = self.steps.push_step(&mut request);
        self.sent_at = Instant::now();
        (request, has_step)
    }

    /// The keys of a command.
    fn range(&self, index: usize) -> Range<usize> {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        start..self.ends[index]
    }

    /// A key of each command, then that of the step, if it has one: another node could not continue a SCAN.
    fn keys_of_commands(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().map(|end| &*self.page[end - 1]).chain(self.steps.key())
    }

    /// The reply with an element for each key also if the command for one key was sent in place of the one for many.
    fn for_each_key<'a>(&self, reply: Frame<'a>) -> Frame<'a> {
        let is_single = self.max_keys == 1 && V::COMMAND.is_some_and(|command| command.many != command.one);
        if is_single { Frame::Array(vec![reply]) } else { reply }
    }

    fn record_failure(&mut self, taken: Result<(), Error>) {
        let Err(error) = taken else { return };
        self.end = Some(End::Failed(match self.end.take() {
            Some(End::Failed(first)) => first.joined(error),
            _ => error,
        }));
    }

    fn take_step(&mut self, reply: Result<Frame<'_>, Error>) {
        match reply {
            Ok(reply) => match self.steps.take(&reply, self.sent_at.elapsed()) {
                Ok(keys) => self.next_page = keys,
                Err(error) => self.record_failure(Err(error)),
            },
            Err(error) if error.kind == Kind::Connection => {
                self.end.get_or_insert(End::ConnectionLost);
            }
            Err(error) => self.record_failure(Err(error.with_applied(Applied::No))),
        }
    }
}

impl<S: Steps, V: ScanVisitor> Fold for Scanner<S, V> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        if index == self.ends.len() {
            return self.take_step(reply);
        }
        let range = self.range(index);
        if range.len() == 1 && matches!(reply, Ok(Frame::Nil)) {
            // Perhaps only this node lacks the entry: the command was redirected while its slot moved several times.
            self.steps.forget(&self.page[range.start]);
        }
        let taken = match reply {
            Err(error) if error.kind == Kind::WrongType => self.visitor.skip(error),
            reply => {
                reply.and_then(|reply| self.visitor.take(&self.page[range], Some(&self.for_each_key(reply))))
            }
        };
        self.record_failure(taken);
    }
}

#[cfg(test)]
mod tests;
