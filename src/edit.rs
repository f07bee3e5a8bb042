//! Changes of parts of a JSON text, the rest staying byte for byte; what scripts/update.lua does on a server.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::error::{Applied, Error, Kind};

/// Beyond, a double cannot be told from its neighbours.
const MOST: f64 = 9_007_199_254_740_991.0;

/// What is done to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    Set(&'a str),
    Remove,
    Increment(&'a str),
    Append(&'a str),
    /// Sets each member of an object, which is made where there is none.
    Merge(&'a str),
}

impl<'a> Change<'a> {
    /// By its name, and the JSON text that goes with it.
    pub fn of(name: &str, json: &'a str) -> Self {
        match name {
            "set" => Change::Set(json),
            "remove" => Change::Remove,
            "increment" => Change::Increment(json),
            "append" => Change::Append(json),
            "merge" => Change::Merge(json),
            _ => unreachable!("there is no change {name:?}"),
        }
    }

    /// The text of a part after it; none means no value, before and after.
    fn run(self, text: Option<&str>) -> Result<Option<String>, Error> {
        Ok(match self {
            Change::Set(json) => Some(json.to_owned()),
            Change::Remove => None,
            Change::Increment(by) => Some(sum(text, by)?),
            Change::Append(json) => Some(match text {
                None => format!("[{json}]"),
                Some(text) if text.starts_with('[') => Container(text).parts(None).insert(json),
                Some(_) => return Err(Error::mismatch("what is to be appended to is not an array")),
            }),
            Change::Merge(json) => Some(match text {
                None => json.to_owned(),
                Some(text) if text.starts_with('{') => merged(text, json),
                Some(_) => return Err(Error::mismatch("what is to be merged into is not an object")),
            }),
        })
    }
}

/// What the change made, and the text as a whole. `names` are JSON strings, from the outermost.
pub type Edited = (Option<String>, Option<String>);

/// The text after a change of what is below these names.
pub fn edit(text: Option<&str>, names: &[&str], change: Change<'_>) -> Result<Edited, Error> {
    let Some((name, rest)) = names.split_first() else {
        let made = change.run(text)?;
        return Ok((made.clone(), made));
    };
    let Some(text) = text.map(str::trim_start) else {
        let (made, inner) = edit(None, rest, change)?;
        return Ok((made, inner.map(|inner| format!("{{{name}:{inner}}}"))));
    };
    if !text.starts_with(['{', '[']) {
        return Err(Error::mismatch(&format!("there is no object or array for {name}")));
    }
    let container = Container(text);
    let parts = container.parts(Some(name));
    let (made, inner) = edit(parts.found.map(|found| found.value(text)), rest, change)?;
    let whole = match (parts.found, inner) {
        (Some(found), Some(inner)) => {
            [&text[..found.value_start], inner.as_str(), &text[found.value_end..]].concat()
        }
        (Some(found), None) => {
            let left = found.cut(text);
            // An object may have the name more than once.
            if container.is_object() { edit(Some(&left), names, change)?.1.unwrap_or_default() } else { left }
        }
        (None, None) => text.to_owned(),
        (None, Some(inner)) if container.is_object() => parts.insert(&format!("{name}:{inner}")),
        (None, Some(inner)) if is_index(name, parts.count) => parts.insert(&inner),
        (None, Some(_)) => return Err(Error::mismatch(&format!("the array has no element {name}"))),
    };
    Ok((made, Some(whole)))
}

/// The sum, as JavaScript has it, of a number and what is to be added to it.
pub fn sum(text: Option<&str>, by: &str) -> Result<String, Error> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let old = match text.map(str::trim) {
        None => 0.0,
        Some(text) if text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            number(text).ok_or_else(|| Error::mismatch("the value is not a number"))?
        }
        Some(_) => return Err(Error::mismatch("the value is not a number")),
    };
    let sum = old + number(by).unwrap_or(f64::NAN);
    if old.abs() <= MOST && sum.abs() <= MOST {
        // Without it, minus zero keeps its sign.
        Ok(format!("{}", sum + 0.0))
    } else {
        let detail = "the number or the sum is beyond 2^53 - 1";
        Err(Error::new(Kind::OutOfRange, detail).with_applied(Applied::No))
    }
}

/// The text of an object or array.
#[derive(Clone, Copy)]
struct Container<'a>(&'a str);

/// What is in a container.
struct Parts<'a> {
    text: &'a str,
    found: Option<Found>,
    count: usize,
    /// Where the closing bracket is.
    end: usize,
}

