//! Failures, which JavaScript converts to errors.

use napi_derive::napi;

use crate::error::{Error, Kind};

/// JavaScript converts it to a `RedisStateError`.
#[napi(object, object_from_js = false)]
#[derive(Debug, Default)]
pub struct NativeFailure {
    /// The first call of the batch with this failure.
    pub index: u32,
    /// The number of consecutive calls with this failure.
    pub count: u32,
    pub code: String,
    /// What happened and why.
    pub message: String,
    /// What to do about it, as a sentence.
    pub remedy: Option<String>,
    /// Address of the server that failed.
    pub server: Option<String>,
    pub applied: Option<String>,
    pub reply: Option<String>,
    pub trace_id: Option<String>,
    pub key: Option<String>,
    /// Which command of a unit failed, from 0.
    pub step: Option<u32>,
    /// The user's function that caused the failure: `strategy` or `credentials`.
    pub origin: Option<String>,
    /// What gives no sign of life: later failures with the same one are no news.
    pub silent: Option<String>,
    pub cause: Option<NativeCause>,
}

#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeCause {
    pub code: String,
    pub message: String,
    pub remedy: Option<String>,
    pub server: Option<String>,
}

impl NativeFailure {
    pub fn new(error: &Error) -> Self {
        let entry = error.entry.as_deref();
        NativeFailure {
            index: 0,
            count: 1,
            code: error.kind.code().into(),
            message: error.to_string(),
            remedy: remedy_of(error),
            server: error.server.as_deref().map(Into::into),
            applied: error.applied.map(|applied| applied.as_str().into()),
            reply: error.refusal.as_ref().map(|refusal| refusal.word.to_string()),
            trace_id: entry.map(|(trace_id, _)| trace_id.clone()),
            key: entry.map(|(_, key)| key.clone()),
            step: error.step,
            origin: origin_of(error.kind).map(Into::into),
            silent: error.silent.as_deref().map(Into::into),
            cause: error.source.as_deref().map(|source| NativeCause {
                code: source.kind.code().into(),
                message: source.to_string(),
                remedy: remedy_of(source),
                server: source.server.as_deref().map(Into::into),
            }),
        }
    }
}

fn remedy_of(error: &Error) -> Option<String> {
    error.remedy().map(|remedy| remedy.text().into())
}

fn origin_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Ended => Some("strategy"),
        Kind::NoCredentials => Some("credentials"),
        _ => None,
    }
}
