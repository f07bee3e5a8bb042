//! Random interleavings of a scan with events of a cluster, without a network and without real time: slots move, nodes
//! stop, start and are replaced, and other clients write.
//!
//! Invariants: an entry that exists all the time is listed, and no entry is listed twice; `clear` removes each such
//! entry; an error of `clear` is not `applied: no` if an entry was removed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::{JoinHandle, yield_now};

use self::line::Line;
use self::scripted::{MAX_CALL_DURATION, Scripted};
use self::truth::{Move, NODES, Truth};
use super::*;
use crate::connection::scripted::run_cases;
use crate::engine::listing::{Listing, Projection};
use crate::engine::redis::remove::Remove;
use crate::engine::redis::visitors::{ReadValues, TakeKeys};
use crate::json::Chunks;
use crate::topology::cluster::slot::slot_of;

mod judge;
mod line;
mod reply;
mod scripted;
mod truth;

const TAGS: [&str; 5] = ["a", "b", "c", "d", "e"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Names,
    Items,
    Clear,
}

struct World {
    random: fastrand::Rng,
    truth: Truth,
    cluster: Arc<Scripted>,
    moves: Vec<Move>,
    /// How often slots move, in percent of the steps.
    pace: u8,
    /// Entries that exist all the time.
    lasting: BTreeSet<String>,
    /// Entries that existed at some time.
    values: BTreeMap<String, String>,
    operation: Operation,
    scope: Scope,
}

