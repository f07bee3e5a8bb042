//! Listings by the index of a trace, and the upkeep of indexes.

use std::sync::Arc;

use tokio::time::Instant;

use super::Cluster;
use super::nodes::{ConnectionKind, Nodes, ScanNodes};
use super::routes::Node;
use super::scan::{Selection, scan_cluster};
use super::to_node::ToNode;
use crate::engine::listing::Listing;
use crate::engine::redis::index::{self, Index, IndexRange, Listed, Server};
use crate::engine::redis::remove::Remove;
use crate::engine::redis::scanner::ScanVisitor;
use crate::engine::redis::steps::Patience;
use crate::error::{Applied, Error, Kind};

impl Cluster {
    /// Lists the entries of a trace. `None`: its index cannot be relied on.
    pub async fn list_indexed(
        self: &Arc<Self>,
        index: &Index,
        marker: &str,
        range: IndexRange,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Option<Listed>, Error> {
        let Some(target) = self.usable(index, marker, &range, deadline).await? else { return Ok(None) };
        match index::list(&target, range, listing, deadline).await {
            Err(error) if error.kind == Kind::WrongType => Ok(None),
            listed => listed.map(Some),
        }
    }

    /// Removes the entries of a trace. `None`: its index cannot be relied on.
    pub async fn clear_indexed(
        self: &Arc<Self>,
        index: &Index,
        marker: &str,
        range: IndexRange,
        remove: Remove,
        deadline: Instant,
    ) -> Result<Option<()>, Error> {
        let usable = self.usable(index, marker, &range, deadline).await;
        let Some(target) = usable.map_err(|error| error.with_applied(Applied::No))? else { return Ok(None) };
        match index::clear(&target, range, remove, deadline).await {
            Err(error) if error.kind == Kind::WrongType => Ok(None),
            cleared => cleared.map(Some),
        }
    }

    /// The node of an index that can be relied on.
    async fn usable(
        self: &Arc<Self>,
        index: &Index,
        marker: &str,
        range: &IndexRange,
        deadline: Instant,
    ) -> Result<Option<ToNode<Self>>, Error> {
        let (target, server) = self.owner_of(marker);
        // No single node knows whether the cluster is empty.
        if !index.is_complete(&target, server, marker, false, deadline).await? {
            return Ok(None);
        }
        let (target, server) = self.owner_of(range.index());
        Ok(index.is_kept(&target, server, deadline).await?.then_some(target))
    }

    /// Removes members of an index whose entries do not exist.
    pub async fn sweep(
        self: &Arc<Self>,
        range: &IndexRange,
        dead: &[Arc<str>],
        deadline: Instant,
    ) -> Result<(), Error> {
        index::sweep(&self.owner_of(range.index()).0, range, dead, deadline).await
    }

    /// Visits all keys that begin with `start`, without memory for them.
    pub async fn visit_all<V: ScanVisitor>(
        self: &Arc<Self>,
        start: String,
        pattern: String,
        strings_only: bool,
        visitor: V,
        patience: Patience,
    ) -> Result<V, Error> {
        let selection = Selection { start, pattern, strings_only, patience, is_forgetful: true };
        scan_cluster(self, selection, visitor).await
    }

    /// States that all entries are indexed.
    pub async fn mark(self: &Arc<Self>, marker: &str, deadline: Instant) -> Result<(), Error> {
        index::mark(&self.owner_of(marker).0, marker, deadline).await
    }

    fn owner_of(self: &Arc<Self>, key: &str) -> (ToNode<Self>, Server) {
        let node: Option<Arc<Node>> = self.owners_of(&[Arc::from(key)]).remove(0);
        let generation = self.generation(node.as_ref(), ConnectionKind::Scans);
        let address = node.as_ref().map(Self::address);
        (ToNode::new(self, node), Server { address, generation })
    }
}
