//! Scripts that the server has cached, or not.

use super::*;

static SCRIPT: LazyLock<Script> =
    LazyLock::new(|| Script { source: "return 1".into(), digest: "d".repeat(40) });

impl Fixture {
    /// A request that runs the script on each key.
    fn run_script(&mut self, keys: &[&str]) -> Receiver<Vec<Reply>> {
        let mut request = Request::default();
        for key in keys {
            request.push_script(&SCRIPT, &[key.as_bytes()], &[], Effect::Write);
        }
        let (done, replies) = channel();
        let sink = Collect { replies: vec![None; keys.len()], done };
        self.pipeline.push(request, self.now + Duration::from_secs(9), Box::new(sink));
        replies
    }

    /// Sends everything, and answers `count` commands with OK.
    fn execute(&mut self, count: usize) {
        self.send_all();
        (0..count).for_each(|_| self.answer(Frame::Simple(b"OK")));
    }

    fn refuse_script(&mut self) {
        self.send_all();
        self.answer(Frame::Error(b"NOSCRIPT No matching script."));
    }
}

fn with_source(key: &str) -> String {
    format!("*4\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$1\r\n{key}\r\n")
}

fn by_digest(key: &str) -> String {
    format!("*4\r\n$7\r\nEVALSHA\r\n$40\r\n{}\r\n$1\r\n1\r\n$1\r\n{key}\r\n", "d".repeat(40))
}

#[test]
fn a_script_is_sent_with_its_source_until_the_server_has_executed_it_on_this_connection() {
    let mut fixture = Fixture::new();
    fixture.run_script(&["a", "b"]);
    fixture.run_script(&["c"]);
    assert_eq!(fixture.unsent(), [with_source("a"), by_digest("b"), with_source("c")].concat());
    fixture.send_all();
    fixture.answer(Frame::Error(b"WRONGTYPE Operation against a key"));
    fixture.run_script(&["d"]);
    assert_eq!(fixture.unsent(), with_source("d"), "the server may have refused it before it cached it");
    fixture.execute(3);
    fixture.run_script(&["e"]);
    assert_eq!(fixture.unsent(), by_digest("e"));
}

#[test]
fn a_script_is_sent_with_its_source_again_on_the_next_connection() {
    let mut fixture = Fixture::new();
    fixture.run_script(&["a"]);
    fixture.execute(1);
    let kept = fixture.run_script(&["b", "c"]);
    fixture.disconnect();
    fixture.run_script(&["d"]);
    assert_eq!(fixture.unsent(), [with_source("b"), with_source("c"), with_source("d")].concat());
    fixture.execute(3);
    assert_eq!(texts(kept).len(), 2);
    fixture.run_script(&["e"]);
    assert_eq!(fixture.unsent(), by_digest("e"));
}

#[test]
fn a_script_is_sent_again_with_its_source_after_noscript() {
    let mut fixture = Fixture::new();
    let replies = fixture.run_script(&["a", "b"]);
    fixture.send_all();
    fixture.answer(Frame::Simple(b"OK"));
    fixture.answer(Frame::Error(b"NOSCRIPT No matching script."));
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), with_source("b"));
    fixture.execute(1);
    assert!(replies.try_recv().unwrap().iter().all(Result::is_ok));
}

#[test]
fn writes_on_an_entry_keep_their_order_after_noscript() {
    let mut fixture = Fixture::new();
    fixture.run_script(&["k"]);
    fixture.execute(1);
    let refused = fixture.run_script(&["k", "o"]);
    fixture.refuse_script();
    fixture.answer(Frame::Error(b"NOSCRIPT No matching script."));
    let newer = fixture.push("w", 9);
    fixture.run_script(&["k"]);
    assert_eq!(fixture.unsent(), "", "they wait for the older one");
    fixture.pipeline.retry_refused(fixture.now);
    assert_eq!(fixture.unsent(), [with_source("k"), with_source("o")].concat());
    fixture.execute(2);
    assert_eq!(texts(refused).len(), 2);
    assert_eq!(fixture.unsent_names(), ["SET"]);
    fixture.execute(2);
    assert_eq!(texts(newer).len(), 1);
}

#[test]
fn a_call_is_not_sent_again_after_a_newer_one_was_executed() {
    let mut fixture = Fixture::new();
    fixture.run_script(&["k"]);
    fixture.execute(1);
    let older = fixture.run_script(&["k"]);
    fixture.send_all();
    let newer = fixture.push("w", 9);
    fixture.refuse_script();
    fixture.answer(Frame::Simple(b"OK"));
    assert_eq!(failure(&older.try_recv().unwrap()[0]).1, Some(Applied::No));
    assert_eq!(texts(newer).len(), 1);
    assert!(!fixture.pipeline.has_deferred());
}
