use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Operation, Records};
use super::*;

/// Like lib/engines/native/command-codec.js.
fn written(commands: &Commands<'_>, is_bytes: &[bool], text: &mut String, bytes: &mut Vec<u8>) {
    let CommandsKind { form, encoding, reads, is_partial } = commands.kind;
    text.push('A');
    text.push(match form {
        CommandsForm::One => 'c',
        CommandsForm::Unit => 'u',
        CommandsForm::Script => 's',
    });
    text.push(if encoding == Encoding::Bytes { 'b' } else { 't' });
    text.push(match (reads, is_partial) {
        (true, _) => 'r',
        (_, true) => 'p',
        _ => 'w',
    });
    text.push_str("x\u{1}");
    text.push_str(&escaped(&commands.key));
    if form == CommandsForm::Script {
        text.push_str(&format!("\u{1}{}", commands.keys));
    }
    for (index, part) in commands.parts.iter().enumerate() {
        if index > 0 && commands.ends.contains(&index) {
            text.push_str("\u{1}\u{2};");
        }
        text.push('\u{1}');
        if is_bytes[index % is_bytes.len()] {
            text.push_str(&format!("\u{2}b{}", part.len()));
            bytes.extend_from_slice(part);
        } else {
            text.push_str(&escaped(part));
        }
    }
    text.push('\0');
}

fn escaped(part: &[u8]) -> String {
    let text = std::str::from_utf8(part).unwrap();
    text.replace('\u{2}', "\u{2}2").replace('\0', "\u{2}0").replace('\u{1}', "\u{2}1")
}

fn commands() -> impl Strategy<Value = Commands<'static>> {
    let form = prop::sample::select(vec![CommandsForm::One, CommandsForm::Unit, CommandsForm::Script]);
    let part = prop_oneof!["[a-z]{0,3}", "[\u{0}-\u{3}b;é😀]{0,5}"];
    let parts = vec(part.prop_map(String::into_bytes), 1..6);
    (form, any::<bool>(), 0..3, parts, vec(any::<prop::sample::Index>(), 0..3)).prop_map(
        |(form, is_text, effect, parts, cuts)| {
            let encoding = if is_text { Encoding::Text } else { Encoding::Bytes };
            let mut ends: Vec<usize> = cuts.iter().map(|cut| 1 + cut.index(parts.len())).collect();
            ends.push(parts.len());
            ends.sort_unstable();
            ends.dedup();
            let is_unit = form == CommandsForm::Unit;
            let keys = if form == CommandsForm::Script { parts.len() - 1 } else { 0 };
            Commands {
                kind: CommandsKind { form, encoding, reads: effect == 0, is_partial: effect == 1 },
                key: Cow::Owned(parts[0].clone()),
                parts: parts.into_iter().map(Cow::Owned).collect(),
                ends: if is_unit { ends } else { Vec::new() },
                keys,
            }
        },
    )
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_commands_are_read_as_they_were_written(
        batch in vec(commands(), 0..6),
        is_bytes in vec(any::<bool>(), 1..7),
    ) {
        let (mut text, mut bytes) = (String::new(), Vec::new());
        for commands in &batch {
            written(commands, &is_bytes, &mut text, &mut bytes);
        }
        let records = Records::new(batch.len(), &text, &bytes);
        let read: Vec<_> = records.map(|call| match call.operation {
            Operation::Commands(commands) => *commands,
            operation => panic!("{operation:?}"),
        }).collect();
        prop_assert_eq!(read, batch);
    }
}

#[test]
fn the_key_is_one_of_the_arguments_or_given() {
    let key = |record: &str| {
        let call = Records::new(1, record, &[]).next().expect("there is a record");
        match call.operation {
            Operation::Commands(commands) => String::from_utf8(commands.key.into_owned()).unwrap(),
            operation => panic!("{operation:?}"),
        }
    };
    assert_eq!(key("Actw1\u{1}GET\u{1}k\0"), "k");
    assert_eq!(key("Actwx\u{1}r\u{1}PUBLISH\u{1}c\u{1}m\0"), "r");
    assert_eq!(key("Actw\u{1}DBSIZE\0"), "");
    assert_eq!(key("Astw1\u{1}1\u{1}return 1\u{1}k\0"), "k");
}
