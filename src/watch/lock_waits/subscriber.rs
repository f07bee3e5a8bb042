//! The subscription at one server, while there are waits for locks.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::LockWaits;
use crate::config::Address;
use crate::config::strategy::Strategy;
use crate::connection::{Dialogue, PubSubEvent, Received, Subscription, Target, Topic, open_dialogue};
use crate::error::{Error, Kind};
use crate::watch::watches::Source;

/// How long the connection is kept after the last wait: under contention the next one follows soon.
const LINGER: Duration = Duration::from_secs(10);

/// Connects, subscribes and reconnects, until there are no waits or it is aborted.
pub async fn run(waits: Arc<LockWaits>) {
    let mut retries = 0;
    loop {
        if waits.end_idle() {
            return;
        }
        let Some(target) = waits.target(retries) else {
            // No node is known yet.
            sleep(Strategy::Backoff.delay(LINGER, retries, &no_node()).await.unwrap_or_default()).await;
            retries = retries.saturating_add(1);
            continue;
        };
        let changes = target.changes();
        let cause = match connect(&target).await {
            Ok((address, dialogue)) => {
                retries = 0;
                tokio::select! {
                    ended = listen(&waits, &address, dialogue) => match ended {
                        Ok(()) => return,
                        Err(cause) => cause,
                    },
                    cause = target.moved_from(&address, changes) => cause,
                }
            }
            Err(cause) => cause,
        };
        waits.update(|state| state.disconnected());
        let delay = Strategy::Backoff.delay(target.max_delay(), retries, &cause).await;
        tokio::select! {
            () = sleep(delay.unwrap_or_default()) => {}
            () = target.changed() => {}
        }
        retries = retries.saturating_add(1);
    }
}

impl LockWaits {
    /// Where to subscribe. Any node of a cluster is enough, as published messages are forwarded to all nodes.
    fn target(&self, retries: u32) -> Option<Target> {
        match &self.source {
            Source::Memory(_) => None,
            Source::Server(target) => Some(target.clone()),
            Source::Cluster(cluster) => {
                let primaries = cluster.primaries();
                let at = (retries as usize).checked_rem(primaries.len())?;
                primaries.into_iter().nth(at).map(Target::Member)
            }
        }
    }

    /// Whether the node has left the cluster: then it does not receive published messages.
    fn has_left(&self, address: &Address) -> bool {
        let Source::Cluster(cluster) = &self.source else { return false };
        !cluster.primaries().iter().any(|server| server.address == *address)
    }
}

async fn connect(target: &Target) -> Result<(Address, Dialogue), Error> {
    let attempt = async {
        let server = target.locate().await?;
        let dialogue = open_dialogue(&server).await?;
        Ok((server.address, dialogue))
    };
    let timed_out = |_| Error::new(Kind::Connection, format!("subscribing at {target} took too long"));
    timeout(target.connect_timeout(), attempt).await.map_err(timed_out)?
}

/// Returns `Ok` when there were no waits for `LINGER`.
async fn listen(waits: &LockWaits, address: &Address, dialogue: Dialogue) -> Result<(), Error> {
    let mut subscription = Subscription::new(dialogue, waits.command_timeout);
    let mut requested: HashSet<Topic> = HashSet::new();
    let mut changed = waits.changed.subscribe();
    loop {
        let (added, removed) = waits.inner().state.request(&mut requested);
        subscription.change(added, &removed).await?;
        let idle = sleep(if requested.is_empty() { LINGER } else { Duration::MAX });
        tokio::pin!(idle);
        loop {
            let mut refused = None;
            let received = tokio::select! {
                _ = changed.changed() => break,
                () = &mut idle => {
                    if waits.end_idle() {
                        return Ok(());
                    }
                    break;
                }
                received = subscription.recv(|event| refused = take(waits, event).err().or(refused.take())) => received?,
            };
            // After a permanent refusal, such as by an ACL, waiting calls only poll.
            if let Some(error) = refused.filter(Error::is_transient) {
                return Err(error);
            }
            if received == Received::Silence {
                if waits.has_left(address) {
                    return Err(no_node());
                }
                subscription.ping().await?;
            }
        }
    }
}

fn take(waits: &LockWaits, event: PubSubEvent<'_>) -> Result<(), Error> {
    match event {
        PubSubEvent::Subscribed(Topic::Channel(channel)) => waits.update(|state| state.subscribed(&channel)),
        PubSubEvent::Message { channel, .. } => waits.update(|state| state.released(channel)),
        PubSubEvent::Refused(_, error) => return Err(error),
        PubSubEvent::Subscribed(Topic::Pattern(_)) => {}
    }
    Ok(())
}

fn no_node() -> Error {
    Error::new(Kind::Connection, "the node is not in the cluster")
}
