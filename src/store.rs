//! The operations of the contract, on the configured backend.

mod indexed;
mod subscriptions;
mod tracking;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::{Config, Topology, Values, WaitReplicas, Writes};
use crate::connection::{Changes, Event, OnEvent, Stats, Target, WakeDriver};
use crate::engine::call::{Calls, Outcomes};
use crate::engine::listing::{Listing, Projection};
use crate::engine::memory::Memory;
use crate::engine::redis::index::{Index, OnNotice};
use crate::error::{Applied, Error};
use crate::json::{ArrayWriter, Chunks};
use crate::keyspace::{Keyspace, Scope};
use crate::query::Query;
use crate::topology::Sentinels;
use crate::topology::cluster::Cluster;
use crate::topology::server::Redis;
use crate::watch::lock_waits::LockWaits;
use crate::watch::watches::Watches;

pub struct Store {
    backend: Backend,
    keyspace: Keyspace,
    index: Arc<Index>,
    writes: Writes,
    command_timeout: Duration,
    /// Whether calls wait while there is no connection.
    offline_queue: bool,
    /// Receives changes of what was read; `None`: they are not reported.
    changes: Option<Arc<Changes>>,
    /// Created by the first watch.
    watches: OnceLock<Arc<Watches>>,
    /// Created by the first wait for a lock.
    lock_waits: OnceLock<Arc<LockWaits>>,
}

#[derive(Clone)]
enum Backend {
    Memory(Arc<Memory>),
    Redis(Arc<Redis>),
    Cluster(Arc<Cluster>),
}

impl Store {
    /// `driver` wakes the event loop that reads and writes the command connections.
    pub fn open(
        config: Config,
        driver: Option<WakeDriver>,
        on_event: OnEvent,
        changes: Option<Arc<Changes>>,
    ) -> Self {
        let (command_timeout, offline_queue) = (config.command_timeout, config.offline_queue);
        let on_notice: OnNotice = {
            let on_event = on_event.clone();
            Arc::new(move |notice| on_event(Event::Notice(notice.as_str())))
        };
        let redis = |target, strategy, on_event| {
            let driver = driver.as_ref();
            let changes = changes.clone();
            let redis =
                Redis::start(target, strategy, driver, command_timeout, offline_queue, on_event, changes);
            Backend::Redis(Arc::new(redis))
        };
        // The embedded store has no bytes of its own: it keeps the JSON.
        let values = match config.topology {
            Topology::Memory { .. } => Values::Json,
            _ => config.writes.values,
        };
        let backend = match config.topology {
            Topology::Memory { name } => {
                on_event(Event::Connect);
                on_event(Event::Ready);
                Backend::Memory(Memory::open(name.as_deref()))
            }
            Topology::Standalone { server, strategy } => redis(Target::Fixed(server), strategy, on_event),
            Topology::Sentinel { sentinel, strategy } => {
                redis(Target::Master(Arc::new(Sentinels::new(sentinel))), strategy, on_event)
            }
            Topology::Cluster { cluster, strategy } => Backend::Cluster(Cluster::start(
                cluster,
                strategy,
                driver,
                command_timeout,
                offline_queue,
                on_event,
                changes.clone(),
            )),
        };
        Store {
            backend,
            keyspace: Keyspace::new(config.prefix, config.hash_tags).with_index(config.index),
            index: Arc::new(Index::new(on_notice)),
            writes: Writes { values, ..config.writes },
            command_timeout,
            offline_queue,
            changes,
            watches: OnceLock::new(),
            lock_waits: OnceLock::new(),
        }
    }

    /// The same connections with other names of entries: the prefix, the hash tags and the options of writes are those of
    /// `config`. Writes keep the indexes of this store.
    pub fn view(&self, config: Config) -> Self {
        Store {
            backend: self.backend.clone(),
            keyspace: Keyspace::new(config.prefix, config.hash_tags).with_index_of(&self.keyspace),
            index: Arc::new(Index::new(self.index.on_notice().clone())),
            writes: config.writes,
            command_timeout: self.command_timeout,
            offline_queue: self.offline_queue,
            changes: None,
            watches: OnceLock::new(),
            lock_waits: OnceLock::new(),
        }
    }

