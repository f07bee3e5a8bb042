mod url;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::config::login::{Credentials, Login};
use crate::config::strategy::Strategy;
use crate::config::tls::{Identity, Pem};

fn config(options: Value) -> Result<Config, Error> {
    Options::parse(options)?.into_config(Callbacks::default())
}

fn standalone(options: Value) -> (Server, Strategy) {
    match config(options).unwrap().topology {
        Topology::Standalone { server, strategy } => (server, strategy),
        other => panic!("not a server: {other:?}"),
    }
}

fn address(options: Value) -> Address {
    standalone(options).0.address
}

fn access(options: Value) -> Access {
    Arc::unwrap_or_clone(standalone(options).0.access)
}

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp { host: host.into(), port }
}

fn node() -> Value {
    json!({ "host": "h", "port": 1 })
}

#[test]
fn without_options_the_defaults_apply() {
    let config = config(json!({})).unwrap();
    assert_eq!(config.prefix, DEFAULT_PREFIX);
    assert_eq!(config.writes, Writes::default());
    assert_eq!(config.command_timeout, DEFAULT_COMMAND_TIMEOUT);
    assert_eq!(config.max_pending_bytes, DEFAULT_MAX_PENDING_BYTES);
    let (server, strategy) = standalone(json!({ "url": null, "socket": {} }));
    assert_eq!(server.address, tcp("localhost", 6379));
    assert!(matches!((&server.access.login, server.access.database), (Login::None, 0)));
    assert!(matches!(strategy, Strategy::Backoff));
}

#[test]
fn an_empty_prefix_and_a_ttl_of_zero_select_the_defaults() {
    let config = config(json!({ "keyPrefix": "", "ttl": 0 })).unwrap();
    assert_eq!((config.prefix.as_str(), config.writes.ttl), (DEFAULT_PREFIX, None));
}

#[test]
fn a_prefix_of_false_is_the_empty_prefix() {
    for hash_tags in [false, true] {
        assert_eq!(config(json!({ "keyPrefix": false, "hashTags": hash_tags })).unwrap().prefix, "");
    }
    let error = config(json!({ "keyPrefix": true })).unwrap_err();
    assert!(error.detail.starts_with("keyPrefix: expected a string, or false"), "{error}");
}

