//! What an adapter is configured to be, with every default; options.rs makes it from what the user wrote.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::login::Login;
use crate::strategy::Strategy;
use crate::tls::Tls;

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
    /// Names of entries are `{<traceId>}:<key>`, so that those of a trace are in one slot of a cluster.
    pub hash_tags: bool,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
}

impl Config {
    pub fn rules(&self) -> Rules {
        Rules {
            embedded: matches!(self.topology, Topology::Memory { .. }),
            shares: matches!(self.topology, Topology::Cluster { .. }),
            hash_tags: self.hash_tags,
            strict_trace_ids: self.strict_trace_ids,
            command_timeout: self.command_timeout,
            max_pending_commands: self.max_pending_commands,
            max_pending_bytes: self.max_pending_bytes,
            unverified: self.topology.is_unverified(),
            server: self.topology.named(),
        }
    }
}

impl Topology {
    /// How servers are spoken to, those included that only tell where others are.
    fn accesses(&self) -> Vec<&Access> {
        match self {
            Topology::Memory { .. } => Vec::new(),
            Topology::Standalone { server, .. } => vec![&server.access],
            Topology::Sentinel { sentinel, .. } => vec![&sentinel.at_master, &sentinel.at_sentinels],
            Topology::Cluster { cluster, .. } => vec![&cluster.access],
        }
    }

    fn is_unverified(&self) -> bool {
        self.accesses().iter().filter_map(|access| access.tls.as_ref()).any(|tls| !tls.reject_unauthorized)
    }

    fn named(&self) -> Named {
        let database = self.accesses().first().map(|access| access.database);
        let Topology::Standalone { server, .. } = self else { return Named { database, ..Named::default() } };
        match &server.address {
            Address::Tcp { host, port } => Named { address: Some(host.clone()), port: Some(*port), database },
            Address::Unix(path) => Named { address: Some(path.display().to_string()), port: None, database },
        }
    }
}

/// What is asked for with every write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Expiry of the entry, in whole seconds.
    pub ttl: Option<u32>,
    pub wait_replicas: Option<WaitReplicas>,
}

/// So many replicas are to have a write within that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitReplicas {
    pub count: u32,
    pub timeout: Duration,
}

/// What the JavaScript side keeps to, before anything crosses.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The store is inside this process.
    pub embedded: bool,
    /// The calls of a batch may go to several servers; see `NativeStore::submit_in_shares`.
    pub shares: bool,
    /// Names of entries are `{<traceId>}:<key>`.
    pub hash_tags: bool,
    pub strict_trace_ids: bool,
    pub command_timeout: Duration,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
    /// The server's certificate is not verified.
    pub unverified: bool,
    /// To be told to those who trace calls.
    pub server: Named,
}

/// A server as it is named in traces.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Host name or path of a unix socket.
    pub address: Option<String>,
    pub port: Option<u16>,
    pub database: Option<u32>,
}

/// Where the state lives.
#[derive(Debug)]
pub enum Topology {
    /// Inside this process; a named store is shared by all adapters that name it.
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
    /// Nodes to learn the others from.
    pub seeds: Vec<Address>,
    pub access: Arc<Access>,
    pub read_from: ReadFrom,
    pub address_map: AddressMap,
}

/// Which nodes serve `get`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub enum ReadFrom {
    #[default]
    Primary,
    /// A replica, and the primary where none can be reached.
    Replica,
    Any,
}

/// A master, to be found through sentinels.
#[derive(Debug)]
pub struct Sentinel {
    /// Of the set that the master belongs to.
    pub name: String,
    pub nodes: Vec<Address>,
    pub at_sentinels: Arc<Access>,
    pub at_master: Arc<Access>,
    pub address_map: AddressMap,
}

/// Addresses as servers name each other, and what they are from here.
#[derive(Clone, Debug, Default)]
pub struct AddressMap(pub HashMap<Address, Address>);

impl AddressMap {
    pub fn seen_from_here(&self, address: Address) -> Address {
        self.0.get(&address).cloned().unwrap_or(address)
    }
}

/// One server and how to reach it.
#[derive(Clone, Debug)]
pub struct Server {
    pub address: Address,
    pub access: Arc<Access>,
}

/// How to reach a server, wherever it is.
#[derive(Clone, Debug)]
pub struct Access {
    /// What a server must be.
    pub role: Role,
    pub tls: Option<Tls>,
    pub login: Login,
    pub database: u32,
    /// For CLIENT SETNAME.
    pub client_name: String,
    /// For connecting and logging in together.
    pub connect_timeout: Duration,
    /// What was sent and is not acknowledged by the other host for so long means that the way to it is gone.
    pub user_timeout: Duration,
    pub keep_alive: bool,
    pub no_delay: bool,
}

/// What a server is connected to for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Whatever it is.
    Any,
    /// To be written to: a replica is refused.
    Master,
    /// To be read from too, though it be a replica.
    Reader,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

impl Address {
    /// As servers write it, `host:port`; an IPv6 address may have brackets or not.
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
