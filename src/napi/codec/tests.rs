use super::*;
use crate::keyspace::Space;

fn call<'a>(entry: &'a str, operation: Operation<'a>) -> Call<'a> {
    Call { entry: entry.into(), operation }
}

fn only(record: &str) -> Call<'_> {
    Records::new(1, record, &[]).next().expect("there is a record")
}

#[test]
fn records_become_calls_in_order() {
    let batch = "Gt:a\0St:b\u{1}{\"x\":1}\0D:\0P\0";
    let expected = [
        call("t:a", Operation::Get),
        call("t:b", Operation::Set { json: "{\"x\":1}" }),
        call(":", Operation::Delete),
        call("", Operation::Ping),
    ];
    assert_eq!(Records::new(4, batch, &[]).collect::<Vec<_>>(), expected);
    assert_eq!(Records::new(0, "", &[]).count(), 0);
}

#[test]
fn arguments_are_typed() {
    assert_eq!(
        only("It:n\u{1}5\u{1}\u{1}ttl\0"),
        call("t:n", Operation::Increment { by: "5", expiry: Expiry::Default, with_ttl: true })
    );
    let set = |expiry, condition| call("t:k", Operation::SetWithOptions { json: "1", expiry, condition });
    assert_eq!(only("Wt:k\u{1}1\u{1}0\u{1}absent\0"), set(Expiry::Never, Condition::Absent));
    assert_eq!(
        only("Wt:k\u{1}1\u{1}1500\u{1}match:a:b\0"),
        set(Expiry::After(Duration::from_millis(1500)), Condition::Match("a:b".into()))
    );
    let lock = Operation::Lock {
        step: LockStep::Acquire,
        token: "a\0".into(),
        hold: Duration::from_secs(1),
        waits: true,
    };
    assert_eq!(only("Kt:l\u{1}acquire\u{1}a\u{2}0\u{1}1000\u{1}wait\0"), call("t:l", lock));
}

#[test]
fn incomplete_edits_are_rejected() {
    let edits =
        |record: &[&str]| Arguments { rest: Some(&record.join("\u{1}")) }.edits().map(|edits| edits.len());
    assert_eq!(edits(&["set", "1", r#""a""#, "1", "remove", "0", ""]), Some(2));
    for record in
        [&["set"][..], &["set", "1"], &["set", "1", r#""a""#], &["set", "x", "1"], &["set", "-1", "1"]]
    {
        assert_eq!(edits(record), None, "{record:?}");
    }
}

#[test]
fn locks_and_limits_have_their_own_spaces() {
    let space = |record: &str| only(record).space();
    assert_eq!(space("Gt:a\0"), Space::Entries);
    assert_eq!(space("Kt:a\u{1}release\u{1}x\u{1}0\u{1}\0"), Space::Locks);
    assert_eq!(space("Qt:a\u{1}1\u{1}1\u{1}1\0"), Space::Limits);
    assert_eq!(space("Jt:a\u{1}1\u{1}1\u{1}1\0"), Space::SlidingWindows);
    assert_eq!(space("Bt:a\u{1}1\u{1}1\u{1}1\u{1}1\0"), Space::TokenBuckets);
    assert_eq!(space("Xt:a\u{1}check\u{1}t:a\u{1}\u{1}\u{1}absent\0"), Space::Entries);
    assert_eq!(space("Xt:a\u{1}holds\u{1}t:a\u{1}\u{1}\u{1}fence:7:x:y\0"), Space::Locks);
}

#[test]
fn control_characters_in_names_are_unescaped() {
    assert_eq!(only("Ga\u{2}0\u{2}1\u{2}2é:b\0").entry, "a\0\u{1}\u{2}é:b");
}
