//! Batches of generated records, valid and corrupt.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// The parts of a record.
#[derive(Clone, Debug, PartialEq)]
struct Record {
    kind: OperationKind,
    entry: String,
    arguments: Vec<String>,
}

impl Record {
    /// The record of a call.
    fn of(call: Call<'_>) -> Self {
        let Call { entry, operation } = call;
        let kind = operation.kind();
        Record { kind, entry: entry.into_owned(), arguments: arguments_of(operation) }
    }

    /// Like lib/engines/native/codec.js.
    fn write(&self, batch: &mut String) {
        let (_, letter, _) =
            RECORDS.iter().find(|(_, _, kind)| *kind == self.kind).expect("each kind has a letter");
        batch.push(char::from(*letter));
        batch.push_str(&escaped(&self.entry));
        for argument in &self.arguments {
            batch.push('\u{1}');
            batch.push_str(&escaped(argument));
        }
        batch.push('\0');
    }
}

fn arguments_of(operation: Operation<'_>) -> Vec<String> {
    match operation {
        Operation::Get
        | Operation::GetTracked
        | Operation::Delete
        | Operation::Ping
        | Operation::Role
        | Operation::DeleteExisting
        | Operation::Has
        | Operation::GetWithMetadata
        | Operation::Ttl
        | Operation::Persist => Vec::new(),
        // They have tests of their own.
        Operation::Commands(_) => Vec::new(),
        Operation::Set { json } => vec![json.to_owned()],
        Operation::SetWithOptions { json, expiry, condition } => {
            vec![json.to_owned(), seconds(expiry), condition_text(condition)]
        }
        Operation::DeleteIfMatch { etag } => vec![etag.into_owned()],
        Operation::Touch { expiry } => vec![seconds(expiry)],
        Operation::Increment { by, expiry, with_ttl } => {
            vec![by.to_owned(), seconds(expiry), if with_ttl { "ttl" } else { "" }.to_owned()]
        }
        Operation::Update(update) => {
            let reply = match update.reply {
                UpdateReply::Values => "pair",
                UpdateReply::Last => "last",
                UpdateReply::LastWithTtl => "timed",
            };
            let mut all =
                vec![seconds(update.expiry), update.etag.unwrap_or_default().into_owned(), reply.to_owned()];
            for edit in update.edits.expect("the edits are whole") {
                all.extend([edit.name().to_owned(), edit.path().len().to_string()]);
                all.extend(edit.path().map(str::to_owned));
                all.push(edit.json().to_owned());
            }
            all
        }
        Operation::Lock { step, token, hold, waits } => vec![
            format!("{step:?}").to_lowercase(),
            token.into_owned(),
            hold.as_millis().to_string(),
            if waits { "wait".to_owned() } else { String::new() },
        ],
        Operation::RateLimit { limit, window, cost } | Operation::SlidingWindow { limit, window, cost } => {
            vec![limit.to_string(), window.as_millis().to_string(), cost.to_string()]
        }
        Operation::TokenBucket { limit, window, cost, refill } => {
            vec![limit.to_string(), window.as_millis().to_string(), cost.to_string(), refill.to_string()]
        }
        Operation::Transaction(steps) => {
            let arguments = |step: Step<'_>| {
                [
                    format!("{:?}", step.kind).to_lowercase(),
                    step.entry.into_owned(),
                    step.json.to_owned(),
                    seconds(step.expiry),
                    condition_text(step.condition),
                ]
            };
            steps.into_iter().flat_map(arguments).collect()
        }
    }
}

fn seconds(expiry: Expiry) -> String {
    match expiry {
        Expiry::Default => String::new(),
        Expiry::Never => "0".to_owned(),
        Expiry::After(time) => time.as_millis().to_string(),
    }
}

fn condition_text(condition: Condition<'_>) -> String {
    match condition {
        Condition::None => String::new(),
        Condition::Absent => "absent".to_owned(),
        Condition::Match(etag) => format!("match:{etag}"),
        Condition::Fence { fence, token } => format!("fence:{fence}:{token}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\u{2}', "\u{2}2").replace('\0', "\u{2}0").replace('\u{1}', "\u{2}1")
}

/// The text of a batch, and the end of each record.
fn written(records: &[Record]) -> (String, Vec<usize>) {
    let mut batch = String::new();
    let mut ends = Vec::new();
    for record in records {
        record.write(&mut batch);
        ends.push(batch.len());
    }
    (batch, ends)
}

/// The records that can be read before the reader panics or the batch ends.
fn read(count: usize, batch: &str) -> Vec<Record> {
    let mut calls = Records::new(count, batch, &[]);
    let next = || catch_unwind(AssertUnwindSafe(|| calls.next().map(Record::of))).ok().flatten();
    std::iter::from_fn(next).collect()
}

/// Control characters, texts that look like escaped ones, and characters of each length.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\0", "\u{1}", "\u{2}", "0", "1", "2", "\u{2}0", "G", ":", "é", "\u{2028}", "😀"
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = String> {
    text().prop_map(|text| serde_json::to_string(&text).expect("a string is JSON"))
}

fn expiry() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), any::<u32>().prop_map(|seconds| seconds.to_string())]
}

