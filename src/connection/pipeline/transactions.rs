//! Transactions that the server does not run.
//!
//! Without its MULTI, the commands of a transaction would run one by one.

use super::Pipeline;
use super::segment::Segment;
use crate::error::{Applied, Error};
use crate::protocol::{Effect, RefusalKind};

impl Pipeline {
    /// Why the next connection runs no transactions; `None` if it does.
    pub fn set_transactions(&mut self, refusal: Option<Error>) {
        self.no_transactions = refusal;
    }

    /// Fails unsent transactions, if the server would not run them.
    pub(super) fn fail_transactions(&mut self) {
        let Some(refusal) = self.no_transactions.clone() else { return };
        for segment in self.take_unsent() {
            for index in segment.next..segment.last {
                if is_transaction(&segment, index) {
                    let failure = refusal.clone().with_applied(Applied::No);
                    self.settle(segment.batch, index, segment.request.age(index), Err(failure));
                } else {
                    self.enqueue_command(&segment, index);
                }
            }
        }
        self.skip_sent();
        self.release();
    }
}

/// What to send in place of a refused transaction that removes entries: without free memory, servers refuse all commands of
/// transactions, also those that free some.
pub fn removal_on_full_server(command: &Segment, refusal: &Error) -> Option<Segment> {
    if refusal.refused_as() == Some(RefusalKind::Oom) { command.removal_alone() } else { None }
}

fn is_transaction(segment: &Segment, index: usize) -> bool {
    segment.request.replies(index) > 1 && segment.request.effect(index) == Effect::Write
}
