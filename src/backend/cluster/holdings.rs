//! What a node serves, and what it is taking over, in its own words.

use std::net::IpAddr;
use std::str::from_utf8;

use super::slot::SLOTS;
use super::view::beside;
use crate::config::{Address, AddressMap};
use crate::connection::Frame;

/// By slot.
#[derive(Clone, Debug)]
pub struct Holdings {
    owned: Vec<bool>,
    taken_over: Vec<bool>,
    /// The nodes that slots are given to.
    pub receivers: Vec<Address>,
}

impl Holdings {
    pub fn none() -> Self {
        Holdings { owned: vec![false; SLOTS], taken_over: vec![false; SLOTS], receivers: Vec::new() }
    }

    /// Of the answer to `CLUSTER NODES` of the node at `asked`: a line for each node, of which that of the node itself is
    /// flagged `myself`. Its slots come last: `7`, `0-5460`, `[93-<-<id>]` for one it takes over, `[94->-<id>]` for one that
    /// it gives away.
    pub fn of(answer: &Frame<'_>, asked: &Address, map: &AddressMap) -> Option<Self> {
        let text = from_utf8(answer.bulk()?).ok()?;
        let is_myself = |line: &&str| line.split(' ').nth(2).is_some_and(|flags| flags.contains("myself"));
        let address_of = |id: &str| {
            let line =
                text.lines().find(|line| line.strip_prefix(id).is_some_and(|rest| rest.starts_with(' ')))?;
            Some(map.seen_from_here(address(line.split(' ').nth(1)?, asked)?))
        };
        let mut holdings = Holdings::none();
        for slots in text.lines().find(is_myself)?.split(' ').skip(8) {
            match slots.strip_prefix('[').map(|moving| moving.trim_end_matches(']')) {
                None => holdings.own(slots)?,
                Some(moving) => holdings.move_slot(moving, address_of)?,
            }
        }
        Some(holdings)
    }

    fn move_slot(&mut self, moving: &str, address_of: impl Fn(&str) -> Option<Address>) -> Option<()> {
        if let Some((slot, _)) = moving.split_once("-<-") {
            *self.taken_over.get_mut(slot.parse::<usize>().ok()?)? = true;
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

    /// The slots whose keys may have come since `before` from nodes that had them then.
    pub fn gained_since(&self, before: &Holdings) -> impl Iterator<Item = u16> {
        let is_new =
            |now: &[bool], before: &[bool], slot: u16| now[usize::from(slot)] && !before[usize::from(slot)];
        (0..SLOTS as u16).filter(move |slot| {
            is_new(&self.owned, &before.owned, *slot) || is_new(&self.taken_over, &before.taken_over, *slot)
        })
    }

    /// As if it took nothing over.
    pub fn settled(self) -> Self {
        Holdings { taken_over: vec![false; SLOTS], ..self }
    }
}

/// Of `ip:port@busport[,hostname]`. Where the node that was asked is called by a name, so is this one, if it has one.
fn address(text: &str, asked: &Address) -> Option<Address> {
    let (numbers, more) = text.split_once('@')?;
    let (ip, port) = numbers.rsplit_once(':')?;
    let is_named = matches!(asked, Address::Tcp { host, .. } if host.parse::<IpAddr>().is_err());
    let name = more.split(',').nth(1).filter(|name| is_named && !name.is_empty());
    beside(name.unwrap_or(ip), port.parse().ok()?, asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    fn of(answer: &Frame<'_>, asked: &str) -> Option<Holdings> {
        Holdings::of(answer, &tcp(asked, 1), &AddressMap::default())
    }

    fn holdings(slots: &str) -> Holdings {
        let text = format!(
            "aa 10.0.0.1:7000@17000 master - 0 1 2 connected 5461-10922\n\
             bb 10.0.0.2:7000@17000,host myself,master - 0 0 1 connected{slots}\n"
        );
        of(&Frame::Bulk(text.as_bytes()), "10.0.0.2").unwrap()
    }

    #[test]
    fn a_node_has_what_stands_in_its_own_line() {
        let some = holdings(" 0-99 200 [93->-cc] [5000-<-aa]");
        let owned = [0, 99, 100, 200, 5461].map(|slot| some.owns(slot));
        assert_eq!(owned, [true, true, false, true, false]);
        assert!(!holdings("").owns(0));
        assert!(of(&Frame::Bulk(b"nonsense"), "h").is_none());
        assert!(of(&Frame::Nil, "h").is_none());
    }

    #[test]
    fn nodes_that_slots_are_given_to_have_an_address() {
        assert_eq!(holdings(" [93->-aa] [94->-zz]").receivers, [tcp("10.0.0.1", 7000)]);
        let asked = tcp("by.name", 1);
        assert_eq!(address("10.0.0.1:7000@17000,node-1,shard-id=5", &asked), Some(tcp("node-1", 7000)));
        assert_eq!(address("10.0.0.1:7000@17000,", &asked), Some(tcp("10.0.0.1", 7000)));
        assert_eq!(address(":7000@17000", &asked), Some(tcp("by.name", 7000)));
    }

    #[test]
    fn what_is_owned_or_taken_over_anew_is_gained() {
        let before = holdings(" 0-99 [5000-<-aa]");
        for (slots, gained) in [
            (" 0-99 [5000-<-aa]", vec![]),
            (" 0-50 [5000-<-aa]", vec![]),
            (" 0-99", vec![]),
            (" 0-100 5000", vec![100, 5000]),
            (" 0-99 [5000-<-aa] [5001-<-aa]", vec![5001]),
        ] {
            assert_eq!(holdings(slots).gained_since(&before).collect::<Vec<_>>(), gained, "{slots}");
        }
        assert_eq!(before.gained_since(&before.clone().settled()).collect::<Vec<_>>(), [5000]);
    }
}
