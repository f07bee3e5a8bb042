//! Emits the events of connections, watches and waits for locks through callbacks.

use std::sync::Arc;

use napi::Status;
use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::failure::NativeFailure;
use super::text::TextOut;
use crate::connection::{Event, OnEvent};
use crate::json::ArrayWriter;
use crate::watch::lock_waits::{LockEvent, OnLockEvent};
use crate::watch::{Inbox, Notification, Queue, WatchEvent};

/// All callbacks are weak: an idle adapter does not keep the process alive. Calls in flight do; see delivery.rs.
type Events = ThreadsafeFunction<Event, (), EventArgs, Status, false, true>;
type OnWatchEvents = ThreadsafeFunction<(), (), WatchEventArgs, Status, false, true>;
pub type LockEventArgs = FnArgs<(u32, &'static str)>;
type LockEvents = ThreadsafeFunction<(u32, &'static str), (), LockEventArgs, Status, false, true>;

/// The arguments of the callback for connection events: the name of the event, and its detail.
pub type EventArgs = FnArgs<(String, Option<NativeEventDetail>)>;

#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeEventDetail {
    pub error: NativeFailure,
    pub retries: Option<u32>,
    /// In milliseconds.
    pub delay: Option<f64>,
}

pub fn events_to(on_event: Function<EventArgs, ()>) -> napi::Result<OnEvent> {
    let on_event: Events = on_event
        .build_threadsafe_function()
        .weak::<true>()
        .build_callback(|context| Ok(event_args(context.value)))?;
    Ok(Arc::new(move |event| {
        on_event.call(event, ThreadsafeFunctionCallMode::NonBlocking);
    }))
}

fn event_args(event: Event) -> EventArgs {
    let (name, detail) = match event {
        Event::Connecting => ("connecting", None),
        Event::Connect => ("connect", None),
        Event::Ready => ("ready", None),
        Event::Notice(name) => (name, None),
        Event::Error(error) => (
            "error",
            Some(NativeEventDetail { error: NativeFailure::new(&error), retries: None, delay: None }),
        ),
        Event::Untracked(error) => (
            "untracked",
            Some(NativeEventDetail { error: NativeFailure::new(&error), retries: None, delay: None }),
        ),
        Event::End(error) => {
            ("end", Some(NativeEventDetail { error: NativeFailure::new(&error), retries: None, delay: None }))
        }
        Event::Reconnecting { retries, delay, cause } => {
            let delay = Some(delay.as_secs_f64() * 1000.0);
            (
                "reconnecting",
                Some(NativeEventDetail { error: NativeFailure::new(&cause), retries: Some(retries), delay }),
            )
        }
    };
    (name.to_owned(), detail).into()
}

/// The failure of a watch.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeWatchFailure {
    pub watch: u32,
    pub failure: NativeFailure,
}

pub type WatchEventArgs = FnArgs<(TextOut, Option<Vec<NativeWatchFailure>>)>;

/// One call of `on_events` delivers all queued events.
pub fn inbox_for(on_events: Function<WatchEventArgs, ()>) -> napi::Result<Inbox> {
    let queue = Arc::new(Queue::default());
    let events = queue.clone();
    let on_events: OnWatchEvents = on_events
        .build_threadsafe_function()
        .weak::<true>()
        .build_callback(move |_| Ok(watch_event_args(&events.take())))?;
    Ok(Inbox::new(queue, move || {
        on_events.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }))
}

/// A JSON array of `[watch, event]` and, for a change, `[watch, kind, trace id, key]`; and the failures of watches.
pub fn watch_event_args(notifications: &[Notification]) -> WatchEventArgs {
    let mut events = ArrayWriter::new();
    let mut failures = Vec::new();
    for (watch, notification) in notifications {
        match notification {
            WatchEvent::Started => events.push(&format!(r#"[{watch},"started"]"#)),
            WatchEvent::Gap => events.push(&format!(r#"[{watch},"gap"]"#)),
            WatchEvent::Unverified => events.push(&format!(r#"[{watch},"unverified"]"#)),
            WatchEvent::Failed(error) => {
                failures.push(NativeWatchFailure { watch: *watch, failure: NativeFailure::new(error) });
            }
            WatchEvent::Change { trace_id, key, kind } => {
                let mut change = ArrayWriter::new();
                change.push(&watch.to_string());
                [kind.as_str(), trace_id, key].iter().for_each(|text| change.push_string(text));
                events.push(&change.finish());
            }
        }
    }
    (TextOut(events.finish()), Some(failures).filter(|failures| !failures.is_empty())).into()
}

pub fn lock_events_to(on_event: Function<LockEventArgs, ()>) -> napi::Result<OnLockEvent> {
    let on_event: LockEvents =
        on_event.build_threadsafe_function().weak::<true>().build_callback(|context| {
            let event: (u32, &'static str) = context.value;
            Ok(event.into())
        })?;
    Ok(Arc::new(move |number, event: LockEvent| {
        on_event.call((number, event.as_str()), ThreadsafeFunctionCallMode::NonBlocking);
    }))
}
