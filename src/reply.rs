//! Results, errors and events as JavaScript sees them.

use std::mem::take;

use napi::bindgen_prelude::FnArgs;
use napi_derive::napi;

use tokio::time::Instant;

use crate::call::{Outcomes, Success};
use crate::connection::Event;
use crate::error::{Error, Kind};
use crate::json::{self, ArrayWriter, SlicedArray, Slices};
use crate::text::TextOut;
use crate::watch::{Notice, Told};

/// Size of a text from which on it is not checked, but parsed by itself.
const LARGE: usize = 1024;

/// A failure, to be made a RedisStateError.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Failure {
    /// The first call of the batch that failed so.
    pub index: u32,
    /// How many calls did, one after the other.
    pub count: u32,
    pub code: String,
    pub message: String,
    pub applied: Option<String>,
    pub reply: Option<String>,
    pub trace_id: Option<String>,
    pub key: Option<String>,
    /// Which function of the user's made it fail: `strategy` or `credentials`.
    pub origin: Option<String>,
    pub cause: Option<Cause>,
}

/// What led to a failure.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Cause {
    pub code: String,
    pub message: String,
}

impl Failure {
    pub fn new(error: &Error) -> Self {
        let entry = error.entry.as_deref();
        Failure {
            index: 0,
            count: 1,
            code: error.kind.code().into(),
            message: error.to_string(),
            applied: error.applied.map(|applied| applied.as_str().into()),
            reply: error.reply.as_deref().map(Into::into),
            trace_id: entry.map(|(trace_id, _)| trace_id.clone()),
            key: entry.map(|(_, key)| key.clone()),
            origin: origin_of(error.kind).map(Into::into),
            cause: error
                .source
                .as_deref()
                .map(|source| Cause { code: source.kind.code().into(), message: source.to_string() }),
        }
    }
}

/// A value that is not among the others, to be parsed by itself.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct ValueApart {
    /// Which call of the batch read it.
    pub index: u32,
    #[napi(ts_type = "string")]
    pub text: TextOut,
}

fn origin_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Ended => Some("strategy"),
        Kind::NoCredentials => Some("credentials"),
        _ => None,
    }
}

/// Part of what a batch came to.
#[derive(Debug, Default)]
pub struct Part {
    pub batch: u32,
    /// JSON array of values, in the order of the calls that read and did not fail; empty where there is none.
    pub values: String,
    pub apart: Vec<ValueApart>,
    pub failures: Vec<Failure>,
    /// The batch is settled with this part; earlier ones hold values only.
    pub last: bool,
    /// When the batch must be settled, where parts may come later than that.
    pub deadline: Option<Instant>,
}

pub type PartArgs = FnArgs<(u32, bool, TextOut, Option<Vec<Failure>>, Option<Vec<ValueApart>>)>;

impl Part {
    /// The arguments of the callback, in its order.
    pub fn into_args(self) -> PartArgs {
        let failures = Some(self.failures).filter(|failures| !failures.is_empty());
        let apart = Some(self.apart).filter(|apart| !apart.is_empty());
        (self.batch, self.last, TextOut(self.values), failures, apart).into()
    }

    /// A batch in parts, so that no text comes near V8's limit for a string.
    fn in_slices(batch: u32, slices: Slices, failures: Vec<Failure>) -> Vec<Part> {
        let mut parts: Vec<Part> =
            slices.into_iter().map(|values| Part { batch, values, ..Part::default() }).collect();
        if let Some(last) = parts.last_mut() {
            last.failures = failures;
            last.last = true;
        }
        parts
    }

    /// What a listing came to: a batch of one call.
    pub fn of_listing(batch: u32, result: Result<Slices, Error>, deadline: Instant) -> Vec<Part> {
        let mut parts = match result {
            Ok(slices) => Part::in_slices(batch, slices, Vec::new()),
            Err(error) => vec![Part::failed(batch, 1, &error)],
        };
        parts.iter_mut().for_each(|part| part.deadline = Some(deadline));
        parts
    }

    /// So many calls failed, or those whose values were not handed over yet.
    pub fn failed(batch: u32, count: usize, error: &Error) -> Part {
        let failure = Failure { count: count as u32, ..Failure::new(error) };
        Part { batch, last: true, failures: vec![failure], ..Part::default() }
    }

    pub fn is_overdue(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline < Instant::now())
    }
}

/// Takes what a batch came to.
pub trait Deliver: FnOnce(Vec<Part>) + Send + 'static {}

impl<F: FnOnce(Vec<Part>) + Send + 'static> Deliver for F {}

/// Gathers what the calls of a batch come to, and delivers it.
pub struct BatchReply<D: Deliver> {
    batch: u32,
    calls: usize,
    values: SlicedArray,
    /// Index behind the last call that has its value in `values`.
    next: usize,
    apart: Vec<ValueApart>,
    failures: Vec<Failure>,
    last_error: Option<Error>,
    /// Until it is done.
    deliver: Option<D>,
}

