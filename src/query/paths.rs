//! Reads all fields of a query from a text in one pass.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::field::Field;
use super::text::Text;

/// A tree of the steps of all paths, so that each part of a text is read once.
pub struct Paths {
    root: Step,
    count: usize,
}

/// A node of the tree.
#[derive(Default)]
struct Step {
    /// The path that ends here.
    ends: Option<usize>,
    next: HashMap<Box<[u8]>, Step>,
}

impl Paths {
    /// Steps are separated by dots. The empty path has no steps.
    pub fn new(paths: &[Text<'_>]) -> Self {
        let mut root = Step::default();
        for (number, path) in paths.iter().enumerate() {
            let names = path.bytes().split(|byte| *byte == b'.').filter(|_| !path.bytes().is_empty());
            let last = names.fold(&mut root, |step, name| step.next.entry(name.into()).or_default());
            last.ends = Some(number);
        }
        Paths { root, count: paths.len() }
    }

    /// Returns the value at each path of a JSON text. Values below the paths are skipped, so they can have any depth.
    pub fn fields_of<'a>(&self, text: &'a str) -> serde_json::Result<Vec<Field<'a>>> {
        let mut fields = vec![Field::Missing; self.count];
        self.root.look(text.trim_ascii(), &mut fields)?;
        Ok(fields)
    }
}

impl Step {
    fn look<'a>(&self, text: &'a str, fields: &mut [Field<'a>]) -> serde_json::Result<()> {
        if let Some(field) = self.ends.and_then(|number| fields.get_mut(number)) {
            *field = Field::of(text)?;
        }
        if self.next.is_empty() || !text.starts_with(['{', '[']) {
            return Ok(());
        }
        serde_json::Deserializer::from_str(text).deserialize_any(Within { step: self, fields })
    }

    /// Removes the fields that were found below this node.
    fn forget(&self, fields: &mut [Field<'_>]) {
        if let Some(field) = self.ends.and_then(|number| fields.get_mut(number)) {
            *field = Field::Missing;
        }
        self.next.values().for_each(|step| step.forget(fields));
    }
}

/// Reads an object or an array.
struct Within<'s, 'f, 'a> {
    step: &'s Step,
    fields: &'f mut [Field<'a>],
}

impl<'de> Visitor<'de> for Within<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Text<'de>>()? {
            let Some(step) = self.step.next.get(name.bytes()) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let text = map.next_value::<&'de RawValue>()?.get();
            // If several members have the same name, the last one counts.
            step.forget(self.fields);
            step.look(text, self.fields).map_err(A::Error::custom)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut name = itoa::Buffer::new();
        for index in 0_usize.. {
            match self.step.next.get(name.format(index).as_bytes()) {
                Some(step) => {
                    let Some(text) = seq.next_element::<&'de RawValue>()? else { break };
                    step.look(text.get(), self.fields).map_err(A::Error::custom)?;
                }
                None if seq.next_element::<IgnoredAny>()?.is_none() => break,
                None => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values at the paths, in the form of positions.
    fn places(paths: &[&str], text: &str) -> Vec<String> {
        let paths: Vec<Text<'_>> = paths.iter().map(|path| Text::from(*path)).collect();
        let place = |field: &Field<'_>| {
            let mut place = String::new();
            field.write_place(&mut place);
            place
        };
        Paths::new(&paths).fields_of(text).unwrap().iter().map(place).collect()
    }

    #[test]
    fn paths_pass_through_objects_and_arrays() {
        let text = r#" {"a":{"b":[1,{"c":"x"}],"":null},"0":true,"d":{}} "#;
        let paths = ["", "a.b.0", "a.b.1.c", "a.b", "a.", "0", "d", "a.b.2", "a.b.0.c", "e", "a.b.01"];
        let expected = ["{}", "1.0", "\"x\"", "{}", "null", "true", "{}", "[]", "[]", "[]", "[]"];
        assert_eq!(places(&paths, text), expected);
        assert_eq!(places(&["", "a", "0"], "5"), ["5.0", "[]", "[]"]);
    }

    #[test]
    fn the_last_of_several_members_with_the_same_name_counts() {
        assert_eq!(places(&["a.b", "a.c"], r#"{"a":{"b":1},"\u0061":{"c":2}}"#), ["[]", "2.0"]);
    }

    #[test]
    fn values_outside_of_the_paths_can_have_any_depth_and_size() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = format!(r#"{{"deep":{deep},"huge":1e999,"a":[{deep},2]}}"#);
        assert_eq!(places(&["a.1", "deep", "huge"], &text), ["2.0", "{}", "1e999"]);
        let path = vec!["0"; 64].join(".");
        assert_eq!(places(&[&path], &deep), ["{}"]);
    }

    #[test]
    fn names_can_have_lone_surrogates() {
        let paths: Vec<Text<'_>> = vec![serde_json::from_str(r#""\ud800""#).unwrap()];
        let fields = Paths::new(&paths).fields_of(r#"{"\ud800":true}"#).unwrap();
        assert_eq!(fields, [Field::Boolean(true)]);
    }
}
