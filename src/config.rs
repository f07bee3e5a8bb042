//! What an adapter is configured to be, with every default; options.rs makes it from what the user wrote.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Expiry of every written entry, in whole seconds.
    pub ttl: Option<u32>,
    pub command_timeout: Duration,
    pub strict_trace_ids: bool,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
}

impl Config {
    pub fn rules(&self) -> Rules {
        Rules {
            embedded: matches!(self.topology, Topology::Memory { .. }),
            strict_trace_ids: self.strict_trace_ids,
            max_pending_commands: self.max_pending_commands,
            max_pending_bytes: self.max_pending_bytes,
            unverified: self.topology.is_unverified(),
            server: self.topology.named(),
        }
    }
}

impl Topology {
    fn is_unverified(&self) -> bool {
        let Topology::Standalone(server) = self else { return false };
        server.tls.as_ref().is_some_and(|tls| !tls.reject_unauthorized)
    }

    fn named(&self) -> Named {
        let Topology::Standalone(server) = self else { return Named::default() };
        let (address, port) = match &server.address {
            Address::Tcp { host, port } => (host.clone(), Some(*port)),
            Address::Unix(path) => (path.display().to_string(), None),
        };
        Named { address: Some(address), port, database: Some(server.database) }
    }
}

/// What the JavaScript side keeps to, before anything crosses.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The store is inside this process.
    pub embedded: bool,
    pub strict_trace_ids: bool,
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
    Standalone(Box<Server>),
}

/// One server and how to reach it.
#[derive(Clone, Debug)]
pub struct Server {
    pub address: Address,
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
    pub strategy: Strategy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
            Address::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}
