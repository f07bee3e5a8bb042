//! The operations of the contract, on whichever backend the configuration names.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::backend::memory::Memory;
use crate::backend::redis::Redis;
use crate::call::{Calls, Outcomes};
use crate::config::{Config, Topology};
use crate::connection::{Connection, Event, OnEvent, Stats};
use crate::error::Error;
use crate::json::Slices;
use crate::keyspace::{Keyspace, Scope};
use crate::listing::{Listing, Show};

pub struct Store {
    backend: Backend,
    keyspace: Keyspace,
    ttl: Option<u32>,
    command_timeout: Duration,
}

enum Backend {
    Memory(Arc<Memory>),
    Redis(Redis),
}

impl Store {
    /// `attended`: the caller reads and writes the connection for point calls itself; see [`Store::points`].
    pub fn open(config: Config, attended: bool, on_event: OnEvent) -> Self {
        let backend = match config.topology {
            Topology::Memory { name } => {
                on_event(Event::Connect);
                on_event(Event::Ready);
                Backend::Memory(Memory::open(name.as_deref()))
            }
            Topology::Standalone(server) => {
                Backend::Redis(Redis::start(*server, attended, config.command_timeout, on_event))
            }
        };
        Store {
            backend,
            keyspace: Keyspace::new(config.prefix),
            ttl: config.ttl,
            command_timeout: config.command_timeout,
        }
    }

    /// Runs the calls of a tick: get, set, delete.
    pub fn apply(&self, calls: Calls<'_>, outcomes: impl Outcomes) {
        match &self.backend {
            Backend::Memory(memory) => memory.apply(&self.keyspace, self.ttl, calls, outcomes),
            Backend::Redis(redis) => redis.apply(&self.keyspace, self.ttl, calls, self.deadline(), outcomes),
        }
    }

    pub async fn get_group(&self, trace_id: String) -> Result<Slices, Error> {
        self.list(Scope::Group(trace_id), Show::Values).await
    }

    pub async fn keys(&self, trace_id: String) -> Result<Slices, Error> {
        self.list(Scope::Group(trace_id), Show::Keys).await
    }

    pub async fn trace_ids(&self) -> Result<Slices, Error> {
        self.list(Scope::All, Show::TraceIds).await
    }

    pub async fn items(&self, trace_id: Option<String>) -> Result<Slices, Error> {
        self.list(trace_id.map_or(Scope::All, Scope::Group), Show::Items).await
    }

    pub async fn clear(&self, trace_id: String) -> Result<(), Error> {
        let scope = Scope::Group(trace_id);
        match &self.backend {
            Backend::Memory(memory) => {
                memory.clear(&self.keyspace.start_of(&scope));
                Ok(())
            }
            Backend::Redis(redis) => redis.clear(self.keyspace.pattern_of(&scope), self.deadline()).await,
        }
    }

    /// The connection that serves point calls, where there is one.
    pub fn points(&self) -> Option<&Connection> {
        match &self.backend {
            Backend::Memory(_) => None,
            Backend::Redis(redis) => Some(redis.points()),
        }
    }

    /// What went over the connections so far.
    pub fn stats(&self) -> Stats {
        match &self.backend {
            Backend::Memory(_) => Stats::default(),
            Backend::Redis(redis) => redis.stats(),
        }
    }

    /// Ends all connections; calls that are not settled fail.
    pub fn close(&self) {
        if let Backend::Redis(redis) = &self.backend {
            redis.close(&Error::closed());
        }
    }

    async fn list(&self, scope: Scope, show: Show) -> Result<Slices, Error> {
        let listing = Listing::new(self.keyspace.clone(), scope, show);
        match &self.backend {
            Backend::Memory(memory) => memory.list(&self.keyspace, listing),
            Backend::Redis(redis) => redis.list(&self.keyspace, listing, self.deadline()).await,
        }
    }

    /// When a call that is made now must be settled.
    pub fn deadline(&self) -> Instant {
        Instant::now() + self.command_timeout
    }
}
