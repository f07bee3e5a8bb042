//! The sort order of matches, and the selection of a page.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::field::Field;
use super::text::Text;
use crate::json::{ChunkedArray, Chunks};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Order {
    #[serde(rename = "ASC")]
    Ascending,
    #[serde(rename = "DESC")]
    Descending,
}

/// The position of a match in the sort order. No two matches have the same position.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position<'a> {
    sorted_by: Vec<Sorted<'a>>,
    trace_id: Text<'a>,
    key: Text<'a>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sorted<'a> {
    Up(Field<'a>),
    Down(Reverse<Field<'a>>),
}

impl<'a> Sorted<'a> {
    fn new(field: Field<'a>, order: Order) -> Self {
        match order {
            Order::Ascending => Sorted::Up(field),
            Order::Descending => Sorted::Down(Reverse(field)),
        }
    }

    fn field(&self) -> &Field<'a> {
        match self {
            Sorted::Up(field) | Sorted::Down(Reverse(field)) => field,
        }
    }

    fn into_owned(self) -> Sorted<'static> {
        match self {
            Sorted::Up(field) => Sorted::Up(field.into_owned()),
            Sorted::Down(Reverse(field)) => Sorted::Down(Reverse(field.into_owned())),
        }
    }
}

impl<'a> Position<'a> {
    /// The position of an entry with these fields.
    pub fn of(fields: &[Field<'a>], sort: &[(usize, Order)], trace_id: &'a str, key: &'a str) -> Self {
        let field = |number: usize| fields.get(number).cloned().unwrap_or(Field::Missing);
        let sorted_by = sort.iter().map(|(number, order)| Sorted::new(field(*number), *order)).collect();
        Position { sorted_by, trace_id: trace_id.into(), key: key.into() }
    }

    /// Reads the output of `to_json` for the same sort order.
    pub fn read(json: &str, sort: &[(usize, Order)]) -> serde_json::Result<Position<'static>> {
        let (places, trace_id, key): (Vec<&RawValue>, Text<'_>, Text<'_>) = serde_json::from_str(json)?;
        let mut sorted_by = Vec::with_capacity(sort.len());
        for (place, (_, order)) in places.into_iter().zip(sort) {
            sorted_by.push(Sorted::new(Field::read_place(place.get())?, *order).into_owned());
        }
        Ok(Position { sorted_by, trace_id: trace_id.into_owned(), key: key.into_owned() })
    }

    fn to_json(&self) -> String {
        let mut json = String::from("[[");
        for (index, sorted) in self.sorted_by.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            sorted.field().write_place(&mut json);
        }
        json.push_str("],");
        self.trace_id.write_json(&mut json);
        json.push(',');
        self.key.write_json(&mut json);
        json.push(']');
        json
    }

    fn into_owned(self) -> Position<'static> {
        Position {
            sorted_by: self.sorted_by.into_iter().map(Sorted::into_owned).collect(),
            trace_id: self.trace_id.into_owned(),
            key: self.key.into_owned(),
        }
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Match {
    position: Position<'static>,
    text: String,
}

/// The first matches after a position.
pub struct Page {
    limit: Option<usize>,
    after: Option<Position<'static>>,
    /// The last match is on top, so that it can be removed for an earlier one. One match more than the limit is kept, to
    /// know whether there is another page.
    matches: BinaryHeap<Match>,
}

impl Page {
    pub fn new(limit: Option<usize>, after: Option<Position<'static>>) -> Self {
        Page { limit, after, matches: BinaryHeap::new() }
    }

    pub fn take(&mut self, position: Position<'_>, text: &str) {
        let is_full = self.limit.is_some_and(|limit| self.matches.len() > limit);
        let is_before = self.after.as_ref().is_some_and(|after| position <= *after);
        let is_behind = is_full && self.matches.peek().is_some_and(|last| position > last.position);
        if is_before || is_behind {
            return;
        }
        if is_full {
            self.matches.pop();
        }
        self.matches.push(Match { position: position.into_owned(), text: text.to_owned() });
    }

    pub fn finish(self) -> Chunks {
        let mut matches = self.matches.into_sorted_vec();
        let mut next = None;
        if let Some(limit) = self.limit
            && matches.len() > limit
        {
            matches.truncate(limit);
            next = matches.last().map(|last| last.position.to_json());
        }
        let mut array = ChunkedArray::new();
        for Match { position, text } in matches {
            let slice = array.chunk_for(text.len());
            for name in [position.trace_id, position.key] {
                let mut json = String::new();
                name.write_json(&mut json);
                slice.push(&json);
            }
            slice.push(&text);
        }
        match next {
            Some(next) => array.chunk_for(next.len()).push_string(&next),
            None => array.chunk_for(0).push("null"),
        }
        array.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position<'a>(field: &'a str, key: &'a str, order: Order) -> Position<'a> {
        Position::of(&[Field::read_place(field).unwrap()], &[(0, order)], "t", key)
    }

    fn finished(entries: &[(&str, &str)], order: Order, limit: usize, after: Option<&str>) -> String {
        let after = after.map(|after| Position::read(after, &[(0, order)]).unwrap());
        let mut page = Page::new(Some(limit), after);
        entries.iter().for_each(|(key, field)| page.take(position(field, key, order), field));
        page.finish().concat()
    }

    #[test]
    fn a_page_has_the_first_matches_in_whichever_order_they_are_added() {
        let entries = [("d", "1"), ("a", "3"), ("c", "1"), ("b", "2")];
        let first = finished(&entries, Order::Ascending, 2, None);
        assert_eq!(first, r#"["t","c",1,"t","d",1,"[[1.0],\"t\",\"d\"]"]"#);
        let second = finished(&entries, Order::Ascending, 2, Some(r#"[[1.0],"t","d"]"#));
        assert_eq!(second, r#"["t","b",2,"t","a",3,null]"#);
        let last = finished(&entries, Order::Descending, 5, Some(r#"[[2],"t","b"]"#));
        assert_eq!(last, r#"["t","c",1,"t","d",1,null]"#);
    }

    #[test]
    fn at_most_a_page_and_one_match_are_kept() {
        let mut page = Page::new(Some(3), None);
        for index in 0..100 {
            let (key, field) = ((index * 37 % 100).to_string(), index.to_string());
            page.take(position(&field, &key, Order::Descending), "1");
            assert!(page.matches.len() <= 4);
        }
    }

    #[test]
    fn a_position_is_read_as_it_was_written() {
        for order in [Order::Ascending, Order::Descending] {
            for field in ["[]", "{}", "null", "-1e999", r#""\ud800\"""#] {
                let place = position(field, "k\"", order);
                assert_eq!(Position::read(&place.to_json(), &[(0, order)]).unwrap(), place);
            }
        }
        assert!(Position::read("[]", &[]).is_err());
    }
}
