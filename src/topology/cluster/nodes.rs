//! The traits with which redirects and scans access the nodes of a cluster.

use std::sync::Arc;

use tokio::time::Instant;

use super::Cluster;
use super::redirect::Redirect;
use super::routes::{self, Reader};
use super::slot::{SLOTS, slot_of};
use crate::config::{Address, AddressMap};
use crate::connection::{Connection, Order};
use crate::error::Error;
use crate::protocol::{Generation, Request, Sink};

/// Each node has two connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionKind {
    Commands,
    Scans,
}

/// A cluster, or its substitute in tests.
pub trait Nodes: Send + Sync + 'static {
    type Node: Clone + PartialEq + Send + Sync;

    fn address(node: &Self::Node) -> Address;

    fn address_map(&self) -> &AddressMap;

    fn order(&self) -> &Order;

    /// The node that a redirected command is sent to; `None` if no node is known.
    fn node_for(self: &Arc<Self>, slot: u16, to: &Redirect) -> Option<Self::Node>;

    /// Whether other nodes than the owner of a slot serve reads of it. Otherwise all calls on a slot go to its owner, in order.
    fn reads_replicas(&self) -> bool;

    /// The node for the next read of a slot; `None` if none is known.
    fn reader(&self, slot: u16) -> Option<Reader<Self::Node>>;

    /// Reads of this slot wait at a node: returns them, if another one that may serve them is up by now.
    fn recheck(&self, node: &Self::Node, slot: u16);

    /// Sends a request to a node, or queues it until one is known.
    fn submit(
        &self,
        node: Option<&Self::Node>,
        kind: ConnectionKind,
        request: Request,
        deadline: Instant,
        sink: Box<dyn Sink>,
    );

    /// Runs a task after a pause, in order.
    fn run_later(&self, task: Box<dyn FnOnce() + Send>);

    /// Requests a new slot map.
    fn refresh(&self);

    /// The error of commands that are overdue now, where the connection to their node was `lost`.
    fn overdue(&self, lost: Option<&Error>) -> Error;
}

/// What scans need in addition.
pub trait ScanNodes: Nodes {
    /// The nodes that serve slots, according to the current routes.
    fn primaries(&self) -> Vec<Self::Node>;

    /// The slots with a known owner.
    fn known_slots(&self) -> Vec<u16>;

    /// The node that serves the slot of each key; `None` if it is not known.
    fn owners_of(&self, keys: &[Arc<str>]) -> Vec<Option<Self::Node>>;

    /// The current generation of a connection to a node.
    fn generation(&self, node: Option<&Self::Node>, kind: ConnectionKind) -> Generation;

    /// Why the cluster was closed, if it was.
    fn closed(&self) -> Option<Error>;
}

impl Cluster {
    fn connection<'a>(&'a self, node: Option<&'a Arc<routes::Node>>, kind: ConnectionKind) -> &'a Connection {
        match (node, kind) {
            (None, _) => &self.unrouted,
            (Some(node), ConnectionKind::Commands) => &node.command_connection,
            (Some(node), ConnectionKind::Scans) => &node.scan_connection,
        }
    }
}

impl Nodes for Cluster {
    type Node = Arc<routes::Node>;

    fn address(node: &Arc<routes::Node>) -> Address {
        node.address.clone()
    }

    fn address_map(&self) -> &AddressMap {
        &self.config.address_map
    }

    fn order(&self) -> &Order {
        &self.order
    }

    fn node_for(self: &Arc<Self>, slot: u16, to: &Redirect) -> Option<Arc<routes::Node>> {
        Cluster::node_for(self, slot, to)
    }

    fn reads_replicas(&self) -> bool {
        Cluster::reads_replicas(self)
    }

    fn reader(&self, slot: u16) -> Option<Reader<Arc<routes::Node>>> {
        Cluster::reader(self, slot)
    }

    fn recheck(&self, node: &Arc<routes::Node>, slot: u16) {
        Cluster::recheck(self, node, Some(slot));
    }

    fn submit(
        &self,
        node: Option<&Arc<routes::Node>>,
        kind: ConnectionKind,
        request: Request,
        deadline: Instant,
        sink: Box<dyn Sink>,
    ) {
        self.connection(node, kind).submit(request, deadline, sink);
    }

    fn run_later(&self, task: Box<dyn FnOnce() + Send>) {
        self.retry_queue.push(task);
    }

    fn refresh(&self) {
        Cluster::refresh(self);
    }

    fn overdue(&self, lost: Option<&Error>) -> Error {
        let overdue = |lost| Error::overdue(self.command_timeout, lost);
        lost.map_or_else(|| self.unrouted.overdue(), overdue)
    }
}

impl ScanNodes for Cluster {
    fn primaries(&self) -> Vec<Arc<routes::Node>> {
        self.routes().primaries()
    }

    fn known_slots(&self) -> Vec<u16> {
        let routes = self.routes();
        (0..SLOTS as u16).filter(|slot| routes.owner(*slot).is_some()).collect()
    }

    fn owners_of(&self, keys: &[Arc<str>]) -> Vec<Option<Arc<routes::Node>>> {
        let routes = self.routes();
        let owner = |key: &Arc<str>| routes.owner(slot_of(key.as_bytes()));
        keys.iter().map(|key| owner(key).map(|number| routes.node(number).clone())).collect()
    }

    fn generation(&self, node: Option<&Arc<routes::Node>>, kind: ConnectionKind) -> Generation {
        self.connection(node, kind).generation()
    }

    fn closed(&self) -> Option<Error> {
        self.life().closed.clone()
    }
}
