//! The nodes of a cluster, as they come and go.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Cluster;
use super::routes::{Node, Routes};
use super::view::View;
use crate::config::{Address, Server};
use crate::connection::{Attended, Connection, Event, OnEvent, Open, Plan, Stats, Target};
use crate::error::{Error, Kind};
use crate::strategy::Strategy;

impl Cluster {
    /// A connection that was made and is to be read and written by the calling thread; whether with it all slots are
    /// served now that were not before.
    pub fn take_over(&self, connection: &Connection) -> Option<(Attended, bool)> {
        let attended = connection.take_over()?;
        let is_its = |node: &&Arc<Node>| node.points.id() == connection.id();
        let node = self.routes().nodes().iter().find(is_its).cloned();
        let is_ready = node.is_some_and(|node| self.comes_up(&node));
        Some((attended, is_ready))
    }

    /// Those in use, and those that are not any more and still have something under way.
    pub(super) fn all_nodes(&self) -> Vec<Arc<Node>> {
        let mut nodes = self.routes().nodes().to_vec();
        let mut life = self.life();
        life.leaving.retain(|node| !(node.points.is_over() && node.listings.is_over()));
        nodes.extend(life.leaving.iter().cloned());
        nodes
    }

    /// From now on the routes are those of `view`. Nodes that are not in it are retired.
    pub(super) fn take_view(self: &Arc<Self>, view: &View) {
        let retired = {
            let mut routes = self.routes_mut();
            let fresh = Routes::of(view, self.config.read_from, |address| {
                routes.at(address).cloned().unwrap_or_else(|| self.make_node(address))
            });
            let old = std::mem::replace(&mut *routes, fresh);
            let retired = old.nodes().iter().filter(|node| routes.at(&node.address).is_none());
            let retired: Vec<Arc<Node>> = retired.cloned().collect();
            self.life().leaving.extend(retired.iter().cloned());
            retired
        };
        for node in retired {
            let why = format!("{} serves no slots any more", node.address);
            let why = Error::new(Kind::Retired, why);
            node.points.retire(&why);
            node.listings.retire(&why);
            let mut life = self.life();
            life.past = life.past + Stats { waiting: 0, ..node.points.stats() + node.listings.stats() };
        }
        self.nowhere.hand_back(&Error::new(Kind::Retired, "the nodes of the cluster are known"));
        self.views.send_modify(|count| *count += 1);
        if self.becomes_healthy() {
            (self.on_event)(Event::Ready);
        }
    }

    pub(super) fn make_node(self: &Arc<Self>, address: &Address) -> Arc<Node> {
        let server = Server { address: address.clone(), access: self.config.access.clone() };
        let plan = |open, on_event| Plan {
            target: Target::Member(server.clone()),
            open,
            strategy: Strategy::Backoff,
            on_event,
        };
        let listings = Connection::start(plan(Open::OnDemand, Arc::new(|_| {})), self.command_timeout);
        let start = if self.attended { Connection::start_attended } else { Connection::start };
        let is_up = Arc::new(AtomicBool::new(false));
        let points = start(plan(Open::Always, self.listener(&is_up)), self.command_timeout);
        if let Some(cause) = &self.life().closed {
            points.close(cause.clone());
            listings.close(cause.clone());
        }
        Arc::new(Node { address: address.clone(), points, listings, is_up })
    }

    /// Hears what happens to the connection for point calls of the node that has `is_up`.
    fn listener(self: &Arc<Self>, is_up: &Arc<AtomicBool>) -> OnEvent {
        let cluster = Arc::downgrade(self);
        let is_up = is_up.clone();
        Arc::new(move |event| {
            if let Some(cluster) = cluster.upgrade() {
                cluster.hear(&is_up, event);
            }
        })
    }

    fn hear(&self, is_up: &Arc<AtomicBool>, event: Event) {
        // Another node may have come to the same address since.
        let node = || self.routes().nodes().iter().find(|node| Arc::ptr_eq(&node.is_up, is_up)).cloned();
        match event {
            Event::Attend => (self.on_event)(event),
            Event::Ready => {
                if node().is_some_and(|node| self.comes_up(&node)) {
                    (self.on_event)(Event::Ready);
                }
            }
            Event::Error(_) | Event::Reconnecting { .. } => {
                if let Some(node) = node() {
                    node.set_up(false);
                    self.life().was_healthy = false;
                    self.look_again();
                    (self.on_event)(event);
                }
            }
            Event::Connecting | Event::Connect | Event::End(_) => {}
        }
    }

    /// Whether with that node all slots are served that were not before.
    fn comes_up(&self, node: &Node) -> bool {
        node.set_up(true);
        self.becomes_healthy()
    }

    /// Whether all slots are served that were not when it was last asked.
    fn becomes_healthy(&self) -> bool {
        let is_healthy = self.routes().is_healthy();
        let was_healthy = std::mem::replace(&mut self.life().was_healthy, is_healthy);
        is_healthy && !was_healthy
    }
}
