//! The operations of the contract, on whichever backend the configuration names.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::backend::memory::Memory;
use crate::backend::redis::Redis;
use crate::call::{self, Outcomes};
use crate::config::{Config, Topology};
use crate::connection::{Event, OnEvent};
use crate::error::{Applied, Error, Kind};
use crate::keyspace::{Keyspace, Scope};
use crate::listing::{Listing, Show};

/// A connection settles its calls at their deadline and knows why they are late; only where it does not, the store
/// does, so much later.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Clone)]
pub struct Store {
    backend: Backend,
    keyspace: Keyspace,
    ttl: Option<u32>,
    command_timeout: Duration,
}

#[derive(Clone)]
enum Backend {
    Memory(Arc<Memory>),
    Redis(Redis),
}

/// The slices of a listing: JSON arrays that belong together.
pub type Slices = Vec<String>;

impl Store {
    pub fn open(config: Config, on_event: OnEvent) -> Self {
        let backend = match config.topology {
            Topology::Memory { name } => {
                on_event(Event::Connect);
                on_event(Event::Ready);
                Backend::Memory(Memory::open(name.as_deref()))
            }
            Topology::Standalone(server) => {
                Backend::Redis(Redis::start(server, config.command_timeout, on_event))
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
    pub fn apply(&self, batch: &str, outcomes: impl Outcomes) {
        let calls = call::calls(batch);
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
            Backend::Redis(redis) => {
                let deadline = self.deadline();
                let clear = redis.clear(self.keyspace.pattern_of(&scope), deadline);
                let overdue = |_| overdue().with_applied(Applied::Unknown);
                timeout_at(deadline + GRACE, clear).await.map_err(overdue)?
            }
        }
    }

    /// Ends all connections; calls that are not settled fail.
    pub fn close(&self) {
        if let Backend::Redis(redis) = &self.backend {
            redis.close(&Error::new(Kind::Closed, "the adapter was closed"));
        }
    }

    async fn list(&self, scope: Scope, show: Show) -> Result<Slices, Error> {
        let listing = Listing::new(self.keyspace.clone(), scope, show);
        match &self.backend {
            Backend::Memory(memory) => memory.list(&self.keyspace, listing),
            Backend::Redis(redis) => {
                let deadline = self.deadline();
                let list = redis.list(&self.keyspace, listing, deadline);
                timeout_at(deadline + GRACE, list).await.map_err(|_| overdue())?
            }
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.command_timeout
    }
}

fn overdue() -> Error {
    Error::new(Kind::CommandTimeout, "not settled within commandTimeout")
}
