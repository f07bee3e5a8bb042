//! Reads the calls of a batch, which cross from JavaScript in one string.
//!
//! Each call is a record: the letter of its operation, the name of the entry (`<traceId>:<key>`), the arguments, each
//! after a separator, and a terminator. Separator and terminator are control characters, which JSON text cannot
//! contain; in other texts they are escaped. lib/engines/native/codec.js writes the records.

mod commands;

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use crate::engine::call::{
    Call, Calls, Condition, Expiry, LockStep, Operation, OperationKind, Step, StepKind, Update, UpdateReply,
};
use crate::json::edit;

const END: u8 = 0;
const SEPARATOR: u8 = 1;
const ESCAPE: char = '\u{2}';
/// Added to a control character when it is escaped.
const ESCAPE_OFFSET: u8 = b'0';

/// The names of the operations in JavaScript, and their letters in records.
pub const RECORDS: [(&str, u8, OperationKind); 22] = [
    ("get", b'G', OperationKind::Get),
    ("getTracked", b'C', OperationKind::GetTracked),
    ("set", b'S', OperationKind::Set),
    ("delete", b'D', OperationKind::Delete),
    ("ping", b'P', OperationKind::Ping),
    ("role", b'O', OperationKind::Role),
    ("setWithOptions", b'W', OperationKind::SetWithOptions),
    ("deleteIfMatch", b'T', OperationKind::DeleteIfMatch),
    ("deleteExisting", b'R', OperationKind::DeleteExisting),
    ("has", b'H', OperationKind::Has),
    ("getWithMetadata", b'M', OperationKind::GetWithMetadata),
    ("ttl", b'L', OperationKind::Ttl),
    ("touch", b'E', OperationKind::Touch),
    ("persist", b'N', OperationKind::Persist),
    ("increment", b'I', OperationKind::Increment),
    ("update", b'U', OperationKind::Update),
    ("lock", b'K', OperationKind::Lock),
    ("rateLimit", b'Q', OperationKind::RateLimit),
    ("slidingWindow", b'J', OperationKind::SlidingWindow),
    ("tokenBucket", b'B', OperationKind::TokenBucket),
    ("transaction", b'X', OperationKind::Transaction),
    ("command", b'A', OperationKind::Commands(commands::ANY)),
];

/// The operations by their letters.
static KINDS: [Option<OperationKind>; 128] = {
    let mut kinds = [None; 128];
    let mut index = 0;
    while index < RECORDS.len() {
        let (_, letter, kind) = RECORDS[index];
        kinds[letter as usize] = Some(kind);
        index += 1;
    }
    kinds
};

/// The calls of a batch, in order.
///
/// # Panics
///
/// On a record that the JavaScript side never writes.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    count: usize,
    rest: &'a str,
    /// Arguments that are bytes, in order.
    bytes: &'a [u8],
}

impl<'a> Records<'a> {
    /// `count` calls in one text. `bytes`: the arguments that are no text, joined.
    pub fn new(count: usize, text: &'a str, bytes: &'a [u8]) -> Self {
        Records { count, rest: text, bytes }
    }

    fn call(&mut self, record: &'a str) -> Call<'a> {
        let letter = *record.as_bytes().first().expect("a record has a letter");
        let kind = KINDS.get(usize::from(letter)).copied().flatten();
        let kind = kind.unwrap_or_else(|| unreachable!("no record starts with {letter}"));
        let rest = &record[1..];
        let (entry, operation) = match kind {
            OperationKind::Get => (rest, Operation::Get),
            OperationKind::Delete => (rest, Operation::Delete),
            OperationKind::Set => {
                let (entry, json) = split(rest, SEPARATOR);
                (entry, Operation::Set { json })
            }
            OperationKind::Commands(_) => {
                let commands = commands::read(Arguments { rest: Some(rest) }, &mut self.bytes);
                ("", Operation::Commands(Box::new(commands)))
            }
            kind => {
                let mut arguments = Arguments { rest: Some(rest) };
                (arguments.json(), operation(kind, arguments))
            }
        };
        Call { entry: unescaped(entry), operation }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Call<'a>;

    fn next(&mut self) -> Option<Call<'a>> {
        self.count = self.count.checked_sub(1)?;
        let record;
        (record, self.rest) = split(self.rest, END);
        Some(self.call(record))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Records<'_> {}

impl<'a> Calls<'a> for Records<'a> {
    fn bytes(&self) -> usize {
        self.rest.len() + self.bytes.len()
    }
}

/// Reads the arguments of all operations but the most frequent ones.
fn operation(kind: OperationKind, mut arguments: Arguments<'_>) -> Operation<'_> {
    match kind {
        OperationKind::Get | OperationKind::Set | OperationKind::Delete | OperationKind::Commands(_) => {
            unreachable!("read before")
        }
        OperationKind::GetTracked => Operation::GetTracked,
        OperationKind::Ping => Operation::Ping,
        OperationKind::Role => Operation::Role,
        OperationKind::DeleteExisting => Operation::DeleteExisting,
        OperationKind::Has => Operation::Has,
        OperationKind::GetWithMetadata => Operation::GetWithMetadata,
        OperationKind::Ttl => Operation::Ttl,
        OperationKind::Persist => Operation::Persist,
        OperationKind::SetWithOptions => Operation::SetWithOptions {
            json: arguments.json(),
            expiry: arguments.expiry(),
            condition: arguments.condition(),
        },
        OperationKind::DeleteIfMatch => Operation::DeleteIfMatch { etag: arguments.text() },
        OperationKind::Touch => Operation::Touch { expiry: arguments.expiry() },
        OperationKind::Increment => Operation::Increment {
            by: arguments.json(),
            expiry: arguments.expiry(),
            with_ttl: arguments.json() == "ttl",
        },
        OperationKind::Update => Operation::Update(Box::new(arguments.update())),
        OperationKind::Lock => Operation::Lock {
            step: arguments.lock_step(),
            token: arguments.text(),
            hold: arguments.milliseconds(),
            waits: arguments.json() == "wait",
        },
        OperationKind::RateLimit => Operation::RateLimit {
            limit: arguments.number(),
            window: arguments.milliseconds(),
            cost: arguments.number(),
        },
        OperationKind::SlidingWindow => Operation::SlidingWindow {
            limit: arguments.number(),
            window: arguments.milliseconds(),
            cost: arguments.number(),
        },
        OperationKind::TokenBucket => Operation::TokenBucket {
            limit: arguments.number(),
            window: arguments.milliseconds(),
            cost: arguments.number(),
            refill: arguments.number(),
        },
        OperationKind::Transaction => {
            Operation::Transaction(std::iter::from_fn(|| arguments.step()).collect())
        }
    }
}

/// The unread arguments of a record.
struct Arguments<'a> {
    rest: Option<&'a str>,
}

impl<'a> Arguments<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let end = memchr::memchr(SEPARATOR, rest.as_bytes());
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(&rest[..end.unwrap_or(rest.len())])
    }

