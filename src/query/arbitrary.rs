//! Random entries and queries that often match.

use std::collections::BTreeMap;

use fastrand::Rng;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::model::{Condition, Entry, Wanted};
use super::page::Order;

const NAMES: &[&str] = &["a", "b", "0", "1", ""];
const PATHS: &[&str] = &["", "a", "b", "a.b", "a.0", "0", "1.a", "a.b.0", "a.", ".", "00", "missing"];

fn number() -> impl Strategy<Value = Value> {
    let traps = [
        json!(0),
        json!(-0.0),
        json!(1),
        json!(-1),
        json!(0.1),
        json!(9_007_199_254_740_992_u64),
        json!(9_007_199_254_740_993_u64),
        json!(u64::MAX),
        json!(1e21),
        json!(5e-324),
    ];
    prop_oneof![
        4 => select(traps.to_vec()),
        1 => any::<i64>().prop_map(Value::from),
        1 => prop::num::f64::NORMAL.prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = Value> {
    let traps = ["", "a", "b", "1", "null", "é", "\"\\\n\0", "\u{2028}", "\u{ffff}", "😀", "😁"];
    prop_oneof![
        4 => select(traps.to_vec()).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
    ]
}

/// Operands of comparisons by size.
fn operand() -> impl Strategy<Value = Value> {
    prop_oneof![number(), text()]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![4 => operand(), 1 => select(vec![json!(null), json!(true), json!(false)])]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 3, |inner| {
        let members = btree_map(select(NAMES).prop_map(str::to_owned), inner.clone(), 0..4);
        prop_oneof![
            vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Entries with distinct names.
pub fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let trace_id = select(vec!["g", "h", "😀", "\u{ffff}"]).prop_map(str::to_owned);
    let key =
        vec(select(vec!["a", "B", "é", "😀", "\u{ffff}", ":", "\""]), 0..3).prop_map(|key| key.concat());
    btree_map((trace_id, key), value(), 0..12).prop_map(|entries: BTreeMap<_, _>| {
        entries.into_iter().map(|((trace_id, key), value)| Entry { trace_id, key, value }).collect()
    })
}

fn condition(paths: usize) -> impl Strategy<Value = Condition> {
    let leaf = prop_oneof![
        (select(vec!["EQ", "NEQ"]), 0..paths, scalar())
            .prop_map(|(operator, path, value)| Condition::Compare(operator, path, value)),
        (select(vec!["GT", "GTE", "LT", "LTE"]), 0..paths, operand())
            .prop_map(|(operator, path, value)| Condition::Compare(operator, path, value)),
        (0..paths, vec(scalar(), 0..4)).prop_map(|(path, values)| Condition::In(path, values)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::And),
            vec(inner.clone(), 0..4).prop_map(Condition::Or),
            inner.prop_map(|condition| Condition::Not(Box::new(condition))),
        ]
    })
}

pub fn wanted() -> impl Strategy<Value = Wanted> {
    prop::sample::subsequence(PATHS, 1..6).prop_flat_map(|paths| {
        let order = select(vec![Order::Ascending, Order::Descending]);
        let sort = vec((0..paths.len(), order), 0..4);
        (prop::option::weighted(0.7, condition(paths.len())), sort).prop_map(move |(filter, sort)| Wanted {
            paths: paths.clone(),
            filter,
            sort,
        })
    })
}

/// A JSON text of a value as another client could write it: with white space, escapes and duplicate members.
pub fn text_of(value: &Value, random: &mut Rng) -> String {
    let text = match value {
        Value::String(text) => string_of(text, random),
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(|element| text_of(element, random)).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(members) => {
            let mut all = Vec::new();
            for (name, value) in members {
                if random.u8(..4) == 0 {
                    all.push(format!("{}:{{\"a\":[1],\"b\":2}}", string_of(name, random)));
                }
                all.push(format!("{}:{}", string_of(name, random), text_of(value, random)));
            }
            format!("{{{}}}", all.join(","))
        }
        other => other.to_string(),
    };
    let space = ["", "", "", " ", "\r\n\t"];
    format!("{}{text}{}", space[random.usize(..5)], space[random.usize(..5)])
}

fn string_of(text: &str, random: &mut Rng) -> String {
    if random.u8(..4) > 0 {
        return Value::from(text).to_string();
    }
    let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{units}\"")
}
