//! The watches, and the topics to which each server is subscribed. Pure.

use std::collections::{BTreeMap, HashSet};

use crate::connection::Topic;
use crate::error::Error;
use crate::keyspace::{Keyspace, Scope};
use crate::watch::{ChangeKind, Notification, WatchEvent, Watched};

pub struct State {
    keyspace: Keyspace,
    /// The beginning of all channel names.
    channel_start: String,
    /// All keys of the keyspace: for users that may not subscribe to narrower patterns.
    widest: Topic,
    watches: BTreeMap<u32, Watch>,
    feeds: Vec<Feed>,
}

struct Watch {
    watched: Watched,
    topic: Topic,
    /// The option `configure`: enable notifications on servers where they are off.
    configure: bool,
    has_started: bool,
    /// All servers are subscribed.
    is_active: bool,
}

/// The subscription at one server.
struct Feed {
    id: FeedId,
    /// Subscribes to the widest pattern in place of all others.
    is_wide: bool,
    subscribed: HashSet<Topic>,
}

pub type FeedId = u64;

impl State {
    pub fn new(keyspace: Keyspace, database: u32) -> Self {
        let channel_start = format!("__keyspace@{database}__:");
        let widest = Topic::Pattern(format!("{channel_start}{}", keyspace.pattern_of(&Scope::All)));
        State { keyspace, channel_start, widest, watches: BTreeMap::new(), feeds: Vec::new() }
    }

    pub fn add(&mut self, number: u32, watched: Watched, configure: bool) {
        let Watched { scope, key } = &watched;
        let start = &self.channel_start;
        let topic = match key {
            Some(key) => Topic::Channel(format!("{start}{}{key}", self.keyspace.start_of(scope))),
            None => Topic::Pattern(format!("{start}{}", self.keyspace.pattern_of(scope))),
        };
        let watch = Watch { watched, topic, configure, has_started: false, is_active: false };
        self.watches.insert(number, watch);
    }

    pub fn remove(&mut self, number: u32) {
        self.watches.remove(&number);
    }

    pub fn clear(&mut self) {
        self.watches.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.watches.is_empty()
    }

    /// Whether a watch has `configure`.
    pub fn may_configure(&self) -> bool {
        self.watches.values().any(|watch| watch.configure)
    }

    /// Without servers to subscribe to, a watch is active at once.
    pub fn start(&mut self, number: u32) -> Option<Notification> {
        let watch = self.watches.get_mut(&number)?;
        (watch.has_started, watch.is_active) = (true, true);
        Some((number, WatchEvent::Started))
    }

    pub fn add_feed(&mut self, id: FeedId) {
        self.feeds.push(Feed { id, is_wide: false, subscribed: HashSet::new() });
    }

    pub fn remove_feed(&mut self, id: FeedId) {
        self.feeds.retain(|feed| feed.id != id);
    }

    /// The topics that a server should be subscribed to.
    fn wanted(&self, id: FeedId) -> HashSet<Topic> {
        let Some(feed) = self.feed(id) else { return HashSet::new() };
        self.watches.values().map(|watch| self.topic(watch, feed).clone()).collect()
    }

    /// Replaces `requested`, the topics requested so far, with the wanted ones. Returns the topics to subscribe to and
    /// to unsubscribe from.
    pub fn request(&mut self, id: FeedId, requested: &mut HashSet<Topic>) -> (Vec<Topic>, Vec<Topic>) {
        let wanted = self.wanted(id);
        let added = wanted.difference(requested).cloned().collect();
        let removed: Vec<Topic> = requested.difference(&wanted).cloned().collect();
        if let Some(feed) = self.feed_mut(id) {
            feed.subscribed.retain(|topic| !removed.contains(topic));
        }
        *requested = wanted;
        (added, removed)
    }

    pub fn subscribed(&mut self, id: FeedId, topic: Topic) {
        if let Some(feed) = self.feed_mut(id) {
            feed.subscribed.insert(topic);
        }
    }

    pub fn disconnected(&mut self, id: FeedId) {
        if let Some(feed) = self.feed_mut(id) {
            feed.subscribed.clear();
        }
    }

