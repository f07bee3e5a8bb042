//! How to connect to a server, and which kinds of servers are accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::login::Login;
use super::tls::Tls;

/// How to connect and log in to a server.
#[derive(Clone, Debug)]
pub struct Access {
    pub role: Role,
    pub tls: Option<Tls>,
    pub login: Login,
    pub database: u32,
    /// Writes keep indexes, by transactions.
    pub writes_index: bool,
    /// For CLIENT SETNAME; `None`: it is not sent.
    pub client_name: Option<String>,
    /// Limit for connecting and logging in, together.
    pub connect_timeout: Duration,
    /// TCP_USER_TIMEOUT: how long sent data may stay unacknowledged before the connection is closed.
    pub user_timeout: Duration,
    pub keep_alive: bool,
    pub no_delay: bool,
}

/// Whether a server has closed a connection on HELLO, as some proxies do. Later connections do not send it.
#[derive(Clone, Debug, Default)]
pub struct Hello(Arc<AtomicBool>);

impl Hello {
    pub fn ends_connections(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn record_disconnect(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Always equal: this is state, not configuration.
impl PartialEq for Hello {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Hello {}

/// The kind of server that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Any,
    /// A server that holds all entries. Cluster nodes are rejected.
    Alone {
        /// The beginning of their keys.
        prefix: Arc<str>,
        hello: Hello,
    },
    /// Replicas are rejected.
    Master,
    /// A cluster node that may be read, even if it is a replica.
    Reader,
}
