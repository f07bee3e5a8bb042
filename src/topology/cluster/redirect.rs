//! Decides where to send a command that a node did not execute.

use super::slot_map::relative_to;
use crate::config::{Address, AddressMap};
use crate::error::{Error, Kind};
use crate::protocol::RefusalKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// To this node, which serves the slot from now on.
    Moved(Address),
    /// To this node, which imports the slot; only this command.
    Ask(Address),
    /// To the node that serves the slot according to the current routes.
    Owner,
    /// The same, after a pause.
    OwnerLater,
    /// To a node that serves reads of the slot. Reads only.
    Reader,
}

impl Redirect {
    /// Reads an error of the node at `queried`. `None`: the error is the result of the command.
    pub fn of(error: &Error, queried: Option<&Address>, map: &AddressMap) -> Option<Self> {
        let to = || {
            let (host, port) = error.refusal.as_ref()?.target.as_ref()?;
            Some(map.map(relative_to(host, *port, queried?)?))
        };
        if error.kind == Kind::Unreachable {
            return Some(Redirect::Reader);
        }
        match error.refused_as() {
            Some(RefusalKind::Moved) => Some(to().map_or(Redirect::OwnerLater, Redirect::Moved)),
            Some(RefusalKind::Ask) => Some(to().map_or(Redirect::OwnerLater, Redirect::Ask)),
            None if error.kind == Kind::Retired => Some(Redirect::Owner),
            _ => error.is_transient().then_some(Redirect::OwnerLater),
        }
    }

    /// Whether the current slot map may be outdated.
    pub fn outdates_slot_map(&self) -> bool {
        matches!(self, Redirect::Moved(_) | Redirect::OwnerLater)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<Redirect> {
        let queried = Address::Tcp { host: "queried".into(), port: 1 };
        let map = [(tcp("in.there", 6379), tcp("from.here", 7000))].into();
        Redirect::of(&Error::from_reply(line.as_bytes()), Some(&queried), &AddressMap(map))
    }

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.into(), port }
    }

    #[test]
    fn moved_and_ask_name_a_node() {
        assert_eq!(of("MOVED 3999 127.0.0.1:6381"), Some(Redirect::Moved(tcp("127.0.0.1", 6381))));
        assert_eq!(of("ASK 3999 2001:db8::1:6381"), Some(Redirect::Ask(tcp("2001:db8::1", 6381))));
        assert_eq!(of("MOVED 3999 :6381"), Some(Redirect::Moved(tcp("queried", 6381))));
        assert_eq!(of("ASK 1 in.there:6379"), Some(Redirect::Ask(tcp("from.here", 7000))));
    }

    #[test]
    fn transient_refusals_are_retried_later() {
        for line in
            ["TRYAGAIN Multiple keys", "CLUSTERDOWN The cluster is down", "LOADING", "MOVED 1 nonsense"]
        {
            assert_eq!(of(line), Some(Redirect::OwnerLater), "{line}");
        }
    }

    #[test]
    fn other_errors_are_results() {
        assert_eq!(of("WRONGTYPE Operation against a key"), None);
        assert_eq!(of("OOM command not allowed"), None);
    }
}
