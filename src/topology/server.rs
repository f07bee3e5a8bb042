//! A single server, or the current master of a Sentinel set.

mod indexed;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::ask::ask;
use super::leader::Leader;
use super::redirected::{Explained, Redirected};
use crate::config::Writes;
use crate::config::strategy::Strategy;
use crate::connection::{
    Changes, ConnectWhen, Connection, ConnectionSettings, Event, OnEvent, Order, Reads, Stats, Target,
    WakeDriver,
};
use crate::engine::call::{Calls, Outcomes};
use crate::engine::listing::Listing;
use crate::engine::redis::encoder::Encoder;
use crate::engine::redis::remove::Remove;
use crate::engine::redis::replies::CallReplies;
use crate::engine::redis::scan::{Scan, Seen};
use crate::engine::redis::scanner::{ScanVisitor, scan_keys, visit_keys};
use crate::engine::redis::sent::SentCalls;
use crate::engine::redis::visitors::{ReadValues, TakeKeys};
use crate::error::{Applied, Error, Kind};
use crate::json::Chunks;
use crate::keyspace::{Keyspace, Scope};
use crate::protocol::Frame;

pub struct Redis {
    target: Target,
    command_connection: Connection,
    /// Separate, so that a large listing delays no point call. Opened by the first listing.
    scan_connection: Connection,
    redirected: Arc<Redirected>,
    /// Receives changes of what was read; `None`: they are not reported.
    changes: Option<Arc<Changes>>,
    /// The user may not run ROLE.
    is_role_refused: AtomicBool,
}

impl Redis {
    /// `driver`, `strategy` and `on_event` apply to the command connection only: events of both would be duplicates.
    pub fn start(
        target: Target,
        strategy: Strategy,
        driver: Option<&WakeDriver>,
        command_timeout: Duration,
        offline_queue: bool,
        on_event: OnEvent,
        changes: Option<Arc<Changes>>,
    ) -> Self {
        let order = Arc::new(Order::default());
        let leader = Arc::new(Leader::default());
        let for_scans = ConnectionSettings {
            target: target.clone(),
            connect_when: ConnectWhen::OnDemand,
            strategy: leader.followed(),
            on_event: Arc::new(|_| {}),
            offline_queue,
            order: order.clone(),
            reads: Reads::default(),
            changes: None,
        };
        let scan_connection = Connection::start(for_scans, command_timeout, None);
        let redirected = Redirected::new(target.address().cloned());
        let on_event = {
            let (scan_connection, redirected) = (scan_connection.clone(), redirected.clone());
            move |event: Event| {
                match &event {
                    Event::End(cause) => scan_connection.close(cause.clone()),
                    Event::Connect => redirected.forget(),
                    _ => {}
                }
                leader.recv(&event);
                on_event(event);
            }
        };
        let on_event: OnEvent = Arc::new(on_event);
        let connect_when = ConnectWhen::Always;
        let for_commands = ConnectionSettings {
            target: target.clone(),
            connect_when,
            strategy,
            on_event,
            offline_queue,
            order,
            reads: Reads::default(),
            changes: changes.clone(),
        };
        let command_connection = Connection::start(for_commands, command_timeout, driver);
        Redis {
            target,
            command_connection,
            scan_connection,
            redirected,
            changes,
            is_role_refused: AtomicBool::new(false),
        }
    }

