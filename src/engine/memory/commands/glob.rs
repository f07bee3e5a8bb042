//! Patterns of KEYS and MATCH.

/// Whether a text matches a pattern with `*`, `?`, `[a-c]`, `[^a]` and `\`.
pub fn matches(mut pattern: &[u8], mut text: &[u8]) -> bool {
    // Where to go on if the rest does not match: the last `*` takes one byte more.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match one(pattern, text) {
            Step::Star(rest) => {
                pattern = rest;
                retry = Some((rest, text));
            }
            Step::Taken(rest) => (pattern, text) = (rest, &text[1..]),
            Step::End => return true,
            Step::Failed => match retry {
                Some((after, [_, rest @ ..])) => {
                    (pattern, text) = (after, rest);
                    retry = Some((after, rest));
                }
                _ => return false,
            },
        }
    }
}

enum Step<'p> {
    Star(&'p [u8]),
    /// One byte of the text matches; the rest of the pattern.
    Taken(&'p [u8]),
    End,
    Failed,
}

fn one<'p>(pattern: &'p [u8], text: &[u8]) -> Step<'p> {
    match (pattern, text) {
        ([b'*', rest @ ..], _) => Step::Star(rest),
        ([], []) => Step::End,
        ([], _) | (_, []) => Step::Failed,
        ([b'?', rest @ ..], _) => Step::Taken(rest),
        ([b'[', rest @ ..], [byte, ..]) => {
            let (has_byte, rest) = class(rest, *byte);
            taken(has_byte, rest)
        }
        ([b'\\', literal, rest @ ..], [byte, ..]) => taken(literal == byte, rest),
        ([literal, rest @ ..], [byte, ..]) => taken(literal == byte, rest),
    }
}

fn taken(is_equal: bool, rest: &[u8]) -> Step<'_> {
    if is_equal { Step::Taken(rest) } else { Step::Failed }
}

/// Reads a class after its `[`. Returns whether it has the byte, and the rest of the pattern. Its `]` can be missing.
fn class(pattern: &[u8], byte: u8) -> (bool, &[u8]) {
    let (is_negated, mut rest) = match pattern {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let mut has_byte = false;
    loop {
        match rest {
            [] => return (has_byte != is_negated, rest),
            [b']', after @ ..] => return (has_byte != is_negated, after),
            [b'\\', literal, after @ ..] => {
                has_byte |= *literal == byte;
                rest = after;
            }
            [first, b'-', last, after @ ..] => {
                has_byte |= (*first.min(last)..=*first.max(last)).contains(&byte);
                rest = after;
            }
            [literal, after @ ..] => {
                has_byte |= *literal == byte;
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_like_those_of_redis() {
        let matching = [
            ("*", ""),
            ("a*c", "abbc"),
            ("a*b*c", "axbxbxc"),
            ("?", "a"),
            ("[a-c]x", "bx"),
            ("[c-a]", "b"),
            ("[^a]", "b"),
            ("\\*", "*"),
            ("[\\]]", "]"),
            ("[ab", "a"),
            ("**", "abc"),
        ];
        for (pattern, text) in matching {
            assert!(matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
        let others = [
            ("", "a"),
            ("a", ""),
            ("a", "ab"),
            ("?", ""),
            ("[^a]", "a"),
            ("[]", "a"),
            ("\\*", "a"),
            ("a*b", "abc"),
        ];
        for (pattern, text) in others {
            assert!(!matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
    }
}
