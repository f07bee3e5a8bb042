//! Collects the results of a batch for JavaScript.

mod frames;

use std::mem::take;

use napi::bindgen_prelude::FnArgs;
use napi_derive::napi;

use tokio::time::Instant;

use super::bytes::BytesOut;
use super::failure::NativeFailure;
use super::text::TextOut;
use crate::engine::call::{Outcomes, Success};
use crate::error::Error;
use crate::json::{self, ChunkedArray, Chunks};

/// A text of at least this size is not checked, but parsed separately.
const LARGE: usize = 1024;

/// A value that JavaScript parses separately.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeSeparateValue {
    /// The index of its call in the batch.
    pub index: u32,
    #[napi(ts_type = "string")]
    pub text: TextOut,
    /// Of a tracked entry, in milliseconds; see `Success::Tracked`.
    pub ttl: Option<f64>,
    /// Of a reply to a command of the user: what the text is, `text`, `json` or `tagged`; see src/napi/reply/frames.rs.
    pub form: Option<String>,
    /// Of such a reply: its strings, joined.
    #[napi(ts_type = "Uint8Array")]
    pub bytes: Option<BytesOut>,
}

/// A chunk of the results of a batch.
#[derive(Debug, Default)]
pub struct Chunk {
    pub batch: u32,
    /// A JSON array of values, in the order of the calls that succeeded and return a value; empty if there are none.
    pub values: String,
    pub separate: Vec<NativeSeparateValue>,
    pub failures: Vec<NativeFailure>,
    /// The strings of replies that are bytes, joined; only with the last chunk.
    pub bytes: Vec<u8>,
    /// This chunk settles the batch. Earlier ones have only values.
    pub last: bool,
    /// Set for listings, whose chunks may be requested after it.
    pub deadline: Option<Instant>,
}

pub type ChunkArgs = FnArgs<(
    u32,
    bool,
    TextOut,
    Option<Vec<NativeFailure>>,
    Option<Vec<NativeSeparateValue>>,
    Option<BytesOut>,
)>;

impl Chunk {
    /// The arguments of the callback.
    pub fn into_args(self) -> ChunkArgs {
        let failures = Some(self.failures).filter(|failures| !failures.is_empty());
        let separate = Some(self.separate).filter(|separate| !separate.is_empty());
        let bytes = (!self.bytes.is_empty()).then_some(BytesOut(self.bytes));
        (self.batch, self.last, TextOut(self.values), failures, separate, bytes).into()
    }

    /// A batch in chunks, so that no text is near V8's limit for a string.
    fn in_chunks(batch: u32, chunks: Chunks, failures: Vec<NativeFailure>) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> =
            chunks.into_iter().map(|values| Chunk { batch, values, ..Chunk::default() }).collect();
        if let Some(last) = chunks.last_mut() {
            last.failures = failures;
            last.last = true;
        }
        chunks
    }

    /// The result of a listing, which is a batch of one call.
    pub fn of_listing(batch: u32, result: Result<Chunks, Error>, deadline: Option<Instant>) -> Vec<Chunk> {
        let mut chunks = match result {
            Ok(chunks) => Chunk::in_chunks(batch, chunks, Vec::new()),
            Err(error) => vec![Chunk::failed(batch, 1, &error)],
        };
        chunks.iter_mut().for_each(|chunk| chunk.deadline = deadline);
        chunks
    }

    /// `count` calls failed; in a later chunk, those whose values were not delivered yet.
    pub fn failed(batch: u32, count: usize, error: &Error) -> Chunk {
        let failure = NativeFailure { count: count as u32, ..NativeFailure::new(error) };
        Chunk { batch, last: true, failures: vec![failure], ..Chunk::default() }
    }

    pub fn is_overdue(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline < Instant::now())
    }
}

/// Delivers the chunks of a batch.
pub trait Deliver: FnOnce(Vec<Chunk>) + Send + 'static {}

impl<F: FnOnce(Vec<Chunk>) + Send + 'static> Deliver for F {}

