//! The slots of all nodes, as each node reports its own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::request::request;
use crate::config::Address;
use crate::error::{Applied, Error, Kind};
use crate::protocol::Frame;
use crate::topology::cluster::nodes::ScanNodes;
use crate::topology::cluster::ownership::SlotOwnership;
use crate::topology::cluster::redirect::Redirect;

/// Pause before nodes that disagree are queried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Slots whose keys the scan may have missed, each with the nodes that may have these keys.
pub type Moved<Node> = Vec<(u16, Vec<Node>)>;

/// What each node reports.
pub type Ownership = HashMap<Address, SlotOwnership>;

pub struct State<N: ScanNodes> {
    pub primaries: Vec<N::Node>,
    pub ownership: Ownership,
}

impl<N: ScanNodes> State<N> {
    /// Queries all primaries, until each known slot has an owner that confirms it.
    pub async fn agreed(cluster: &Arc<N>, deadline: Instant) -> Result<Self, Error> {
        loop {
            if let Some(cause) = cluster.closed() {
                return Err(cause.with_applied(Applied::No));
            }
            match Self::of(cluster, cluster.primaries(), deadline).await {
                Ok(state) if state.has_all(&cluster.known_slots()) => return Ok(state),
                Err(error) if error.kind != Kind::Retired => return Err(error),
                _ if deadline <= Instant::now() => {
                    return Err(cluster.overdue(None).with_applied(Applied::No));
                }
                _ => {}
            }
            cluster.refresh();
            sleep(PAUSE).await;
        }
    }

    /// Queries `nodes`, and the nodes that they migrate slots to: a node that imports its first slot is no primary yet.
    async fn of(cluster: &Arc<N>, mut nodes: Vec<N::Node>, deadline: Instant) -> Result<Self, Error> {
        let mut ownership = query_all(cluster, &nodes, deadline).await?;
        let receivers = ownership.values().flat_map(|reported| reported.receivers.iter().cloned());
        let new_addresses: BTreeSet<Address> =
            receivers.filter(|address| !ownership.contains_key(address)).collect();
        let new_nodes = new_addresses.into_iter();
        let new_nodes: Vec<N::Node> =
            new_nodes.filter_map(|address| cluster.node_for(0, &Redirect::Ask(address))).collect();
        ownership.extend(query_all(cluster, &new_nodes, deadline).await?);
        nodes.extend(new_nodes);
        Ok(State { primaries: nodes, ownership })
    }

    /// Whether each of the slots has a node that reports it as its own.
    fn has_all(&self, slots: &[u16]) -> bool {
        !slots.is_empty() && slots.iter().all(|slot| self.ownership.values().any(|node| node.owns(*slot)))
    }

    /// The slots whose keys may have moved since `before`, each with the nodes that may have them: first the node that
    /// migrates the slot, then the one that gained it.
    pub fn moved_since(&self, before: &Ownership) -> Moved<N::Node> {
        let none = SlotOwnership::none();
        let slots_of = |node: &N::Node| &self.ownership[&N::address(node)];
        let mut moved = Vec::new();
        for node in &self.primaries {
            for slot in slots_of(node).gained_since(before.get(&N::address(node)).unwrap_or(&none)) {
                let owner = self.primaries.iter().find(|other| slots_of(other).owns(slot));
                let source = owner.filter(|owner| *owner != node);
                moved.push((slot, source.into_iter().chain([node]).cloned().collect()));
            }
        }
        moved
    }
}

async fn query_all<N: ScanNodes>(
    cluster: &Arc<N>,
    nodes: &[N::Node],
    deadline: Instant,
) -> Result<Ownership, Error> {
    let mut queries = JoinSet::new();
    for node in nodes {
        let (cluster, node) = (cluster.clone(), node.clone());
        queries.spawn(async move {
            let address = N::address(&node);
            query(&cluster, &node, deadline).await.map(|ownership| (address, ownership))
        });
    }
    let mut ownership = HashMap::new();
    while let Some(answered) = queries.join_next().await {
        ownership.extend([answered.unwrap_or_else(|_| Err(Error::internal("asking a node")))?]);
    }
    Ok(ownership)
}

async fn query<N: ScanNodes>(
    cluster: &Arc<N>,
    node: &N::Node,
    deadline: Instant,
) -> Result<SlotOwnership, Error> {
    let (of, address) = (cluster.clone(), N::address(node));
    let read = move |answer: &Frame<'_>| SlotOwnership::of(answer, &address, of.address_map());
    request(&**cluster, node, &["CLUSTER", "NODES"], deadline, read).await
}
