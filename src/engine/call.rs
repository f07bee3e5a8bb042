//! Calls on single entries, with typed arguments; the same for every backend.

mod commands;

use std::borrow::Cow;
use std::time::Duration;

pub use self::commands::{Commands, CommandsForm, CommandsKind, Encoding};
use crate::error::Error;
use crate::json::edit;
use crate::keyspace::Space;
use crate::protocol::Frame;

/// One call on one entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// The name of the entry, `<traceId>:<key>`; empty if the call concerns no entry.
    pub entry: Cow<'a, str>,
    pub operation: Operation<'a>,
}

impl Call<'_> {
    /// The namespace of `entry`.
    pub fn space(&self) -> Space {
        match &self.operation {
            Operation::Lock { .. } => Space::Locks,
            Operation::RateLimit { .. } => Space::Limits,
            Operation::SlidingWindow { .. } => Space::SlidingWindows,
            Operation::TokenBucket { .. } => Space::TokenBuckets,
            // `entry` is that of the first step.
            Operation::Transaction(steps) => steps.first().map_or(Space::Entries, Step::space),
            _ => Space::Entries,
        }
    }
}

/// An operation with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub enum Operation<'a> {
    Get,
    /// Returns the value, and the milliseconds until the entry expires if later changes of the entry are reported.
    GetTracked,
    Set {
        json: &'a str,
    },
    /// Removes an entry, and returns its value.
    Delete,
    Ping,
    /// Returns the role of the server; null if it does not say.
    Role,
    SetWithOptions {
        json: &'a str,
        expiry: Expiry,
        condition: Condition<'a>,
    },
    /// Removes an entry if it has this etag, and returns its value.
    DeleteIfMatch {
        etag: Cow<'a, str>,
    },
    /// Removes an entry. Returns whether it existed.
    DeleteExisting,
    /// Returns whether the entry exists.
    Has,
    /// Returns the value, the etag and the milliseconds until the entry expires (-1: never).
    GetWithMetadata,
    /// Returns the milliseconds until the entry expires (-1: never; -2: there is no entry).
    Ttl,
    /// Sets the expiry. Returns whether the entry exists.
    Touch {
        expiry: Expiry,
    },
    /// Removes the expiry. Returns whether there was one.
    Persist,
    /// Adds to a number. Returns the sum. `expiry` applies if the entry is created.
    Increment {
        by: &'a str,
        expiry: Expiry,
        /// Returns the sum and the milliseconds until the entry expires (-1: never).
        with_ttl: bool,
    },
    /// Edits parts of a value.
    Update(Box<Update<'a>>),
    /// Acquires, extends or releases a lock.
    Lock {
        step: LockStep,
        token: Cow<'a, str>,
        hold: Duration,
        /// The caller waits for a release if another holder has the lock.
        waits: bool,
    },
    /// Counts within a fixed window of time.
    RateLimit {
        limit: u64,
        window: Duration,
        cost: u64,
    },
    /// Counts within a window of time that ends now.
    SlidingWindow {
        limit: u64,
        window: Duration,
        cost: u64,
    },
    /// Takes tokens from a bucket of the size `limit`, which is refilled with `refill` tokens in a window.
    TokenBucket {
        limit: u64,
        window: Duration,
        cost: u64,
        refill: u64,
    },
    /// Writes all of several entries, or none.
    Transaction(Vec<Step<'a>>),
    /// Commands of the user. They concern no entry.
    Commands(Box<Commands<'a>>),
}

impl Operation<'_> {
    pub fn kind(&self) -> OperationKind {
        match self {
            Operation::Get => OperationKind::Get,
            Operation::GetTracked => OperationKind::GetTracked,
            Operation::Set { .. } => OperationKind::Set,
            Operation::Delete => OperationKind::Delete,
            Operation::Ping => OperationKind::Ping,
            Operation::Role => OperationKind::Role,
            Operation::SetWithOptions { .. } => OperationKind::SetWithOptions,
            Operation::DeleteIfMatch { .. } => OperationKind::DeleteIfMatch,
            Operation::DeleteExisting => OperationKind::DeleteExisting,
            Operation::Has => OperationKind::Has,
            Operation::GetWithMetadata => OperationKind::GetWithMetadata,
            Operation::Ttl => OperationKind::Ttl,
            Operation::Touch { .. } => OperationKind::Touch,
            Operation::Persist => OperationKind::Persist,
            Operation::Increment { .. } => OperationKind::Increment,
            Operation::Update(_) => OperationKind::Update,
            Operation::Lock { .. } => OperationKind::Lock,
            Operation::RateLimit { .. } => OperationKind::RateLimit,
            Operation::SlidingWindow { .. } => OperationKind::SlidingWindow,
            Operation::TokenBucket { .. } => OperationKind::TokenBucket,
            Operation::Transaction(_) => OperationKind::Transaction,
            Operation::Commands(commands) => OperationKind::Commands(commands.kind),
        }
    }
}

/// An operation without its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    Get,
    GetTracked,
    Set,
    Delete,
    Ping,
    Role,
    SetWithOptions,
    DeleteIfMatch,
    DeleteExisting,
    Has,
    GetWithMetadata,
    Ttl,
    Touch,
    Persist,
    Increment,
    Update,
    Lock,
    RateLimit,
    SlidingWindow,
    TokenBucket,
    Transaction,
    Commands(CommandsKind),
}

