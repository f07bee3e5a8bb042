//! The filter of a query.

use std::cmp::Ordering;

use serde::Deserialize;

use super::field::Field;

/// A condition on fields, which are identified by number. Operands are numbers, strings, booleans or null.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Filter {
    Eq(usize, Field<'static>),
    Neq(usize, Field<'static>),
    In(usize, Vec<Field<'static>>),
    Gt(usize, Field<'static>),
    Gte(usize, Field<'static>),
    Lt(usize, Field<'static>),
    Lte(usize, Field<'static>),
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
}

impl Filter {
    pub fn holds(&self, fields: &[Field<'_>]) -> bool {
        let field = |number: &usize| fields.get(*number).unwrap_or(&Field::Missing);
        let compares =
            |number, value, fits: fn(Ordering) -> bool| field(number).compared_to(value).is_some_and(fits);
        match self {
            Filter::Eq(number, value) => field(number) == value,
            Filter::Neq(number, value) => field(number) != value,
            Filter::In(number, values) => values.iter().any(|value| field(number) == value),
            Filter::Gt(number, value) => compares(number, value, Ordering::is_gt),
            Filter::Gte(number, value) => compares(number, value, Ordering::is_ge),
            Filter::Lt(number, value) => compares(number, value, Ordering::is_lt),
            Filter::Lte(number, value) => compares(number, value, Ordering::is_le),
            Filter::And(filters) => filters.iter().all(|filter| filter.holds(fields)),
            Filter::Or(filters) => filters.iter().any(|filter| filter.holds(fields)),
            Filter::Not(filter) => !filter.holds(fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts that match, each as the only field.
    fn matching<'a>(filter: &str, texts: &[&'a str]) -> Vec<&'a str> {
        let filter: Filter = serde_json::from_str(filter).unwrap();
        let holds = |text: &&&str| filter.holds(&[Field::read_place(text).unwrap()]);
        texts.iter().filter(holds).copied().collect()
    }

    const TEXTS: [&str; 8] = ["[]", "{}", "null", "false", "1", "2", "\"1\"", "\"2\""];

    #[test]
    fn equal_values_have_the_same_type_and_value() {
        assert_eq!(matching(r#"{"EQ":[0,1]}"#, &TEXTS), ["1"]);
        assert_eq!(matching(r#"{"EQ":[0,null]}"#, &TEXTS), ["null"]);
        assert_eq!(matching(r#"{"IN":[0,[false,"1"]]}"#, &TEXTS), ["false", "\"1\""]);
        assert_eq!(matching(r#"{"IN":[0,[]]}"#, &TEXTS), [""; 0]);
        assert_eq!(matching(r#"{"NEQ":[0,"1"]}"#, &TEXTS), ["[]", "{}", "null", "false", "1", "2", "\"2\""]);
    }

    #[test]
    fn numbers_are_compared_with_numbers_and_strings_with_strings() {
        assert_eq!(matching(r#"{"GT":[0,1]}"#, &TEXTS), ["2"]);
        assert_eq!(matching(r#"{"GTE":[0,1]}"#, &TEXTS), ["1", "2"]);
        assert_eq!(matching(r#"{"LT":[0,"2"]}"#, &TEXTS), ["\"1\""]);
        assert_eq!(matching(r#"{"LTE":[0,"2"]}"#, &TEXTS), ["\"1\"", "\"2\""]);
    }

    #[test]
    fn conditions_are_combined() {
        assert_eq!(matching(r#"{"AND":[{"GTE":[0,1]},{"NOT":{"EQ":[0,2]}}]}"#, &TEXTS), ["1"]);
        assert_eq!(matching(r#"{"OR":[{"EQ":[0,1]},{"EQ":[0,"2"]}]}"#, &TEXTS), ["1", "\"2\""]);
        assert_eq!(matching(r#"{"AND":[]}"#, &TEXTS), TEXTS);
        assert_eq!(matching(r#"{"OR":[]}"#, &TEXTS), [""; 0]);
    }
}
