//! Whether listings can rely on the index.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::time::Instant;

use crate::config::Address;
use crate::engine::redis::ask::{Answer, ask};
use crate::engine::redis::scanner::ScanTarget;
use crate::engine::redis::scripts;
use crate::error::{Error, Kind};
use crate::protocol::{Effect, Generation, RefusalKind, Request};
use crate::sync::locked;

/// What users are warned of, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// The server may evict an index.
    Evictable,
    /// The user may not read the eviction policy.
    PolicyUnknown,
}

impl Notice {
    /// Its name in lib/engines/native/notices.js.
    pub fn as_str(self) -> &'static str {
        match self {
            Notice::Evictable => "indexEvictable",
            Notice::PolicyUnknown => "indexPolicyUnknown",
        }
    }
}

pub type OnNotice = Arc<dyn Fn(Notice) + Send + Sync>;

/// A connection to a server. What was found there holds until it is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `None`: the only server.
    pub address: Option<Address>,
    pub generation: Generation,
}

/// What is known of the indexes of a prefix.
pub struct Index {
    /// Where the marker was found.
    marked_at: Mutex<Option<Server>>,
    /// Whether a server may evict indexes.
    evicts: Mutex<HashMap<Option<Address>, (Generation, bool)>>,
    is_sweeping: AtomicBool,
    on_notice: OnNotice,
    notices: Mutex<HashSet<Notice>>,
}

impl Index {
    pub fn new(on_notice: OnNotice) -> Self {
        Index {
            marked_at: Mutex::default(),
            evicts: Mutex::default(),
            is_sweeping: AtomicBool::new(false),
            on_notice,
            notices: Mutex::default(),
        }
    }

    pub fn on_notice(&self) -> &OnNotice {
        &self.on_notice
    }

    /// Whether all entries are indexed. `marks_empty`: an empty database is marked, as it has no entry that is not indexed.
    pub async fn is_complete<W: ScanTarget>(
        &self,
        target: &W,
        server: Server,
        marker: &str,
        marks_empty: bool,
        deadline: Instant,
    ) -> Result<bool, Error> {
        if locked(self.marked_at.lock()).as_ref() == Some(&server) {
            return Ok(true);
        }
        let is_marked = is_marked(target, marker, marks_empty, deadline).await?;
        *locked(self.marked_at.lock()) = Some(server).filter(|_| is_marked);
        Ok(is_marked)
    }

    /// Whether the server keeps an index as long as its entries.
    pub async fn is_kept<W: ScanTarget>(
        &self,
        target: &W,
        server: Server,
        deadline: Instant,
    ) -> Result<bool, Error> {
        let known = locked(self.evicts.lock()).get(&server.address).copied();
        let evicts = match known {
            Some((generation, evicts)) if generation == server.generation => evicts,
            _ => {
                let evicts = self.reads_policy(target, deadline).await?;
                locked(self.evicts.lock()).insert(server.address, (server.generation, evicts));
                evicts
            }
        };
        if evicts {
            self.notify(Notice::Evictable);
        }
        Ok(!evicts)
    }

    async fn reads_policy<W: ScanTarget>(&self, target: &W, deadline: Instant) -> Result<bool, Error> {
        let mut request = Request::default();
        request.push(&[b"INFO", b"memory"], Effect::Read);
        match ask(target, request, &[], deadline).await?.remove(0) {
            Ok(Answer::Text(text)) => Ok(evicts_any_key(&text)),
            Err(error) if error.refused_as() == Some(RefusalKind::NoPerm) => {
                self.notify(Notice::PolicyUnknown);
                Ok(false)
            }
            answer => answer.and(Err(Error::unexpected_reply())),
        }
    }

    fn notify(&self, notice: Notice) {
        if locked(self.notices.lock()).insert(notice) {
            (self.on_notice)(notice);
        }
    }

    /// Runs a sweep, unless one is running.
    pub async fn sweeping(&self, sweep: impl Future<Output = Result<(), Error>>) {
        if self.is_sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        // A failure leaves members without entries, which listings skip.
        drop(sweep.await);
        self.is_sweeping.store(false, Ordering::Release);
    }
}

async fn is_marked<W: ScanTarget>(
    target: &W,
    marker: &str,
    marks_empty: bool,
    deadline: Instant,
) -> Result<bool, Error> {
    let mut request = Request::default();
    request.push(&[b"EXISTS", marker.as_bytes()], Effect::Read);
    if marks_empty {
        request.push(&[b"DBSIZE"], Effect::Read);
    }
    let mut answers = ask(target, request, &[marker], deadline).await?.into_iter();
    let is_marked = answers.next().ok_or_else(Error::unexpected_reply)??.integer()? == 1;
    // Without the permission for DBSIZE, or on a server with entries, `reindex` sets the marker.
    let is_empty = matches!(answers.next(), Some(Ok(Answer::Integer(0))));
    if is_marked || !is_empty {
        return Ok(is_marked);
    }
    mark_if_empty(target, marker, deadline).await
}

/// Looks again in one step with the write: another client may have written meanwhile.
async fn mark_if_empty<W: ScanTarget>(target: &W, marker: &str, deadline: Instant) -> Result<bool, Error> {
    let mut request = Request::default();
    request.push_script(&scripts::MARK_EMPTY, &[marker.as_bytes()], &[], Effect::Read);
    match ask(target, request, &[marker], deadline).await?.remove(0) {
        Err(error) if error.kind == Kind::Reply => Ok(false),
        answer => Ok(answer?.integer()? == 1),
    }
}

/// Sets the marker: all entries are indexed.
pub async fn mark<W: ScanTarget>(target: &W, marker: &str, deadline: Instant) -> Result<(), Error> {
    let mut request = Request::default();
    // May be sent again, as it has no other value.
    request.push(&[b"SET", marker.as_bytes(), b"ready"], Effect::Read);
    ask(target, request, &[marker], deadline).await?.remove(0).map(drop)
}

/// Whether the eviction policy in the reply to INFO concerns keys without an expiry.
fn evicts_any_key(info: &[u8]) -> bool {
    let line = b"maxmemory_policy:allkeys-";
    memchr::memmem::find(info, line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_that_evict_any_key_are_recognized() {
        let info = |policy: &str| format!("# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:{policy}\r\nx:1\r\n");
        assert!(evicts_any_key(info("allkeys-lru").as_bytes()));
        assert!(!evicts_any_key(info("volatile-lru").as_bytes()));
        assert!(!evicts_any_key(info("noeviction").as_bytes()));
    }
}
