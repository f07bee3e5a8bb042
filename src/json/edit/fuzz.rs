//! Compares generated updates with the model.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::arbitrary::{document, edit, path, value};
use super::model::{Edit, Part, edited, elements, index_of, is_named, json_of, members};
use super::*;
use crate::error::Kind;

impl Edit {
    fn name_and_json(&self) -> (&str, &str) {
        match self {
            Edit::Set(json) => ("set", json),
            Edit::Remove => ("remove", ""),
            Edit::Increment(by) => ("increment", by),
            Edit::Append(json) => ("append", json),
            Edit::Merge(json) => ("merge", json),
        }
    }
}

type Edits<'a> = [(Vec<&'a str>, Edit)];

/// Runs edits. Each has a name, a path, and a JSON text.
fn run(text: Option<&str>, edits: &Edits<'_>) -> Result<Updated, Error> {
    let paths: Vec<Vec<String>> =
        edits.iter().map(|(names, _)| names.iter().map(|name| json_of(name)).collect()).collect();
    let operations = edits.iter().zip(&paths).map(|((_, edit), path)| {
        let (name, json) = edit.name_and_json();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        Operation::new(name, &path, json)
    });
    update(text, &operations.collect::<Result<Vec<_>, _>>()?)
}

/// The range of a part in a text. If several members have the same name, the last one counts.
fn place_of(text: &str, names: &[&str]) -> Option<Range<usize>> {
    let mut part = text.trim_ascii();
    for name in names {
        part = match part.as_bytes()[0] {
            b'[' => elements(part).get(index_of(name)?).map(|raw| raw.get())?,
            b'{' => members(part).into_iter().rfind(|(json, _)| is_named(json, name))?.1.get(),
            _ => return None,
        };
    }
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    Some(start..start + part.len())
}

/// The range of an element, or of a member with its name; `None` if several members have that name.
fn only_part(text: &str, names: &[&str]) -> Option<Range<usize>> {
    let value = place_of(text, names)?;
    let (name, outer) = names.split_last()?;
    let container = &text[place_of(text, outer)?];
    if container.starts_with('[') {
        return Some(value);
    }
    let mut named = members(container).into_iter().map(|(json, _)| json).filter(|json| is_named(json, name));
    let start = named.next()?.as_ptr() as usize - text.as_ptr() as usize;
    named.next().is_none().then_some(start..value.end)
}

/// The paths of all parts of a value whose names decode to a text. The first path is empty, for the value itself.
fn paths_of(text: &str) -> Vec<Vec<String>> {
    let mut paths = vec![Vec::new()];
    let mut below = |name: String, raw: &RawValue| {
        paths.extend(paths_of(raw.get()).into_iter().map(|rest| [vec![name.clone()], rest].concat()));
    };
    match text.as_bytes()[0] {
        b'[' => elements(text).into_iter().enumerate().for_each(|(at, raw)| below(at.to_string(), raw)),
        b'{' => members(text)
            .into_iter()
            .filter_map(|(json, raw)| Some((serde_json::from_str(json).ok()?, raw)))
            .for_each(|(name, raw)| below(name, raw)),
        _ => {}
    }
    paths
}

