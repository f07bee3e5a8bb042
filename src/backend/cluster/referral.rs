//! Where a command is to go that a node did not carry out.

use super::view::beside;
use crate::config::{Address, AddressMap};
use crate::error::{Error, Kind};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referral {
    /// To the node that serves the slot from now on.
    Moved(Address),
    /// To the node that is taking the slot over, this once.
    Ask(Address),
    /// To whoever serves the slot, as far as known.
    Owner,
    /// The same, after a while.
    OwnerLater,
}

impl Referral {
    /// What an error means that the node at `asked` gave; `None` where it is the command's answer.
    pub fn of(error: &Error, asked: Option<&Address>, map: &AddressMap) -> Option<Self> {
        let to = || {
            let (host, port) = error.detail.rsplit(' ').next()?.rsplit_once(':')?;
            Some(map.seen_from_here(beside(host, port.parse().ok()?, asked?)?))
        };
        match error.reply.as_deref() {
            Some("MOVED") => Some(to().map_or(Referral::OwnerLater, Referral::Moved)),
            Some("ASK") => Some(to().map_or(Referral::OwnerLater, Referral::Ask)),
            None if error.kind == Kind::Retired => Some(Referral::Owner),
            _ => error.is_for_now().then_some(Referral::OwnerLater),
        }
    }

    /// Whether the view of the cluster may be an old one.
    pub fn is_news(&self) -> bool {
        matches!(self, Referral::Moved(_) | Referral::OwnerLater)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Referral> {
        let asked = Address::Tcp { host: "asked".into(), port: 1 };
        let map = [(tcp("in.there", 6379), tcp("from.here", 7000))].into();
        Referral::of(&Error::from_reply(line.as_bytes()), Some(&asked), &AddressMap(map))
    }

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    #[test]
    fn redirections_name_a_node() {
        assert_eq!(of("MOVED 3999 127.0.0.1:6381"), Some(Referral::Moved(tcp("127.0.0.1", 6381))));
        assert_eq!(of("ASK 3999 2001:db8::1:6381"), Some(Referral::Ask(tcp("2001:db8::1", 6381))));
        assert_eq!(of("MOVED 3999 :6381"), Some(Referral::Moved(tcp("asked", 6381))));
        assert_eq!(of("ASK 1 in.there:6379"), Some(Referral::Ask(tcp("from.here", 7000))));
    }

    #[test]
    fn what_is_refused_for_now_is_tried_later() {
        for line in
            ["TRYAGAIN Multiple keys", "CLUSTERDOWN The cluster is down", "LOADING", "MOVED 1 nonsense"]
        {
            assert_eq!(of(line), Some(Referral::OwnerLater), "{line}");
        }
    }

    #[test]
    fn other_errors_are_answers() {
        assert_eq!(of("WRONGTYPE Operation against a key"), None);
        assert_eq!(of("OOM command not allowed"), None);
    }
}
