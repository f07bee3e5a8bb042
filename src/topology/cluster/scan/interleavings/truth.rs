//! The scripted cluster: its nodes with their slots and keys, by the rules of Redis Cluster.

mod moves;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

pub use self::moves::Move;
use super::reply::Reply;
use crate::topology::cluster::slot::{SLOTS, slot_of};

pub const NODES: usize = 5;
/// Nodes that serve slots at the start.
const PRIMARIES: usize = 3;

/// A node, as it sees itself.
pub struct Node {
    pub is_up: bool,
    pub is_loading: bool,
    /// Raised with each slot that the node gains, unless it is the highest already.
    epoch: usize,
    owned: Vec<bool>,
    migrates: BTreeMap<u16, usize>,
    imports: BTreeSet<u16>,
    /// `None` if the key holds no string.
    keys: BTreeMap<String, Option<String>>,
    /// Cursors that SCAN returned since the start.
    cursors: BTreeSet<u64>,
    /// Determines the order in which SCAN returns the keys. Changes with each start.
    salt: u64,
}

impl Node {
    fn new(number: usize) -> Self {
        let width = SLOTS.div_ceil(PRIMARIES);
        Node {
            is_up: true,
            is_loading: false,
            epoch: number,
            owned: (0..SLOTS).map(|slot| slot / width == number).collect(),
            migrates: BTreeMap::new(),
            imports: BTreeSet::new(),
            keys: BTreeMap::new(),
            cursors: BTreeSet::from([0]),
            salt: number as u64,
        }
    }

    pub fn owns(&self, slot: u16) -> bool {
        self.owned[usize::from(slot)]
    }

    pub fn is_primary(&self) -> bool {
        self.owned.contains(&true)
    }

    fn place(&self, key: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.salt, key).hash(&mut hasher);
        (hasher.finish() >> 33) + 1
    }

    /// Returns the keys in the order of their places, a few at a time, and some of them again.
    fn scan(&mut self, parts: &[String], random: &mut fastrand::Rng) -> Reply {
        let cursor: u64 = parts[1].parse().unwrap();
        assert!(self.cursors.contains(&cursor), "the cursor is not of this node");
        let mut places: Vec<(u64, &String)> = self.keys.keys().map(|key| (self.place(key), key)).collect();
        places.sort_unstable();
        let (passed, ahead) = places.split_at(places.partition_point(|(place, _)| *place < cursor));
        let count = random.usize(1..4).min(ahead.len());
        let again = passed.iter().filter(|_| random.u8(0..4) == 0);
        let start = parts[3].trim_end_matches('*');
        let is_wanted = |key: &&String| {
            key.starts_with(start) && (!parts.contains(&"TYPE".into()) || self.keys[*key].is_some())
        };
        let found = ahead[..count].iter().chain(again).map(|(_, key)| *key).filter(is_wanted).cloned();
        let next = ahead.get(count).map_or(0, |(place, _)| *place);
        let reply = Reply::Array(vec![Reply::Bulk(next.to_string()), Reply::texts(found)]);
        self.cursors.insert(next);
        reply
    }

    fn in_slot(&self, slot: u16) -> Vec<String> {
        self.keys.keys().filter(|key| slot_of(key.as_bytes()) == slot).cloned().collect()
    }
}

pub struct Truth {
    pub nodes: Vec<Node>,
    pub random: fastrand::Rng,
    pub is_down: bool,
    /// Keys that were removed by UNLINK.
    pub unlinked: BTreeSet<String>,
}

impl Truth {
    pub fn new(random: fastrand::Rng) -> Self {
        let nodes = (0..NODES).map(Node::new).collect();
        Truth { nodes, random, is_down: false, unlinked: BTreeSet::new() }
    }

    /// The node that serves a slot; during a change, one of the two that report it.
    pub fn owner(&mut self, slot: u16) -> usize {
        let mut owners = (0..NODES).filter(|node| self.nodes[*node].owns(slot));
        let first = owners.next().expect("each slot has an owner");
        owners.next().filter(|_| self.random.bool()).unwrap_or(first)
    }

    /// A write of another client, on the right node.
    pub fn set(&mut self, key: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        let node = self.holder(key);
        self.nodes[node].keys.insert(key.to_owned(), value);
    }

    pub fn remove(&mut self, key: &str) {
        let node = self.holder(key);
        self.nodes[node].keys.remove(key);
    }

