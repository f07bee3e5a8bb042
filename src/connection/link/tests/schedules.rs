//! The threads around a link under random schedules: whenever a thread takes a lock or waits, a scheduler decides which
//! one continues. A lost wake-up leaves all threads waiting, which fails the test.
//!
//! A failure prints its seed; `SHUTTLE_RANDOM_SEED=<seed> cargo test schedules` runs it again. `SCHEDULES` sets their
//! number.

mod pipe;

use std::sync::atomic::{AtomicU32, Ordering};

use shuttle::future::{block_on, yield_now};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Runner, thread};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use self::pipe::{Faults, Pipe};
use super::calls::Calls;
use super::server::Done;
use super::*;
use crate::connection::WaitFor;
use crate::connection::driven::{Candidate, Driven};
use crate::connection::supervisor::{OnEvent, serve_until};
use crate::protocol::{Effect, Frame};

const SCHEDULES: usize = 500;
/// So long that no test depends on time.
const AN_HOUR: Duration = Duration::from_secs(3600);
const CALLS: usize = 4;

/// What the threads of a schedule share.
struct World {
    link: Arc<Link>,
    calls: Calls,
    done: Done,
    /// Limits how often connections are closed or replaced.
    faults: Faults,
    pipes: Mutex<Vec<Arc<Pipe>>>,
    /// The generation of each pipe.
    generations: Mutex<Vec<Generation>>,
    moves: AtomicU32,
}

impl World {
    fn new(driver: Option<WakeDriver>) -> Arc<Self> {
        let faults = Faults::new(thread_rng().gen_range(0..3));
        Arc::new(World {
            link: Arc::new(Link::new(AN_HOUR, driver, Arc::default(), Offline::Queue)),
            calls: Calls::default(),
            done: Done::default(),
            faults,
            pipes: Mutex::new(Vec::new()),
            generations: Mutex::new(Vec::new()),
            moves: AtomicU32::new(0),
        })
    }

    fn submit(&self, finished: &UnboundedSender<()>) {
        let all = [Effect::Read, Effect::Write, Effect::ReadHere];
        let effect = all[thread_rng().gen_range(0..all.len())];
        let count = if effect == Effect::ReadHere { 1 } else { thread_rng().gen_range(1..3) };
        let (request, sink) = self.calls.make(&vec![effect; count], self.link.generation());
        let sink = NotifyFinished { sink, finished: finished.clone() };
        self.link.submit(request, Instant::now() + AN_HOUR, Box::new(sink));
    }

    /// Connects whenever a call waits, as the supervisor does.
    async fn supervise(self: Arc<Self>) {
        tokio::select! {
            biased;
            () = self.stay_connected() => {}
            () = self.link.until_ended() => {}
        }
        self.pipes.lock().unwrap().iter().for_each(|pipe| pipe.close());
    }

    async fn stay_connected(&self) {
        let on_event: OnEvent = Arc::new(|_| {});
        for number in 0.. {
            self.link.until_needed().await;
            let pipe = Pipe::new(number, self.done.clone(), self.faults.clone());
            self.pipes.lock().unwrap().push(pipe.clone());
            shuttle::future::spawn(pipe.clone().serve());
            let wire: Arc<dyn crate::transport::Wire> = pipe;
            let generation = self.link.set_candidate(Socket::from(wire), Replies::new(), None);
            self.generations.lock().unwrap().push(generation);
            serve_until(&self.link, generation, &on_event, self.moved()).await;
        }
    }

    /// Sometimes resolves, as if the master had moved while this connection is healthy.
    async fn moved(&self) -> Error {
        if !self.faults.take() {
            std::future::pending::<()>().await;
        }
        for _ in 0..thread_rng().gen_range(0..12) {
            yield_now().await;
        }
        self.moves.fetch_add(1, Ordering::Relaxed);
        gone()
    }

