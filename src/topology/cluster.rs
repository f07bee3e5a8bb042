//! A Redis Cluster. Each call is sent to the node that serves its slot.

mod apply;
mod discovery;
mod handover;
mod indexed;
mod members;
mod nodes;
mod ownership;
mod present;
mod proof;
mod reads;
mod redirect;
mod redirecting;
mod retry_queue;
mod routes;
mod scan;
mod shares;
mod slot;
mod slot_map;
mod to_node;

use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use self::handover::Handover;
use self::proof::Proof;
use self::redirect::Redirect;
use self::retry_queue::RetryQueue;
use self::routes::{Node, Routes};
use self::scan::{Selection, scan_cluster};
use self::to_node::visit_each;
use crate::config::strategy::Strategy;
use crate::config::{self, Address};
use crate::connection::{Changes, Connection, OnEvent, Order, Stats, WakeDriver};
use crate::engine::listing::Listing;
use crate::engine::redis::remove::Remove;
use crate::engine::redis::visitors::{ReadValues, TakeKeys};
use crate::error::Error;
use crate::json::Chunks;
use crate::keyspace::{Keyspace, Scope};
use crate::sync::locked;

pub struct Cluster {
    config: config::Cluster,
    driver: Option<WakeDriver>,
    command_timeout: Duration,
    offline_queue: bool,
    on_event: OnEvent,
    /// Receives changes of what was read; `None`: they are not reported.
    changes: Option<Arc<Changes>>,
    proof: Proof,
    routes: RwLock<Routes>,
    /// Shared by the connections to all nodes.
    order: Arc<Order>,
    /// Calls on slots without a known owner wait here.
    unrouted: Connection,
    handover: Handover,
    /// The slot map may be outdated.
    refresh: Notify,
    /// Number of slot maps applied so far.
    slot_maps: watch::Sender<u64>,
    retry_queue: RetryQueue,
    life: Mutex<Life>,
}

#[derive(Default)]
struct Life {
    discovery: Option<AbortHandle>,
    closed: Option<Error>,
    /// Decommissioned nodes, which may still have outstanding replies.
    decommissioned: Vec<Arc<Node>>,
    /// All slots were served at the last check.
    is_served: bool,
    /// `Ready` was emitted, and no loss of a node or failed refresh since.
    is_announced: bool,
    /// Totals of decommissioned nodes.
    past_stats: Stats,
}

impl Cluster {
    /// Starts the discovery of the nodes in the background.
    pub fn start(
        config: config::Cluster,
        strategy: Strategy,
        driver: Option<WakeDriver>,
        command_timeout: Duration,
        offline_queue: bool,
        on_event: OnEvent,
        changes: Option<Arc<Changes>>,
    ) -> Arc<Self> {
        let order = Arc::new(Order::default());
        let cluster = Arc::new(Cluster {
            routes: RwLock::new(Routes::new(config.read_from)),
            config,
            driver,
            command_timeout,
            offline_queue,
            on_event,
            changes,
            proof: Proof::default(),
            unrouted: Connection::unconnected(command_timeout, order.clone(), offline_queue),
            handover: Handover::default(),
            order,
            refresh: Notify::new(),
            slot_maps: watch::Sender::new(0),
            retry_queue: RetryQueue::start(),
            life: Mutex::default(),
        });
        let discovery = crate::runtime::spawn(discovery::run(cluster.clone(), strategy));
        cluster.life().discovery = Some(discovery.abort_handle());
        cluster
    }

