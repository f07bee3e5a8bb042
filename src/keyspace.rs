//! Names: how a prefix, a trace id and a key become a Redis key, and back. Pure.

/// Everything below one prefix.
#[derive(Clone, Debug)]
pub struct Keyspace {
    prefix: String,
    /// Trace ids stand in braces.
    hash_tags: bool,
}

impl Keyspace {
    pub fn new(prefix: String, hash_tags: bool) -> Self {
        Keyspace { prefix, hash_tags }
    }

    /// Bytes that every key starts with.
    pub fn prefix_len(&self) -> usize {
        self.prefix.len()
    }

    /// Redis key of the entry named `<traceId>:<key>`, written over `out`.
    pub fn write_key(&self, out: &mut String, entry: &str) {
        out.clear();
        out.push_str(&self.prefix);
        out.push_str(entry);
    }

    /// Redis key of the entry of that name.
    pub fn key(&self, entry: &str) -> String {
        format!("{}{entry}", self.prefix)
    }

    /// What all keys of a scope start with.
    pub fn start_of(&self, scope: &Scope) -> String {
        match scope {
            Scope::All => self.prefix.clone(),
            Scope::Group(trace_id) => self.start_of_group(trace_id),
            Scope::Part { trace_id, key_prefix } => self.start_of_group(trace_id) + key_prefix,
        }
    }

    fn start_of_group(&self, trace_id: &str) -> String {
        let Keyspace { prefix, hash_tags } = self;
        if *hash_tags { format!("{prefix}{{{trace_id}}}:") } else { format!("{prefix}{trace_id}:") }
    }

    /// Redis key of an entry.
    pub fn key_of(&self, trace_id: &str, key: &str) -> String {
        self.start_of_group(trace_id) + key
    }

    /// Glob pattern that matches all keys of a scope and no other.
    pub fn pattern_of(&self, scope: &Scope) -> String {
        let mut pattern = escape_glob(&self.start_of(scope));
        pattern.push('*');
        pattern
    }

    /// Trace id and key of a Redis key of `scope`; `None` where it names no entry of it.
    pub fn entry<'a>(&self, scope: &Scope, redis_key: &'a str) -> Option<(&'a str, &'a str)> {
        let entry = redis_key.strip_prefix(&self.prefix)?;
        let (entry, end) = if self.hash_tags { (entry.strip_prefix('{')?, "}:") } else { (entry, ":") };
        match scope {
            Scope::All => entry.split_once(end),
            Scope::Group(trace_id) | Scope::Part { trace_id, .. } => {
                let key = entry.strip_prefix(trace_id.as_str())?.strip_prefix(end)?;
                key.starts_with(scope.key_prefix()).then(|| (&entry[..trace_id.len()], key))
            }
        }
    }
}

/// What a listing covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// One trace id.
    Group(String),
    /// Of one trace id the keys that start so.
    Part {
        trace_id: String,
        key_prefix: String,
    },
}

impl Scope {
    /// What all keys start with.
    fn key_prefix(&self) -> &str {
        match self {
            Scope::All | Scope::Group(_) => "",
            Scope::Part { key_prefix, .. } => key_prefix,
        }
    }
}

/// Escapes what Redis' glob matching would take for a wildcard.
fn escape_glob(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyspace() -> Keyspace {
        Keyspace::new("app:state:".into(), false)
    }

    #[test]
    fn a_key_is_prefix_and_entry_byte_for_byte() {
        let mut key = String::from("left over");
        keyspace().write_key(&mut key, "t1:k:1");
        assert_eq!(key, "app:state:t1:k:1");
    }

    #[test]
    fn an_id_ends_at_the_first_colon_unless_the_group_is_given() {
        let keyspace = keyspace();
        assert_eq!(keyspace.entry(&Scope::All, "app:state:a:b:c"), Some(("a", "b:c")));
        assert_eq!(keyspace.entry(&Scope::Group("a:b".into()), "app:state:a:b:c"), Some(("a:b", "c")));
        assert_eq!(keyspace.entry(&Scope::All, "app:state::"), Some(("", "")));
    }

    #[test]
    fn keys_without_a_colon_or_of_others_are_no_entries() {
        assert_eq!(keyspace().entry(&Scope::All, "app:state:lonely"), None);
        assert_eq!(keyspace().entry(&Scope::All, "other:a:b"), None);
        assert_eq!(keyspace().entry(&Scope::Group("a".into()), "app:state:ab:c"), None);
    }

    #[test]
    fn with_hash_tags_an_id_stands_in_braces() {
        let keyspace = Keyspace::new("p:".into(), true);
        let group = Scope::Group("a:b".into());
        assert_eq!(keyspace.start_of(&group), "p:{a:b}:");
        assert_eq!(keyspace.entry(&group, "p:{a:b}:c"), Some(("a:b", "c")));
        assert_eq!(keyspace.entry(&Scope::All, "p:{a:b}:c}:d"), Some(("a:b", "c}:d")));
        assert_eq!(keyspace.entry(&Scope::All, "p:a:b"), None);
    }

    #[test]
    fn a_part_of_a_group_has_the_keys_that_start_so() {
        let part = |key_prefix: &str| Scope::Part { trace_id: "a:b".into(), key_prefix: key_prefix.into() };
        for (hash_tags, start) in [(false, "p:a:b:"), (true, "p:{a:b}:")] {
            let keyspace = Keyspace::new("p:".into(), hash_tags);
            assert_eq!(keyspace.start_of(&part("k")), format!("{start}k"));
            assert_eq!(keyspace.pattern_of(&part("k*")), format!("{start}k\\**"));
            assert_eq!(keyspace.entry(&part("k:"), &format!("{start}k:1")), Some(("a:b", "k:1")));
            assert_eq!(keyspace.entry(&part("k:"), &format!("{start}k")), None);
            assert_eq!(keyspace.entry(&part(""), &format!("{start}k")), Some(("a:b", "k")));
        }
    }

    #[test]
    fn wildcards_in_prefix_and_id_are_literal() {
        let keyspace = Keyspace::new("p[*]:".into(), false);
        assert_eq!(keyspace.pattern_of(&Scope::Group("a?\\^-".into())), r"p\[\*\]:a\?\\^-:*");
        assert_eq!(keyspace.pattern_of(&Scope::All), r"p\[\*\]:*");
    }
}
