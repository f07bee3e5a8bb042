//! Which node serves which slot, as far as known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::slot::SLOTS;
use super::view::View;
use crate::config::{Address, ReadFrom};
use crate::connection::Connection;

/// A server of the cluster.
pub struct Node {
    pub address: Address,
    pub points: Connection,
    pub listings: Connection,
    /// Its connection for point calls serves.
    pub is_up: Arc<AtomicBool>,
}

impl Node {
    pub fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Relaxed)
    }

    pub fn set_up(&self, is_up: bool) {
        self.is_up.store(is_up, Ordering::Relaxed);
    }
}

/// The node that a call goes to, by its number in [`Routes`].
pub type Number = u16;

const NOBODY: Number = Number::MAX;

pub struct Routes {
    nodes: Vec<Arc<Node>>,
    /// By slot.
    owners: Vec<Number>,
    /// By number of the node: the replicas of a primary.
    replicas: Vec<Vec<Number>>,
    read_from: ReadFrom,
    turn: AtomicUsize,
}

impl Routes {
    pub fn new(read_from: ReadFrom) -> Self {
        let owners = vec![NOBODY; SLOTS];
        Routes { nodes: Vec::new(), owners, replicas: Vec::new(), read_from, turn: AtomicUsize::new(0) }
    }

    /// The routes of a view. `node` gives the node at an address.
    pub fn of(view: &View, read_from: ReadFrom, mut node: impl FnMut(&Address) -> Arc<Node>) -> Self {
        let mut routes = Routes::new(read_from);
        for range in &view.ranges {
            let primary = routes.number_of(&range.primary, &mut node);
            for slot in range.first..=range.last.min(SLOTS as u16 - 1) {
                routes.owners[usize::from(slot)] = primary;
            }
            if read_from != ReadFrom::Primary {
                let replicas = range.replicas.iter().map(|replica| routes.number_of(replica, &mut node));
                let replicas = replicas.collect();
                routes.replicas[usize::from(primary)] = replicas;
            }
        }
        routes
    }

    /// From now on that node serves the slot.
    pub fn move_slot(&mut self, slot: u16, to: &Address, mut node: impl FnMut(&Address) -> Arc<Node>) {
        self.owners[usize::from(slot)] = self.number_of(to, &mut node);
    }

    /// The node at an address, which is to be known from now on.
    pub fn meet(&mut self, address: &Address, mut node: impl FnMut(&Address) -> Arc<Node>) -> Arc<Node> {
        let number = self.number_of(address, &mut node);
        self.node(number).clone()
    }

    fn number_of(&mut self, address: &Address, node: &mut impl FnMut(&Address) -> Arc<Node>) -> Number {
        let known = self.nodes.iter().position(|node| node.address == *address);
        let number = known.unwrap_or_else(|| {
            self.nodes.push(node(address));
            self.replicas.push(Vec::new());
            self.nodes.len() - 1
        });
        number as Number
    }

    pub fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    pub fn node(&self, number: Number) -> &Arc<Node> {
        &self.nodes[usize::from(number)]
    }

    pub fn at(&self, address: &Address) -> Option<&Arc<Node>> {
        self.nodes.iter().find(|node| node.address == *address)
    }

    /// Who is written to.
    pub fn owner(&self, slot: u16) -> Option<Number> {
        Some(self.owners[usize::from(slot)]).filter(|owner| *owner != NOBODY)
    }

    /// Who is read from: among those that may be, each in its turn.
    pub fn reader(&self, slot: u16) -> Option<Number> {
        let owner = self.owner(slot)?;
        let replicas = &self.replicas[usize::from(owner)];
        if replicas.is_empty() {
            return Some(owner);
        }
        let up = |number: &Number| self.node(*number).is_up();
        let all = replicas.iter().copied().filter(up);
        let of_them: Vec<Number> = match self.read_from {
            ReadFrom::Primary => Vec::new(),
            ReadFrom::Replica => all.collect(),
            ReadFrom::Any => all.chain(Some(owner).filter(up)).collect(),
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        Some(of_them.get(turn % of_them.len().max(1)).copied().unwrap_or(owner))
    }

    /// The nodes that serve slots.
    pub fn primaries(&self) -> Vec<Arc<Node>> {
        let mut serves = vec![false; self.nodes.len()];
        for owner in self.owners.iter().filter(|owner| **owner != NOBODY) {
            serves[usize::from(*owner)] = true;
        }
        self.nodes.iter().zip(serves).filter(|(_, serves)| *serves).map(|(node, _)| node.clone()).collect()
    }

    /// Each slot has a node that serves it and can be reached.
    pub fn is_healthy(&self) -> bool {
        let serves = |owner: &Number| *owner != NOBODY && self.node(*owner).is_up();
        self.owners.iter().all(serves)
    }
}
