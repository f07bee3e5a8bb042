//! Changes of entries that were read: whether they are reported, and since when that is certain.

use std::sync::LazyLock;

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use tokio::time::Instant;

use super::{NativeStore, Opened};

/// Weak: it does not keep the process alive.
type OnProven = ThreadsafeFunction<bool, (), bool, Status, false, true>;

/// Times are counted from here.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn milliseconds(at: Instant) -> f64 {
    match at.checked_duration_since(*START) {
        Some(after) => after.as_secs_f64() * 1000.0,
        None => -START.duration_since(at).as_secs_f64() * 1000.0,
    }
}

#[napi]
impl NativeStore {
    /// The clock of `provenAt`, in milliseconds.
    #[napi(catch_unwind)]
    pub fn clock() -> f64 {
        milliseconds(Instant::now())
    }

    /// Whether all servers in use report changes of what was read with `getTracked`.
    #[napi(catch_unwind)]
    pub fn is_tracking(&self) -> bool {
        self.opened.borrow().as_ref().is_some_and(|opened| opened.store.is_tracking())
    }

    /// The time as of which they have certainly reported all changes; -Infinity if they report none.
    #[napi(catch_unwind)]
    pub fn proven_at(&self) -> f64 {
        let opened = self.opened.borrow();
        let at = opened.as_ref().and_then(|opened| opened.store.proven_at());
        at.map_or(f64::NEG_INFINITY, milliseconds)
    }

    /// Asks all servers in use whether they still are the ones that have the entries. If another one is, the callback for
    /// changes is called with null first.
    #[napi(catch_unwind)]
    pub fn prove(
        &self,
        #[napi(ts_arg_type = "(isProven: boolean) => void")] on_proven: Function<bool, ()>,
    ) -> napi::Result<()> {
        let opened = self.opened();
        let reporter = opened.as_ref().and_then(|opened| opened.delivery.reporter());
        let on_proven: OnProven =
            on_proven.build_threadsafe_function().weak::<true>().build_callback(move |context| {
                if let Some(reporter) = &reporter {
                    reporter.report_in_callback(&context.env);
                }
                Ok(context.value)
            })?;
        // Without the delivery, which belongs to the JavaScript thread.
        let store = opened.map(|Opened { store, .. }| store);
        crate::runtime::spawn(async move {
            let is_proven = match store {
                Some(store) => store.prove().await,
                None => false,
            };
            on_proven.call(is_proven, ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(())
    }
}
