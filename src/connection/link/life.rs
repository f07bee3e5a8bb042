//! The phases of a connection: candidate, accepted, adopted, draining, lost.
//!
//! Several threads take part: the supervisor connects and detects losses, a driver reads and writes. Each passes the
//! generation that it refers to. An event of a generation that is not current arrived late, and is ignored.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Link, State};
use crate::error::{Error, Kind};
use crate::protocol::Generation;
use crate::protocol::replies::Replies;
use crate::transport::socket::Socket;

pub(super) enum Phase {
    /// Logged in, and waits for a driver. `None` once a driver has taken it.
    Candidate(Option<Box<(Socket, Replies)>>),
    /// A driver is ready. Nothing is sent before `Event::Ready` was emitted.
    Accepted(Arc<Socket>),
    /// Read by its driver, written by the submitting threads.
    Adopted(Arc<Socket>),
    /// Nothing more is sent; outstanding replies are still read.
    Draining(Arc<Socket>, Error),
    Lost,
}

impl Phase {
    /// The socket that replies are read from.
    pub(super) fn readable_socket(&self) -> Option<&Arc<Socket>> {
        match self {
            Phase::Accepted(socket) | Phase::Adopted(socket) | Phase::Draining(socket, _) => Some(socket),
            Phase::Candidate(_) | Phase::Lost => None,
        }
    }

    /// The socket that commands are sent to.
    pub(super) fn writable_socket(&self) -> Option<&Arc<Socket>> {
        match self {
            Phase::Adopted(socket) => Some(socket),
            _ => None,
        }
    }

    /// A driver reads replies, and commands are sent as soon as `ready` is announced.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Phase::Accepted(_) | Phase::Adopted(_))
    }

    pub(super) fn is_lost(&self) -> bool {
        matches!(self, Phase::Lost)
    }
}

impl State {
    pub(super) fn enter(&mut self, phase: Phase) {
        self.reads.set_ready(phase.is_ready());
        self.phase = phase;
    }

    /// Whether replies are read from this generation.
    pub(super) fn is_served(&self, generation: Generation) -> bool {
        self.pipeline.generation() == generation && self.phase.readable_socket().is_some()
    }

    fn is_candidate(&self, generation: Generation) -> bool {
        self.pipeline.generation() == generation && matches!(self.phase, Phase::Candidate(_))
    }

    fn is_alive(&self, generation: Generation) -> bool {
        self.pipeline.generation() == generation && !self.phase.is_lost()
    }

    /// Requeues the commands that may be sent again, and fails the others.
    fn disconnected(&mut self, cause: &Error) {
        self.outage = Some(cause.clone());
        self.enter(Phase::Lost);
        self.stop_tracking(cause);
        self.reconnect_reason = None;
        self.pipeline.on_disconnect(cause);
        self.return_reads(cause);
        self.fail_waiting(cause);
        if let Some(why) = &self.decommissioned {
            self.pipeline.drain(why);
        }
    }
}

impl Link {
    /// Sets a new connection, which its driver is to accept. A previous connection is dropped. `tracked_since`: when its server
    /// began to report changes.
    pub fn set_candidate(
        &self,
        socket: Socket,
        replies: Replies,
        tracked_since: Option<Instant>,
    ) -> Generation {
        self.change(|state| {
            if !state.phase.is_lost() {
                state.disconnected(&Error::new(Kind::Connection, "the connection was replaced"));
            }
            if state.ended.is_none() {
                state.enter(Phase::Candidate(Some(Box::new((socket, replies)))));
                state.pipeline.set_server(self.attempt.server());
                state.track(tracked_since);
            }
            self.wake_driver(state);
            state.pipeline.generation()
        })
    }

    /// Why the next connection runs no transactions; `None` if it does.
    pub fn set_transactions(&self, refusal: Option<Error>) {
        self.state().pipeline.set_transactions(refusal);
    }

    /// Takes the candidate. A woken driver calls this first, so that later changes wake it again.
    pub fn take_candidate(&self) -> Option<(Generation, Socket, Replies)> {
        let mut state = self.state();
        state.is_driver_woken = false;
        let Phase::Candidate(candidate) = &mut state.phase else { return None };
        let (socket, replies) = *candidate.take()?;
        Some((state.pipeline.generation(), socket, replies))
    }

    /// A driver is ready to read and write the candidate.
    pub fn accept(&self, generation: Generation, socket: Arc<Socket>) {
        let mut state = self.state();
        if state.is_candidate(generation) {
            state.enter(Phase::Accepted(socket));
            state.connection_count += 1;
            (state.last_activity, state.partial_reply_since) = (Instant::now(), None);
            self.transition.notify_one();
        }
    }

    /// Starts to send commands on an accepted connection.
    pub fn adopt(&self, generation: Generation) {
        self.change(|state| {
            let Phase::Accepted(socket) = &state.phase else { return };
            if state.pipeline.generation() != generation {
                return;
            }
            let socket = socket.clone();
            state.enter(Phase::Adopted(socket));
            let outage = state.outage.take();
            state.adopted_at = Instant::now();
            if state.pipeline.is_any_due(state.adopted_at) {
                let late = || Error::new(Kind::Connection, "the connection was established too late");
                let overdue = Error::overdue(self.command_timeout, &outage.unwrap_or_else(late));
                state.pipeline.expire(state.adopted_at, &overdue);
            }
            state.has_backlog = false;
            state.record_activity();
            if !Self::flush_locked(state) {
                self.report_backlog(state);
            }
        });
    }

    /// The connection was lost, or is not used any more.
    pub fn disconnected(&self, generation: Generation, cause: &Error) {
        self.change(|state| {
            if state.is_alive(generation) {
                state.disconnected(cause);
                self.transition.notify_one();
                self.wake_driver(state);
            }
        });
    }

    /// An attempt to connect failed.
    pub fn fail_attempt(&self, cause: &Error) {
        self.change(|state| {
            state.outage = Some(cause.clone());
            state.fail_waiting(cause);
            if let Some(why) = &state.decommissioned {
                state.pipeline.drain(why);
            }
        });
    }

    /// Whether replies are read from this generation.
    pub fn is_served(&self, generation: Generation) -> bool {
        self.state().is_served(generation)
    }

    /// Resolves when a driver has accepted the candidate, or when it is lost.
    pub async fn until_accepted(&self, generation: Generation) {
        self.wait_for(|state| (!state.is_candidate(generation)).then_some(())).await;
    }

    /// Resolves with the cause when the connection is lost or must be replaced.
    pub async fn until_lost(&self, generation: Generation) -> Error {
        self.wait_for(|state| {
            if state.is_alive(generation) {
                return state.reconnect_reason.clone();
            }
            let unknown = || Error::new(Kind::Connection, "the connection was lost");
            Some(state.outage.clone().unwrap_or_else(unknown))
        })
        .await
    }

    /// Resolves as soon as `find` returns a value. Only the supervisor may call this: `transition` wakes one waiter.
    async fn wait_for<T>(&self, find: impl Fn(&State) -> Option<T>) -> T {
        loop {
            if let Some(found) = find(&self.state()) {
                return found;
            }
            self.transition.notified().await;
        }
    }
}
