//! The native class.
//!
//! No method is `async`, because an async method would hold `self` while a worker thread ends. Results are delivered
//! through one callback, a batch at a time, and never before the method that submitted them has returned; see
//! src/napi/scope.rs.

mod calls;
mod indexes;
mod listings;
mod readiness;
mod subscriptions;
mod tracking;
mod views;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{Function, Object, Promise};
use napi::{De, Env};
use napi_derive::napi;

use self::indexes::Rebuilds;
use self::views::Sharing;
use super::changes::{ChangeArgs, Reporter};
use super::delivery::Delivery;
use super::driver::Driver;
use super::events::{EventArgs, events_to};
use super::listings::Listings;
use super::reply::ChunkArgs;
use super::types::{NativeCallRules, NativeStats};
use super::user_functions::{
    NativeCredentialsAnswer, NativeStrategyAnswer, StrategyArgs, provider_of, strategy_of,
};
use crate::config::Rules;
use crate::error::Error;
use crate::keyspace::Keyspace;
use crate::options::{Callbacks, Options};
use crate::store::Store;
use crate::transport::roots;
use crate::watch::Inbox;
use crate::watch::lock_waits::OnLockEvent;

/// A thrown error with a code of this package.
type Thrown = napi::Error<&'static str>;

/// A store that is not closed, with its delivery.
#[derive(Clone)]
struct Opened {
    store: Arc<Store>,
    delivery: Arc<Delivery>,
}

#[napi]
pub struct NativeStore {
    opened: RefCell<Option<Opened>>,
    sharing: Rc<Sharing>,
    is_view: bool,
    /// With the callback for watches, which the first watch sets.
    inbox: RefCell<Option<Arc<Inbox>>>,
    listings: Listings,
    rebuilds: Rebuilds,
    /// The callback for waits for locks, which the first wait sets.
    on_lock_event: RefCell<Option<OnLockEvent>>,
    rules: Rules,
}

#[napi]
impl NativeStore {
    /// Checks the options, and starts to connect. The callbacks must not throw. `useEventLoop`: use the event-loop
    /// driver if the runtime has libuv.
    #[allow(clippy::too_many_arguments, reason = "all that JavaScript gives, once")]
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        options: Object,
        use_event_loop: bool,
        #[napi(
            ts_arg_type = "(batch: number, last: boolean, values: string, failures?: Array<NativeFailure>, separate?: Array<NativeSeparateValue>, bytes?: Uint8Array) => void"
        )]
        on_settled: Function<ChunkArgs, ()>,
        #[napi(ts_arg_type = "(name: string, detail?: NativeEventDetail) => void")] on_event: Function<
            EventArgs,
            (),
        >,
        #[napi(ts_arg_type = "(retries: number, cause: NativeFailure) => NativeStrategyAnswer")]
        strategy: Option<Function<StrategyArgs, NativeStrategyAnswer>>,
        #[napi(ts_arg_type = "() => Promise<NativeCredentialsAnswer>")] credentials: Option<
            Function<(), Promise<NativeCredentialsAnswer>>,
        >,
        #[napi(ts_arg_type = "() => Array<string>")] roots_of_node: Option<Function<(), Vec<String>>>,
        #[napi(ts_arg_type = "(names: Array<string> | null) => void")] on_invalidation: Option<
            Function<ChangeArgs, ()>,
        >,
    ) -> Result<Self, Thrown> {
        let on_event = events_to(on_event).map_err(internal)?;
        let strategy = strategy.map(strategy_of).transpose().map_err(internal)?;
        let credentials = credentials.map(provider_of).transpose().map_err(internal)?;
        let callbacks = Callbacks { strategy, credentials };
        let options = Options::parse(&mut De::new(&options));
        let config = options.and_then(|options| options.into_config(callbacks)).map_err(thrown)?;
        let on_invalidation = on_invalidation.filter(|_| config.topology.can_track());
        let reporter = match on_invalidation {
            Some(on_invalidation) => {
                config.topology.check_tracking().map_err(thrown)?;
                let keyspace = Keyspace::new(config.prefix.clone(), config.hash_tags);
                Some(Reporter::new(&env, keyspace, on_invalidation).map_err(internal)?)
            }
            None => None,
        };
        let changes = reporter.as_ref().map(|reporter| reporter.changes());
        let delivery = Delivery::new(on_settled, reporter).map_err(internal)?;
        let mut rules = config.rules();
        if config.topology.trusts_default_roots() {
            // Before the first connection uses them.
            let of_node = || roots_of_node.and_then(|roots| roots.call(()).ok());
            rules.ignored_roots = roots::complete(|| of_node().unwrap_or_default());
        }
        let driver = if use_event_loop { Driver::of(&env) } else { None };
        let wake_driver = driver.as_ref().map(|driver| driver.waker(&env)).transpose().map_err(internal)?;
        let store = Store::open(config, wake_driver, on_event, changes);
        let opened = Opened { store: Arc::new(store), delivery: Arc::new(delivery) };
        if !rules.embedded {
            readiness::count_open(1);
        }
        Ok(Self::of(opened, rules, Rc::new(Sharing::of(driver)), false))
    }

    /// Checks the options, without opening a store.
    #[napi(catch_unwind)]
    pub fn check_options(options: Object) -> Result<(), Thrown> {
        let options = Options::parse(&mut De::new(&options));
        options.and_then(|options| options.into_config(Callbacks::default())).map_err(thrown).map(drop)
    }

    #[napi(getter)]
    pub fn rules(&self) -> NativeCallRules {
        NativeCallRules::from(&self.rules)
    }

    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        self.opened().map(|opened| opened.store.stats()).unwrap_or_default().into()
    }

    /// Closes the connections, unless a view or the store of this view is open, and releases the callbacks. Pending
    /// calls fail if the connections are closed.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.inbox.take();
        self.on_lock_event.take();
        let Some(opened) = self.opened.replace(None) else { return };
        if !self.rules.embedded && !self.is_view {
            readiness::count_open(-1);
        }
        opened.store.close_subscriptions();
        if self.sharing.leave() {
            opened.store.close();
        }
    }

    fn of(opened: Opened, rules: Rules, sharing: Rc<Sharing>, is_view: bool) -> Self {
        NativeStore {
            opened: RefCell::new(Some(opened)),
            sharing,
            is_view,
            inbox: RefCell::default(),
            listings: Listings::default(),
            rebuilds: Rebuilds::default(),
            on_lock_event: RefCell::default(),
            rules,
        }
    }

    fn opened(&self) -> Option<Opened> {
        self.opened.borrow().clone()
    }
}

/// Closes the connections when a worker thread ends without `close`.
impl Drop for NativeStore {
    fn drop(&mut self) {
        self.close();
    }
}

fn thrown(error: Error) -> Thrown {
    napi::Error::new(error.kind.code(), error.to_string())
}

/// An error of the binding itself, not of the options.
fn internal(error: napi::Error) -> Thrown {
    napi::Error::new("GenericFailure", error.reason.clone())
}
