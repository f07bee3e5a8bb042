//! What the listings of the contract collect of the entries they pass; the same for every backend.

use std::collections::HashSet;

use crate::error::Error;
use crate::json::{self, SlicedArray, Slices};
use crate::keyspace::{Keyspace, Scope};
use crate::query::Query;

/// What a listing shows of each entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// The value.
    Values,
    /// The key.
    Keys,
    /// The trace id, once for all its entries.
    TraceIds,
    /// Trace id and key, one after the other.
    Names,
    /// Trace id, key and value, one after the other.
    Items,
    /// Of all entries together, how many there are.
    Count,
    /// As `Items`, those that a query asks for.
    Matches,
}

impl Show {
    pub fn needs_values(self) -> bool {
        matches!(self, Show::Values | Show::Items | Show::Matches)
    }
}

/// A listing while it grows.
pub struct Listing {
    keyspace: Keyspace,
    scope: Scope,
    show: Show,
    shown: HashSet<String>,
    count: usize,
    query: Option<Query>,
    array: SlicedArray,
}

impl Listing {
    pub fn new(keyspace: Keyspace, scope: Scope, show: Show) -> Self {
        let (shown, array) = (HashSet::new(), SlicedArray::new());
        Listing { keyspace, scope, show, shown, count: 0, query: None, array }
    }

    pub fn of_query(keyspace: Keyspace, scope: Scope, query: Query) -> Self {
        Listing { query: Some(query), ..Listing::new(keyspace, scope, Show::Matches) }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub fn show(&self) -> Show {
        self.show
    }

    /// Takes an entry by its Redis key, for listings that show no values.
    pub fn take_key(&mut self, redis_key: &str) {
        let Some((trace_id, key)) = self.keyspace.entry(&self.scope, redis_key) else { return };
        match self.show {
            Show::Keys => self.array.slice_for(key.len()).push_string(key),
            Show::Names => {
                let slice = self.array.slice_for(trace_id.len() + key.len());
                slice.push_string(trace_id);
                slice.push_string(key);
            }
            Show::TraceIds if !self.shown.contains(trace_id) => {
                self.shown.insert(trace_id.to_owned());
                self.array.slice_for(trace_id.len()).push_string(trace_id);
            }
            Show::Count => self.count += 1,
            _ => {}
        }
    }

    /// Takes an entry with its stored text, for listings that show values.
    pub fn take_value(&mut self, redis_key: &str, text: &[u8]) -> Result<(), Error> {
        let Some((trace_id, key)) = self.keyspace.entry(&self.scope, redis_key) else { return Ok(()) };
        let text = json::checked(text).map_err(|error| error.with_entry(trace_id, key))?;
        if let Some(query) = &mut self.query {
            return query.take(trace_id, key, text).map_err(|error| error.with_entry(trace_id, key));
        }
        let slice = self.array.slice_for(text.len());
        if self.show == Show::Items {
            slice.push_string(trace_id);
            slice.push_string(key);
        }
        slice.push(text);
        Ok(())
    }

    /// JSON arrays that together hold what was collected.
    pub fn finish(mut self) -> Slices {
        if let Some(query) = self.query {
            return query.finish();
        }
        if self.show == Show::Count {
            self.array.slice_for(0).push(&self.count.to_string());
        }
        self.array.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(scope: Scope, show: Show) -> Listing {
        Listing::new(Keyspace::new("p:".into(), false), scope, show)
    }

    #[test]
    fn trace_ids_are_shown_once() {
        let mut ids = listing(Scope::All, Show::TraceIds);
        ["p:a:1", "p:b:1", "p:a:2", "p:none", "q:c:1"].into_iter().for_each(|key| ids.take_key(key));
        assert_eq!(ids.finish(), [r#"["a","b"]"#]);
    }

    #[test]
    fn names_are_trace_id_and_key() {
        let mut names = listing(Scope::All, Show::Names);
        ["p:a:k:1", "p:none", "p:b:"].into_iter().for_each(|key| names.take_key(key));
        assert_eq!(names.finish(), [r#"["a","k:1","b",""]"#]);
    }

    #[test]
    fn items_are_trace_id_key_and_value() {
        let mut items = listing(Scope::All, Show::Items);
        items.take_value("p:a:k:1", b"{}").unwrap();
        assert_eq!(items.finish(), [r#"["a","k:1",{}]"#]);
    }

    #[test]
    fn a_count_is_a_number_alone() {
        let mut count = listing(Scope::Group("a".into()), Show::Count);
        ["p:a:1", "p:b:1", "p:a:2", "p:a"].into_iter().for_each(|key| count.take_key(key));
        assert_eq!(count.finish(), ["[2]"]);
    }

    #[test]
    fn a_query_takes_entries_of_its_scope() {
        let query = Query::parse(r#"{"paths":[""],"filter":{"GT":[0,1]},"sort":[]}"#).unwrap();
        let scope = Scope::Group("a".into());
        let mut matches = Listing::of_query(Keyspace::new("p:".into(), false), scope, query);
        for (key, text) in [("p:a:k", "2"), ("p:b:k", "2"), ("p:a:l", "1")] {
            matches.take_value(key, text.as_bytes()).unwrap();
        }
        assert_eq!(matches.finish(), [r#"["a","k",2,null]"#]);
    }

    #[test]
    fn a_corrupt_text_is_named() {
        let mut values = listing(Scope::Group("a:b".into()), Show::Values);
        let error = values.take_value("p:a:b:c", b"1],[2").unwrap_err();
        assert_eq!(error.entry.as_deref(), Some(&("a:b".to_owned(), "c".to_owned())));
    }
}
