//! Who watches what, and which servers tell of it. Pure.

use std::collections::{BTreeMap, HashSet};

use crate::connection::Topic;
use crate::error::Error;
use crate::keyspace::{Keyspace, Scope};
use crate::watch::{Happened, Notice, Told, Watched};

pub struct State {
    keyspace: Keyspace,
    /// What the channel of each key of the database starts with.
    channel_start: String,
    /// All keys of the keyspace: for those who may not subscribe to patterns of their choice.
    widest: Topic,
    watches: BTreeMap<u32, Watch>,
    feeds: Vec<Feed>,
}

struct Watch {
    watched: Watched,
    topic: Topic,
    /// Servers that do not tell of changes may be set to do so.
    configure: bool,
    has_started: bool,
    /// Each server tells of it.
    stands: bool,
}

/// A server that is subscribed to.
struct Feed {
    id: FeedId,
    /// Of groups it is asked for everything.
    is_wide: bool,
    standing: HashSet<Topic>,
}

/// Tells one subscription to a server from others.
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
        let watch = Watch { watched, topic, configure, has_started: false, stands: false };
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

    /// Somebody wants servers to be set where that is needed.
    pub fn may_configure(&self) -> bool {
        self.watches.values().any(|watch| watch.configure)
    }

    /// Where nobody else has to tell of it, a watch stands at once.
    pub fn start(&mut self, number: u32) -> Option<Notice> {
        let watch = self.watches.get_mut(&number)?;
        (watch.has_started, watch.stands) = (true, true);
        Some((number, Told::Started))
    }

    pub fn add_feed(&mut self, id: FeedId) {
        self.feeds.push(Feed { id, is_wide: false, standing: HashSet::new() });
    }

    pub fn remove_feed(&mut self, id: FeedId) {
        self.feeds.retain(|feed| feed.id != id);
    }

    /// What a server is to tell of.
    fn wanted(&self, id: FeedId) -> HashSet<Topic> {
        let Some(feed) = self.feed(id) else { return HashSet::new() };
        self.watches.values().map(|watch| self.topic(watch, feed).clone()).collect()
    }

    /// Has `asked`, what a server was asked to tell of, be what it is to tell of; what that adds, and what it ends.
    pub fn ask(&mut self, id: FeedId, asked: &mut HashSet<Topic>) -> (Vec<Topic>, Vec<Topic>) {
        let wanted = self.wanted(id);
        let join = wanted.difference(asked).cloned().collect();
        let leave: Vec<Topic> = asked.difference(&wanted).cloned().collect();
        if let Some(feed) = self.feed_mut(id) {
            feed.standing.retain(|topic| !leave.contains(topic));
        }
        *asked = wanted;
        (join, leave)
    }

    /// A server tells of a topic from now on.
    pub fn stands(&mut self, id: FeedId, topic: Topic) {
        if let Some(feed) = self.feed_mut(id) {
            feed.standing.insert(topic);
        }
    }

    /// A server tells of nothing any more.
    pub fn lost(&mut self, id: FeedId) {
        if let Some(feed) = self.feed_mut(id) {
            feed.standing.clear();
        }
    }

    /// A server refuses to tell of a topic. One that allows only patterns that it was told is asked for everything.
    pub fn refused(&mut self, id: FeedId, topic: &Topic, error: &Error) -> Vec<Notice> {
        let is_narrow = matches!(topic, Topic::Pattern(_)) && *topic != self.widest;
        if is_narrow && let Some(feed) = self.feed_mut(id) {
            feed.is_wide = true;
            return Vec::new();
        }
        let Some(feed) = self.feed(id) else { return Vec::new() };
        let concerned = |watch: &Watch| self.topic(watch, feed) == topic;
        let concerned =
            self.watches.iter().filter(|(_, watch)| concerned(watch)).map(|(number, _)| *number).collect();
        self.fail(concerned, error)
    }

    /// A server does not tell of changes and was not set to do so; `tried`: it could not.
    pub fn unsupported(&mut self, tried: bool, error: &Error) -> Vec<Notice> {
        let concerned = self.watches.iter().filter(|(_, watch)| tried || !watch.configure);
        self.fail(concerned.map(|(number, _)| *number).collect(), error)
    }

    fn fail(&mut self, numbers: Vec<u32>, error: &Error) -> Vec<Notice> {
        numbers.iter().for_each(|number| self.remove(*number));
        numbers.into_iter().map(|number| (number, Told::Failed(error.clone()))).collect()
    }

    /// A server does not say whether it tells of changes.
    pub fn unasked(&self) -> Vec<Notice> {
        self.watches.keys().map(|number| (*number, Told::Unasked)).collect()
    }

    /// Looks which watches stand now, and did not before.
    pub fn settle(&mut self) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (number, watch) in &mut self.watches {
            let tells = |feed: &Feed| feed.standing.contains(topic_on(&watch.topic, &self.widest, feed));
            let stands = !self.feeds.is_empty() && self.feeds.iter().all(tells);
            if stands && !watch.stands {
                notices.push((*number, if watch.has_started { Told::Gap } else { Told::Started }));
                watch.has_started = true;
            }
            watch.stands = stands;
        }
        notices
    }

    /// A server told of an event on the channel of a key.
    pub fn hear(&self, id: FeedId, topic: &Topic, channel: &str, event: &[u8]) -> Vec<Notice> {
        let Some(feed) = self.feed(id) else { return Vec::new() };
        let Some(happened) = Happened::of(event) else { return Vec::new() };
        let Some(redis_key) = channel.strip_prefix(&self.channel_start) else { return Vec::new() };
        // Each topic that a channel belongs to tells of it.
        self.tell(redis_key, happened, |watch| self.topic(watch, feed) == topic)
    }

    /// Something happened inside this process.
    pub fn happened(&self, redis_key: &str, happened: Happened) -> Vec<Notice> {
        self.tell(redis_key, happened, |_| true)
    }

    fn tell(&self, redis_key: &str, happened: Happened, concerns: impl Fn(&Watch) -> bool) -> Vec<Notice> {
        let told = |(number, watch): (&u32, &Watch)| {
            let (trace_id, key) = watch.watched.entry(&self.keyspace, redis_key)?;
            let change = Told::Change { trace_id: trace_id.to_owned(), key: key.to_owned(), happened };
            Some((*number, change))
        };
        self.watches
            .iter()
            .filter(|(_, watch)| watch.has_started && concerns(watch))
            .filter_map(told)
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

/// By which topic a server tells of what is watched.
fn topic_on<'a>(topic: &'a Topic, widest: &'a Topic, feed: &Feed) -> &'a Topic {
    if feed.is_wide && matches!(topic, Topic::Pattern(_)) { widest } else { topic }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn state() -> State {
        State::new(Keyspace::new("p:".into(), false), 3)
    }

    fn group(name: &str) -> Watched {
        Watched::new(Some(name.into()), None)
    }

    fn pattern(name: &str) -> Topic {
        Topic::Pattern(format!("__keyspace@3__:{name}"))
    }

    fn words(notices: &[Notice]) -> Vec<String> {
        let word = |told: &Told| match told {
            Told::Started => "started".to_owned(),
            Told::Gap => "gap".into(),
            Told::Change { trace_id, key, happened } => format!("{trace_id} {key} {}", happened.as_str()),
            Told::Unasked => "unasked".into(),
            Told::Failed(error) => error.kind.code().into(),
        };
        notices.iter().map(|(number, told)| format!("{number} {}", word(told))).collect()
    }

    #[test]
    fn topics_are_channels_of_keys_with_wildcards_literal() {
        let mut state = state();
        state.add_feed(7);
        state.add(1, Watched::new(Some("t*".into()), Some("k[".into())), false);
        assert_eq!(state.wanted(7), [Topic::Channel("__keyspace@3__:p:t*:k[".into())].into());
        state.remove(1);
        state.add(2, group("t*"), false);
        state.add(3, Watched::new(None, None), false);
        assert_eq!(state.wanted(7), [pattern(r"p:t\*:*"), pattern("p:*")].into());
    }

    #[test]
    fn a_watch_stands_when_each_server_tells_and_has_a_gap_when_one_does_again() {
        let mut state = state();
        state.add(1, group("t"), false);
        assert!(state.settle().is_empty(), "no server is known");
        state.add_feed(7);
        state.add_feed(8);
        state.stands(7, pattern("p:t:*"));
        assert!(state.settle().is_empty());
        state.stands(8, pattern("p:t:*"));
        assert_eq!(words(&state.settle()), ["1 started"]);
        assert!(state.settle().is_empty());
        state.lost(8);
        assert!(state.settle().is_empty());
        state.add_feed(9);
        state.remove_feed(8);
        assert!(state.settle().is_empty());
        state.stands(9, pattern("p:t:*"));
        assert_eq!(words(&state.settle()), ["1 gap"]);
        state.remove_feed(9);
        assert!(state.settle().is_empty(), "who else tells has told all the time");
    }

    #[test]
    fn an_event_is_told_once_to_each_who_watches() {
        let mut state = state();
        state.add_feed(7);
        state.add(1, group("t"), false);
        state.add(2, Watched::new(None, None), false);
        state.add(3, group("t"), false);
        state.add(4, group("other"), false);
        state.stands(7, pattern("p:t:*"));
        state.stands(7, pattern("p:*"));
        assert_eq!(words(&state.settle()), ["1 started", "2 started", "3 started"]);
        let hear = |topic: &str| state.hear(7, &pattern(topic), "__keyspace@3__:p:t:k", b"set");
        assert_eq!(words(&hear("p:t:*")), ["1 t k written", "3 t k written"]);
        assert_eq!(words(&hear("p:*")), ["2 t k written"]);
        assert!(state.hear(7, &pattern("p:*"), "__keyspace@3__:p:t:k", b"expire").is_empty());
        assert!(state.hear(6, &pattern("p:*"), "__keyspace@3__:p:t:k", b"set").is_empty());
    }

    #[test]
    fn who_may_not_choose_patterns_is_told_of_all_and_hears_what_it_watches() {
        let mut state = state();
        state.add_feed(7);
        state.add(1, group("t"), false);
        let refused = Error::from_reply(b"NOPERM no such channel");
        assert!(state.refused(7, &pattern("p:t:*"), &refused).is_empty());
        assert_eq!(state.wanted(7), [pattern("p:*")].into());
        state.stands(7, pattern("p:*"));
        assert_eq!(words(&state.settle()), ["1 started"]);
        let hear = |channel: &str| words(&state.hear(7, &pattern("p:*"), channel, b"del"));
        assert_eq!(hear("__keyspace@3__:p:t:k"), ["1 t k removed"]);
        assert!(hear("__keyspace@3__:p:u:k").is_empty());
        assert_eq!(words(&state.refused(7, &pattern("p:*"), &refused)), ["1 ERR_REPLY"]);
        assert!(state.is_empty());
    }

    #[test]
    fn a_topic_that_was_left_has_to_stand_anew() {
        let (mut state, mut asked) = (state(), HashSet::new());
        state.add_feed(7);
        state.add(1, group("t"), false);
        assert_eq!(state.ask(7, &mut asked), (vec![pattern("p:t:*")], vec![]));
        state.stands(7, pattern("p:t:*"));
        state.remove(1);
        assert_eq!(state.ask(7, &mut asked), (vec![], vec![pattern("p:t:*")]));
        state.add(2, group("t"), false);
        assert!(state.settle().is_empty());
        assert_eq!(state.ask(7, &mut asked), (vec![pattern("p:t:*")], vec![]));
        state.stands(7, pattern("p:t:*"));
        assert_eq!(words(&state.settle()), ["2 started"]);
    }

    #[test]
    fn who_wants_a_server_set_is_not_failed_for_those_who_do_not() {
        let mut state = state();
        state.add(1, group("t"), false);
        state.add(2, group("t"), true);
        assert!(state.may_configure());
        let error = Error::new(Kind::Unsupported, "");
        assert_eq!(words(&state.unsupported(false, &error)), ["1 ERR_UNSUPPORTED"]);
        assert_eq!(words(&state.unsupported(true, &error)), ["2 ERR_UNSUPPORTED"]);
    }
}
