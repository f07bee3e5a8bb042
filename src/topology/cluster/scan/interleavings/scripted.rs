//! The substitute for a cluster.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::line::Line;
use super::truth::Truth;
use crate::config::{Address, AddressMap};
use crate::connection::Order;
use crate::error::{Error, Kind};
use crate::protocol::{Generation, Request, Sink};
use crate::topology::cluster::nodes::{ConnectionKind, Nodes, ScanNodes};
use crate::topology::cluster::redirect::Redirect;
use crate::topology::cluster::routes::Reader;
use crate::topology::cluster::slot::{SLOTS, slot_of};

pub const MAX_CALL_DURATION: Duration = Duration::from_secs(5);

type Task = Box<dyn FnOnce() + Send>;

pub struct Scripted {
    pub order: Arc<Order>,
    map: AddressMap,
    unrouted: Arc<Line>,
    known: Mutex<Known>,
    run_later: Mutex<VecDeque<Task>>,
}

/// What the client knows of the nodes.
struct Known {
    lines: Vec<Arc<Line>>,
    decommissioned: Vec<Arc<Line>>,
    /// By slot.
    owners: Vec<Option<usize>>,
    is_outdated: bool,
}

impl Known {
    fn line(&mut self, node: usize, order: &Arc<Order>) -> Arc<Line> {
        let known = self.lines.iter().find(|line| line.node == Some(node)).cloned();
        known.unwrap_or_else(|| {
            let line = Line::new(Some(node), order);
            self.lines.push(line.clone());
            line
        })
    }
}

impl Scripted {
    pub fn new() -> Arc<Self> {
        let order = Arc::new(Order::default());
        let known = Known {
            lines: Vec::new(),
            decommissioned: Vec::new(),
            owners: vec![None; SLOTS],
            is_outdated: true,
        };
        Arc::new(Scripted {
            unrouted: Line::new(None, &order),
            order,
            map: AddressMap::default(),
            known: Mutex::new(known),
            run_later: Mutex::default(),
        })
    }

    /// All connections, including those to decommissioned nodes.
    pub fn lines(&self) -> Vec<Arc<Line>> {
        let known = self.known.lock().unwrap();
        known.lines.iter().chain(&known.decommissioned).chain([&self.unrouted]).cloned().collect()
    }

    pub fn is_outdated(&self) -> bool {
        self.known.lock().unwrap().is_outdated
    }

    /// Updates the routes with the slot map of one node.
    pub fn apply_slot_map(&self, truth: &mut Truth) {
        let retired = {
            let mut known = self.known.lock().unwrap();
            self.order.record(MAX_CALL_DURATION);
            known.owners = (0..SLOTS as u16).map(|slot| Some(truth.owner(slot))).collect();
            known.is_outdated = false;
            for node in
                (0..truth.nodes.len()).filter(|node| known.owners.contains(&Some(*node))).collect::<Vec<_>>()
            {
                known.line(node, &self.order);
            }
            let owners = std::mem::take(&mut known.owners);
            let lines = std::mem::take(&mut known.lines);
            let (stay, retired): (Vec<_>, Vec<_>) =
                lines.into_iter().partition(|line| owners.contains(&line.node));
            (known.owners, known.lines) = (owners, stay);
            known.decommissioned.retain(|line| !line.is_idle());
            known.decommissioned.extend(retired.iter().cloned());
            retired
        };
        retired.iter().for_each(|line| line.decommission());
        self.unrouted.with(|state| state.pipeline.drain_at_once(&Error::new(Kind::Retired, "known")));
    }

    pub fn do_later(&self) -> bool {
        let task = self.run_later.lock().unwrap().pop_front();
        let has_task = task.is_some();
        task.into_iter().for_each(|task| task());
        has_task
    }
}

impl Nodes for Scripted {
    type Node = Arc<Line>;

    fn address(line: &Arc<Line>) -> Address {
        Address::Tcp { host: "node".into(), port: line.node.unwrap() as u16 }
    }

    fn address_map(&self) -> &AddressMap {
        &self.map
    }

    fn order(&self) -> &Order {
        &self.order
    }

    fn node_for(self: &Arc<Self>, slot: u16, to: &Redirect) -> Option<Arc<Line>> {
        let mut known = self.known.lock().unwrap();
        let node = match to {
            Redirect::Moved(address) | Redirect::Ask(address) => match address {
                Address::Tcp { port, .. } => usize::from(*port),
                Address::Unix(_) => unreachable!("no node has such an address"),
            },
            Redirect::Owner | Redirect::OwnerLater | Redirect::Reader => known.owners[usize::from(slot)]?,
        };
        if matches!(to, Redirect::Moved(_)) {
            self.order.record(MAX_CALL_DURATION);
            known.owners[usize::from(slot)] = Some(node);
        }
        Some(known.line(node, &self.order))
    }

    fn reads_replicas(&self) -> bool {
        false
    }

    fn reader(&self, _: u16) -> Option<Reader<Arc<Line>>> {
        unreachable!("scans read no replicas")
    }

    fn recheck(&self, _: &Arc<Line>, _: u16) {
        unreachable!("scans read no replicas")
    }

    fn submit(
        &self,
        line: Option<&Arc<Line>>,
        _: ConnectionKind,
        request: Request,
        deadline: Instant,
        mut sink: Box<dyn Sink>,
    ) {
        let sink = line.unwrap_or(&self.unrouted).with(|state| match &state.retired {
            Some(why) => {
                state.pipeline.reject(request, deadline, why, &mut *sink);
                Some(sink)
            }
            None => {
                state.pipeline.push(request, deadline, sink);
                None
            }
        });
        sink.into_iter().for_each(Sink::finish);
    }

    fn run_later(&self, task: Task) {
        self.run_later.lock().unwrap().push_back(task);
    }

    fn refresh(&self) {
        self.known.lock().unwrap().is_outdated = true;
    }

    fn overdue(&self, _: Option<&Error>) -> Error {
        Error::new(Kind::CommandTimeout, "overdue")
    }
}

impl ScanNodes for Scripted {
    fn primaries(&self) -> Vec<Arc<Line>> {
        let known = self.known.lock().unwrap();
        known.lines.iter().filter(|line| known.owners.contains(&line.node)).cloned().collect()
    }

    fn known_slots(&self) -> Vec<u16> {
        let known = self.known.lock().unwrap();
        (0..SLOTS as u16).filter(|slot| known.owners[usize::from(*slot)].is_some()).collect()
    }

    fn owners_of(&self, keys: &[Arc<str>]) -> Vec<Option<Arc<Line>>> {
        let mut known = self.known.lock().unwrap();
        let mut owner = |key: &Arc<str>| {
            let node = known.owners[usize::from(slot_of(key.as_bytes()))];
            node.map(|node| known.line(node, &self.order))
        };
        keys.iter().map(&mut owner).collect()
    }

    fn generation(&self, line: Option<&Arc<Line>>, _: ConnectionKind) -> Generation {
        line.unwrap_or(&self.unrouted).with(|state| state.pipeline.generation())
    }

    fn closed(&self) -> Option<Error> {
        None
    }
}
