//! The native class: with reply.rs and options.rs all that knows Node-API.
//!
//! No method is `async`: an async method would hold on to `self` while a worker thread ends. Results come through one
//! callback, a batch at a time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::os::fd::AsRawFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use napi::bindgen_prelude::{FnArgs, Function, Object, Promise};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{De, Env, Status};
use napi_derive::napi;

use crate::action::Action;
use crate::call::Calls;
use crate::config::{Rules, WaitReplicas};
use crate::connection::{Attended, Event, WaitFor};
use crate::delivery::{Delivery, called_by_javascript, called_by_loop};
use crate::error::{Error, Kind};
use crate::event_loop::{EventLoop, Interest, Watch};
use crate::json::Slices;
use crate::login::{AskCredentials, Credentials};
use crate::options::{Callbacks, Options};
use crate::reply::{BatchReply, EventArgs, Failure, Part, PartArgs, ToldArgs, event_args, told_args};
use crate::runtime;
use crate::store::Store;
use crate::strategy::{Ask, Decision};
use crate::text::TextIn;
use crate::watch::{Inbox, Queue, Watched};

/// Weak, all of them: an idle adapter keeps no process alive; calls in flight do, see delivery.rs.
type OnEvent = ThreadsafeFunction<Event, (), EventArgs, Status, false, true>;
type OnTold = ThreadsafeFunction<(), (), ToldArgs, Status, false, true>;
type AskArgs = FnArgs<(u32, Failure)>;
type ProvideCredentials = ThreadsafeFunction<(), Promise<CredentialsAnswer>, (), Status, false, true>;
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

/// What the wrapped provider of credentials answers; without a password it failed.
#[napi(object)]
pub struct CredentialsAnswer {
    pub username: Option<String>,
    pub password: Option<String>,
}

/// What went over the connections so far; see src/connection/stats.rs.
#[napi(object, object_from_js = false)]
pub struct NativeStats {
    pub bytes_sent: f64,
    pub bytes_received: f64,
    pub reconnects: f64,
    pub waiting: f64,
}

/// What is kept to before a call crosses.
#[napi(object)]
pub struct CallRules {
    /// The store is inside this process.
    pub embedded: bool,
    /// The calls of a batch are to be submitted in shares.
    pub shares: bool,
    /// Names of entries are `{<traceId>}:<key>`.
    pub hash_tags: bool,
    pub strict_trace_ids: bool,
    /// In milliseconds.
    pub command_timeout: f64,
    pub max_pending_commands: f64,
    pub max_pending_bytes: f64,
    /// Bytes of the scripts that calls are sent with, by the letter of their record.
    pub script_bytes: HashMap<String, u32>,
    /// The server's certificate is not verified.
    pub unverified: bool,
    pub server: NamedServer,
}

/// The server as it is named in traces.
#[napi(object)]
pub struct NamedServer {
    pub server_address: Option<String>,
    pub server_port: Option<u16>,
    pub database: Option<u32>,
}

/// Replicas that are to have a write.
#[napi(object)]
pub struct Wait {
    pub count: u32,
    /// In milliseconds.
    pub timeout: u32,
}

impl From<Wait> for WaitReplicas {
    fn from(wait: Wait) -> Self {
        WaitReplicas { count: wait.count, timeout: Duration::from_millis(wait.timeout.into()) }
    }
}

/// How the calls of a batch were shared out.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct Shares {
    /// Size of the text.
    pub bytes: u32,
    /// For each call the number of its share, as a character.
    pub share_of: String,
}

/// A store and the way back to JavaScript, until it is closed.
#[derive(Clone)]
struct Opened {
    store: Arc<Store>,
    delivery: Arc<Delivery>,
    /// Where the JavaScript thread reads and writes the connection for point calls itself.
    event_loop: Option<EventLoop>,
}

#[napi]
pub struct NativeStore {
    opened: RefCell<Option<Opened>>,
    /// The sockets that the event loop watches, by the id of their connection.
    watches: RefCell<HashMap<usize, Rc<Watch>>>,
    /// Where those who watch entries are told, once somebody did.
    inbox: RefCell<Option<Arc<Inbox>>>,
    rules: Rules,
}

