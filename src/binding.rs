//! The native class: with reply.rs and options.rs all that knows Node-API.
//!
//! No method is `async`: an async method would hold on to `self` while a worker thread ends. Results come through one
//! callback, a batch at a time.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use napi::bindgen_prelude::{FnArgs, Function, Object};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{De, Env, Status, check_status, sys};
use napi_derive::napi;

use crate::config::Rules;
use crate::connection::Event;
use crate::error::Error;
use crate::json::Slices;
use crate::options::Options;
use crate::reply::{BatchReply, EventArgs, Failure, Part, PartArgs, event_args};
use crate::runtime;
use crate::store::Store;
use crate::strategy::{Ask, Decision};

/// Weak: an idle adapter keeps no process alive; see [`NativeStore::keep_alive`].
type OnSettled = ThreadsafeFunction<Part, (), PartArgs, Status, false, true>;
type OnEvent = ThreadsafeFunction<Event, (), EventArgs, Status, false, true>;
type AskArgs = FnArgs<(u32, Failure)>;
type AskStrategy = ThreadsafeFunction<(u32, Error), StrategyAnswer, AskArgs, Status, false, true>;

/// A thrown error with a code of ours.
type Thrown = napi::Error<&'static str>;

/// What the wrapped strategy function answers; neither field means the default delay.
#[napi(object)]
pub struct StrategyAnswer {
    /// In milliseconds.
    pub delay: Option<f64>,
    pub give_up: Option<bool>,
}

/// What is kept to before a call crosses.
#[napi(object)]
pub struct CallRules {
    /// The store is inside this process.
    pub embedded: bool,
    pub strict_trace_ids: bool,
    pub max_pending_commands: f64,
    pub max_pending_bytes: f64,
}

/// A store and the way back to JavaScript, until it is closed.
#[derive(Clone)]
struct Opened {
    store: Store,
    on_settled: Arc<OnSettled>,
}

#[napi]
pub struct NativeStore {
    opened: Mutex<Option<Opened>>,
    rules: Rules,
}

