//! The client's view of the scripted cluster: a connection to each node, and the routes of the slots.

use std::collections::VecDeque;

use super::super::*;
use super::{MAX_CALL_DURATION, NODES};
use crate::config::AddressMap;
use crate::connection::scripted::Server;
use crate::connection::{Order, Pipeline};
use crate::protocol::Request;

/// A connection to a node. The last one is unconnected.
pub struct Line {
    pub pipeline: Pipeline,
    pub server: Server,
}

/// The substitute for a cluster.
pub struct Scripted {
    pub order: Arc<Order>,
    map: AddressMap,
    pub lines: Vec<Mutex<Line>>,
    /// By slot, as known to the client.
    pub routes: Mutex<[Option<usize>; 2]>,
    pub run_later: Mutex<VecDeque<Box<dyn FnOnce() + Send>>>,
}

pub fn address_of(node: usize) -> Address {
    Address::Tcp { host: "node".into(), port: node as u16 }
}

impl Scripted {
    pub fn new() -> Arc<Self> {
        let order = Arc::new(Order::default());
        let line = |_| Mutex::new(Line { pipeline: Pipeline::new(order.clone()), server: Server::default() });
        Arc::new(Scripted {
            lines: (0..=NODES).map(line).collect(),
            order,
            map: AddressMap::default(),
            routes: Mutex::new([None; 2]),
            run_later: Mutex::default(),
        })
    }

    /// Acts on a connection, and finishes the completed sinks.
    pub fn with<T>(&self, node: usize, act: impl FnOnce(&mut Line) -> T) -> T {
        let mut line = self.lines[node].lock().unwrap();
        let result = act(&mut line);
        let completed = line.pipeline.take_completed();
        drop(line);
        completed.into_iter().for_each(Sink::finish);
        result
    }

    pub fn each(&self, act: impl Fn(&mut Line)) {
        (0..=NODES).for_each(|node| self.with(node, &act));
    }

    pub fn set_route(&self, slot: usize, node: usize) {
        let mut routes = self.routes.lock().unwrap();
        if routes[slot].replace(node) != Some(node) {
            self.order.record(MAX_CALL_DURATION);
        }
    }
}

impl Nodes for Scripted {
    type Node = usize;

    fn address(node: &usize) -> Address {
        address_of(*node)
    }

    fn address_map(&self) -> &AddressMap {
        &self.map
    }

    fn order(&self) -> &Order {
        &self.order
    }

    fn node_for(self: &Arc<Self>, slot: u16, to: &Redirect) -> Option<usize> {
        let node = |address: &Address| match address {
            Address::Tcp { port, .. } => usize::from(*port),
            Address::Unix(_) => unreachable!("no node has such an address"),
        };
        match to {
            Redirect::Moved(address) => {
                self.set_route(usize::from(slot), node(address));
                Some(node(address))
            }
            Redirect::Ask(address) => Some(node(address)),
            Redirect::Owner | Redirect::OwnerLater => self.routes.lock().unwrap()[usize::from(slot)],
        }
    }

    fn submit(
        &self,
        node: Option<&usize>,
        _: ConnectionKind,
        request: Request,
        deadline: Instant,
        sink: Box<dyn Sink>,
    ) {
        let node = node.copied().unwrap_or(NODES);
        self.with(node, |line| line.pipeline.push(request, deadline, sink));
    }

    fn run_later(&self, task: Box<dyn FnOnce() + Send>) {
        self.run_later.lock().unwrap().push_back(task);
    }

    fn refresh(&self) {}

    fn overdue(&self) -> Error {
        Error::new(Kind::CommandTimeout, "overdue")
    }
}
