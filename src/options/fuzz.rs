//! Options of any shape result in a configuration, or in an error with a path.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const NAMES: &[&str] = &[
    "url",
    "memory",
    "host",
    "port",
    "username",
    "password",
    "database",
    "name",
    "keyPrefix",
    "ttl",
    "strictTraceIds",
    "strictValues",
    "commandTimeout",
    "maxPendingCommands",
    "maxPendingBytes",
    "socket",
    "path",
    "connectTimeout",
    "keepAlive",
    "noDelay",
    "tls",
    "ca",
    "cert",
    "key",
    "servername",
    "rejectUnauthorized",
    "sentinel",
    "nodes",
    "cluster",
    "readFrom",
    "nodeAddressMap",
    "hashTags",
    "index",
    "strictTraceIds",
    "waitReplicas",
    "count",
    "timeout",
    "unknown",
];
const TEXTS: &[&str] = &[
    "",
    "h",
    "h:1",
    "redis://u:p@h",
    "6379",
    "replica",
    "-----BEGIN CERTIFICATE-----",
    "/no/such/file",
    "é\u{0}",
    "true",
];

fn value() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(NAMES).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2i64..70_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(TEXTS).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name.clone(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_options_are_accepted_or_rejected_by_name(
        members in btree_map(prop::sample::select(NAMES).prop_map(str::to_owned), value(), 0..6),
    ) {
        let options = Value::Object(members.into_iter().collect());
        let config = Options::parse(options)
            .and_then(|options| options.into_config(Callbacks::default()));
        if let Err(mistake) = config {
            prop_assert!(mistake.detail.contains(": ") || mistake.detail.contains('"'), "{}", mistake.detail);
            prop_assert!(!mistake.detail.contains("Error("), "{}", mistake.detail);
        }
    }
}
