//! Which entries are there, wherever their slots are now.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::time::Instant;

use super::Cluster;
use super::sweep::visit_each;
use crate::backend::visit::OnlyStrings;
use crate::error::Error;

impl Cluster {
    /// Those keys that hold a string. Replicas are not asked: they lag behind.
    pub async fn present(
        self: &Arc<Self>,
        keys: &[Arc<str>],
        deadline: Instant,
    ) -> Result<HashSet<Arc<str>>, Error> {
        let strings = visit_each(self, keys.to_vec(), OnlyStrings::default(), deadline).await?;
        Ok(strings.0.into_iter().collect())
    }
}
