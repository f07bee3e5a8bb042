//! The servers of a store: a single server, the master of a Sentinel set, or the nodes of a cluster.

mod ask;
pub mod cluster;
mod leader;
mod redirected;
pub mod sentinels;
pub mod server;

pub use self::sentinels::Sentinels;
