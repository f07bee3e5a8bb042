//! A scan over the keys of all primaries, which misses no key even if slots move meanwhile.
//!
//! A key is missed if it leaves one node before the scan reaches it there, and arrives at another node behind the
//! scan. So the nodes report their slots before and after the scan. A slot that was moved meanwhile, or is being
//! moved, is scanned again on its current nodes, until it has not moved during its scan. A slot that starts to move
//! only after its scan needs no further one.

mod request;
mod state;

use std::collections::HashSet;
use std::str::from_utf8;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use self::request::request;
use self::state::{Moved, Ownership, State};
use super::nodes::{ConnectionKind, ScanNodes};
use super::to_node::ToNode;
use crate::engine::redis::scan::{self, Scan, Seen};
use crate::engine::redis::scanner::{ScanVisitor, Shared, scan_keys, visit_keys};
use crate::engine::redis::steps::Patience;
use crate::engine::redis::visitors::OnlyStrings;
use crate::error::{Error, Kind};
use crate::keyspace::{Keyspace, Scope};
use crate::protocol::Frame;

/// If more slots were gained, all nodes are scanned again: a failover moves thousands of slots at once.
const MAX_SLOTS: usize = 64;
/// Limit of the first request for the keys of a slot. It is multiplied by four until all keys are returned.
const FIRST_KEY_LIMIT: usize = 1000;

/// The keys that a scan of a cluster selects.
#[derive(Clone)]
pub struct Selection {
    /// The beginning of all selected keys.
    pub start: String,
    /// The same as a pattern.
    pub pattern: String,
    pub strings_only: bool,
    pub patience: Patience,
    /// The scan remembers no keys, and can visit one twice.
    pub is_forgetful: bool,
}

impl Selection {
    pub fn of(keyspace: &Keyspace, scope: &Scope, strings_only: bool, deadline: Instant) -> Self {
        let (start, pattern) = (keyspace.start_of(scope), keyspace.pattern_of(scope));
        Selection { start, pattern, strings_only, patience: deadline.into(), is_forgetful: false }
    }
}

/// Visits each selected key, on all nodes; once, unless the selection is forgetful.
pub async fn scan_cluster<N: ScanNodes, V: ScanVisitor>(
    cluster: &Arc<N>,
    selection: Selection,
    visitor: V,
) -> Result<V, Error> {
    let seen = if selection.is_forgetful { Seen::forgetful() } else { Seen::default() };
    let scan = ClusterScan { cluster, selection, visitor: Shared::new(visitor), seen };
    match scan.run().await {
        Ok(()) => Ok(scan.visitor.into_inner()),
        Err(error) => Err(scan.visitor.explain(error)),
    }
}

struct ClusterScan<'a, N, V> {
    cluster: &'a Arc<N>,
    selection: Selection,
    visitor: Shared<V>,
    seen: Seen,
}

