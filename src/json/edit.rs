//! Edits parts of a JSON text, and keeps the rest byte for byte; the counterpart of the script update.lua.
//!
//! Each container on the path of an operation is parsed once. Changes are kept in lists, and the new text is written
//! after the last operation: the cost is one pass over the text, plus the operations.

mod array;
mod limits;
mod name;
mod number;
mod object;
mod parts;
mod scan;
mod value;

pub use self::number::sum;

use self::name::Name;
use self::parts::Part;
use self::value::{Editor, Value};
use crate::error::{Applied, Error};
use crate::json;

/// The kind of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    Set(&'a str),
    Remove,
    Increment(&'a str),
    Append(&'a str),
    /// Sets each member of an object, which is created if it does not exist.
    Merge(&'a str),
}

/// An edit with its path: names from the outermost, as JSON strings.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation<'a> {
    names: Vec<Name<'a>>,
    change: Change<'a>,
}

/// The result of the operations.
#[derive(Debug, PartialEq, Eq)]
pub struct Updated {
    pub text: Option<String>,
    /// The result of the last increment.
    pub sum: Option<String>,
}

impl<'a> Operation<'a> {
    /// Rejects texts that are not JSON.
    pub fn new(name: &str, names: &[&'a str], json: &'a str) -> Result<Self, Error> {
        let is_string = |name: &&str| name.starts_with('"') && json::checked(name.as_bytes()).is_ok();
        let has_json = name == "remove" || json::checked(json.as_bytes()).is_ok();
        if !names.iter().all(is_string) || !has_json {
            return Err(malformed());
        }
        let change = match name {
            "set" => Change::Set(json),
            "remove" => Change::Remove,
            "increment" => Change::Increment(json),
            "append" => Change::Append(json),
            "merge" if json.starts_with('{') => Change::Merge(json),
            _ => return Err(malformed()),
        };
        Ok(Operation { names: names.iter().map(|name| Name::new(name)).collect(), change })
    }

    pub fn name(&self) -> &'static str {
        match self.change {
            Change::Set(_) => "set",
            Change::Remove => "remove",
            Change::Increment(_) => "increment",
            Change::Append(_) => "append",
            Change::Merge(_) => "merge",
        }
    }

    /// The path, as JSON strings.
    pub fn path(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.names.iter().map(|name| name.json)
    }

    pub fn json(&self) -> &'a str {
        match self.change {
            Change::Set(json) | Change::Increment(json) | Change::Append(json) | Change::Merge(json) => json,
            Change::Remove => "",
        }
    }

    /// Whether it changes only a part of the value.
    fn keeps_value(&self) -> bool {
        !self.names.is_empty() || matches!(self.change, Change::Append(_) | Change::Merge(_))
    }
}

/// The facade of this package creates no such operation.
pub fn malformed() -> Error {
    Error::internal("an update").with_applied(Applied::No)
}

