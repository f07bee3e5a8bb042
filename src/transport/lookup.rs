//! Lookups of host names; a slow lookup delays only the connections that need that name.
//!
//! The operating system's resolver blocks its thread, so each lookup has its own thread. All attempts that need the
//! same name meanwhile share that lookup, even attempts after one that timed out.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::sync::locked;

/// Limit of concurrent lookups; further ones wait.
const MAX_LOOKUPS: usize = 128;
/// Enough for the modules that a resolver loads.
const STACK_SIZE: usize = 512 * 1024;

static LOOKUPS: LazyLock<Lookups> = LazyLock::new(|| Lookups::new(system, MAX_LOOKUPS));

/// The addresses of a host, in the order in which to try them.
pub async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let addresses = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => LOOKUPS.addresses(host).await?,
    };
    Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
}

fn system(host: &str) -> io::Result<Vec<IpAddr>> {
    Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

type Resolve = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;
/// The result of a lookup; each attempt that shares it gets an error of the same kind and text.
type Answer = Result<Vec<IpAddr>, (io::ErrorKind, String)>;
/// The running lookups, by name.
type Running = Arc<Mutex<HashMap<String, watch::Receiver<Option<Answer>>>>>;

struct Lookups {
    resolve: Resolve,
    running: Running,
    permits: Arc<Semaphore>,
}

impl Lookups {
    fn new(resolve: impl Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync + 'static, max: usize) -> Self {
        Lookups {
            resolve: Arc::new(resolve),
            running: Arc::default(),
            permits: Arc::new(Semaphore::new(max)),
        }
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut answer = self.join(host).await?;
        // The sender is dropped without an answer only if a resolver panics.
        let answered = answer.wait_for(Option::is_some).await.map_err(io::Error::other)?;
        let answer = answered.clone().unwrap_or_else(|| Err((io::ErrorKind::Other, "no answer".into())));
        answer.map_err(|(kind, text)| io::Error::new(kind, text))
    }

    /// Joins the running lookup of a name, or starts one.
    async fn join(&self, host: &str) -> io::Result<watch::Receiver<Option<Answer>>> {
        if let Some(running) = self.running().get(host) {
            return Ok(running.clone());
        }
        let permit = self.permits.clone().acquire_owned().await.map_err(io::Error::other)?;
        let mut running = self.running();
        // Another attempt may have started it meanwhile.
        if let Some(running) = running.get(host) {
            return Ok(running.clone());
        }
        let (answer, receiver) = watch::channel(None);
        running.insert(host.to_owned(), receiver.clone());
        drop(running);
        let lookup = Lookup { host: host.to_owned(), running: self.running.clone(), answer, _permit: permit };
        let resolve = self.resolve.clone();
        let thread = thread::Builder::new().name("redis-state-dns".into()).stack_size(STACK_SIZE);
        thread.spawn(move || lookup.run(&*resolve))?;
        Ok(receiver)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, watch::Receiver<Option<Answer>>>> {
        locked(self.running.lock())
    }
}

/// A running lookup. Dropping it ends the lookup, even after a panic.
struct Lookup {
    host: String,
    running: Running,
    answer: watch::Sender<Option<Answer>>,
    _permit: OwnedSemaphorePermit,
}

impl Lookup {
    fn run(self, resolve: &dyn Fn(&str) -> io::Result<Vec<IpAddr>>) {
        let answer = resolve(&self.host).map_err(|error| (error.kind(), error.to_string()));
        // Before the answer is published: later attempts start a new lookup.
        locked(self.running.lock()).remove(&self.host);
        self.answer.send_replace(Some(answer));
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if self.answer.borrow().is_none() {
            locked(self.running.lock()).remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests;
