//! The contract's operations as Redis commands.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::points::{Encoder, PointReplies};
use super::scan::{Scan, Seen};
use super::visit::{ReadValues, Remove, TakeKeys};
use super::walk::{visit_keys, walk};
use crate::call::{Calls, Outcomes};
use crate::config::Writes;
use crate::connection::{Connection, Event, OnEvent, Open, Plan, Stats, Target};
use crate::error::Error;
use crate::json::Slices;
use crate::keyspace::Keyspace;
use crate::listing::Listing;
use crate::strategy::Strategy;

pub struct Redis {
    target: Target,
    points: Connection,
    /// Apart, so that a large listing holds up no point call. Opened when the first listing needs it.
    listings: Connection,
}

impl Redis {
    /// `strategy` and `on_event` are about the connection for point calls: a second one would ask and tell everything twice.
    pub fn start(
        target: Target,
        strategy: Strategy,
        attended: bool,
        command_timeout: Duration,
        on_event: OnEvent,
    ) -> Self {
        let for_listings = Plan {
            target: target.clone(),
            open: Open::OnDemand,
            strategy: Strategy::Backoff,
            on_event: Arc::new(|_| {}),
        };
        let listings = Connection::start(for_listings, command_timeout);
        let both_end = {
            let listings = listings.clone();
            move |event: Event| {
                if let Event::End(cause) = &event {
                    listings.close(cause.clone());
                }
                on_event(event);
            }
        };
        let start = if attended { Connection::start_attended } else { Connection::start };
        let for_points =
            Plan { target: target.clone(), open: Open::Always, strategy, on_event: Arc::new(both_end) };
        let points = start(for_points, command_timeout);
        Redis { target, points, listings }
    }

    /// Sends the calls of a batch in order, in one write.
    pub fn apply(
        &self,
        keyspace: &Keyspace,
        writes: Writes,
        calls: Calls<'_>,
        deadline: Instant,
        outcomes: impl Outcomes,
    ) {
        let mut encoder = Encoder::new(keyspace, writes);
        let mut request = encoder.request_for(&calls);
        let mut operations = Vec::with_capacity(calls.len());
        for call in calls {
            operations.push(call.operation());
            encoder.key_of(&call);
            encoder.push(&call, &mut request);
        }
        let wait = encoder.close(&mut request, &operations);
        let replies = PointReplies::new(operations, wait, outcomes);
        self.points.submit(request, deadline, Box::new(replies));
    }

    pub async fn list(
        &self,
        keyspace: &Keyspace,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let pattern = keyspace.pattern_of(listing.scope());
        let listing = if listing.show().needs_values() {
            let scan = Scan::new(pattern, false, self.listings.epoch(), Seen::default());
            walk(&self.listings, scan, ReadValues(listing), deadline).await?.0
        } else {
            let scan = Scan::new(pattern, true, self.listings.epoch(), Seen::default());
            walk(&self.listings, scan, TakeKeys(listing), deadline).await?.0
        };
        Ok(listing.finish())
    }

    /// Lists the entries of these Redis keys.
    pub async fn read(
        &self,
        redis_keys: Vec<Arc<str>>,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let listing = visit_keys(&self.listings, redis_keys, ReadValues(listing), deadline).await?.0;
        Ok(listing.finish())
    }

    /// Removes the keys that match a pattern. An error tells whether some may be gone.
    pub async fn clear(&self, pattern: String, deadline: Instant) -> Result<(), Error> {
        let scan = Scan::new(pattern, true, self.listings.epoch(), Seen::default());
        walk(&self.listings, scan, Remove::default(), deadline).await.map(drop)
    }

    /// What its connections are made to.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The connection for point calls, which the JavaScript thread may attend.
    pub fn points(&self) -> &Connection {
        &self.points
    }

    pub fn stats(&self) -> Stats {
        self.points.stats() + self.listings.stats()
    }

    pub fn close(&self, cause: &Error) {
        self.points.close(cause.clone());
        self.listings.close(cause.clone());
    }
}
