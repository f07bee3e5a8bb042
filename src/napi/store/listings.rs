//! Listings, queries and `clear`.

use std::future::Future;
use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use super::{NativeStore, Opened};
use crate::error::Error;
use crate::json::Chunks;
use crate::keyspace::Scope;
use crate::napi::types::NativeProjection;
use crate::store::Store;

#[napi]
impl NativeStore {
    /// Lists all entries, or those of a trace, or those of a trace whose keys begin with `keyPrefix`.
    #[napi(catch_unwind)]
    pub fn list(
        &self,
        env: Env,
        batch: u32,
        #[napi(ts_arg_type = "`${NativeProjection}`")] projection: NativeProjection,
        trace_id: Option<String>,
        key_prefix: Option<String>,
    ) -> napi::Result<()> {
        let scope = Scope::of(trace_id, key_prefix);
        self.start_listing(env, batch, |store| async move { store.list(scope, projection.into()).await })
    }

    /// `query`: see lib/query/query.js.
    #[napi(catch_unwind)]
    pub fn query(&self, env: Env, batch: u32, query: String, trace_id: Option<String>) -> napi::Result<()> {
        self.start_listing(env, batch, |store| async move { store.query(&query, trace_id).await })
    }

    /// Lists the items of `keys`, a JSON array. Omits those that do not exist.
    #[napi(catch_unwind)]
    pub fn list_items(&self, env: Env, batch: u32, trace_id: String, keys: String) -> napi::Result<()> {
        self.start_listing(env, batch, |store| async move { store.list_items(trace_id, &keys).await })
    }

    #[napi(catch_unwind)]
    pub fn clear(&self, env: Env, batch: u32, trace_id: String, key_prefix: String) -> napi::Result<()> {
        self.start_listing(env, batch, |store| async move {
            store.clear(trace_id, key_prefix).await.map(|()| vec![String::new()])
        })
    }

    /// Lists the indices of the entries of a cluster that exist. `names`: trace ids and keys, alternating.
    #[napi(catch_unwind)]
    pub fn list_present(&self, env: Env, batch: u32, names: Vec<String>) -> napi::Result<()> {
        self.start_listing(env, batch, |store| async move { store.list_present(names).await })
    }
}

impl NativeStore {
    pub(super) fn start_listing<F>(
        &self,
        env: Env,
        batch: u32,
        listing: impl FnOnce(Arc<Store>) -> F,
    ) -> napi::Result<()>
    where
        F: Future<Output = Result<Chunks, Error>> + Send + 'static,
    {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(()) };
        delivery.begin(&env)?;
        let deadline = store.deadline();
        self.listings.start(batch, delivery, Some(deadline), listing(store));
        Ok(())
    }

    /// A listing that may take as long as it needs.
    pub(super) fn start_long<F>(
        &self,
        env: Env,
        batch: u32,
        listing: impl FnOnce(Arc<Store>) -> F,
    ) -> napi::Result<()>
    where
        F: Future<Output = Result<Chunks, Error>> + Send + 'static,
    {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(()) };
        delivery.begin(&env)?;
        self.listings.start(batch, delivery, None, listing(store));
        Ok(())
    }
}