#[napi]
impl NativeStore {
    /// Checks the options and starts to connect. The callbacks must not throw. `useEventLoop`: read replies on the event
    /// loop, where the runtime has libuv's.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        options: Object,
        use_event_loop: bool,
        #[napi(
            ts_arg_type = "(batch: number, last: boolean, values: string, failures?: Array<Failure>, apart?: Array<ValueApart>) => void"
        )]
        on_settled: Function<PartArgs, ()>,
        #[napi(ts_arg_type = "(name: string, detail?: EventDetail) => void")] on_event: Function<
            EventArgs,
            (),
        >,
        #[napi(ts_arg_type = "(retries: number, cause: Failure) => StrategyAnswer")] strategy: Option<
            Function<AskArgs, StrategyAnswer>,
        >,
        #[napi(ts_arg_type = "() => Promise<CredentialsAnswer>")] credentials: Option<
            Function<(), Promise<CredentialsAnswer>>,
        >,
    ) -> Result<Self, Thrown> {
        let on_event: OnEvent = on_event
            .build_threadsafe_function()
            .weak::<true>()
            .build_callback(|context| Ok(event_args(context.value)))
            .map_err(internal)?;
        let delivery = Delivery::new(on_settled).map_err(internal)?;
        let strategy = strategy.map(asking).transpose().map_err(internal)?;
        let credentials = credentials.map(asking_for_credentials).transpose().map_err(internal)?;
        let callbacks = Callbacks { strategy, credentials };
        let options = Options::parse(&mut De::new(&options), |mistake| mistake.reason.clone());
        let config = options.and_then(|options| options.into_config(callbacks)).map_err(thrown)?;
        let rules = config.rules();
        let event_loop = if use_event_loop { EventLoop::of(&env) } else { None };
        let announce = move |event| {
            on_event.call(event, ThreadsafeFunctionCallMode::NonBlocking);
        };
        let store = Store::open(config, event_loop.is_some(), Arc::new(announce));
        let opened = Opened { store: Arc::new(store), delivery: Arc::new(delivery), event_loop };
        Ok(NativeStore {
            opened: RefCell::new(Some(opened)),
            watches: RefCell::default(),
            inbox: RefCell::default(),
            rules,
        })
    }

    #[napi(getter)]
    pub fn rules(&self) -> CallRules {
        CallRules {
            embedded: self.rules.embedded,
            shares: self.rules.shares,
            hash_tags: self.rules.hash_tags,
            strict_trace_ids: self.rules.strict_trace_ids,
            command_timeout: self.rules.command_timeout.as_secs_f64() * 1000.0,
            max_pending_commands: self.rules.max_pending_commands as f64,
            max_pending_bytes: self.rules.max_pending_bytes as f64,
            script_bytes: if self.rules.embedded { HashMap::new() } else { script_bytes() },
            unverified: self.rules.unverified,
            server: NamedServer {
                server_address: self.rules.server.address.clone(),
                server_port: self.rules.server.port,
                database: self.rules.server.database,
            },
        }
    }

    /// Runs the calls of a tick: get, set, delete. `text` has `count` of them; returns its size in bytes. `wait`: the replicas
    /// that are to have those that write, in place of what the options ask for.
    #[napi(catch_unwind)]
    pub fn submit(
        &self,
        env: Env,
        batch: u32,
        count: u32,
        #[napi(ts_arg_type = "string")] text: TextIn,
        wait: Option<Wait>,
    ) -> napi::Result<u32> {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(0) };
        delivery.begin(&env, 1)?;
        let calls = Calls::new(count as usize, text.as_str());
        let mut delivery = Some(delivery);
        let reply_of = |_, calls| {
            let delivery = delivery.take().expect("without shares, all calls are one");
            BatchReply::new(batch, calls, move |parts| delivery.deliver(parts))
        };
        // Where it panics, the reply is dropped, which fails the calls.
        drop(catch_unwind(AssertUnwindSafe(|| store.apply(calls, wait.map(Into::into), reply_of))));
        Ok(calls.bytes() as u32)
    }

    /// As `submit`, where the calls may go to several servers: those for one of them are a share, settled as a batch of its
    /// own, numbered from `batch` on. Nothing is settled before this returns.
    #[napi(catch_unwind)]
    pub fn submit_in_shares(
        &self,
        env: Env,
        batch: u32,
        count: u32,
        #[napi(ts_arg_type = "string")] text: TextIn,
        wait: Option<Wait>,
    ) -> napi::Result<Shares> {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(Shares::default()) };
        let calls = Calls::new(count as usize, text.as_str());
        let mut shares = 0;
        let reply_of = |share: u32, calls| {
            shares = share + 1;
            let delivery = delivery.clone();
            BatchReply::new(batch.wrapping_add(share), calls, move |parts| delivery.deliver(parts))
        };
        let share_of =
            called_by_javascript(|| store.apply(calls, wait.map(Into::into), reply_of)).unwrap_or_default();
        delivery.begin(&env, shares)?;
        let share_of = if shares > 1 {
            share_of.into_iter().filter_map(|share| char::from_u32(share.into())).collect()
        } else {
            String::new()
        };
        Ok(Shares { bytes: calls.bytes() as u32, share_of })
    }

    #[napi(catch_unwind)]
    pub fn get_group(&self, env: Env, batch: u32, trace_id: String) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.get_group(trace_id).await })
    }

    #[napi(catch_unwind)]
    pub fn get_by_prefix(
        &self,
        env: Env,
        batch: u32,
        trace_id: String,
        key_prefix: String,
    ) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.get_by_prefix(trace_id, key_prefix).await })
    }

    #[napi(catch_unwind)]
    pub fn keys(
        &self,
        env: Env,
        batch: u32,
        trace_id: String,
        key_prefix: Option<String>,
    ) -> napi::Result<()> {
        let key_prefix = key_prefix.unwrap_or_default();
        self.list(env, batch, |store| async move { store.keys(trace_id, key_prefix).await })
    }

    #[napi(catch_unwind)]
    pub fn count(&self, env: Env, batch: u32, trace_id: String, key_prefix: String) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.count(trace_id, key_prefix).await })
    }

    #[napi(catch_unwind)]
    pub fn trace_ids(&self, env: Env, batch: u32) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.trace_ids().await })
    }

    #[napi(catch_unwind)]
    pub fn items(&self, env: Env, batch: u32, trace_id: Option<String>) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.items(trace_id).await })
    }

    /// `query` as lib/query.js writes it.
    #[napi(catch_unwind)]
    pub fn query(&self, env: Env, batch: u32, query: String, trace_id: Option<String>) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.query(&query, trace_id).await })
    }

    /// The items of these keys, a JSON array, as far as they are there.
    #[napi(catch_unwind)]
    pub fn scan_page(&self, env: Env, batch: u32, trace_id: String, keys: String) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.scan_page(trace_id, &keys).await })
    }

    #[napi(catch_unwind)]
    pub fn clear(&self, env: Env, batch: u32, trace_id: String, key_prefix: String) -> napi::Result<()> {
        self.list(env, batch, |store| async move {
            store.clear(trace_id, key_prefix).await.map(|()| vec![String::new()])
        })
    }

    /// The names of entries: trace id and key, one after the other.
    #[napi(catch_unwind)]
    pub fn names(&self, env: Env, batch: u32, trace_id: Option<String>) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.names(trace_id).await })
    }

    /// Which of these entries of a cluster are there, by their numbers; `names` has trace ids and keys, one after the other.
    #[napi(catch_unwind)]
    pub fn present(&self, env: Env, batch: u32, names: Vec<String>) -> napi::Result<()> {
        self.list(env, batch, |store| async move { store.present(names).await })
    }

    /// Tells from now on, by the number given, what happens to an entry, to those of a trace, or to all. `onTold`: the first
    /// one given serves all watches; `told` is a JSON array of what src/reply.rs has.
    #[napi(catch_unwind)]
    pub fn watch(
        &self,
        number: u32,
        trace_id: Option<String>,
        key: Option<String>,
        configure: bool,
        #[napi(ts_arg_type = "(told: string, failures?: Array<WatchFailure>) => void")] on_told: Function<
            ToldArgs,
            (),
        >,
    ) -> napi::Result<()> {
        let Some(Opened { store, .. }) = self.opened() else { return Ok(()) };
        let mut inbox = self.inbox.borrow_mut();
        if inbox.is_none() {
            *inbox = Some(Arc::new(inbox_for(on_told)?));
        }
        if let Some(inbox) = inbox.as_ref() {
            store.watch(number, Watched::new(trace_id, key), configure, inbox);
        }
        Ok(())
    }

    /// Tells nothing further by that number.
    #[napi(catch_unwind)]
    pub fn unwatch(&self, number: u32) {
        if let Some(Opened { store, .. }) = self.opened() {
            store.unwatch(number);
        }
    }

    #[napi(catch_unwind)]
    pub fn stats(&self) -> NativeStats {
        let stats = self.opened().map(|opened| opened.store.stats()).unwrap_or_default();
        NativeStats {
            bytes_sent: stats.bytes_sent as f64,
            bytes_received: stats.bytes_received as f64,
            reconnects: stats.reconnects as f64,
            waiting: stats.waiting as f64,
        }
    }

    /// Asks for the next part of a batch, once the one before is taken.
    #[napi(catch_unwind)]
    pub fn next(&self, batch: u32) {
        if let Some(Opened { delivery, .. }) = self.opened() {
            delivery.deliver_next(batch);
        }
    }

    /// Wants no further part of a batch.
    #[napi(catch_unwind)]
    pub fn forget(&self, env: Env, batch: u32) {
        if let Some(Opened { delivery, .. }) = self.opened() {
            delivery.forget(&env, batch);
        }
    }

    /// Answers an `attend` event: looks after the connection on this thread. Tells whether it is a new one, ready from now
    /// on.
    #[napi(catch_unwind)]
    pub fn attend(&self, env: Env) -> napi::Result<bool> {
        let Some(Opened { store, event_loop: Some(event_loop), .. }) = self.opened() else {
            return Ok(false);
        };
        let mut is_ready = false;
        let all = store.points();
        self.watches.borrow_mut().retain(|id, _| all.iter().any(|points| points.id() == *id));
        for points in all {
            if let Some((attended, completes)) = store.take_over(&points) {
                is_ready |= completes;
                let watch = Rc::new(watch(env, event_loop, attended)?);
                self.watches.borrow_mut().insert(points.id(), watch);
            }
            let watch = self.watches.borrow().get(&points.id()).cloned();
            let run = || watch.iter().for_each(|watch| watch.run());
            run();
            if !points.attend() {
                // Has the event loop wait for room.
                run();
            }
        }
        Ok(is_ready)
    }

    /// Closes the connections and lets go of the callbacks; calls that are not settled fail.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.watches.take();
        self.inbox.take();
        let opened = self.opened.replace(None);
        if let Some(opened) = opened {
            opened.store.close();
        }
    }

    fn opened(&self) -> Option<Opened> {
        self.opened.borrow().clone()
    }

    fn list<F>(&self, env: Env, batch: u32, listing: impl FnOnce(Arc<Store>) -> F) -> napi::Result<()>
    where
        F: Future<Output = Result<Slices, Error>> + Send + 'static,
    {
        let Some(Opened { store, delivery, .. }) = self.opened() else { return Ok(()) };
        delivery.begin(&env, 1)?;
        let deadline = store.deadline();
        let listing = runtime::spawn(listing(store));
        runtime::spawn(async move {
            let result = listing.await.unwrap_or_else(|_| Err(Error::internal("a listing")));
            delivery.deliver(Part::of_listing(batch, result, deadline));
        });
        Ok(())
    }
}