#[test]
fn errors_have_the_path_of_the_option() {
    let cases = [
        (json!({ "port": 0 }), "port: "),
        (json!({ "port": "6379" }), "port: "),
        (json!({ "database": 1.5 }), "database: "),
        (json!({ "ttl": -1 }), "ttl: "),
        (json!({ "foo": 1 }), "foo: "),
        (json!({ "name": "a b" }), "name: "),
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
        (
            json!({ "cluster": { "nodes": [node()], "nodeAddressMap": { "h": node() } } }),
            "cluster.nodeAddressMap",
        ),
        (
            json!({ "cluster": { "nodes": [node()], "nodeAddressMap": { "h:1": { "host": "h" } } } }),
            "cluster.nodeAddressMap.h:1.port: ",
        ),
        (json!({ "cluster": { "nodes": [node()] }, "url": { "host": "h" } }), "url: "),
        (json!({ "sentinel": { "name": "m", "nodes": [node()] }, "socket": { "port": 1 } }), "socket.port: "),
        (
            json!({ "sentinel": { "name": "m", "nodes": [node()], "tls": { "key": "k.pem" } } }),
            "sentinel.tls.cert: ",
        ),
        (json!({ "socket": [] }), "socket: "),
        (json!({ "url": { "host": "h", "tls": true }, "tls": false }), "tls: "),
        (json!({ "tls": true, "socket": { "tls": false } }), "tls: "),
        (
            json!({ "socket": { "tls": false, "ca": "a.pem" } }),
            "socket.ca: cannot be combined with socket.tls: false",
        ),
        (
            json!({ "url": { "host": "h", "tls": true }, "socket": { "tls": false, "key": "a.pem" } }),
            "socket.key: ",
        ),
        (json!({ "tls": false, "socket": { "servername": "h" } }), "tls: is enabled in one place"),
        (json!({ "tls": true, "url": { "path": "/run/r.sock" } }), "tls: "),
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
fn several_options_enable_tls() {
    for options in [
        json!({ "tls": true }),
        json!({ "tls": {} }),
        json!({ "socket": { "tls": true } }),
        json!({ "socket": { "servername": "localhost" } }),
        json!({ "url": { "host": "localhost", "tls": true } }),
        json!({ "url": { "host": "localhost", "tls": true }, "tls": true }),
    ] {
        let tls = access(options.clone()).tls.unwrap_or_else(|| panic!("{options}"));
        assert!(tls.reject_unauthorized, "{options}");
        assert!(tls.servername.is_none_or(|name| name == "localhost"), "{options}");
    }
    for options in [
        json!({}),
        json!({ "tls": false }),
        json!({ "socket": { "tls": false, "rejectUnauthorized": false } }),
    ] {
        assert!(access(options.clone()).tls.is_none(), "{options}");
    }
}

#[test]
fn certificates_are_text_or_files() {
    let text = "-----BEGIN CERTIFICATE-----";
    let tls = access(json!({ "tls": { "ca": "ca.pem", "cert": text, "key": [text, text] } })).tls.unwrap();
    assert_eq!(tls.ca, Some(Pem::File("ca.pem".into())));
    let Identity { cert, key } = tls.identity.unwrap();
    assert_eq!((cert, key), (Pem::Text(text.into()), Pem::Text(format!("{text}\n{text}\n").into())));
}

#[test]
fn sentinels_have_a_login_of_their_own() {
    let options = json!({
        "password": "at-master",
        "database": 2,
        "tls": true,
        "sentinel": {
            "name": "m",
            "nodes": [{ "host": "s1", "port": 26379 }, { "host": "s2", "port": 26380 }],
            "password": "at-sentinels",
            "nodeAddressMap": { "10.0.0.1:6379": { "host": "localhost", "port": 7000 } },
        },
    });
    let Topology::Sentinel { sentinel, .. } = config(options).unwrap().topology else {
        panic!("no sentinel")
    };
    assert_eq!(sentinel.nodes, [tcp("s1", 26_379), tcp("s2", 26_380)]);
    assert_eq!(sentinel.address_map.map(tcp("10.0.0.1", 6379)), tcp("localhost", 7000));
    let (master, sentinels) = (&sentinel.at_master, &sentinel.at_sentinels);
    assert_eq!((&master.role, master.database, master.tls.is_some()), (&Role::Master, 2, true));
    assert_eq!((&sentinels.role, sentinels.database, sentinels.tls.is_some()), (&Role::Any, 0, false));
    let password = |access: &Access| match &access.login {
        Login::Fixed(credentials) => credentials.password.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((password(master), password(sentinels)), ("at-master".into(), "at-sentinels".into()));
}

#[test]
fn a_cluster_is_discovered_from_its_nodes() {
    let cluster = |more: Value| {
        let mut options = json!({ "nodes": [{ "host": "h", "port": 7000 }] });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        match config(json!({ "cluster": options })).unwrap().topology {
            Topology::Cluster { cluster, .. } => cluster,
            other => panic!("no cluster: {other:?}"),
        }
    };
    let plain = cluster(json!({}));
    assert_eq!((plain.seeds.as_slice(), plain.read_from), ([tcp("h", 7000)].as_slice(), ReadFrom::Primary));
    assert_eq!(plain.access.role, Role::Any);
    let any = cluster(json!({ "readFrom": "any" }));
    assert_eq!((any.read_from, &any.access.role), (ReadFrom::Any, &Role::Reader));
}

#[test]
fn writes_can_wait_for_replicas() {
    let wait = json!({ "count": 2, "timeout": 100 });
    let wait_replicas = config(json!({ "waitReplicas": wait })).unwrap().writes.wait_replicas;
    assert_eq!(wait_replicas, Some(WaitReplicas { count: 2, timeout: Duration::from_millis(100) }));
    for (options, path) in [
        (json!({ "waitReplicas": { "count": 1 } }), "waitReplicas.timeout: "),
        (json!({ "waitReplicas": { "timeout": 1 } }), "waitReplicas.count: "),
        (json!({ "waitReplicas": { "count": 0, "timeout": 1 } }), "waitReplicas.count: "),
        (json!({ "waitReplicas": wait, "commandTimeout": 100 }), "waitReplicas.timeout: "),
        (json!({ "waitReplicas": wait, "url": { "memory": "" } }), "waitReplicas: "),
    ] {
        let error = config(options.clone()).unwrap_err();
        assert!(error.detail.starts_with(path), "{options}: {error}");
    }
}

#[test]
fn a_prefix_with_a_brace_is_rejected_with_hash_tags() {
    assert!(
        config(json!({ "hashTags": true, "keyPrefix": "p{" })).unwrap_err().detail.starts_with("keyPrefix: ")
    );
    assert!(config(json!({ "keyPrefix": "p{" })).is_ok());
    assert!(config(json!({ "hashTags": true })).unwrap().hash_tags);
}

#[test]
fn an_index_needs_unambiguous_trace_ids_and_in_a_cluster_hash_tags() {
    let cluster = json!({ "nodes": [{ "host": "h", "port": 1 }] });
    for (options, missing) in [
        (json!({ "index": true }), "strictTraceIds"),
        (json!({ "index": true, "strictTraceIds": false }), "strictTraceIds"),
        (json!({ "index": true, "strictTraceIds": true, "cluster": cluster }), "hashTags"),
    ] {
        let error = config(options.clone()).unwrap_err();
        assert!(error.detail.starts_with(&format!("index: needs {missing}: true")), "{options}: {error}");
    }
    for options in [
        json!({ "index": true, "strictTraceIds": true }),
        json!({ "index": true, "strictTraceIds": true, "hashTags": true, "cluster": cluster }),
    ] {
        assert!(config(options).unwrap().index);
    }
    assert!(!config(json!({ "index": false })).unwrap().index);
}

#[test]
fn a_prefix_of_the_keys_of_locks_is_rejected() {
    for prefix in ["_", "__state__:", "__state__:lock:"] {
        let error = config(json!({ "keyPrefix": prefix })).unwrap_err();
        assert!(error.detail.starts_with("keyPrefix: must not begin"), "{error}");
    }
    assert!(config(json!({ "keyPrefix": "__state" })).is_err());
    assert!(config(json!({ "keyPrefix": "__states__:" })).is_ok());
}

#[test]
fn messages_contain_no_secret() {
    for options in [
        json!({ "password": 31337 }),
        json!({ "url": "redis://:31337@h" }),
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
