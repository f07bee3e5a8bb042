//! The tokio runtime that all adapters of a process share.

use std::future::Future;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// So that one thread reads sockets while another assembles a large listing.
const THREADS: usize = 2;
/// For reading certificate files. Lookups of host names have their own threads; see transport/lookup.rs.
const BLOCKING_THREADS: usize = 2;

/// Never shut down: a worker thread of Node may end at any time, its connections are closed by their owners.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(THREADS)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("redis-state")
        .enable_all();
    builder.build().expect("the operating system gives threads")
});

pub fn handle() -> &'static Handle {
    RUNTIME.handle()
}

pub fn spawn<F>(task: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    RUNTIME.spawn(task)
}
