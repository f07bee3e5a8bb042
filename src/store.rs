//! The operations of the contract, on whichever backend the configuration names.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::Instant;

use crate::backend::cluster::Cluster;
use crate::backend::memory::Memory;
use crate::backend::redis::Redis;
use crate::backend::watches::{Source, Watches};
use crate::call::{Calls, Outcomes};
use crate::config::{Config, Topology, WaitReplicas, Writes};
use crate::connection::{Attended, Connection, Event, OnEvent, Sentinels, Stats, Target};
use crate::error::Error;
use crate::json::{ArrayWriter, Slices};
use crate::keyspace::{Keyspace, Scope};
use crate::listing::{Listing, Show};
use crate::query::Query;
use crate::watch::{Inbox, Watched};

pub struct Store {
    backend: Backend,
    keyspace: Keyspace,
    writes: Writes,
    command_timeout: Duration,
    /// Made by the first watch.
    watches: OnceLock<Arc<Watches>>,
}

enum Backend {
    Memory(Arc<Memory>),
    Redis(Redis),
    Cluster(Arc<Cluster>),
}

impl Store {
    /// `attended`: the caller reads and writes the connections for point calls itself; see [`Store::points`].
    pub fn open(config: Config, attended: bool, on_event: OnEvent) -> Self {
        let command_timeout = config.command_timeout;
        let redis = |target, strategy, on_event| {
            Backend::Redis(Redis::start(target, strategy, attended, command_timeout, on_event))
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
            Topology::Cluster { cluster, strategy } => {
                Backend::Cluster(Cluster::start(cluster, strategy, attended, command_timeout, on_event))
            }
        };
        Store {
            backend,
            keyspace: Keyspace::new(config.prefix, config.hash_tags),
            writes: config.writes,
            command_timeout,
            watches: OnceLock::new(),
        }
    }

    /// Runs the calls of a tick on single entries. Those that go to one server are a share, whose outcomes `outcomes_of`
    /// makes, by the number of the share and of its calls. Where there are several servers, tells the share of each call.
    /// `wait_replicas`: in place of what the configuration asks for.
    pub fn apply<O: Outcomes>(
        &self,
        calls: Calls<'_>,
        wait_replicas: Option<WaitReplicas>,
        mut outcomes_of: impl FnMut(u32, usize) -> O,
    ) -> Option<Vec<u16>> {
        let (keyspace, deadline) = (&self.keyspace, self.deadline());
        let wait_replicas = wait_replicas.or(self.writes.wait_replicas);
        let writes = Writes { wait_replicas, ..self.writes };
        match &self.backend {
            Backend::Memory(memory) => memory.apply(keyspace, writes, calls, outcomes_of(0, calls.len())),
            Backend::Redis(redis) => {
                redis.apply(keyspace, writes, calls, deadline, outcomes_of(0, calls.len()))
            }
            Backend::Cluster(cluster) => {
                return Some(cluster.apply(keyspace, writes, calls, deadline, outcomes_of));
            }
        }
        None
    }

    pub async fn get_group(&self, trace_id: String) -> Result<Slices, Error> {
        self.list(Scope::Group(trace_id), Show::Values).await
    }

    pub async fn get_by_prefix(&self, trace_id: String, key_prefix: String) -> Result<Slices, Error> {
        self.list(Scope::Part { trace_id, key_prefix }, Show::Items).await
    }

    pub async fn keys(&self, trace_id: String, key_prefix: String) -> Result<Slices, Error> {
        self.list(Scope::Part { trace_id, key_prefix }, Show::Keys).await
    }

    pub async fn count(&self, trace_id: String, key_prefix: String) -> Result<Slices, Error> {
        self.list(Scope::Part { trace_id, key_prefix }, Show::Count).await
    }

    pub async fn trace_ids(&self) -> Result<Slices, Error> {
        self.list(Scope::All, Show::TraceIds).await
    }

    pub async fn items(&self, trace_id: Option<String>) -> Result<Slices, Error> {
        self.list(trace_id.map_or(Scope::All, Scope::Group), Show::Items).await
    }

    /// `query` as lib/query.js writes it.
    pub async fn query(&self, query: &str, trace_id: Option<String>) -> Result<Slices, Error> {
        let scope = trace_id.map_or(Scope::All, Scope::Group);
        self.run(Listing::of_query(self.keyspace.clone(), scope, Query::parse(query)?)).await
    }

