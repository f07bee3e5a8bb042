//! The cursors of SCAN, HSCAN, SSCAN and ZSCAN.

use std::collections::BTreeMap;

use super::entries::Key;

/// Limit of remembered cursors, because a caller can stop in the middle of a scan.
const MAX_CURSORS: usize = 4096;

/// What each cursor is to continue after. Keys and elements are scanned in their order, so one that exists during the whole
/// scan is returned.
#[derive(Debug, Default)]
pub struct Cursors {
    by_number: BTreeMap<u64, Cursor>,
    last: u64,
}

#[derive(Debug)]
struct Cursor {
    after: Key,
    /// The cursor that this one continues. It stays valid until this one is used, because a step can be repeated.
    previous: u64,
}

impl Cursors {
    /// What to continue after: nothing for cursor 0. `None` if the cursor is not known.
    pub fn position(&mut self, number: u64) -> Option<Option<Key>> {
        if number == 0 {
            return Some(None);
        }
        let Cursor { after, previous } = self.by_number.get(&number)?;
        let (after, previous) = (after.clone(), *previous);
        self.by_number.remove(&previous);
        Some(Some(after))
    }

    /// A cursor to continue after a key or element.
    pub fn after(&mut self, after: &[u8], previous: u64) -> u64 {
        self.last += 1;
        self.by_number.insert(self.last, Cursor { after: after.into(), previous });
        if self.by_number.len() > MAX_CURSORS {
            self.by_number.pop_first();
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_can_be_repeated_until_the_next_one_is_used() {
        let mut cursors = Cursors::default();
        let first = cursors.after(b"a", 0);
        let second = cursors.after(b"b", first);
        assert_eq!(cursors.position(first), Some(Some(b"a"[..].into())));
        assert_eq!(cursors.position(second), Some(Some(b"b"[..].into())));
        assert_eq!(cursors.position(first), None);
        assert_eq!(cursors.position(0), Some(None));
    }

    #[test]
    fn abandoned_scans_use_limited_memory() {
        let mut cursors = Cursors::default();
        for _ in 0..2 * MAX_CURSORS {
            cursors.after(b"a", 0);
        }
        assert_eq!(cursors.by_number.len(), MAX_CURSORS);
    }
}
