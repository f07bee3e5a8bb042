//! Runs tasks after a pause, in the order in which they were pushed.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// Long enough for nodes to agree, and short compared with any deadline.
const PAUSE: Duration = Duration::from_millis(50);

type Task = Box<dyn FnOnce() + Send>;

/// One tokio task runs all tasks, so that none overtakes an earlier one.
pub struct RetryQueue(UnboundedSender<(Instant, Task)>);

impl RetryQueue {
    pub fn start() -> Self {
        let (tasks, queue) = unbounded_channel();
        crate::runtime::spawn(run(queue));
        RetryQueue(tasks)
    }

    pub fn push(&self, task: Task) {
        // The receiver lives as long as this sender.
        drop(self.0.send((Instant::now() + PAUSE, task)));
    }
}

async fn run(mut queue: UnboundedReceiver<(Instant, Task)>) {
    while let Some((due, task)) = queue.recv().await {
        sleep_until(due).await;
        // A task that panics is dropped, which fails its commands; the next ones still run.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(task)));
    }
}
