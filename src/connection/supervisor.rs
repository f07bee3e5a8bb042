//! The task that connects, serves and reconnects a connection.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::dialogue::Dialogue;
use super::driven::Candidate;
use super::handshake::open_reported;
use super::link::{Attempted, Link, Offline, Reads};
use super::order::Order;
use super::target::{MasterChanges, Target};
use super::tracking::Changes;
use super::tracking::login::track;
use crate::config::strategy::Strategy;
use crate::config::{Address, Server};
use crate::error::{Error, Kind};
use crate::protocol::Generation;
use crate::transport::attempt::{Attempt, Step};

#[derive(Clone, Debug)]
pub enum Event {
    /// An attempt begins.
    Connecting,
    Connect,
    Ready,
    Reconnecting {
        retries: u32,
        delay: Duration,
        cause: Error,
    },
    Error(Error),
    /// The connection is made, and its server does not report changes, for this reason.
    Untracked(Error),
    /// No further attempt follows.
    End(Error),
    /// The name of a warning for the user; of the store, not of a connection.
    Notice(&'static str),
}

pub type OnEvent = Arc<dyn Fn(Event) + Send + Sync>;

/// When to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectWhen {
    /// At the start, and after each loss.
    Always,
    /// When a command waits for a connection.
    OnDemand,
}

#[derive(Clone)]
pub struct ConnectionSettings {
    pub target: Target,
    pub connect_when: ConnectWhen,
    pub strategy: Strategy,
    pub on_event: OnEvent,
    /// Whether commands wait while there is no connection.
    pub offline_queue: bool,
    /// Shared by all connections of the store.
    pub order: Arc<Order>,
    pub reads: Reads,
    /// Receives changes of what was read; `None`: they are not reported.
    pub changes: Option<Arc<Changes>>,
}

impl ConnectionSettings {
    pub fn offline(&self) -> Offline {
        match (self.offline_queue, self.connect_when) {
            (true, _) => Offline::Queue,
            (false, ConnectWhen::Always) => Offline::Reject,
            (false, ConnectWhen::OnDemand) => Offline::RejectOnFailure,
        }
    }
}

/// Runs until the connection is ended.
pub async fn run(link: Arc<Link>, settings: ConnectionSettings) {
    let _guard = FailPendingOnDrop(&link);
    tokio::select! {
        () = stay_connected(&link, &settings) => {}
        () = link.run_maintenance() => {}
        () = link.until_ended() => {}
    }
}

/// Settles all calls however the supervisor stops, even if it panics.
struct FailPendingOnDrop<'a>(&'a Link);

impl Drop for FailPendingOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end(Error::new(Kind::Ended, "the connection's supervisor stopped"));
    }
}

async fn stay_connected(link: &Arc<Link>, settings: &ConnectionSettings) {
    let ConnectionSettings { target, connect_when, strategy, on_event, .. } = settings;
    let mut retries = 0;
    loop {
        if *connect_when == ConnectWhen::OnDemand {
            link.until_needed().await;
        }
        on_event(Event::Connecting);
        let changes = target.changes();
        let cause = match connect(target, changes.clone(), on_event, link).await {
            Ok((address, opened)) => {
                retries = 0;
                serve_at(link, opened, on_event, target.moved_from(&address, changes)).await
            }
            Err(cause) => {
                link.fail_attempt(&cause);
                cause
            }
        };
        on_event(Event::Error(cause.clone()));
        let Some(delay) = strategy.delay(target.max_delay(), retries, &cause).await else {
            return stop_reconnecting(link, cause, on_event);
        };
        on_event(Event::Reconnecting { retries, delay, cause });
        tokio::select! {
            () = sleep(delay) => {}
            () = target.changed() => {}
        }
        retries = retries.saturating_add(1);
    }
}