#[napi]
impl NativeStore {
    /// Checks the options and starts to connect. The callbacks must not throw.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        options: Object,
        #[napi(
            ts_arg_type = "(batch: number, last: boolean, values: string, failures?: Array<Failure>, late?: Array<LateValue>) => void"
        )]
        on_settled: Function<PartArgs, ()>,
        #[napi(ts_arg_type = "(name: string, detail?: EventDetail) => void")] on_event: Function<
            EventArgs,
            (),
        >,
        #[napi(ts_arg_type = "(retries: number, cause: Failure) => StrategyAnswer")] strategy: Option<
            Function<AskArgs, StrategyAnswer>,
        >,
    ) -> Result<Self, Thrown> {
        let on_settled: OnSettled = on_settled
            .build_threadsafe_function()
            .weak::<true>()
            .build_callback(|context| Ok(Part::into_args(context.value)))
            .map_err(internal)?;
        let on_event: OnEvent = on_event
            .build_threadsafe_function()
            .weak::<true>()
            .build_callback(|context| Ok(event_args(context.value)))
            .map_err(internal)?;
        let ask = strategy.map(asking).transpose().map_err(internal)?;
        let options = Options::parse(&mut De::new(&options), |mistake| mistake.reason.clone());
        let config = options.and_then(|options| options.into_config(ask)).map_err(thrown)?;
        let rules = config.rules();
        let announce = move |event| {
            on_event.call(event, ThreadsafeFunctionCallMode::NonBlocking);
        };
        let store = Store::open(config, Arc::new(announce));
        let opened = Opened { store, on_settled: Arc::new(on_settled) };
        Ok(NativeStore { opened: Mutex::new(Some(opened)), rules })
    }

    #[napi(getter)]
    pub fn rules(&self) -> CallRules {
        CallRules {
            embedded: self.rules.embedded,
            strict_trace_ids: self.rules.strict_trace_ids,
            max_pending_commands: self.rules.max_pending_commands as f64,
            max_pending_bytes: self.rules.max_pending_bytes as f64,
        }
    }

    /// Runs the calls of a tick: get, set, delete.
    #[napi(catch_unwind)]
    pub fn submit(&self, batch: u32, calls: String) {
        let Some(Opened { store, on_settled }) = self.opened() else { return };
        store.apply(&calls, BatchReply::new(batch, move |parts| settle(&on_settled, parts)));
    }

    #[napi(catch_unwind)]
    pub fn get_group(&self, batch: u32, trace_id: String) {
        self.list(batch, |store| async move { store.get_group(trace_id).await });
    }

    #[napi(catch_unwind)]
    pub fn keys(&self, batch: u32, trace_id: String) {
        self.list(batch, |store| async move { store.keys(trace_id).await });
    }

    #[napi(catch_unwind)]
    pub fn trace_ids(&self, batch: u32) {
        self.list(batch, |store| async move { store.trace_ids().await });
    }

    #[napi(catch_unwind)]
    pub fn items(&self, batch: u32, trace_id: Option<String>) {
        self.list(batch, |store| async move { store.items(trace_id).await });
    }

    #[napi(catch_unwind)]
    pub fn clear(&self, batch: u32, trace_id: String) {
        self.list(batch, |store| async move { store.clear(trace_id).await.map(|()| vec![String::new()]) });
    }

    /// Whether the calls in flight keep the process alive.
    #[napi(catch_unwind)]
    pub fn keep_alive(&self, env: Env, alive: bool) -> napi::Result<()> {
        let Some(Opened { on_settled, .. }) = self.opened() else { return Ok(()) };
        // SAFETY: the environment is the one of this call, and `on_settled` is not released while it is held here.
        check_status!(unsafe {
            match alive {
                true => sys::napi_ref_threadsafe_function(env.raw(), on_settled.raw()),
                false => sys::napi_unref_threadsafe_function(env.raw(), on_settled.raw()),
            }
        })
    }

    /// Closes the connections and lets go of the callbacks; calls that are not settled fail.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(opened) = opened {
            opened.store.close();
        }
    }

    fn opened(&self) -> Option<Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn list<F>(&self, batch: u32, listing: impl FnOnce(Store) -> F)
    where
        F: Future<Output = Result<Slices, Error>> + Send + 'static,
    {
        let Some(Opened { store, on_settled }) = self.opened() else { return };
        let listing = listing(store);
        runtime::spawn(async move { settle(&on_settled, Part::of_listing(batch, listing.await)) });
    }
}

/// A worker thread that ends takes its adapters along; nobody else closes their connections.
impl Drop for NativeStore {
    fn drop(&mut self) {
        self.close();
    }
}

fn settle(on_settled: &OnSettled, parts: Vec<Part>) {
    for part in parts {
        on_settled.call(part, ThreadsafeFunctionCallMode::NonBlocking);
    }
}

/// The user's strategy, already made safe, as the connection asks it.
fn asking(strategy: Function<AskArgs, StrategyAnswer>) -> napi::Result<Ask> {
    let strategy: AskStrategy =
        strategy.build_threadsafe_function().weak::<true>().build_callback(|context| {
            let (retries, cause): (u32, Error) = context.value;
            Ok((retries, Failure::new(&cause)).into())
        })?;
    let strategy = Arc::new(strategy);
    Ok(Arc::new(move |retries, cause| {
        let strategy = strategy.clone();
        Box::pin(
            async move { strategy.call_async((retries, cause)).await.map_or(Decision::Default, decision) },
        )
    }))
}

fn decision(answer: StrategyAnswer) -> Decision {
    match (answer.give_up, answer.delay) {
        (Some(true), _) => Decision::GiveUp,
        (_, Some(delay)) => Decision::After(Duration::from_secs_f64(delay / 1000.0)),
        (_, None) => Decision::Default,
    }
}

fn thrown(error: Error) -> Thrown {
    napi::Error::new(error.kind.code(), error.to_string())
}

/// A fault of the binding itself, not of the options.
fn internal(error: napi::Error) -> Thrown {
    napi::Error::new("GenericFailure", error.reason.clone())
}
