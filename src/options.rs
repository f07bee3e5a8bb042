//! Converts the user's options to a [`Config`]. Every error has the path of the option.

mod kinds;
mod pem;
mod setting;
mod tls;
mod topology;
mod ttl;
mod url;
mod value;

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use self::kinds::{BoundedInt, StrictObject};
use self::pem::PemSetting;
use self::setting::{
    ByAddress, ClientName, Host, KeyPrefix, NonEmptyString, ReconnectSetting, Secret, SocketPath, TlsSetting,
};
use self::ttl::Ttl;
use self::url::Url;
use self::value::Value;
use crate::config::login::CredentialsProvider;
use crate::config::strategy::StrategyFunction;
use crate::config::*;
use crate::error::{Error, Kind};
use crate::keyspace::RESERVED;

type Port = BoundedInt<1, 65_535>;
type Database = BoundedInt<0, 2_147_483_647>;
type Milliseconds = BoundedInt<1, 2_147_483_647>;
type Count = BoundedInt<1, 9_007_199_254_740_991>;

/// The options as users write them, except for the url. The names are those of node-redis.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    url: Option<StrictObject<Url>>,
    host: Option<Host>,
    port: Option<Port>,
    username: Option<Secret>,
    password: Option<Secret>,
    database: Option<Database>,
    name: Option<ClientName>,
    socket: Option<StrictObject<SocketOptions>>,
    tls: Option<TlsSetting>,
    sentinel: Option<StrictObject<SentinelOptions>>,
    cluster: Option<StrictObject<ClusterOptions>>,
    key_prefix: Option<KeyPrefix>,
    ttl: Option<Ttl>,
    wait_replicas: Option<StrictObject<WaitOptions>>,
    /// The encoding of the codec, which JavaScript has.
    codec: Option<Values>,
    strict_trace_ids: Option<bool>,
    strict_values: Option<bool>,
    hash_tags: Option<bool>,
    index: Option<bool>,
    offline_queue: Option<bool>,
    command_timeout: Option<Milliseconds>,
    max_pending_commands: Option<Count>,
    max_pending_bytes: Option<Count>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SocketOptions {
    host: Option<Host>,
    port: Option<Port>,
    path: Option<SocketPath>,
    tls: Option<bool>,
    ca: Option<PemSetting>,
    cert: Option<PemSetting>,
    key: Option<PemSetting>,
    servername: Option<NonEmptyString>,
    reject_unauthorized: Option<bool>,
    connect_timeout: Option<Milliseconds>,
    keep_alive: Option<bool>,
    no_delay: Option<bool>,
    reconnect_strategy: Option<ReconnectSetting>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SentinelOptions {
    name: Option<NonEmptyString>,
    nodes: Vec<StrictObject<Node>>,
    username: Option<Secret>,
    password: Option<Secret>,
    tls: Option<TlsSetting>,
    node_address_map: NodeAddressMap,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ClusterOptions {
    nodes: Vec<StrictObject<Node>>,
    read_from: Option<ReadFrom>,
    node_address_map: NodeAddressMap,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WaitOptions {
    count: Option<BoundedInt<1, 1_000>>,
    timeout: Option<Milliseconds>,
}

/// By the address that servers report.
type NodeAddressMap = ByAddress<StrictObject<Node>>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Node {
    host: Option<Host>,
    port: Option<Port>,
}

/// Options that are functions, which cannot be deserialised.
#[derive(Default)]
pub struct Callbacks {
    pub strategy: Option<StrategyFunction>,
    pub credentials: Option<CredentialsProvider>,
}

impl Options {
    /// Reads options from any source.
    pub fn parse<'de, D: Deserializer<'de>>(source: D) -> Result<Self, Error> {
        let value = Value::deserialize(source).map_err(|mistake| invalid("options", &mistake.to_string()))?;
        Options::deserialize(value).map_err(|mistake| invalid(&mistake.path, without_value(&mistake.text)))
    }

    /// Checks the options, and converts them.
    pub fn into_config(mut self, callbacks: Callbacks) -> Result<Config, Error> {
        self.check_combinations()?;
        self.check_index()?;
        if callbacks.credentials.is_some() && (self.username.is_some() || self.password.is_some()) {
            return Err(invalid("credentials", "cannot be combined with username or password"));
        }
        let hash_tags = self.hash_tags.unwrap_or(false);
        let prefix = prefix_of(self.key_prefix.take(), hash_tags)?;
        Ok(Config {
            writes: Writes {
                ttl: self.ttl.and_then(Ttl::get),
                wait_replicas: self.wait_replicas()?,
                values: self.codec.unwrap_or_default(),
            },
            command_timeout: duration_or(self.command_timeout, DEFAULT_COMMAND_TIMEOUT),
            strict_trace_ids: self.strict_trace_ids.unwrap_or(false),
            strict_values: self.strict_values.unwrap_or(false),
            hash_tags,
            index: self.index.unwrap_or(false),
            offline_queue: self.offline_queue.unwrap_or(true),
            max_pending_commands: count_or(self.max_pending_commands, DEFAULT_MAX_PENDING_COMMANDS),
            max_pending_bytes: count_or(self.max_pending_bytes, DEFAULT_MAX_PENDING_BYTES),
            topology: self.into_topology(callbacks, &prefix)?,
            prefix,
        })
    }

    fn wait_replicas(&self) -> Result<Option<WaitReplicas>, Error> {
        let Some(StrictObject(WaitOptions { count, timeout })) = &self.wait_replicas else { return Ok(None) };
        let (Some(count), Some(timeout)) = (count, timeout) else {
            let missing = if count.is_none() { "count" } else { "timeout" };
            return Err(invalid(&format!("waitReplicas.{missing}"), "is missing"));
        };
        let timeout = Duration::from_millis(timeout.get());
        if timeout >= duration_or(self.command_timeout, DEFAULT_COMMAND_TIMEOUT) {
            return Err(invalid("waitReplicas.timeout", "must be shorter than commandTimeout"));
        }
        if self.url.as_ref().is_some_and(|StrictObject(url)| url.memory.is_some()) {
            return Err(invalid("waitReplicas", "cannot be combined with memory:, which has no replicas"));
        }
        Ok(Some(WaitReplicas { count: count.get() as u32, timeout }))
    }

    fn check_combinations(&self) -> Result<(), Error> {
        match (&self.sentinel, &self.cluster) {
            (Some(_), Some(_)) => Err(invalid("cluster", "cannot be combined with sentinel")),
            (Some(StrictObject(sentinel)), None) => {
                required(&sentinel.name, "sentinel.name")?;
                check_nodes(&sentinel.nodes, "sentinel.nodes")?;
                check_map(&sentinel.node_address_map, "sentinel.nodeAddressMap")?;
                self.reject_address("sentinel")
            }
            (None, Some(StrictObject(cluster))) => {
                check_nodes(&cluster.nodes, "cluster.nodes")?;
                check_map(&cluster.node_address_map, "cluster.nodeAddressMap")?;
                self.reject_address("cluster")
            }
            (None, None) => Ok(()),
        }
    }

    /// An index has the entries of one trace, so trace ids must be unambiguous; in a cluster, entry and index must be in one slot.
    fn check_index(&self) -> Result<(), Error> {
        if self.index != Some(true) {
            return Ok(());
        }
        if self.strict_trace_ids != Some(true) {
            return Err(invalid("index", "needs strictTraceIds: true"));
        }
        if self.cluster.is_some() && self.hash_tags != Some(true) {
            return Err(invalid("index", "needs hashTags: true in a cluster"));
        }
        Ok(())
    }

    /// Options with nodes cannot also name a server.
    fn reject_address(&self, beside: &str) -> Result<(), Error> {
        let socket = self.socket.as_ref().map(|StrictObject(socket)| socket);
        let given = [
            ("url", self.url.is_some()),
            ("host", self.host.is_some()),
            ("port", self.port.is_some()),
            ("socket.host", socket.is_some_and(|socket| socket.host.is_some())),
            ("socket.port", socket.is_some_and(|socket| socket.port.is_some())),
            ("socket.path", socket.is_some_and(|socket| socket.path.is_some())),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((path, _)) => Err(invalid(path, &format!("cannot be combined with {beside}"))),
            None => Ok(()),
        }
    }
}

/// An empty text selects the default; `keyPrefix: false` is the empty prefix.
fn prefix_of(setting: Option<KeyPrefix>, hash_tags: bool) -> Result<String, Error> {
    let Some(KeyPrefix(text)) = setting else { return Ok(DEFAULT_PREFIX.into()) };
    let Some(prefix) = text else { return Ok(String::new()) };
    if prefix.is_empty() {
        return Ok(DEFAULT_PREFIX.into());
    }
    if hash_tags && prefix.contains('{') {
        return Err(invalid(
            "keyPrefix",
            "cannot have a \"{\" with hashTags: it would be the tag of all keys",
        ));
    }
    if prefix.starts_with(RESERVED) || RESERVED.starts_with(&prefix) {
        let detail =
            format!("must not begin like {RESERVED:?}: locks, limits and indexes would be among the entries");
        return Err(invalid("keyPrefix", &detail));
    }
    Ok(prefix)
}

fn check_nodes(nodes: &[StrictObject<Node>], path: &str) -> Result<(), Error> {
    if nodes.is_empty() {
        return Err(invalid(path, "expected at least one node"));
    }
    nodes.iter().enumerate().try_for_each(|(index, node)| check_node(node, &format!("{path}[{index}]")))
}

fn check_map(map: &NodeAddressMap, path: &str) -> Result<(), Error> {
    map.0.iter().try_for_each(|(name, node)| check_node(node, &format!("{path}.{name}")))
}

fn check_node(StrictObject(node): &StrictObject<Node>, path: &str) -> Result<(), Error> {
    required(&node.host, &format!("{path}.host"))?;
    required(&node.port, &format!("{path}.port"))
}

fn required<T>(setting: &Option<T>, path: &str) -> Result<(), Error> {
    setting.as_ref().map(drop).ok_or_else(|| invalid(path, "is missing"))
}

fn duration_or(setting: Option<Milliseconds>, default: Duration) -> Duration {
    setting.map_or(default, |milliseconds| Duration::from_millis(milliseconds.get()))
}

fn count_or(setting: Option<Count>, default: u64) -> u64 {
    setting.map_or(default, Count::get)
}

/// Removes the value from an error of serde, because it may be a secret in the wrong place.
fn without_value(mistake: &str) -> &str {
    match mistake.rfind("expected ") {
        Some(at) if mistake.starts_with("invalid ") || mistake.starts_with("unknown variant ") => {
            &mistake[at..]
        }
        _ => mistake,
    }
}

fn invalid(path: &str, mistake: &str) -> Error {
    Error::new(Kind::InvalidConfig, format!("{path}: {mistake}"))
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
