//! Looking after a connection from time to time: what is overdue, what is to be sent again, whether the server still speaks.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Link, RETRY_AFTER, State};
use crate::error::{Error, Kind};

/// Overdue calls are looked for no more often than this.
const SHORTEST_ROUND: Duration = Duration::from_millis(10);
/// Calls that were made together fail together, before the connection is found silent.
const SILENCE_GRACE: Duration = Duration::from_millis(100);

impl Link {
    /// Fails what is overdue, and sends again what the server refused for now, until dropped.
    pub async fn take_care(&self) {
        loop {
            let next = self.plan_round();
            tokio::select! {
                () = sleep_until(next) => {}
                () = self.alarm.notified() => sleep_until(Instant::now() + SHORTEST_ROUND).await,
            }
        }
    }

    /// What the caretaker does, done by the attendant; whether the socket took all that was to be sent.
    pub fn attend(&self) -> bool {
        self.make_round();
        self.flush()
    }

    /// Makes a round, or has the attendant make it where one is due: only after reading what is there can it tell what is
    /// overdue.
    fn plan_round(&self) -> Instant {
        let mut state = self.state();
        if self.call_attendant.is_none() || state.socket.is_none() {
            drop(state);
            return self.make_round();
        }
        let now = Instant::now();
        if self.due_at(&state).any(|due| due <= now) {
            self.call_attendant(&mut state);
        }
        self.schedule(&mut state, now)
    }

    /// Tells when the next round is due.
    fn make_round(&self) -> Instant {
        let now = Instant::now();
        self.change(|state| {
            state.pipeline.expire(now, state.trouble.as_ref());
            if state.retry_at.take_if(|retry| *retry <= now).is_some() {
                state.pipeline.retry_refused(now + RETRY_AFTER);
            }
            if !Self::flush_locked(state) {
                self.backlog.notify_one();
            }
            if self.silent_at(state).is_some_and(|silent| silent <= now) {
                let limit = self.command_timeout.as_millis();
                let silent = format!("the server did not answer for {limit} ms");
                self.find_useless(state, Error::new(Kind::Connection, silent));
            }
            self.schedule(state, now)
        })
    }

    /// A call that is made after this is due no earlier, or it raises the alarm.
    fn schedule(&self, state: &mut State, now: Instant) -> Instant {
        state.next_round =
            self.due_at(state).fold(now + self.command_timeout, Instant::min).max(now + SHORTEST_ROUND);
        state.next_round
    }

    /// When there is something for a round to do.
    fn due_at(&self, state: &State) -> impl Iterator<Item = Instant> + use<> {
        [state.pipeline.next_deadline(), state.retry_at, self.silent_at(state)].into_iter().flatten()
    }

    /// When the connection is to be given up, unless the server is heard before. Something is under way, and for longer than
    /// `commandTimeout` nothing came, or one reply came to no end: only a new connection can tell whether the server or the
    /// way to it is gone.
    fn silent_at(&self, state: &State) -> Option<Instant> {
        let owed = state.socket.is_some() && state.pipeline.is_under_way();
        let since = state.piece_since.map_or(state.heard, |began| began.min(state.heard));
        owed.then(|| since + self.command_timeout + SILENCE_GRACE)
    }
}
