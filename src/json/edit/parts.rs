//! What objects and arrays share: parts that are texts until they are edited, and how they are cut and added.

use super::scan::byte;

/// A member's value or an element.
pub trait Part<'a> {
    /// A part of the text, not edited yet.
    fn unedited(text: &'a str) -> Self;

    fn write(&self, whole: &mut String);
}

/// The text to remove with a part: includes the comma before it or, if no earlier part is kept, the comma after it.
pub fn cut(text: &str, comma_before: Option<usize>, start: usize, end: usize, mark: usize) -> (usize, usize) {
    match comma_before {
        Some(comma) => (comma, end),
        None if byte(text, mark) == b',' => (start, mark + 1),
        None => (start, end),
    }
}

/// Adds members or elements at the end.
pub fn write_added<'v, 'a, P: Part<'a> + 'v>(
    added: impl Iterator<Item = (Option<&'v str>, &'v P)>,
    mut has_others: bool,
    whole: &mut String,
) {
    for (name, part) in added {
        if has_others {
            whole.push(',');
        }
        if let Some(name) = name {
            whole.extend([name, ":"]);
        }
        part.write(whole);
        has_others = true;
    }
}
