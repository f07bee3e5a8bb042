//! A Redis Cluster: each call goes to the node that serves its slot.

mod discovery;
mod holdings;
mod later;
mod members;
mod present;
mod referral;
mod routed;
mod routes;
mod slot;
mod sweep;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use self::later::Later;
use self::referral::Referral;
use self::routed::{Lane, Routed};
use self::routes::{Node, Number, Routes};
use self::slot::slot_of;
use self::sweep::{Wanted, sweep, visit_each};
use super::points::{Encoder, PointReplies};
use super::visit::{ReadValues, Remove, TakeKeys};
use crate::call::{Calls, Operation, Outcomes};
use crate::config::{self, Writes};
use crate::connection::{Connection, OnEvent, Request, Stats};
use crate::error::Error;
use crate::json::Slices;
use crate::keyspace::{Keyspace, Scope};
use crate::listing::Listing;
use crate::strategy::Strategy;

pub struct Cluster {
    config: config::Cluster,
    attended: bool,
    command_timeout: Duration,
    on_event: OnEvent,
    routes: RwLock<Routes>,
    /// Calls whose slot nobody is known to serve wait here.
    nowhere: Connection,
    /// The view may be an old one.
    news: Notify,
    /// Counts the views that were taken.
    views: watch::Sender<u64>,
    /// What is to be sent again after a while, in its order.
    later: Later,
    life: Mutex<Life>,
}

#[derive(Default)]
struct Life {
    discovery: Option<AbortHandle>,
    closed: Option<Error>,
    /// Not in use any more, and perhaps with something under way.
    leaving: Vec<Arc<Node>>,
    /// All slots were served when it was last asked.
    was_healthy: bool,
    /// Of nodes that are not in use any more.
    past: Stats,
}

/// The calls of a batch that go to one node.
#[derive(Default)]
struct Share {
    number: Option<Number>,
    request: Request,
    operations: Vec<Operation>,
    slots: Vec<Option<u16>>,
}

impl Cluster {
    /// Starts to learn who serves what, and to connect to them.
    pub fn start(
        config: config::Cluster,
        strategy: Strategy,
        attended: bool,
        command_timeout: Duration,
        on_event: OnEvent,
    ) -> Arc<Self> {
        let cluster = Arc::new(Cluster {
            routes: RwLock::new(Routes::new(config.read_from)),
            config,
            attended,
            command_timeout,
            on_event,
            nowhere: Connection::unserved(command_timeout),
            news: Notify::new(),
            views: watch::Sender::new(0),
            later: Later::start(),
            life: Mutex::default(),
        });
        let discovery = crate::runtime::spawn(discovery::run(cluster.clone(), strategy));
        cluster.life().discovery = Some(discovery.abort_handle());
        cluster
    }

    /// Sends each call of a batch to the node that serves its slot. Those for one node are a share of the batch, whose
    /// outcomes `outcomes_of` makes, by the number of the share and of its calls. Tells the share of each call.
    pub fn apply<O: Outcomes>(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        writes: Writes,
        calls: Calls<'_>,
        deadline: Instant,
        mut outcomes_of: impl FnMut(u32, usize) -> O,
    ) -> Vec<u16> {
        let mut encoder = Encoder::new(keyspace, writes);
        let mut shares: Vec<Share> = Vec::new();
        let mut share_of = Vec::with_capacity(calls.len());
        let routes = self.routes();
        for call in calls {
            let slot = slot_of(encoder.key_of(&call));
            let number = if call.operation().writes() { routes.owner(slot) } else { routes.reader(slot) };
            let share = shares.iter().position(|share| share.number == number).unwrap_or_else(|| {
                shares.push(Share { number, ..Share::default() });
                shares.len() - 1
            });
            encoder.push(&call, &mut shares[share].request);
            shares[share].operations.push(call.operation());
            shares[share].slots.push(Some(slot));
            share_of.push(share as u16);
        }
        let nodes: Vec<Option<Arc<Node>>> =
            shares.iter().map(|share| share.number.map(|number| routes.node(number).clone())).collect();
        drop(routes);
        for (index, (share, node)) in shares.into_iter().zip(nodes).enumerate() {
            let Share { mut request, operations, slots, .. } = share;
            let outcomes = outcomes_of(index as u32, operations.len());
            let asked = node.as_ref().map(|node| node.address.clone());
            let wait = encoder.close(&mut request, &operations);
            let replies = PointReplies::new(operations, wait, outcomes);
            let sink =
                Routed::new(self.clone(), Lane::Points, deadline, slots, asked, replies).confirmed_by(wait);
            let connection = node.as_ref().map_or(&self.nowhere, |node| &node.points);
            connection.submit(request, deadline, Box::new(sink));
        }
        share_of
    }

