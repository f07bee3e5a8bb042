use serde_json::{Value, json};

use super::*;
use crate::tls::Pem;

fn config(options: Value) -> Result<Config, Error> {
    Options::parse(options, ToString::to_string)?.into_config(Callbacks::default())
}

fn server(options: Value) -> Server {
    match config(options).unwrap().topology {
        Topology::Standalone(server) => *server,
        other => panic!("not a server: {other:?}"),
    }
}

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp { host: host.into(), port }
}

#[test]
fn nothing_given_means_the_defaults() {
    let config = config(json!({})).unwrap();
    assert_eq!(config.prefix, DEFAULT_PREFIX);
    assert_eq!(config.ttl, None);
    assert_eq!(config.command_timeout, DEFAULT_COMMAND_TIMEOUT);
    assert_eq!(config.max_pending_bytes, DEFAULT_MAX_PENDING_BYTES);
    let server = server(json!({ "url": null, "socket": {} }));
    assert_eq!(server.address, tcp("localhost", 6379));
    assert!(matches!((server.login, server.database), (Login::None, 0)));
    assert!(matches!(server.strategy, Strategy::Backoff));
}

#[test]
fn parts_of_the_url_lose_to_explicit_options() {
    let url = "redis://ada:s%40crt@db.example:7000/3";
    let from_url = server(json!({ "url": url }));
    assert_eq!(from_url.address, tcp("db.example", 7000));
    assert_eq!(from_url.database, 3);
    let credentials = Credentials { username: Some("ada".into()), password: "s@crt".into() };
    assert!(matches!(from_url.login, Login::As(given) if given == credentials));

    let explicit = server(json!({ "url": url, "port": 7001, "database": 0, "socket": { "host": "h" } }));
    assert_eq!(explicit.address, tcp("h", 7001));
    assert_eq!(explicit.database, 0);
}

#[test]
fn unix_sockets_come_from_url_or_path() {
    assert_eq!(server(json!({ "url": "unix:///run/r.sock?db=2" })).database, 2);
    let path = server(json!({ "socket": { "path": "/run/r.sock" } }));
    assert_eq!(path.address, Address::Unix("/run/r.sock".into()));
}

#[test]
fn memory_stores_may_have_a_name() {
    let name = |url: &str| match config(json!({ "url": url })).unwrap().topology {
        Topology::Memory { name } => name,
        other => panic!("not in memory: {other:?}"),
    };
    assert_eq!(name("memory:"), None);
    assert_eq!(name("memory:orders"), Some("orders".into()));
}

#[test]
fn an_empty_prefix_and_a_ttl_of_zero_mean_the_defaults() {
    let config = config(json!({ "keyPrefix": "", "ttl": 0 })).unwrap();
    assert_eq!((config.prefix.as_str(), config.ttl), (DEFAULT_PREFIX, None));
}

#[test]
fn mistakes_are_named_by_their_path() {
    let cases = [
        (json!({ "port": 0 }), "port: "),
        (json!({ "port": "6379" }), "port: "),
        (json!({ "database": 1.5 }), "database: "),
        (json!({ "ttl": -1 }), "ttl: "),
        (json!({ "foo": 1 }), "foo: "),
        (json!({ "name": "a b" }), "name: "),
        (json!({ "url": "http://x" }), "url: "),
        (json!({ "url": "redis://x/-1" }), "url: "),
        (json!({ "socket": { "foo": 1 } }), "socket.foo: "),
        (json!({ "socket": { "reconnectStrategy": -1 } }), "socket.reconnectStrategy: "),
        (json!({ "socket": { "reconnectStrategy": true } }), "socket.reconnectStrategy: "),
        (json!({ "tls": { "ca": 5 } }), "tls.ca: "),
        (
            json!({ "sentinel": { "name": "m", "nodes": [{ "host": "h", "port": "x" }] } }),
            "sentinel.nodes[0].port: ",
        ),
        (json!({ "sentinel": { "name": "m" } }), "sentinel.nodes: "),
        (json!({ "sentinel": { "nodes": [] } }), "sentinel.name: "),
        (json!({ "cluster": { "nodes": [] } }), "cluster.nodes: "),
        (json!({ "cluster": { "nodes": [{ "host": "h" }] } }), "cluster.nodes[0].port: "),
        (json!({ "cluster": { "nodes": [["h", 1]] } }), "cluster.nodes[0]: "),
        (json!({ "socket": [] }), "socket: "),
        (json!({ "url": "redis://h:0" }), "url: "),
        (json!({ "url": "rediss://h", "tls": false }), "tls: "),
        (json!({ "tls": true, "socket": { "tls": false } }), "tls: "),
        (json!({ "tls": true, "url": "unix:///run/r.sock" }), "tls: "),
        (json!({ "tls": { "cert": "c.pem" } }), "tls.key: "),
        (json!({ "socket": { "key": "k.pem" } }), "tls.cert: "),
        (json!({ "tls": { "ca": 5 } }), "tls.ca: "),
        (json!({ "tls": { "ca": ["a.pem"] } }), "tls.ca"),
    ];
    for (options, path) in cases {
        let error = config(options.clone()).unwrap_err();
        assert_eq!(error.kind, Kind::InvalidConfig, "{options}");
        assert!(error.detail.starts_with(path), "{options}: {error}");
    }
}

#[test]
fn tls_is_asked_for_in_several_places() {
    for options in [
        json!({ "tls": true }),
        json!({ "tls": {} }),
        json!({ "socket": { "tls": true } }),
        json!({ "socket": { "servername": "localhost" } }),
        json!({ "url": "rediss://localhost" }),
        json!({ "url": "valkeys://localhost", "tls": true }),
    ] {
        let tls = server(options.clone()).tls.unwrap_or_else(|| panic!("{options}"));
        assert_eq!((tls.servername.as_str(), tls.reject_unauthorized), ("localhost", true), "{options}");
    }
    for options in [json!({}), json!({ "tls": false }), json!({ "socket": { "tls": false, "ca": "a.pem" } })]
    {
        assert!(server(options.clone()).tls.is_none(), "{options}");
    }
}

#[test]
fn certificates_are_text_or_files() {
    let text = "-----BEGIN CERTIFICATE-----";
    let tls = server(json!({ "tls": { "ca": "ca.pem", "cert": text, "key": [text, text] } })).tls.unwrap();
    assert_eq!(tls.ca, Some(Pem::File("ca.pem".into())));
    let Identity { cert, key } = tls.identity.unwrap();
    assert_eq!((cert, key), (Pem::Text(text.into()), Pem::Text(format!("{text}\n{text}\n").into())));
}

#[test]
fn what_is_not_built_in_is_refused_not_ignored() {
    let node = json!({ "host": "h", "port": 1 });
    for options in [
        json!({ "sentinel": { "name": "m", "nodes": [node] } }),
        json!({ "cluster": { "nodes": [node], "readFrom": "any" } }),
    ] {
        assert_eq!(config(options.clone()).unwrap_err().kind, Kind::Unsupported, "{options}");
    }
}

#[test]
fn messages_repeat_no_secret() {
    for options in [
        json!({ "password": 31337 }),
        json!({ "url": "redis://:31337@h:port" }),
        json!({ "host": "redis://:31337@h" }),
        json!({ "port": "redis://:31337@h" }),
        json!({ "socket": "redis://:31337@h" }),
        json!({ "tls": "redis://:31337@h" }),
        json!({ "cluster": { "nodes": ["redis://:31337@h"] } }),
    ] {
        let error = config(options).unwrap_err();
        assert!(!error.detail.contains("31337"), "{error}");
    }
}
