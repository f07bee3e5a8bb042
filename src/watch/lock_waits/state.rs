//! The waits for locks, and the subscribed channels. Pure.

use std::collections::{BTreeMap, HashSet};

use crate::connection::Topic;
use crate::watch::lock_waits::LockEvent;

/// Events with the numbers of their waits.
pub type Emitted = Vec<(u32, LockEvent)>;

#[derive(Debug, Default)]
pub struct State {
    /// The channel of each wait.
    channels: BTreeMap<u32, String>,
    subscribed: HashSet<String>,
}

impl State {
    pub fn add(&mut self, number: u32, channel: String) -> Emitted {
        let is_subscribed = self.subscribed.contains(&channel);
        self.channels.insert(number, channel);
        if is_subscribed { vec![(number, LockEvent::Subscribed)] } else { Vec::new() }
    }

    pub fn remove(&mut self, number: u32) {
        self.channels.remove(&number);
    }

    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }

    /// Replaces `requested`, the topics requested so far, with those of the current waits. Returns the topics to
    /// subscribe to and to unsubscribe from.
    pub fn request(&mut self, requested: &mut HashSet<Topic>) -> (Vec<Topic>, Vec<Topic>) {
        let wanted: HashSet<Topic> = self.channels.values().cloned().map(Topic::Channel).collect();
        let added = wanted.difference(requested).cloned().collect();
        let removed = requested.difference(&wanted).cloned().collect();
        self.subscribed.retain(|channel| self.channels.values().any(|wanted| wanted == channel));
        *requested = wanted;
        (added, removed)
    }

    pub fn subscribed(&mut self, channel: &str) -> Emitted {
        self.subscribed.insert(channel.to_owned());
        self.emit(channel, LockEvent::Subscribed)
    }

    pub fn released(&mut self, channel: &str) -> Emitted {
        self.emit(channel, LockEvent::Released)
    }

    pub fn disconnected(&mut self) -> Emitted {
        let lost = std::mem::take(&mut self.subscribed);
        lost.iter().flat_map(|channel| self.emit(channel, LockEvent::Unsubscribed)).collect()
    }

    fn emit(&self, channel: &str, event: LockEvent) -> Emitted {
        let waits = self.channels.iter().filter(|(_, waited)| *waited == channel);
        waits.map(|(number, _)| (*number, event)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(names: &[&str]) -> Vec<Topic> {
        names.iter().map(|name| Topic::Channel((*name).into())).collect()
    }

    #[test]
    fn a_wait_receives_the_events_of_its_own_lock() {
        let mut state = State::default();
        assert!(state.add(1, "a".into()).is_empty());
        assert!(state.add(2, "b".into()).is_empty());
        assert_eq!(state.subscribed("a"), [(1, LockEvent::Subscribed)]);
        assert_eq!(state.add(3, "a".into()), [(3, LockEvent::Subscribed)]);
        assert_eq!(state.released("a"), [(1, LockEvent::Released), (3, LockEvent::Released)]);
        assert_eq!(state.released("b"), [(2, LockEvent::Released)]);
        state.remove(1);
        assert_eq!(state.disconnected(), [(3, LockEvent::Unsubscribed)]);
        assert!(state.disconnected().is_empty());
    }

    #[test]
    fn a_channel_is_requested_while_it_is_waited_for() {
        let (mut state, mut requested) = (State::default(), HashSet::new());
        state.add(1, "a".into());
        assert_eq!(state.request(&mut requested), (topics(&["a"]), vec![]));
        assert_eq!(state.request(&mut requested), (vec![], vec![]));
        state.subscribed("a");
        state.remove(1);
        assert!(state.is_empty());
        // UNSUBSCRIBE was not sent yet: the server still announces each release.
        assert_eq!(state.add(2, "a".into()), [(2, LockEvent::Subscribed)]);
        state.remove(2);
        assert_eq!(state.request(&mut requested), (vec![], topics(&["a"])));
        assert!(state.add(3, "a".into()).is_empty());
        assert_eq!(state.request(&mut requested), (topics(&["a"]), vec![]));
    }
}