/// Collects the outcomes of the calls of a batch, and delivers them.
pub struct BatchReply<D: Deliver> {
    batch: u32,
    calls: usize,
    values: ChunkedArray,
    /// Index after the last call whose value is in `values`.
    next: usize,
    separate: Vec<NativeSeparateValue>,
    failures: Vec<NativeFailure>,
    /// The strings of replies whose lengths are in `values`.
    bytes: Vec<u8>,
    last_error: Option<Error>,
    /// `None` after the delivery.
    deliver: Option<D>,
}

impl<D: Deliver> BatchReply<D> {
    pub fn new(batch: u32, calls: usize, deliver: D) -> Self {
        BatchReply {
            batch,
            calls,
            values: ChunkedArray::new(),
            next: 0,
            separate: Vec::new(),
            failures: Vec::new(),
            bytes: Vec::new(),
            last_error: None,
            deliver: Some(deliver),
        }
    }
}

impl<D: Deliver> BatchReply<D> {
    fn deliver(&mut self, chunks: Vec<Chunk>) {
        if let Some(deliver) = self.deliver.take() {
            deliver(chunks);
        }
    }

    /// Consecutive calls with the same error, as after a lost connection, cross as one failure.
    fn take_failure(&mut self, index: u32, error: Error) {
        if let (Some(last), Some(like)) = (self.failures.last_mut(), &self.last_error)
            && last.index + last.count == index
            && like.is_same(&error)
        {
            last.count += 1;
        } else {
            self.failures.push(NativeFailure { index, ..NativeFailure::new(&error) });
            self.last_error = Some(error);
        }
    }

    fn take_separate(&mut self, index: usize, text: &[u8], ttl: Option<i64>) -> Result<(), Error> {
        let text = TextOut(json::unchecked(text)?.to_owned());
        let ttl = ttl.map(|ttl| ttl as f64);
        self.separate.push(NativeSeparateValue { index: index as u32, text, ttl, form: None, bytes: None });
        Ok(())
    }

    /// Adds a value to the array, after a check that it cannot shift its neighbours. Separate are values that arrive
    /// after those of later calls, and large values: parsing them separately is faster than checking them.
    fn take_value(&mut self, index: usize, text: &[u8]) -> Result<(), Error> {
        if index < self.next || text.len() >= LARGE {
            return self.take_separate(index, text, None);
        }
        let text = json::separable(text)?;
        if self.next == 0 {
            // Assumes that the other values have the same size.
            self.values.reserve((text.len() + 1) * (self.calls - index));
        }
        self.values.chunk_for(text.len()).push(text);
        self.next = index + 1;
        Ok(())
    }
}

impl<D: Deliver> Outcomes for BatchReply<D> {
    fn take(&mut self, index: usize, outcome: Result<Success<'_>, Error>) {
        match outcome {
            Ok(Success::Done) => {}
            Ok(Success::Value(text)) => {
                if let Err(error) = self.take_value(index, text.unwrap_or(b"null")) {
                    self.take_failure(index as u32, error);
                }
            }
            Ok(Success::Tracked { ttl, text }) => {
                if let Err(error) = self.take_separate(index, text.unwrap_or(b"null"), Some(ttl)) {
                    self.take_failure(index as u32, error);
                }
            }
            Ok(Success::Reply(frame, encoding)) => {
                if let Err(error) = self.take_reply(index, &frame, encoding) {
                    self.take_failure(index as u32, error);
                }
            }
            Err(error) => self.take_failure(index as u32, error),
        }
    }

    fn finish(mut self) {
        self.failures.sort_by_key(|failure| failure.index);
        self.separate.sort_by_key(|value| value.index);
        let (values, failures) = (take(&mut self.values), take(&mut self.failures));
        let mut chunks = Chunk::in_chunks(self.batch, values.finish(), failures);
        if let Some(last) = chunks.last_mut() {
            last.separate = take(&mut self.separate);
            last.bytes = take(&mut self.bytes);
        }
        self.deliver(chunks);
    }
}

/// If a bug of this package drops the calls, every caller gets an error.
impl<D: Deliver> Drop for BatchReply<D> {
    fn drop(&mut self) {
        if self.deliver.is_some() {
            self.deliver(vec![Chunk::failed(self.batch, self.calls, &Error::internal("a batch of calls"))]);
        }
    }
}

#[cfg(test)]
mod tests;
