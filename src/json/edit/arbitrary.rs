//! Random JSON texts as any client could write them, and edits whose paths match their parts.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::model::{Edit, json_of};

/// Names of members and elements; some look like structure.
const NAMES: &[&str] = &["a", "b", "0", "1", "2", "", "é\"\\", "\u{1}", "n{", "x,]", "😀"];
/// Names that are not array indices.
const NO_INDEX: &[&str] = &["00", "-1", "1.0", "18446744073709551616", "٣"];
const SCALARS: &[&str] = &[
    "0",
    "-7",
    "-0",
    "1.50",
    "1E+2",
    "1e999",
    "12345678901234567890",
    "9007199254740991",
    "null",
    "true",
    "false",
    r#""""#,
    r#""},{\"a\":1""#,
    r#""[{""#,
    r#""]]""#,
    r#""\\""#,
    r#""\ud800""#,
    r#""é中😀\u2028""#,
];

fn space() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n", "\t ", "\r\n"])
}

fn spaced(part: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (space(), part, space()).prop_map(|(before, part, behind)| format!("{before}{part}{behind}"))
}

/// A name as a JSON string, sometimes with all units escaped.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(NAMES).prop_map(json_of),
        1 => select(NAMES).prop_map(|name| {
            let units: String = name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{units}\"")
        }),
        1 => Just(r#""\ud800""#.to_owned()),
    ]
}

/// A JSON value without surrounding white space. Inside can be white space and duplicate members.
pub fn value() -> BoxedStrategy<String> {
    let scalar = select(SCALARS).prop_map(str::to_owned);
    scalar.prop_recursive(4, 40, 5, |inner| container(spaced(inner).boxed())).boxed()
}

fn container(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    prop_oneof![
        (space(), vec(inner.clone(), 0..5)).prop_map(|(space, parts)| listed('[', space, &parts, ']')),
        object(inner),
        (0..80_usize).prop_map(|count| format!("[{}]", vec!["7"; count].join(", "))),
    ]
}

fn object(value: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let member = (spaced(name()), value).prop_map(|(name, value)| format!("{name}:{value}"));
    (space(), vec(member, 0..5)).prop_map(|(space, parts)| listed('{', space, &parts, '}'))
}

fn listed(open: char, space: &str, parts: &[String], close: char) -> String {
    let inner = if parts.is_empty() { space.to_owned() } else { parts.join(",") };
    format!("{open}{inner}{close}")
}

/// A JSON text with surrounding white space, mostly an object or an array.
pub fn document() -> impl Strategy<Value = String> {
    spaced(prop_oneof![1 => value(), 4 => container(spaced(value()).boxed())])
}

/// Many paths match the same parts.
pub fn path() -> impl Strategy<Value = Vec<&'static str>> {
    let near = vec(select(vec!["0", "1", "a"]), 1..3);
    let any = vec(prop_oneof![9 => select(NAMES), 1 => select(NO_INDEX)], 0..4);
    prop_oneof![near, any]
}

pub fn edit() -> impl Strategy<Value = Edit> {
    let by = select(vec!["1", "-3", "0.1", "1e-7", "-0", "9007199254740991", "1e300"]);
    prop_oneof![
        value().prop_map(Edit::Set),
        Just(Edit::Remove),
        by.prop_map(|by| Edit::Increment(by.to_owned())),
        value().prop_map(Edit::Append),
        object(value().boxed()).prop_map(Edit::Merge),
    ]
}
