//! Where entries are kept: on a Redis server or inside this process.

pub mod memory;
pub mod redis;
mod scan;
mod visit;
mod walk;
