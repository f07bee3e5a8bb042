//! The state that the handle, the supervisor and the driver of a connection share.

mod draining;
mod health_check;
mod life;
mod readiness;
mod reads;
mod tracking;
mod traffic;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use self::life::Phase;
pub use self::readiness::Offline;
pub use self::reads::Reads;
pub use self::tracking::Attempted;
use self::tracking::Tracking;
use super::order::Order;
use super::pipeline::Pipeline;
use super::stats::Stats;
use super::tracking::Changes;
use crate::error::{Error, Kind};
use crate::protocol::{Generation, Request, Sink};
use crate::sync::{Mutex, MutexGuard, locked};
use crate::transport::attempt::Attempt;

/// Delay before a command is retried after a transient refusal.
const RETRY_AFTER: Duration = Duration::from_millis(50);
/// Additional delay for each waiting command, so that many of them do not keep the connection busy with retries.
const RETRY_AFTER_EACH: Duration = Duration::from_micros(25);

pub struct Link {
    state: Mutex<State>,
    command_timeout: Duration,
    attempt: Attempt,
    /// A command waits while there is no connection.
    demand: Notify,
    /// The socket did not accept all bytes.
    backlog: Notify,
    /// The next health check is due earlier than scheduled.
    wake: Notify,
    /// The phase changed.
    transition: Notify,
    ended: Notify,
    /// `None`: a task of the supervisor is the driver.
    driver: Option<WakeDriver>,
    /// `None`: the connection tracks nothing.
    changes: Option<Arc<Changes>>,
}

/// Wakes the event-loop driver, which then takes the candidate, drops lost connections and calls [`Link::maintain`].
pub type WakeDriver = Box<dyn Fn() + Send + Sync>;

struct State {
    /// Its generation is that of the current connection, or of the next one while there is none.
    pipeline: Pipeline,
    phase: Phase,
    offline: Offline,
    reads: Reads,
    tracking: Tracking,
    /// Why the current connection must be replaced.
    reconnect_reason: Option<Error>,
    /// The socket did not accept all bytes.
    has_backlog: bool,
    /// Why nothing can be sent at the moment.
    outage: Option<Error>,
    ended: Option<Error>,
    /// Why no more commands are sent. Replies to sent ones are still read.
    decommissioned: Option<Error>,
    /// When transient refusals are retried.
    retry_at: Option<Instant>,
    /// When the next health check is due.
    next_check: Instant,
    /// The driver was woken and has not reacted yet.
    is_driver_woken: bool,
    /// Connections that a driver accepted so far.
    connection_count: u64,
    bytes_received: u64,
    /// When the server last sent data, or a reply became outstanding.
    last_activity: Instant,
    /// When the first bytes of an incomplete reply arrived.
    partial_reply_since: Option<Instant>,
    adopted_at: Instant,
}

impl State {
    fn record_activity(&mut self) {
        self.last_activity = Instant::now();
    }
}

impl Link {
    pub fn new(
        command_timeout: Duration,
        driver: Option<WakeDriver>,
        order: Arc<Order>,
        offline: Offline,
    ) -> Self {
        let state = State {
            pipeline: Pipeline::new(order),
            phase: Phase::Lost,
            offline,
            reads: Reads::default(),
            tracking: Tracking::default(),
            reconnect_reason: None,
            has_backlog: false,
            outage: None,
            ended: None,
            decommissioned: None,
            retry_at: None,
            next_check: Instant::now(),
            is_driver_woken: false,
            connection_count: 0,
            bytes_received: 0,
            last_activity: Instant::now(),
            partial_reply_since: None,
            adopted_at: Instant::now(),
        };
        Link {
            state: Mutex::new(state),
            command_timeout,
            attempt: Attempt::default(),
            demand: Notify::new(),
            backlog: Notify::new(),
            wake: Notify::new(),
            transition: Notify::new(),
            ended: Notify::new(),
            driver,
            changes: None,
        }
    }

    pub fn submit(&self, request: Request, deadline: Instant, mut sink: Box<dyn Sink>) {
        let mut state = self.state();
        let stopped = state.ended.as_ref().or(state.decommissioned.as_ref()).cloned();
        let stopped = stopped.or_else(|| self.read_rejection(&state, &request));
        if let Some(cause) = stopped.or_else(|| self.offline_rejection(&state)) {
            state.pipeline.reject(request, deadline, &cause, &mut *sink);
            drop(state);
            return sink.finish();
        }
        self.push(&mut state, request, deadline, sink);
        let completed = state.pipeline.take_completed();
        drop(state);
        completed.into_iter().for_each(finish);
    }

