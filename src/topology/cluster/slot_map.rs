//! The slot map, as one node reports it.

use std::str::from_utf8;

use crate::config::{Address, AddressMap};
use crate::protocol::Frame;

/// The reply to `CLUSTER SLOTS`: which nodes serve which slots.
#[derive(Debug, PartialEq, Eq)]
pub struct SlotMap {
    pub ranges: Vec<Range>,
}

/// Consecutive slots that the same nodes serve.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    pub first: u16,
    pub last: u16,
    pub primary: Address,
    pub replicas: Vec<Address>,
}

impl SlotMap {
    /// Reads the reply of the node at `queried`; `None` if it is invalid, or empty, as from a node outside of a
    /// cluster.
    pub fn of(answer: &Frame<'_>, queried: &Address, map: &AddressMap) -> Option<Self> {
        let ranges: Option<Vec<Range>> =
            answer.elements().iter().map(|range| Range::of(range, queried, map)).collect();
        ranges.filter(|ranges| !ranges.is_empty()).map(|ranges| SlotMap { ranges })
    }
}

impl Range {
    fn of(range: &Frame<'_>, queried: &Address, map: &AddressMap) -> Option<Self> {
        let [Frame::Integer(first), Frame::Integer(last), primary, replicas @ ..] = range.elements() else {
            return None;
        };
        let node = |node: &Frame<'_>| Some(map.map(address(node.elements(), queried)?));
        Some(Range {
            first: u16::try_from(*first).ok()?,
            last: u16::try_from(*last).ok()?,
            primary: node(primary)?,
            replicas: replicas.iter().filter_map(node).collect(),
        })
    }
}

/// Reads `[host, port, …]`. The host `?` means a node whose address the cluster does not know yet.
fn address(node: &[Frame<'_>], queried: &Address) -> Option<Address> {
    let [host, Frame::Integer(port), ..] = node else { return None };
    let host = match host {
        Frame::Bulk(b"?") => return None,
        Frame::Bulk(host) if !host.is_empty() => from_utf8(host).ok()?,
        _ => "",
    };
    relative_to(host, u16::try_from(*port).ok()?, queried)
}

/// An address that the node at `queried` reports: an empty host means the host of that node.
pub fn relative_to(host: &str, port: u16, queried: &Address) -> Option<Address> {
    match (host, queried) {
        ("", Address::Tcp { host, .. }) => Some(Address::Tcp { host: host.clone(), port }),
        ("", Address::Unix(_)) => None,
        (host, _) => Some(Address::Tcp { host: host.to_owned(), port }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    fn node(host: Frame<'static>, port: i64) -> Frame<'static> {
        Frame::Array(vec![host, Frame::Integer(port), Frame::Bulk(b"id"), Frame::Array(vec![])])
    }

    fn range(nodes: Vec<Frame<'static>>) -> Frame<'static> {
        let mut range = vec![Frame::Integer(0), Frame::Integer(99)];
        range.extend(nodes);
        Frame::Array(vec![Frame::Array(range)])
    }

    fn slot_map(answer: &Frame<'_>, map: &AddressMap) -> Option<SlotMap> {
        SlotMap::of(answer, &tcp("queried", 1), map)
    }

    #[test]
    fn ranges_have_a_primary_and_its_replicas() {
        let answer =
            range(vec![node(Frame::Bulk(b"a"), 7000), node(Frame::Nil, 7001), node(Frame::Bulk(b"?"), 7002)]);
        let SlotMap { ranges } = slot_map(&answer, &AddressMap::default()).unwrap();
        assert_eq!((ranges[0].first, ranges[0].last), (0, 99));
        assert_eq!(ranges[0].primary, tcp("a", 7000));
        assert_eq!(ranges[0].replicas, [tcp("queried", 7001)]);
    }

    #[test]
    fn addresses_are_mapped() {
        let map = AddressMap([(tcp("10.0.0.1", 6379), tcp("localhost", 7000))].into());
        let SlotMap { ranges } = slot_map(&range(vec![node(Frame::Bulk(b"10.0.0.1"), 6379)]), &map).unwrap();
        assert_eq!(ranges[0].primary, tcp("localhost", 7000));
    }

    #[test]
    fn invalid_replies_are_no_slot_map() {
        for answer in [Frame::Nil, Frame::Array(vec![]), range(vec![]), range(vec![Frame::Nil])] {
            assert_eq!(slot_map(&answer, &AddressMap::default()), None);
        }
    }
}
