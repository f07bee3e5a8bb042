//! Calls with their outcomes, and the invariants that they must satisfy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::reported::Reported;
use super::server::Done;
use crate::error::{Applied, Error};
use crate::protocol::{Effect, Frame, Generation, Request, Sink};

/// All calls of a run.
#[derive(Clone, Default)]
pub struct Calls(Arc<Mutex<Inner>>, Option<Reported>);

#[derive(Default)]
struct Inner {
    commands: Vec<Command>,
    made: usize,
    finished: usize,
    /// For each connection, the number of the last reply that settled a call.
    last_replies: HashMap<usize, u64>,
    violations: Vec<String>,
}

struct Command {
    effect: Effect,
    here: Option<Generation>,
    outcome: Option<Outcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// On the connection with this number, by its reply with this number.
    Answered(usize, u64),
    Failed(Option<Applied>),
}

impl Calls {
    /// Calls whose replies must come behind the changes that were sent before them.
    pub fn behind(reported: &Reported) -> Self {
        Calls(Arc::default(), Some(reported.clone()))
    }

    /// Makes a request with these commands. The sink records their outcomes.
    pub fn make(&self, effects: &[Effect], here: Generation) -> (Request, Box<dyn Sink>) {
        let mut inner = self.inner();
        let first = inner.commands.len();
        let mut request = Request::default();
        for (index, effect) in effects.iter().enumerate() {
            let token = (first + index).to_string();
            let parts: [&[u8]; 2] = [b"ECHO", token.as_bytes()];
            let is_here = *effect == Effect::ReadHere;
            if is_here {
                request.push_here(&parts, here);
            } else {
                request.push(&parts, *effect);
            }
            inner.commands.push(Command { effect: *effect, here: is_here.then_some(here), outcome: None });
        }
        inner.made += 1;
        (request, Box::new(RecordingSink { calls: self.clone(), first, count: effects.len() }))
    }

    /// The violations so far.
    pub fn violations(&self) -> Vec<String> {
        self.inner().violations.clone()
    }

    /// All violations, once everything is settled.
    pub fn faults(&self, done: &Done, generations: &[Generation]) -> Vec<String> {
        let (inner, done) = (self.inner(), done.lock().unwrap());
        let mut faults = inner.violations.clone();
        if inner.finished != inner.made {
            faults.push(format!("{} of {} calls were finished", inner.finished, inner.made));
        }
        for (token, command) in inner.commands.iter().enumerate() {
            let times = done.get(&(token as u64)).copied().unwrap_or(0);
            if !command.is_correct(times, generations) {
                let Command { effect, outcome, .. } = command;
                faults.push(format!("{effect:?} {token}: {outcome:?}, executed {times} times"));
            }
        }
        faults
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Command {
    fn is_correct(&self, times: u32, generations: &[Generation]) -> bool {
        let is_its = |connection: usize| self.here.is_none_or(|here| generations[connection] == here);
        let fits = match self.outcome {
            None => false,
            Some(Outcome::Answered(connection, _)) => times > 0 && is_its(connection),
            Some(Outcome::Failed(Some(Applied::No))) => times == 0 || self.effect != Effect::Write,
            Some(Outcome::Failed(_)) => true,
        };
        fits && (times <= 1 || self.effect == Effect::Read)
    }
}

impl Inner {
    fn take(&mut self, token: usize, reply: Result<Frame<'_>, Error>) {
        let outcome = match reply {
            Ok(Frame::Simple(text)) => self.read(token, text),
            Ok(other) => return self.violations.push(format!("{token} got {other:?}")),
            Err(error) => Outcome::Failed(error.applied),
        };
        if let Some(before) = self.commands[token].outcome.replace(outcome) {
            self.violations.push(format!("{token} was settled twice: {before:?}, then {outcome:?}"));
        }
    }

    fn read(&mut self, token: usize, reply: &[u8]) -> Outcome {
        let text = String::from_utf8_lossy(reply);
        let numbers: Vec<usize> = text.split(' ').map(|number| number.parse().unwrap()).collect();
        let [of, connection, count] = numbers[..] else {
            panic!("not a reply of the scripted server: {text}")
        };
        if of != token {
            self.violations.push(format!("{token} got the reply to {of}"));
        }
        let last = self.last_replies.entry(connection).or_default();
        if (count as u64) <= *last {
            self.violations.push(format!("{token} got a reply out of order"));
        }
        *last = count as u64;
        Outcome::Answered(connection, count as u64)
    }
}

struct RecordingSink {
    calls: Calls,
    first: usize,
    count: usize,
}

impl Sink for RecordingSink {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.calls.inner().take(self.first + index, reply);
    }

    fn finish(self: Box<Self>) {
        if let Some(reported) = &self.calls.1 {
            reported.take();
        }
        let mut inner = self.calls.inner();
        let commands = self.first..self.first + self.count;
        if inner.commands[commands].iter().any(|command| command.outcome.is_none()) {
            inner.violations.push(format!("{} was finished before it was settled", self.first));
        }
        let is_early = |command: &Command| match (command.outcome, &self.calls.1) {
            (Some(Outcome::Answered(connection, reply)), Some(reported)) => {
                !reported.is_complete(connection, reply)
            }
            _ => false,
        };
        let commands = self.first..self.first + self.count;
        if inner.commands[commands].iter().any(is_early) {
            inner.violations.push(format!("{} was finished before a change that came before it", self.first));
        }
        inner.finished += 1;
    }
}
