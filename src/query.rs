//! Queries: filter, sort order and pages. Pure.

mod field;
mod filter;
mod page;
mod paths;
mod text;

use serde::Deserialize;

use self::filter::Filter;
use self::page::{Order, Page, Position};
use self::paths::Paths;
use self::text::Text;
use crate::error::Error;
use crate::json::Chunks;

/// A query with its matches so far.
pub struct Query {
    paths: Paths,
    filter: Option<Filter>,
    /// The fields of the sort order, by number, most significant first.
    sort: Vec<(usize, Order)>,
    page: Page,
}

/// A query in the form that lib/query/query.js writes.
#[derive(Deserialize)]
struct Written<'a> {
    /// The paths of the fields. A field is identified by the index of its path.
    #[serde(borrow)]
    paths: Vec<Text<'a>>,
    filter: Option<Filter>,
    sort: Vec<(usize, Order)>,
    limit: Option<usize>,
    /// The position that the previous page returned.
    after: Option<String>,
}

impl Query {
    pub fn parse(text: &str) -> Result<Self, Error> {
        Query::read(text).map_err(|_| Error::internal("a query"))
    }

    fn read(text: &str) -> serde_json::Result<Self> {
        let Written { paths, filter, sort, limit, after } = serde_json::from_str(text)?;
        let after = after.map(|after| Position::read(&after, &sort)).transpose()?;
        Ok(Query { paths: Paths::new(&paths), filter, sort, page: Page::new(limit, after) })
    }

    /// Adds an entry with its text, which must be JSON.
    pub fn take(&mut self, trace_id: &str, key: &str, text: &str) -> Result<(), Error> {
        let fields = self.paths.fields_of(text).map_err(|_| Error::corrupt(text.as_bytes()))?;
        if self.filter.as_ref().is_none_or(|filter| filter.holds(&fields)) {
            self.page.take(Position::of(&fields, &self.sort, trace_id, key), text);
        }
        Ok(())
    }

    /// Returns trace id, key and value of each entry of the page, followed by the position after which the next page
    /// begins, or null.
    pub fn finish(self) -> Chunks {
        self.page.finish()
    }
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

    fn answer(query: &str, entries: &[(&str, &str)]) -> String {
        let mut query = Query::parse(query).unwrap();
        entries.iter().for_each(|(key, text)| query.take("t", key, text).unwrap());
        query.finish().concat()
    }

    #[test]
    fn an_empty_query_returns_all_entries_by_trace_id_and_key() {
        let query = r#"{"paths":[],"sort":[]}"#;
        assert_eq!(answer(query, &[("b", "2"), ("a", "{}")]), r#"["t","a",{},"t","b",2,null]"#);
    }

    #[test]
    fn matches_are_returned_in_order_page_by_page() {
        let entries: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(["[3]", "[1]", "[2]", "[0]"]).collect();
        let query = r#"{"paths":["0"],"filter":{"GT":[0,0]},"sort":[[0,"DESC"]],"limit":2}"#;
        assert_eq!(answer(query, &entries), r#"["t","a",[3],"t","c",[2],"[[2.0],\"t\",\"c\"]"]"#);
        let next = query.replace(r#""limit":2"#, r#""limit":2,"after":"[[2.0],\"t\",\"c\"]""#);
        assert_eq!(answer(&next, &entries), r#"["t","b",[1],null]"#);
    }

    #[test]
    fn an_invalid_query_is_an_internal_error() {
        for text in [
            "",
            "{}",
            r#"{"paths":[],"sort":[],"filter":{"LIKE":[0,1]}}"#,
            r#"{"paths":[],"sort":[],"after":"[]"}"#,
        ] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
        // No entry has this path.
        assert_eq!(
            answer(r#"{"paths":[],"filter":{"EQ":[7,1]},"sort":[[7,"ASC"]]}"#, &[("a", "1")]),
            "[null]"
        );
    }
}
