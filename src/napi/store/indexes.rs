//! Pages of an index, and the upkeep of indexes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use napi::Env;
use napi_derive::napi;

use super::NativeStore;
use crate::engine::redis::index::Progress;
use crate::keyspace::Scope;

/// By batch.
#[derive(Default)]
pub struct Rebuilds(RefCell<HashMap<u32, Weak<Progress>>>);

impl Rebuilds {
    fn start(&self, batch: u32) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let mut rebuilds = self.0.borrow_mut();
        rebuilds.retain(|_, progress| progress.strong_count() > 0);
        rebuilds.insert(batch, Arc::downgrade(&progress));
        progress
    }

    fn counts(&self, batch: u32) -> Option<(u64, u64)> {
        self.0.borrow().get(&batch)?.upgrade().map(|progress| progress.counts())
    }
}

#[napi]
impl NativeStore {
    /// Lists the items of a page of an index, followed by the position of the next page, or null; `false` if the index cannot be
    /// used. `after`: the position that the page before returned.
    #[napi(catch_unwind)]
    pub fn list_page(
        &self,
        env: Env,
        batch: u32,
        trace_id: String,
        key_prefix: String,
        limit: u32,
        after: Option<String>,
    ) -> napi::Result<()> {
        let scope = Scope::KeyPrefix { trace_id, key_prefix };
        self.start_listing(env, batch, move |store| async move {
            store.list_page(scope, after.as_deref(), limit as usize).await
        })
    }

    /// Adds the entries of a trace, or all, to their indexes. The result: keys found, keys indexed.
    #[napi(catch_unwind)]
    pub fn reindex(&self, env: Env, batch: u32, trace_id: Option<String>) -> napi::Result<()> {
        let progress = self.rebuilds.start(batch);
        self.start_long(env, batch, |store| async move { store.reindex(trace_id, progress).await })
    }

    /// What a `reindex` that is running has done so far: keys found, keys indexed.
    #[napi(catch_unwind)]
    pub fn reindex_progress(&self, batch: u32) -> Option<Vec<f64>> {
        self.rebuilds.counts(batch).map(|(scanned, indexed)| vec![scanned as f64, indexed as f64])
    }

    /// Compares the indexes with the entries. The result: entries, members, missing members, members without an entry.
    #[napi(catch_unwind)]
    pub fn check_index(&self, env: Env, batch: u32) -> napi::Result<()> {
        self.start_long(env, batch, |store| async move { store.check_index().await })
    }
}
