//! The configuration of an adapter, and the defaults. `options` creates it from the user's options.

pub mod login;
pub mod strategy;
pub mod tls;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;

use self::login::Login;
use self::strategy::Strategy;
use self::tls::Tls;

pub const DEFAULT_PREFIX: &str = "motia:state:";
pub const DEFAULT_HOST: &str = "localhost";
pub const DEFAULT_PORT: u16 = 6379;
pub const DEFAULT_NAME: &str = "redis-state-adapter";
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
pub const DEFAULT_COMMAND_TIMEOUT: Duration = Duration::from_secs(5);
pub const DEFAULT_MAX_PENDING_COMMANDS: u64 = 100_000;
pub const DEFAULT_MAX_PENDING_BYTES: u64 = 64 * 1024 * 1024;

#[derive(Debug)]
pub struct Config {
    pub topology: Topology,
    pub prefix: String,
    pub writes: Writes,
    pub command_timeout: Duration,
    pub strict_trace_ids: bool,
    /// Reject values that JSON cannot represent exactly.
    pub strict_values: bool,
    /// Names of entries are `{<traceId>}:<key>`, so that all entries of a trace are in one slot of a cluster.
    pub hash_tags: bool,
    /// Whether calls wait while there is no connection.
    pub offline_queue: bool,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
}

impl Config {
    pub fn rules(&self) -> Rules {
        Rules {
            embedded: matches!(self.topology, Topology::Memory { .. }),
            splits_batches: matches!(self.topology, Topology::Cluster { .. }),
            hash_tags: self.hash_tags,
            strict_trace_ids: self.strict_trace_ids,
            strict_values: self.strict_values,
            command_timeout: self.command_timeout,
            max_pending_commands: self.max_pending_commands,
            max_pending_bytes: self.max_pending_bytes,
            unverified: self.topology.is_unverified(),
            ignored_roots: None,
            server: self.topology.traced_server(),
            description: self.topology.to_string(),
            prefix: self.prefix.clone(),
        }
    }
}

impl Topology {
    /// Includes the access to Sentinels.
    fn accesses(&self) -> Vec<&Access> {
        match self {
            Topology::Memory { .. } => Vec::new(),
            Topology::Standalone { server, .. } => vec![&server.access],
            Topology::Sentinel { sentinel, .. } => vec![&sentinel.at_master, &sentinel.at_sentinels],
            Topology::Cluster { cluster, .. } => vec![&cluster.access],
        }
    }

    /// Whether a connection trusts the default authorities.
    pub fn trusts_default_roots(&self) -> bool {
        let tls = |access: &&Access| {
            access.tls.as_ref().is_some_and(|tls| tls.reject_unauthorized && tls.ca.is_none())
        };
        self.accesses().iter().any(tls)
    }

    fn is_unverified(&self) -> bool {
        self.accesses().iter().filter_map(|access| access.tls.as_ref()).any(|tls| !tls.reject_unauthorized)
    }

    fn traced_server(&self) -> TracedServer {
        let database = self.accesses().first().map(|access| access.database);
        let Topology::Standalone { server, .. } = self else {
            return TracedServer { database, ..TracedServer::default() };
        };
        match &server.address {
            Address::Tcp { host, port } => {
                TracedServer { address: Some(host.clone()), port: Some(*port), database }
            }
            Address::Unix(path) => {
                TracedServer { address: Some(path.display().to_string()), port: None, database }
            }
        }
    }
}

/// The servers, without credentials.
impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |nodes: &[Address]| nodes.iter().map(Address::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Topology::Memory { name } => write!(f, "memory:{}", name.as_deref().unwrap_or_default()),
            Topology::Standalone { server, .. } => server.address.fmt(f),
            Topology::Sentinel { sentinel, .. } => write!(f, "sentinels {}", list(&sentinel.nodes)),
            Topology::Cluster { cluster, .. } => write!(f, "cluster {}", list(&cluster.seeds)),
        }
    }
}

/// Options of all writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Expiry of the entry, in whole seconds.
    pub ttl: Option<u32>,
    pub wait_replicas: Option<WaitReplicas>,
}

/// `count` replicas must confirm a write within `timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitReplicas {
    pub count: u32,
    pub timeout: Duration,
}

/// Limits and rules that JavaScript enforces before a call crosses to Rust.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The store is the embedded one.
    pub embedded: bool,
    /// The calls of a batch can go to several servers; see `NativeStore::submit_in_shares`.
    pub splits_batches: bool,
    /// Names of entries are `{<traceId>}:<key>`.
    pub hash_tags: bool,
    pub strict_trace_ids: bool,
    /// Reject values that JSON cannot represent exactly.
    pub strict_values: bool,
    pub command_timeout: Duration,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
    /// The server's certificate is not verified.
    pub unverified: bool,
    /// Why NODE_EXTRA_CA_CERTS is ignored.
    pub ignored_roots: Option<String>,
    /// For tracing channels.
    pub server: TracedServer,
    /// The servers, for messages.
    pub description: String,
    /// The beginning of all keys.
    pub prefix: String,
}

/// The server in events of tracing channels.
#[derive(Clone, Debug, Default)]
pub struct TracedServer {
    /// Host name or path of a unix socket.
    pub address: Option<String>,
    pub port: Option<u16>,
    pub database: Option<u32>,
}

/// Where the entries are stored.
#[derive(Debug)]
pub enum Topology {
    /// In this process. All adapters with the same name share a store.
    Memory {
        name: Option<String>,
    },
    Standalone {
        server: Server,
        strategy: Strategy,
    },
    Sentinel {
        sentinel: Sentinel,
        strategy: Strategy,
    },
    Cluster {
        cluster: Cluster,
        strategy: Strategy,
    },
}

/// A Redis Cluster.
#[derive(Debug)]
pub struct Cluster {
    /// The configured nodes, from which the others are discovered.
    pub seeds: Vec<Address>,
    pub access: Arc<Access>,
    pub read_from: ReadFrom,
    pub address_map: AddressMap,
}

/// Which nodes execute reads on single entries.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum ReadFrom {
    #[default]
    Primary,
    /// A replica; the primary if no replica is up.
    Replica,
    Any,
}

/// A master that is found through Sentinels.
#[derive(Debug)]
pub struct Sentinel {
    /// The name of the master set.
    pub name: String,
    pub nodes: Vec<Address>,
    pub at_sentinels: Arc<Access>,
    pub at_master: Arc<Access>,
    pub address_map: AddressMap,
}

/// Maps the addresses that servers report to those that this process can reach.
#[derive(Clone, Debug, Default)]
pub struct AddressMap(pub HashMap<Address, Address>);

impl AddressMap {
    pub fn map(&self, address: Address) -> Address {
        self.0.get(&address).cloned().unwrap_or(address)
    }
}

/// A server with its address.
#[derive(Clone, Debug)]
pub struct Server {
    pub address: Address,
    pub access: Arc<Access>,
}

/// How to connect and log in to a server.
#[derive(Clone, Debug)]
pub struct Access {
    pub role: Role,
    pub tls: Option<Tls>,
    pub login: Login,
    pub database: u32,
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

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

impl Address {
    /// Parses `host:port`; an IPv6 address can have brackets.
    pub fn from_node(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().ok().filter(|port| *port > 0)?;
        (!host.is_empty() && !host.contains(['/', '@'])).then(|| Address::Tcp { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
            Address::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}
