//! Converts prefix, trace id and key to a Redis key, and back. Pure.

/// The prefix of locks, rate limits and indexes. `options` rejects key prefixes whose listings would include these keys. With an
/// empty prefix [`Keyspace::owns`] leaves them out, and JavaScript rejects the trace ids of such keys.
pub const RESERVED: &str = "__state__:";

/// The beginning of the keys of indexes. src/engine/redis/scripts/index.lua has it too.
const INDEX: &str = "__state__:index:";

/// Whether a Redis key is that of an index.
pub fn is_index(redis_key: &[u8]) -> bool {
    redis_key.starts_with(INDEX.as_bytes())
}

/// The kind of a key. Keys of locks and rate limits never match the pattern of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Entries,
    Locks,
    /// Rate limits, by their algorithm, as each has records of its own.
    Limits,
    SlidingWindows,
    TokenBuckets,
}

impl Space {
    /// The name of the kind in keys that are no entries.
    fn name(self) -> &'static str {
        match self {
            Space::Entries => "",
            Space::Locks => "lock",
            Space::Limits => "limit",
            Space::SlidingWindows => "sliding",
            Space::TokenBuckets => "bucket",
        }
    }
}

/// The names of entries, by which each has its index.
#[derive(Clone, Debug)]
struct IndexNames {
    prefix: String,
    hash_tags: bool,
}

impl IndexNames {
    fn write(&self, out: &mut String, redis_key: &str) -> Option<usize> {
        let entry = redis_key.strip_prefix(&*self.prefix).filter(|_| !redis_key.starts_with(RESERVED))?;
        let (start, end) = if self.hash_tags { ("{", "}:") } else { ("", ":") };
        let trace_id_and_key = entry.strip_prefix(start)?;
        let colon = start.len() + trace_id_and_key.find(end)? + end.len() - 1;
        let colon = self.prefix.len() + colon;
        out.clear();
        out.extend([INDEX, &redis_key[..colon]]);
        Some(colon + 1)
    }
}

/// The keys with one prefix.
#[derive(Clone, Debug)]
pub struct Keyspace {
    prefix: String,
    /// Trace ids are in braces.
    hash_tags: bool,
    /// Each trace has an index: a sorted set of the keys of its entries.
    indexed: bool,
    /// Where writes find the index of an entry.
    index: Option<IndexNames>,
}

impl Keyspace {
    pub fn new(prefix: String, hash_tags: bool) -> Self {
        Keyspace { prefix, hash_tags, indexed: false, index: None }
    }

    /// The keys of an adapter with the option `index`.
    pub fn with_index(self, indexed: bool) -> Self {
        let index = indexed.then(|| IndexNames { prefix: self.prefix.clone(), hash_tags: self.hash_tags });
        Keyspace { indexed, index, ..self }
    }

    /// The keys of a view on the entries of another adapter: writes keep the indexes of that one.
    pub fn with_index_of(self, other: &Keyspace) -> Self {
        Keyspace { indexed: false, index: other.index.clone(), ..self }
    }

    /// Whether listings can use the indexes.
    pub fn is_indexed(&self) -> bool {
        self.indexed
    }

    /// Whether writes keep indexes.
    pub fn keeps_index(&self) -> bool {
        self.index.is_some()
    }

    /// Writes the key of the index of an entry to `out`. Returns where in the Redis key of the entry its member begins; `None`
    /// if the entry has no index.
    pub fn write_index(&self, out: &mut String, redis_key: &str) -> Option<usize> {
        self.index.as_ref()?.write(out, redis_key)
    }

    /// The length of the prefix in bytes.
    pub fn prefix_len(&self) -> usize {
        self.prefix.len()
    }

    /// Writes the Redis key of the name `<traceId>:<key>` to `out`, which is cleared first.
    pub fn write_key(&self, out: &mut String, space: Space, name: &str) {
        out.clear();
        if space != Space::Entries {
            return self.write_guard(out, space, name);
        }
        out.push_str(&self.prefix);
        out.push_str(name);
    }

    /// The Redis key of a name.
    pub fn key(&self, space: Space, name: &str) -> String {
        let mut key = String::new();
        self.write_key(&mut key, space, name);
        key
    }

    /// Writes the Redis key of a lock or a limit. It is in the slot of the entry with the same name, unless that name has
    /// braces that are no hash tag.
    fn write_guard(&self, out: &mut String, space: Space, name: &str) {
        let entry = self.key(Space::Entries, name);
        let (open, close) = if hash_tag(entry.as_bytes()).is_some() { ("", "") } else { ("{", "}") };
        out.extend([RESERVED, space.name(), ":", open, &entry, close]);
    }

    /// The beginning of all keys of a scope.
    pub fn start_of(&self, scope: &Scope) -> String {
        match scope {
            Scope::All => self.prefix.clone(),
            Scope::Group(trace_id) => self.start_of_group(trace_id),
            Scope::KeyPrefix { trace_id, key_prefix } => self.start_of_group(trace_id) + key_prefix,
        }
    }

