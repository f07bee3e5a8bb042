//! Connecting to a server: DNS lookup, sockets, TLS.

pub mod attempt;
pub mod lookup;
pub mod socket;
pub mod tls;

#[cfg(test)]
pub use self::socket::Wire;
pub use self::tls::roots;
