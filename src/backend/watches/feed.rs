//! A subscription at one server, as long as anything is watched there.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::time::{sleep, timeout};

use super::Watches;
use super::setting::{Setting, ensure};
use super::state::FeedId;
use crate::config::Address;
use crate::connection::{Dialogue, Heard, News, Subscription, Target, Topic};
use crate::error::{Error, Kind};
use crate::strategy::Strategy;

/// Connects, listens, loses, reconnects; ends by being aborted.
pub async fn run(watches: Arc<Watches>, id: FeedId, target: Target) {
    let mut retries = 0;
    loop {
        let news = target.news();
        let cause = match connect(&watches, &target).await {
            Ok((address, dialogue)) => {
                retries = 0;
                tokio::select! {
                    cause = listen(&watches, id, dialogue) => cause,
                    cause = target.moved_from(&address, news) => cause,
                }
            }
            Err(cause) => cause,
        };
        watches.with(|state| {
            state.lost(id);
            state.settle()
        });
        let delay =
            Strategy::Backoff.delay(target.longest_delay(), retries, &cause).await.unwrap_or_default();
        tokio::select! {
            () = sleep(delay) => {}
            () = target.changed() => {}
        }
        retries = retries.saturating_add(1);
    }
}

/// A connection to a server that tells of changes, as far as it says.
async fn connect(watches: &Watches, target: &Target) -> Result<(Address, Dialogue), Error> {
    let attempt = async {
        let server = target.locate().await?;
        let mut dialogue = Dialogue::open(&server).await?;
        let configure = watches.inner().state.may_configure();
        match ensure(&mut dialogue, configure).await? {
            Setting::Tells => {}
            Setting::Unknown => watches.with(|state| state.unasked()),
            Setting::Lacks { tried, error } => {
                watches.with(|state| state.unsupported(tried, &error));
                return Err(error);
            }
        }
        Ok((server.address, dialogue))
    };
    let too_late = |_| Error::new(Kind::Connection, format!("subscribing at {target} took too long"));
    timeout(target.connect_timeout(), attempt).await.map_err(too_late)?
}

/// Tells what the server tells; why it does no more.
async fn listen(watches: &Watches, id: FeedId, dialogue: Dialogue) -> Error {
    match try_listen(watches, id, dialogue).await {
        Ok(()) => Error::internal("a subscription"),
        Err(cause) => cause,
    }
}

async fn try_listen(watches: &Watches, id: FeedId, dialogue: Dialogue) -> Result<(), Error> {
    let mut subscription = Subscription::new(dialogue, watches.command_timeout);
    let mut asked: HashSet<Topic> = HashSet::new();
    let mut changed = watches.changed();
    loop {
        let (join, leave) = watches.inner().state.ask(id, &mut asked);
        subscription.change(join, &leave).await?;
        let mut refused = Vec::new();
        while refused.is_empty() {
            let heard = tokio::select! {
                _ = changed.changed() => break,
                heard = subscription.hear(|news| refused.extend(tell(watches, id, news))) => heard?,
            };
            if heard == Heard::Silence {
                subscription.ping().await?;
            }
        }
        for (topic, error) in refused {
            if error.is_for_now() {
                return Err(error);
            }
            asked.remove(&topic);
            watches.with(|state| state.refused(id, &topic, &error));
        }
    }
}

/// A topic that was refused, and why.
fn tell(watches: &Watches, id: FeedId, news: News<'_>) -> Option<(Topic, Error)> {
    match news {
        News::Stands(topic) => watches.with(|state| {
            state.stands(id, topic);
            state.settle()
        }),
        News::Refused(topic, error) => return Some((topic, error)),
        News::Message { topic, channel, said } => {
            watches.with(|state| state.hear(id, &topic, channel, said));
        }
    }
    None
}
