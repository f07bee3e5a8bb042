//! What a node says of its cluster.

use std::str::from_utf8;

use crate::config::{Address, AddressMap};
use crate::connection::Frame;

/// Who serves which slots, as `CLUSTER SLOTS` has it.
#[derive(Debug, PartialEq, Eq)]
pub struct View {
    pub ranges: Vec<Range>,
}

/// Slots that the same nodes serve.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    pub first: u16,
    pub last: u16,
    pub primary: Address,
    pub replicas: Vec<Address>,
}

impl View {
    /// The answer of the node at `asked`; `None` where it is none. A node that serves nothing knows no cluster.
    pub fn of(answer: &Frame<'_>, asked: &Address, map: &AddressMap) -> Option<Self> {
        let ranges: Option<Vec<Range>> =
            answer.elements().iter().map(|range| Range::of(range, asked, map)).collect();
        ranges.filter(|ranges| !ranges.is_empty()).map(|ranges| View { ranges })
    }
}

impl Range {
    fn of(range: &Frame<'_>, asked: &Address, map: &AddressMap) -> Option<Self> {
        let [Frame::Integer(first), Frame::Integer(last), primary, replicas @ ..] = range.elements() else {
            return None;
        };
        let node = |node: &Frame<'_>| Some(map.seen_from_here(address(node.elements(), asked)?));
        Some(Range {
            first: u16::try_from(*first).ok()?,
            last: u16::try_from(*last).ok()?,
            primary: node(primary)?,
            replicas: replicas.iter().filter_map(node).collect(),
        })
    }
}

/// Of `[host, port, …]`. Without a host it is the one that was asked; `?` is one that the cluster does not know yet.
fn address(node: &[Frame<'_>], asked: &Address) -> Option<Address> {
    let [host, Frame::Integer(port), ..] = node else { return None };
    let host = match host {
        Frame::Bulk(b"?") => return None,
        Frame::Bulk(host) if !host.is_empty() => from_utf8(host).ok()?,
        _ => "",
    };
    beside(host, u16::try_from(*port).ok()?, asked)
}

/// An address that a node gave: without a host it is on that node's.
pub fn beside(host: &str, port: u16, asked: &Address) -> Option<Address> {
    match (host, asked) {
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

    fn view(answer: &Frame<'_>, map: &AddressMap) -> Option<View> {
        View::of(answer, &tcp("asked", 1), map)
    }

    #[test]
    fn ranges_have_a_primary_and_its_replicas() {
        let answer =
            range(vec![node(Frame::Bulk(b"a"), 7000), node(Frame::Nil, 7001), node(Frame::Bulk(b"?"), 7002)]);
        let View { ranges } = view(&answer, &AddressMap::default()).unwrap();
        assert_eq!((ranges[0].first, ranges[0].last), (0, 99));
        assert_eq!(ranges[0].primary, tcp("a", 7000));
        assert_eq!(ranges[0].replicas, [tcp("asked", 7001)]);
    }

    #[test]
    fn addresses_may_be_others_from_here() {
        let map = AddressMap([(tcp("10.0.0.1", 6379), tcp("localhost", 7000))].into());
        let View { ranges } = view(&range(vec![node(Frame::Bulk(b"10.0.0.1"), 6379)]), &map).unwrap();
        assert_eq!(ranges[0].primary, tcp("localhost", 7000));
    }

    #[test]
    fn another_answer_is_no_view() {
        for answer in [Frame::Nil, Frame::Array(vec![]), range(vec![]), range(vec![Frame::Nil])] {
            assert_eq!(view(&answer, &AddressMap::default()), None);
        }
    }
}