/// Applies the operations in order. `None` means no entry, before and after.
pub fn update(text: Option<&str>, operations: &[Operation<'_>]) -> Result<Updated, Error> {
    text.map_or(Ok(()), limits::check)?;
    let mut editor = Editor::default();
    let mut value = text.map(|text| Value::Text(text.trim_ascii()));
    for Operation { names, change } in operations {
        value = editor.edit(value, names, *change)?;
    }
    // The white space around the value is removed with it.
    let (lead, tail) =
        text.filter(|_| operations.iter().all(Operation::keeps_value)).map_or(("", ""), around);
    let text = value.map(|value| {
        let mut whole = String::from(lead);
        value.write(&mut whole);
        whole + tail
    });
    Ok(Updated { text, sum: editor.sum })
}

/// The white space before and after a value.
fn around(text: &str) -> (&str, &str) {
    let start = text.len() - text.trim_ascii_start().len();
    (&text[..start], &text[text.trim_ascii_end().len()..])
}

#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod model;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn run(text: Option<&str>, operations: &[(&str, &[&str], &str)]) -> Result<Option<String>, Error> {
        let names: Vec<Vec<String>> = operations
            .iter()
            .map(|(_, names, _)| names.iter().map(|name| format!("{name:?}")).collect())
            .collect();
        let made: Vec<_> = operations
            .iter()
            .zip(&names)
            .map(|((name, _, json), names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Operation::new(name, &names, json).unwrap()
            })
            .collect();
        update(text, &made).map(|updated| updated.text)
    }

    fn edited(text: &str, operations: &[(&str, &[&str], &str)]) -> String {
        run(Some(text), operations).unwrap().unwrap_or_default()
    }

    #[test]
    fn other_parts_stay_byte_for_byte() {
        let text = " { \"a\" : [ ] , \"n\":12345678901234567890,\"b\":{\"c\":1.0} } ";
        assert_eq!(edited(text, &[("set", &["b", "c"], "2")]), text.replace("1.0", "2"));
        let end = edited(text, &[("set", &["d", "e"], "0")]);
        assert_eq!(end, text.replace("1.0} }", "1.0} ,\"d\":{\"e\":0}}"));
        assert_eq!(edited(text, &[("set", &[], "2")]), "2");
        assert_eq!(edited(text, &[("remove", &["x", "y"], "")]), text);
    }

    #[test]
    fn members_and_elements_are_removed_with_one_comma() {
        for (text, expected) in [
            (r#"{"a":1}"#, "{}"),
            (r#"{"a":1,"b":2}"#, r#"{"b":2}"#),
            (r#"{"b":2,"a":1}"#, r#"{"b":2}"#),
            (r#"{"b":2,"a":1,"c":3}"#, r#"{"b":2,"c":3}"#),
            (r#"{"a":1,"b":2,"a":3,"\u0061":4}"#, r#"{"b":2}"#),
            (r#"{"a":1,"a":3,"b":2}"#, r#"{"b":2}"#),
        ] {
            assert_eq!(edited(text, &[("remove", &["a"], "")]), expected);
        }
        assert_eq!(edited("[1,2,3]", &[("remove", &["1"], "")]), "[1,3]");
        assert_eq!(edited("[1]", &[("remove", &["0"], "")]), "[]");
        let first: (&str, &[&str], &str) = ("remove", &["0"], "");
        assert_eq!(edited("[1, 2, 3, 4]", &[first, first]), "[  3, 4]");
        assert_eq!(edited("[1,2,3]", &[first, ("set", &["2"], "9"), first]), "[3,9]");
        assert_eq!(edited("[1,2]", &[("set", &["2"], "9"), first, first, first]), "[]");
    }

    #[test]
    fn merged_members_keep_their_positions() {
        for (text, other, expected) in [
            ("{ }", r#"{"a":1,"b":2}"#, r#"{ "a":1,"b":2}"#),
            (r#"{"a":0 , "b":[0]}"#, r#"{"b":2,"c":3,"a":1}"#, r#"{"a":1 , "b":2,"c":3}"#),
            (r#"{"a":0,"\u0061":0}"#, r#"{"a":1}"#, r#"{"a":0,"\u0061":1}"#),
            (r#"{"a":0}"#, "{}", r#"{"a":0}"#),
        ] {
            assert_eq!(edited(text, &[("merge", &[], other)]), expected);
        }
        assert_eq!(edited("{}", &[("merge", &["o"], "{}")]), r#"{"o":{}}"#);
        assert!(run(Some("[]"), &[("merge", &[], "{}")]).is_err());
    }

    #[test]
    fn arrays_grow_only_at_the_end() {
        assert_eq!(edited("[ ]", &[("append", &[], "1")]), "[ 1]");
        assert_eq!(
            edited("[1]", &[("append", &[], "2"), ("set", &["2"], "3"), ("remove", &["0"], "")]),
            "[2,3]"
        );
        assert_eq!(edited("[1]", &[("set", &["1"], "2")]), "[1,2]");
        assert!(run(Some("[1]"), &[("set", &["2"], "2")]).is_err());
        assert!(run(Some("{}"), &[("append", &[], "1")]).is_err());
    }

    #[test]
    fn operations_are_applied_in_order() {
        let operations: &[(&str, &[&str], &str)] = &[
            ("set", &["a"], r#"{"b":1}"#),
            ("increment", &["a", "b"], "2"),
            ("remove", &["c"], ""),
            ("set", &["c"], "1"),
            ("merge", &["a"], r#"{"d":[]}"#),
            ("append", &["a", "d"], "7"),
        ];
        assert_eq!(edited(r#"{"c":0,"a":null}"#, operations), r#"{"a":{"b":3,"d":[7]},"c":1}"#);
        assert_eq!(
            run(Some("1"), &[("remove", &[], ""), ("set", &["a"], "1")]).unwrap().unwrap(),
            r#"{"a":1}"#
        );
    }

    #[test]
    fn a_text_that_is_not_json_is_rejected() {
        for name in ["", "a", "\"a", "\"a\",\"b\""] {
            assert!(Operation::new("set", &[name], "1").is_err(), "{name}");
        }
        for (name, json) in
            [("set", ""), ("set", "1,2"), ("append", "undefined"), ("merge", "[]"), ("sett", "1")]
        {
            assert!(Operation::new(name, &[], json).is_err(), "{name} {json}");
        }
        for text in ["", "{\"a\":NaN}", "{\"a\"", "[1,]"] {
            assert_eq!(run(Some(text), &[]).unwrap_err().kind, Kind::CorruptValue);
        }
    }

    #[test]
    fn updates_that_would_block_a_server_are_rejected() {
        let kind = |text: &str, names: &[&str]| run(Some(text), &[("set", names, "1")]).unwrap_err().kind;
        assert_eq!(kind(&("[".repeat(1001) + &"]".repeat(1001)), &[]), Kind::TooLarge);
        assert_eq!(kind(&format!("\"{}\"", "x".repeat(4 << 20)), &[]), Kind::TooLarge);
        assert_eq!(kind(&format!("[{}\"\"]", "\"\",".repeat(99_999)), &["0"]), Kind::TooLarge);
        assert!(run(Some(&format!("[{}0]", "0,".repeat(500_000))), &[("set", &["0"], "1")]).is_ok());
    }
}
