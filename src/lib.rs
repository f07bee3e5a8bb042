//! The native core of `redis-state-adapter`.
//!
//! A call passes through these modules from top to bottom; each uses only those below it. DESIGN.md has the files to
//! start with.
//!
//! | module | contents |
//! | --- | --- |
//! | `napi` | the native class, conversions, the event-loop driver; the only user of Node-API |
//! | `options` | converts the user's options to a `Config` |
//! | `store` | the operations of the contract, on the configured engine |
//! | `watch` | watches of entries and waits for locks |
//! | `topology` | one server, the master that Sentinels name, the nodes of a cluster |
//! | `engine` | operations as Redis commands and scripts, and on the embedded store; listings |
//! | `query`, `json` | queries; checks and updates of JSON texts, etags |
//! | `connection` | connections: login, reconnecting, retries, order of writes |
//! | `transport` | DNS lookup, sockets, TLS |
//! | `protocol` | encoding of commands, decoding of replies |
//! | `config` | the configuration with its defaults; the reconnect strategy |
//! | `keyspace`, `error`, `runtime`, `sync` | Redis keys, errors, threads, locks |

mod config;
mod connection;
mod engine;
mod error;
#[cfg(test)]
mod fuzz;
mod json;
mod keyspace;
mod napi;
mod options;
mod protocol;
mod query;
mod runtime;
mod store;
mod sync;
mod topology;
mod transport;
mod watch;
