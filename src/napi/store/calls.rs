//! Point calls, and the methods for all batches.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::Env;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::{NativeStore, Opened};
use crate::engine::call::Calls;
use crate::napi::codec::{RECORDS, Records};
use crate::napi::reply::BatchReply;
use crate::napi::text::TextIn;
use crate::napi::types::{NativeShares, NativeWait};

#[napi]
impl NativeStore {
    /// The letters of the records, by operation.
    #[napi(catch_unwind)]
    pub fn record_letters() -> HashMap<String, String> {
        RECORDS
            .iter()
            .map(|(name, letter, _)| ((*name).to_owned(), char::from(*letter).to_string()))
            .collect()
    }

    /// Executes the calls of a batch. `text` has `count` records. `wait` overrides the option `waitReplicas`. `bytes`:
    /// the arguments that are no text, joined. Returns the size of text and bytes.
    #[napi(catch_unwind)]
    pub fn submit(
        &self,
        env: Env,
        batch: u32,
        count: u32,
        #[napi(ts_arg_type = "string")] text: TextIn,
        wait: Option<NativeWait>,
        bytes: Option<Uint8Array>,
    ) -> napi::Result<u32> {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(0) };
        delivery.begin(&env)?;
        let bytes = bytes.as_deref().unwrap_or_default();
        let calls = Records::new(count as usize, text.as_str(), bytes);
        let mut delivery = Some(delivery);
        let reply_of = |_, calls| {
            let delivery = delivery.take().expect("only a cluster splits batches");
            BatchReply::new(batch, calls, move |chunks| delivery.deliver(chunks))
        };
        // After a panic the reply is dropped, which fails the calls.
        drop(catch_unwind(AssertUnwindSafe(|| store.apply(calls, wait.map(Into::into), reply_of))));
        Ok(calls.bytes() as u32)
    }

    /// Like `submit`, for a cluster: the calls for one node form a share, which is settled as its own batch. The
    /// shares are numbered from `batch`.
    #[napi(catch_unwind)]
    pub fn submit_in_shares(
        &self,
        env: Env,
        batch: u32,
        count: u32,
        #[napi(ts_arg_type = "string")] text: TextIn,
        wait: Option<NativeWait>,
        bytes: Option<Uint8Array>,
    ) -> napi::Result<NativeShares> {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(NativeShares::default()) };
        let bytes = bytes.as_deref().unwrap_or_default();
        let calls = Records::new(count as usize, text.as_str(), bytes);
        let mut shares = 0;
        let mut begun = Ok(());
        let reply_of = |share: u32, calls| {
            shares = share + 1;
            // Before anything can settle the share, whatever happens to the others.
            if let Err(error) = delivery.begin(&env) {
                begun = Err(error);
            }
            let delivery = delivery.clone();
            BatchReply::new(batch.wrapping_add(share), calls, move |chunks| delivery.deliver(chunks))
        };
        let share_of = store.apply(calls, wait.map(Into::into), reply_of).unwrap_or_default();
        begun?;
        let share_of = if shares > 1 {
            share_of.into_iter().filter_map(|share| char::from_u32(share.into())).collect()
        } else {
            String::new()
        };
        Ok(NativeShares { bytes: calls.bytes() as u32, share_of })
    }

    /// Requests the next chunk of a batch.
    #[napi(catch_unwind)]
    pub fn next(&self, batch: u32) {
        if let Some(Opened { delivery, .. }) = self.opened() {
            delivery.deliver_next(batch);
        }
    }

    /// Stops a listing or a `clear` whose caller no longer waits. Removed entries stay removed.
    #[napi(catch_unwind)]
    pub fn cancel(&self, batch: u32) {
        self.listings.stop(batch);
    }

    /// Drops the remaining chunks of a batch.
    #[napi(catch_unwind)]
    pub fn forget(&self, env: Env, batch: u32) {
        if let Some(Opened { delivery, .. }) = self.opened() {
            delivery.forget(&env, batch);
        }
    }
}