fn keyspace() -> Keyspace {
    Keyspace::new("p:".into(), true)
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let truth = Truth::new(random.fork());
        let operations = [Operation::Names, Operation::Items, Operation::Clear];
        let group = Scope::Group(TAGS[random.usize(..TAGS.len())].into());
        let mut world = World {
            truth,
            cluster: Scripted::new(),
            moves: Vec::new(),
            pace: [2, 5, 14][random.usize(..3)],
            lasting: BTreeSet::new(),
            values: BTreeMap::new(),
            operation: operations[random.usize(..operations.len())],
            scope: if random.u8(0..4) == 0 { group } else { Scope::All },
            random,
        };
        world.fill();
        world
    }

    fn fill(&mut self) {
        for tag in TAGS {
            for number in 0..self.random.usize(..8) {
                let key = format!("p:{{{tag}}}:{number}");
                self.add(&key);
                self.lasting.insert(key);
            }
            self.truth.set(&format!("p:{{{tag}}}:list"), None);
            self.truth.set(&format!("q:{{{tag}}}:of others"), Some("1"));
        }
        let of_scope = self.scope.clone();
        self.lasting.retain(|key| keyspace().entry(&of_scope, key).is_some());
    }

    fn add(&mut self, key: &str) {
        let value = format!("\"the value of {key}\"");
        self.truth.set(key, Some(&value));
        self.values.insert(key.to_owned(), value);
    }

    fn start(&mut self) -> JoinHandle<Result<Chunks, Error>> {
        let (cluster, scope, operation) = (self.cluster.clone(), self.scope.clone(), self.operation);
        let time = if self.random.u8(0..8) == 0 { MAX_CALL_DURATION / 10 } else { MAX_CALL_DURATION };
        let deadline = Instant::now() + time;
        let selection = Selection::of(&keyspace(), &scope, operation != Operation::Items, deadline);
        let listing = |show| Listing::new(keyspace(), scope, show);
        match operation {
            Operation::Names => {
                let visitor = TakeKeys(listing(Projection::Names));
                tokio::spawn(async move { Ok(scan_cluster(&cluster, selection, visitor).await?.0.finish()) })
            }
            Operation::Items => {
                let visitor = ReadValues(listing(Projection::Items));
                tokio::spawn(async move { Ok(scan_cluster(&cluster, selection, visitor).await?.0.finish()) })
            }
            Operation::Clear => {
                let visitor = Remove::new(&Keyspace::new(String::new(), false));
                tokio::spawn(
                    async move { scan_cluster(&cluster, selection, visitor).await.map(|_| Vec::new()) },
                )
            }
        }
    }

    async fn step(&mut self) {
        match self.random.u8(0..100) {
            0..16 => self.with_line(|line, random, _| line.send(random.usize(1..200))),
            16..32 => self.with_line(|line, _, truth| _ = line.run_one(truth)),
            32..48 => self.with_line(|line, _, _| _ = line.answer()),
            48..64 => self.with_line(|line, _, truth| catch_up(line, truth)),
            chosen @ 64..78 if chosen - 64 < self.pace => self.advance_move(),
            78..81 => drop(self.cluster.do_later()),
            81..85 if self.cluster.is_outdated() => self.cluster.apply_slot_map(&mut self.truth),
            64..78 | 81..85 => {}
            85 => self.cluster.apply_slot_map(&mut self.truth),
            86..88 => self.with_line(|line, _, _| line.disconnect()),
            88 => self.stop(),
            89..91 => self.start_nodes(),
            91 => self.replace(),
            92 => self.truth.is_down = self.random.u8(0..4) == 0,
            93..97 => self.write(),
            _ => self.pass_time(self.random.clone().u64(1..60)).await,
        }
    }

    fn with_line(&mut self, act: impl FnOnce(&Line, &mut fastrand::Rng, &mut Truth)) {
        let lines = self.cluster.lines();
        let line = &lines[self.random.usize(..lines.len())];
        if line.node.is_some_and(|node| self.truth.nodes[node].is_up) {
            act(line, &mut self.random, &mut self.truth);
        }
    }

    fn advance_move(&mut self) {
        if self.moves.len() < 2 && self.random.u8(0..4) == 0 {
            let slot = slot_of(TAGS[self.random.usize(..TAGS.len())].as_bytes());
            let is_moving = self.moves.iter().any(|of| of.slots.contains(&slot));
            self.moves.extend(if is_moving { None } else { self.truth.new_move(slot) });
        }
        if self.moves.is_empty() {
            return;
        }
        let index = self.random.usize(..self.moves.len());
        let Move { from, to, .. } = self.moves[index];
        let is_up = |node: usize| self.truth.nodes[node].is_up;
        if is_up(from) && is_up(to) && self.truth.advance(&mut self.moves[index]) {
            self.moves.remove(index);
        }
    }

    /// A node stops.
    fn stop(&mut self) {
        let node = self.random.usize(..NODES);
        self.truth.nodes[node].is_up = false;
        self.cluster.lines().iter().filter(|line| line.node == Some(node)).for_each(|line| line.disconnect());
    }

    fn start_nodes(&mut self) {
        for node in 0..NODES {
            if !self.truth.nodes[node].is_up {
                self.truth.start(node);
                self.truth.nodes[node].is_loading = self.random.bool();
            } else {
                self.truth.nodes[node].is_loading = false;
            }
        }
    }

    /// A failover.
    fn replace(&mut self) {
        let (from, by) = (self.random.usize(..NODES), self.random.usize(..NODES));
        let moves = |node| self.moves.iter().any(|of| of.from == node || of.to == node);
        let nodes = &self.truth.nodes;
        if nodes[from].is_primary()
            && !nodes[by].is_primary()
            && nodes[by].is_up
            && !moves(from)
            && !moves(by)
        {
            self.truth.take_over(from, by);
        }
    }

    /// Other clients add and remove entries.
    fn write(&mut self) {
        let tag = TAGS[self.random.usize(..TAGS.len())];
        let key = format!("p:{{{tag}}}:brief {}", self.random.u8(0..3));
        if self.truth.has(&key) {
            self.truth.remove(&key);
        } else {
            self.add(&key);
        }
    }

    async fn pass_time(&mut self, milliseconds: u64) {
        tokio::time::advance(Duration::from_millis(milliseconds)).await;
        self.cluster.lines().iter().for_each(|line| line.maintain(Instant::now()));
    }

    /// From now on all nodes are healthy, and no slot moves.
    async fn heal(&mut self) {
        self.truth.is_down = false;
        self.start_nodes();
        self.start_nodes();
        while !self.moves.is_empty() {
            self.finish_moves();
        }
        self.cluster.apply_slot_map(&mut self.truth);
        self.cluster.lines().iter().for_each(|line| catch_up(line, &mut self.truth));
        while self.cluster.do_later() {}
        self.pass_time(5).await;
    }

    fn finish_moves(&mut self) {
        let mut moves = std::mem::take(&mut self.moves);
        for of in &mut moves {
            while !self.truth.advance(of) {}
        }
    }

    async fn run(&mut self) -> Result<Chunks, Error> {
        for _ in 0..self.random.usize(..10) {
            self.advance_move();
        }
        let scan = self.start();
        for _ in 0..self.random.usize(20..1500) {
            if scan.is_finished() {
                break;
            }
            self.step().await;
            for _ in 0..self.random.usize(..4) {
                yield_now().await;
            }
        }
        for rounds in 0.. {
            if scan.is_finished() {
                break;
            }
            assert!(rounds < 2000, "the scan does not finish");
            self.heal().await;
            for _ in 0..8 {
                yield_now().await;
            }
        }
        scan.await.unwrap()
    }
}

fn catch_up(line: &Line, truth: &mut Truth) {
    line.send(usize::MAX);
    while line.run_one(truth) {}
    while line.answer() {}
}

#[test]
fn while_slots_move_a_scan_finds_each_lasting_entry_once() {
    let clock =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (mut all, mut failed) = (0, 0);
    run_cases(200, |seed| {
        let mut world = World::new(seed);
        let result = clock.block_on(world.run());
        all += 1;
        failed += usize::from(!world.judge(result));
    });
    assert!(
        3 * failed < 2 * all || all < 10,
        "{failed} of {all} scans failed: too many for a meaningful test"
    );
}
