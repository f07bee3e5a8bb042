//! The servers that store the entries.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::access::Access;
use super::address::{Address, AddressMap};
use super::strategy::Strategy;
use crate::error::{Error, Kind};

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

/// A server with its address.
#[derive(Clone, Debug)]
pub struct Server {
    pub address: Address,
    pub access: Arc<Access>,
}

impl Topology {
    /// Whether servers can report changes of what was read.
    pub fn can_track(&self) -> bool {
        !matches!(self, Topology::Memory { .. })
    }

    /// Rejects reads from replicas: they learn of changes later than the primary, and report none that they do not learn of.
    pub fn check_tracking(&self) -> Result<(), Error> {
        match self {
            Topology::Cluster { cluster, .. } if cluster.read_from != ReadFrom::Primary => Err(Error::new(
                Kind::InvalidConfig,
                "cache: needs cluster.readFrom \"primary\", as replicas learn of changes later",
            )),
            _ => Ok(()),
        }
    }

    /// Includes the access to Sentinels.
    pub(super) fn accesses(&self) -> Vec<&Access> {
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

    pub(super) fn is_unverified(&self) -> bool {
        self.accesses().iter().filter_map(|access| access.tls.as_ref()).any(|tls| !tls.reject_unauthorized)
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
