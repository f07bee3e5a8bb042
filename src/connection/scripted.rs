//! Servers and calls without a network, for tests with random interleavings.
//!
//! A [`Server`] executes or refuses commands as the test decides. [`Calls`] records the result of each command, and
//! panics as soon as an invariant is violated.

mod stream;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

pub use self::stream::Stream;
use super::pipeline::Pipeline;
use crate::error::{Applied, Error};
use crate::protocol::{Effect, Frame, Request, Sink};

/// Number of a command in the order of the calls.
pub type Id = usize;

/// Runs random cases of a test, each with its seed: `few`, or as many as REDIS_STATE_CASES.
pub fn run_cases(few: u64, mut run: impl FnMut(u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("REDIS_STATE_SEED").unwrap_or(1);
    for seed in first..first + number("REDIS_STATE_CASES").unwrap_or(few) {
        let _named = Seed(seed);
        run(seed);
    }
}

/// Like [`run_cases`]. A case returns how many calls it made and how many of them failed.
pub fn run_and_count(few: u64, mut run: impl FnMut(u64) -> (usize, usize)) {
    let (mut all, mut failed) = (0, 0);
    run_cases(few, |seed| {
        let counts = run(seed);
        (all, failed) = (all + counts.0, failed + counts.1);
    });
    assert!(failed < all / 2, "{failed} of {all} calls failed: too many for a meaningful test");
}

/// Prints the seed of a case that fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to run this case alone: REDIS_STATE_SEED={} REDIS_STATE_CASES=1", self.0);
        }
    }
}

#[derive(Debug, Default)]
struct Call {
    keys: Vec<String>,
    writes: bool,
    /// How often a server executed it.
    runs: usize,
    settled: Option<Result<(), Error>>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    /// The newest executed write on each entry.
    newest: HashMap<String, Id>,
    finished: usize,
}

/// All commands of a test, with their results.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<State>>);

impl Calls {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn add(&self, keys: &[&str], writes: bool) -> Id {
        let mut state = self.state();
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        state.calls.push(Call { keys, writes, ..Call::default() });
        state.calls.len() - 1
    }

    /// A server executes a command.
    fn run(&self, id: Id) {
        let mut state = self.state();
        let call = &mut state.calls[id];
        call.runs += 1;
        if !call.writes {
            return;
        }
        assert_eq!(call.runs, 1, "write {id} is executed twice");
        let refused = matches!(&call.settled, Some(Err(error)) if error.applied == Some(Applied::No));
        assert!(!refused, "write {id} is executed after it failed as not applied: {call:?}");
        for key in call.keys.clone() {
            let newest = state.newest.insert(key.clone(), id).unwrap_or(0);
            assert!(newest <= id, "write {id} on {key} is executed after write {newest}");
        }
    }

    fn settle(&self, id: Id, outcome: Result<(), Error>) {
        let call = &mut self.state().calls[id];
        match &outcome {
            Ok(()) => assert!(call.runs > 0, "command {id} succeeds and was not executed"),
            Err(error) if error.applied == Some(Applied::No) && call.writes => {
                assert_eq!(call.runs, 0, "write {id} fails as not applied, and was executed: {error}");
            }
            Err(_) => {}
        }
        let before = call.settled.replace(outcome);
        assert!(before.is_none(), "command {id} is settled twice: {before:?}, {:?}", call.settled);
    }

    /// Checks that no read failed.
    pub fn check_reads(&self) {
        let state = self.state();
        let is_failed_read = |call: &&Call| !call.writes && matches!(call.settled, Some(Err(_)));
        let failed = state.calls.iter().find(is_failed_read);
        assert!(failed.is_none(), "a read failed: {failed:?}");
    }

    /// Checks that all commands are settled. Returns their number, and how many of them failed.
    pub fn finish(&self, requests: usize) -> (usize, usize) {
        let state = self.state();
        for (id, call) in state.calls.iter().enumerate() {
            assert!(call.settled.is_some(), "command {id} was never settled: {call:?}");
        }
        assert_eq!(state.finished, requests, "each request is finished once");
        let failed = state.calls.iter().filter(|call| matches!(call.settled, Some(Err(_)))).count();
        (state.calls.len(), failed)
    }
}

/// Receives the replies to a request of these commands, which a WAIT may follow.
pub struct Recorder {
    pub calls: Calls,
    pub ids: Vec<Id>,
}

impl Sink for Recorder {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let Some(id) = self.ids.get(index) else { return };
        if let Ok(frame) = &reply {
            let answered = frame.elements().last().unwrap_or(frame).bulk();
            assert_eq!(answered, Some(id.to_string().as_bytes()), "the reply to another command");
        }
        self.calls.settle(*id, reply.map(drop));
    }

    fn finish(self: Box<Self>) {
        self.calls.state().finished += 1;
    }
}

