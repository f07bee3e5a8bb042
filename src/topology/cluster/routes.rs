//! The node that serves each slot, as currently known.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::slot::SLOTS;
use super::slot_map::SlotMap;
use crate::config::{Address, ReadFrom};
use crate::connection::Connection;

pub struct Node {
    pub address: Address,
    pub command_connection: Connection,
    pub scan_connection: Connection,
    /// The command connection is ready.
    pub is_up: Arc<AtomicBool>,
}

impl Node {
    pub fn is_up(&self) -> bool {
        self.is_up.load(Ordering::Acquire)
    }
}

/// A node that serves the reads of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader<N> {
    pub node: N,
    /// If not, no node is that may serve them.
    pub is_up: bool,
}

/// Index of a node in [`Routes`].
pub type NodeIndex = u16;

const NO_NODE: NodeIndex = NodeIndex::MAX;

pub struct Routes {
    nodes: Vec<Arc<Node>>,
    /// By slot.
    owners: Vec<NodeIndex>,
    /// Slots without a known owner.
    unowned: usize,
    /// Number of slots, by node.
    owned: Vec<u16>,
    /// By index of the primary.
    replicas: Vec<Vec<NodeIndex>>,
    read_from: ReadFrom,
    /// Rotates the reads among the readable nodes.
    turn: AtomicUsize,
}

impl Routes {
    pub fn new(read_from: ReadFrom) -> Self {
        let owners = vec![NO_NODE; SLOTS];
        Routes {
            nodes: Vec::new(),
            owners,
            unowned: SLOTS,
            owned: Vec::new(),
            replicas: Vec::new(),
            read_from,
            turn: AtomicUsize::new(0),
        }
    }

    /// The routes of a slot map. `node` returns the node at an address.
    pub fn of(slot_map: &SlotMap, read_from: ReadFrom, mut node: impl FnMut(&Address) -> Arc<Node>) -> Self {
        let mut routes = Routes::new(read_from);
        for range in &slot_map.ranges {
            let primary = routes.index_of(&range.primary, &mut node);
            for slot in range.first..=range.last.min(SLOTS as u16 - 1) {
                routes.set_owner(slot, primary);
            }
            if read_from != ReadFrom::Primary {
                let replicas = range.replicas.iter().map(|replica| routes.index_of(replica, &mut node));
                let replicas = replicas.collect();
                routes.replicas[usize::from(primary)] = replicas;
            }
        }
        routes
    }

    /// Returns the new owner; `node` creates it if there is no node at the address.
    pub fn move_slot(
        &mut self,
        slot: u16,
        to: &Address,
        mut node: impl FnMut(&Address) -> Arc<Node>,
    ) -> Arc<Node> {
        let index = self.index_of(to, &mut node);
        self.set_owner(slot, index);
        self.node(index).clone()
    }

    fn set_owner(&mut self, slot: u16, index: NodeIndex) {
        let before = std::mem::replace(&mut self.owners[usize::from(slot)], index);
        self.owned[usize::from(index)] += 1;
        match self.owned.get_mut(usize::from(before)) {
            Some(owned) => *owned -= 1,
            None => self.unowned -= 1,
        }
    }

    /// Whether the owner of each slot is known.
    pub fn are_complete(&self) -> bool {
        self.unowned == 0
    }

    /// The node at an address; `node` creates it if there is none.
    pub fn node_at(&mut self, address: &Address, mut node: impl FnMut(&Address) -> Arc<Node>) -> Arc<Node> {
        let index = self.index_of(address, &mut node);
        self.node(index).clone()
    }

    fn index_of(&mut self, address: &Address, node: &mut impl FnMut(&Address) -> Arc<Node>) -> NodeIndex {
        let known = self.nodes.iter().position(|node| node.address == *address);
        let index = known.unwrap_or_else(|| {
            self.nodes.push(node(address));
            self.replicas.push(Vec::new());
            self.owned.push(0);
            self.nodes.len() - 1
        });
        index as NodeIndex
    }

    pub fn read_from(&self) -> ReadFrom {
        self.read_from
    }

    pub fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    pub fn node(&self, index: NodeIndex) -> &Arc<Node> {
        &self.nodes[usize::from(index)]
    }

    pub fn at(&self, address: &Address) -> Option<&Arc<Node>> {
        self.nodes.iter().find(|node| node.address == *address)
    }

    /// The primary of a slot, which takes the writes.
    pub fn owner(&self, slot: u16) -> Option<NodeIndex> {
        Some(self.owners[usize::from(slot)]).filter(|owner| *owner != NO_NODE)
    }

    pub fn is_owner(&self, slot: u16, address: &Address) -> bool {
        self.owner(slot).is_some_and(|index| self.node(index).address == *address)
    }

    pub fn has_same_owners(&self, other: &Routes) -> bool {
        let owner = |routes: &Routes, slot| routes.owner(slot).map(|index| Arc::as_ptr(routes.node(index)));
        (0..SLOTS as u16).all(|slot| owner(self, slot) == owner(other, slot))
    }

    /// The node for the next read, according to `read_from`, in rotation.
    pub fn reader(&self, slot: u16) -> Option<Reader<NodeIndex>> {
        let owner = self.owner(slot)?;
        let replicas = &self.replicas[usize::from(owner)];
        let up = |index: &NodeIndex| self.node(*index).is_up();
        let at_owner = || Reader { node: owner, is_up: up(&owner) };
        if replicas.is_empty() {
            return Some(at_owner());
        }
        let replicas = replicas.iter().copied().filter(up);
        let readable: Vec<NodeIndex> = match self.read_from {
            ReadFrom::Primary => Vec::new(),
            ReadFrom::Replica => replicas.collect(),
            ReadFrom::Any => replicas.chain(Some(owner).filter(up)).collect(),
        };
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let chosen = readable.get(turn % readable.len().max(1));
        Some(chosen.map_or_else(at_owner, |node| Reader { node: *node, is_up: true }))
    }

    /// The nodes that serve slots.
    pub fn primaries(&self) -> Vec<Arc<Node>> {
        self.nodes_in_use().cloned().collect()
    }

    /// The nodes that serve slots, borrowed.
    pub fn nodes_in_use(&self) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.iter().zip(&self.owned).filter(|(_, owned)| **owned > 0).map(|(node, _)| node)
    }

    /// Whether each slot has an owner that is up.
    pub fn is_healthy(&self) -> bool {
        let serves = |owner: &NodeIndex| *owner != NO_NODE && self.node(*owner).is_up();
        self.owners.iter().all(serves)
    }
}

/// By identity, as another node can get the same address.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}
