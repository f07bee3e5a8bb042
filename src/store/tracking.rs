//! What proves that no change of an entry that was read is missing.

use tokio::time::Instant;

use super::{Backend, Store};

impl Store {
    /// The time as of which all servers in use have certainly reported all changes of what was read; `None` if one reports none, or
    /// if JavaScript does not know yet that any entry may have changed.
    pub fn proven_at(&self) -> Option<Instant> {
        match &self.backend {
            _ if !self.is_tracking() => None,
            Backend::Memory(_) => None,
            Backend::Redis(redis) => redis.proven_at(),
            Backend::Cluster(cluster) => cluster.proven_at(),
        }
    }

    /// Whether all servers in use report changes of what was read.
    pub fn is_tracking(&self) -> bool {
        let is_any_waiting = self.changes.as_ref().is_none_or(|changes| changes.is_any_waiting());
        !is_any_waiting
            && match &self.backend {
                Backend::Memory(_) => false,
                Backend::Redis(redis) => redis.proven_at().is_some(),
                Backend::Cluster(cluster) => cluster.is_tracking(),
            }
    }

    /// Asks all servers in use whether they still are the ones that have the entries.
    pub async fn prove(&self) -> bool {
        match &self.backend {
            Backend::Memory(_) => false,
            Backend::Redis(redis) => redis.prove(self.deadline()).await,
            Backend::Cluster(cluster) => cluster.prove(self.deadline()).await,
        }
    }
}