/// Finds the server, connects and logs in, all within the connect timeout. A frozen server would use up all of it, so
/// the attempt ends early when the Sentinels announce another master.
async fn connect(
    target: &Target,
    changes: Option<MasterChanges>,
    on_event: &OnEvent,
    link: &Link,
) -> Result<(Address, Opened), Error> {
    let attempt = link.attempt();
    let connecting = async {
        let server = locate(target, attempt).await?;
        tokio::select! {
            opened = open(&server, link, on_event) => Ok((server.address.clone(), opened?)),
            moved = target.moved_from(&server.address, changes) => Err(moved),
        }
    };
    let limit = target.connect_timeout();
    let connected = timeout(limit, connecting).await;
    let connected = connected.unwrap_or_else(|_| Err(attempt.timed_out(&target.to_string(), limit)));
    attempt.end();
    connected
}

/// A connection that is logged in.
struct Opened {
    dialogue: Dialogue,
    /// When its server began to report changes.
    tracked_since: Option<Instant>,
}

async fn open(server: &Server, link: &Link, on_event: &OnEvent) -> Result<Opened, Error> {
    let attempt = link.attempt();
    let mut dialogue = open_reported(server, attempt, || on_event(Event::Connect)).await?;
    let tracked = match link.begin_tracking() {
        Attempted::Omit(why) => why.map(Err),
        Attempted::Track { prefix } => {
            let tracked = track(&mut dialogue, server, &prefix, attempt).await;
            let tracked = tracked.map_err(|error| error.at(attempt.server().as_ref()))?;
            link.end_tracking_attempt();
            Some(tracked.map_err(|error| error.at(attempt.server().as_ref())))
        }
    };
    let tracked_since = match tracked {
        Some(Err(why)) => {
            on_event(Event::Untracked(why));
            None
        }
        tracked => tracked.and_then(Result::ok),
    };
    Ok(Opened { dialogue, tracked_since })
}

async fn locate(target: &Target, attempt: &Attempt) -> Result<Server, Error> {
    if matches!(target, Target::Master(_)) {
        attempt.begin(Step::FindMaster(target.to_string()));
    }
    target.locate().await
}

/// Serves the connection until it is lost, or until the server `moved`. Returns the cause.
async fn serve_at(
    link: &Arc<Link>,
    opened: Opened,
    on_event: &OnEvent,
    moved: impl Future<Output = Error>,
) -> Error {
    let generation = match set_candidate(link, opened) {
        Ok(generation) => generation,
        Err(cause) => {
            link.fail_attempt(&cause);
            return cause;
        }
    };
    serve_until(link, generation, on_event, moved).await
}

pub(super) async fn serve_until(
    link: &Arc<Link>,
    generation: Generation,
    on_event: &OnEvent,
    moved: impl Future<Output = Error>,
) -> Error {
    let cause = tokio::select! {
        cause = serve(link, generation, on_event) => cause,
        cause = moved => cause,
    };
    let cause = cause.at(link.attempt().server().as_ref());
    link.disconnected(generation, &cause);
    cause
}

fn set_candidate(link: &Link, opened: Opened) -> Result<Generation, Error> {
    let Opened { mut dialogue, tracked_since } = opened;
    link.set_transactions(dialogue.no_transactions.take());
    let (socket, replies) = dialogue.into_parts();
    let socket = if link.has_driver() {
        socket.deregister().map_err(|error| Error::from_io("handing the socket over failed", &error))?
    } else {
        socket
    };
    Ok(link.set_candidate(socket, replies, tracked_since))
}

/// With either driver, this task emits `Ready` before any reply can arrive, and detects the loss.
async fn serve(link: &Arc<Link>, generation: Generation, on_event: &OnEvent) -> Error {
    tokio::select! {
        biased;
        cause = announce(link, generation, on_event) => cause,
        cause = drive(link) => cause,
    }
}

async fn announce(link: &Link, generation: Generation, on_event: &OnEvent) -> Error {
    link.until_accepted(generation).await;
    if link.is_served(generation) {
        on_event(Event::Ready);
        link.adopt(generation);
    }
    link.until_lost(generation).await
}

/// Drives the connection in this task, unless it has an event-loop driver.
async fn drive(link: &Arc<Link>) -> Error {
    if !link.has_driver()
        && let Some((candidate, driven)) = Candidate::take(link)
    {
        candidate.accept();
        return driven.drive().await;
    }
    pending().await
}

fn stop_reconnecting(link: &Link, cause: Error, on_event: &OnEvent) {
    let ended = Error::ended(cause);
    link.end(ended.clone());
    on_event(Event::End(ended));
}
