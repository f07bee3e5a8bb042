//! The slots that a node serves, imports and migrates, as it reports them itself.

use std::net::IpAddr;
use std::str::from_utf8;

use super::slot::SLOTS;
use super::slot_map::relative_to;
use crate::config::{Address, AddressMap};
use crate::protocol::Frame;

#[derive(Clone, Debug)]
pub struct SlotOwnership {
    /// The node's configuration epoch. It changes whenever a slot returns that another node served meanwhile.
    epoch: u64,
    /// By slot.
    owned: Vec<bool>,
    /// By slot.
    imported: Vec<bool>,
    /// The nodes that slots are migrated to.
    pub receivers: Vec<Address>,
}

impl SlotOwnership {
    pub fn none() -> Self {
        let none = vec![false; SLOTS];
        SlotOwnership { epoch: 0, owned: none.clone(), imported: none, receivers: Vec::new() }
    }

    /// Reads the reply to `CLUSTER NODES` from the node at `queried`. It has a line for each node; that of the node
    /// itself is flagged `myself`. Slots are at the end of the line: `7`, `0-5460`, `[93-<-<id>]` (imported),
    /// `[94->-<id>]` (migrated).
    pub fn of(answer: &Frame<'_>, queried: &Address, map: &AddressMap) -> Option<Self> {
        let text = from_utf8(answer.bulk()?).ok()?;
        let is_myself = |line: &&str| line.split(' ').nth(2).is_some_and(|flags| flags.contains("myself"));
        let address_of = |id: &str| {
            let line =
                text.lines().find(|line| line.strip_prefix(id).is_some_and(|rest| rest.starts_with(' ')))?;
            Some(map.map(address(line.split(' ').nth(1)?, queried)?))
        };
        let myself = text.lines().find(is_myself)?;
        let mut ownership =
            SlotOwnership { epoch: myself.split(' ').nth(6)?.parse().ok()?, ..SlotOwnership::none() };
        for slots in myself.split(' ').skip(8) {
            match slots.strip_prefix('[').map(|moving| moving.trim_end_matches(']')) {
                None => ownership.own(slots)?,
                Some(moving) => ownership.move_slot(moving, address_of)?,
            }
        }
        Some(ownership)
    }

    fn move_slot(&mut self, moving: &str, address_of: impl Fn(&str) -> Option<Address>) -> Option<()> {
        if let Some((slot, _)) = moving.split_once("-<-") {
            *self.imported.get_mut(slot.parse::<usize>().ok()?)? = true;
        } else if let Some((_, receiver)) = moving.split_once("->-") {
            self.receivers.extend(address_of(receiver));
        }
        Some(())
    }

    fn own(&mut self, slots: &str) -> Option<()> {
        let (first, last) = slots.split_once('-').unwrap_or((slots, slots));
        let range = first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?;
        self.owned.get_mut(range)?.fill(true);
        Some(())
    }

    pub fn owns(&self, slot: u16) -> bool {
        self.owned[usize::from(slot)]
    }

    /// The slots whose keys may have arrived from another node since `before`.
    pub fn gained_since(&self, before: &SlotOwnership) -> impl Iterator<Item = u16> {
        let may_have_returned = self.epoch != before.epoch;
        let is_new = move |now: &[bool], before: &[bool], slot: u16| {
            now[usize::from(slot)] && (may_have_returned || !before[usize::from(slot)])
        };
        (0..SLOTS as u16).filter(move |slot| {
            is_new(&self.owned, &before.owned, *slot) || is_new(&self.imported, &before.imported, *slot)
        })
    }

    pub fn without_imports(self) -> Self {
        SlotOwnership { imported: vec![false; SLOTS], ..self }
    }
}

/// Reads `ip:port@busport[,hostname]`. Uses the host name if `queried`, the address of the replying node, is one too.
fn address(text: &str, queried: &Address) -> Option<Address> {
    let (numbers, more) = text.split_once('@')?;
    let (ip, port) = numbers.rsplit_once(':')?;
    let is_named = matches!(queried, Address::Tcp { host, .. } if host.parse::<IpAddr>().is_err());
    let name = more.split(',').nth(1).filter(|name| is_named && !name.is_empty());
    relative_to(name.unwrap_or(ip), port.parse().ok()?, queried)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    fn of(answer: &Frame<'_>, queried: &str) -> Option<SlotOwnership> {
        SlotOwnership::of(answer, &tcp(queried, 1), &AddressMap::default())
    }

    fn ownership(slots: &str) -> SlotOwnership {
        at_epoch(1, slots)
    }

    fn at_epoch(epoch: u64, slots: &str) -> SlotOwnership {
        let text = format!(
            "aa 10.0.0.1:7000@17000 master - 0 1 2 connected 5461-10922\n\
             bb 10.0.0.2:7000@17000,host myself,master - 0 0 {epoch} connected{slots}\n"
        );
        of(&Frame::Bulk(text.as_bytes()), "10.0.0.2").unwrap()
    }

    #[test]
    fn slots_are_read_from_the_line_of_the_node_itself() {
        let some = ownership(" 0-99 200 [93->-cc] [5000-<-aa]");
        let owned = [0, 99, 100, 200, 5461].map(|slot| some.owns(slot));
        assert_eq!(owned, [true, true, false, true, false]);
        assert!(!ownership("").owns(0));
        assert!(of(&Frame::Bulk(b"nonsense"), "h").is_none());
        assert!(of(&Frame::Nil, "h").is_none());
    }

    #[test]
    fn addresses_of_receivers_are_read_from_their_lines() {
        assert_eq!(ownership(" [93->-aa] [94->-zz]").receivers, [tcp("10.0.0.1", 7000)]);
        let queried = tcp("by.name", 1);
        assert_eq!(address("10.0.0.1:7000@17000,node-1,shard-id=5", &queried), Some(tcp("node-1", 7000)));
        assert_eq!(address("10.0.0.1:7000@17000,", &queried), Some(tcp("10.0.0.1", 7000)));
        assert_eq!(address(":7000@17000", &queried), Some(tcp("by.name", 7000)));
    }

    #[test]
    fn newly_owned_or_imported_slots_are_gained() {
        let before = ownership(" 0-99 [5000-<-aa]");
        for (slots, gained) in [
            (" 0-99 [5000-<-aa]", vec![]),
            (" 0-50 [5000-<-aa]", vec![]),
            (" 0-99", vec![]),
            (" 0-100 5000", vec![100, 5000]),
            (" 0-99 [5000-<-aa] [5001-<-aa]", vec![5001]),
        ] {
            assert_eq!(ownership(slots).gained_since(&before).collect::<Vec<_>>(), gained, "{slots}");
        }
        assert_eq!(before.gained_since(&before.clone().without_imports()).collect::<Vec<_>>(), [5000]);
    }
    #[test]
    fn all_owned_slots_are_gained_after_a_change_of_the_epoch() {
        let (before, after) = (ownership(" 1-3"), at_epoch(3, " 2-3"));
        assert_eq!(after.gained_since(&before).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(after.gained_since(&after).count(), 0);
    }
}
