//! Scans the keys of a server, and runs a command on each page of keys.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::time::Instant;

use super::scan::Scan;
use crate::connection::{Connection, Fold, folding};
use crate::error::{Applied, Error, Kind};
use crate::protocol::{Effect, Frame, Generation, Request, Sink};
use crate::sync::locked;

/// Receives the keys of a scan.
pub trait ScanVisitor: Send + 'static {
    /// The command to run on all keys.
    const COMMAND: Option<Command>;

    /// `reply`: an array with an element for each key, or the reply to one command with all keys; `None` without a
    /// command.
    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error>;

    /// Converts a failure of the scan for the caller.
    fn explain(&self, failure: Error) -> Error {
        failure
    }
}

/// A command that is run on keys.
pub struct Command {
    /// Its name with several keys.
    pub many: &'static str,
    /// Its name with one key.
    pub one: &'static str,
    pub effect: Effect,
}

/// Where the commands of a scan are sent.
pub trait ScanTarget {
    /// Limit of keys in one command.
    const KEYS_PER_COMMAND: usize;

    fn generation(&self) -> Generation;

    /// The slots of the keys in the commands, in order; empty outside of a cluster.
    fn slots(&self, keys: &[Arc<str>]) -> Vec<Option<u16>>;

    fn send(&self, request: Request, slots: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static);
}

impl ScanTarget for Connection {
    /// Limits how long one command occupies the server.
    const KEYS_PER_COMMAND: usize = 256;

    fn generation(&self) -> Generation {
        self.generation()
    }

    fn slots(&self, _: &[Arc<str>]) -> Vec<Option<u16>> {
        Vec::new()
    }

    fn send(&self, request: Request, _: Vec<Option<u16>>, deadline: Instant, sink: impl Sink + 'static) {
        self.submit(request, deadline, Box::new(sink));
    }
}

/// Visits all matching keys. The commands on a page are sent together with the SCAN step to the next page.
pub async fn scan_keys<W: ScanTarget, V: ScanVisitor>(
    target: &W,
    scan: Scan,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    run(target, scan, Vec::new(), visitor, deadline).await
}

/// Visits the given keys.
pub async fn visit_keys<W: ScanTarget, V: ScanVisitor>(
    target: &W,
    keys: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    run(target, Scan::complete(target.generation()), keys, visitor, deadline).await
}

async fn run<W: ScanTarget, V: ScanVisitor>(
    target: &W,
    scan: Scan,
    page: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    let mut scanner = Scanner {
        scan,
        visitor,
        page,
        keys_per_command: W::KEYS_PER_COMMAND,
        next_page: Vec::new(),
        sent_at: Instant::now(),
        end: None,
    };
    loop {
        let (request, has_step) = scanner.request();
        if !request.is_empty() {
            // A step has no slot: another node could not continue it.
            let slots = target.slots(scanner.commanded());
            let (sink, folded) = folding(scanner);
            target.send(request, slots, deadline, sink);
            let dropped = || Error::internal("a listing").with_applied(Applied::Unknown);
            scanner = folded.await.ok_or_else(dropped)?;
        }
        match scanner.end.take() {
            None => {}
            Some(End::ConnectionLost) => scanner.scan.restart(target.generation()),
            Some(End::Failed(error)) => return Err(scanner.visitor.explain(error)),
        }
        if !has_step {
            return Ok(scanner.visitor);
        }
        scanner.page = std::mem::take(&mut scanner.next_page);
    }
}

struct Scanner<V> {
    scan: Scan,
    visitor: V,
    /// The keys that the current commands run on.
    page: Vec<Arc<str>>,
    keys_per_command: usize,
    next_page: Vec<Arc<str>>,
    sent_at: Instant,
    end: Option<End>,
}

/// Why the scan cannot simply continue.
enum End {
    /// During a SCAN step: the scan must restart.
    ConnectionLost,
    Failed(Error),
}

impl<V: ScanVisitor> Scanner<V> {
    /// The keys that commands of the current request run on.
    fn commanded(&self) -> &[Arc<str>] {
        if V::COMMAND.is_some() { &self.page } else { &[] }
    }

