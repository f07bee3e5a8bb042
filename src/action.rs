//! What calls do with an entry beyond getting, setting and deleting it; the same for every backend.

/// What is done; in the comments what it takes, in this order. Expiries are whole seconds: 0 for none, nothing for the
/// store's own. Conditions are `absent`, `match:<etag>`, or nothing; of a transaction `fence:<number>:<token>` too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sets a value. JSON text, expiry, condition.
    Write,
    /// Removes a value that has an etag, and gives it. Etag.
    Take,
    /// Removes a value; gives whether there was one.
    Remove,
    /// Gives whether there is a value.
    Has,
    /// Gives value, etag and the milliseconds that it has to live (-1: no end).
    Inspect,
    /// Gives the milliseconds that a value has to live (-1: no end; -2: there is none).
    Ttl,
    /// Gives a value an expiry; gives whether there is one. Expiry.
    Touch,
    /// Takes a value its expiry; gives whether it had one.
    Persist,
    /// Adds to a number; gives the sum. What to add, expiry where it is created.
    Increment,
    /// Changes parts of a value; see scripts/update.lua.
    Update,
    /// Takes, prolongs or gives back a lock; see scripts/lock.lua.
    Lock,
    /// Counts within a window of time; see scripts/limit.lua.
    Limit,
    /// Writes several entries or none. For each operation `set`, `delete` or `check`, the name of the entry, JSON text,
    /// expiry, condition. The entry that the call is named after is any of them.
    Transact,
}

impl Action {
    /// All, with the letters by which they are known in a record.
    pub const ALL: [(&'static str, Action); 13] = [
        ("W", Action::Write),
        ("T", Action::Take),
        ("R", Action::Remove),
        ("H", Action::Has),
        ("M", Action::Inspect),
        ("L", Action::Ttl),
        ("E", Action::Touch),
        ("N", Action::Persist),
        ("I", Action::Increment),
        ("U", Action::Update),
        ("K", Action::Lock),
        ("Q", Action::Limit),
        ("X", Action::Transact),
    ];

    /// By its letter in a record; see call.rs.
    pub fn of(letter: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == letter).map(|(_, action)| *action)
    }

    pub fn writes(self) -> bool {
        !matches!(self, Action::Has | Action::Inspect | Action::Ttl)
    }
}
