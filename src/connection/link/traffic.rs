//! What the driver reads from the socket and writes to it.

use tokio::time::Instant;

use super::{Link, State, catch_panic};
use crate::connection::sending::send;
use crate::error::{Error, Kind};
use crate::protocol::Generation;
use crate::protocol::replies::{Received, Replies};
use crate::transport::socket::Socket;

impl Link {
    /// Writes unsent bytes. Returns whether the socket accepted all of them.
    pub fn flush(&self) -> bool {
        self.change(Self::flush_locked)
    }

    /// Reads once from a readable socket, and settles the commands whose replies arrived.
    pub fn receive(
        &self,
        generation: Generation,
        socket: &Socket,
        replies: &mut Replies,
    ) -> Result<Received, Error> {
        let received = replies.read_from(socket)?;
        let lost = || Error::new(Kind::Connection, "the connection was lost before");
        if received.bytes == 0 {
            return if self.is_served(generation) { Ok(received) } else { Err(lost()) };
        }
        self.change(|state| {
            if !state.is_served(generation) {
                return Err(lost());
            }
            let now = Instant::now();
            state.last_activity = now;
            state.bytes_received += received.bytes as u64;
            catch_panic("taking a reply", || {
                replies.decode(|reply| {
                    state.partial_reply_since = None;
                    state.take(reply)
                })
            })??;
            if replies.has_partial_reply() {
                state.partial_reply_since.get_or_insert(now);
            }
            if state.pipeline.has_deferred() {
                self.on_refusals(state, now);
            }
            self.reconnect_if_drained(state);
            Ok(received)
        })
    }

    /// Resolves when unsent bytes wait until the socket of `generation` is writable.
    pub async fn until_backlog(&self, generation: Generation) {
        loop {
            {
                let mut state = self.state();
                if state.is_served(generation) && std::mem::take(&mut state.has_backlog) {
                    return;
                }
            }
            self.backlog.notified().await;
        }
    }

    /// Returns whether the socket accepted all bytes.
    pub(super) fn flush_locked(state: &mut State) -> bool {
        let Some(socket) = state.phase.writable_socket().cloned() else { return true };
        let (awaited_reply, sent_before) = (state.pipeline.awaits_reply(), state.pipeline.bytes_sent());
        // A failed write also shows when reading, where a lost connection is handled.
        let is_all = send(&mut state.pipeline, &socket).unwrap_or(true);
        if !awaited_reply && state.pipeline.bytes_sent() > sent_before {
            // Before the server has a complete command, accepting bytes is its only sign of life.
            state.record_activity();
        }
        is_all
    }

    /// Makes the driver wait until the socket is writable.
    pub(super) fn report_backlog(&self, state: &mut State) {
        state.has_backlog = true;
        self.backlog.notify_one();
        self.wake_driver(state);
    }
}