impl OperationKind {
    pub fn writes(self) -> bool {
        use OperationKind::{Commands, Get, GetTracked, GetWithMetadata, Has, Ping, Role, Ttl};
        match self {
            Commands(kind) => !kind.reads,
            _ => !matches!(self, Get | GetTracked | Ping | Role | Has | GetWithMetadata | Ttl),
        }
    }

    /// Whether `waitReplicas` applies. Of commands of the user it is not known what they write.
    pub fn may_wait(self) -> bool {
        self.writes() && !matches!(self, OperationKind::Commands(_))
    }
}

/// When an entry expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// According to the options of the store.
    Default,
    Never,
    After(Duration),
}

impl Expiry {
    /// `None` for an entry that does not expire.
    pub fn or(self, default: Option<Duration>) -> Option<Duration> {
        match self {
            Expiry::Default => default,
            Expiry::Never => None,
            Expiry::After(time) => Some(time),
        }
    }
}

/// A condition of a write.
#[derive(Debug, PartialEq, Eq)]
pub enum Condition<'a> {
    None,
    /// There is no entry.
    Absent,
    /// The entry has this etag.
    Match(Cow<'a, str>),
    /// The lock was last acquired with this fencing token, and by this holder.
    Fence {
        fence: u64,
        token: Cow<'a, str>,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub struct Update<'a> {
    /// Applies if the entry is created.
    pub expiry: Expiry,
    pub etag: Option<Cow<'a, str>>,
    pub reply: UpdateReply,
    /// `None` if one edit is malformed: then the call fails.
    pub edits: Option<Vec<edit::Operation<'a>>>,
}

/// The result of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateReply {
    /// The values before and after.
    Values,
    /// The result of the last increment.
    Last,
    /// The same, and the milliseconds until the entry expires (-1: never).
    LastWithTtl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockStep {
    Acquire,
    Extend,
    Release,
}

/// One step of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'a> {
    pub kind: StepKind,
    /// The name of the entry or the lock.
    pub entry: Cow<'a, str>,
    pub json: &'a str,
    pub expiry: Expiry,
    pub condition: Condition<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Set,
    Delete,
    /// Writes nothing: only checks the condition of an entry.
    Check,
    /// Writes nothing: only checks that a lock is held.
    Holds,
}

impl Step<'_> {
    pub fn space(&self) -> Space {
        if self.kind == StepKind::Holds { Space::Locks } else { Space::Entries }
    }
}

/// The calls of a tick, in order.
pub trait Calls<'a>: ExactSizeIterator<Item = Call<'a>> {
    /// Approximate size of all ids and values in bytes.
    fn bytes(&self) -> usize;
}

/// The result of a call.
#[derive(Debug, PartialEq, Eq)]
pub enum Success<'a> {
    /// The operation returns no value.
    Done,
    /// The text that was read or removed, if there was one. It is JSON unless another client wrote it.
    Value(Option<&'a [u8]>),
    /// The same of an entry whose changes are reported, with the milliseconds until it expires: -1 never, -2 if there is none.
    Tracked { ttl: i64, text: Option<&'a [u8]> },
    /// The reply to a command of the user.
    Reply(Frame<'a>, Encoding),
}

/// Receives the outcomes of the calls of a batch.
pub trait Outcomes: Send + 'static {
    /// The outcome of one call. Outcomes can arrive in any order, for example if a command was retried.
    fn take(&mut self, index: usize, outcome: Result<Success<'_>, Error>);

    /// Called after the outcomes of all calls.
    fn finish(self);
}
