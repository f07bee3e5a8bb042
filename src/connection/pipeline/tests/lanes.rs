//! Two connections to one server, such as the command connection and the scan connection.

use super::*;
use crate::connection::scripted::{Calls, Recorder, Server, Verdict, push};

struct Lane {
    pipeline: Pipeline,
    server: Server,
}

impl Lane {
    fn new(order: &Arc<Order>) -> Self {
        Lane { pipeline: Pipeline::new(order.clone()), server: Server::default() }
    }

    fn write(&mut self, calls: &Calls, key: &str) {
        let id = calls.add(&[key], true);
        let mut request = Request::default();
        push(&mut request, id, &[key], true);
        let sink = Recorder { calls: calls.clone(), ids: vec![id] };
        self.pipeline.push(request, Instant::now() + Duration::from_secs(5), Box::new(sink));
    }

    /// The server receives the unsent commands, and executes or refuses up to `count` of them.
    fn serve(&mut self, calls: &Calls, count: usize, refusal: Option<&str>) {
        self.server.receive(&mut self.pipeline, usize::MAX);
        let verdict = || refusal.map_or(Verdict::Run, |line| Verdict::Refuse(line.into()));
        for _ in 0..count {
            self.server.step(calls, |_| verdict());
        }
        while self.server.answer(&mut self.pipeline) {}
        self.pipeline.take_completed().into_iter().for_each(Sink::finish);
    }

    fn retry(&mut self) {
        self.pipeline.retry_refused(Instant::now());
    }
}

#[test]
fn a_newer_write_does_not_overtake_a_refused_one_that_is_sent_again_on_another_connection() {
    let (order, calls) = (Arc::new(Order::default()), Calls::default());
    let (mut first, mut second) = (Lane::new(&order), Lane::new(&order));
    first.write(&calls, "a");
    first.write(&calls, "a");
    first.serve(&calls, 2, Some("MISCONF Errors writing to the AOF file"));
    second.write(&calls, "a");
    first.retry();
    first.serve(&calls, 1, None);
    assert!(first.pipeline.unsent().next().is_some(), "the first is executed, the second sent again");
    second.retry();
    second.serve(&calls, 1, None);
    first.serve(&calls, 1, None);
    second.retry();
    second.serve(&calls, 1, None);
    assert_eq!(calls.finish(3), (3, 0));
    assert!(!order.is_active());
}
