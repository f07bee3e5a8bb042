//! Adds and decommissions nodes when the slot map changes.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, MutexGuard};

use super::Cluster;
use super::routes::{Node, Routes};
use super::slot_map::SlotMap;
use crate::config::strategy::Strategy;
use crate::config::{Address, Server};
use crate::connection::{ConnectWhen, Connection, ConnectionSettings, Event, OnEvent, Reads, Stats, Target};
use crate::error::{Error, Kind};

impl Cluster {
    /// Includes decommissioned nodes, which may have outstanding replies.
    pub(super) fn all_nodes(&self) -> Vec<Arc<Node>> {
        let mut nodes = self.routes().nodes().to_vec();
        nodes.extend(self.life().decommissioned.iter().cloned());
        nodes
    }

    /// Replaces the routes. Nodes that are not in `slot_map` are decommissioned.
    pub(super) fn apply_slot_map(self: &Arc<Self>, slot_map: &SlotMap) {
        let decommissioned = self.replace_routes(slot_map);
        self.report_changes();
        for node in decommissioned {
            let why = format!("{} serves no slots any more", node.address);
            let why = Error::new(Kind::Retired, why);
            node.command_connection.decommission(&why);
            node.scan_connection.decommission(&why);
            let mut life = self.life();
            life.past_stats = life.past_stats
                + Stats { waiting: 0, ..node.command_connection.stats() + node.scan_connection.stats() };
        }
        let turn = self.handover.turn();
        self.hand_over(&turn);
        drop(turn);
        self.return_waiting_reads();
        self.slot_maps.send_modify(|count| *count += 1);
        if self.becomes_healthy() {
            (self.on_event)(Event::Ready);
        }
    }

    /// Returns the nodes that are to be decommissioned. From now on `hand_over` is due.
    pub(super) fn replace_routes(self: &Arc<Self>, slot_map: &SlotMap) -> Vec<Arc<Node>> {
        let _turn = self.handover.turn();
        let mut routes = self.routes_mut();
        let fresh = Routes::of(slot_map, self.config.read_from, |address| {
            routes.at(address).cloned().unwrap_or_else(|| self.make_node(address))
        });
        let decommissioned = routes.nodes().iter().filter(|node| fresh.at(&node.address).is_none());
        let decommissioned: Vec<Arc<Node>> = decommissioned.cloned().collect();
        // Before newer calls can find the new owners.
        if !fresh.has_same_owners(&routes) {
            self.order.record(self.command_timeout);
            self.add_any_change();
        }
        decommissioned.iter().for_each(|node| node.command_connection.prepare_drain());
        *routes = fresh;
        self.handover.set_due(true);
        let mut life = self.life();
        life.decommissioned
            .retain(|node| !(node.command_connection.has_ended() && node.scan_connection.has_ended()));
        life.decommissioned.extend(decommissioned.iter().cloned());
        decommissioned
    }

    /// Sends the calls that waited for a known node, before any newer call.
    pub(super) fn hand_over(&self, _turn: &MutexGuard<'_, ()>) {
        self.unrouted.drain_at_once(&Error::new(Kind::Retired, "the nodes of the cluster are known"));
        self.handover.set_due(false);
    }

    pub(super) fn make_node(self: &Arc<Self>, address: &Address) -> Arc<Node> {
        let server = Server { address: address.clone(), access: self.config.access.clone() };
        let settings = |connect_when, on_event, reads, changes| ConnectionSettings {
            target: Target::Member(server.clone()),
            connect_when,
            strategy: Strategy::Backoff,
            on_event,
            offline_queue: self.offline_queue,
            order: self.order.clone(),
            reads,
            changes,
        };
        let scan_connection = Connection::start(
            settings(ConnectWhen::OnDemand, Arc::new(|_| {}), Reads::default(), None),
            self.command_timeout,
            None,
        );
        let is_up = Arc::new(AtomicBool::new(false));
        let reads = Reads { is_ready: is_up.clone(), are_returned: self.reads_replicas() };
        let command_connection = Connection::start(
            settings(ConnectWhen::Always, self.listener(&is_up), reads, self.changes.clone()),
            self.command_timeout,
            self.driver.as_ref(),
        );
        if let Some(cause) = &self.life().closed {
            command_connection.close(cause.clone());
            scan_connection.close(cause.clone());
        }
        Arc::new(Node { address: address.clone(), command_connection, scan_connection, is_up })
    }

    /// Receives the events of the command connection of the node that has `is_up`.
    fn listener(self: &Arc<Self>, is_up: &Arc<AtomicBool>) -> OnEvent {
        let cluster = Arc::downgrade(self);
        let is_up = is_up.clone();
        Arc::new(move |event| {
            if let Some(cluster) = cluster.upgrade() {
                cluster.on_node_event(&is_up, event);
            }
        })
    }

    fn on_node_event(&self, is_up: &Arc<AtomicBool>, event: Event) {
        // By identity, as another node can have the same address by now.
        let node = || self.routes().nodes().iter().find(|node| Arc::ptr_eq(&node.is_up, is_up)).cloned();
        match event {
            Event::Ready => {
                if node().is_none() {
                    return;
                }
                self.return_waiting_reads();
                if self.becomes_healthy() {
                    (self.on_event)(Event::Ready);
                }
            }
            Event::Error(_) | Event::Reconnecting { .. } => {
                if node().is_some() {
                    self.on_loss();
                    self.refresh();
                    (self.on_event)(event);
                }
            }
            Event::Untracked(_) => (self.on_event)(event),
            Event::Connecting | Event::Connect | Event::End(_) | Event::Notice(_) => {}
        }
    }

    /// A node is lost, or still away. The slots are served as before if it is a replica.
    fn on_loss(&self) {
        let routes = self.routes();
        let mut life = self.life();
        life.is_served &= routes.is_healthy();
        life.is_announced = false;
    }

    /// Returns whether all slots are served now, and `Ready` was not emitted since a node was lost.
    fn becomes_healthy(&self) -> bool {
        let routes = self.routes();
        let mut life = self.life();
        // With `life` locked, so that a concurrent `on_loss` is not overwritten.
        let is_served = routes.is_healthy();
        life.is_served = is_served;
        let was_announced = std::mem::replace(&mut life.is_announced, is_served);
        is_served && !was_announced
    }
}
