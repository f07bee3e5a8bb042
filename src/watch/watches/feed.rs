//! The subscription of watches at one server.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;

use tokio::time::{sleep, timeout};

use super::Watches;
use super::recheck;
use super::setting::{Setting, ensure};
use super::state::FeedId;
use crate::config::Server;
use crate::config::strategy::Strategy;
use crate::connection::{Dialogue, PubSubEvent, Received, Subscription, Target, Topic, open_dialogue};
use crate::error::{Error, Kind};

/// Connects, subscribes and reconnects, until it is aborted.
pub async fn run(watches: Arc<Watches>, id: FeedId, target: Target) {
    let mut retries = 0;
    loop {
        let changes = target.changes();
        let cause = match connect(&watches, &target).await {
            Ok(Feed { server, dialogue, is_verified }) => {
                retries = 0;
                tokio::select! {
                    cause = listen(&watches, id, dialogue) => cause,
                    cause = target.moved_from(&server.address, changes) => cause,
                    cause = setting_changed(&watches, &server, is_verified) => cause,
                }
            }
            Err(cause) => cause,
        };
        watches.update(|state| {
            state.disconnected(id);
            state.settle()
        });
        let delay = Strategy::Backoff.delay(target.max_delay(), retries, &cause).await.unwrap_or_default();
        tokio::select! {
            () = sleep(delay) => {}
            () = target.changed() => {}
        }
        retries = retries.saturating_add(1);
    }
}

/// A connection to a server whose notifications are on, if that could be verified.
struct Feed {
    server: Server,
    dialogue: Dialogue,
    is_verified: bool,
}

async fn setting_changed(watches: &Watches, server: &Server, is_verified: bool) -> Error {
    if is_verified { recheck::changed(watches, server).await } else { pending().await }
}

async fn connect(watches: &Watches, target: &Target) -> Result<Feed, Error> {
    let attempt = async {
        let server = target.locate().await?;
        let mut dialogue = open_dialogue(&server).await?;
        let configure = watches.inner().state.may_configure();
        let setting = ensure(&mut dialogue, configure).await?;
        let is_verified = !matches!(setting, Setting::Unknown);
        match setting {
            Setting::On | Setting::Enabled => {}
            Setting::Unknown => watches.update(|state| state.unverified()),
            Setting::Lacks { tried, error } => {
                watches.update(|state| state.unsupported(tried, &error));
                return Err(error);
            }
        }
        Ok(Feed { server, dialogue, is_verified })
    };
    let timed_out = |_| Error::new(Kind::Connection, format!("subscribing at {target} took too long"));
    timeout(target.connect_timeout(), attempt).await.map_err(timed_out)?
}

/// Processes events until the subscription fails. Returns the cause.
async fn listen(watches: &Watches, id: FeedId, dialogue: Dialogue) -> Error {
    match try_listen(watches, id, dialogue).await {
        Ok(()) => Error::internal("a subscription"),
        Err(cause) => cause,
    }
}

async fn try_listen(watches: &Watches, id: FeedId, dialogue: Dialogue) -> Result<(), Error> {
    let mut subscription = Subscription::new(dialogue, watches.command_timeout);
    let mut requested: HashSet<Topic> = HashSet::new();
    let mut changed = watches.changed();
    loop {
        let (added, removed) = watches.inner().state.request(id, &mut requested);
        subscription.change(added, &removed).await?;
        let mut refused = Vec::new();
        while refused.is_empty() {
            let received = tokio::select! {
                _ = changed.changed() => break,
                received = subscription.recv(|event| refused.extend(take(watches, id, event))) => received?,
            };
            if received == Received::Silence {
                subscription.ping().await?;
            }
        }
        for (topic, error) in refused {
            if error.is_transient() {
                return Err(error);
            }
            requested.remove(&topic);
            watches.update(|state| state.refused(id, &topic, &error));
        }
    }
}

/// Processes an event. Returns a refused topic with its error.
fn take(watches: &Watches, id: FeedId, event: PubSubEvent<'_>) -> Option<(Topic, Error)> {
    match event {
        PubSubEvent::Subscribed(topic) => watches.update(|state| {
            state.subscribed(id, topic);
            state.settle()
        }),
        PubSubEvent::Refused(topic, error) => return Some((topic, error)),
        PubSubEvent::Message { topic, channel, payload } => {
            watches.update(|state| state.recv(id, &topic, channel, payload));
        }
    }
    None
}