    pub async fn list(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let wanted = |strings_only| Wanted::of(keyspace, listing.scope(), strings_only, deadline);
        let listing = if listing.show().needs_values() {
            sweep(self, wanted(false), ReadValues(listing)).await?.0
        } else {
            sweep(self, wanted(true), TakeKeys(listing)).await?.0
        };
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub async fn read(
        self: &Arc<Self>,
        redis_keys: Vec<Arc<str>>,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let listing = visit_each(self, redis_keys, ReadValues(listing), deadline).await?.0;
        Ok(listing.finish())
    }

    /// Removes all keys of a scope. An error tells whether some may be gone.
    pub async fn clear(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        scope: &Scope,
        deadline: Instant,
    ) -> Result<(), Error> {
        sweep(self, Wanted::of(keyspace, scope, true, deadline), Remove::default()).await.map(drop)
    }

    /// The connections for point calls, which the JavaScript thread may attend; those included that only wait for replies.
    pub fn points(&self) -> Vec<Connection> {
        self.all_nodes().iter().map(|node| node.points.clone()).collect()
    }

    pub fn stats(&self) -> Stats {
        let of = |node: &Arc<Node>| node.points.stats() + node.listings.stats();
        let now = self.routes().nodes().iter().map(of).fold(self.nowhere.stats(), |sum, stats| sum + stats);
        self.life().past + now
    }

    /// Ends all connections, for good.
    pub fn close(&self, cause: &Error) {
        let discovery = {
            let mut life = self.life();
            life.closed.get_or_insert(cause.clone());
            life.discovery.take()
        };
        if let Some(discovery) = discovery {
            discovery.abort();
        }
        // Without any lock: what calls come to may lead back here.
        for node in self.all_nodes() {
            node.points.close(cause.clone());
            node.listings.close(cause.clone());
        }
        self.nowhere.close(cause.clone());
    }

    /// The nodes that serve slots, as far as known.
    pub fn primaries(&self) -> Vec<config::Server> {
        let server = |node: Arc<Node>| config::Server {
            address: node.address.clone(),
            access: self.config.access.clone(),
        };
        self.routes().primaries().into_iter().map(server).collect()
    }

    /// Changes when the nodes may be others.
    pub fn views(&self) -> watch::Receiver<u64> {
        self.views.subscribe()
    }

    /// The view may be an old one.
    pub fn look_again(&self) {
        self.news.notify_one();
    }

    /// Who is to carry out a command that was referred elsewhere.
    fn node_for(self: &Arc<Self>, slot: u16, to: &Referral) -> Option<Arc<Node>> {
        match to {
            Referral::Moved(address) => {
                let mut routes = self.routes_mut();
                routes.move_slot(slot, address, |address| self.make_node(address));
                routes.at(address).cloned()
            }
            Referral::Ask(address) => {
                let known = self.routes().at(address).cloned();
                // One that is about to serve its first slot: it stays when the view has it.
                known.or_else(|| Some(self.routes_mut().meet(address, |address| self.make_node(address))))
            }
            Referral::Owner | Referral::OwnerLater => {
                let routes = self.routes();
                routes.owner(slot).map(|number| routes.node(number).clone())
            }
        }
    }

    fn routes(&self) -> RwLockReadGuard<'_, Routes> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn routes_mut(&self) -> RwLockWriteGuard<'_, Routes> {
        self.routes.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
