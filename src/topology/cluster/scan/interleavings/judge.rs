//! Checks the invariants of a finished scan.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Operation, TAGS, World, keyspace};
use crate::error::{Applied, Error};
use crate::json::Chunks;

impl World {
    /// Returns whether the scan succeeded.
    pub fn judge(&self, result: Result<Chunks, Error>) -> bool {
        match (&result, self.operation) {
            (Err(error), Operation::Clear) if error.applied == Some(Applied::No) => {
                assert!(
                    self.truth.unlinked.is_empty(),
                    "{error}: fails as not applied, and has removed entries"
                );
            }
            (Err(_), _) => {}
            (Ok(_), Operation::Clear) => self.judge_clear(),
            (Ok(chunks), operation) => {
                self.judge_listing(chunks, if operation == Operation::Items { 3 } else { 2 })
            }
        }
        result.is_ok()
    }

    fn judge_clear(&self) {
        for key in &self.lasting {
            assert!(!self.truth.has(key), "{key} is not removed");
        }
        for tag in TAGS {
            for others in [format!("p:{{{tag}}}:list"), format!("q:{{{tag}}}:of others")] {
                assert!(self.truth.has(&others), "{others} is removed");
            }
        }
    }

    fn judge_listing(&self, chunks: &Chunks, width: usize) {
        let parse = |slice: &String| serde_json::from_str::<Vec<Value>>(slice).unwrap_or_default();
        let elements: Vec<Value> = chunks.iter().flat_map(parse).collect();
        let mut listed = BTreeSet::new();
        for entry in elements.chunks(width) {
            let key = keyspace().key_of(entry[0].as_str().unwrap(), entry[1].as_str().unwrap());
            assert!(keyspace().entry(&self.scope, &key).is_some(), "{key} is not of {:?}", self.scope);
            let value = self.values.get(&key);
            assert!(value.is_some(), "{key} was never there");
            if let Some(found) = entry.get(2) {
                assert_eq!(Some(&found.to_string()), value, "the value of {key}");
            }
            assert!(listed.insert(key.clone()), "{key} is listed twice");
        }
        let missing: Vec<&String> = self.lasting.difference(&listed).collect();
        assert!(missing.is_empty(), "not listed: {missing:?}");
    }
}
