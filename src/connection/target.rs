//! What a connection is made to: a server, or whichever is the master.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use super::sentinels::{News, Sentinels};
use crate::config::{Address, Server};
use crate::error::Error;
use crate::strategy::{LONGEST_DELAY, LONGEST_DELAY_IN_FAILOVER};

#[derive(Clone)]
pub enum Target {
    Fixed(Server),
    /// A node of a cluster: another may take its place at any time.
    Member(Server),
    /// Looked for at each connect.
    Master(Arc<Sentinels>),
}

impl Target {
    /// The server to connect to now.
    pub async fn locate(&self) -> Result<Server, Error> {
        match self {
            Target::Fixed(server) | Target::Member(server) => Ok(server.clone()),
            Target::Master(sentinels) => sentinels.master().await,
        }
    }

    /// Number of the database.
    pub fn database(&self) -> u32 {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.access.database,
            Target::Master(sentinels) => sentinels.database(),
        }
    }

    /// For finding it, connecting and logging in together.
    pub fn connect_timeout(&self) -> Duration {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.access.connect_timeout,
            Target::Master(sentinels) => sentinels.connect_timeout(),
        }
    }

    /// Between two attempts to connect, where the default decides.
    pub fn longest_delay(&self) -> Duration {
        match self {
            Target::Fixed(_) => LONGEST_DELAY,
            Target::Member(_) | Target::Master(_) => LONGEST_DELAY_IN_FAILOVER,
        }
    }

    /// It may be elsewhere from now on.
    pub async fn changed(&self) {
        match self {
            Target::Fixed(_) | Target::Member(_) => pending().await,
            Target::Master(sentinels) => sentinels.changed().await,
        }
    }

    /// To be asked for before it is located: nothing that is told from then on is missed.
    pub fn news(&self) -> Option<News> {
        match self {
            Target::Fixed(_) | Target::Member(_) => None,
            Target::Master(sentinels) => Some(sentinels.news()),
        }
    }

    /// It is no longer at that address.
    pub async fn moved_from(&self, address: &Address, news: Option<News>) -> Error {
        match (self, news) {
            (Target::Master(sentinels), Some(news)) => sentinels.moved_from(address, news).await,
            _ => pending().await,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Fixed(server) | Target::Member(server) => server.address.fmt(f),
            Target::Master(sentinels) => sentinels.fmt(f),
        }
    }
}
