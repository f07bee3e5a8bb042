//! Results, errors and events as JavaScript sees them.

use napi::bindgen_prelude::FnArgs;
use napi_derive::napi;

use crate::call::{Outcome, Success};
use crate::connection::Event;
use crate::error::{Error, Kind};
use crate::json::ArrayWriter;
use crate::store::Slices;

/// Size of a text from which on the rest of a batch goes into another: far below V8's limit for a string.
const PART: usize = 64 * 1024 * 1024;

/// A failure, to be made a RedisStateError.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct Failure {
    /// Which call of the part failed.
    pub index: u32,
    pub code: String,
    pub message: String,
    pub applied: Option<String>,
    pub reply: Option<String>,
    pub trace_id: Option<String>,
    pub key: Option<String>,
    /// The reconnect strategy gave up.
    pub ended: bool,
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
            code: error.kind.code().into(),
            message: error.to_string(),
            applied: error.applied.map(|applied| applied.as_str().into()),
            reply: error.reply.as_deref().map(Into::into),
            trace_id: entry.map(|(trace_id, _)| trace_id.clone()),
            key: entry.map(|(_, key)| key.clone()),
            ended: error.kind == Kind::Ended,
            cause: error
                .source
                .as_deref()
                .map(|source| Cause { code: source.kind.code().into(), message: source.to_string() }),
        }
    }
}

/// Part of what a batch came to: its next `settled` calls.
#[derive(Debug, Default)]
pub struct Part {
    pub batch: u32,
    pub settled: u32,
    /// JSON array of the values of those calls that read and did not fail; empty where there is none.
    pub values: String,
    pub failures: Vec<Failure>,
}

pub type PartArgs = FnArgs<(u32, u32, String, Option<Vec<Failure>>)>;

impl Part {
    /// The arguments of the callback, in its order.
    pub fn into_args(self) -> PartArgs {
        let failures = Some(self.failures).filter(|failures| !failures.is_empty());
        (self.batch, self.settled, self.values, failures).into()
    }

    /// The outcomes of a batch, mostly in one part.
    pub fn of_calls(batch: u32, outcomes: Vec<Outcome>) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut part, mut values) = (Part { batch, ..Part::default() }, ArrayWriter::new());
        for outcome in outcomes {
            match outcome {
                Ok(Success::Written) => {}
                Ok(Success::Value(text)) => values.push(text.as_deref().unwrap_or("null")),
                Err(error) => part.failures.push(Failure { index: part.settled, ..Failure::new(&error) }),
            }
            part.settled += 1;
            if values.len() >= PART {
                part.values = std::mem::take(&mut values).finish();
                parts.push(std::mem::replace(&mut part, Part { batch, ..Part::default() }));
            }
        }
        if !values.is_empty() {
            part.values = values.finish();
        }
        parts.push(part);
        parts
    }

    /// The slices of a listing: the last one settles the call.
    pub fn of_listing(batch: u32, result: Result<Slices, Error>) -> Vec<Part> {
        let mut parts: Vec<Part> = match result {
            Ok(slices) => {
                slices.into_iter().map(|values| Part { batch, values, ..Part::default() }).collect()
            }
            Err(error) => vec![Part { batch, failures: vec![Failure::new(&error)], ..Part::default() }],
        };
        if let Some(last) = parts.last_mut() {
            last.settled = 1;
        }
        parts
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
        Event::Connect => ("connect", None),
        Event::Ready => ("ready", None),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_batch_are_one_array_and_failures_know_their_call() {
        let outcomes = vec![
            Ok(Success::Written),
            Ok(Success::Value(Some("{\"a\":1}".into()))),
            Err(Error::corrupt()),
            Ok(Success::Value(None)),
        ];
        let parts = Part::of_calls(7, outcomes);
        assert_eq!(parts.len(), 1);
        assert_eq!((parts[0].batch, parts[0].settled), (7, 4));
        assert_eq!(parts[0].values, r#"[{"a":1},null]"#);
        assert_eq!(parts[0].failures[0].index, 2);
    }

    #[test]
    fn a_batch_of_writes_has_no_values() {
        let parts = Part::of_calls(1, vec![Ok(Success::Written), Ok(Success::Written)]);
        assert_eq!((parts[0].settled, parts[0].values.as_str()), (2, ""));
    }

    #[test]
    fn a_batch_too_large_for_one_string_comes_in_parts() {
        let large = || Ok(Success::Value(Some(format!("\"{}\"", "x".repeat(PART)))));
        let parts = Part::of_calls(1, vec![large(), large(), Ok(Success::Written)]);
        let settled: Vec<u32> = parts.iter().map(|part| part.settled).collect();
        assert_eq!(settled, [1, 1, 1]);
    }

    #[test]
    fn only_the_last_slice_settles_a_listing() {
        let parts = Part::of_listing(1, Ok(vec!["[1]".into(), "[2]".into()]));
        let settled: Vec<u32> = parts.iter().map(|part| part.settled).collect();
        assert_eq!(settled, [0, 1]);
        let failed = Part::of_listing(1, Err(Error::new(Kind::Closed, "closed")));
        assert_eq!((failed[0].settled, failed[0].failures.len()), (1, 1));
    }
}