    /// The items that these keys, a JSON array, are of, without those that are not there.
    pub async fn scan_page(&self, trace_id: String, keys: &str) -> Result<Slices, Error> {
        let keys: Vec<String> = serde_json::from_str(keys).map_err(|_| Error::internal("a scan"))?;
        let scope = Scope::Group(trace_id);
        let start = self.keyspace.start_of(&scope);
        let keys = keys.iter().map(|key| format!("{start}{key}").into()).collect();
        let listing = Listing::new(self.keyspace.clone(), scope, Show::Items);
        match &self.backend {
            Backend::Memory(memory) => memory.read(keys, listing),
            Backend::Redis(redis) => redis.read(keys, listing, self.deadline()).await,
            Backend::Cluster(cluster) => cluster.read(keys, listing, self.deadline()).await,
        }
    }

    pub async fn clear(&self, trace_id: String, key_prefix: String) -> Result<(), Error> {
        let scope = Scope::Part { trace_id, key_prefix };
        match &self.backend {
            Backend::Memory(memory) => {
                memory.clear(&self.keyspace.start_of(&scope));
                Ok(())
            }
            Backend::Redis(redis) => redis.clear(self.keyspace.pattern_of(&scope), self.deadline()).await,
            Backend::Cluster(cluster) => cluster.clear(&self.keyspace, &scope, self.deadline()).await,
        }
    }

    /// The names of entries, without their values.
    pub async fn names(&self, trace_id: Option<String>) -> Result<Slices, Error> {
        self.list(trace_id.map_or(Scope::All, Scope::Group), Show::Names).await
    }

    /// Which of these entries of a cluster are there, by their numbers; `names` has trace ids and keys, one after the other.
    pub async fn present(&self, names: Vec<String>) -> Result<Slices, Error> {
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

    /// Tells from now on what happens to entries, by the number given.
    pub fn watch(&self, number: u32, watched: Watched, configure: bool, inbox: &Arc<Inbox>) {
        let start = || {
            let (source, database) = self.source();
            Watches::new(source, self.keyspace.clone(), database, self.command_timeout, inbox.clone())
        };
        self.watches.get_or_init(start).add(number, watched, configure);
    }

    pub fn unwatch(&self, number: u32) {
        if let Some(watches) = self.watches.get() {
            watches.remove(number);
        }
    }

    /// Who tells of entries, and the number of the database that they are in.
    fn source(&self) -> (Source, u32) {
        match &self.backend {
            Backend::Memory(memory) => (Source::Memory(memory.clone()), 0),
            Backend::Redis(redis) => (Source::Server(redis.target().clone()), redis.target().database()),
            // There is no other in a cluster.
            Backend::Cluster(cluster) => (Source::Cluster(cluster.clone()), 0),
        }
    }

    /// The connections that serve point calls.
    pub fn points(&self) -> Vec<Connection> {
        match &self.backend {
            Backend::Memory(_) => Vec::new(),
            Backend::Redis(redis) => vec![redis.points().clone()],
            Backend::Cluster(cluster) => cluster.points(),
        }
    }

    /// A connection that was made and is to be read and written by the calling thread from now on; whether with it the store
    /// is ready.
    pub fn take_over(&self, connection: &Connection) -> Option<(Attended, bool)> {
        match &self.backend {
            Backend::Cluster(cluster) => cluster.take_over(connection),
            _ => Some((connection.take_over()?, true)),
        }
    }

    /// What went over the connections so far.
    pub fn stats(&self) -> Stats {
        match &self.backend {
            Backend::Memory(_) => Stats::default(),
            Backend::Redis(redis) => redis.stats(),
            Backend::Cluster(cluster) => cluster.stats(),
        }
    }

    /// Ends all connections; calls that are not settled fail.
    pub fn close(&self) {
        if let Some(watches) = self.watches.get() {
            watches.close();
        }
        match &self.backend {
            Backend::Memory(_) => {}
            Backend::Redis(redis) => redis.close(&Error::closed()),
            Backend::Cluster(cluster) => cluster.close(&Error::closed()),
        }
    }

    async fn list(&self, scope: Scope, show: Show) -> Result<Slices, Error> {
        self.run(Listing::new(self.keyspace.clone(), scope, show)).await
    }

    async fn run(&self, listing: Listing) -> Result<Slices, Error> {
        match &self.backend {
            Backend::Memory(memory) => memory.list(&self.keyspace, listing),
            Backend::Redis(redis) => redis.list(&self.keyspace, listing, self.deadline()).await,
            Backend::Cluster(cluster) => cluster.list(&self.keyspace, listing, self.deadline()).await,
        }
    }

    /// When a call that is made now must be settled.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.command_timeout
    }
}