impl<D: Deliver> BatchReply<D> {
    /// Of so many calls.
    pub fn new(batch: u32, calls: usize, deliver: D) -> Self {
        BatchReply {
            batch,
            calls,
            values: SlicedArray::new(),
            next: 0,
            apart: Vec::new(),
            failures: Vec::new(),
            last_error: None,
            deliver: Some(deliver),
        }
    }
}

impl<D: Deliver> BatchReply<D> {
    fn deliver(&mut self, parts: Vec<Part>) {
        if let Some(deliver) = self.deliver.take() {
            deliver(parts);
        }
    }

    /// A lost connection fails many calls alike: they cross as one failure.
    fn take_failure(&mut self, index: u32, error: Error) {
        if let (Some(last), Some(like)) = (self.failures.last_mut(), &self.last_error)
            && last.index + last.count == index
            && like.is_same(&error)
        {
            last.count += 1;
        } else {
            self.failures.push(Failure { index, ..Failure::new(&error) });
            self.last_error = Some(error);
        }
    }

    /// Values travel together in one array, checked, so that none can shift its neighbours. Apart travel those that come
    /// late, after those of later calls, and large ones: to parse them by themselves takes less than to check them.
    fn take_value(&mut self, index: usize, text: &[u8]) -> Result<(), Error> {
        if index < self.next || text.len() >= LARGE {
            let text = TextOut(json::unchecked(text)?.to_owned());
            self.apart.push(ValueApart { index: index as u32, text });
            return Ok(());
        }
        let text = json::separable(text)?;
        if self.next == 0 {
            // The others are likely to be as long.
            self.values.reserve((text.len() + 1) * (self.calls - index));
        }
        self.values.slice_for(text.len()).push(text);
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
            Err(error) => self.take_failure(index as u32, error),
        }
    }

    fn finish(mut self) {
        self.failures.sort_by_key(|failure| failure.index);
        self.apart.sort_by_key(|value| value.index);
        let (values, failures) = (take(&mut self.values), take(&mut self.failures));
        let mut parts = Part::in_slices(self.batch, values.finish(), failures);
        if let Some(last) = parts.last_mut() {
            last.apart = take(&mut self.apart);
        }
        self.deliver(parts);
    }
}

/// Should the calls be dropped by a fault of this package, they fail, and nobody is left waiting.
impl<D: Deliver> Drop for BatchReply<D> {
    fn drop(&mut self) {
        if self.deliver.is_some() {
            self.deliver(vec![Part::failed(self.batch, self.calls, &Error::internal("a batch of calls"))]);
        }
    }
}

/// What the event callback gets: the event's name, and what comes with it.
pub type EventArgs = FnArgs<(String, Option<EventDetail>)>;

#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct EventDetail {
    pub error: Failure,
    pub retries: Option<u32>,
    /// In milliseconds.
    pub delay: Option<f64>,
}

pub fn event_args(event: Event) -> EventArgs {
    let (name, detail) = match event {
        Event::Connecting => ("connecting", None),
        Event::Connect => ("connect", None),
        Event::Ready => ("ready", None),
        Event::Attend => ("attend", None),
        Event::Error(error) => {
            ("error", Some(EventDetail { error: Failure::new(&error), retries: None, delay: None }))
        }
        Event::End(error) => {
            ("end", Some(EventDetail { error: Failure::new(&error), retries: None, delay: None }))
        }
        Event::Reconnecting { retries, delay, cause } => {
            let delay = Some(delay.as_secs_f64() * 1000.0);
            ("reconnecting", Some(EventDetail { error: Failure::new(&cause), retries: Some(retries), delay }))
        }
    };
    (name.to_owned(), detail).into()
}

/// Why a watch ended.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct WatchFailure {
    pub watch: u32,
    pub failure: Failure,
}

pub type ToldArgs = FnArgs<(TextOut, Option<Vec<WatchFailure>>)>;

/// What is told to those who watch: a JSON array of `[watch, word]` and, for a change, `[watch, word, trace id, key]`; what
/// ended comes behind it all.
pub fn told_args(notices: &[Notice]) -> ToldArgs {
    let mut told = ArrayWriter::new();
    let mut failures = Vec::new();
    for (watch, notice) in notices {
        match notice {
            Told::Started => told.push(&format!(r#"[{watch},"started"]"#)),
            Told::Gap => told.push(&format!(r#"[{watch},"gap"]"#)),
            Told::Unasked => told.push(&format!(r#"[{watch},"unasked"]"#)),
            Told::Failed(error) => {
                failures.push(WatchFailure { watch: *watch, failure: Failure::new(error) });
            }
            Told::Change { trace_id, key, happened } => {
                let mut change = ArrayWriter::new();
                change.push(&watch.to_string());
                [happened.as_str(), trace_id, key].iter().for_each(|text| change.push_string(text));
                told.push(&change.finish());
            }
        }
    }
    (TextOut(told.finish()), Some(failures).filter(|failures| !failures.is_empty())).into()
}

#[cfg(test)]
mod tests;
