//! Random interleavings of the threads around a link, without a network and without real time.
//!
//! A failure prints its seed: `LINK_SEED=<seed> cargo test interleavings` runs it again.

mod checks;

use std::collections::HashMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use fastrand::Rng;
use tokio::runtime::{Builder, Runtime};

use super::calls::Calls;
use super::reported::Reported;
use super::server::{Connected, Done, Verdict};
use super::*;
use crate::connection::WaitFor;
use crate::connection::driven::{Candidate, Driven};
use crate::protocol::{Effect, Version};

const RUNS: u64 = 100;
const STEPS: usize = 400;
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);

/// The threads around a link (supervisor, driver, submitting threads), and the server.
struct World {
    rng: Rng,
    clock: Rc<Runtime>,
    link: Arc<Link>,
    is_driver_woken: Arc<AtomicBool>,
    calls: Calls,
    reported: Reported,
    /// How often any entry had changed when a connection was set, of each connection.
    times_any: Vec<usize>,
    done: Done,
    connected: Vec<Arc<Connected>>,
    /// Of each connection.
    generations: Vec<Generation>,
    /// Taken, but not accepted yet.
    candidates: Vec<Candidate>,
    /// Includes lost ones.
    driven: Vec<Driven>,
    is_driver_awake: bool,
    /// Connections last longer than in other runs.
    is_calm: bool,
    is_healed: bool,
    /// Bytes that a connection had received when it was lost.
    received_by_lost: HashMap<usize, usize>,
    faults: Vec<String>,
}

impl World {
    fn new(seed: u64, clock: Rc<Runtime>) -> Self {
        let is_driver_woken = Arc::new(AtomicBool::new(false));
        let woken = is_driver_woken.clone();
        let reported = Reported::new();
        let wake: WakeDriver = Box::new(move || woken.store(true, Ordering::Relaxed));
        World {
            rng: Rng::with_seed(seed),
            is_calm: seed.is_multiple_of(2),
            clock,
            link: Arc::new(
                Link::new(COMMAND_TIMEOUT, Some(wake), Arc::default(), Offline::Queue)
                    .with_changes(Some(reported.changes.clone())),
            ),
            is_driver_woken,
            calls: Calls::behind(&reported),
            reported,
            times_any: Vec::new(),
            done: Done::default(),
            connected: Vec::new(),
            generations: Vec::new(),
            candidates: Vec::new(),
            driven: Vec::new(),
            is_driver_awake: false,
            is_healed: false,
            received_by_lost: HashMap::new(),
            faults: Vec::new(),
        }
    }

    fn step(&mut self) {
        let chosen = self.rng.u32(..1000);
        if self.is_calm && (850..900).contains(&chosen) && self.rng.u8(..6) > 0 {
            return;
        }
        match chosen {
            0..200 => self.submit(),
            200..260 => self.set_candidate(),
            260..330 => self.wake_up(),
            330..370 => self.accept(),
            370..410 => self.adopt(),
            410..450 => self.maintain(),
            450..650 => self.read(),
            650..850 => self.serve(),
            850..870 => self.close_connection(),
            870..900 => self.report_loss(),
            900..960 => self.pass_time(),
            960..990 => self.supervise(),
            990..997 => self.link.drain_at_once(&gone()),
            997 => self.link.decommission(&gone()),
            998 => self.link.end(gone()),
            _ => self.reject(),
        }
    }

    fn submit(&mut self) {
        let all = [Effect::Read, Effect::Write, Effect::Write, Effect::ReadHere];
        let count = self.rng.usize(1..4);
        let effects: Vec<Effect> = (0..count).map(|_| all[self.rng.usize(..all.len())]).collect();
        // A request with a scan step must be bound to one connection as a whole.
        let effects = if effects.contains(&Effect::ReadHere) { vec![Effect::ReadHere] } else { effects };
        let (request, sink) = self.calls.make(&effects, self.link.generation());
        let deadline = Instant::now() + Duration::from_millis(self.rng.u64(1..3000));
        self.link.submit(request, deadline, sink);
    }

    /// The supervisor connects: mostly, but not only, while there is no connection.
    fn set_candidate(&mut self) {
        let is_needed = self.generations.last().is_none_or(|last| self.loss(*last).is_some());
        if !is_needed && (self.is_calm || self.rng.u8(..8) > 0) {
            return;
        }
        let connected =
            Connected::new(self.connected.len(), self.done.clone(), self.reported.clone(), self.rng.u64(..));
        let wire: Arc<dyn crate::transport::socket::Wire> = connected.clone();
        self.connected.push(connected);
        let mut replies = Replies::new();
        replies.set_version(Version::Resp3);
        let tracked_since = Some(Instant::now());
        self.generations.push(self.link.set_candidate(Socket::from(wire), replies, tracked_since));
        self.reported.take();
        self.times_any.push(self.reported.times_any());
    }

