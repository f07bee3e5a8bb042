use super::*;
use crate::protocol::arguments;

#[test]
fn whole_seconds_are_sent_as_such() {
    let keyspace = Keyspace::new("p:".into(), false);
    let sent = |ttl: Option<Duration>, operation: Operation<'_>| {
        let encoder = Encoder::new(&keyspace, Writes { ttl, ..Writes::default() });
        let mut request = Request::default();
        encoder.push(&operation, &mut request);
        let words = arguments(&request.bytes).map(|word| String::from_utf8_lossy(word).into_owned());
        words.collect::<Vec<_>>().join(" ")
    };
    let after = |milliseconds| Expiry::After(Duration::from_millis(milliseconds));
    let set = |expiry, condition| Operation::SetWithOptions { json: "1", expiry, condition };
    let default = Some(Duration::from_secs(60));
    assert_eq!(sent(None, Operation::Set { json: "1" }), "SET  1");
    assert_eq!(sent(default, Operation::Set { json: "1" }), "SET  1 EX 60");
    assert_eq!(sent(Some(Duration::from_millis(1500)), Operation::Set { json: "1" }), "SET  1 PX 1500");
    assert_eq!(sent(default, set(Expiry::Default, Condition::None)), "SET  1 EX 60");
    assert_eq!(sent(default, set(Expiry::Never, Condition::None)), "SET  1");
    assert_eq!(sent(default, set(after(2000), Condition::Absent)), "SET  1 EX 2 NX");
    assert_eq!(sent(default, set(after(1), Condition::Absent)), "SET  1 PX 1 NX");
    let increment = Operation::Increment { by: "1", expiry: after(2000), with_ttl: false };
    assert!(sent(default, increment).ends_with(" 1 2000"), "scripts take milliseconds");
}

#[test]
fn a_malformed_update_is_sent_as_an_edit_that_the_script_rejects() {
    let keyspace = Keyspace::new("p:".into(), false);
    let encoder = Encoder::new(&keyspace, Writes::default());
    let update = Update { expiry: Expiry::Default, etag: None, reply: UpdateReply::Last, edits: None };
    let mut request = Request::default();
    encoder.push(&Operation::Update(Box::new(update)), &mut request);
    let sent: Vec<&[u8]> = arguments(&request.bytes).collect();
    assert!(sent.ends_with(&[b"last", b"malformed", b"0", b""]));
}
