//! Queues watch events until JavaScript fetches them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Notification, WatchEvent};

use crate::sync::locked;

/// Maximum number of events that wait to be fetched; further ones become gaps.
const MAX_WAITING: usize = 10_000;

#[derive(Debug, Default)]
pub struct Queue(Mutex<Vec<Notification>>);

impl Queue {
    /// Removes and returns all events.
    pub fn take(&self) -> Vec<Notification> {
        std::mem::take(&mut *self.notifications())
    }

    /// Returns whether the queue was empty.
    fn push(&self, notification: Notification) -> bool {
        let mut notifications = self.notifications();
        notifications.push(notification);
        if notifications.len() > MAX_WAITING {
            condense(&mut notifications);
        }
        notifications.len() == 1
    }

    fn notifications(&self) -> MutexGuard<'_, Vec<Notification>> {
        locked(self.0.lock())
    }
}

/// Replaces all changes of each watch by one gap.
fn condense(notifications: &mut Vec<Notification>) {
    let mut gaps = HashSet::new();
    notifications.retain_mut(|(watch, event)| match event {
        WatchEvent::Change { .. } | WatchEvent::Gap => {
            *event = WatchEvent::Gap;
            gaps.insert(*watch)
        }
        _ => true,
    });
}

/// Receives events, and has JavaScript fetch them.
pub struct Inbox {
    queue: Arc<Queue>,
    request_fetch: Box<dyn Fn() + Send + Sync>,
}

impl Inbox {
    pub fn new(queue: Arc<Queue>, request_fetch: impl Fn() + Send + Sync + 'static) -> Self {
        Inbox { queue, request_fetch: Box::new(request_fetch) }
    }

    pub fn push(&self, notifications: impl IntoIterator<Item = Notification>) {
        for notification in notifications {
            if self.queue.push(notification) {
                (self.request_fetch)();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::engine::change::ChangeKind;

    fn change(watch: u32) -> Notification {
        (watch, WatchEvent::Change { trace_id: "t".into(), key: "k".into(), kind: ChangeKind::Written })
    }

    #[test]
    fn one_fetch_is_requested_for_all_queued_events() {
        let (queue, calls) = (Arc::new(Queue::default()), Arc::new(AtomicUsize::new(0)));
        let counted = calls.clone();
        let inbox = Inbox::new(queue.clone(), move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        inbox.push([change(1), change(2), change(1)]);
        assert_eq!((calls.load(Ordering::Relaxed), queue.take().len()), (1, 3));
        inbox.push([change(1)]);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn too_many_queued_changes_become_a_gap_for_each_watch() {
        let queue = Queue::default();
        queue.push((1, WatchEvent::Started));
        for number in 0..MAX_WAITING as u32 {
            queue.push(change(1 + number % 2));
        }
        let notifications = queue.take();
        let kinds: Vec<_> =
            notifications.iter().map(|(watch, event)| (*watch, matches!(event, WatchEvent::Gap))).collect();
        assert_eq!(kinds, [(1, false), (1, true), (2, true)]);
    }
}