    /// The driver reacts to a wake-up.
    fn wake_up(&mut self) {
        if !self.is_driver_woken.swap(false, Ordering::Relaxed) {
            return;
        }
        self.is_driver_awake = true;
        if let Some((candidate, driven)) = Candidate::take(&self.link) {
            self.candidates.push(candidate);
            self.driven.push(driven);
        }
    }

    /// The driver accepts a candidate, perhaps late.
    fn accept(&mut self) {
        if !self.candidates.is_empty() {
            self.candidates.swap_remove(self.rng.usize(..self.candidates.len())).accept();
        }
    }

    /// The last step of a driver's reaction to a wake-up.
    fn maintain(&mut self) {
        if std::mem::take(&mut self.is_driver_awake) {
            self.link.maintain();
        }
    }

    /// The supervisor finds a connection accepted, perhaps one that is already lost.
    fn adopt(&mut self) {
        if let Some(generation) = self.rng.choice(&self.generations) {
            self.link.adopt(*generation);
        }
    }

    fn reject(&mut self) {
        if let Some(candidate) = self.candidates.pop() {
            candidate.reject(&gone());
        }
    }

    /// A socket is ready, perhaps a lost one.
    fn read(&mut self) {
        if self.driven.is_empty() {
            return;
        }
        let index = self.rng.usize(..self.driven.len());
        if self.driven[index].on_ready() == WaitFor::Nothing && self.rng.bool() {
            self.driven.swap_remove(index);
        }
    }

    /// A server processes a command.
    fn serve(&mut self) {
        let Some(connected) = self.rng.choice(&self.connected) else { return };
        connected.serve(match self.rng.u8(..20) {
            _ if self.is_healed => Verdict::Done,
            0..3 => Verdict::Loading,
            3 => Verdict::ReadOnly,
            4 => Verdict::Error,
            _ => Verdict::Done,
        });
    }

    fn close_connection(&mut self) {
        if let Some(connected) = self.rng.choice(&self.connected) {
            connected.close();
        }
    }

    /// A loss is reported: of the current connection, or late, of an earlier one.
    fn report_loss(&mut self) {
        let Some(generation) = self.rng.choice(&self.generations).copied() else { return };
        let last = self.generations[self.generations.len() - 1];
        let was_alive = self.loss(last).is_none();
        self.link.disconnected(generation, &gone());
        if generation != last && was_alive && self.loss(last).is_some() {
            self.faults.push("a late loss ended the next connection".into());
        }
    }

    fn pass_time(&mut self) {
        let span = if self.rng.u8(..10) == 0 { 1100 } else { self.rng.u64(1..80) };
        self.clock.block_on(tokio::time::advance(Duration::from_millis(span)));
        self.link.plan_health_check();
    }

    /// The supervisor detects that its connection is lost or must be replaced.
    fn supervise(&mut self) {
        if let Some(generation) = self.generations.last().copied()
            && let Some(cause) = self.loss(generation)
        {
            self.link.disconnected(generation, &cause);
        }
    }

    fn loss(&self, generation: Generation) -> Option<Error> {
        match pin!(self.link.until_lost(generation)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(cause) => Some(cause),
            Poll::Pending => None,
        }
    }
}

fn gone() -> Error {
    Error::new(Kind::Connection, "gone")
}

/// Returns the violations of a run, and after which step. Adds to `reported` how many changes were reported.
fn run(seed: u64, reported: &mut usize) -> Option<(usize, Vec<String>)> {
    let clock = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let clock = Rc::new(clock);
    let _paused = clock.enter();
    let mut world = World::new(seed, clock.clone());
    for step in 0..STEPS {
        world.step();
        world.check();
        let violations = [&world.faults[..], &world.calls.violations()].concat();
        if !violations.is_empty() {
            return Some((step, violations));
        }
    }
    world.heal();
    *reported += world.reported.count();
    let faults = world.faults();
    (!faults.is_empty()).then_some((STEPS, faults))
}

#[test]
fn each_reply_settles_its_call_once() {
    let given = std::env::var("LINK_SEED").ok().map(|seed| seed.parse().expect("a seed is a number"));
    let seeds = given.map_or_else(|| (0..RUNS).map(|_| fastrand::u64(..)).collect(), |seed| vec![seed]);
    let mut reported = 0;
    for seed in seeds {
        if let Some((step, faults)) = run(seed, &mut reported) {
            panic!("LINK_SEED={seed}, after step {step}: {faults:#?}");
        }
    }
    assert!(reported > 0 || given.is_some(), "no change was reported");
}
