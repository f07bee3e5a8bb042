//! A model of updates: on a tree instead of a text, with plain recursion.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Kind;

/// A value: its text, or its parts if an operation has opened it.
#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    Sum(f64),
    Array(Vec<Part>),
    /// The members in order, including duplicates; names are JSON strings.
    Object(Vec<(String, Part)>),
}

#[derive(Clone, Debug)]
pub enum Edit {
    Set(String),
    Remove,
    Increment(String),
    Append(String),
    Merge(String),
}

/// The members of the text of an object, in order.
pub struct Members<'a>(pub Vec<(&'a str, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(&'de str, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    members.push((name.get(), value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Pairs).map(Members)
    }
}

/// The elements of the text of an array.
pub fn elements(text: &str) -> Vec<&RawValue> {
    serde_json::from_str(text).expect("the text is an array")
}

pub fn members(text: &str) -> Vec<(&str, &RawValue)> {
    serde_json::from_str::<Members<'_>>(text).expect("the text is an object").0
}

/// Whether a JSON string, with any escapes, is this name. Names in tests have no lone surrogates.
pub fn is_named(json: &str, name: &str) -> bool {
    serde_json::from_str::<String>(json).is_ok_and(|plain| plain == name)
}

/// The index of an element, if the name is one in JavaScript's notation.
pub fn index_of(name: &str) -> Option<usize> {
    name.parse().ok().filter(|index: &usize| index.to_string() == name)
}

impl Part {
    fn opened(self) -> Part {
        match self {
            Part::Text(text) if text.starts_with('[') => {
                Part::Array(elements(&text).into_iter().map(|raw| Part::Text(raw.get().to_owned())).collect())
            }
            Part::Text(text) if text.starts_with('{') => {
                let member =
                    |(name, raw): (&str, &RawValue)| (name.to_owned(), Part::Text(raw.get().to_owned()));
                Part::Object(members(&text).into_iter().map(member).collect())
            }
            other => other,
        }
    }

    /// Whether a text is this value, with unopened values byte for byte.
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Part::Text(own) => text == own,
            Part::Sum(sum) => text.parse() == Ok(*sum),
            Part::Array(parts) => {
                text.starts_with('[') && {
                    let found = elements(text);
                    found.len() == parts.len()
                        && parts.iter().zip(found).all(|(part, raw)| part.is_in(raw.get()))
                }
            }
            Part::Object(parts) => {
                text.starts_with('{') && {
                    let found = members(text);
                    found.len() == parts.len()
                        && parts
                            .iter()
                            .zip(found)
                            .all(|((name, part), (found, raw))| name == found && part.is_in(raw.get()))
                }
            }
        }
    }
}

/// Applies an edit to the part at the path `names`. `None` means no value.
pub fn edited(value: Option<Part>, names: &[&str], edit: &Edit) -> Result<Option<Part>, Kind> {
    let Some((name, rest)) = names.split_first() else { return changed(value, edit) };
    let Some(value) = value else {
        let inner = edited(None, rest, edit)?;
        return Ok(inner.map(|inner| Part::Object(vec![(json_of(name), inner)])));
    };
    match value.opened() {
        Part::Object(mut members) => {
            let old =
                members.iter().rev().find(|(json, _)| is_named(json, name)).map(|(_, part)| part.clone());
            match edited(old, rest, edit)? {
                Some(inner) => set_member(&mut members, &json_of(name), inner),
                None => members.retain(|(json, _)| !is_named(json, name)),
            }
            Ok(Some(Part::Object(members)))
        }
        Part::Array(mut parts) => {
            let index = index_of(name).unwrap_or(usize::MAX);
            match edited(parts.get(index).cloned(), rest, edit)? {
                Some(inner) if index < parts.len() => parts[index] = inner,
                Some(inner) if index == parts.len() => parts.push(inner),
                Some(_) => return Err(Kind::WrongType),
                None if index < parts.len() => drop(parts.remove(index)),
                None => {}
            }
            Ok(Some(Part::Array(parts)))
        }
        _ => Err(Kind::WrongType),
    }
}

fn changed(value: Option<Part>, edit: &Edit) -> Result<Option<Part>, Kind> {
    let text = |json: &String| Part::Text(json.clone());
    Ok(match edit {
        Edit::Set(json) => Some(text(json)),
        Edit::Remove => None,
        Edit::Increment(by) => Some(Part::Sum(sum(value, by)?)),
        Edit::Append(json) => match value.map(Part::opened) {
            None => Some(Part::Array(vec![text(json)])),
            Some(Part::Array(mut parts)) => {
                parts.push(text(json));
                Some(Part::Array(parts))
            }
            Some(_) => return Err(Kind::WrongType),
        },
        Edit::Merge(json) => match value.map(Part::opened) {
            None => Some(text(json)),
            Some(Part::Object(mut all)) => {
                for (name, raw) in members(json) {
                    set_member(&mut all, name, Part::Text(raw.get().to_owned()));
                }
                Some(Part::Object(all))
            }
            Some(_) => return Err(Kind::WrongType),
        },
    })
}

/// Sets the last member with a name, or adds one.
fn set_member(members: &mut Vec<(String, Part)>, name: &str, value: Part) {
    let plain: Option<String> = serde_json::from_str(name).ok();
    let is_same = |json: &str| plain.as_ref().map_or(json == name, |plain| is_named(json, plain));
    match members.iter_mut().rev().find(|(json, _)| is_same(json)) {
        Some((_, old)) => *old = value,
        None => members.push((name.to_owned(), value)),
    }
}

fn sum(value: Option<Part>, by: &str) -> Result<f64, Kind> {
    let old = match value {
        None => 0.0,
        Some(Part::Sum(sum)) => sum,
        Some(Part::Text(text)) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            text.parse().expect("a JSON number is a number")
        }
        Some(_) => return Err(Kind::WrongType),
    };
    let sum = old + by.parse::<f64>().expect("what is added is a number");
    let is_safe = |number: f64| number.abs() < 2_f64.powi(53);
    if is_safe(old) && is_safe(sum) { Ok(sum) } else { Err(Kind::OutOfRange) }
}

pub fn json_of(name: &str) -> String {
    serde_json::to_string(name).expect("a string is JSON")
}
