//! The operations as Redis commands and scripts, and the meaning of the replies.

mod ask;
pub mod encoder;
pub mod index;
mod indexed;
mod interned;
mod operation;
mod permissions;
pub mod remove;
mod replica_ack;
pub mod replies;
pub mod scan;
pub mod scanner;
mod scripts;
pub mod sent;
pub mod steps;
pub mod visitors;
