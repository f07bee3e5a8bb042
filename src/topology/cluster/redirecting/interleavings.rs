//! Random interleavings of calls with slots that move between scripted nodes, and with nodes that are lost.
//! [`scripted`](crate::connection::scripted) checks the invariants.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

mod nodes;
mod truth;

use self::nodes::{Scripted, address_of};
use self::truth::Truth;
use super::*;
use crate::connection::scripted::{Calls, Recorder, push, run_and_count};
use crate::protocol::Request;

const NODES: usize = 4;
/// The keys in each slot.
const KEYS: [&[&str]; 2] = [&["a", "b", "c"], &["x", "y", "z"]];
/// By slot: a node that serves its reads, besides the owner.
const REPLICAS: [usize; 2] = [2, 3];
const RETRY_AFTER: Duration = Duration::from_millis(50);
const MAX_CALL_DURATION: Duration = Duration::from_secs(5);

/// The calls of a tick that go to one node: writes, or reads.
#[derive(Default)]
struct Share {
    request: Request,
    ids: Vec<usize>,
    slots: Vec<Option<u16>>,
}

struct World {
    random: fastrand::Rng,
    cluster: Arc<Scripted>,
    truth: Truth,
    calls: Calls,
    requests: usize,
}

impl World {
    fn new(seed: u64) -> Self {
        World {
            random: fastrand::Rng::with_seed(seed),
            cluster: Scripted::new(true),
            truth: Truth { owners: [0, 1], ..Truth::default() },
            calls: Calls::default(),
            requests: 0,
        }
    }

    fn step(&mut self) {
        let node = self.random.usize(..NODES);
        match self.random.u8(0..43) {
            0..10 => self.push(),
            10..16 => self.send(node),
            16..21 => drop(self.run_one(node)),
            21..27 => self.answer(node),
            27..30 => self.retry(),
            30..32 => self.do_later(),
            32..36 => self.move_slots(),
            36 => self.apply_slot_map(),
            37 => self.lose_node(node),
            38 => self.change_refusals(),
            39..42 => self.cluster.connect(node),
            _ => (0..NODES).for_each(|node| self.catch_up(node)),
        }
    }

    /// Submits the calls of a tick, a share for each node.
    fn push(&mut self) {
        let mut shares: BTreeMap<(Option<usize>, bool, bool), Share> = BTreeMap::new();
        for _ in 0..self.random.usize(1..=3) {
            let slot = self.random.usize(..KEYS.len());
            let mut keys = KEYS[slot].to_vec();
            self.random.shuffle(&mut keys);
            keys.truncate(if self.random.u8(0..3) == 0 { 2 } else { 1 });
            let writes = self.random.u8(0..4) != 0;
            let id = self.calls.add(&keys, writes);
            let reader = self.cluster.reader(slot as u16).filter(|_| !writes);
            let owner = self.cluster.routes.lock().unwrap()[slot];
            let node = reader.map_or(owner, |reader| Some(reader.node));
            let is_returnable = reader.is_some_and(|reader| reader.is_up);
            let share = shares.entry((node, writes, is_returnable)).or_default();
            share.request.is_returnable = is_returnable;
            push(&mut share.request, id, &keys, writes);
            share.ids.push(id);
            share.slots.push(Some(slot as u16));
        }
        if self.random.u8(0..8) == 0 {
            // Between the choice of the nodes and the submission.
            let node = self.random.usize(..NODES);
            if self.random.bool() { self.cluster.disconnect(node) } else { self.cluster.connect(node) }
        }
        for ((node, writes, is_returnable), Share { request, ids, slots }) in shares {
            let slot = slots[0].unwrap();
            self.requests += 1;
            let deadline = Instant::now() + MAX_CALL_DURATION;
            let sink = Recorder { calls: self.calls.clone(), ids };
            let (cluster, queried) = (self.cluster.clone(), node.map(address_of));
            let sink =
                RedirectingSink::new(cluster, ConnectionKind::Commands, deadline, slots, queried, sink);
            self.cluster.submit(node.as_ref(), ConnectionKind::Commands, request, deadline, Box::new(sink));
            if let Some(node) = node.filter(|_| !writes && !is_returnable) {
                self.cluster.recheck(&node, slot);
            }
        }
    }

    fn send(&mut self, node: usize) {
        if !self.cluster.is_up(node) {
            return;
        }
        let max = self.random.usize(1..200);
        self.cluster.with(node, |line| line.server.receive(&mut line.pipeline, max));
    }

    fn run_one(&mut self, node: usize) -> bool {
        let World { cluster, truth, calls, .. } = self;
        let mut line = cluster.lines[node].lock().unwrap();
        line.server.step(calls, |command| truth.verdict(node, command))
    }

    fn answer(&mut self, node: usize) {
        self.cluster.with(node, |line| line.server.answer(&mut line.pipeline));
    }

    fn catch_up(&mut self, node: usize) {
        if !self.cluster.is_up(node) {
            return;
        }
        self.cluster.with(node, |line| line.server.receive(&mut line.pipeline, usize::MAX));
        while self.run_one(node) {}
        while self.cluster.with(node, |line| line.server.answer(&mut line.pipeline)) {}
    }

