//! Watches, fed by keyspace notifications of the servers or by the embedded store.
//!
//! Notifications cost writers nothing, and also report expiry and writes of other clients. Each server reports only its
//! own keys, and only to clients that are subscribed at that moment.

mod feed;
mod recheck;
mod setting;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::sleep;

use self::state::{FeedId, State};
use super::{Inbox, Notification, Watched};
use crate::config::{Address, Server};
use crate::connection::Target;
use crate::engine::memory::{ListenerId, Memory};
use crate::keyspace::Keyspace;
use crate::sync::locked;
use crate::topology::cluster::Cluster;

/// Interval between refreshes of the slot map, which may be outdated if no command is redirected.
const REFRESH_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum delay of an expiry event of the embedded store.
const EXPIRY_INTERVAL: Duration = Duration::from_millis(50);

/// The source of change events.
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
    /// Registered at the embedded store, if that is the backend.
    listener: Mutex<Option<ListenerId>>,
    /// Notifies the feeds that the set of watches has changed.
    changed: watch::Sender<()>,
}

struct Inner {
    state: State,
    /// One for each server, while there are watches.
    feeds: Vec<Feed>,
    /// Follows the nodes of a cluster, or expires entries of the embedded store.
    task: Option<AbortHandle>,
    last_feed: FeedId,
}

struct Feed {
    id: FeedId,
    /// Only for cluster nodes.
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
        let inner = Inner { state, feeds: Vec::new(), task: None, last_feed: 0 };
        Arc::new(Watches {
            source,
            command_timeout,
            inbox,
            inner: Mutex::new(inner),
            listener: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// Adds a watch, which emits `Started` once it is active. `add`, `remove` and `close` are called on one thread
    /// only.
    pub fn add(self: &Arc<Self>, number: u32, watched: Watched, configure: bool) {
        self.add_listener();
        let mut inner = self.inner();
        if inner.state.is_empty() {
            self.begin(&mut inner);
        }
        inner.state.add(number, watched, configure);
        self.inbox.push(match self.source {
            Source::Memory(_) => inner.state.start(number).into_iter().collect(),
            // Another watch may have subscribed to the same topic.
            _ => inner.state.settle(),
        });
        self.changed.send_replace(());
    }

    pub fn remove(&self, number: u32) {
        self.update(|state| {
            state.remove(number);
            Vec::new()
        });
        if self.inner().state.is_empty() {
            self.remove_listener();
        }
        self.changed.send_replace(());
    }

    pub fn close(&self) {
        self.update(|state| {
            state.clear();
            Vec::new()
        });
        self.remove_listener();
    }

    /// Changes the state, and emits the resulting events. After the last watch all tasks end.
    fn update(&self, change: impl FnOnce(&mut State) -> Vec<Notification>) {
        let mut inner = self.inner();
        // Under the lock, so that events are emitted in the order of the changes.
        self.inbox.push(change(&mut inner.state));
        if inner.state.is_empty() {
            inner.end();
        }
    }

    fn begin(self: &Arc<Self>, inner: &mut Inner) {
        match &self.source {
            Source::Memory(memory) => inner.set_task(crate::runtime::spawn(expire(Arc::downgrade(memory)))),
            Source::Server(target) => self.add_feed(inner, None, target.clone()),
            Source::Cluster(cluster) => {
                inner.set_task(crate::runtime::spawn(follow(self.clone(), cluster.clone())))
            }
        }
    }

    /// Subscribes at a server.
    fn add_feed(self: &Arc<Self>, inner: &mut Inner, address: Option<Address>, target: Target) {
        inner.last_feed += 1;
        let id = inner.last_feed;
        inner.state.add_feed(id);
        let task = crate::runtime::spawn(feed::run(self.clone(), id, target)).abort_handle();
        inner.feeds.push(Feed { id, address, task });
    }

    /// Subscribes at exactly these servers.
    fn follow(self: &Arc<Self>, servers: Vec<Server>) {
        let mut inner = self.inner();
        if inner.state.is_empty() {
            return;
        }
        let is_current =
            |feed: &Feed| servers.iter().any(|server| feed.address.as_ref() == Some(&server.address));
        let removed: Vec<Feed> = inner.feeds.extract_if(.., |feed| !is_current(feed)).collect();
        removed.into_iter().for_each(|feed| inner.remove_feed(feed));
        for server in servers {
            if !inner.feeds.iter().any(|feed| feed.address.as_ref() == Some(&server.address)) {
                self.add_feed(&mut inner, Some(server.address.clone()), Target::Member(server));
            }
        }
        self.inbox.push(inner.state.settle());
    }

    /// Must not be called under the lock of `inner`: the embedded store holds its own lock when it calls back.
    fn add_listener(self: &Arc<Self>) {
        let Source::Memory(memory) = &self.source else { return };
        let watches = Arc::downgrade(self);
        self.listener().get_or_insert_with(|| {
            memory.add_listener(Box::new(move |redis_key, change| {
                if let Some(watches) = watches.upgrade() {
                    watches.update(|state| state.changed_locally(redis_key, change));
                }
            }))
        });
    }

    fn remove_listener(&self) {
        let listener = self.listener().take();
        if let (Source::Memory(memory), Some(listener)) = (&self.source, listener) {
            memory.remove_listener(listener);
        }
    }

    fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        locked(self.inner.lock())
    }

    fn listener(&self) -> MutexGuard<'_, Option<ListenerId>> {
        locked(self.listener.lock())
    }
}

impl Inner {
    fn set_task(&mut self, task: JoinHandle<()>) {
        self.task = Some(task.abort_handle());
    }

    fn remove_feed(&mut self, Feed { id, task, .. }: Feed) {
        task.abort();
        self.state.remove_feed(id);
    }

    fn end(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        for feed in std::mem::take(&mut self.feeds) {
            self.remove_feed(feed);
        }
    }
}

/// Keeps subscriptions at all primaries of a cluster.
async fn follow(watches: Arc<Watches>, cluster: Arc<Cluster>) {
    let mut slot_maps = cluster.slot_maps();
    loop {
        watches.follow(cluster.primaries());
        tokio::select! {
            _ = slot_maps.changed() => {}
            () = sleep(REFRESH_INTERVAL) => cluster.refresh(),
        }
    }
}

/// Expires entries of the embedded store, which otherwise expire only when the store is accessed.
async fn expire(memory: Weak<Memory>) {
    loop {
        sleep(EXPIRY_INTERVAL).await;
        let Some(memory) = memory.upgrade() else { return };
        memory.drop_expired();
    }
}
