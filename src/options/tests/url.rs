//! The parts of a `url`, and what overrides them. JavaScript parses its text.

use redis::{ConnectionAddr, IntoConnectionInfo};

use super::*;

#[derive(Deserialize)]
struct Case {
    url: String,
    parts: Url,
}

/// `url.test.mjs` compares these parts with those of the parser in JavaScript.
#[test]
fn the_parts_of_a_url_are_those_of_the_redis_crate() {
    let cases = include_str!("../../../__test__/fixtures/urls.json");
    for Case { url, parts } in serde_json::from_str::<Vec<Case>>(cases).unwrap() {
        // The crate rejects the schemes of TLS without its TLS feature.
        let plain = url.replacen("rediss:", "redis:", 1).replacen("valkeys:", "valkey:", 1);
        let info = plain.as_str().into_connection_info().unwrap();
        let (host, path) = (parts.host.map(|host| host.0), parts.path.map(|path| path.0.into()));
        let port = parts.port.map_or(DEFAULT_PORT, |port| port.get() as u16);
        match info.addr().clone() {
            ConnectionAddr::Unix(expected) => assert_eq!((host, path), (None, Some(expected)), "{url}"),
            ConnectionAddr::Tcp(expected, expected_port) => {
                assert_eq!((host, path, port), (Some(expected), None, expected_port), "{url}");
            }
            other => panic!("{url}: {other}"),
        }
        let login = info.redis_settings();
        let (username, password) = (parts.username.map(|name| name.0), parts.password.map(|word| word.0));
        assert_eq!((username.as_deref(), password.as_deref()), (login.username(), login.password()), "{url}");
        assert_eq!(parts.database.map_or(0, BoundedInt::get) as i64, login.db(), "{url}");
        assert_eq!(parts.tls.unwrap_or(false), plain != url, "{url}");
    }
}

#[test]
fn other_options_override_the_url() {
    let url = json!({
        "host": "db.example", "port": 7000, "username": "ada", "password": "s@crt", "database": 3, "name": "n",
    });
    assert_eq!(address(json!({ "url": url })), tcp("db.example", 7000));
    let from_url = access(json!({ "url": url }));
    assert_eq!((from_url.database, from_url.client_name.as_deref()), (3, Some("n")));
    let credentials = Credentials { username: Some("ada".into()), password: "s@crt".into() };
    assert!(matches!(from_url.login, Login::Fixed(given) if given == credentials));

    let explicit = json!({
        "url": url, "port": 7001, "database": 0, "password": "y", "name": "m", "socket": { "host": "h" },
    });
    assert_eq!(address(explicit.clone()), tcp("h", 7001));
    let given = access(explicit);
    assert_eq!((given.database, given.client_name.as_deref()), (0, Some("m")));
    let credentials = Credentials { username: Some("ada".into()), password: "y".into() };
    assert!(matches!(given.login, Login::Fixed(login) if login == credentials));
}

#[test]
fn a_value_that_may_be_a_password_is_not_in_the_message() {
    let map = |name: &str| json!({ "cluster": { "nodes": [node()], "nodeAddressMap": { name: node() } } });
    for options in [
        json!({ "host": "s3cret!" }),
        json!({ "host": "s3cret word" }),
        json!({ "host": "s3cret%21" }),
        json!({ "socket": { "path": "s3cret" } }),
        json!({ "socket": { "path": "/run/redis.sock?password=s3cret" } }),
        json!({ "cluster": { "nodes": [node()], "readFrom": "s3cret" } }),
        map("ada:s3cret:6379"),
        map("s3cret!:6379"),
    ] {
        let error = config(options.clone()).unwrap_err();
        assert!(!error.detail.contains("s3cret"), "{options}: {error}");
    }
}

#[test]
fn unusual_hosts_and_paths_are_accepted() {
    for host in ["löwe.example", "my_host", "fe80::1%eth0.100", "::1", "xn--lwe-ula.example"] {
        config(json!({ "host": host })).unwrap();
    }
    for path in ["./redis.sock", "../r.sock", "/run/redis@6379/r.sock"] {
        config(json!({ "socket": { "path": path } })).unwrap();
    }
}

#[test]
fn a_host_has_no_port() {
    for host in ["h:6379", "10.0.0.1:6379", "[::1]", "[::1]:6379", "::1:", "h:"] {
        for options in
            [json!({ "host": host }), json!({ "cluster": { "nodes": [{ "host": host, "port": 1 }] } })]
        {
            let error = config(options).unwrap_err();
            assert!(error.detail.contains("give the port as port"), "{host}: {error}");
        }
    }
    for host in ["h", "::1", "fe80::1%eth0", "10.0.0.1", "2001:db8::7"] {
        assert_eq!(address(json!({ "host": host })), tcp(host, 6379));
    }
}

#[test]
fn unix_sockets_are_set_by_url_or_path() {
    let url = json!({ "path": "/run/r.sock" });
    let (other, path) = (json!({ "path": "/run/other.sock" }), Address::Unix("/run/r.sock".into()));
    assert_eq!(address(json!({ "url": url })), path);
    assert_eq!(address(json!({ "socket": url })), path);
    assert_eq!(address(json!({ "url": other, "socket": url })), path);
    assert_eq!(address(json!({ "url": url, "port": 1 })), tcp("localhost", 1));
}

#[test]
fn embedded_stores_can_have_a_name() {
    let name = |name: &str| match config(json!({ "url": { "memory": name } })).unwrap().topology {
        Topology::Memory { name } => name,
        other => panic!("not in memory: {other:?}"),
    };
    assert_eq!(name(""), None);
    assert_eq!(name("orders"), Some("orders".into()));
}