    fn retry(&mut self) {
        self.cluster.each(|line| line.pipeline.retry_refused(Instant::now() + RETRY_AFTER));
    }

    fn do_later(&mut self) {
        let task = self.cluster.run_later.lock().unwrap().pop_front();
        if let Some(task) = task {
            task();
        }
    }

    fn move_slots(&mut self) {
        let slot = self.random.usize(..KEYS.len());
        let Some((to, moved)) = self.truth.moving.get_mut(&slot) else {
            let to = (self.truth.owners[slot] + self.random.usize(1..NODES)) % NODES;
            self.truth.moving.insert(slot, (to, HashSet::new()));
            return;
        };
        let left: Vec<&str> = KEYS[slot].iter().copied().filter(|key| !moved.contains(key)).collect();
        match left.as_slice() {
            [] => {
                let to = *to;
                self.truth.moving.remove(&slot);
                self.set_owner(slot, to);
            }
            left => drop(moved.insert(left[self.random.usize(..left.len())])),
        }
    }

    /// If a slot returns to a former owner, its connection is closed: a known limit is that no client can recall
    /// commands that the former owner has received.
    fn set_owner(&mut self, slot: usize, node: usize) {
        self.truth.former.insert((slot, self.truth.owners[slot]));
        self.truth.owners[slot] = node;
        if self.truth.former.contains(&(slot, node)) {
            self.cluster.disconnect(node);
        }
    }

    /// Updates the routes, as the cluster does.
    fn apply_slot_map(&mut self) {
        for (slot, owner) in self.truth.owners.into_iter().enumerate() {
            self.cluster.set_route(slot, owner);
        }
        self.cluster.with(NODES, |line| line.pipeline.drain_at_once(&Error::new(Kind::Retired, "known")));
    }

    /// A node disconnects. Sometimes it stays unreachable, or leaves the cluster.
    fn lose_node(&mut self, node: usize) {
        while self.random.bool() && self.run_one(node) {}
        let serves = self.truth.owners.contains(&node);
        let is_retired = !serves && self.random.bool();
        if is_retired {
            self.apply_slot_map();
        }
        self.cluster.disconnect(node);
        if is_retired {
            let why = Error::new(Kind::Retired, "retired");
            self.cluster.with(node, |line| line.pipeline.drain(&why));
        }
        if self.random.bool() {
            self.cluster.connect(node);
        }
    }

    fn change_refusals(&mut self) {
        self.truth.is_down = self.random.u8(0..4) == 0;
        self.truth.loading = Some(self.random.usize(..2 * NODES));
    }

    fn end(mut self) -> (usize, usize) {
        (self.truth.is_down, self.truth.loading) = (false, None);
        (0..NODES).for_each(|node| self.cluster.connect(node));
        self.apply_slot_map();
        for rounds in 0.. {
            let is_idle = |node: usize| {
                let line = self.cluster.lines[node].lock().unwrap();
                line.pipeline.is_empty() && !line.pipeline.is_busy()
            };
            if (0..=NODES).all(is_idle) && self.cluster.run_later.lock().unwrap().is_empty() {
                break;
            }
            assert!(rounds < 300, "commands stay pending");
            if rounds < 20 || !self.truth.moving.is_empty() {
                self.move_slots();
            }
            (0..NODES).for_each(|node| self.cluster.connect(node));
            (0..NODES).for_each(|node| self.catch_up(node));
            self.retry();
            let due = self.cluster.run_later.lock().unwrap().len();
            (0..due).for_each(|_| self.do_later());
        }
        self.cluster.order.tidy(Instant::now() + 3 * MAX_CALL_DURATION);
        assert!(!self.cluster.order.is_active(), "something still waits");
        self.calls.check_reads();
        self.calls.finish(self.requests)
    }
}

#[test]
fn while_slots_move_each_call_is_settled_once_and_writes_on_an_entry_keep_their_order() {
    run_and_count(200, |seed| {
        let mut world = World::new(seed);
        for _ in 0..world.random.usize(20..200) {
            world.step();
            world.cluster.check_waiting_reads();
        }
        world.end()
    });
}

#[test]
fn redirected_reads_keep_their_place_among_writes_unless_replicas_serve_reads() {
    let batches = |reads_replicas| {
        let cluster = Scripted::new(reads_replicas);
        cluster.set_route(0, 0);
        let command = |(index, effect)| RedirectedCommand {
            index,
            slot: 0,
            age: 0,
            bytes: Vec::new(),
            effect,
            is_users: false,
            replies: 1,
            to: Redirect::Owner,
            why: Error::new(Kind::Retired, "the node is known now"),
        };
        let commands = [Effect::Read, Effect::Write, Effect::Read].into_iter().enumerate().map(command);
        let batches = batches_by_node(&cluster, ConnectionKind::Commands, commands.collect());
        batches.into_iter().map(|batch| batch.indexes).collect::<Vec<_>>()
    };
    assert_eq!(batches(false), [vec![0, 1, 2]]);
    assert_ne!(batches(true), [vec![0, 1, 2]]);
}
