//! What went over a connection, counted.

use std::ops::Add;

/// All since the connection was first asked for, but for `waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub bytes_sent: u64,
    pub bytes_received: u64,
    /// Times that a connection was made after an earlier one.
    pub reconnects: u64,
    /// Commands that are to be sent now.
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
