//! Learning who serves what, from the nodes themselves.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Cluster;
use super::view::View;
use crate::config::{Address, ReadFrom, Server};
use crate::connection::{Dialogue, Event};
use crate::error::{Error, Kind};
use crate::strategy::{LONGEST_DELAY_IN_FAILOVER, Strategy};

/// Nodes asked at one time: a frozen one among them holds nothing up.
const ASKED_AT_ONCE: usize = 3;
/// A node that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// However much happens, the nodes are asked no more often.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
/// While slots are not served they are asked that often, and less and less.
const FIRST_INTERVAL: Duration = Duration::from_millis(250);
const LONGEST_INTERVAL: Duration = Duration::from_secs(1);
/// Where replicas are read from.
const REPLICAS_INTERVAL: Duration = Duration::from_secs(5);

/// Keeps the routes up to date, until the strategy gives up.
pub async fn run(cluster: Arc<Cluster>, strategy: Strategy) {
    let mut retries = 0;
    let mut is_known = false;
    let mut interval = FIRST_INTERVAL;
    loop {
        if !is_known {
            cluster.tell(Event::Connecting);
        }
        let asked = Instant::now();
        match learn(&cluster).await {
            Ok(view) => {
                cluster.nowhere.explain(None);
                cluster.take_view(&view);
                if !std::mem::replace(&mut is_known, true) {
                    cluster.tell(Event::Connect);
                }
                retries = 0;
                interval = cluster.wait_for_news(interval).await;
                sleep_until(asked + SHORTEST_INTERVAL).await;
            }
            Err(cause) => {
                is_known = false;
                cluster.nowhere.explain(Some(&cause));
                cluster.tell(Event::Error(cause.clone()));
                let Some(delay) = strategy.delay(LONGEST_DELAY_IN_FAILOVER, retries, &cause).await else {
                    return give_up(&cluster, cause);
                };
                cluster.tell(Event::Reconnecting { retries, delay, cause });
                sleep(delay).await;
                retries = retries.saturating_add(1);
            }
        }
    }
}

fn give_up(cluster: &Cluster, cause: Error) {
    let ended = Error::new(Kind::Ended, "the reconnect strategy gave up").with_source(cause);
    cluster.close(&ended);
    cluster.tell(Event::End(ended));
}

impl Cluster {
    fn tell(&self, event: Event) {
        (self.on_event)(event);
    }

    /// Until the nodes are to be asked again; how long to wait the next time.
    async fn wait_for_news(&self, interval: Duration) -> Duration {
        if self.routes().is_healthy() {
            tokio::select! {
                () = self.news.notified() => {}
                // Nobody refers a read to a replica that came or went.
                () = sleep(REPLICAS_INTERVAL), if self.config.read_from != ReadFrom::Primary => {}
            }
            return FIRST_INTERVAL;
        }
        let unserved = Error::new(Kind::Connection, "no node of the cluster serves the slot");
        self.nowhere.explain(Some(&unserved));
        tokio::select! {
            () = self.news.notified() => FIRST_INTERVAL,
            () = sleep(interval) => (interval * 5 / 4).min(LONGEST_INTERVAL),
        }
    }

    /// All nodes that may know: those that are in use, the given ones behind them, as their names may mean others now.
    fn informants(&self) -> Vec<Address> {
        let mut known: Vec<Address> = self.routes().nodes().iter().map(|node| node.address.clone()).collect();
        fastrand::shuffle(&mut known);
        let seeds =
            self.config.seeds.iter().filter(|seed| !known.contains(seed)).cloned().collect::<Vec<_>>();
        known.into_iter().chain(seeds).collect()
    }
}

/// The view of the first node that has one.
async fn learn(cluster: &Arc<Cluster>) -> Result<View, Error> {
    let mut failure = Error::new(Kind::Connection, "no node of the cluster answers");
    for informants in cluster.informants().chunks(ASKED_AT_ONCE) {
        let mut asked = JoinSet::new();
        for address in informants {
            asked.spawn(ask(cluster.clone(), address.clone()));
        }
        while let Some(answered) = asked.join_next().await {
            match answered.unwrap_or_else(|_| Err(Error::internal("asking a node"))) {
                Ok(view) => return Ok(view),
                Err(error) if failure.kind.is_about_login() => drop(error),
                Err(error) => failure = error,
            }
        }
    }
    Err(failure)
}

async fn ask(cluster: Arc<Cluster>, address: Address) -> Result<View, Error> {
    let server = Server { address, access: cluster.config.access.clone() };
    let asked = async {
        let mut dialogue = Dialogue::open(&server).await?;
        let map = &cluster.config.address_map;
        dialogue.ask(&[b"CLUSTER", b"SLOTS"], |answer| Some(View::of(answer, &server.address, map))).await
    };
    let limit = PATIENCE.min(server.access.connect_timeout);
    let too_late = |_| Error::new(Kind::Connection, format!("{} does not answer", server.address));
    let answer = timeout(limit, asked).await.map_err(too_late)?;
    let nothing = || Error::new(Kind::Connection, format!("{} serves no slots of a cluster", server.address));
    answer.map_err(|error| as_cause(error, &server.address))?.ok_or_else(nothing)
}

/// That a server knows no cluster is no answer to a call, but a reason not to be connected.
fn as_cause(error: Error, address: &Address) -> Error {
    match error.kind {
        Kind::Reply | Kind::Unsupported => {
            let detail = format!("{address} tells of no cluster: {error}");
            Error { kind: Kind::Connection, detail: detail.into(), ..error }
        }
        _ => error,
    }
}
