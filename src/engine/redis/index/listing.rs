//! Lists the entries of a trace by its index.

use std::sync::Arc;

use tokio::time::Instant;

use super::live::{Dead, Existing, LiveCount, LiveKeys, LiveValues, LiveVisitor};
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
        let (range, LiveValues { values, dead }) = read(target, range, visitor, deadline).await?;
        return Ok(Listed { listing: values.0, range, dead });
    }
    if listing.projection() == Projection::Count {
        let visitor = LiveCount { listing, dead: Dead::default() };
        let (range, LiveCount { listing, dead }) = read(target, range, visitor, deadline).await?;
        return Ok(Listed { listing, range, dead });
    }
    list_keys(target, range, listing, deadline).await
}

/// Whether a node can lack an entry that exists: while slots move, a redirected command reaches a node too early or too late. Then
/// each command is of one key, and absent entries are looked up again.
const fn is_fallible<W: ScanTarget>() -> bool {
    W::KEYS_PER_COMMAND == 1
}

async fn read<W: ScanTarget, V: LiveVisitor>(
    target: &W,
    range: IndexRange,
    visitor: V,
    deadline: Instant,
) -> Result<(IndexRange, V), Error> {
    let (range, mut visitor) = scan_keys(target, range, visitor, deadline).await?;
    if is_fallible::<W>() {
        let absent = std::mem::take(visitor.dead());
        visitor = visit_keys(target, absent.0, visitor, deadline).await?;
    }
    Ok((range, visitor))
}

async fn list_keys<W: ScanTarget>(
    target: &W,
    range: IndexRange,
    mut listing: Listing,
    deadline: Instant,
) -> Result<Listed, Error> {
    let (range, keys) = scan_keys(target, range, LiveKeys::default(), deadline).await?;
    let unknown = keys.unknown(is_fallible::<W>());
    let existing = visit_keys(target, unknown, Existing::default(), deadline).await?;
    let dead = keys.split(&existing, &mut listing);
    Ok(Listed { listing, range, dead })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::keyspace::{Keyspace, Scope};
    use crate::protocol::{Frame, Generation, Request, Sink};

    /// A node of a cluster that lacks an entry when it is looked up first.
    #[derive(Default)]
    struct Node(AtomicUsize);

    impl ScanTarget for Node {
        const KEYS_PER_COMMAND: usize = 1;

        fn generation(&self) -> Generation {
            Generation::default()
        }

        fn slots<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Vec<Option<u16>> {
            keys.map(|_| Some(7)).collect()
        }

        fn send(&self, request: Request, _: Vec<Option<u16>>, _: Instant, mut sink: impl Sink + 'static) {
            for index in 0..request.len() {
                let bytes = request.command(index).bytes;
                let is = |name: &[u8]| memchr::memmem::find(bytes, name).is_some();
                let is_absent = !is(b"ZRANGE") && self.0.fetch_add(1, Ordering::Relaxed) == 0;
                let reply = match is_absent {
                    _ if is(b"ZRANGE") => Frame::Array(vec![Frame::Bulk(b"k")]),
                    true if is(b"EXISTS") => Frame::Integer(0),
                    true => Frame::Nil,
                    false if is(b"EXISTS") => Frame::Integer(1),
                    false => Frame::Bulk(b"5"),
                };
                sink.take(index, Ok(reply));
            }
            Box::new(sink).finish();
        }
    }

    #[tokio::test]
    async fn an_entry_that_a_node_of_a_cluster_lacks_is_looked_up_again() {
        let keyspace = Keyspace::new("p:".into(), true).with_index(true);
        for (projection, expected) in
            [(Projection::Values, "[5]"), (Projection::Count, "[1]"), (Projection::Keys, r#"["k"]"#)]
        {
            let scope = Scope::Group("t".into());
            let range = IndexRange::of(&keyspace, &scope, None).unwrap();
            let listing = Listing::new(keyspace.clone(), scope, projection);
            let mut listed = list(&Node::default(), range, listing, Instant::now()).await.unwrap();
            assert!(listed.take_dead().is_empty(), "{projection:?}");
            assert_eq!(listed.finish().concat(), expected);
        }
    }
}
