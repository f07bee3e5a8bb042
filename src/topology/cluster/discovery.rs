//! Fetches the slot map from the nodes.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Cluster;
use super::proof::epoch_by;
use super::slot_map::SlotMap;
use crate::config::strategy::{MAX_DELAY_IN_FAILOVER, Strategy};
use crate::config::{Address, ReadFrom, Server};
use crate::connection::{Event, mode, open_reported};
use crate::error::{Error, Kind};
use crate::transport::attempt::{Attempt, Step};

/// Nodes queried concurrently, so that a frozen one delays nothing.
const CONCURRENT_QUERIES: usize = 3;
/// Limit for the reply of one node.
const QUERY_TIMEOUT: Duration = Duration::from_secs(2);
/// Minimum time between two refreshes.
const MIN_INTERVAL: Duration = Duration::from_millis(100);
/// Time until the next refresh while some slots are not served. It increases up to `MAX_INTERVAL`.
const FIRST_INTERVAL: Duration = Duration::from_millis(250);
const MAX_INTERVAL: Duration = Duration::from_secs(1);
/// Time between refreshes of a healthy cluster, if replicas are read.
const REPLICAS_INTERVAL: Duration = Duration::from_secs(5);

/// Keeps the routes up to date until the reconnect strategy ends it.
pub async fn run(cluster: Arc<Cluster>, strategy: Strategy) {
    let mut retries = 0;
    let mut is_known = false;
    let mut interval = FIRST_INTERVAL;
    loop {
        if !is_known {
            cluster.emit(Event::Connecting);
        }
        let started = Instant::now();
        cluster.unrouted.attempt().begin(Step::FindNodes);
        let fetched = fetch_slot_map(&cluster).await;
        cluster.unrouted.attempt().end();
        match fetched {
            Ok((slot_map, epoch)) => {
                cluster.unrouted.set_outage(None);
                cluster.apply_slot_map(&slot_map);
                cluster.set_epoch(epoch);
                if !std::mem::replace(&mut is_known, true) {
                    cluster.emit(Event::Connect);
                }
                retries = 0;
                interval = cluster.until_refresh(interval).await;
                sleep_until(started + MIN_INTERVAL).await;
            }
            Err(cause) => {
                is_known = false;
                // So that `ready` follows, though no node was lost.
                cluster.life().is_announced = false;
                cluster.unrouted.set_outage(Some(&cause));
                cluster.emit(Event::Error(cause.clone()));
                let Some(delay) = strategy.delay(MAX_DELAY_IN_FAILOVER, retries, &cause).await else {
                    return end(&cluster, cause);
                };
                cluster.emit(Event::Reconnecting { retries, delay, cause });
                sleep(delay).await;
                retries = retries.saturating_add(1);
            }
        }
    }
}

fn end(cluster: &Cluster, cause: Error) {
    let ended = Error::ended(cause);
    cluster.close(&ended);
    cluster.emit(Event::End(ended));
}

impl Cluster {
    fn emit(&self, event: Event) {
        (self.on_event)(event);
    }

    /// Resolves when the next refresh is due. Returns the interval to pass the next time.
    async fn until_refresh(&self, interval: Duration) -> Duration {
        if self.routes().is_healthy() {
            tokio::select! {
                () = self.refresh.notified() => {}
                // No redirect announces a replica that was added or removed.
                () = sleep(REPLICAS_INTERVAL), if self.config.read_from != ReadFrom::Primary => {}
            }
            return FIRST_INTERVAL;
        }
        let unserved = Error::new(Kind::Connection, "no node of the cluster serves the slot");
        self.unrouted.set_outage(Some(&unserved));
        tokio::select! {
            () = self.refresh.notified() => FIRST_INTERVAL,
            () = sleep(interval) => (interval * 5 / 4).min(MAX_INTERVAL),
        }
    }

    /// The nodes to query: the current ones, then the configured ones, whose host names may have other addresses now.
    fn nodes_to_query(&self) -> Vec<Address> {
        let mut known: Vec<Address> = self.routes().nodes().iter().map(|node| node.address.clone()).collect();
        fastrand::shuffle(&mut known);
        let seeds =
            self.config.seeds.iter().filter(|seed| !known.contains(seed)).cloned().collect::<Vec<_>>();
        known.into_iter().chain(seeds).collect()
    }
}

/// Returns the first slot map that a node reports.
async fn fetch_slot_map(cluster: &Arc<Cluster>) -> Result<(SlotMap, Option<u64>), Error> {
    let mut failure = Error::new(Kind::Connection, "no node of the cluster answers");
    for addresses in cluster.nodes_to_query().chunks(CONCURRENT_QUERIES) {
        let mut queries = JoinSet::new();
        for address in addresses {
            queries.spawn(query(cluster.clone(), address.clone()));
        }
        while let Some(answered) = queries.join_next().await {
            match answered.unwrap_or_else(|_| Err(Error::internal("asking a node"))) {
                Ok(fetched) => return Ok(fetched),
                Err(error) if failure.kind.is_permanent() => drop(error),
                Err(error) => failure = error,
            }
        }
    }
    Err(failure)
}

/// Returns the slot map, and an epoch of the cluster that is not newer.
async fn query(cluster: Arc<Cluster>, address: Address) -> Result<(SlotMap, Option<u64>), Error> {
    let server = Server { address, access: cluster.config.access.clone() };
    let attempt = Attempt::default();
    let reply = async {
        let mut dialogue = open_reported(&server, &attempt, || ()).await?;
        attempt.begin(Step::FindNodes);
        let map = &cluster.config.address_map;
        // First, so that the slot map is not older.
        let epoch = if cluster.changes.is_some() { epoch_by(&mut dialogue).await? } else { None };
        let slot_map = dialogue
            .request(&[b"CLUSTER", b"SLOTS"], |answer| Some(SlotMap::of(answer, &server.address, map)))
            .await;
        slot_map.map(|slot_map| slot_map.map(|slot_map| (slot_map, epoch)))
    };
    let limit = QUERY_TIMEOUT.min(server.access.connect_timeout);
    let timed_out = |_| attempt.timed_out(&server.address.to_string(), limit);
    let answer = timeout(limit, reply).await.map_err(timed_out)?;
    let no_slots =
        || Error::new(Kind::Connection, format!("{} serves no slots of a cluster", server.address));
    answer.map_err(|error| as_cause(error, &server.address))?.ok_or_else(no_slots)
}

/// Converts a refusal of CLUSTER SLOTS to the reason why there is no connection.
fn as_cause(error: Error, address: &Address) -> Error {
    match error.kind {
        // A server without cluster mode replies with the general code ERR.
        Kind::Reply if error.detail.contains("disabled") => mode::no_cluster(address, &error),
        Kind::Unsupported => mode::no_cluster(address, &error),
        Kind::Reply => {
            let detail = format!("{address} does not tell which slots it serves: {error}");
            Error { kind: Kind::Connection, ..error }.reworded(detail)
        }
        _ => error,
    }
}
