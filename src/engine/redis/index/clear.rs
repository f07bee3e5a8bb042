//! Removes the entries of a trace by its index.

use std::sync::Arc;

use tokio::time::Instant;

use super::range::IndexRange;
use crate::engine::redis::remove::Remove;
use crate::engine::redis::scanner::{Command, ScanTarget, ScanVisitor, scan_keys, visit_keys};
use crate::error::{Applied, Error};
use crate::protocol::{Effect, Frame};

/// Keys that are removed by the commands of one request.
const PAGE: usize = 1024;

/// Removes the entries and the members of a range. Fails with `Kind::WrongType` if the index is no sorted set.
pub async fn clear<W: ScanTarget>(
    target: &W,
    range: IndexRange,
    mut remove: Remove,
    deadline: Instant,
) -> Result<(), Error> {
    let found = scan_keys(target, range, Removable::default(), deadline).await;
    let (_, Removable(keys)) = found.map_err(|error| error.with_applied(Applied::No))?;
    for page in keys.chunks(PAGE) {
        remove = visit_keys(target, page.to_vec(), remove, deadline).await?;
    }
    Ok(())
}

/// Collects the members with an entry, and those without a key. A key of another type is no entry.
#[derive(Default)]
struct Removable(Vec<Arc<str>>);

impl ScanVisitor for Removable {
    const COMMAND: Option<Command> = Some(Command { many: "TYPE", one: "TYPE", effect: Effect::Read });
    const MAX_KEYS: usize = 1;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let Some(Frame::Simple(name)) = reply else { return Err(Error::unexpected_reply()) };
        if matches!(*name, b"string" | b"none") {
            self.0.extend_from_slice(keys);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_types_stay() {
        let mut removable = Removable::default();
        for (key, name) in [("a", "string"), ("b", "hash"), ("c", "none")] {
            removable.take(&[key.into()], Some(&Frame::Simple(name.as_bytes()))).unwrap();
        }
        assert_eq!(removable.0, ["a", "c"].map(Arc::from));
        assert!(removable.take(&["d".into()], Some(&Frame::Nil)).is_err());
    }
}