fn condition() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("absent".to_owned()),
        text().prop_map(|etag| format!("match:{etag}")),
        (any::<u64>(), text()).prop_map(|(fence, token)| format!("fence:{fence}:{token}")),
    ]
}

/// An edit with its path.
fn edit() -> impl Strategy<Value = Vec<String>> {
    (prop::sample::select(vec!["set", "append", "increment"]), vec(json(), 0..3), json()).prop_map(
        |(name, path, json)| [vec![name.to_owned(), path.len().to_string()], path, vec![json]].concat(),
    )
}

fn step() -> impl Strategy<Value = Vec<String>> {
    let kind = prop::sample::select(vec!["set", "delete", "check", "holds"]);
    (kind, text(), json(), expiry(), condition()).prop_map(|(kind, entry, json, expiry, condition)| {
        vec![kind.to_owned(), entry, json, expiry, condition]
    })
}

/// The arguments of an operation that has some.
fn arguments() -> impl Strategy<Value = (OperationKind, Vec<String>)> {
    use OperationKind::*;
    let number = || any::<u64>().prop_map(|number| number.to_string());
    let lock = (
        prop::sample::select(vec!["acquire", "extend", "release"]),
        text(),
        number(),
        prop::sample::select(vec!["wait", ""]),
    );
    let update = (expiry(), text(), prop::sample::select(vec!["last", "pair", "timed"]), vec(edit(), 0..3));
    prop_oneof![
        json().prop_map(|json| (Set, vec![json])),
        (json(), expiry(), condition())
            .prop_map(|(json, expiry, condition)| (SetWithOptions, vec![json, expiry, condition])),
        text().prop_map(|etag| (DeleteIfMatch, vec![etag])),
        expiry().prop_map(|expiry| (Touch, vec![expiry])),
        (json(), expiry(), prop::sample::select(vec!["ttl", ""]))
            .prop_map(|(by, expiry, ttl)| (Increment, vec![by, expiry, ttl.to_owned()])),
        update.prop_map(|(expiry, etag, reply, edits)| (
            Update,
            [vec![expiry, etag, reply.to_owned()], edits.concat()].concat()
        )),
        lock.prop_map(|(step, token, hold, waits)| (
            Lock,
            vec![step.to_owned(), token, hold, waits.to_owned()]
        )),
        (number(), number(), number())
            .prop_map(|(limit, window, cost)| (RateLimit, vec![limit, window, cost])),
        (number(), number(), number())
            .prop_map(|(limit, window, cost)| (SlidingWindow, vec![limit, window, cost])),
        (number(), number(), number(), number())
            .prop_map(|(limit, window, cost, refill)| (TokenBucket, vec![limit, window, cost, refill])),
        vec(step(), 1..4).prop_map(|steps| (Transaction, steps.concat())),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    use OperationKind::*;
    let plain = prop::sample::select(vec![Get, Delete, DeleteExisting, Has, GetWithMetadata, Ttl, Persist]);
    prop_oneof![
        (plain, text()).prop_map(|(kind, entry)| Record { kind, entry, arguments: Vec::new() }),
        (text(), arguments()).prop_map(|(entry, (kind, arguments))| Record { kind, entry, arguments }),
        Just(Record { kind: Ping, entry: String::new(), arguments: Vec::new() }),
        Just(Record { kind: Role, entry: String::new(), arguments: Vec::new() }),
    ]
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_records_are_read_as_they_were_written(records in vec(record(), 0..12)) {
        let (batch, _) = written(&records);
        let calls = Records::new(records.len(), &batch, &[]);
        prop_assert_eq!(calls.len(), records.len());
        prop_assert_eq!(calls.map(Record::of).collect::<Vec<_>>(), records);
    }

    /// The reader panics, which fails the calls of the batch; see src/napi/store/calls.rs.
    #[test]
    fn fuzz_corruption_does_not_affect_earlier_records(
        records in vec(record(), 1..8),
        at in any::<prop::sample::Index>(),
        insert in text(),
        removed in 0_usize..6,
    ) {
        let (batch, ends) = written(&records);
        let places: Vec<usize> = (0..=batch.len()).filter(|at| batch.is_char_boundary(*at)).collect();
        let (first, at) = (at.index(places.len()), *at.get(&places));
        let behind = places[(first + removed).min(places.len() - 1)];
        let damaged = [&batch[..at], &insert, &batch[behind..]].concat();
        let whole = ends.iter().filter(|end| **end <= at).count();
        let read = read(records.len(), &damaged);
        prop_assert!(read.len() <= records.len());
        prop_assert!(read.len() >= whole);
        prop_assert_eq!(&read[..whole], &records[..whole]);
    }

    #[test]
    fn fuzz_no_text_is_read_beyond_its_count(count in 0_usize..8, letters in vec("[A-Z]?", 0..8), parts in vec(text(), 0..8)) {
        let batch: String = letters.iter().zip(&parts).flat_map(|(letter, part)| [letter.as_str(), part]).collect();
        let read = read(count, &batch);
        prop_assert!(read.len() <= count.min(batch.matches('\0').count()));
    }
}
