//! Queries: which entries match, in which order they come, and which of them are on a page. Pure.

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
use crate::json::Slices;

/// A query, and what it has found so far.
pub struct Query {
    paths: Paths,
    filter: Option<Filter>,
    /// The fields that decide about the order, by their number, the most important first.
    sort: Vec<(usize, Order)>,
    page: Page,
}

/// A query as lib/query.js writes it, checked.
#[derive(Deserialize)]
struct Written<'a> {
    /// Where the fields are; elsewhere they have numbers.
    #[serde(borrow)]
    paths: Vec<Text<'a>>,
    filter: Option<Filter>,
    sort: Vec<(usize, Order)>,
    limit: Option<usize>,
    /// The position that an earlier page ended with, as that told it.
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

    /// Takes an entry and its text, which is JSON.
    pub fn take(&mut self, trace_id: &str, key: &str, text: &str) -> Result<(), Error> {
        let fields = self.paths.fields_of(text).map_err(|_| Error::corrupt())?;
        if self.filter.as_ref().is_none_or(|filter| filter.holds(&fields)) {
            self.page.take(Position::of(&fields, &self.sort, trace_id, key), text);
        }
        Ok(())
    }

    /// Trace id, key and value of each entry of the page, and at the end the position that the next page begins behind, or
    /// null where there is none.
    pub fn finish(self) -> Slices {
        self.page.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(query: &str, entries: &[(&str, &str)]) -> String {
        let mut query = Query::parse(query).unwrap();
        entries.iter().for_each(|(key, text)| query.take("t", key, text).unwrap());
        query.finish().concat()
    }

    #[test]
    fn an_empty_query_gives_all_by_trace_id_and_key() {
        let query = r#"{"paths":[],"sort":[]}"#;
        assert_eq!(answer(query, &[("b", "2"), ("a", "{}")]), r#"["t","a",{},"t","b",2,null]"#);
    }

    #[test]
    fn what_matches_comes_in_the_order_asked_for_page_by_page() {
        let entries: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(["[3]", "[1]", "[2]", "[0]"]).collect();
        let query = r#"{"paths":["0"],"filter":{"GT":[0,0]},"sort":[[0,"DESC"]],"limit":2}"#;
        assert_eq!(answer(query, &entries), r#"["t","a",[3],"t","c",[2],"[[2.0],\"t\",\"c\"]"]"#);
        let next = query.replace(r#""limit":2"#, r#""limit":2,"after":"[[2.0],\"t\",\"c\"]""#);
        assert_eq!(answer(&next, &entries), r#"["t","b",[1],null]"#);
    }

    #[test]
    fn what_nobody_would_write_is_a_fault_of_this_package() {
        for text in [
            "",
            "{}",
            r#"{"paths":[],"sort":[],"filter":{"LIKE":[0,1]}}"#,
            r#"{"paths":[],"sort":[],"after":"[]"}"#,
        ] {
            assert!(Query::parse(text).is_err(), "{text}");
        }
        // No such path: nothing is there.
        assert_eq!(
            answer(r#"{"paths":[],"filter":{"EQ":[7,1]},"sort":[[7,"ASC"]]}"#, &[("a", "1")]),
            "[null]"
        );
    }
}