/// A member or an element, by offsets.
#[derive(Clone, Copy)]
struct Found {
    start: usize,
    value_start: usize,
    value_end: usize,
    comma_before: Option<usize>,
    /// The comma or bracket behind it.
    mark: usize,
}

impl<'a> Container<'a> {
    fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// Looks for a member by its name, or for an element whose number that is: of several the last, as it counts in
    /// JavaScript.
    fn parts(self, name: Option<&str>) -> Parts<'a> {
        let text = self.0;
        let (mut found, mut count, mut comma_before) = (None, 0, None);
        let mut at = after_space(text, 1);
        if matches!(byte(text, at), b']' | b'}') {
            return Parts { text, found, count, end: at };
        }
        loop {
            let start = at;
            let is_found = if self.is_object() {
                let end = after_string(text, at);
                at = after_space(text, after_space(text, end) + 1);
                name.is_some_and(|name| is_same(&text[start..end], name))
            } else {
                name.is_some_and(|name| is_index(name, count))
            };
            let value_end = after_value(text, at);
            let mark = after_space(text, value_end);
            if is_found {
                found = Some(Found { start, value_start: at, value_end, comma_before, mark });
            }
            count += 1;
            if byte(text, mark) != b',' {
                return Parts { text, found, count, end: mark };
            }
            comma_before = Some(mark);
            at = after_space(text, mark + 1);
        }
    }
}

impl Parts<'_> {
    /// With one more at the end.
    fn insert(&self, part: &str) -> String {
        let comma = if self.count > 0 { "," } else { "" };
        [&self.text[..self.end], comma, part, &self.text[self.end..]].concat()
    }
}

impl Found {
    fn value(self, text: &str) -> &str {
        &text[self.value_start..self.value_end]
    }

    /// The container without it and one of the commas next to it.
    fn cut(self, text: &str) -> String {
        let (start, end) = match self.comma_before {
            Some(comma) => (comma, self.value_end),
            None if byte(text, self.mark) == b',' => (self.start, self.mark + 1),
            None => (self.start, self.value_end),
        };
        [&text[..start], &text[end..]].concat()
    }
}

/// The text is JSON: there is no end of it where something has to follow.
fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes()[at]
}

