//! Redirected commands, grouped by the node that they are sent to.

use std::sync::Arc;

use super::RedirectedCommand;
use crate::config::WaitReplicas;
use crate::error::Error;
use crate::protocol::{Effect, Encoded, Request};
use crate::topology::cluster::nodes::{ConnectionKind, Nodes};
use crate::topology::cluster::redirect::Redirect;
use crate::topology::cluster::routes::Reader;

/// The redirected commands for one node.
pub(super) struct RedirectBatch<Node> {
    /// `None` if no node is known.
    pub(super) node: Option<Node>,
    /// ASKING is sent before each command.
    is_asked: bool,
    /// Of its first command.
    slot: u16,
    pub(super) request: Request,
    pub(super) indexes: Vec<usize>,
    /// Why each command was redirected.
    pub(super) reasons: Vec<Error>,
    pub(super) writes: bool,
    pub(super) confirmed: Option<usize>,
}

/// Where a command is sent.
struct Destination<Node> {
    node: Option<Node>,
    is_asked: bool,
    /// The command is a read, and the node was chosen among those that serve it and are up.
    is_returnable: bool,
}

impl<Node: PartialEq> RedirectBatch<Node> {
    fn new(to: Destination<Node>, slot: u16) -> Self {
        let mut request = Request::default();
        request.is_returnable = to.is_returnable;
        RedirectBatch {
            node: to.node,
            is_asked: to.is_asked,
            slot,
            request,
            indexes: Vec::new(),
            reasons: Vec::new(),
            writes: false,
            confirmed: None,
        }
    }

    fn is_for(&self, to: &Destination<Node>) -> bool {
        self.is_asked == to.is_asked && self.request.is_returnable == to.is_returnable && self.node == to.node
    }

    fn push(&mut self, index: usize, command: Encoded<'_>) {
        self.request.push_again(command, self.is_asked);
        self.indexes.push(index);
        self.writes |= command.effect == Effect::Write;
    }

    /// Adds a WAIT for the writes. Its reply is that to the command `index` of the original request.
    pub(super) fn close(&mut self, wait: &WaitReplicas, index: usize) {
        wait.push(&mut self.request);
        self.confirmed = Some(index);
    }

    /// The slot of reads that wait at the node if it is not up.
    pub(super) fn waiting(&self, kind: ConnectionKind) -> Option<u16> {
        let may_wait = kind == ConnectionKind::Commands && !self.request.is_returnable;
        (may_wait && !self.writes && !self.is_asked).then_some(self.slot)
    }
}

/// Call it without a lock: this takes locks of the cluster.
pub(super) fn batches_by_node<N: Nodes>(
    cluster: &Arc<N>,
    kind: ConnectionKind,
    redirected: Vec<RedirectedCommand>,
) -> Vec<RedirectBatch<N::Node>> {
    let mut batches: Vec<RedirectBatch<N::Node>> = Vec::new();
    for command in redirected {
        let to = destination(cluster, kind, &command);
        let RedirectedCommand { index, slot, age, bytes, effect, replies, is_users, why, .. } = command;
        let position = batches.iter().position(|batch| batch.is_for(&to));
        let position = position.unwrap_or_else(|| {
            batches.push(RedirectBatch::new(to, slot));
            batches.len() - 1
        });
        batches[position].push(index, Encoded::again(&bytes, effect, age, replies, is_users));
        batches[position].reasons.push(why);
    }
    batches
}

fn destination<N: Nodes>(
    cluster: &Arc<N>,
    kind: ConnectionKind,
    command: &RedirectedCommand,
) -> Destination<N::Node> {
    let RedirectedCommand { slot, effect, to, .. } = command;
    // Scans read no replicas, which lag behind.
    let is_read = *effect == Effect::Read && kind == ConnectionKind::Commands && cluster.reads_replicas();
    match to {
        Redirect::Owner | Redirect::Reader if is_read => {
            let reader = cluster.reader(*slot);
            let is_returnable = reader.as_ref().is_some_and(|reader| reader.is_up);
            let node = reader.map(|Reader { node, .. }| node);
            Destination { node, is_asked: false, is_returnable }
        }
        to => Destination {
            node: cluster.node_for(*slot, to),
            is_asked: matches!(to, Redirect::Ask(_)),
            is_returnable: false,
        },
    }
}