    /// The server refused a topic. ACLs compare patterns literally, so after a refused pattern the widest one is tried.
    pub fn refused(&mut self, id: FeedId, topic: &Topic, error: &Error) -> Vec<Notification> {
        let is_narrow = matches!(topic, Topic::Pattern(_)) && *topic != self.widest;
        if is_narrow && let Some(feed) = self.feed_mut(id) {
            feed.is_wide = true;
            // The widest pattern may be subscribed already: then no other event would start this watch.
            return self.settle();
        }
        let Some(feed) = self.feed(id) else { return Vec::new() };
        let is_affected = |watch: &Watch| self.topic(watch, feed) == topic;
        let affected =
            self.watches.iter().filter(|(_, watch)| is_affected(watch)).map(|(number, _)| *number).collect();
        self.fail(affected, error)
    }

    /// Notifications are off. `tried`: enabling them failed.
    pub fn unsupported(&mut self, tried: bool, error: &Error) -> Vec<Notification> {
        let affected = self.watches.iter().filter(|(_, watch)| tried || !watch.configure);
        self.fail(affected.map(|(number, _)| *number).collect(), error)
    }

    fn fail(&mut self, numbers: Vec<u32>, error: &Error) -> Vec<Notification> {
        numbers.iter().for_each(|number| self.remove(*number));
        numbers.into_iter().map(|number| (number, WatchEvent::Failed(error.clone()))).collect()
    }

    pub fn unverified(&self) -> Vec<Notification> {
        self.watches.keys().map(|number| (*number, WatchEvent::Unverified)).collect()
    }

    /// Updates which watches are active. Returns the events of those that became active.
    pub fn settle(&mut self) -> Vec<Notification> {
        let mut notifications = Vec::new();
        for (number, watch) in &mut self.watches {
            let is_subscribed =
                |feed: &Feed| feed.subscribed.contains(topic_on(&watch.topic, &self.widest, feed));
            let is_active = !self.feeds.is_empty() && self.feeds.iter().all(is_subscribed);
            if is_active && !watch.is_active {
                notifications
                    .push((*number, if watch.has_started { WatchEvent::Gap } else { WatchEvent::Started }));
                watch.has_started = true;
            }
            watch.is_active = is_active;
        }
        notifications
    }

    /// A server published an event on the channel of a key.
    pub fn recv(&self, id: FeedId, topic: &Topic, channel: &str, event: &[u8]) -> Vec<Notification> {
        let Some(feed) = self.feed(id) else { return Vec::new() };
        let Some(kind) = ChangeKind::of(event) else { return Vec::new() };
        let Some(redis_key) = channel.strip_prefix(&self.channel_start) else { return Vec::new() };
        // The server sends the message once for each matching topic.
        self.changed(redis_key, kind, |watch| self.topic(watch, feed) == topic)
    }

    /// An entry of the embedded store changed.
    pub fn changed_locally(&self, redis_key: &str, kind: ChangeKind) -> Vec<Notification> {
        self.changed(redis_key, kind, |_| true)
    }

    fn changed(
        &self,
        redis_key: &str,
        kind: ChangeKind,
        is_affected: impl Fn(&Watch) -> bool,
    ) -> Vec<Notification> {
        let notification = |(number, watch): (&u32, &Watch)| {
            let (trace_id, key) = watch.watched.entry(&self.keyspace, redis_key)?;
            let change = WatchEvent::Change { trace_id: trace_id.to_owned(), key: key.to_owned(), kind };
            Some((*number, change))
        };
        self.watches
            .iter()
            .filter(|(_, watch)| watch.has_started && is_affected(watch))
            .filter_map(notification)
            .collect()
    }

    fn topic<'a>(&'a self, watch: &'a Watch, feed: &Feed) -> &'a Topic {
        topic_on(&watch.topic, &self.widest, feed)
    }

    fn feed(&self, id: FeedId) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.id == id)
    }

    fn feed_mut(&mut self, id: FeedId) -> Option<&mut Feed> {
        self.feeds.iter_mut().find(|feed| feed.id == id)
    }
}

/// The topic that a feed uses for a watch.
fn topic_on<'a>(topic: &'a Topic, widest: &'a Topic, feed: &Feed) -> &'a Topic {
    if feed.is_wide && matches!(topic, Topic::Pattern(_)) { widest } else { topic }
}

#[cfg(test)]
mod tests;
