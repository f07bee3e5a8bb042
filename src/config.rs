//! The configuration of an adapter, and the defaults. `options` creates it from the user's options.

mod access;
mod address;
pub mod login;
mod rules;
pub mod strategy;
pub mod tls;
mod topology;

use std::time::Duration;

use serde::Deserialize;

pub use self::access::{Access, Hello, Role};
pub use self::address::{Address, AddressMap};
pub use self::rules::Rules;
pub use self::topology::{Cluster, ReadFrom, Sentinel, Server, Topology};

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
    /// Writes keep an index of the keys of each trace.
    pub index: bool,
    /// Whether calls wait while there is no connection.
    pub offline_queue: bool,
    pub max_pending_commands: u64,
    pub max_pending_bytes: u64,
}

/// Options of all writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Writes {
    /// Expiry of the entry, in whole milliseconds.
    pub ttl: Option<Duration>,
    pub wait_replicas: Option<WaitReplicas>,
    pub values: Values,
}

/// What Redis stores for a value. Other forms than JSON are those of a codec in JavaScript: the JSON of its value is a string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Values {
    #[default]
    Json,
    /// The string.
    Text,
    /// A byte for each character of the string.
    Bytes,
}

/// `count` replicas must confirm a write within `timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitReplicas {
    pub count: u32,
    pub timeout: Duration,
}
