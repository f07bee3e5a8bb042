//! Who watches entries, and who tells of them: keyspace notifications of the servers, or the embedded store.
//!
//! Notifications cost those who write nothing, and tell of what other clients write and of expiry. Each server tells only
//! of its own keys, and only those who listen at that moment.

mod feed;
mod setting;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::sleep;

use self::state::{FeedId, State};
use super::cluster::Cluster;
use super::memory::{ListenerId, Memory};
use crate::config::{Address, Server};
use crate::connection::Target;
use crate::keyspace::Keyspace;
use crate::watch::{Inbox, Notice, Watched};

/// A view of a cluster may be an old one that long, where nobody is referred elsewhere.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// An entry of the embedded store expires at the latest so long after its time, while somebody watches.
const SWEEP_EVERY: Duration = Duration::from_millis(50);

/// Where what is watched is.
pub enum Source {
    Memory(Arc<Memory>),
    Server(Target),
    Cluster(Arc<Cluster>),
}

pub struct Watches {
    source: Source,
    command_timeout: Duration,
    inbox: Arc<Inbox>,
    inner: Mutex<Inner>,
    /// At the embedded store.
    listener: Mutex<Option<ListenerId>>,
    /// Something else is watched now.
    changed: watch::Sender<()>,
}

struct Inner {
    state: State,
    /// What runs while something is watched.
    feeds: Vec<Feed>,
    keeper: Option<AbortHandle>,
    last_feed: FeedId,
}

struct Feed {
    id: FeedId,
    /// Of a node of a cluster.
    address: Option<Address>,
    task: AbortHandle,
}

impl Watches {
    pub fn new(
        source: Source,
        keyspace: Keyspace,
        database: u32,
        command_timeout: Duration,
        inbox: Arc<Inbox>,
    ) -> Arc<Self> {
        let state = State::new(keyspace, database);
        let inner = Inner { state, feeds: Vec::new(), keeper: None, last_feed: 0 };
        Arc::new(Watches {
            source,
            command_timeout,
            inbox,
            inner: Mutex::new(inner),
            listener: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// Watches from now on; that it stands is told. Called by one thread, as `remove` and `close`.
    pub fn add(self: &Arc<Self>, number: u32, watched: Watched, configure: bool) {
        self.listen_inside();
        let mut inner = self.inner();
        if inner.state.is_empty() {
            self.begin(&mut inner);
        }
        inner.state.add(number, watched, configure);
        self.inbox.tell(match self.source {
            Source::Memory(_) => inner.state.start(number).into_iter().collect(),
            // Others may have what it needs.
            _ => inner.state.settle(),
        });
        self.changed.send_replace(());
    }

    pub fn remove(&self, number: u32) {
        self.with(|state| {
            state.remove(number);
            Vec::new()
        });
        if self.inner().state.is_empty() {
            self.forget_inside();
        }
        self.changed.send_replace(());
    }

    pub fn close(&self) {
        self.with(|state| {
            state.clear();
            Vec::new()
        });
        self.forget_inside();
    }

    /// Changes the state, and tells what it comes to. When nothing is watched any more, all that runs ends.
    fn with(&self, change: impl FnOnce(&mut State) -> Vec<Notice>) {
        let mut inner = self.inner();
        // Under the lock, so that everything is told in its order.
        self.inbox.tell(change(&mut inner.state));
        if inner.state.is_empty() {
            inner.end();
        }
    }

    fn begin(self: &Arc<Self>, inner: &mut Inner) {
        match &self.source {
            Source::Memory(memory) => inner.keep(crate::runtime::spawn(sweep(Arc::downgrade(memory)))),
            Source::Server(target) => self.feed(inner, None, target.clone()),
            Source::Cluster(cluster) => {
                inner.keep(crate::runtime::spawn(follow(self.clone(), cluster.clone())))
            }
        }
    }

    /// Subscribes at a server.
    fn feed(self: &Arc<Self>, inner: &mut Inner, address: Option<Address>, target: Target) {
        inner.last_feed += 1;
        let id = inner.last_feed;
        inner.state.add_feed(id);
        let task = crate::runtime::spawn(feed::run(self.clone(), id, target)).abort_handle();
        inner.feeds.push(Feed { id, address, task });
    }

    /// Subscribes at all of these, and at no others.
    fn follow(self: &Arc<Self>, servers: Vec<Server>) {
        let mut inner = self.inner();
        if inner.state.is_empty() {
            return;
        }
        let is_one =
            |feed: &Feed| servers.iter().any(|server| feed.address.as_ref() == Some(&server.address));
        let retired: Vec<Feed> = inner.feeds.extract_if(.., |feed| !is_one(feed)).collect();
        retired.into_iter().for_each(|feed| inner.retire(feed));
        for server in servers {
            if !inner.feeds.iter().any(|feed| feed.address.as_ref() == Some(&server.address)) {
                self.feed(&mut inner, Some(server.address.clone()), Target::Member(server));
            }
        }
        self.inbox.tell(inner.state.settle());
    }

    /// Not under the lock of `inner`: the embedded store has its own when it tells.
    fn listen_inside(self: &Arc<Self>) {
        let Source::Memory(memory) = &self.source else { return };
        let watches = Arc::downgrade(self);
        self.listener().get_or_insert_with(|| {
            memory.listen(Box::new(move |redis_key, happened| {
                if let Some(watches) = watches.upgrade() {
                    watches.with(|state| state.happened(redis_key, happened));
                }
            }))
        });
    }

    fn forget_inside(&self) {
        let listener = self.listener().take();
        if let (Source::Memory(memory), Some(listener)) = (&self.source, listener) {
            memory.forget(listener);
        }
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listener(&self) -> MutexGuard<'_, Option<ListenerId>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, keeper: JoinHandle<()>) {
        self.keeper = Some(keeper.abort_handle());
    }

    fn retire(&mut self, Feed { id, task, .. }: Feed) {
        task.abort();
        self.state.remove_feed(id);
    }

    fn end(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.abort();
        }
        for feed in std::mem::take(&mut self.feeds) {
            self.retire(feed);
        }
    }
}

/// Subscribes at each primary of a cluster, as they come and go.
async fn follow(watches: Arc<Watches>, cluster: Arc<Cluster>) {
    let mut views = cluster.views();
    loop {
        watches.follow(cluster.primaries());
        tokio::select! {
            _ = views.changed() => {}
            () = sleep(LOOK_AGAIN) => cluster.look_again(),
        }
    }
}

/// Nothing expires in the embedded store before somebody looks.
async fn sweep(memory: Weak<Memory>) {
    loop {
        sleep(SWEEP_EVERY).await;
        let Some(memory) = memory.upgrade() else { return };
        memory.drop_expired();
    }
}