impl<N: ScanNodes, V: ScanVisitor> ClusterScan<'_, N, V> {
    async fn run(&self) -> Result<(), Error> {
        loop {
            match self.attempt().await {
                // A node was decommissioned during the scan: others have its slots now.
                Err(error) if error.kind == Kind::Retired && Instant::now() < self.deadline() => {}
                result => return result,
            }
        }
    }

    async fn attempt(&self) -> Result<(), Error> {
        let State { primaries, ownership } = State::agreed(self.cluster, self.deadline()).await?;
        let mut before = self.scan_nodes(primaries, ownership).await?;
        // The slots to scan again; `None` before the first round, when all slots qualify.
        let mut remaining: Option<HashSet<u16>> = None;
        loop {
            let after = State::agreed(self.cluster, self.deadline()).await?;
            let mut moved = after.moved_since(&before);
            moved.retain(|(slot, _)| remaining.as_ref().is_none_or(|remaining| remaining.contains(slot)));
            if moved.is_empty() {
                return Ok(());
            }
            remaining = Some(moved.iter().map(|(slot, _)| *slot).collect());
            before = if moved.iter().filter(|(_, nodes)| nodes.len() == 1).count() > MAX_SLOTS {
                self.scan_nodes(after.primaries, after.ownership).await?
            } else {
                self.scan_slots(moved).await?;
                after.ownership
            };
        }
    }

    /// Scans slots, each first on the node that its keys leave.
    async fn scan_slots(&self, slots: Moved<N::Node>) -> Result<(), Error> {
        for (slot, nodes) in slots {
            for node in nodes {
                self.scan_slot(node, slot).await?;
            }
        }
        Ok(())
    }

    /// Scans the nodes concurrently. Keys of slots that are being imported can arrive behind the scan, so these slots count as
    /// gained later: `ownership` is returned without them.
    async fn scan_nodes(&self, nodes: Vec<N::Node>, ownership: Ownership) -> Result<Ownership, Error> {
        let mut scans = JoinSet::new();
        for node in nodes {
            let Selection { pattern, strings_only, patience, .. } = self.selection.clone();
            let scan = Scan::new(
                pattern,
                strings_only,
                self.cluster.generation(Some(&node), ConnectionKind::Scans),
                self.seen.clone(),
            );
            let (target, visitor) = (ToNode::new(self.cluster, Some(node)), self.visitor.clone());
            scans.spawn(async move { scan_keys(&target, scan, visitor, patience).await.map(drop) });
        }
        // After a failure the others continue: keys that they have seen but not visited would be skipped later.
        let mut failure: Option<Error> = None;
        while let Some(scanned) = scans.join_next().await {
            let scanned = scanned.unwrap_or_else(|_| Err(Error::internal("a listing")));
            if let Err(error) = scanned {
                failure = Some(match failure {
                    Some(first) => first.joined(error),
                    None => error,
                });
            }
        }
        let without_imports = ownership.into_iter().map(|(at, slots)| (at, slots.without_imports()));
        failure.map_or_else(|| Ok(without_imports.collect()), Err)
    }

    /// Visits the keys of a slot that were not seen yet.
    async fn scan_slot(&self, node: N::Node, slot: u16) -> Result<(), Error> {
        let patience = self.selection.patience;
        let keys = keys_in_slot(&**self.cluster, &node, slot, self.deadline()).await?;
        let mut keys = scan::unseen(
            &self.seen,
            keys.iter().map(|key| &**key).filter(|key| key.starts_with(&self.selection.start)),
        );
        let target = ToNode::new(self.cluster, Some(node));
        if self.selection.strings_only {
            keys = visit_keys(&target, keys, OnlyStrings::default(), patience).await?.0;
        }
        visit_keys(&target, keys, self.visitor.clone(), patience).await.map(drop)
    }

    /// Of a step that starts now.
    fn deadline(&self) -> Instant {
        self.selection.patience.deadline()
    }
}

/// All keys in a slot whose names are UTF-8.
async fn keys_in_slot<N: ScanNodes>(
    cluster: &N,
    node: &N::Node,
    slot: u16,
    deadline: Instant,
) -> Result<Vec<Arc<str>>, Error> {
    let mut limit = FIRST_KEY_LIMIT;
    loop {
        let (slot, count) = (slot.to_string(), limit.to_string());
        let command = ["CLUSTER", "GETKEYSINSLOT", &slot, &count];
        let keys = request(cluster, node, &command, deadline, texts).await?;
        if keys.len() < limit {
            return Ok(keys.into_iter().flatten().collect());
        }
        limit *= 4;
    }
}

fn texts(answer: &Frame<'_>) -> Option<Vec<Option<Arc<str>>>> {
    let Frame::Array(names) = answer else { return None };
    Some(names.iter().map(|name| from_utf8(name.bulk()?).ok().map(Arc::from)).collect())
}

#[cfg(test)]
mod interleavings;