    /// Returns the commands on this page with the step to the next page, and whether there is such a step.
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
                self.record_failure(taken);
            }
        }
        let has_step = self.scan.push_step(&mut request);
        self.sent_at = Instant::now();
        (request, has_step)
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
            Ok(reply) => match self.scan.take(&reply, self.sent_at.elapsed()) {
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

impl<V: ScanVisitor> Fold for Scanner<V> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let size = self.keys_per_command;
        let commands = self.commanded().len().div_ceil(size);
        if index == commands {
            return self.take_step(reply);
        }
        let keys = &self.page[index * size..self.page.len().min((index + 1) * size)];
        let taken = match reply {
            // GET fails on keys of other types; MGET returns nil for them.
            Err(error) if error.kind == Kind::WrongType => Ok(()),
            Ok(reply) if size == 1 => self.visitor.take(keys, Some(&Frame::Array(vec![reply]))),
            reply => reply.and_then(|reply| self.visitor.take(keys, Some(&reply))),
        };
        self.record_failure(taken);
    }
}

/// A visitor that several scans share.
pub struct Shared<V>(Arc<Mutex<V>>);

impl<V> Shared<V> {
    pub fn new(visitor: V) -> Self {
        Shared(Arc::new(Mutex::new(visitor)))
    }

    /// Call it when all scans have ended.
    pub fn into_inner(self) -> V {
        let visitor = Arc::into_inner(self.0).expect("the scans have ended");
        locked(visitor.into_inner())
    }

    fn visitor(&self) -> MutexGuard<'_, V> {
        locked(self.0.lock())
    }
}

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Shared(self.0.clone())
    }
}

impl<V: ScanVisitor> ScanVisitor for Shared<V> {
    const COMMAND: Option<Command> = V::COMMAND;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        self.visitor().take(keys, reply)
    }

    fn explain(&self, failure: Error) -> Error {
        self.visitor().explain(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::redis::scan::Seen;

    /// A node with two pages of one key.
    #[derive(Default)]
    struct Node {
        slots: Mutex<Vec<Vec<Option<u16>>>>,
    }

    impl ScanTarget for Node {
        const KEYS_PER_COMMAND: usize = 1;

        fn generation(&self) -> Generation {
            Generation::default()
        }

        fn slots(&self, keys: &[Arc<str>]) -> Vec<Option<u16>> {
            vec![Some(7); keys.len()]
        }

        fn send(&self, request: Request, slots: Vec<Option<u16>>, _: Instant, mut sink: impl Sink + 'static) {
            let mut sent = locked(self.slots.lock());
            let (cursor, key) = if sent.is_empty() { ("9", "a") } else { ("0", "b") };
            sent.push(slots);
            for index in 0..request.len() {
                let is_step = request.command(index).bytes.ends_with(b"string\r\n");
                let keys = Frame::Array(vec![Frame::Bulk(key.as_bytes())]);
                let page = Frame::Array(vec![Frame::Bulk(cursor.as_bytes()), keys]);
                sink.take(index, Ok(if is_step { page } else { Frame::Integer(1) }));
            }
            Box::new(sink).finish();
        }
    }

    #[derive(Default)]
    struct Keys<const READS: bool>(Vec<String>);

    impl<const READS: bool> ScanVisitor for Keys<READS> {
        const COMMAND: Option<Command> =
            if READS { Some(Command { many: "MGET", one: "GET", effect: Effect::Read }) } else { None };

        fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
            self.0.extend(keys.iter().map(ToString::to_string));
            Ok(())
        }
    }

    async fn slots_of<const READS: bool>() -> Vec<Vec<Option<u16>>> {
        let (node, deadline) = (Node::default(), Instant::now());
        let scan = Scan::new("*".into(), true, Generation::default(), Seen::default());
        let visited = scan_keys(&node, scan, Keys::<READS>::default(), deadline).await.unwrap();
        assert_eq!(visited.0, ["a", "b"]);
        locked(node.slots.into_inner())
    }

    #[tokio::test]
    async fn only_commands_on_keys_have_slots() {
        assert_eq!(slots_of::<false>().await, [vec![], vec![]]);
        assert_eq!(slots_of::<true>().await, [vec![], vec![Some(7)], vec![Some(7)]]);
    }
}
