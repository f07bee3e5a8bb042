//! Finds the ends of the parts of a JSON text. The text is valid JSON, so it never ends within a value.

pub fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes()[at]
}

pub fn after_space(text: &str, at: usize) -> usize {
    at + text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

pub fn after_string(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', &text.as_bytes()[at..]).unwrap_or_default();
        if byte(text, at) == b'"' {
            return at + 1;
        }
        at += 2;
    }
}

pub fn after_value(text: &str, start: usize) -> usize {
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

/// The maximum depth of nested objects and arrays.
pub fn depth(text: &str) -> usize {
    let (mut at, mut depth, mut most) = (0, 0_usize, 0);
    while at < text.len() {
        match byte(text, at) {
            b'"' => at = after_string(text, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        most = most.max(depth);
        at += 1;
    }
    most
}
