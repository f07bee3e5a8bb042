//! The client's view of the scripted cluster: a connection to each node, and the routes of the slots.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::*;
use super::{KEYS, MAX_CALL_DURATION, NODES, REPLICAS};
use crate::config::AddressMap;
use crate::connection::scripted::Server;
use crate::connection::{Order, Pipeline};
use crate::protocol::{Request, arguments};
use crate::topology::cluster::routes::Reader;

/// A connection to a node. The last one is unconnected.
pub struct Line {
    pub pipeline: Pipeline,
    pub server: Server,
    /// Set with the lock of the line.
    is_up: Arc<AtomicBool>,
}

/// The substitute for a cluster.
pub struct Scripted {
    pub order: Arc<Order>,
    map: AddressMap,
    reads_replicas: bool,
    pub lines: Vec<Mutex<Line>>,
    /// By node: there is a connection.
    up: Vec<Arc<AtomicBool>>,
    /// Rotates the reads.
    turn: AtomicUsize,
    /// By slot, as known to the client.
    pub routes: Mutex<[Option<usize>; 2]>,
    pub run_later: Mutex<VecDeque<Box<dyn FnOnce() + Send>>>,
}

pub fn address_of(node: usize) -> Address {
    Address::Tcp { host: "node".into(), port: node as u16 }
}

impl Scripted {
    pub fn new(reads_replicas: bool) -> Arc<Self> {
        let order = Arc::new(Order::default());
        let up: Vec<_> = (0..=NODES).map(|node| Arc::new(AtomicBool::new(node < NODES))).collect();
        let line = |is_up: &Arc<AtomicBool>| Line {
            pipeline: Pipeline::new(order.clone()),
            server: Server::default(),
            is_up: is_up.clone(),
        };
        Arc::new(Scripted {
            lines: up.iter().map(line).map(Mutex::new).collect(),
            up,
            turn: AtomicUsize::new(0),
            order,
            map: AddressMap::default(),
            reads_replicas,
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
        if routes[slot].replace(node) == Some(node) {
            return;
        }
        self.order.record(MAX_CALL_DURATION);
        drop(routes);
        self.return_waiting_reads();
    }

    pub fn is_up(&self, node: usize) -> bool {
        self.up[node].load(Ordering::SeqCst)
    }

    pub fn connect(&self, node: usize) {
        self.with(node, |line| line.is_up.store(true, Ordering::SeqCst));
        self.return_waiting_reads();
    }

    pub fn disconnect(&self, node: usize) {
        let cause = Error::new(Kind::Connection, "gone");
        self.with(node, |line| {
            line.is_up.store(false, Ordering::SeqCst);
            line.server.disconnect();
            line.pipeline.on_disconnect(&cause);
            line.return_reads();
        });
    }

    fn return_waiting_reads(&self) {
        (0..NODES).filter(|node| !self.is_up(*node)).for_each(|node| self.with(node, Line::return_reads));
    }

    /// Checks that reads wait for a connection only while no node is connected that serves them.
    pub fn check_waiting_reads(&self) {
        for node in (0..NODES).filter(|node| !self.is_up(*node)) {
            let line = self.lines[node].lock().unwrap();
            for read in line.pipeline.unsent_reads() {
                let slot = slot_of(arguments(read.bytes).nth(1).unwrap());
                let served = self.reader(slot).is_some_and(|reader| reader.is_up);
                assert!(!served, "a read of slot {slot} waits for {node}");
            }
        }
    }
}

fn slot_of(key: &[u8]) -> u16 {
    let has_key = |keys: &&[&str]| keys.iter().any(|one| one.as_bytes() == key);
    KEYS.iter().position(has_key).unwrap() as u16
}

impl Line {
    fn return_reads(&mut self) {
        if !self.is_up.load(Ordering::SeqCst) {
            self.pipeline.return_reads(&unreachable());
        }
    }
}

fn unreachable() -> Error {
    Error::new(Kind::Unreachable, "gone")
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
            Redirect::Owner | Redirect::OwnerLater | Redirect::Reader => {
                self.routes.lock().unwrap()[usize::from(slot)]
            }
        }
    }

    fn reads_replicas(&self) -> bool {
        self.reads_replicas
    }

    /// One of the owner and the replica, in turn.
    fn reader(&self, slot: u16) -> Option<Reader<usize>> {
        let owner = self.routes.lock().unwrap()[usize::from(slot)]?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut nodes = [owner, REPLICAS[usize::from(slot)]];
        nodes.rotate_left(turn % 2);
        let chosen = nodes.into_iter().find(|node| self.is_up(*node));
        Some(Reader { node: chosen.unwrap_or(owner), is_up: chosen.is_some() })
    }

    fn recheck(&self, node: &usize, slot: u16) {
        if !self.is_up(*node) && self.reader(slot).is_some_and(|reader| reader.is_up) {
            self.with(*node, Line::return_reads);
        }
    }

    fn submit(
        &self,
        node: Option<&usize>,
        _: ConnectionKind,
        request: Request,
        deadline: Instant,
        mut sink: Box<dyn Sink>,
    ) {
        let returned = self.with(node.copied().unwrap_or(NODES), |line| {
            if request.is_returnable && !line.is_up.load(Ordering::SeqCst) {
                line.pipeline.reject(request, deadline, &unreachable(), &mut *sink);
                return Some(sink);
            }
            line.pipeline.push(request, deadline, sink);
            None
        });
        returned.into_iter().for_each(Sink::finish);
    }

    fn run_later(&self, task: Box<dyn FnOnce() + Send>) {
        self.run_later.lock().unwrap().push_back(task);
    }

    fn refresh(&self) {}

    fn overdue(&self, _: Option<&Error>) -> Error {
        Error::new(Kind::CommandTimeout, "overdue")
    }
}
