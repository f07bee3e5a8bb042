//! Finds which of several entries exist, wherever their slots are now.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::Cluster;
use super::to_node::visit_each;
use crate::engine::redis::visitors::OnlyStrings;
use crate::error::Error;

impl Cluster {
    /// Returns the keys that hold a string. Queries no replicas, which lag behind.
    pub async fn present(
        self: &Arc<Self>,
        keys: &[Arc<str>],
        deadline: Instant,
    ) -> Result<HashSet<Arc<str>>, Error> {
        let strings = visit_each(self, keys.to_vec(), OnlyStrings::default(), deadline).await?;
        Ok(strings.0.into_iter().collect())
    }
}