/// Adds a command with its number, in the form that [`Server`] reads.
pub fn push(request: &mut Request, id: Id, keys: &[&str], writes: bool) {
    let (count, id) = (keys.len().to_string(), id.to_string());
    let keys: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes()).collect();
    match (keys.as_slice(), writes) {
        (keys, false) => {
            let head: [&[u8]; 1] = [b"GET"];
            request.push(&[&head, keys, &[id.as_bytes()]].concat(), Effect::Read);
        }
        ([key], true) => request.push(&[b"SET", key, id.as_bytes()], Effect::Write),
        (keys, true) => {
            let head: [&[u8]; 3] = [b"EVAL", b"return", count.as_bytes()];
            request.push(&[&head, keys, &[id.as_bytes()]].concat(), Effect::Write);
        }
    }
}

/// Adds a write on an entry and on its index, as one unit.
pub fn push_transaction(request: &mut Request, id: Id, key: &str) {
    let id = id.to_string();
    let commands: [&[&[u8]]; 4] = [
        &[b"MULTI"],
        &[b"ZADD", b"index", b"0", key.as_bytes()],
        &[b"SET", key.as_bytes(), id.as_bytes()],
        &[b"EXEC"],
    ];
    request.push_unit(&commands, Effect::Write);
}

/// A command as a server sees it.
#[derive(Debug)]
pub struct Command {
    pub name: String,
    pub keys: Vec<String>,
    /// `None` for ASKING and WAIT, and for the parts of a transaction that write no entry.
    pub id: Option<Id>,
    pub writes: bool,
    /// ASKING was sent before it.
    pub is_asking: bool,
}

/// What a server does with a command.
pub enum Verdict {
    Run,
    Refuse(String),
}

#[derive(Debug)]
enum Reply {
    Id(Id),
    /// To EXEC.
    Executed(Id),
    Done,
    Error(String),
}

/// The server's side of one connection.
#[derive(Default)]
pub struct Server {
    stream: Stream<Reply>,
    is_asking: bool,
    /// A transaction is open: its write, unless the server refused it.
    transaction: Option<Option<Id>>,
}

impl Server {
    /// Receives up to `max` of a pipeline's unsent bytes.
    pub fn receive(&mut self, pipeline: &mut Pipeline, max: usize) {
        self.stream.receive(pipeline, max);
    }

    /// Executes or refuses the next complete command, as `decide` returns. Returns whether there was one.
    pub fn step(&mut self, calls: &Calls, decide: impl FnOnce(&Command) -> Verdict) -> bool {
        let Some(parts) = self.stream.next_command() else { return false };
        let command = self.read(&parts);
        let reply = match command.id {
            None => self.run_part(calls, &command.name),
            Some(id) => match decide(&command) {
                Verdict::Refuse(line) => Reply::Error(line),
                Verdict::Run if self.transaction.is_some() => {
                    self.transaction = Some(Some(id));
                    Reply::Done
                }
                Verdict::Run => {
                    calls.run(id);
                    Reply::Id(id)
                }
            },
        };
        self.stream.reply(reply);
        true
    }

    /// Runs a command that writes no entry.
    fn run_part(&mut self, calls: &Calls, name: &str) -> Reply {
        match name {
            "MULTI" => self.transaction = Some(None),
            "EXEC" => {
                let Some(id) = self.transaction.take().flatten() else {
                    return Reply::Error(
                        "EXECABORT Transaction discarded because of previous errors.".into(),
                    );
                };
                calls.run(id);
                return Reply::Executed(id);
            }
            _ => {}
        }
        Reply::Done
    }

    fn read(&mut self, parts: &[String]) -> Command {
        let name = parts[0].clone();
        let is_asking = std::mem::replace(&mut self.is_asking, name == "ASKING");
        let (first, has_id) = match name.as_str() {
            "ASKING" | "WAIT" | "MULTI" | "ZADD" | "EXEC" => (parts.len(), false),
            "EVAL" => (3, true),
            _ => (1, true),
        };
        let id = has_id.then(|| parts[parts.len() - 1].parse().unwrap());
        let keys = parts[first..].iter().take(parts.len() - first - usize::from(has_id)).cloned().collect();
        Command { writes: name != "GET", name, keys, id, is_asking }
    }

    /// Delivers the next reply to the pipeline. Returns whether there was one.
    pub fn answer(&mut self, pipeline: &mut Pipeline) -> bool {
        let Some(reply) = self.stream.next_reply() else { return false };
        match reply {
            Reply::Id(id) => pipeline.answer(Frame::Bulk(id.to_string().as_bytes())).unwrap(),
            Reply::Executed(id) => {
                let id = id.to_string();
                pipeline.answer(Frame::Array(vec![Frame::Integer(1), Frame::Bulk(id.as_bytes())])).unwrap();
            }
            Reply::Done => pipeline.answer(Frame::Integer(1)).unwrap(),
            Reply::Error(line) => pipeline.answer(Frame::Error(line.as_bytes())).unwrap(),
        }
        true
    }

    /// Closes the connection; incomplete commands and undelivered replies are lost.
    pub fn disconnect(&mut self) {
        *self = Server::default();
    }
}