    fn holder(&mut self, key: &str) -> usize {
        let slot = slot_of(key.as_bytes());
        let has = |node: &usize| self.nodes[*node].keys.contains_key(key);
        (0..NODES).find(has).unwrap_or_else(|| {
            let owner = self.owner(slot);
            self.nodes[owner].migrates.get(&slot).copied().unwrap_or(owner)
        })
    }

    pub fn has(&self, key: &str) -> bool {
        self.nodes.iter().any(|node| node.keys.contains_key(key))
    }

    /// Processes a command on a node.
    pub fn run(&mut self, node: usize, parts: &[String], is_asking: bool) -> Reply {
        let Truth { nodes, random, .. } = self;
        let this = &mut nodes[node];
        match parts[0].as_str() {
            "ASKING" => Reply::Ok,
            _ if this.is_loading => Reply::Error("LOADING Redis is loading the dataset in memory".into()),
            "SCAN" => this.scan(parts, random),
            "CLUSTER" if parts[1] == "NODES" => Reply::Bulk(self.lines_of(node)),
            "CLUSTER" => {
                let mut keys = this.in_slot(parts[2].parse().unwrap());
                keys.truncate(parts[3].parse().unwrap());
                Reply::texts(keys)
            }
            _ => self.run_on_key(node, parts, is_asking),
        }
    }

    fn run_on_key(&mut self, node: usize, parts: &[String], is_asking: bool) -> Reply {
        let (key, slot) = (&parts[1], slot_of(parts[1].as_bytes()));
        let this = &self.nodes[node];
        if self.is_down {
            return Reply::Error("CLUSTERDOWN The cluster is down".into());
        }
        match this.migrates.get(&slot) {
            Some(to) if !this.keys.contains_key(key) => {
                return Reply::Error(format!("ASK {slot} node:{to}"));
            }
            _ if this.owns(slot) || this.imports.contains(&slot) && is_asking => {}
            _ => return Reply::Error(format!("MOVED {slot} node:{}", self.owner(slot))),
        }
        self.change(node, &parts[0], key)
    }

    fn change(&mut self, node: usize, name: &str, key: &str) -> Reply {
        let keys = &mut self.nodes[node].keys;
        if name == "UNLINK" {
            let is_removed = keys.remove(key).is_some();
            self.unlinked.extend(is_removed.then(|| key.to_owned()));
            return Reply::Integer(is_removed.into());
        }
        match keys.get(key) {
            None => Reply::Nil,
            Some(None) => Reply::Error("WRONGTYPE Operation against a key".into()),
            Some(Some(value)) => Reply::Bulk(value.clone()),
        }
    }

    /// The reply to `CLUSTER NODES`.
    fn lines_of(&self, queried: usize) -> String {
        let line = |node: usize| {
            let (flags, slots) = if node == queried {
                ("myself,master", self.slots_of(node))
            } else {
                ("master", String::new())
            };
            format!(
                "id{node} node:{node}@1 {flags} - 0 0 {epoch} connected{slots}\n",
                epoch = self.nodes[node].epoch
            )
        };
        (0..NODES).map(line).collect()
    }

    fn slots_of(&self, node: usize) -> String {
        let Node { owned, migrates, imports, .. } = &self.nodes[node];
        let mut text = String::new();
        let mut slot = 0;
        while slot < SLOTS {
            let end = owned[slot..].iter().position(|is_owned| *is_owned != owned[slot]);
            let end = end.map_or(SLOTS, |length| slot + length);
            if owned[slot] {
                text += &format!(" {slot}-{}", end - 1);
            }
            slot = end;
        }
        text.extend(migrates.iter().map(|(slot, to)| format!(" [{slot}->-id{to}]")));
        text.extend(imports.iter().map(|slot| format!(" [{slot}-<-id0]")));
        text
    }
}

impl Truth {
    /// A failover: a node without slots takes over the slots and keys of another.
    pub fn take_over(&mut self, from: usize, by: usize) {
        let owned = std::mem::replace(&mut self.nodes[from].owned, vec![false; SLOTS]);
        self.nodes[by].keys = std::mem::take(&mut self.nodes[from].keys);
        self.nodes[by].owned = owned;
        self.raise_epoch(by);
    }

    /// A node restarts with the keys that it had.
    pub fn start(&mut self, node: usize) {
        let salt = self.random.u64(..);
        let node = &mut self.nodes[node];
        (node.is_up, node.salt, node.cursors) = (true, salt, BTreeSet::from([0]));
    }
}