fn script_bytes() -> HashMap<String, u32> {
    let bytes = |(letter, action): &(&str, Action)| ((*letter).to_owned(), action.script_bytes() as u32);
    Action::ALL.iter().map(bytes).collect()
}

/// All that waits is handed over in one call.
fn inbox_for(on_told: Function<ToldArgs, ()>) -> napi::Result<Inbox> {
    let queue = Arc::new(Queue::default());
    let told = queue.clone();
    let on_told: OnTold = on_told
        .build_threadsafe_function()
        .weak::<true>()
        .build_callback(move |_| Ok(told_args(&told.take())))?;
    Ok(Inbox::new(queue, move || {
        on_told.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }))
}

/// Has the event loop read and write a connection.
fn watch(env: Env, event_loop: EventLoop, mut attended: Attended) -> napi::Result<Watch> {
    let socket = attended.socket().as_raw_fd();
    let on_ready = move || match called_by_loop(env, || attended.on_ready()) {
        WaitFor::Replies => Interest::Readable,
        WaitFor::RepliesAndRoom => Interest::ReadableAndWritable,
        WaitFor::Nothing => Interest::Nothing,
    };
    event_loop.watch(socket, Box::new(on_ready)).map_err(napi::Error::from_reason)
}

/// A worker thread that ends takes its adapters along; nobody else closes their connections.
impl Drop for NativeStore {
    fn drop(&mut self) {
        self.close();
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

/// The user's provider of credentials, already made safe.
fn asking_for_credentials(
    provider: Function<(), Promise<CredentialsAnswer>>,
) -> napi::Result<AskCredentials> {
    let provider: ProvideCredentials =
        provider.build_threadsafe_function().weak::<true>().build_callback(|_| Ok(()))?;
    let provider = Arc::new(provider);
    Ok(Arc::new(move || {
        let provider = provider.clone();
        Box::pin(async move {
            let answer = async { provider.call_async(()).await?.await };
            match answer.await {
                Ok(CredentialsAnswer { username, password: Some(password) }) => {
                    Ok(Credentials { username, password })
                }
                _ => Err(Error::new(Kind::NoCredentials, "the provider of credentials failed")),
            }
        })
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