    pub async fn list(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Chunks, Error> {
        let selection = |strings_only| Selection::of(keyspace, listing.scope(), strings_only, deadline);
        let listing = if listing.projection().needs_values() {
            scan_cluster(self, selection(false), ReadValues(listing)).await?.0
        } else {
            scan_cluster(self, selection(true), TakeKeys(listing)).await?.0
        };
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub async fn read(
        self: &Arc<Self>,
        redis_keys: Vec<Arc<str>>,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Chunks, Error> {
        let listing = visit_each(self, redis_keys, ReadValues(listing), deadline).await?.0;
        Ok(listing.finish())
    }

    /// Removes all keys of a scope. The `applied` of an error states whether some may have been removed.
    pub async fn clear(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        scope: &Scope,
        deadline: Instant,
    ) -> Result<(), Error> {
        scan_cluster(self, Selection::of(keyspace, scope, true, deadline), Remove::new(keyspace))
            .await
            .map(drop)
    }

    /// Whether each slot has a node that calls are sent to at once.
    pub fn is_ready(&self) -> bool {
        let life = self.life();
        life.closed.is_none() && life.is_served
    }

    /// Why calls on some slot cannot be sent at once; `None` if all can.
    pub fn unready(&self) -> Option<Error> {
        if self.is_ready() {
            return None;
        }
        let closed = self.life().closed.clone();
        // Not with the lock of `life`: others take that one after this.
        let nodes = self.routes().primaries();
        let of_node = nodes.iter().find_map(|node| node.command_connection.unready());
        closed.or(of_node).or_else(|| self.unrouted.unready())
    }

    pub fn stats(&self) -> Stats {
        let of = |node: &Arc<Node>| node.command_connection.stats() + node.scan_connection.stats();
        let current =
            self.routes().nodes().iter().map(of).fold(self.unrouted.stats(), |sum, stats| sum + stats);
        self.life().past_stats + current
    }

    /// Closes all connections, for good.
    pub fn close(&self, cause: &Error) {
        let discovery = {
            let mut life = self.life();
            life.closed.get_or_insert(cause.clone());
            life.discovery.take()
        };
        if let Some(discovery) = discovery {
            discovery.abort();
        }
        // Without a lock: settling a call can submit another one.
        for node in self.all_nodes() {
            node.command_connection.close(cause.clone());
            node.scan_connection.close(cause.clone());
        }
        self.unrouted.close(cause.clone());
    }

    /// The nodes that serve slots, according to the current routes.
    pub fn primaries(&self) -> Vec<config::Server> {
        let server = |node: Arc<Node>| config::Server {
            address: node.address.clone(),
            access: self.config.access.clone(),
        };
        self.routes().primaries().into_iter().map(server).collect()
    }

    /// Changes when the nodes may have changed.
    pub fn slot_maps(&self) -> watch::Receiver<u64> {
        self.slot_maps.subscribe()
    }

    /// Requests a new slot map, because the current one may be outdated.
    pub fn refresh(&self) {
        self.refresh.notify_one();
    }

    /// The node that a redirected command is sent to.
    fn node_for(self: &Arc<Self>, slot: u16, to: &Redirect) -> Option<Arc<Node>> {
        match to {
            Redirect::Moved(address) => Some(self.move_slot(slot, address)),
            Redirect::Ask(address) => {
                let known = self.routes().at(address).cloned();
                // A node that imports its first slot is not in the slot map yet.
                known.or_else(|| Some(self.routes_mut().node_at(address, |address| self.make_node(address))))
            }
            Redirect::Owner | Redirect::OwnerLater | Redirect::Reader => {
                let routes = self.routes();
                routes.owner(slot).map(|number| routes.node(number).clone())
            }
        }
    }

    /// Returns the new owner of a slot.
    fn move_slot(self: &Arc<Self>, slot: u16, address: &Address) -> Arc<Node> {
        let mut routes = self.routes_mut();
        let is_news = !routes.is_owner(slot, address);
        if is_news {
            self.order.record(self.command_timeout);
        }
        let owner = routes.move_slot(slot, address, |address| self.make_node(address));
        drop(routes);
        if is_news {
            self.invalidate();
            self.return_waiting_reads();
        }
        owner
    }

    fn routes(&self) -> RwLockReadGuard<'_, Routes> {
        locked(self.routes.read())
    }

    fn routes_mut(&self) -> RwLockWriteGuard<'_, Routes> {
        locked(self.routes.write())
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        locked(self.life.lock())
    }
}
