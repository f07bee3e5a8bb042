//! The substitute for a connection to a node.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::reply::Reply;
use super::truth::Truth;
use crate::connection::scripted::Stream;
use crate::connection::{Order, Pipeline};
use crate::error::{Error, Kind};
use crate::protocol::Sink;

const RETRY_AFTER: Duration = Duration::from_millis(50);

/// A connection to a node.
pub struct Line {
    /// `None` for the unconnected one.
    pub node: Option<usize>,
    state: Mutex<State>,
}

pub struct State {
    pub pipeline: Pipeline,
    stream: Stream<Reply>,
    is_asking: bool,
    pub retired: Option<Error>,
}

/// By identity, as another node can get the same address.
impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Line {
    pub fn new(node: Option<usize>, order: &Arc<Order>) -> Arc<Self> {
        let pipeline = Pipeline::new(order.clone());
        let state = State { pipeline, stream: Stream::default(), is_asking: false, retired: None };
        Arc::new(Line { node, state: Mutex::new(state) })
    }

    /// Acts on the state, and finishes the completed sinks.
    pub fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap();
        let result = act(&mut state);
        let completed = state.pipeline.take_completed();
        drop(state);
        completed.into_iter().for_each(Sink::finish);
        result
    }

    pub fn send(&self, max: usize) {
        self.with(|state| state.stream.receive(&mut state.pipeline, max));
    }

    /// The node processes its next command. Returns whether there was one.
    pub fn run_one(&self, truth: &mut Truth) -> bool {
        let Some(node) = self.node else { return false };
        let mut state = self.state.lock().unwrap();
        let Some(parts) = state.stream.next_command() else { return false };
        let is_asking = std::mem::replace(&mut state.is_asking, parts[0] == "ASKING");
        state.stream.reply(truth.run(node, &parts, is_asking));
        true
    }

    pub fn answer(&self) -> bool {
        self.with(|state| {
            let Some(reply) = state.stream.next_reply() else { return false };
            state.pipeline.answer(reply.frame()).unwrap();
            true
        })
    }

    pub fn disconnect(&self) {
        self.with(|state| {
            (state.stream, state.is_asking) = (Stream::default(), false);
            state.pipeline.on_disconnect(&Error::new(Kind::Connection, "gone"));
            if let Some(why) = state.retired.clone() {
                state.pipeline.drain(&why);
            }
        });
    }

    pub fn decommission(&self) {
        let why = Error::new(Kind::Retired, "it serves no slots any more");
        self.with(|state| {
            state.pipeline.drain(&why);
            state.retired = Some(why);
        });
    }

    /// Expires overdue commands, and retries transient refusals.
    pub fn maintain(&self, now: Instant) {
        self.with(|state| {
            state.pipeline.expire(now, &Error::new(Kind::CommandTimeout, "overdue"));
            state.pipeline.retry_refused(now + RETRY_AFTER);
        });
    }

    pub fn is_idle(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.pipeline.is_empty() && !state.pipeline.is_busy()
    }
}
