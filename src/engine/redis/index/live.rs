//! Visitors of the members of an index, some of which are without an entry.

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::listing::Listing;
use crate::engine::redis::scanner::{Command, ScanVisitor};
use crate::engine::redis::visitors::{ReadValues, texts_of};
use crate::error::Error;
use crate::protocol::{Effect, Frame};

/// Keys that one sweep considers. The next listing finds the others.
const MAX_DEAD: usize = 16_384;

const EXISTS: Command = Command { many: "EXISTS", one: "EXISTS", effect: Effect::Read };

/// Redis keys of members whose entries seem to be gone.
#[derive(Default)]
pub struct Dead(pub Vec<Arc<str>>);

impl Dead {
    fn add<'a>(&mut self, keys: impl IntoIterator<Item = &'a Arc<str>>) {
        let room = MAX_DEAD.saturating_sub(self.0.len());
        self.0.extend(keys.into_iter().take(room).cloned());
    }
}

/// A visitor that finds members whose entries seem to be gone.
pub trait LiveVisitor: ScanVisitor {
    fn dead(&mut self) -> &mut Dead;
}

impl LiveVisitor for LiveValues {
    fn dead(&mut self) -> &mut Dead {
        &mut self.dead
    }
}

impl LiveVisitor for LiveCount {
    fn dead(&mut self) -> &mut Dead {
        &mut self.dead
    }
}

/// Collects values.
pub struct LiveValues {
    pub values: ReadValues,
    pub dead: Dead,
}

impl ScanVisitor for LiveValues {
    const COMMAND: Option<Command> = ReadValues::COMMAND;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let absent = keys.iter().zip(texts_of(keys, reply)?).filter(|(_, text)| matches!(text, Frame::Nil));
        self.dead.add(absent.map(|(key, _)| key));
        self.values.take(keys, reply)
    }
}

/// Counts the entries that exist.
pub struct LiveCount {
    pub listing: Listing,
    pub dead: Dead,
}

impl ScanVisitor for LiveCount {
    const COMMAND: Option<Command> = Some(EXISTS);

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let count = count_of(reply)?;
        self.listing.add(count);
        if count < keys.len() {
            self.dead.add(keys);
        }
        Ok(())
    }
}

/// Collects keys in order. Those of a command are known to exist if it counted all of them; otherwise each is looked up.
#[derive(Default)]
pub struct LiveKeys(pub Vec<Named>);

pub struct Named {
    pub key: Arc<str>,
    /// `None`: not known yet.
    pub exists: Option<bool>,
}

impl ScanVisitor for LiveKeys {
    const COMMAND: Option<Command> = Some(EXISTS);

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let exists = match count_of(reply)? {
            0 => Some(false),
            count if count == keys.len() => Some(true),
            _ => None,
        };
        self.0.extend(keys.iter().map(|key| Named { key: key.clone(), exists }));
        Ok(())
    }
}

/// Collects the keys that exist, each of which is looked up.
#[derive(Default)]
pub struct Existing(HashSet<Arc<str>>);

impl ScanVisitor for Existing {
    const COMMAND: Option<Command> = Some(EXISTS);
    const MAX_KEYS: usize = 1;

    fn take(&mut self, keys: &[Arc<str>], reply: Option<&Frame<'_>>) -> Result<(), Error> {
        let exists = count_of(reply)? > 0;
        self.0.extend(keys.iter().filter(|_| exists).cloned());
        Ok(())
    }
}

impl LiveKeys {
    /// The keys whose existence is not known. `with_absent`: and those that seem not to exist.
    pub fn unknown(&self, with_absent: bool) -> Vec<Arc<str>> {
        let is_unknown =
            |named: &&Named| named.exists != Some(true) && (with_absent || named.exists.is_none());
        self.0.iter().filter(is_unknown).map(|named| named.key.clone()).collect()
    }

