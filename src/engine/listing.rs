//! Collects the result of a listing; the same for every backend.

use std::collections::HashSet;

use crate::config::Values;
use crate::engine::stored::json_of;
use crate::error::Error;
use crate::json::{ChunkedArray, Chunks};
use crate::keyspace::{Keyspace, Scope};
use crate::query::Query;

/// What a listing returns for each entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Projection {
    Values,
    Keys,
    /// Each trace id once.
    TraceIds,
    /// Trace id and key, as two elements.
    Names,
    /// Trace id, key and value, as three elements.
    Items,
    /// The number of entries, as the only element. Of all traces: the number of keys with the prefix, including those without
    /// a trace id.
    Count,
    /// Like `Items`, for the entries that match a query.
    Matches,
}

impl Projection {
    pub fn needs_values(self) -> bool {
        matches!(self, Projection::Values | Projection::Items | Projection::Matches)
    }
}

pub struct Listing {
    keyspace: Keyspace,
    scope: Scope,
    projection: Projection,
    returned_ids: HashSet<String>,
    count: usize,
    query: Option<Query>,
    values: Values,
    array: ChunkedArray,
}

impl Listing {
    pub fn new(keyspace: Keyspace, scope: Scope, projection: Projection) -> Self {
        let (returned_ids, array) = (HashSet::new(), ChunkedArray::new());
        Listing {
            keyspace,
            scope,
            projection,
            returned_ids,
            count: 0,
            query: None,
            values: Values::Json,
            array,
        }
    }

    pub fn of_query(keyspace: Keyspace, scope: Scope, query: Query) -> Self {
        Listing { query: Some(query), ..Listing::new(keyspace, scope, Projection::Matches) }
    }

    /// A listing of values that are stored in this form.
    pub fn of_values(self, values: Values) -> Self {
        Listing { values, ..self }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub fn projection(&self) -> Projection {
        self.projection
    }

    /// Adds an entry by its Redis key, for projections without values.
    pub fn take_key(&mut self, redis_key: &str) {
        if self.projection == Projection::Count && self.scope == Scope::All {
            self.count += usize::from(self.keyspace.owns(redis_key));
            return;
        }
        let Some((trace_id, key)) = self.keyspace.entry(&self.scope, redis_key) else { return };
        match self.projection {
            Projection::Keys => self.array.chunk_for(key.len()).push_string(key),
            Projection::Names => {
                let chunk = self.array.chunk_for(trace_id.len() + key.len());
                chunk.push_string(trace_id);
                chunk.push_string(key);
            }
            Projection::TraceIds if !self.returned_ids.contains(trace_id) => {
                self.returned_ids.insert(trace_id.to_owned());
                self.array.chunk_for(trace_id.len()).push_string(trace_id);
            }
            Projection::Count => self.count += 1,
            _ => {}
        }
    }

    /// Counts entries without their names.
    pub fn add(&mut self, count: usize) {
        self.count += count;
    }

    /// Adds an entry with its stored text, for projections with values.
    pub fn take_value(&mut self, redis_key: &str, text: &[u8]) -> Result<(), Error> {
        let Some((trace_id, key)) = self.keyspace.entry(&self.scope, redis_key) else { return Ok(()) };
        let text = &*json_of(self.values, text).map_err(|error| error.with_entry(trace_id, key))?;
        if let Some(query) = &mut self.query {
            return query.take(trace_id, key, text).map_err(|error| error.with_entry(trace_id, key));
        }
        let chunk = self.array.chunk_for(text.len());
        if self.projection == Projection::Items {
            chunk.push_string(trace_id);
            chunk.push_string(key);
        }
        chunk.push(text);
        Ok(())
    }

    /// Returns the result as JSON arrays, which JavaScript concatenates.
    pub fn finish(mut self) -> Chunks {
        if let Some(query) = self.query {
            return query.finish();
        }
        if self.projection == Projection::Count {
            self.array.chunk_for(0).push(&self.count.to_string());
        }
        self.array.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(scope: Scope, projection: Projection) -> Listing {
        Listing::new(Keyspace::new("p:".into(), false), scope, projection)
    }

    #[test]
    fn trace_ids_are_returned_once() {
        let mut ids = listing(Scope::All, Projection::TraceIds);
        ["p:a:1", "p:b:1", "p:a:2", "p:none", "q:c:1"].into_iter().for_each(|key| ids.take_key(key));
        assert_eq!(ids.finish(), [r#"["a","b"]"#]);
    }

    #[test]
    fn names_are_trace_id_and_key() {
        let mut names = listing(Scope::All, Projection::Names);
        ["p:a:k:1", "p:none", "p:b:"].into_iter().for_each(|key| names.take_key(key));
        assert_eq!(names.finish(), [r#"["a","k:1","b",""]"#]);
    }

    #[test]
    fn items_are_trace_id_key_and_value() {
        let mut items = listing(Scope::All, Projection::Items);
        items.take_value("p:a:k:1", b"{}").unwrap();
        assert_eq!(items.finish(), [r#"["a","k:1",{}]"#]);
    }

    #[test]
    fn a_count_is_one_number() {
        let mut count = listing(Scope::Group("a".into()), Projection::Count);
        ["p:a:1", "p:b:1", "p:a:2", "p:a"].into_iter().for_each(|key| count.take_key(key));
        assert_eq!(count.finish(), ["[2]"]);
    }

    #[test]
    fn a_count_of_all_traces_includes_keys_without_a_trace_id() {
        let mut count = listing(Scope::All, Projection::Count);
        ["p:a:1", "p:lonely", "q:a:1"].into_iter().for_each(|key| count.take_key(key));
        assert_eq!(count.finish(), ["[2]"]);
    }

    #[test]
    fn a_query_considers_only_entries_of_its_scope() {
        let query = Query::parse(r#"{"paths":[""],"filter":{"GT":[0,1]},"sort":[]}"#).unwrap();
        let scope = Scope::Group("a".into());
        let mut matches = Listing::of_query(Keyspace::new("p:".into(), false), scope, query);
        for (key, text) in [("p:a:k", "2"), ("p:b:k", "2"), ("p:a:l", "1")] {
            matches.take_value(key, text.as_bytes()).unwrap();
        }
        assert_eq!(matches.finish(), [r#"["a","k",2,null]"#]);
    }

    #[test]
    fn the_error_of_a_corrupt_text_names_its_entry() {
        let mut values = listing(Scope::Group("a:b".into()), Projection::Values);
        let error = values.take_value("p:a:b:c", b"1],[2").unwrap_err();
        assert_eq!(error.entry.as_deref(), Some(&("a:b".to_owned(), "c".to_owned())));
    }
}
