//! Stale writes: they waited for a connection while a newer write on the same entry was sent on another one. If the
//! slot has moved back to this server meanwhile, it would execute them after the newer write.

use super::Pipeline;
use super::segment::Segment;
use crate::error::{Applied, Error};

impl Pipeline {
    /// Fails stale writes, once for each connection, before anything is sent on it.
    pub(super) fn fail_stale(&mut self) {
        if !std::mem::take(&mut self.must_check_stale) || !self.order.is_active() {
            return;
        }
        for segment in self.take_unsent() {
            for index in segment.next..segment.last {
                self.enqueue_unless_stale(&segment, index);
            }
        }
        self.skip_sent();
        self.release();
    }

    fn enqueue_unless_stale(&mut self, segment: &Segment, index: usize) {
        let command = segment.command(index);
        let touched = self.order.touched(command.encoded());
        if self.order.is_stale(command.age(), &touched, self.lane) {
            let failure = Error::passed_by().with_applied(Applied::No);
            self.settle(command.batch, index, command.age(), Err(failure));
        } else {
            self.enqueue_command(segment, index);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::connection::Order;
    use crate::connection::scripted::{Calls, Recorder, Server, Verdict, push};
    use crate::protocol::{Request, Sink};

    const MAX_CALL_DURATION: Duration = Duration::from_secs(5);

    fn write(pipeline: &mut Pipeline, calls: &Calls, keys: &[&str]) {
        let mut request = Request::default();
        let ids: Vec<usize> = keys.iter().map(|key| calls.add(&[key], true)).collect();
        keys.iter().zip(&ids).for_each(|(key, id)| push(&mut request, *id, &[key], true));
        let sink = Recorder { calls: calls.clone(), ids };
        pipeline.push(request, Instant::now() + MAX_CALL_DURATION, Box::new(sink));
    }

    /// Connects a server that executes all commands. Returns their number.
    fn serve(pipeline: &mut Pipeline, calls: &Calls) -> usize {
        let mut server = Server::default();
        server.receive(pipeline, usize::MAX);
        let mut count = 0;
        while server.step(calls, |_| Verdict::Run) {
            count += 1;
        }
        while server.answer(pipeline) {}
        pipeline.take_completed().into_iter().for_each(Sink::finish);
        count
    }

    #[test]
    fn a_write_that_waited_for_a_connection_is_not_sent_after_a_newer_one_on_another_connection() {
        let (order, calls) = (Arc::new(Order::default()), Calls::default());
        let (mut first, mut second) = (Pipeline::new(order.clone()), Pipeline::new(order.clone()));
        write(&mut first, &calls, &["a", "b"]);
        first.on_disconnect(&Error::new(crate::error::Kind::Connection, "gone"));
        order.record(MAX_CALL_DURATION);
        write(&mut second, &calls, &["a"]);
        assert_eq!(serve(&mut second, &calls), 1);
        write(&mut first, &calls, &["a"]);
        assert_eq!(serve(&mut first, &calls), 2, "the older one on b, and the newest on a");
        assert_eq!(calls.finish(3), (4, 1));
    }
}