    fn check(&self) {
        let generations = self.generations.lock().unwrap();
        let mut faults = self.calls.faults(&self.done, &generations);
        let ends = self.moves.load(Ordering::Relaxed) + self.faults.closed();
        let connections = generations.len() as u32;
        if connections > ends + 1 {
            faults.push(format!("{connections} connections were made, and {ends} were closed"));
        }
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

/// The event loop of another thread, as in `crate::napi`.
struct EventLoop {
    link: Arc<Link>,
    served: Option<Driven>,
    /// Their sockets may have been reported ready before the loss.
    lost: Vec<Driven>,
    waits_for: WaitFor,
}

impl EventLoop {
    async fn run(mut self, mut woken: UnboundedReceiver<()>) {
        while !self.link.has_ended() {
            // An event loop can process either event first.
            let is_socket_first = thread_rng().gen_bool(0.5);
            tokio::select! {
                biased;
                () = self.ready(), if is_socket_first => self.read(),
                _ = woken.recv() => self.react(),
                () = self.ready(), if !is_socket_first => self.read(),
            }
        }
    }

    async fn ready(&self) {
        let (Some(driven), true) = (&self.served, self.waits_for != WaitFor::Nothing) else {
            return std::future::pending().await;
        };
        let socket = driven.socket();
        tokio::select! {
            biased;
            _ = socket.readable() => {}
            _ = socket.writable(), if self.waits_for == WaitFor::RepliesAndRoom => {}
        }
    }

    fn read(&mut self) {
        if thread_rng().gen_bool(0.5) {
            self.lost.retain_mut(|driven| driven.on_ready() != WaitFor::Nothing);
        }
        if let Some(driven) = &mut self.served {
            self.waits_for = driven.on_ready();
        }
    }

    fn react(&mut self) {
        let candidate = Candidate::take(&self.link);
        if self.served.as_ref().is_some_and(|driven| !self.link.is_served(driven.generation())) {
            self.lost.extend(self.served.take());
        }
        if let Some((candidate, driven)) = candidate {
            (self.served, self.waits_for) = (Some(driven), WaitFor::Replies);
            return candidate.accept();
        }
        self.read();
        if !self.link.maintain() {
            self.read();
        }
    }
}

/// Sends a message when its call is finished.
struct NotifyFinished {
    sink: Box<dyn Sink>,
    finished: UnboundedSender<()>,
}

impl Sink for NotifyFinished {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.sink.take(index, reply);
    }

    fn finish(self: Box<Self>) {
        self.sink.finish();
        self.finished.send(()).unwrap();
    }
}

fn gone() -> Error {
    Error::new(Kind::Connection, "gone")
}

/// One schedule: calls are made and settled, while connections come and go.
fn run(has_event_loop: bool) {
    let (wake, woken) = unbounded_channel();
    let driver = has_event_loop.then(|| Box::new(move || _ = wake.send(())) as WakeDriver);
    let world = World::new(driver);
    let supervisor = world.clone();
    let mut threads = vec![thread::spawn(move || block_on(supervisor.supervise()))];
    if has_event_loop {
        let event_loop = EventLoop {
            link: world.link.clone(),
            served: None,
            lost: Vec::new(),
            waits_for: WaitFor::Nothing,
        };
        threads.push(thread::spawn(move || block_on(event_loop.run(woken))));
    }
    let (finished, mut finished_calls) = unbounded_channel();
    for _ in 0..CALLS {
        world.submit(&finished);
    }
    block_on(async {
        for _ in 0..CALLS {
            finished_calls.recv().await.unwrap()
        }
    });
    world.link.end(gone());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    world.check();
}

fn check(scheduler: impl Scheduler + 'static, has_event_loop: bool) {
    Runner::new(scheduler, shuttle::Config::default()).run(move || run(has_event_loop));
}

fn schedules() -> usize {
    std::env::var("SCHEDULES").map_or(SCHEDULES, |number| number.parse().expect("a number"))
}

#[test]
fn an_event_loop_settles_each_call_once() {
    check(RandomScheduler::new(schedules()), true);
    check(PctScheduler::new(3, schedules()), true);
}

#[test]
fn a_task_settles_each_call_once() {
    check(RandomScheduler::new(schedules()), false);
    check(PctScheduler::new(3, schedules()), false);
}
