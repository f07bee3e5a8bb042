//! Thousands of waiting commands: settling one must not visit all others.

use super::*;
use crate::protocol::{Encoded, RefusalKind};

const MANY: usize = 2_000;
const BATCH_SIZE: usize = 50;

/// Redirects commands after MOVED.
struct RedirectMoved;

impl Sink for RedirectMoved {
    fn take(&mut self, _: usize, _: Result<Frame<'_>, Error>) {}

    fn can_redirect(&self, _: usize, why: &Error) -> bool {
        why.refused_as() == Some(RefusalKind::Moved)
    }

    fn redirect(&mut self, index: usize, _: Encoded<'_>, why: &Error) -> bool {
        self.can_redirect(index, why)
    }

    fn finish(self: Box<Self>) {}
}

impl Fixture {
    /// Queues `MANY` writes, which use the keys in turn.
    fn push_writes(&mut self, keys: usize) {
        for first in (0..MANY).step_by(BATCH_SIZE) {
            let mut request = Request::default();
            for number in first..first + BATCH_SIZE {
                request.push(&[b"SET", (number % keys).to_string().as_bytes()], Effect::Write);
            }
            self.pipeline.push(request, self.now + Duration::from_secs(5), Box::new(RedirectMoved));
        }
    }

    /// Answers all sent commands with `frame`. Returns how many commands were visited.
    fn answer_all(&mut self, frame: &Frame<'_>) -> usize {
        let before = self.pipeline.deferrals.visits;
        while self.pipeline.awaits_reply() {
            self.answer(frame.clone());
        }
        self.pipeline.deferrals.visits - before
    }
}

#[test]
fn each_waiting_command_is_visited_a_few_times() {
    let refusal = Frame::Error(b"NOREPLICAS no");
    for keys in [1, MANY / 2, MANY] {
        let mut fixture = Fixture::new();
        fixture.push_writes(keys);
        // Only a part is sent when the server begins to refuse.
        let some = fixture.unsent().len() / 10;
        fixture.pipeline.sent(some);
        let visits = fixture.answer_all(&refusal);
        assert!(visits <= MANY, "{visits} visits at the first refusals, of writes on {keys} keys");
        fixture.send_all();
        let visits = fixture.answer_all(&refusal);
        assert!(visits <= MANY, "{visits} visits at the refusals, of writes on {keys} keys");
        fixture.pipeline.retry_refused(fixture.now);
        let before = fixture.pipeline.deferrals.visits;
        while !fixture.unsent().is_empty() {
            let some = fixture.unsent().len().min(1000);
            fixture.pipeline.sent(some);
            fixture.answer_all(&refusal);
        }
        let visits = fixture.pipeline.deferrals.visits - before;
        assert!(visits <= MANY, "{visits} visits at the second refusals, of writes on {keys} keys");
        fixture.pipeline.retry_refused(fixture.now);
        let mut visits = 0;
        while !fixture.unsent().is_empty() {
            fixture.send_all();
            visits += fixture.answer_all(&Frame::Simple(b"OK"));
        }
        assert!(visits <= 2 * MANY, "{visits} visits at the answers, of writes on {keys} keys");
        assert!(fixture.pipeline.is_empty());
    }
}

#[test]
fn redirecting_one_batch_visits_no_other_batches() {
    let mut fixture = Fixture::new();
    fixture.push_writes(MANY);
    fixture.send_all();
    let visits = fixture.answer_all(&Frame::Error(b"MOVED 1 h:1"));
    assert!(visits <= MANY && fixture.pipeline.is_empty(), "{visits} visits");
}

#[test]
fn any_permanent_reply_releases_all_refused_commands_on_its_entry() {
    let mut fixture = Fixture::new();
    fixture.push_writes(1);
    fixture.send_all();
    fixture.answer_all(&Frame::Error(b"LOADING not yet"));
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent_names().len(), 1);
    fixture.send_all();
    fixture.answer(Frame::Error(b"WRONGTYPE no"));
    assert_eq!(fixture.unsent_names().len(), MANY - 1);
}
