//! The contract's operations as Redis commands.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use redis::from_redis_value;
use tokio::time::Instant;

use super::scan::Scan;
use crate::call::{Call, Calls, Outcomes, Success};
use crate::config::Server;
use crate::connection::{Connection, Effect, Event, Frame, OnEvent, Open, Reply, Request, Sink};
use crate::error::{Applied, Error, Kind};
use crate::json::Slices;
use crate::keyspace::Keyspace;
use crate::listing::Listing;
use crate::strategy::Strategy;

/// Keys that one command names: bounds what the server does in one go.
const KEYS_PER_COMMAND: usize = 256;
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
            reads.push(!matches!(call, Call::Set { .. }));
            encoder.push(&call, &mut request);
        }
        self.points.submit(request, deadline, Box::new(PointReplies { reads, outcomes }));
    }

    pub async fn list(
        &self,
        keyspace: &Keyspace,
        mut listing: Listing,
        deadline: Instant,
    ) -> Result<Slices, Error> {
        let with_values = listing.show().needs_values();
        let scan = self.scan(keyspace.pattern_of(listing.scope()), !with_values);
        if with_values {
            self.walk(scan, deadline, read, |keys, replies| take_values(&mut listing, keys, replies)).await?;
        } else {
            self.walk(scan, deadline, nothing, |keys, _| {
                keys.iter().for_each(|key| listing.take_key(key));
                Ok(())
            })
            .await?;
        }
        Ok(listing.finish())
    }

    /// Removes the keys that match a pattern. An error tells whether some may be gone.
    pub async fn clear(&self, pattern: String, deadline: Instant) -> Result<(), Error> {
        let mut removed = false;
        let walk = self.walk(self.scan(pattern, true), deadline, remove, |_, replies| {
            for reply in replies {
                reply?;
                removed = true;
            }
            Ok(())
        });
        let result = walk.await;
        result.map_err(|error| {
            let applied = if removed { Applied::Unknown } else { error.applied.unwrap_or(Applied::No) };
            error.with_applied(applied)
        })
    }

    fn scan(&self, pattern: String, strings_only: bool) -> Scan {
        Scan::new(pattern, strings_only, self.listings.epoch())
    }

    /// Walks all matching keys. What is done with a page of them travels together with the step to the next page.
    async fn walk(
        &self,
        mut scan: Scan,
        deadline: Instant,
        act: impl Fn(&[String], &mut Request),
        mut take: impl FnMut(&[String], Vec<Reply>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut page = Vec::new();
        loop {
            let mut request = Request::default();
            act(&page, &mut request);
            let goes_on = scan.push_step(&mut request);
            if request.is_empty() {
                return take(&page, Vec::new());
            }
            let asked = Instant::now();
            let mut replies = self.listings.request(request, deadline).await;
            let took = asked.elapsed();
            let stepped = if goes_on { replies.pop() } else { None };
            take(&page, replies)?;
            page = match stepped {
                None => return Ok(()),
                Some(Ok(reply)) => scan.take(reply, took)?,
                Some(Err(error)) if error.kind == Kind::Connection => {
                    scan.restart(self.listings.epoch());
                    Vec::new()
                }
                Some(Err(error)) => return Err(error.with_applied(Applied::No)),
            };
        }
    }

    /// The connection for point calls, which the JavaScript thread may attend.
    pub fn points(&self) -> &Connection {
        &self.points
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

/// Makes outcomes of the replies to GET, SET and GETDEL.
struct PointReplies<O> {
    /// By command: whether it answers with a value.
    reads: Vec<bool>,
    outcomes: O,
}

impl<O: Outcomes> Sink for PointReplies<O> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let outcome = reply.and_then(|frame| match (self.reads[index], frame) {
            (false, Frame::Simple(_)) => Ok(Success::Written),
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

fn read(keys: &[String], request: &mut Request) {
    push_by_keys("MGET", keys, Effect::Read, request);
}

fn remove(keys: &[String], request: &mut Request) {
    push_by_keys("UNLINK", keys, Effect::Write, request);
}

fn nothing(_: &[String], _: &mut Request) {}

fn push_by_keys(name: &str, keys: &[String], effect: Effect, request: &mut Request) {
    for keys in keys.chunks(KEYS_PER_COMMAND) {
        let parts: Vec<&[u8]> =
            iter::once(name).chain(keys.iter().map(String::as_str)).map(str::as_bytes).collect();
        request.push(&parts, effect);
    }
}

/// Texts of the keys that still hold one; other types and removed keys come as none.
fn take_values(listing: &mut Listing, keys: &[String], replies: Vec<Reply>) -> Result<(), Error> {
    for (keys, reply) in keys.chunks(KEYS_PER_COMMAND).zip(replies) {
        let texts: Vec<Option<Vec<u8>>> = from_redis_value(reply?).map_err(|_| Error::unexpected_reply())?;
        if texts.len() != keys.len() {
            return Err(Error::unexpected_reply());
        }
        for (key, text) in keys.iter().zip(texts) {
            if let Some(text) = text {
                listing.take_value(key, &text)?;
            }
        }
    }
    Ok(())
}