    /// Adds the keys that exist to a listing, in order, and returns the others. `existing`: those that were looked up again.
    pub fn split(mut self, existing: &Existing, listing: &mut Listing) -> Dead {
        let mut dead = Dead::default();
        // Commands that were sent again are answered later than others.
        self.0.sort_by(|one, other| one.key.cmp(&other.key));
        for Named { key, exists } in self.0 {
            if exists == Some(true) || existing.0.contains(&key) {
                listing.take_key(&key);
            } else {
                dead.add([&key]);
            }
        }
        dead
    }
}

fn count_of(reply: Option<&Frame<'_>>) -> Result<usize, Error> {
    let Some(Frame::Integer(count)) = reply else { return Err(Error::unexpected_reply()) };
    usize::try_from(*count).map_err(|_| Error::unexpected_reply())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::listing::Projection;
    use crate::keyspace::{Keyspace, Scope};

    fn keys(keys: &[&str]) -> Vec<Arc<str>> {
        keys.iter().map(|key| Arc::from(*key)).collect()
    }

    fn listing(projection: Projection) -> Listing {
        Listing::new(Keyspace::new("p:".into(), false), Scope::Group("t".into()), projection)
    }

    #[test]
    fn values_of_members_without_an_entry_are_skipped() {
        let mut values =
            LiveValues { values: ReadValues(listing(Projection::Values)), dead: Dead::default() };
        let reply = Frame::Array(vec![Frame::Bulk(b"1"), Frame::Nil]);
        values.take(&keys(&["p:t:a", "p:t:b"]), Some(&reply)).unwrap();
        values.take(&keys(&["p:t:c"]), Some(&Frame::Array(vec![Frame::Nil]))).unwrap();
        assert_eq!(values.dead.0, keys(&["p:t:b", "p:t:c"]));
        assert_eq!(values.values.0.finish(), ["[1]"]);
    }

    #[test]
    fn a_count_is_the_sum_of_those_that_exist() {
        let mut count = LiveCount { listing: listing(Projection::Count), dead: Dead::default() };
        count.take(&keys(&["p:t:a", "p:t:b"]), Some(&Frame::Integer(2))).unwrap();
        count.take(&keys(&["p:t:c", "p:t:d"]), Some(&Frame::Integer(1))).unwrap();
        assert_eq!(count.dead.0, keys(&["p:t:c", "p:t:d"]));
        assert_eq!(count.listing.finish(), ["[3]"]);
    }

    #[test]
    fn only_keys_of_which_some_exist_are_looked_up_and_all_are_in_order() {
        let (mut live, mut existing) = (LiveKeys::default(), Existing::default());
        live.take(&keys(&["p:t:e", "p:t:f"]), Some(&Frame::Integer(1))).unwrap();
        live.take(&keys(&["p:t:a", "p:t:b"]), Some(&Frame::Integer(2))).unwrap();
        live.take(&keys(&["p:t:c", "p:t:d"]), Some(&Frame::Integer(0))).unwrap();
        assert_eq!(live.unknown(false), keys(&["p:t:e", "p:t:f"]));
        assert_eq!(live.unknown(true), keys(&["p:t:e", "p:t:f", "p:t:c", "p:t:d"]));
        existing.take(&keys(&["p:t:f"]), Some(&Frame::Integer(1))).unwrap();
        existing.take(&keys(&["p:t:e"]), Some(&Frame::Integer(0))).unwrap();
        let mut listing = listing(Projection::Keys);
        assert_eq!(live.split(&existing, &mut listing).0, keys(&["p:t:c", "p:t:d", "p:t:e"]));
        assert_eq!(listing.finish(), [r#"["a","b","f"]"#]);
    }

    #[test]
    fn a_sweep_is_bounded() {
        let mut dead = Dead::default();
        let many: Vec<Arc<str>> = (0..MAX_DEAD + 9).map(|number| number.to_string().into()).collect();
        dead.add(&many);
        dead.add(&many[..1]);
        assert_eq!(dead.0.len(), MAX_DEAD);
    }
}
