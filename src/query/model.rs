//! A model of queries, with plain recursion on values.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::page::Order;

/// A condition. Paths are identified by number.
#[derive(Clone, Debug)]
pub enum Condition {
    Compare(&'static str, usize, Value),
    In(usize, Vec<Value>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
}

#[derive(Clone, Debug)]
pub struct Wanted {
    pub paths: Vec<&'static str>,
    pub filter: Option<Condition>,
    pub sort: Vec<(usize, Order)>,
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub trace_id: String,
    pub key: String,
    pub value: Value,
}

impl Condition {
    fn to_json(&self) -> Value {
        let all = |conditions: &[Condition]| conditions.iter().map(Condition::to_json).collect::<Vec<_>>();
        match self {
            Condition::Compare(operator, path, value) => json!({ *operator: [path, value] }),
            Condition::In(path, values) => json!({ "IN": [path, values] }),
            Condition::And(conditions) => json!({ "AND": all(conditions) }),
            Condition::Or(conditions) => json!({ "OR": all(conditions) }),
            Condition::Not(condition) => json!({ "NOT": condition.to_json() }),
        }
    }

    fn holds(&self, fields: &[Option<&Value>]) -> bool {
        match self {
            Condition::Compare(operator, path, value) => compares(operator, fields[*path], value),
            Condition::In(path, values) => values.iter().any(|value| compares("EQ", fields[*path], value)),
            Condition::And(conditions) => conditions.iter().all(|condition| condition.holds(fields)),
            Condition::Or(conditions) => conditions.iter().any(|condition| condition.holds(fields)),
            Condition::Not(condition) => !condition.holds(fields),
        }
    }
}

fn compares(operator: &str, field: Option<&Value>, value: &Value) -> bool {
    let order = compared(field, Some(value));
    let have_order = matches!(
        (field, value),
        (Some(Value::Number(_)), Value::Number(_)) | (Some(Value::String(_)), Value::String(_))
    );
    match operator {
        "EQ" => order.is_eq(),
        "NEQ" => order.is_ne(),
        "GT" => have_order && order.is_gt(),
        "GTE" => have_order && order.is_ge(),
        "LT" => have_order && order.is_lt(),
        "LTE" => have_order && order.is_le(),
        _ => unreachable!("there is no operator {operator}"),
    }
}

/// The order of all values at a path.
fn compared(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).expect("JSON has no NaN")
        }
        (Some(Value::String(a)), Some(Value::String(b))) => utf16_order(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn utf16_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

fn rank(value: Option<&Value>) -> u8 {
    match value {
        None => 0,
        Some(Value::Null) => 1,
        Some(Value::Bool(false)) => 2,
        Some(Value::Bool(true)) => 3,
        Some(Value::Number(_)) => 4,
        Some(Value::String(_)) => 5,
        Some(Value::Array(_) | Value::Object(_)) => 6,
    }
}

/// The value at a path.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() {
        return Some(value);
    }
    path.split('.').try_fold(value, |value, name| match value {
        Value::Object(members) => members.get(name),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .find(|(index, _)| index.to_string() == name)
            .map(|(_, element)| element),
        _ => None,
    })
}

impl Wanted {
    /// Like lib/query/query.js.
    pub fn to_json(&self, limit: Option<usize>, after: Option<&str>) -> Value {
        let order = |order: &Order| if *order == Order::Ascending { "ASC" } else { "DESC" };
        let sort: Vec<_> = self.sort.iter().map(|(path, way)| json!([path, order(way)])).collect();
        let filter = self.filter.as_ref().map(Condition::to_json);
        json!({ "paths": self.paths, "filter": filter, "sort": sort, "limit": limit, "after": after })
    }

    /// The indices of the matching entries, in order.
    pub fn found_in(&self, entries: &[Entry]) -> Vec<usize> {
        let fields_of = |entry: usize| -> Vec<Option<&Value>> {
            self.paths.iter().map(|path| at(&entries[entry].value, path)).collect()
        };
        let matches =
            |entry: &usize| self.filter.as_ref().is_none_or(|filter| filter.holds(&fields_of(*entry)));
        let mut found: Vec<usize> = (0..entries.len()).filter(matches).collect();
        found.sort_by(|a, b| {
            let (fields_a, fields_b) = (fields_of(*a), fields_of(*b));
            let by_fields = self.sort.iter().map(|(path, way)| {
                let order = compared(fields_a[*path], fields_b[*path]);
                if *way == Order::Ascending { order } else { order.reverse() }
            });
            let by_name = || {
                utf16_order(&entries[*a].trace_id, &entries[*b].trace_id)
                    .then_with(|| utf16_order(&entries[*a].key, &entries[*b].key))
            };
            by_fields.fold(Ordering::Equal, Ordering::then).then_with(by_name)
        });
        found
    }
}
