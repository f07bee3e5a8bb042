//! Encodes transactions: one script with all steps.

use std::borrow::Cow;
use std::collections::HashMap;

use super::names::{condition_text, step_kind_name};
use super::{Encoder, push_script};
use crate::config::Values;
use crate::engine::call::{Step, StepKind};
use crate::engine::redis::scripts;
use crate::engine::stored::stored;
use crate::protocol::{Effect, Request};

impl Encoder<'_> {
    pub(super) fn push_transaction(&self, steps: &[Step<'_>], request: &mut Request) {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut keys: Vec<String> = Vec::new();
        let mut arguments: Vec<Cow<'_, [u8]>> = Vec::new();
        for step in steps {
            let key = self.keyspace.key(step.space(), &step.entry);
            let number = *numbers.entry(key.clone()).or_insert_with(|| {
                keys.push(key);
                keys.len()
            });
            let values = if step.kind == StepKind::Set { self.values } else { Values::Json };
            arguments
                .extend([step_kind_name(step.kind).as_bytes().into(), bytes_of(number.to_string().into())]);
            arguments.extend([stored(values, step.json), bytes_of(self.milliseconds(step.expiry))]);
            arguments.push(bytes_of(condition_text(&step.condition)));
        }
        let indexes = self.indexes_of(&keys);
        let script = scripts::TRANSACTION.get(!indexes.is_empty());
        let keys: Vec<&[u8]> = keys.iter().chain(&indexes).map(String::as_bytes).collect();
        push_script(script, &keys, &arguments, Effect::Write, request);
    }

    /// The indexes of these entries, without duplicates. Those of a view can be of several traces.
    fn indexes_of(&self, keys: &[String]) -> Vec<String> {
        let mut indexes: Vec<String> = Vec::new();
        for key in keys {
            let mut index = String::new();
            if self.keyspace.write_index(&mut index, key).is_some() && !indexes.contains(&index) {
                indexes.push(index);
            }
        }
        indexes
    }
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => text.as_bytes().into(),
        Cow::Owned(text) => text.into_bytes().into(),
    }
}