    /// JSON text, or another text without control characters.
    fn json(&mut self) -> &'a str {
        self.next().expect("a record has all its arguments")
    }

    fn text(&mut self) -> Cow<'a, str> {
        unescaped(self.json())
    }

    fn number<T: FromStr>(&mut self) -> T {
        self.json().parse().unwrap_or_else(|_| unreachable!("the number is one"))
    }

    fn milliseconds(&mut self) -> Duration {
        Duration::from_millis(self.number())
    }

    fn expiry(&mut self) -> Expiry {
        match self.json() {
            "" => Expiry::Default,
            "0" => Expiry::Never,
            milliseconds => {
                let milliseconds = milliseconds.parse().expect("milliseconds are a number");
                Expiry::After(Duration::from_millis(milliseconds))
            }
        }
    }

    fn condition(&mut self) -> Condition<'a> {
        let text = self.json();
        match text.split_once(':') {
            None if text.is_empty() => Condition::None,
            None => Condition::Absent,
            Some(("match", etag)) => Condition::Match(unescaped(etag)),
            Some((_, fence_and_token)) => {
                let (fence, token) = fence_and_token.split_once(':').expect("a fence has a token");
                let fence = fence.parse().expect("a fence is a number");
                Condition::Fence { fence, token: unescaped(token) }
            }
        }
    }

    fn lock_step(&mut self) -> LockStep {
        match self.json() {
            "acquire" => LockStep::Acquire,
            "extend" => LockStep::Extend,
            "release" => LockStep::Release,
            step => unreachable!("no step of a lock is {step:?}"),
        }
    }

    fn update(mut self) -> Update<'a> {
        let expiry = self.expiry();
        let etag = Some(self.text()).filter(|etag| !etag.is_empty());
        let reply = match self.json() {
            "last" => UpdateReply::Last,
            "timed" => UpdateReply::LastWithTtl,
            _ => UpdateReply::Values,
        };
        Update { expiry, etag, reply, edits: self.edits() }
    }

    /// Each edit has its name, the length of its path, the names of the path, and a JSON text.
    fn edits(mut self) -> Option<Vec<edit::Operation<'a>>> {
        let mut edits = Vec::new();
        while let Some(name) = self.next() {
            let depth: usize = self.next()?.parse().ok()?;
            // Without a reserved capacity, as the announced length may be wrong.
            let mut names = Vec::new();
            for _ in 0..depth {
                names.push(self.next()?);
            }
            edits.push(edit::Operation::new(name, &names, self.next()?).ok()?);
        }
        Some(edits)
    }

    fn step(&mut self) -> Option<Step<'a>> {
        let kind = match self.next()? {
            "set" => StepKind::Set,
            "delete" => StepKind::Delete,
            "check" => StepKind::Check,
            "holds" => StepKind::Holds,
            kind => unreachable!("no step of a transaction is {kind:?}"),
        };
        let (entry, json) = (self.text(), self.json());
        Some(Step { kind, entry, json, expiry: self.expiry(), condition: self.condition() })
    }
}

/// The text before the first `delimiter`, and what follows it.
fn split(text: &str, delimiter: u8) -> (&str, &str) {
    let end = memchr::memchr(delimiter, text.as_bytes()).expect("a record is complete");
    (&text[..end], &text[end + 1..])
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if memchr::memchr(ESCAPE as u8, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == ESCAPE { control_character(chars.next()) } else { c });
    }
    Cow::Owned(plain)
}

fn control_character(escaped: Option<char>) -> char {
    let escaped = escaped.and_then(|c| u8::try_from(c).ok()).expect("an escape is followed by a character");
    char::from(escaped - ESCAPE_OFFSET)
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
