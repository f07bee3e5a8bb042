//! Writes the unsent bytes of a pipeline to a socket.

use std::io::{self, ErrorKind, IoSlice};

use super::pipeline::Pipeline;
use crate::transport::socket::Socket;

/// Slices in one vectored write.
const MAX_SLICES: usize = 64;

/// Returns whether the socket accepted all bytes.
pub fn send(pipeline: &mut Pipeline, socket: &Socket) -> io::Result<bool> {
    loop {
        let slices: Vec<IoSlice> = pipeline.unsent().take(MAX_SLICES).map(IoSlice::new).collect();
        if slices.is_empty() {
            return socket.flush();
        }
        match socket.try_write(&slices) {
            Ok(count) => pipeline.sent(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}
