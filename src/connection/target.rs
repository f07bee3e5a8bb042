//! The server that a connection connects to: a fixed one, or the current master.

use std::fmt;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::strategy::{MAX_DELAY, MAX_DELAY_IN_FAILOVER};
use crate::config::{Address, Server};
use crate::error::{Error, Kind};

/// Changes whenever a Sentinel reports an event after which the master may be another server.
pub type MasterChanges = watch::Receiver<u64>;

pub type Located<'a> = Pin<Box<dyn Future<Output = Result<Server, Error>> + Send + 'a>>;

/// Finds the master of a set of servers. Its `Display` names the set in error messages.
pub trait Locator: fmt::Display + Send + Sync {
    /// Returns the current master.
    fn locate(&self) -> Located<'_>;

    /// Subscribes to later changes.
    fn changes(&self) -> MasterChanges;

    /// Database number on the master.
    fn database(&self) -> u32;

    /// Limit for finding the master, connecting and logging in, together.
    fn connect_timeout(&self) -> Duration;
}

#[derive(Clone)]
pub enum Target {
    Fixed(Server),
    /// A cluster node. After a failover another node takes its place, so retries are quicker.
    Member(Server),
    /// Located at each connect.
    Master(Arc<dyn Locator>),
}

impl Target {
    /// Returns the server to connect to.
    pub async fn locate(&self) -> Result<Server, Error> {
        match self {
            Target::Fixed(server) | Target::Member(server) => Ok(server.clone()),
            Target::Master(master) => master.locate().await,
        }
    }

    /// The address of a fixed server.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Target::Fixed(server) => Some(&server.address),
            Target::Member(_) | Target::Master(_) => None,
        }
    }

    /// Database number.
    pub fn database(&self) -> u32 {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.access.database,
            Target::Master(master) => master.database(),
        }
    }

    /// Limit for finding the server, connecting and logging in, together.
    pub fn connect_timeout(&self) -> Duration {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.access.connect_timeout,
            Target::Master(master) => master.connect_timeout(),
        }
    }

    /// Upper limit of the default strategy's delay between two attempts.
    pub fn max_delay(&self) -> Duration {
        match self {
            Target::Fixed(_) => MAX_DELAY,
            Target::Member(_) | Target::Master(_) => MAX_DELAY_IN_FAILOVER,
        }
    }

    /// Resolves when the master may be another server.
    pub async fn changed(&self) {
        match self {
            Target::Fixed(_) | Target::Member(_) => pending().await,
            Target::Master(master) => {
                if master.changes().changed().await.is_err() {
                    pending().await
                }
            }
        }
    }

    /// Subscribes to changes. Subscribe before `locate`, so that no change in between is missed.
    pub fn changes(&self) -> Option<MasterChanges> {
        match self {
            Target::Fixed(_) | Target::Member(_) => None,
            Target::Master(master) => Some(master.changes()),
        }
    }

    /// Resolves when the master is no longer at `address`.
    pub async fn moved_from(&self, address: &Address, changes: Option<MasterChanges>) -> Error {
        match (self, changes) {
            (Target::Master(master), Some(changes)) => moved_from(&**master, address, changes).await,
            _ => pending().await,
        }
    }
}

async fn moved_from(locator: &dyn Locator, address: &Address, mut changes: MasterChanges) -> Error {
    loop {
        if changes.changed().await.is_err() {
            return pending().await;
        }
        match timeout(locator.connect_timeout(), locator.locate()).await {
            Ok(Ok(master)) if master.address != *address => {
                let moved = format!("the master moved from {address} to {}", master.address);
                return Error::new(Kind::Connection, moved);
            }
            _ => {}
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.address.fmt(f),
            Target::Master(master) => master.fmt(f),
        }
    }
}