    /// Sends the calls of a batch in order, in one write.
    pub fn apply<'a>(
        &self,
        keyspace: &Keyspace,
        writes: Writes,
        calls: impl Calls<'a>,
        deadline: Instant,
        outcomes: impl Outcomes,
    ) {
        let mut encoder = Encoder::new(keyspace, writes);
        let mut request = encoder.request_for(&calls);
        let mut sent = SentCalls::with_capacity(calls.len());
        for call in calls {
            encoder.key_of(&call);
            encoder.push(&call.operation, &mut request);
            sent.push(call.operation.kind(), encoder.index());
        }
        let wait = encoder.close(&mut request, &sent);
        let replies = CallReplies::new(sent, wait, encoder.values(), outcomes);
        let sink = Explained { sink: replies, redirected: self.redirected.clone() };
        self.command_connection.submit(request, deadline, Box::new(sink));
    }

    pub async fn list(
        &self,
        keyspace: &Keyspace,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Chunks, Error> {
        let pattern = keyspace.pattern_of(listing.scope());
        let listing = if listing.projection().needs_values() {
            self.scan_keys(pattern, false, ReadValues(listing), deadline).await?.0
        } else {
            self.scan_keys(pattern, true, TakeKeys(listing), deadline).await?.0
        };
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub async fn read(
        &self,
        redis_keys: Vec<Arc<str>>,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Chunks, Error> {
        let visited = visit_keys(&self.scan_connection, redis_keys, ReadValues(listing), deadline).await;
        Ok(self.check_complete(visited)?.0.finish())
    }

    /// Removes all keys of a scope. The `applied` of an error states whether some may have been removed.
    pub async fn clear(&self, keyspace: &Keyspace, scope: &Scope, deadline: Instant) -> Result<(), Error> {
        self.scan_keys(keyspace.pattern_of(scope), true, Remove::new(keyspace), deadline).await.map(drop)
    }

    async fn scan_keys<V: ScanVisitor>(
        &self,
        pattern: String,
        strings_only: bool,
        visitor: V,
        deadline: Instant,
    ) -> Result<V, Error> {
        self.redirected.check()?;
        let scan = Scan::new(pattern, strings_only, self.scan_connection.generation(), Seen::default());
        let scanned = scan_keys(&self.scan_connection, scan, visitor, deadline).await;
        self.check_complete(scanned).map(|(_, visitor)| visitor)
    }

    /// Fails a scan if the server was meanwhile detected as a cluster node, which has only a part of the entries.
    fn check_complete<T>(&self, scanned: Result<T, Error>) -> Result<T, Error> {
        let scanned = scanned.map_err(|error| self.redirected.explain(error))?;
        self.redirected.check().map_err(|error| error.with_applied(Applied::Unknown))?;
        Ok(scanned)
    }

    /// The time as of which the server has certainly reported all changes of what was read; `None` if it reports none.
    pub fn proven_at(&self) -> Option<Instant> {
        self.command_connection.proven_at()
    }

    /// Asks the server whether it is the master.
    pub async fn prove(&self, deadline: Instant) -> bool {
        let command = if self.is_role_refused.load(Ordering::Relaxed) { "PING" } else { "ROLE" };
        let role =
            |reply: &Frame<'_>| Some(reply.elements().first().and_then(Frame::bulk).map(<[u8]>::to_vec));
        match ask(&self.command_connection, &[command], deadline, role).await {
            Ok(Some(role)) if role != b"master" => {
                self.leave_replica();
                false
            }
            Ok(_) => true,
            Err(error) => {
                let is_answer = error.is_answer();
                self.is_role_refused.fetch_or(is_answer, Ordering::Relaxed);
                is_answer
            }
        }
    }

    /// The server became a replica: it does not report changes before they reach it.
    fn leave_replica(&self) {
        if let Some(changes) = &self.changes {
            changes.add_any();
            changes.report();
        }
        if let Target::Master(master) = &self.target {
            let moved = format!("{master} moved: the server is a replica now");
            self.command_connection.leave(Error::new(Kind::Connection, moved));
        }
    }

    pub fn target(&self) -> &Target {
        &self.target
    }

    pub fn is_ready(&self) -> bool {
        self.command_connection.is_ready()
    }

    /// Why calls cannot be sent at once; `None` if they can.
    pub fn unready(&self) -> Option<Error> {
        self.command_connection.unready()
    }

    pub fn stats(&self) -> Stats {
        self.command_connection.stats() + self.scan_connection.stats()
    }

    pub fn close(&self, cause: &Error) {
        self.command_connection.close(cause.clone());
        self.scan_connection.close(cause.clone());
    }
}
