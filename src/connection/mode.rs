//! Checks that a server is of the kind that the options name.
//!
//! A server configured with `url` or `host` must hold all entries. A cluster node holds some of them, a Sentinel
//! none. Every cluster node refuses MGET of two keys in different slots, even a node that serves all slots; no other
//! server or proxy does. This MGET is part of the login. It is inconclusive if the user may not run MGET, or if the
//! prefix has a hash tag, which puts all keys in one slot. Then HELLO returns the kind of server; every user may run
//! it.

use super::dialogue::Dialogue;
use crate::config::Address;
use crate::error::{Error, Kind};
use crate::protocol::Frame;

/// Two keys in different slots. They are no entries, whose keys have a `:` after the prefix.
pub fn probe_keys(prefix: &str) -> [String; 2] {
    ["slot1", "slot2"].map(|name| format!("{prefix}{name}"))
}

/// Checks the reply to MGET of [`probe_keys`]; returns whether it is conclusive.
pub fn check_probe(reply: &Frame<'_>, prefix: &str, address: &Address) -> Result<bool, Error> {
    match reply {
        Frame::Error(line) if Error::from_reply(line).is_of_cluster() => Err(node_of_cluster(address)),
        Frame::Error(_) => Ok(false),
        _ => Ok(!prefix.contains('{')),
    }
}

/// Checks the reply to HELLO. A server that does not report its mode is accepted.
pub async fn check_hello(dialogue: &mut Dialogue, address: &Address) -> Result<(), Error> {
    let mode = match dialogue.request(&[b"HELLO"], |reply| Some(mode_of(reply))).await {
        Err(error) if error.refusal.is_none() => return Err(error),
        mode => mode.unwrap_or_default(),
    };
    match mode.as_deref() {
        Some("cluster") => Err(node_of_cluster(address)),
        Some("sentinel") => Err(sentinel(address)),
        _ => Ok(()),
    }
}

/// `fields`: the reply to HELLO, a list of names and values.
fn mode_of(fields: &Frame<'_>) -> Option<String> {
    let is_mode = |pair: &&[Frame<'_>]| pair[0].bulk() == Some(b"mode");
    let mode = fields.elements().chunks_exact(2).find(is_mode)?[1].bulk()?;
    Some(String::from_utf8_lossy(mode).into_owned())
}

pub fn node_of_cluster(address: &Address) -> Error {
    let detail = format!(
        "{address} is a node of a Redis Cluster: a url or host reaches only the entries of that node. \
         Use cluster: {{ nodes: [{{ host, port }}] }} in place of url or host"
    );
    Error::new(Kind::WrongServer, detail)
}

fn sentinel(address: &Address) -> Error {
    let detail = format!(
        "{address} is a Sentinel, which stores no entries. \
         Use sentinel: {{ name, nodes: [{{ host, port }}] }} in place of url or host"
    );
    Error::new(Kind::WrongServer, detail)
}

pub fn no_cluster(address: &Address, answer: &Error) -> Error {
    let detail =
        format!("{address} is not a node of a Redis Cluster ({answer}). Use url or host in place of cluster");
    Error::new(Kind::WrongServer, detail)
}

pub fn no_sentinel(address: &Address, answer: &Error) -> Error {
    let detail = format!(
        "{address} is not a Sentinel ({answer}). sentinel.nodes are Sentinels, by default at port 26379; \
         use url or host for a server that has none"
    );
    Error::new(Kind::WrongServer, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_in_cluster_mode_refuses_keys_in_different_slots() {
        let address = Address::Tcp { host: "h".into(), port: 1 };
        let check = |reply: &Frame<'_>, prefix| check_probe(reply, prefix, &address);
        for line in ["CROSSSLOT Keys in", "MOVED 1 h:1", "ASK 1 h:1", "TRYAGAIN", "CLUSTERDOWN Hash slot"] {
            let error = check(&Frame::Error(line.as_bytes()), "p:").unwrap_err();
            assert_eq!((error.kind, error.kind.code()), (Kind::WrongServer, "ERR_INVALID_CONFIG"));
            assert!(error.detail.contains("cluster: { nodes:"), "{error}");
        }
        let no_values = Frame::Array(vec![Frame::Nil, Frame::Nil]);
        assert!(check(&no_values, "p:").unwrap());
        assert!(!check(&no_values, "{p}:").unwrap());
        assert!(!check(&Frame::Error(b"NOPERM no"), "p:").unwrap());
    }

    #[test]
    fn the_mode_is_read_from_the_fields_of_hello() {
        let fields = ["server", "redis", "mode", "cluster"].map(|text| Frame::Bulk(text.as_bytes()));
        assert_eq!(mode_of(&Frame::Array(fields.to_vec())).as_deref(), Some("cluster"));
        assert_eq!(mode_of(&Frame::Array(fields[..2].to_vec())), None);
        assert_eq!(mode_of(&Frame::Simple(b"OK")), None);
    }
}
