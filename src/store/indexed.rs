//! Listings by the indexes of traces, and the upkeep of the indexes.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Backend, Store};
use crate::engine::listing::{Listing, Projection};
use crate::engine::redis::index::{
    AddMembers, CheckMembers, CountMembers, Counts, Groups, IndexRange, Listed, Page, Progress,
};
use crate::engine::redis::remove::Remove;
use crate::engine::redis::scanner::ScanVisitor;
use crate::engine::redis::steps::Patience;
use crate::error::Error;
use crate::json::{ArrayWriter, Chunks};
use crate::keyspace::Scope;

impl Store {
    /// Lists at most `limit` entries by the index, in the order of their keys, and the position of the next page as the last
    /// element, or `null`. The only element is `false` if the index cannot be used. `after`: the position that the page
    /// before returned.
    pub async fn list_page(&self, scope: Scope, after: Option<&str>, limit: usize) -> Result<Chunks, Error> {
        self.check_online()?;
        let after = after.map(bytes_of).transpose()?;
        let make = || Ok(self.listing(scope.clone(), Projection::Items));
        let listed = self.list_indexed(make, Some(Page { after, limit }), self.deadline()).await?;
        let Some(listed) = listed else { return Ok(vec!["[false]".into()]) };
        let mut next = ArrayWriter::new();
        match listed.next() {
            Some(member) => next.push_string(&digits_of(member)),
            None => next.push("null"),
        }
        let mut chunks = listed.finish();
        chunks.push(next.finish());
        Ok(chunks)
    }

    /// `None`: the index cannot be relied on.
    pub(super) async fn list_indexed(
        &self,
        make: impl Fn() -> Result<Listing, Error>,
        page: Option<Page>,
        deadline: Instant,
    ) -> Result<Option<Listed>, Error> {
        if !self.keyspace.is_indexed() {
            return Ok(None);
        }
        let listing = make()?;
        let Some(range) = IndexRange::of(&self.keyspace, listing.scope(), page) else { return Ok(None) };
        let (index, marker) = (&self.index, self.keyspace.index_marker());
        let listed = match &self.backend {
            Backend::Memory(_) => None,
            Backend::Redis(redis) => redis.list_indexed(index, &marker, range, listing, deadline).await?,
            Backend::Cluster(cluster) => {
                cluster.list_indexed(index, &marker, range, listing, deadline).await?
            }
        };
        Ok(listed.map(|listed| self.sweep_behind(listed)))
    }

    /// Removes the entries of a trace by its index. `false`: the index cannot be relied on.
    pub(super) async fn clear_indexed(&self, scope: &Scope, deadline: Instant) -> Result<bool, Error> {
        if !self.keyspace.is_indexed() {
            return Ok(false);
        }
        let Some(range) = IndexRange::of(&self.keyspace, scope, None) else { return Ok(false) };
        let (index, marker) = (&self.index, self.keyspace.index_marker());
        let remove = Remove::new(&self.keyspace);
        let cleared = match &self.backend {
            Backend::Memory(_) => None,
            Backend::Redis(redis) => redis.clear_indexed(index, &marker, range, remove, deadline).await?,
            Backend::Cluster(cluster) => {
                cluster.clear_indexed(index, &marker, range, remove, deadline).await?
            }
        };
        Ok(cleared.is_some())
    }

    /// Starts to remove the members whose entries seem to be gone. The listing does not wait for it.
    fn sweep_behind(&self, mut listed: Listed) -> Listed {
        let dead = listed.take_dead();
        if dead.is_empty() {
            return listed;
        }
        let (index, backend) = (self.index.clone(), self.backend.clone());
        let (range, deadline) = (listed.range().clone(), self.deadline());
        crate::runtime::spawn(async move {
            let sweep = async {
                match &backend {
                    Backend::Memory(_) => Ok(()),
                    Backend::Redis(redis) => redis.sweep(&range, &dead, deadline).await,
                    Backend::Cluster(cluster) => cluster.sweep(&range, &dead, deadline).await,
                }
            };
            index.sweeping(sweep).await;
        });
        listed
    }

    /// Makes all entries of a trace, or of all traces, members of their indexes. Then listings of a trace rely on the indexes,
    /// if all traces were scanned. Returns the counts of `progress`.
    pub async fn reindex(&self, trace_id: Option<String>, progress: Arc<Progress>) -> Result<Chunks, Error> {
        self.check_online()?;
        let is_whole = trace_id.is_none();
        let visitor = AddMembers { groups: self.groups(), progress: progress.clone() };
        self.visit_entries(&Scope::of(trace_id, None), visitor).await?;
        if is_whole {
            let marker = self.keyspace.index_marker();
            match &self.backend {
                Backend::Memory(_) => {}
                Backend::Redis(redis) => redis.mark(&marker, self.deadline()).await?,
                Backend::Cluster(cluster) => cluster.mark(&marker, self.deadline()).await?,
            }
        }
        let (scanned, indexed) = progress.counts();
        Ok(vec![format!("[{scanned},{indexed}]")])
    }

    /// Counts entries, members of indexes, entries that are missing in their index, and members without an entry.
    pub async fn check_index(&self) -> Result<Chunks, Error> {
        self.check_online()?;
        if let Backend::Memory(memory) = &self.backend {
            let listing = Listing::new(self.keyspace.clone(), Scope::All, Projection::Count);
            let count = memory.list(&self.keyspace, listing).await?.concat();
            let count = count.trim_matches(['[', ']']);
            return Ok(vec![format!("[{count},{count},0,0]")]);
        }
        let checked = CheckMembers { groups: self.groups(), counts: Counts::default() };
        let counts =
            self.visit_entries(&Scope::All, checked).await?.map_or_else(Counts::default, |of| of.counts);
        let (start, pattern) = (self.keyspace.start_of_indexes(), self.keyspace.pattern_of_indexes());
        let counted = CountMembers { keyspace: self.keyspace.clone(), members: 0 };
        let members = self.visit_all(start, pattern, false, counted).await?.map_or(0, |of| of.members);
        let counts = Counts { members, ..counts };
        Ok(vec![format!("[{},{},{},{}]", counts.entries, counts.members, counts.missing, counts.dead())])
    }

    fn groups(&self) -> Groups {
        let is_cluster = matches!(self.backend, Backend::Cluster(_));
        Groups { keyspace: self.keyspace.clone(), is_cluster }
    }

    async fn visit_entries<V: ScanVisitor>(&self, scope: &Scope, visitor: V) -> Result<Option<V>, Error> {
        self.visit_all(self.keyspace.start_of(scope), self.keyspace.pattern_of(scope), true, visitor).await
    }

    /// `None`: the embedded store has no indexes.
    async fn visit_all<V: ScanVisitor>(
        &self,
        start: String,
        pattern: String,
        strings_only: bool,
        visitor: V,
    ) -> Result<Option<V>, Error> {
        let patience = Patience::EachStep(self.command_timeout);
        match &self.backend {
            Backend::Memory(_) => Ok(None),
            Backend::Redis(redis) => {
                redis.visit_all(pattern, strings_only, visitor, patience).await.map(Some)
            }
            Backend::Cluster(cluster) => {
                cluster.visit_all(start, pattern, strings_only, visitor, patience).await.map(Some)
            }
        }
    }
}

/// A member as hexadecimal digits: it need not be UTF-8.
fn digits_of(member: &[u8]) -> String {
    use std::fmt::Write;
    member.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string grows");
        digits
    })
}

fn bytes_of(digits: &str) -> Result<Vec<u8>, Error> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    bytes.ok_or_else(|| Error::internal("a scan"))
}