fn after_space(text: &str, at: usize) -> usize {
    at + text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

fn after_string(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match byte(text, at) {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn after_value(text: &str, start: usize) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
    match byte(text, start) {
        b'"' => after_string(text, start),
        b'{' | b'[' => after_brackets(text, start),
        _ => start + text.as_bytes()[start..].iter().take_while(|byte| !is_end(byte)).count(),
    }
}

fn after_brackets(text: &str, start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    loop {
        match byte(text, at) {
            b'"' => at = after_string(text, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
}

/// A member of an object.
struct Member<'a> {
    name: &'a str,
    /// Where its value is.
    value: Range<usize>,
}

/// The members of an object, and where it ends.
fn members(text: &str) -> (Vec<Member<'_>>, usize) {
    let (mut members, mut at) = (Vec::new(), after_space(text, 1));
    if byte(text, at) != b'"' {
        return (members, at);
    }
    loop {
        let end = after_string(text, at);
        let name = &text[at..end];
        let start = after_space(text, after_space(text, end) + 1);
        let end = after_value(text, start);
        members.push(Member { name, value: start..end });
        let mark = after_space(text, end);
        if byte(text, mark) != b',' {
            return (members, mark);
        }
        at = after_space(text, mark + 1);
    }
}

/// All members in one pass, as there may be as many on either side.
fn merged(text: &str, other: &str) -> String {
    let ((old, end), (new, _)) = (members(text), members(other));
    // Of several the last.
    let places: HashMap<Cow<'_, str>, &Range<usize>> =
        old.iter().map(|member| (plain(member.name), &member.value)).collect();
    let (mut found, mut added) = (BTreeMap::new(), Vec::new());
    for Member { name, value } in new {
        match places.get(&plain(name)) {
            Some(place) => drop(found.insert(place.start, (place.end, &other[value]))),
            None => added.push((name, &other[value])),
        }
    }
    let (mut whole, mut at) = (String::with_capacity(text.len() + other.len()), 0);
    for (start, (end, json)) in found {
        whole.extend([&text[at..start], json]);
        at = end;
    }
    whole.push_str(&text[at..end]);
    for (index, (name, json)) in added.into_iter().enumerate() {
        let comma = if index > 0 || !old.is_empty() { "," } else { "" };
        whole.extend([comma, name, ":", json]);
    }
    whole.push_str(&text[end..]);
    whole
}

/// A name as it counts: others may have escaped it in another way.
fn plain(name: &str) -> Cow<'_, str> {
    match name.contains('\\').then(|| serde_json::from_str::<String>(name)) {
        Some(Ok(decoded)) => format!("\"{decoded}\"").into(),
        _ => name.into(),
    }
}

fn is_same(name: &str, other: &str) -> bool {
    name == other || plain(name) == plain(other)
}

/// Whether a name is the number of an element.
fn is_index(name: &str, index: usize) -> bool {
    name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) == Some(&index.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, names: &[&str], change: Change<'_>) -> String {
        edit(Some(text), names, change).unwrap().1.unwrap_or_default()
    }

    #[test]
    fn what_is_not_named_stays_as_it_is() {
        let text = r#"{ "a" : [ ] , "n":12345678901234567890,"b":{"c":1.0} }"#;
        let expected = r#"{ "a" : [ ] , "n":12345678901234567890,"b":{"c":2} }"#;
        assert_eq!(edited(text, &[r#""b""#, r#""c""#], Change::Set("2")), expected);
        let expected = r#"{ "a" : [ ] , "n":12345678901234567890,"b":{"c":1.0} ,"d":{"e":0}}"#;
        let end = edited(text, &[r#""d""#, r#""e""#], Change::Set("0"));
        assert_eq!(end.replace(" ,\"d\"", ",\"d\""), expected.replace(" ,\"d\"", ",\"d\""));
    }

    #[test]
    fn members_and_elements_are_removed_with_one_comma() {
        for (text, expected) in [
            (r#"{"a":1}"#, "{}"),
            (r#"{"a":1,"b":2}"#, r#"{"b":2}"#),
            (r#"{"b":2,"a":1}"#, r#"{"b":2}"#),
            (r#"{"b":2,"a":1,"c":3}"#, r#"{"b":2,"c":3}"#),
            (r#"{"a":1,"b":2,"a":3,"\u0061":4}"#, r#"{"b":2}"#),
        ] {
            assert_eq!(edited(text, &[r#""a""#], Change::Remove), expected);
        }
        assert_eq!(edited("[1,2,3]", &[r#""1""#], Change::Remove), "[1,3]");
        assert_eq!(edited("[1]", &[r#""0""#], Change::Remove), "[]");
    }

    #[test]
    fn members_are_merged_each_into_its_place() {
        for (text, other, expected) in [
            ("{ }", r#"{"a":1,"b":2}"#, r#"{ "a":1,"b":2}"#),
            (r#"{"a":0 , "b":[0]}"#, r#"{"b":2,"c":3,"a":1}"#, r#"{"a":1 , "b":2,"c":3}"#),
            (r#"{"a":0,"\u0061":0}"#, r#"{"a":1}"#, r#"{"a":0,"\u0061":1}"#),
            (r#"{"a":0}"#, "{}", r#"{"a":0}"#),
        ] {
            assert_eq!(edited(text, &[], Change::Merge(other)), expected);
        }
        assert_eq!(edited("{}", &[r#""o""#], Change::Merge("{}")), r#"{"o":{}}"#);
        assert!(edit(Some("[]"), &[], Change::Merge("{}")).is_err());
    }

    #[test]
    fn arrays_grow_at_their_end_only() {
        assert_eq!(edited("[ ]", &[], Change::Append("1")), "[ 1]");
        assert_eq!(edited("[1]", &[r#""1""#], Change::Set("2")), "[1,2]");
        assert!(edit(Some("[1]"), &[r#""2""#], Change::Set("2")).is_err());
        assert!(edit(Some("{}"), &[], Change::Append("1")).is_err());
    }

    #[test]
    fn sums_are_those_of_javascript() {
        assert_eq!(sum(Some("0.1"), "0.2").unwrap(), "0.30000000000000004");
        assert_eq!(sum(None, "-0").unwrap(), "0");
        assert_eq!(sum(Some("1e2"), "1").unwrap(), "101");
        assert_eq!(sum(Some("9007199254740991"), "1").unwrap_err().kind, Kind::OutOfRange);
        assert_eq!(sum(Some("\"1\""), "1").unwrap_err().kind, Kind::WrongType);
    }
}
