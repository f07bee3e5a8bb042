//! Connections that report changes, and what ends that.

use super::reported::Reported;
use super::*;
use crate::connection::link::Attempted;

fn link(reported: &Reported) -> Link {
    Link::new(Duration::from_secs(5), None, Arc::default(), Offline::Queue)
        .with_changes(Some(reported.changes.clone()))
}

fn is_attempted(link: &Link) -> bool {
    matches!(link.begin_tracking(), Attempted::Track { prefix } if prefix == "p:")
}

#[tokio::test]
async fn a_connection_is_proven_from_its_login_to_its_loss() {
    let reported = Reported::new();
    let link = link(&reported);
    let (near, _far) = UnixStream::pair().unwrap();
    let since = Instant::now();
    let generation = link.set_candidate(Socket::from(near), Replies::new(), Some(since));
    assert_eq!(link.proven_at(), None);
    let (_, socket, _) = link.take_candidate().unwrap();
    link.accept(generation, Arc::new(socket));
    assert_eq!(link.proven_at(), Some(since));
    link.adopt(generation);
    reported.take();
    link.disconnected(generation, &Error::new(Kind::Connection, "gone"));
    assert_eq!((link.proven_at(), reported.changes.is_any_waiting()), (None, true));
}

#[tokio::test]
async fn a_connection_that_is_left_proves_nothing() {
    let reported = Reported::new();
    let link = link(&reported);
    let (near, _far) = UnixStream::pair().unwrap();
    let generation = link.set_candidate(Socket::from(near), Replies::new(), Some(Instant::now()));
    let (_, socket, _) = link.take_candidate().unwrap();
    link.accept(generation, Arc::new(socket));
    link.adopt(generation);
    link.leave(Error::new(Kind::Connection, "it is a replica"));
    assert_eq!(link.proven_at(), None);
    let cause = link.until_lost(generation).await;
    assert_eq!(&*cause.detail, "it is a replica");
}

#[test]
fn two_attempts_without_an_answer_are_followed_by_one_connection_that_does_not_track() {
    let link = link(&Reported::new());
    assert!(is_attempted(&link));
    link.end_tracking_attempt();
    assert!(is_attempted(&link) && is_attempted(&link));
    assert!(matches!(link.begin_tracking(), Attempted::Omit(Some(_))));
    assert!(is_attempted(&link));
    assert!(matches!(link.begin_tracking(), Attempted::Omit(Some(_))));
    assert!(is_attempted(&link));
    link.end_tracking_attempt();
    assert!(is_attempted(&link) && is_attempted(&link));
    let untracked = Link::new(Duration::from_secs(5), None, Arc::default(), Offline::Queue);
    assert!(matches!(untracked.begin_tracking(), Attempted::Omit(None)));
}

#[test]
fn a_server_that_damages_replies_is_given_up() {
    let reported = Reported::new();
    let link = link(&reported);
    link.state().track(Some(Instant::now()));
    let generation = link.state().pipeline.generation();
    link.state().enter(Phase::Candidate(None));
    link.disconnected(generation, &Error::push_inside_reply());
    assert!(reported.changes.is_any_waiting());
    let omitted = link.begin_tracking();
    assert!(matches!(omitted, Attempted::Omit(Some(why)) if why.is_push_inside_reply()));
}
