//! What JavaScript enforces or shows.

use std::time::Duration;

use super::Config;
use super::address::Address;
use super::topology::Topology;

/// Limits and rules that JavaScript enforces before a call crosses to Rust.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The store is the embedded one.
    pub embedded: bool,
    /// There are several servers, and the calls of a batch can go to each; see `NativeStore::submit_in_shares`.
    pub is_cluster: bool,
    /// Names of entries are `{<traceId>}:<key>`.
    pub hash_tags: bool,
    /// Each trace has an index of its keys.
    pub index: bool,
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

impl Config {
    pub fn rules(&self) -> Rules {
        Rules {
            embedded: matches!(self.topology, Topology::Memory { .. }),
            is_cluster: matches!(self.topology, Topology::Cluster { .. }),
            hash_tags: self.hash_tags,
            index: self.index,
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
