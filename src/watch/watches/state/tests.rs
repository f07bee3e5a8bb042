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

fn words(notifications: &[Notification]) -> Vec<String> {
    let word = |event: &WatchEvent| match event {
        WatchEvent::Started => "started".to_owned(),
        WatchEvent::Gap => "gap".into(),
        WatchEvent::Change { trace_id, key, kind } => {
            format!("{trace_id} {key} {}", kind.as_str())
        }
        WatchEvent::Unverified => "unverified".into(),
        WatchEvent::Failed(error) => error.kind.code().into(),
    };
    notifications.iter().map(|(number, event)| format!("{number} {}", word(event))).collect()
}

#[test]
fn wildcards_in_ids_are_literal_in_topics() {
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
fn a_watch_starts_when_all_servers_are_subscribed_and_has_a_gap_after_a_reconnect() {
    let mut state = state();
    state.add(1, group("t"), false);
    assert!(state.settle().is_empty(), "no server is known");
    state.add_feed(7);
    state.add_feed(8);
    state.subscribed(7, pattern("p:t:*"));
    assert!(state.settle().is_empty());
    state.subscribed(8, pattern("p:t:*"));
    assert_eq!(words(&state.settle()), ["1 started"]);
    assert!(state.settle().is_empty());
    state.disconnected(8);
    assert!(state.settle().is_empty());
    state.add_feed(9);
    state.remove_feed(8);
    assert!(state.settle().is_empty());
    state.subscribed(9, pattern("p:t:*"));
    assert_eq!(words(&state.settle()), ["1 gap"]);
    state.remove_feed(9);
    assert!(state.settle().is_empty(), "the other server was subscribed all the time");
}

#[test]
fn each_watch_receives_an_event_once() {
    let mut state = state();
    state.add_feed(7);
    state.add(1, group("t"), false);
    state.add(2, Watched::new(None, None), false);
    state.add(3, group("t"), false);
    state.add(4, group("other"), false);
    state.subscribed(7, pattern("p:t:*"));
    state.subscribed(7, pattern("p:*"));
    assert_eq!(words(&state.settle()), ["1 started", "2 started", "3 started"]);
    let recv = |topic: &str| state.recv(7, &pattern(topic), "__keyspace@3__:p:t:k", b"set");
    assert_eq!(words(&recv("p:t:*")), ["1 t k written", "3 t k written"]);
    assert_eq!(words(&recv("p:*")), ["2 t k written"]);
    assert!(state.recv(7, &pattern("p:*"), "__keyspace@3__:p:t:k", b"expire").is_empty());
    assert!(state.recv(6, &pattern("p:*"), "__keyspace@3__:p:t:k", b"set").is_empty());
}

#[test]
fn after_a_refused_pattern_the_widest_one_is_used_and_its_events_are_filtered() {
    let mut state = state();
    state.add_feed(7);
    state.add(1, group("t"), false);
    let refused = Error::from_reply(b"NOPERM no such channel");
    assert!(state.refused(7, &pattern("p:t:*"), &refused).is_empty());
    assert_eq!(state.wanted(7), [pattern("p:*")].into());
    state.subscribed(7, pattern("p:*"));
    assert_eq!(words(&state.settle()), ["1 started"]);
    let recv = |channel: &str| words(&state.recv(7, &pattern("p:*"), channel, b"del"));
    assert_eq!(recv("__keyspace@3__:p:t:k"), ["1 t k removed"]);
    assert!(recv("__keyspace@3__:p:u:k").is_empty());
    assert_eq!(words(&state.refused(7, &pattern("p:*"), &refused)), ["1 ERR_REPLY"]);
    assert!(state.is_empty());
}

#[test]
fn after_a_refused_pattern_a_watch_starts_at_once_if_the_widest_one_is_subscribed() {
    let mut state = state();
    state.add_feed(7);
    state.add(1, Watched::new(None, None), false);
    state.subscribed(7, pattern("p:*"));
    assert_eq!(words(&state.settle()), ["1 started"]);
    state.add(2, group("t"), false);
    assert!(state.settle().is_empty());
    let refused = Error::from_reply(b"NOPERM no such channel");
    assert_eq!(words(&state.refused(7, &pattern("p:t:*"), &refused)), ["2 started"]);
}

#[test]
fn a_topic_is_not_subscribed_after_an_unsubscribe() {
    let (mut state, mut requested) = (state(), HashSet::new());
    state.add_feed(7);
    state.add(1, group("t"), false);
    assert_eq!(state.request(7, &mut requested), (vec![pattern("p:t:*")], vec![]));
    state.subscribed(7, pattern("p:t:*"));
    state.remove(1);
    assert_eq!(state.request(7, &mut requested), (vec![], vec![pattern("p:t:*")]));
    state.add(2, group("t"), false);
    assert!(state.settle().is_empty());
    assert_eq!(state.request(7, &mut requested), (vec![pattern("p:t:*")], vec![]));
    state.subscribed(7, pattern("p:t:*"));
    assert_eq!(words(&state.settle()), ["2 started"]);
}

#[test]
fn a_watch_with_configure_does_not_fail_with_those_without() {
    let mut state = state();
    state.add(1, group("t"), false);
    state.add(2, group("t"), true);
    assert!(state.may_configure());
    let error = Error::new(Kind::Unsupported, "");
    assert_eq!(words(&state.unsupported(false, &error)), ["1 ERR_UNSUPPORTED"]);
    assert_eq!(words(&state.unsupported(true, &error)), ["2 ERR_UNSUPPORTED"]);
}
