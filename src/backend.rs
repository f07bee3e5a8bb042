//! Where entries are kept: on a Redis server or inside this process.

mod acting;
pub mod cluster;
mod confirmation;
pub mod memory;
mod points;
pub mod redis;
mod scan;
mod scripts;
mod visit;
mod walk;
pub mod watches;
