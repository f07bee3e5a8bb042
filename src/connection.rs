//! A connection that reconnects by itself.
//!
//! The pipeline holds the pending commands and decides which are sent, retried or rejected; it does no I/O. The thread
//! that submits a request writes the socket. One driver reads it: a task of the supervisor (which also connects and
//! reconnects), or the event loop of another thread.

pub mod dialogue;
mod driven;
mod fold;
pub mod handshake;
mod link;
pub mod mode;
mod order;
pub mod pipeline;
#[cfg(test)]
pub mod scripted;
mod sending;
mod stats;
mod subscription;
mod supervisor;
mod target;
pub mod tracking;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

pub use self::dialogue::Dialogue;
#[cfg(unix)]
pub use self::driven::{Candidate, Driven, WaitFor};
pub use self::fold::{Fold, folding};
pub use self::handshake::{open_dialogue, open_reported};
pub use self::link::Reads;
pub use self::order::Order;
#[cfg(test)]
pub use self::pipeline::Pipeline;
pub use self::stats::Stats;
pub use self::subscription::{PubSubEvent, Received, Subscription, Topic};
pub use self::supervisor::{ConnectWhen, ConnectionSettings, Event, OnEvent};
pub use self::target::{Located, Locator, MasterChanges, Target};
pub use self::tracking::Changes;

use self::link::{Link, Offline};
use crate::error::Error;
use crate::protocol::{Generation, Request, Sink};
use crate::transport::attempt::Attempt;

/// Handle of a connection. Dropping it closes nothing: see [`Connection::close`].
#[derive(Clone)]
pub struct Connection {
    link: Arc<Link>,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only an event-loop driver reads it"))]
    id: ConnectionId,
}

/// Unique in the process, and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        ConnectionId(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// Wakes an event loop, which then calls `Connection::take_candidate` and `Connection::maintain`.
pub type WakeDriver = Arc<dyn Fn(Connection) + Send + Sync>;

impl Connection {
    /// Starts to connect in the background. `driver` wakes the event loop that reads the socket; if `None`, a task
    /// reads it.
    pub fn start(
        settings: ConnectionSettings,
        command_timeout: Duration,
        driver: Option<&WakeDriver>,
    ) -> Self {
        let (order, reads) = (settings.order.clone(), settings.reads.clone());
        let changes = settings.changes.clone();
        let connection = Self::new(command_timeout, driver, order, settings.offline(), reads, changes);
        crate::runtime::spawn(supervisor::run(connection.link.clone(), settings));
        connection
    }

    fn new(
        command_timeout: Duration,
        driver: Option<&WakeDriver>,
        order: Arc<Order>,
        offline: Offline,
        reads: Reads,
        changes: Option<Arc<Changes>>,
    ) -> Self {
        let id = ConnectionId::next();
        let waking = |wake: &WakeDriver, link: Weak<Link>| {
            let wake = wake.clone();
            Box::new(move || {
                if let Some(link) = link.upgrade() {
                    wake(Connection { link, id });
                }
            }) as link::WakeDriver
        };
        let link = Arc::new_cyclic(|link| {
            let driver = driver.map(|wake| waking(wake, link.clone()));
            Link::new(command_timeout, driver, order, offline).with_reads(reads).with_changes(changes)
        });
        Connection { link, id }
    }

    /// A connection that never connects: requests wait until they are drained, or until their deadline; without `offline_queue`
    /// they are rejected.
    pub fn unconnected(command_timeout: Duration, order: Arc<Order>, offline_queue: bool) -> Self {
        let offline = if offline_queue { Offline::Queue } else { Offline::Reject };
        let connection = Self::new(command_timeout, None, order, offline, Reads::default(), None);
        let link = connection.link.clone();
        crate::runtime::spawn(async move {
            tokio::select! {
                () = link.run_maintenance() => {}
                () = link.until_ended() => {}
            }
        });
        connection
    }

    /// Sends the commands of `request` in order. `sink` receives one reply for each, at the latest soon after
    /// `deadline`.
    pub fn submit(&self, request: Request, deadline: Instant, sink: Box<dyn Sink>) {
        self.link.submit(request, deadline, sink);
    }

    /// The current generation. All steps of a scan must use the same one.
    pub fn generation(&self) -> Generation {
        self.link.generation()
    }

    /// Sets the error with which requests to an unconnected one time out.
    pub fn set_outage(&self, outage: Option<&Error>) {
        self.link.set_outage(outage);
    }

    /// Must precede a drain of unsent commands: newer commands on their entries wait for them, on every connection.
    pub fn prepare_drain(&self) {
        self.link.prepare_drain();
    }

    /// Returns unsent commands to their sinks, and stays in use.
    pub fn drain_at_once(&self, why: &Error) {
        self.link.drain_at_once(why);
    }

    /// Returns unsent reads to their sinks, unless the connection is ready.
    pub fn return_reads(&self) {
        self.link.return_reads();
    }

    /// Returns unsent and later commands to their sinks. Ends when the sent ones are answered.
    pub fn decommission(&self, why: &Error) {
        self.link.decommission(why);
    }

    pub fn has_ended(&self) -> bool {
        self.link.has_ended()
    }

    /// The step that the attempt to connect waits for.
    pub fn attempt(&self) -> &Attempt {
        self.link.attempt()
    }

    /// Whether commands are sent at once.
    pub fn is_ready(&self) -> bool {
        self.link.is_ready()
    }

    /// The time as of which the server has certainly reported all changes of what was read; `None` if it reports none.
    pub fn proven_at(&self) -> Option<Instant> {
        self.link.proven_at()
    }

    /// Has the connection replaced: the server is not the right one any more.
    pub fn leave(&self, cause: Error) {
        self.link.leave(cause);
    }

    /// Why commands cannot be sent at once; `None` if they can.
    pub fn unready(&self) -> Option<Error> {
        self.link.unready()
    }

    /// The error of commands that are overdue now.
    pub fn overdue(&self) -> Error {
        self.link.overdue_now()
    }

    /// Why nothing can be sent at the moment.
    #[cfg(test)]
    pub fn outage(&self) -> Option<Error> {
        self.link.outage()
    }

    pub fn stats(&self) -> Stats {
        self.link.stats()
    }

    /// Ends the connection for good: pending and later commands fail with `cause`.
    pub fn close(&self, cause: Error) {
        self.link.end(cause);
    }
}

#[cfg(test)]
impl Connection {
    /// A connection whose candidate waits for `driver`.
    pub fn with_candidate(wire: Arc<dyn crate::transport::Wire>, driver: &WakeDriver) -> Self {
        let connection = Self::new(
            Duration::from_secs(5),
            Some(driver),
            Arc::default(),
            Offline::Queue,
            Reads::default(),
            None,
        );
        connection.link.set_candidate(wire.into(), crate::protocol::replies::Replies::new(), None);
        connection
    }
}
