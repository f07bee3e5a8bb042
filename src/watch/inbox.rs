//! What is told and was not taken yet.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Notice, Told};

/// What waits beyond that, while nobody takes it, becomes gaps.
const MOST: usize = 10_000;

/// Where it waits.
#[derive(Debug, Default)]
pub struct Queue(Mutex<Vec<Notice>>);

impl Queue {
    /// All that waits.
    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices())
    }

    /// Whether it is the first that waits.
    fn push(&self, notice: Notice) -> bool {
        let mut notices = self.notices();
        notices.push(notice);
        if notices.len() > MOST {
            condense(&mut notices);
        }
        notices.len() == 1
    }

    fn notices(&self) -> MutexGuard<'_, Vec<Notice>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In place of all changes of a watch it has one gap.
fn condense(notices: &mut Vec<Notice>) {
    let mut gaps = HashSet::new();
    notices.retain_mut(|(watch, told)| match told {
        Told::Change { .. } | Told::Gap => {
            *told = Told::Gap;
            gaps.insert(*watch)
        }
        _ => true,
    });
}

/// Takes what is told, and calls for somebody to fetch it.
pub struct Inbox {
    queue: Arc<Queue>,
    call: Box<dyn Fn() + Send + Sync>,
}

impl Inbox {
    pub fn new(queue: Arc<Queue>, call: impl Fn() + Send + Sync + 'static) -> Self {
        Inbox { queue, call: Box::new(call) }
    }

    pub fn tell(&self, notices: impl IntoIterator<Item = Notice>) {
        for notice in notices {
            if self.queue.push(notice) {
                (self.call)();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::watch::Happened;

    fn change(watch: u32) -> Notice {
        (watch, Told::Change { trace_id: "t".into(), key: "k".into(), happened: Happened::Written })
    }

    #[test]
    fn it_calls_once_for_all_that_waits() {
        let (queue, calls) = (Arc::new(Queue::default()), Arc::new(AtomicUsize::new(0)));
        let counted = calls.clone();
        let inbox = Inbox::new(queue.clone(), move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        inbox.tell([change(1), change(2), change(1)]);
        assert_eq!((calls.load(Ordering::Relaxed), queue.take().len()), (1, 3));
        inbox.tell([change(1)]);
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_nobody_takes_becomes_a_gap_for_each_watch() {
        let queue = Queue::default();
        queue.push((1, Told::Started));
        for number in 0..MOST as u32 {
            queue.push(change(1 + number % 2));
        }
        let notices = queue.take();
        let kinds: Vec<_> = notices.iter().map(|(watch, told)| (*watch, matches!(told, Told::Gap))).collect();
        assert_eq!(kinds, [(1, false), (1, true), (2, true)]);
    }
}