    fn start_of_group(&self, trace_id: &str) -> String {
        let Keyspace { prefix, hash_tags, .. } = self;
        if *hash_tags { format!("{prefix}{{{trace_id}}}:") } else { format!("{prefix}{trace_id}:") }
    }

    /// The Redis key of a lock.
    pub fn lock_key_of(&self, trace_id: &str, key: &str) -> String {
        let name = if self.hash_tags { format!("{{{trace_id}}}:{key}") } else { format!("{trace_id}:{key}") };
        self.key(Space::Locks, &name)
    }

    /// The Redis key of the index of a trace. With hash tags it is in the slot of the entries, if the trace id makes a tag.
    pub fn index_of(&self, trace_id: &str) -> String {
        let mut start = self.start_of_group(trace_id);
        start.pop();
        [INDEX, &start].concat()
    }

    /// The beginning of the keys of all indexes.
    pub fn start_of_indexes(&self) -> String {
        [INDEX, &self.prefix].concat()
    }

    /// A glob pattern that matches the keys of all indexes, and those of prefixes that begin with this one.
    pub fn pattern_of_indexes(&self) -> String {
        escape_glob(&self.start_of_indexes()) + "*"
    }

    /// Whether a key is that of an index. Trace ids with an index have no colon.
    pub fn owns_index(&self, redis_key: &str) -> bool {
        let name = redis_key.strip_prefix(&self.start_of_indexes());
        name.is_some_and(|name| !name.contains(':') && (!self.hash_tags || name.starts_with('{')))
    }

    /// The Redis key that states that all entries of the prefix are indexed.
    pub fn index_marker(&self) -> String {
        [RESERVED, "indexed:", &self.prefix].concat()
    }

    /// The Redis key of an entry.
    pub fn key_of(&self, trace_id: &str, key: &str) -> String {
        self.start_of_group(trace_id) + key
    }

    /// A glob pattern that matches exactly the keys of a scope.
    pub fn pattern_of(&self, scope: &Scope) -> String {
        let mut pattern = escape_glob(&self.start_of(scope));
        pattern.push('*');
        pattern
    }

    /// Whether a key has the prefix, and is none of the reserved keys.
    pub fn owns(&self, redis_key: &str) -> bool {
        redis_key.starts_with(&self.prefix) && !(self.prefix.is_empty() && redis_key.starts_with(RESERVED))
    }

    /// The names `<traceId>:<key>` that a Redis key may be of: with hash tags the trace id ends at one of the closing braces.
    pub fn names_of(&self, redis_key: &str) -> Vec<String> {
        if !self.owns(redis_key) {
            return Vec::new();
        }
        let name = &redis_key[self.prefix.len()..];
        if !self.hash_tags {
            return vec![name.to_owned()];
        }
        let name = name.strip_prefix('{').unwrap_or_default();
        name.match_indices("}:").map(|(end, _)| format!("{}{}", &name[..end], &name[end + 1..])).collect()
    }

    /// Trace id and key of a Redis key; `None` if it is not an entry of `scope`.
    pub fn entry<'a>(&self, scope: &Scope, redis_key: &'a str) -> Option<(&'a str, &'a str)> {
        if !self.owns(redis_key) {
            return None;
        }
        let entry = &redis_key[self.prefix.len()..];
        let (entry, end) = if self.hash_tags { (entry.strip_prefix('{')?, "}:") } else { (entry, ":") };
        match scope {
            Scope::All => entry.split_once(end),
            Scope::Group(trace_id) | Scope::KeyPrefix { trace_id, .. } => {
                let key = entry.strip_prefix(trace_id.as_str())?.strip_prefix(end)?;
                key.starts_with(scope.key_prefix()).then(|| (&entry[..trace_id.len()], key))
            }
        }
    }
}

/// The entries that a listing covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// The entries of a trace.
    Group(String),
    /// The entries of a trace whose keys begin with a text.
    KeyPrefix {
        trace_id: String,
        key_prefix: String,
    },
}

impl Scope {
    /// All entries, or those of a trace, or those of a trace whose keys begin with `key_prefix`.
    pub fn of(trace_id: Option<String>, key_prefix: Option<String>) -> Self {
        match (trace_id, key_prefix) {
            (None, _) => Scope::All,
            (Some(trace_id), None) => Scope::Group(trace_id),
            (Some(trace_id), Some(key_prefix)) => Scope::KeyPrefix { trace_id, key_prefix },
        }
    }

    /// The beginning of all keys.
    fn key_prefix(&self) -> &str {
        match self {
            Scope::All | Scope::Group(_) => "",
            Scope::KeyPrefix { key_prefix, .. } => key_prefix,
        }
    }
}

/// The part of a key that determines its slot in a cluster: between the first `{` and the next `}`, if it is not empty.
pub fn hash_tag(key: &[u8]) -> Option<&[u8]> {
    let rest = &key[memchr::memchr(b'{', key)? + 1..];
    let end = memchr::memchr(b'}', rest)?;
    (end > 0).then(|| &rest[..end])
}

/// Escapes the wildcards of Redis' glob patterns.
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
mod tests;
