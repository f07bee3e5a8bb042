//! Random interleavings of all events of a pipeline. [`scripted`](crate::connection::scripted) checks the invariants.

use std::time::Duration;

use super::*;
use crate::connection::scripted::{
    Calls, Command, Recorder, Server, Verdict, push, push_transaction, run_and_count, run_cases,
};

const KEYS: [&str; 4] = ["a", "b", "c", "d"];
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Which commands the server refuses.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Healthy,
    Loading,
    NoReplicas,
    /// The slot is being moved, and this key has left already.
    Lacks(&'static str),
    NoScript,
    /// Refuses about every second command.
    Unreliable,
}

struct World {
    random: fastrand::Rng,
    order: Arc<Order>,
    pipeline: Pipeline,
    server: Server,
    mode: Mode,
    calls: Calls,
    requests: usize,
    now: Instant,
}

impl World {
    fn new(seed: u64) -> Self {
        let order = Arc::new(Order::default());
        World {
            random: fastrand::Rng::with_seed(seed),
            pipeline: Pipeline::new(order.clone()),
            order,
            server: Server::default(),
            mode: Mode::Healthy,
            calls: Calls::default(),
            requests: 0,
            now: Instant::now(),
        }
    }

    fn step(&mut self) {
        match self.random.u8(0..40) {
            0..10 => self.push(),
            10..18 => self.send(),
            18..24 => drop(self.run_one()),
            24..32 => drop(self.server.answer(&mut self.pipeline)),
            32..35 => self.retry(),
            35..37 => self.change_mode(),
            37 => self.disconnect(),
            38 => self.wait(),
            _ => self.catch_up(),
        }
        self.settle();
    }

    fn push(&mut self) {
        let mut request = Request::default();
        let mut ids = Vec::new();
        for _ in 0..self.random.usize(1..=4) {
            let mut keys = KEYS.to_vec();
            self.random.shuffle(&mut keys);
            keys.truncate(if self.random.u8(0..4) == 0 { 2 } else { 1 });
            let writes = self.random.u8(0..4) != 0;
            let id = self.calls.add(&keys, writes);
            match keys.as_slice() {
                [key] if writes && self.random.bool() => push_transaction(&mut request, id, key),
                keys => push(&mut request, id, keys, writes),
            }
            ids.push(id);
        }
        if self.random.u8(0..8) == 0 {
            request.push(&[b"WAIT"], Effect::Confirms);
        }
        let deadline = self.now + Duration::from_secs(5);
        let sink = Recorder { calls: self.calls.clone(), ids };
        self.requests += 1;
        self.pipeline.push(request, deadline, Box::new(sink));
    }

    fn send(&mut self) {
        let max = self.random.usize(1..200);
        self.server.receive(&mut self.pipeline, max);
    }

    fn run_one(&mut self) -> bool {
        let (mode, is_rare, is_common) = (self.mode, self.random.u8(0..20) == 0, self.random.bool());
        self.server.step(&self.calls, |command| verdict(mode, command, is_rare, is_common))
    }

    fn change_mode(&mut self) {
        let key = KEYS[self.random.usize(..KEYS.len())];
        let modes = [
            Mode::Healthy,
            Mode::Loading,
            Mode::NoReplicas,
            Mode::Lacks(key),
            Mode::NoScript,
            Mode::Unreliable,
        ];
        self.mode = modes[self.random.usize(..modes.len())];
    }

    fn retry(&mut self) {
        self.now += RETRY_AFTER;
        self.pipeline.expire(self.now, &Error::new(Kind::CommandTimeout, "overdue"));
        self.pipeline.retry_refused(self.now + RETRY_AFTER);
    }

    /// The server may still execute commands that it has received.
    fn disconnect(&mut self) {
        while self.random.bool() && self.run_one() {}
        self.server.disconnect();
        self.pipeline.on_disconnect(&Error::new(Kind::Connection, "gone"));
    }

    fn wait(&mut self) {
        self.now += Duration::from_millis(self.random.u64(0..3000));
        self.pipeline.expire(self.now, &Error::new(Kind::CommandTimeout, "overdue"));
    }

    fn catch_up(&mut self) {
        self.server.receive(&mut self.pipeline, usize::MAX);
        while self.run_one() {}
        while self.server.answer(&mut self.pipeline) {}
    }

    fn settle(&mut self) {
        self.pipeline.take_completed().into_iter().for_each(Sink::finish);
    }

    /// Ends the run in one of several ways, and checks the results.
    fn end(mut self) -> (usize, usize) {
        match self.random.u8(0..4) {
            0 => self.pipeline.fail_all(&Error::new(Kind::Closed, "closed")),
            1 => self.pipeline.drain(&Error::new(Kind::Retired, "retired")),
            _ => self.mode = Mode::Healthy,
        }
        let mut rounds = 0;
        while !self.pipeline.is_empty() || self.pipeline.is_busy() && rounds < 1 {
            self.catch_up();
            self.retry();
            self.settle();
            rounds += 1;
            assert!(rounds < 200, "commands stay pending");
        }
        self.settle();
        assert_eq!(self.pipeline.waiting(), 0);
        assert!(!self.pipeline.has_deferred() && self.pipeline.unsent().next().is_none());
        assert!(!self.order.is_active(), "something still waits");
        self.calls.finish(self.requests)
    }
}

fn verdict(mode: Mode, command: &Command, is_rare: bool, is_common: bool) -> Verdict {
    assert!(!command.is_asking, "no redirect asked for it");
    let refusal = match mode {
        Mode::Loading => "LOADING Redis is loading the dataset in memory",
        Mode::NoReplicas if command.writes => "NOREPLICAS Not enough good replicas to write.",
        Mode::Lacks(key) if command.keys.iter().any(|of| of == key) => "TRYAGAIN Multiple keys request",
        Mode::NoScript if command.name == "EVAL" => "NOSCRIPT No matching script.",
        Mode::Unreliable if is_common => "MISCONF Errors writing to the AOF file",
        _ if is_rare => "WRONGTYPE Operation against a key",
        _ => return Verdict::Run,
    };
    Verdict::Refuse(refusal.into())
}

#[test]
fn each_call_is_settled_once_and_writes_on_an_entry_keep_their_order() {
    run_and_count(400, |seed| {
        let mut world = World::new(seed);
        for _ in 0..world.random.usize(20..150) {
            world.step();
        }
        world.end()
    });
}

#[test]
fn calls_on_other_entries_are_not_delayed() {
    run_cases(200, |seed| {
        let mut world = World::new(seed);
        world.mode = Mode::Lacks("a");
        for key in ["a", "b", "a", "c", "b"] {
            let mut request = Request::default();
            let id = world.calls.add(&[key], true);
            push(&mut request, id, &[key], true);
            world.requests += 1;
            let sink = Recorder { calls: world.calls.clone(), ids: vec![id] };
            world.pipeline.push(request, world.now + Duration::from_secs(5), Box::new(sink));
            if world.random.bool() {
                world.catch_up();
            }
        }
        world.catch_up();
        assert_eq!(world.pipeline.waiting(), 2, "those on the entry that is refused, and no others");
        world.settle();
        world.end();
    });
}
