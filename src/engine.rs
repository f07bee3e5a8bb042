//! The operations: as Redis commands and scripts (`redis`), and on the entries of the embedded store (`memory`).

pub mod call;
pub mod change;
pub mod command_replies;
pub mod listing;
pub mod lock;
pub mod memory;
pub mod rate_limit;
pub mod redis;
pub mod stored;
