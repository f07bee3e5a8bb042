//! Listings by the index of a trace, and the upkeep of indexes.

use std::sync::Arc;

use tokio::time::Instant;

use super::Redis;
use crate::engine::listing::Listing;
use crate::engine::redis::index::{self, Index, IndexRange, Listed, Server};
use crate::engine::redis::remove::Remove;
use crate::engine::redis::scan::{Scan, Seen};
use crate::engine::redis::scanner::{ScanVisitor, scan_keys};
use crate::engine::redis::steps::Patience;
use crate::error::{Applied, Error, Kind};

impl Redis {
    /// Lists the entries of a trace. `None`: its index cannot be relied on.
    pub async fn list_indexed(
        &self,
        index: &Index,
        marker: &str,
        range: IndexRange,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Option<Listed>, Error> {
        if !self.may_use(index, marker, deadline).await? {
            return Ok(None);
        }
        match index::list(&self.scan_connection, range, listing, deadline).await {
            Err(error) if error.kind == Kind::WrongType => Ok(None),
            listed => self.check_complete(listed).map(Some),
        }
    }

    /// Removes the entries of a trace. `None`: its index cannot be relied on.
    pub async fn clear_indexed(
        &self,
        index: &Index,
        marker: &str,
        range: IndexRange,
        remove: Remove,
        deadline: Instant,
    ) -> Result<Option<()>, Error> {
        let may_use = self.may_use(index, marker, deadline).await;
        if !may_use.map_err(|error| error.with_applied(Applied::No))? {
            return Ok(None);
        }
        match index::clear(&self.scan_connection, range, remove, deadline).await {
            Err(error) if error.kind == Kind::WrongType => Ok(None),
            cleared => self.check_complete(cleared).map(Some),
        }
    }

    async fn may_use(&self, index: &Index, marker: &str, deadline: Instant) -> Result<bool, Error> {
        self.redirected.check()?;
        let connection = &self.scan_connection;
        let server = Server { address: None, generation: connection.generation() };
        Ok(index.is_complete(connection, server.clone(), marker, true, deadline).await?
            && index.is_kept(connection, server, deadline).await?)
    }

    /// Removes members of an index whose entries do not exist.
    pub async fn sweep(&self, range: &IndexRange, dead: &[Arc<str>], deadline: Instant) -> Result<(), Error> {
        index::sweep(&self.scan_connection, range, dead, deadline).await
    }

    /// Visits all keys that match a pattern, without memory for them.
    pub async fn visit_all<V: ScanVisitor>(
        &self,
        pattern: String,
        strings_only: bool,
        visitor: V,
        patience: Patience,
    ) -> Result<V, Error> {
        self.redirected.check()?;
        let generation = self.scan_connection.generation();
        let scan = Scan::new(pattern, strings_only, generation, Seen::forgetful());
        let scanned = scan_keys(&self.scan_connection, scan, visitor, patience).await;
        self.check_complete(scanned).map(|(_, visitor)| visitor)
    }

    /// States that all entries are indexed.
    pub async fn mark(&self, marker: &str, deadline: Instant) -> Result<(), Error> {
        index::mark(&self.scan_connection, marker, deadline).await
    }
}
