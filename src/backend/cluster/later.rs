//! What is to be done after a while, in the order in which it came.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// Long enough for nodes to agree, short beside any deadline.
const PAUSE: Duration = Duration::from_millis(50);

type Task = Box<dyn FnOnce() + Send>;

/// One task does it all, so that nothing overtakes what came before it.
pub struct Later(UnboundedSender<(Instant, Task)>);

impl Later {
    pub fn start() -> Self {
        let (tasks, queue) = unbounded_channel();
        crate::runtime::spawn(run(queue));
        Later(tasks)
    }

    pub fn push(&self, task: Task) {
        // It ends with its owner, who is there.
        drop(self.0.send((Instant::now() + PAUSE, task)));
    }
}

async fn run(mut queue: UnboundedReceiver<(Instant, Task)>) {
    while let Some((due, task)) = queue.recv().await {
        sleep_until(due).await;
        // Should it panic, what it was about fails by being dropped, and the others have their turn.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(task)));
    }
}
