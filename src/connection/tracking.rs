//! Changes of entries that were read, as a server reports them to the connection that read them (CLIENT TRACKING).

pub mod changes;
pub mod login;

pub use self::changes::Changes;
