//! Lists the entries of a trace by its index.

use std::sync::Arc;

use tokio::time::Instant;

use super::live::{Dead, Existing, LiveCount, LiveKeys, LiveValues};
use super::range::IndexRange;
use crate::engine::listing::{Listing, Projection};
use crate::engine::redis::scanner::{ScanTarget, scan_keys, visit_keys};
use crate::engine::redis::visitors::ReadValues;
use crate::error::Error;
use crate::json::Chunks;

/// The result of a listing.
pub struct Listed {
    listing: Listing,
    range: IndexRange,
    dead: Dead,
}

impl Listed {
    pub fn finish(self) -> Chunks {
        self.listing.finish()
    }

    /// The members that were read.
    pub fn range(&self) -> &IndexRange {
        &self.range
    }

    /// The last member of a page; `None` if no page follows.
    pub fn next(&self) -> Option<&[u8]> {
        self.range.next()
    }

    /// The Redis keys of members whose entries seem to be gone.
    pub fn take_dead(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.dead.0)
    }
}

/// Fails with `Kind::WrongType` if the index is no sorted set.
pub async fn list<W: ScanTarget>(
    target: &W,
    range: IndexRange,
    listing: Listing,
    deadline: Instant,
) -> Result<Listed, Error> {
    if listing.projection().needs_values() {
        let visitor = LiveValues { values: ReadValues(listing), dead: Dead::default() };
        let (range, LiveValues { values, dead }) = scan_keys(target, range, visitor, deadline).await?;
        return Ok(Listed { listing: values.0, range, dead });
    }
    if listing.projection() == Projection::Count {
        let visitor = LiveCount { listing, dead: Dead::default() };
        let (range, LiveCount { listing, dead }) = scan_keys(target, range, visitor, deadline).await?;
        return Ok(Listed { listing, range, dead });
    }
    list_keys(target, range, listing, deadline).await
}

async fn list_keys<W: ScanTarget>(
    target: &W,
    range: IndexRange,
    mut listing: Listing,
    deadline: Instant,
) -> Result<Listed, Error> {
    let (range, keys) = scan_keys(target, range, LiveKeys::default(), deadline).await?;
    let existing = visit_keys(target, keys.unknown(), Existing::default(), deadline).await?;
    let dead = keys.split(&existing, &mut listing);
    Ok(Listed { listing, range, dead })
}