/// Whether `after` is `before` without the part, one neighbouring comma, and the blanks between them.
fn is_cut(before: &str, part: &Range<usize>, after: &str) -> bool {
    let Some(length) = before.len().checked_sub(after.len()) else { return false };
    (0..=part.start).map(|start| start..start + length).any(|cut| {
        let (Some(lead), Some(tail)) = (before.get(cut.start..part.start), before.get(part.end..cut.end))
        else {
            return false;
        };
        let is_same = after.starts_with(&before[..cut.start]) && after.ends_with(&before[cut.end..]);
        let sides = (lead.trim_ascii_end(), tail.trim_ascii_start());
        is_same && matches!((lead, tail, sides), ("", "", _) | (_, "", (",", _)) | ("", _, (_, ",")))
    })
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_updates_do_what_the_model_does(
        text in prop::option::weighted(0.9, document()),
        edits in vec((path(), edit()), 0..8),
    ) {
        let mut expected = text.as_ref().map(|text| Part::Text(text.trim_ascii().to_owned()));
        let mut done = Vec::new();
        for (names, edit) in edits {
            let after = edited(expected.clone(), &names, &edit);
            done.push((names, edit));
            match after {
                Ok(value) => expected = value,
                Err(kind) => {
                    let error = run(text.as_deref(), &done).unwrap_err();
                    prop_assert_eq!((error.kind, error.applied), (kind, Some(Applied::No)));
                    // The following edits are made without it, because otherwise most updates would fail.
                    done.pop();
                }
            }
        }
        let after = run(text.as_deref(), &done).unwrap().text;
        let is_same = match (&after, &expected) {
            (Some(after), Some(expected)) => expected.is_in(after.trim_ascii()),
            (after, expected) => after.is_none() && expected.is_none(),
        };
        prop_assert!(is_same, "{after:?} is not {expected:?}");
    }

    #[test]
    fn fuzz_an_update_keeps_each_byte_around_what_it_changes(text in document(), at in any::<prop::sample::Index>(), json in value()) {
        let parts = paths_of(text.trim_ascii()).split_off(1);
        if parts.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = at.get(&parts).iter().map(String::as_str).collect();
        // A later member with the same name may hide it.
        let Some(place) = place_of(&text, &names) else { return Ok(()) };
        let (before, behind) = (&text[..place.start], &text[place.end..]);
        let part = &text[place.clone()];
        let after = |edit: Edit| run(Some(&text), &[(names.clone(), edit)]).map(|updated| updated.text.unwrap());

        prop_assert_eq!(after(Edit::Set(json.clone())).unwrap(), format!("{before}{json}{behind}"));
        if let Some(open) = part.strip_suffix(']') {
            let comma = if open[1..].trim_ascii().is_empty() { "" } else { "," };
            prop_assert_eq!(after(Edit::Append(json.clone())).unwrap(), format!("{before}{open}{comma}{json}]{behind}"));
        }
        if let Some(open) = part.strip_suffix('}') {
            let comma = if open[1..].trim_ascii().is_empty() { "" } else { "," };
            let member = format!("\"new\":{json}");
            prop_assert_eq!(after(Edit::Merge(format!("{{{member}}}"))).unwrap(), format!("{before}{open}{comma}{member}}}{behind}"));
        }
        if let Some(part) = only_part(&text, &names) {
            let after = after(Edit::Remove).unwrap();
            prop_assert!(is_cut(&text, &part, &after), "{after}");
        }
    }

    #[test]
    fn fuzz_any_text_is_updated_to_json_or_rejected(
        text in document(),
        changes in vec((any::<prop::sample::Index>(), any::<char>()), 0..3),
        operations in vec((
            prop::sample::select(vec!["set", "remove", "increment", "append", "merge", ""]),
            vec(prop_oneof![prop::sample::select(vec!["\"0\"", "\"1\"", "\"a\"", "", "{}"]).prop_map(str::to_owned), "\\PC{0,6}"], 0..3),
            prop_oneof![document(), "\\PC{0,6}"],
        ), 0..4),
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, other) in changes {
            *at.get_mut(&mut chars) = other;
        }
        let text: String = chars.into_iter().collect();
        let made = operations.iter().map(|(name, path, json)| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            Operation::new(name, &path, json)
        });
        let Ok(operations) = made.collect::<Result<Vec<_>, _>>() else { return Ok(()) };
        match update(Some(&text), &operations) {
            Ok(Updated { text: Some(after), .. }) => prop_assert!(json::checked(after.as_bytes()).is_ok(), "{}", after),
            Ok(Updated { text: None, .. }) => {}
            Err(error) => prop_assert_eq!(error.applied, Some(Applied::No)),
        }
    }

    #[test]
    fn fuzz_values_nested_too_deeply_are_refused(kinds in vec(any::<bool>(), 990..1010), inner in prop::sample::select(vec!["1", "\"[{\"", "\"\\\"[\""])) {
        let open: String = kinds.iter().map(|is_array| if *is_array { "[" } else { "{\"]\":" }).collect();
        let close: String = kinds.iter().rev().map(|is_array| if *is_array { ']' } else { '}' }).collect();
        let refused = run(Some(&format!("{open}{inner}{close}")), &[]).err().map(|error| error.kind);
        prop_assert_eq!(refused, (kinds.len() > 1000).then_some(Kind::TooLarge));
    }
}