    fn push(&self, state: &mut State, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        if !state.pipeline.is_busy() {
            state.record_activity();
        }
        state.pipeline.push(request, deadline, sink);
        if state.pipeline.has_deferred() {
            self.schedule_retry(state, Instant::now());
        }
        if state.phase.readable_socket().is_none() {
            self.demand.notify_one();
        } else if !Self::flush_locked(state) {
            self.report_backlog(state);
        }
        if deadline < state.next_check {
            self.wake.notify_one();
        }
    }

    /// The step that the attempt to connect waits for.
    pub fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    pub fn stats(&self) -> Stats {
        let state = self.state();
        Stats {
            bytes_sent: state.pipeline.bytes_sent(),
            bytes_received: state.bytes_received,
            reconnects: state.connection_count.saturating_sub(1),
            waiting: state.pipeline.waiting(),
        }
    }

    pub fn generation(&self) -> Generation {
        self.state().pipeline.generation()
    }

    /// Whether the driver is an event loop, rather than a task of the supervisor.
    pub fn has_driver(&self) -> bool {
        self.driver.is_some()
    }

    fn wake_driver(&self, state: &mut State) {
        if let Some(wake) = self.driver.as_ref().filter(|_| !state.is_driver_woken) {
            state.is_driver_woken = true;
            wake();
        }
    }

    pub fn has_ended(&self) -> bool {
        self.state().ended.is_some()
    }

    #[cfg(test)]
    pub fn outage(&self) -> Option<Error> {
        self.state().outage.clone()
    }

    pub fn set_outage(&self, outage: Option<&Error>) {
        self.state().outage = outage.cloned();
    }

    /// Fails pending and later commands with `cause`, for good.
    pub fn end(&self, cause: Error) {
        self.change(|state| {
            let failure = self.failure_at_end(state, &cause);
            state.enter(Phase::Lost);
            state.stop_tracking(&cause);
            state.pipeline.fail_all(&failure);
            state.ended.get_or_insert(cause);
            // Only the driver can release the socket.
            self.wake_driver(state);
        });
        self.ended.notify_one();
    }

    /// The failure of pending commands when the connection is ended.
    fn failure_at_end(&self, state: &State, cause: &Error) -> Error {
        let is_away = cause.kind == Kind::Closed && !state.phase.is_ready();
        let reason = is_away.then(|| self.attempt.reason(state.outage.as_ref(), Instant::now())).flatten();
        reason.map_or_else(|| cause.clone(), |reason| Error::closed_while_away(&reason))
    }

    /// Resolves when a command waits for a connection.
    pub async fn until_needed(&self) {
        while self.state().pipeline.is_empty() {
            self.demand.notified().await;
        }
    }

    pub async fn until_ended(&self) {
        while self.state().ended.is_none() {
            self.ended.notified().await;
        }
    }

    /// Changes the state, then finishes the completed sinks without the lock.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        if state.pipeline.has_deferred() {
            self.schedule_retry(&mut state, Instant::now());
        }
        let completed = state.pipeline.take_completed();
        let is_drained = state.decommissioned.is_some() && state.ended.is_none() && state.pipeline.is_empty();
        drop(state);
        self.report_changes();
        completed.into_iter().for_each(finish);
        if is_drained {
            self.end(Error::new(Kind::Retired, "the server is not in use any more"));
        }
        result
    }

    /// The error of commands that are overdue now.
    fn overdue(&self, state: &State, now: Instant) -> Error {
        let reason = if state.phase.is_lost() {
            let known = self.attempt.reason(state.outage.as_ref(), now);
            known.unwrap_or_else(|| Error::new(Kind::Connection, "there is no connection"))
        } else {
            Error::no_reply(self.attempt.server())
        };
        Error::overdue(self.command_timeout, &reason)
    }

    pub fn overdue_now(&self) -> Error {
        self.overdue(&self.state(), Instant::now())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.state.lock())
    }
}

/// A panic in one sink must not affect the calls of others. Dropping a sink settles its own calls.
fn finish(sink: Box<dyn Sink>) {
    drop(catch_panic("settling a call", || sink.finish()));
}

/// A panic in a sink must not end the connection's task or the event loop.
fn catch_panic<T>(doing: &str, run: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| Error::internal(doing))
}

#[cfg(all(test, unix))]
mod tests;
