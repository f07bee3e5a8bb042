//! The calls whose commands are in a request.

use crate::engine::call::OperationKind;

/// The operations of the calls, in order, with the keys of the indexes that they change.
#[derive(Debug, Default)]
pub struct SentCalls {
    pub operations: Vec<OperationKind>,
    /// The keys, joined.
    indexes: String,
    /// Calls with an index, in order, and where the key of each ends.
    ends: Vec<(usize, usize)>,
}

impl SentCalls {
    pub fn with_capacity(calls: usize) -> Self {
        SentCalls { operations: Vec::with_capacity(calls), ..SentCalls::default() }
    }

    pub fn push(&mut self, operation: OperationKind, index: Option<&str>) {
        if let Some(index) = index {
            self.indexes.push_str(index);
            self.ends.push((self.operations.len(), self.indexes.len()));
        }
        self.operations.push(operation);
    }

    /// The key of the index that a call changes.
    pub fn index_of(&self, call: usize) -> Option<&str> {
        let position = self.ends.binary_search_by_key(&call, |(of, _)| *of).ok()?;
        let start = if position == 0 { 0 } else { self.ends[position - 1].1 };
        Some(&self.indexes[start..self.ends[position].1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_the_index_that_it_changes() {
        let mut sent = SentCalls::default();
        for index in [None, Some("a"), None, Some("bc"), Some("d")] {
            sent.push(OperationKind::Set, index);
        }
        let indexes: Vec<_> = (0..6).map(|call| sent.index_of(call)).collect();
        assert_eq!(indexes, [None, Some("a"), None, Some("bc"), Some("d"), None]);
    }
}
