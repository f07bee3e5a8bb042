//! Counters of a connection.

use std::ops::Add;

/// Totals since the handle was created, except `waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// Successful connects after the first one.
    pub reconnects: u64,
    /// Commands that are not sent yet.
    pub waiting: usize,
}

impl Add for Stats {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Stats {
            bytes_sent: self.bytes_sent + other.bytes_sent,
            bytes_received: self.bytes_received + other.bytes_received,
            reconnects: self.reconnects + other.reconnects,
            waiting: self.waiting + other.waiting,
        }
    }
}
