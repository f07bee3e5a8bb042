//! Redirected commands, grouped by the node that they are sent to.

use std::sync::Arc;

use super::RedirectedCommand;
use crate::config::WaitReplicas;
use crate::protocol::{Age, Effect, Request};
use crate::topology::cluster::nodes::Nodes;
use crate::topology::cluster::redirect::Redirect;

/// The redirected commands for one node.
pub(super) struct RedirectBatch<Node> {
    /// `None` if no node is known.
    pub(super) node: Option<Node>,
    /// ASKING is sent before each command.
    is_asked: bool,
    pub(super) request: Request,
    pub(super) indexes: Vec<usize>,
    pub(super) writes: bool,
    pub(super) confirmed: Option<usize>,
}

impl<Node: PartialEq> RedirectBatch<Node> {
    fn new(node: Option<Node>, is_asked: bool) -> Self {
        RedirectBatch {
            node,
            is_asked,
            request: Request::default(),
            indexes: Vec::new(),
            writes: false,
            confirmed: None,
        }
    }

    fn is_for(&self, node: Option<&Node>, is_asked: bool) -> bool {
        self.is_asked == is_asked && self.node.as_ref() == node
    }

    fn push(&mut self, index: usize, bytes: &[u8], effect: Effect, age: Age) {
        self.request.push_again(bytes, effect, age, self.is_asked);
        self.indexes.push(index);
        self.writes |= effect == Effect::Write;
    }

    /// Adds a WAIT for the writes. Its reply is that to the command `index` of the original request.
    pub(super) fn close(&mut self, wait: &WaitReplicas, index: usize) {
        wait.push(&mut self.request);
        self.confirmed = Some(index);
    }
}

/// Call it without a lock: `node_for` takes locks.
pub(super) fn batches_by_node<N: Nodes>(
    cluster: &Arc<N>,
    redirected: Vec<RedirectedCommand>,
) -> Vec<RedirectBatch<N::Node>> {
    let mut batches: Vec<RedirectBatch<N::Node>> = Vec::new();
    for RedirectedCommand { index, slot, age, bytes, effect, to, .. } in redirected {
        let is_asked = matches!(to, Redirect::Ask(_));
        let node = cluster.node_for(slot, &to);
        let position = batches.iter().position(|batch| batch.is_for(node.as_ref(), is_asked));
        let position = position.unwrap_or_else(|| {
            batches.push(RedirectBatch::new(node, is_asked));
            batches.len() - 1
        });
        batches[position].push(index, &bytes, effect, age);
    }
    batches
}
