//! The `url` and its parameters.

use super::*;

#[test]
fn other_options_override_the_url() {
    let url = "redis://ada:s%40crt@db.example:7000/3";
    assert_eq!(address(json!({ "url": url })), tcp("db.example", 7000));
    let from_url = access(json!({ "url": url }));
    assert_eq!(from_url.database, 3);
    let credentials = Credentials { username: Some("ada".into()), password: "s@crt".into() };
    assert!(matches!(from_url.login, Login::Fixed(given) if given == credentials));

    let explicit = json!({ "url": url, "port": 7001, "database": 0, "socket": { "host": "h" } });
    assert_eq!(address(explicit.clone()), tcp("h", 7001));
    assert_eq!(access(explicit).database, 0);
}

#[test]
fn the_url_can_have_parameters() {
    let given = access(json!({ "url": "redis://h:1?db=3&username=ada&password=s%40crt&name=n&tls=true" }));
    let credentials = Credentials { username: Some("ada".into()), password: "s@crt".into() };
    assert!(matches!(given.login, Login::Fixed(given) if given == credentials));
    assert_eq!((given.database, given.client_name.as_deref(), given.tls.is_some()), (3, Some("n"), true));
    for query in ["database=3", "db=3&ssl=false"] {
        let given = access(json!({ "url": format!("unix:///run/r.sock?{query}") }));
        assert_eq!((given.database, given.tls.is_some()), (3, false), "{query}");
    }
    let explicit = json!({ "url": "redis://h?db=3&password=x", "database": 4, "password": "y" });
    let given = access(explicit);
    assert!(matches!(given.login, Login::Fixed(login) if login.password == "y"));
    assert_eq!(given.database, 4);
}

#[test]
fn unknown_parameters_are_rejected_by_name() {
    for (url, message) in [
        ("redis://h?family=6", "url: the parameter family has no meaning here"),
        ("redis://h?keyPrefix=p", "url: the parameter keyPrefix has no meaning here"),
        ("redis://h?client_name=n", "url: the parameter client_name has no meaning here"),
        ("redis://h?s%33cr t!", "url: a parameter has no meaning here"),
        ("redis://h?s3cret=1", "url: a parameter has no meaning here"),
        ("redis://h?secret", "url: a parameter has no meaning here"),
        ("redis://h?secret=", "url: a parameter has no meaning here"),
        ("redis://s3cret!:1", "url: names no host that can be"),
        ("redis://s3cret%21:1", "url: names no host that can be"),
        ("redis://h?db=x", "url: the parameter db must be a whole number"),
        ("redis://h?db=", "url: the parameter db must be a whole number"),
        ("redis://h?db=-1", "url: the parameter db must be a whole number"),
        ("redis://h?tls=yes", "url: the parameter tls must be true or false"),
        ("redis://h?password=", "url: the parameter password must be a password"),
        ("redis://h?db=1&database=1", "url: the parameter database is given twice"),
        ("redis://h/1?db=1", "url: the database is given twice"),
        ("redis://:a@h?pass=a", "url: the password is given twice"),
        ("redis://a@h?user=a", "url: the username is given twice"),
        ("rediss://h?tls=false", "url: enables TLS by its scheme"),
        ("redis://h#insecure", "url: what follows \"#\""),
        ("memory:name?db=1", "url: memory: has a name and no parameters"),
        ("unix:///run/r.sock?tls=true", "tls: cannot be used over a unix socket"),
    ] {
        let error = config(json!({ "url": url })).unwrap_err();
        assert!(error.detail.starts_with(message), "{url}: {error}");
    }
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
    for url in ["redis://[::1]:6379", "redis://my_host", "redis://10.0.0.1", "redis://ada:word@h:1/2"] {
        config(json!({ "url": url })).unwrap();
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
    assert_eq!(access(json!({ "url": "unix:///run/r.sock?db=2" })).database, 2);
    let path = json!({ "socket": { "path": "/run/r.sock" } });
    assert_eq!(address(path), Address::Unix("/run/r.sock".into()));
}

#[test]
fn embedded_stores_can_have_a_name() {
    let name = |url: &str| match config(json!({ "url": url })).unwrap().topology {
        Topology::Memory { name } => name,
        other => panic!("not in memory: {other:?}"),
    };
    assert_eq!(name("memory:"), None);
    assert_eq!(name("memory:orders"), Some("orders".into()));
}
