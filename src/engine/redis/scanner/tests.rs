use std::sync::Mutex;

use super::*;
use crate::engine::redis::scan::Seen;
use crate::protocol::Effect;
use crate::sync::locked;

/// A node with two pages of one key.
#[derive(Default)]
struct Node {
    slots: Mutex<Vec<Vec<Option<u16>>>>,
}

impl ScanTarget for Node {
    const KEYS_PER_COMMAND: usize = 1;

    fn generation(&self) -> Generation {
        Generation::default()
    }

    fn slots<'a>(&self, keys: impl Iterator<Item = &'a str>) -> Vec<Option<u16>> {
        keys.map(|_| Some(7)).collect()
    }

    fn send(&self, request: Request, slots: Vec<Option<u16>>, _: Instant, mut sink: impl Sink + 'static) {
        let mut sent = locked(self.slots.lock());
        let (cursor, key) = if sent.is_empty() { ("9", "a") } else { ("0", "b") };
        sent.push(slots);
        for index in 0..request.len() {
            let is_step = request.command(index).bytes.ends_with(b"string\r\n");
            let keys = Frame::Array(vec![Frame::Bulk(key.as_bytes())]);
            let page = Frame::Array(vec![Frame::Bulk(cursor.as_bytes()), keys]);
            sink.take(index, Ok(if is_step { page } else { Frame::Integer(1) }));
        }
        Box::new(sink).finish();
    }
}

#[derive(Default)]
struct Keys<const READS: bool>(Vec<String>);

impl<const READS: bool> ScanVisitor for Keys<READS> {
    const COMMAND: Option<Command> =
        if READS { Some(Command { many: "MGET", one: "GET", effect: Effect::Read }) } else { None };

    fn take(&mut self, keys: &[Arc<str>], _: Option<&Frame<'_>>) -> Result<(), Error> {
        self.0.extend(keys.iter().map(ToString::to_string));
        Ok(())
    }
}

async fn slots_of<const READS: bool>() -> Vec<Vec<Option<u16>>> {
    let (node, deadline) = (Node::default(), Instant::now());
    let scan = Scan::new("*".into(), true, Generation::default(), Seen::default());
    let (_, visited) = scan_keys(&node, scan, Keys::<READS>::default(), deadline).await.unwrap();
    assert_eq!(visited.0, ["a", "b"]);
    locked(node.slots.into_inner())
}

#[tokio::test]
async fn only_commands_on_keys_have_slots() {
    assert_eq!(slots_of::<false>().await, [vec![], vec![]]);
    assert_eq!(slots_of::<true>().await, [vec![], vec![Some(7)], vec![Some(7)]]);
}
