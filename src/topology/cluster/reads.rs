//! Reads that several nodes serve. They wait at a node that is not connected only while no node is that may serve them.

use std::sync::Arc;

use super::Cluster;
use super::routes::{Node, Reader};
use crate::config::ReadFrom;

impl Cluster {
    /// The node for the next read of a slot.
    pub(super) fn reader(&self, slot: u16) -> Option<Reader<Arc<Node>>> {
        let routes = self.routes();
        routes.reader(slot).map(|Reader { node, is_up }| Reader { node: routes.node(node).clone(), is_up })
    }

    /// Reads of this slot wait at `node`: another one may have been connected since that was decided.
    pub(super) fn recheck(&self, node: &Node, slot: Option<u16>) {
        let is_up = || slot.and_then(|slot| self.reader(slot)).is_some_and(|reader| reader.is_up);
        if self.reads_replicas() && !node.is_up() && is_up() {
            node.command_connection.return_reads();
        }
    }

    /// A node is up, or serves more slots: it may serve reads that wait at others.
    pub(super) fn return_waiting_reads(&self) {
        if !self.reads_replicas() {
            return;
        }
        let nodes = self.routes().nodes().to_vec();
        for node in nodes.iter().filter(|node| !node.is_up()) {
            node.command_connection.return_reads();
        }
    }

    pub(super) fn reads_replicas(&self) -> bool {
        self.config.read_from != ReadFrom::Primary
    }
}
