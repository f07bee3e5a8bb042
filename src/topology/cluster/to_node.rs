//! Sends the commands of a scan to the nodes of a cluster.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::nodes::{ConnectionKind, ScanNodes};
use super::redirecting::RedirectingSink;
use super::slot::slot_of;
use crate::engine::redis::scanner::{ScanTarget, ScanVisitor, Shared, visit_keys};
use crate::error::Error;
use crate::protocol::{Generation, Request, Sink};

/// Visits the given keys, each on the node that serves its slot.
pub async fn visit_each<N: ScanNodes, V: ScanVisitor>(
    cluster: &Arc<N>,
    keys: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    let visitor = Shared::new(visitor);
    let mut visits = JoinSet::new();
    for (target, keys) in keys_by_node(cluster, keys) {
        let visitor = visitor.clone();
        visits.spawn(async move { visit_keys(&target, keys, visitor, deadline).await.map(drop) });
    }
    let mut result = Ok(());
    while let Some(visited) = visits.join_next().await {
        result = result.and(visited.unwrap_or_else(|_| Err(Error::internal("reading entries"))));
    }
    result.map(|()| visitor.into_inner())
}

fn keys_by_node<N: ScanNodes>(cluster: &Arc<N>, keys: Vec<Arc<str>>) -> Vec<(ToNode<N>, Vec<Arc<str>>)> {
    let mut groups: Vec<(ToNode<N>, Vec<Arc<str>>)> = Vec::new();
    for (key, owner) in keys.iter().zip(cluster.owners_of(&keys)) {
        match groups.iter_mut().find(|(target, _)| target.node == owner) {
            Some((_, group)) => group.push(key.clone()),
            None => groups.push((ToNode::new(cluster, owner), vec![key.clone()])),
        }
    }
    groups
}

/// A scan target: one node. Commands on the found keys are redirected if their slots have moved meanwhile.
pub struct ToNode<N: ScanNodes> {
    cluster: Arc<N>,
    /// `None` if no owner is known.
    node: Option<N::Node>,
}

impl<N: ScanNodes> ToNode<N> {
    pub fn new(cluster: &Arc<N>, node: Option<N::Node>) -> Self {
        ToNode { cluster: cluster.clone(), node }
    }
}

impl<N: ScanNodes> ScanTarget for ToNode<N> {
    /// All keys of one command would have to be in the same slot.
    const KEYS_PER_COMMAND: usize = 1;

    fn generation(&self) -> Generation {
        self.cluster.generation(self.node.as_ref(), ConnectionKind::Scans)
    }

    fn slots<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Vec<Option<u16>> {
        keys.map(|key| Some(slot_of(key.as_bytes()))).collect()
    }

    fn send(
        &self,
        request: Request,
        mut slots: Vec<Option<u16>>,
        deadline: Instant,
        sink: impl Sink + 'static,
    ) {
        slots.resize(request.len(), None);
        let queried = self.node.as_ref().map(N::address);
        let sink =
            RedirectingSink::new(self.cluster.clone(), ConnectionKind::Scans, deadline, slots, queried, sink);
        self.cluster.submit(self.node.as_ref(), ConnectionKind::Scans, request, deadline, Box::new(sink));
    }
}
