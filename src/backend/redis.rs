//! The contract's operations as Redis commands.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::scan::Scan;
use super::visit::{ReadValues, Remove, TakeKeys};
use super::walk::walk;
use crate::call::{Call, Calls, Outcomes, Success};
use crate::config::Server;
use crate::connection::{Connection, Effect, Event, Frame, OnEvent, Open, Request, Sink, Stats};
use crate::error::Error;
use crate::json::Slices;
use crate::keyspace::Keyspace;
use crate::listing::Listing;
use crate::strategy::Strategy;

/// About what a command on one key is longer than its key and value: name, lengths and line ends.
const COMMAND_OVERHEAD: usize = 40;

pub struct Redis {
    points: Connection,
    /// Apart, so that a large listing holds up no point call. Opened when the first listing needs it.
    listings: Connection,
}

impl Redis {
    pub fn start(server: Server, attended: bool, command_timeout: Duration, on_event: OnEvent) -> Self {
        // The user's strategy and the events are about one connection: a second one would ask and tell everything twice.
        let for_listings = Server { strategy: Strategy::Backoff, ..server.clone() };
        let unheard: OnEvent = Arc::new(|_| {});
        let listings = Connection::start(for_listings, Open::OnDemand, command_timeout, unheard);
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
        let points = start(server, Open::Always, command_timeout, Arc::new(both_end));
        Redis { points, listings }
    }

    /// Sends the calls of a batch in order, in one write.
    pub fn apply(
        &self,
        keyspace: &Keyspace,
        ttl: Option<u32>,
        calls: Calls<'_>,
        deadline: Instant,
        outcomes: impl Outcomes,
    ) {
        let size = calls.bytes() + calls.len() * (keyspace.prefix_len() + COMMAND_OVERHEAD);
        let mut request = Request::with_capacity(calls.len(), size);
        let mut reads = Vec::with_capacity(calls.len());
        let mut encoder = Encoder { redis_key: String::new(), keyspace, ttl: ttl.map(|ttl| ttl.to_string()) };
        for call in calls {
            reads.push(call.reads());
            encoder.push(&call, &mut request);
        }
        self.points.submit(request, deadline, Box::new(PointReplies { reads, outcomes }));
    }

    pub async fn list(
        &self,
        keyspace: &Keyspace,
        listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let pattern = keyspace.pattern_of(listing.scope());
        let listing = if listing.show().needs_values() {
            let scan = Scan::new(pattern, false, self.listings.epoch());
            walk(&self.listings, scan, ReadValues(listing), deadline).await?.0
        } else {
            let scan = Scan::new(pattern, true, self.listings.epoch());
            walk(&self.listings, scan, TakeKeys(listing), deadline).await?.0
        };
        Ok(listing.finish())
    }

    /// Removes the keys that match a pattern. An error tells whether some may be gone.
    pub async fn clear(&self, pattern: String, deadline: Instant) -> Result<(), Error> {
        let scan = Scan::new(pattern, true, self.listings.epoch());
        walk(&self.listings, scan, Remove::default(), deadline).await.map(drop)
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

/// Turns calls into commands; its buffers serve all calls of a batch.
struct Encoder<'a> {
    redis_key: String,
    keyspace: &'a Keyspace,
    /// In digits.
    ttl: Option<String>,
}

impl Encoder<'_> {
    fn push(&mut self, call: &Call<'_>, request: &mut Request) {
        self.keyspace.write_key(&mut self.redis_key, call.entry());
        let redis_key = self.redis_key.as_bytes();
        match (call, &self.ttl) {
            (Call::Ping, _) => request.push(&[b"PING"], Effect::Read),
            (Call::Get { .. }, _) => request.push(&[b"GET", redis_key], Effect::Read),
            (Call::Delete { .. }, _) => request.push(&[b"GETDEL", redis_key], Effect::Write),
            (Call::Set { json, .. }, None) => {
                request.push(&[b"SET", redis_key, json.as_bytes()], Effect::Write);
            }
            (Call::Set { json, .. }, Some(ttl)) => {
                let parts = [b"SET", redis_key, json.as_bytes(), b"EX", ttl.as_bytes()];
                request.push(&parts, Effect::Write);
            }
        }
    }
}

/// Makes outcomes of the replies to GET, SET, GETDEL and PING.
struct PointReplies<O> {
    /// By command: whether it answers with a value.
    reads: Vec<bool>,
    outcomes: O,
}

impl<O: Outcomes> Sink for PointReplies<O> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let outcome = reply.and_then(|frame| match (self.reads[index], frame) {
            (false, Frame::Simple(_)) => Ok(Success::Done),
            (true, Frame::Nil) => Ok(Success::Value(None)),
            (true, Frame::Bulk(text)) => Ok(Success::Value(Some(text))),
            _ => Err(Error::unexpected_reply()),
        });
        self.outcomes.take(index, outcome);
    }

    fn finish(self: Box<Self>) {
        self.outcomes.finish();
    }
}
