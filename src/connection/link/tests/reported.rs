//! The changes that are reported to JavaScript, compared with what the servers have sent.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::connection::Changes;
use crate::connection::tracking::changes::Changed;
use crate::keyspace::Keyspace;
use crate::sync::locked;

/// A push: the number of its connection, and that of the reply it was sent behind.
type Push = (usize, u64);

#[derive(Clone)]
pub struct Reported {
    pub changes: Arc<Changes>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    sent: Vec<Push>,
    reported: HashSet<Push>,
    /// How often it was reported that any entry may have changed.
    any: usize,
}

impl Reported {
    pub fn new() -> Self {
        let changes = Arc::new(Changes::new(Keyspace::new("p:".into(), false), || ()));
        Reported { changes, state: Arc::default() }
    }

    /// The push that a server sends now.
    pub fn push(&self, connection: usize, answered: u64) -> String {
        self.state().sent.push((connection, answered));
        let key = format!("p:{connection}:{answered}");
        format!(">2\r\n$10\r\ninvalidate\r\n*1\r\n${}\r\n{key}\r\n", key.len())
    }

    /// Takes the changes, as is done before a reply is passed to JavaScript.
    pub fn take(&self) {
        let changed = self.changes.take();
        let mut state = self.state();
        match changed {
            None => {}
            Some(Changed::Any) => {
                state.any += 1;
                let sent = state.sent.clone();
                state.reported.extend(sent);
            }
            Some(Changed::Names(names)) => state.reported.extend(names.iter().map(|name| push_of(name))),
        }
    }

    /// Whether all pushes that a connection sent before one of its replies are known.
    pub fn is_complete(&self, connection: usize, reply: u64) -> bool {
        let state = self.state();
        let is_before = |push: &&Push| push.0 == connection && push.1 < reply;
        state.sent.iter().filter(is_before).all(|push| state.reported.contains(push))
    }

    /// How often it was, or is about to be, reported that any entry may have changed.
    pub fn times_any(&self) -> usize {
        self.state().any + usize::from(self.changes.is_any_waiting())
    }

    pub fn count(&self) -> usize {
        self.state().reported.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.state.lock())
    }
}

fn push_of(name: &str) -> Push {
    let (connection, answered) = name.split_once(':').expect("a name has two numbers");
    (connection.parse().unwrap(), answered.parse().unwrap())
}
