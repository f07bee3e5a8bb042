//! Removes members of an index whose entries do not exist.

use std::sync::Arc;

use tokio::time::Instant;

use super::range::IndexRange;
use crate::engine::redis::ask::ask;
use crate::engine::redis::scanner::ScanTarget;
use crate::engine::redis::scripts;
use crate::error::Error;
use crate::protocol::{Effect, Request};

/// Members that one script considers, so that it does not block the server for long.
const KEYS_PER_SCRIPT: usize = 256;

/// `dead`: Redis keys of members whose entries seemed to be gone. The script looks again: an entry may be back.
pub async fn sweep<W: ScanTarget>(
    target: &W,
    range: &IndexRange,
    dead: &[Arc<str>],
    deadline: Instant,
) -> Result<(), Error> {
    for keys in dead.chunks(KEYS_PER_SCRIPT) {
        let mut request = Request::default();
        let members: Vec<&[u8]> = keys.iter().map(|key| key[range.start().len()..].as_bytes()).collect();
        let entries = keys.iter().map(|key| key.as_bytes());
        let keys: Vec<&[u8]> = std::iter::once(range.index().as_bytes()).chain(entries).collect();
        request.push_script(&scripts::SWEEP, &keys, &members, Effect::Write);
        ask(target, request, &[range.index()], deadline).await?.remove(0)?;
    }
    Ok(())
}