    /// Executes the calls of a batch. The calls for one server form a share; `outcomes_of(share, calls)` creates the
    /// receiver of its outcomes. In a cluster, returns the share of each call. `wait_replicas` overrides the option.
    pub fn apply<'a, O: Outcomes>(
        &self,
        calls: impl Calls<'a>,
        wait_replicas: Option<WaitReplicas>,
        mut outcomes_of: impl FnMut(u32, usize) -> O,
    ) -> Option<Vec<u16>> {
        let (keyspace, deadline) = (&self.keyspace, self.deadline());
        let wait_replicas = wait_replicas.or(self.writes.wait_replicas);
        let writes = Writes { wait_replicas, ..self.writes };
        let count = calls.len();
        match &self.backend {
            Backend::Memory(memory) => memory.apply(keyspace, writes, calls, outcomes_of(0, count)),
            Backend::Redis(redis) => redis.apply(keyspace, writes, calls, deadline, outcomes_of(0, count)),
            Backend::Cluster(cluster) => {
                return Some(cluster.apply(keyspace, writes, calls, deadline, outcomes_of));
            }
        }
        None
    }

    /// Lists the entries of a scope.
    pub async fn list(&self, scope: Scope, projection: Projection) -> Result<Chunks, Error> {
        self.run(|| Ok(self.listing(scope.clone(), projection))).await
    }

    fn listing(&self, scope: Scope, projection: Projection) -> Listing {
        Listing::new(self.keyspace.clone(), scope, projection).of_values(self.writes.values)
    }

    /// `query`: see lib/query/query.js.
    pub async fn query(&self, query: &str, trace_id: Option<String>) -> Result<Chunks, Error> {
        let scope = Scope::of(trace_id, None);
        let listing = || Ok(Listing::of_query(self.keyspace.clone(), scope.clone(), Query::parse(query)?));
        self.run(listing).await
    }

    /// Lists the items of `keys`, a JSON array. Omits those that do not exist.
    pub async fn list_items(&self, trace_id: String, keys: &str) -> Result<Chunks, Error> {
        let keys: Vec<String> = serde_json::from_str(keys).map_err(|_| Error::internal("a scan"))?;
        let scope = Scope::Group(trace_id);
        let start = self.keyspace.start_of(&scope);
        let keys = keys.iter().map(|key| format!("{start}{key}").into()).collect();
        self.check_online()?;
        let listing = self.listing(scope, Projection::Items);
        match &self.backend {
            Backend::Memory(memory) => memory.read(keys, listing).await,
            Backend::Redis(redis) => redis.read(keys, listing, self.deadline()).await,
            Backend::Cluster(cluster) => cluster.read(keys, listing, self.deadline()).await,
        }
    }

    pub async fn clear(&self, trace_id: String, key_prefix: String) -> Result<(), Error> {
        let scope = Scope::KeyPrefix { trace_id, key_prefix };
        self.check_online()?;
        let deadline = self.deadline();
        if self.clear_indexed(&scope, deadline).await? {
            return Ok(());
        }
        match &self.backend {
            Backend::Memory(memory) => {
                memory.clear(&self.keyspace.start_of(&scope)).await;
                Ok(())
            }
            Backend::Redis(redis) => redis.clear(&self.keyspace, &scope, deadline).await,
            Backend::Cluster(cluster) => cluster.clear(&self.keyspace, &scope, deadline).await,
        }
    }

    /// Lists the indices of the entries of a cluster that exist. `names`: trace ids and keys, alternating.
    pub async fn list_present(&self, names: Vec<String>) -> Result<Chunks, Error> {
        let Backend::Cluster(cluster) = &self.backend else { return Ok(vec![String::new()]) };
        let key_of = |name: &[String]| Arc::from(self.keyspace.key_of(&name[0], &name[1]));
        let keys: Vec<Arc<str>> = names.chunks_exact(2).map(key_of).collect();
        let there = cluster.present(&keys, self.deadline()).await?;
        let mut numbers = ArrayWriter::new();
        for (number, _) in keys.iter().enumerate().filter(|(_, key)| there.contains(*key)) {
            numbers.push(&number.to_string());
        }
        Ok(vec![numbers.finish()])
    }

    /// Whether calls are sent at once.
    pub fn is_ready(&self) -> bool {
        match &self.backend {
            Backend::Memory(_) => true,
            Backend::Redis(redis) => redis.is_ready(),
            Backend::Cluster(cluster) => cluster.is_ready(),
        }
    }

    /// Why calls cannot be sent at once; `None` if they can.
    pub fn unready(&self) -> Option<Error> {
        match &self.backend {
            Backend::Memory(_) => None,
            Backend::Redis(redis) => redis.unready(),
            Backend::Cluster(cluster) => cluster.unready(),
        }
    }

    /// Without a queue, listings are rejected as other calls are; their own connection is made on demand.
    fn check_online(&self) -> Result<(), Error> {
        let unready = if self.offline_queue { None } else { self.unready() };
        unready.map_or(Ok(()), |reason| Err(Error::offline(&reason).with_applied(Applied::No)))
    }

    /// The counters of all connections.
    pub fn stats(&self) -> Stats {
        match &self.backend {
            Backend::Memory(_) => Stats::default(),
            Backend::Redis(redis) => redis.stats(),
            Backend::Cluster(cluster) => cluster.stats(),
        }
    }

    /// Closes all connections, also those of views. Pending calls fail.
    pub fn close(&self) {
        self.close_subscriptions();
        match &self.backend {
            Backend::Memory(_) => {}
            Backend::Redis(redis) => redis.close(&Error::closed()),
            Backend::Cluster(cluster) => cluster.close(&Error::closed()),
        }
    }

    /// `make`: if the index of a trace turns out to be unusable, the listing starts again.
    async fn run(&self, make: impl Fn() -> Result<Listing, Error>) -> Result<Chunks, Error> {
        self.check_online()?;
        let deadline = self.deadline();
        if let Some(listed) = self.list_indexed(&make, None, deadline).await? {
            return Ok(listed.finish());
        }
        let listing = make()?;
        match &self.backend {
            Backend::Memory(memory) => memory.list(&self.keyspace, listing).await,
            Backend::Redis(redis) => redis.list(&self.keyspace, listing, deadline).await,
            Backend::Cluster(cluster) => cluster.list(&self.keyspace, listing, deadline).await,
        }
    }

    /// The deadline of a call that is made now.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.command_timeout
    }
}
