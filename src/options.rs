//! The user's options, made into a [`Config`]; every mistake is named by its path.

mod setting;

use std::borrow::Cow;
use std::time::Duration;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use serde::{Deserialize, Deserializer};

use self::setting::{
    ClientName, Filled, Host, Object, PemSetting, ReconnectSetting, Secret, SocketPath, TlsOptions,
    TlsSetting, Whole,
};
use crate::config::*;
use crate::error::{Error, Kind};
use crate::login::{AskCredentials, Credentials, Login};
use crate::strategy::{Ask, Strategy};
use crate::tls::{Identity, Tls};

type Port = Whole<1, 65_535>;
type Database = Whole<0, 2_147_483_647>;
type Milliseconds = Whole<1, 2_147_483_647>;
type Seconds = Whole<0, 4_294_967_295>;
type Count = Whole<1, 9_007_199_254_740_991>;

/// Options as users write them; the names are those of node-redis.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Options {
    url: Option<Secret>,
    host: Option<Host>,
    port: Option<Port>,
    username: Option<Secret>,
    password: Option<Secret>,
    database: Option<Database>,
    name: Option<ClientName>,
    socket: Option<Object<SocketOptions>>,
    tls: Option<TlsSetting>,
    sentinel: Option<Object<SentinelOptions>>,
    cluster: Option<Object<ClusterOptions>>,
    key_prefix: Option<String>,
    ttl: Option<Seconds>,
    strict_trace_ids: Option<bool>,
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
    servername: Option<Filled>,
    reject_unauthorized: Option<bool>,
    connect_timeout: Option<Milliseconds>,
    keep_alive: Option<bool>,
    no_delay: Option<bool>,
    reconnect_strategy: Option<ReconnectSetting>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct SentinelOptions {
    name: Option<Filled>,
    nodes: Vec<Object<Node>>,
    username: Option<Secret>,
    password: Option<Secret>,
    tls: Option<TlsSetting>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ClusterOptions {
    nodes: Vec<Object<Node>>,
    read_from: Option<ReadFrom>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Node {
    host: Option<Host>,
    port: Option<Port>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ReadFrom {
    Primary,
    Replica,
    Any,
}

/// Functions of the user's, which no source of options can hold.
#[derive(Default)]
pub struct Callbacks {
    pub strategy: Option<Ask>,
    pub credentials: Option<AskCredentials>,
}

impl SocketOptions {
    /// What is asked for here. Whoever gives a certificate does not expect to speak in the clear.
    fn take_tls(&mut self) -> Option<TlsSetting> {
        let options = TlsOptions {
            ca: self.ca.take(),
            cert: self.cert.take(),
            key: self.key.take(),
            servername: self.servername.take(),
            reject_unauthorized: self.reject_unauthorized.take(),
        };
        match self.tls {
            Some(false) => Some(TlsSetting::Off),
            None if options == TlsOptions::default() => None,
            _ => Some(TlsSetting::On(options)),
        }
    }
}

impl Options {
    /// Reads options from any source; `describe` gives what that source says of a mistake.
    pub fn parse<'de, D: Deserializer<'de>>(
        source: D,
        describe: impl Fn(&D::Error) -> String,
    ) -> Result<Self, Error> {
        serde_path_to_error::deserialize(source).map_err(|mistake| {
            let path = mistake.path().to_string();
            invalid(&path, without_value(&describe(mistake.inner())))
        })
    }

    /// The configuration these options ask for.
    pub fn into_config(mut self, callbacks: Callbacks) -> Result<Config, Error> {
        self.check_combinations()?;
        if callbacks.credentials.is_some() && (self.username.is_some() || self.password.is_some()) {
            return Err(invalid("credentials", "cannot be combined with username or password"));
        }
        let prefix = self.key_prefix.take().filter(|prefix| !prefix.is_empty());
        Ok(Config {
            prefix: prefix.unwrap_or_else(|| DEFAULT_PREFIX.into()),
            ttl: self.ttl.map(|ttl| ttl.get() as u32).filter(|ttl| *ttl > 0),
            command_timeout: duration_or(self.command_timeout, DEFAULT_COMMAND_TIMEOUT),
            strict_trace_ids: self.strict_trace_ids.unwrap_or(false),
            max_pending_commands: count_or(self.max_pending_commands, DEFAULT_MAX_PENDING_COMMANDS),
            max_pending_bytes: count_or(self.max_pending_bytes, DEFAULT_MAX_PENDING_BYTES),
            topology: self.into_topology(callbacks)?,
        })
    }

    fn check_combinations(&self) -> Result<(), Error> {
        match (&self.sentinel, &self.cluster) {
            (Some(_), Some(_)) => Err(invalid("cluster", "cannot be combined with sentinel")),
            (Some(Object(sentinel)), None) => {
                required(&sentinel.name, "sentinel.name")?;
                check_nodes(&sentinel.nodes, "sentinel.nodes")
            }
            (None, Some(Object(cluster))) => check_nodes(&cluster.nodes, "cluster.nodes"),
            (None, None) => Ok(()),
        }
    }

    fn into_topology(self, callbacks: Callbacks) -> Result<Topology, Error> {
        let url = self.url.as_ref().map(|url| Url::parse(&url.0)).transpose()?;
        self.refuse_unsupported()?;
        match url {
            Some(Url::Memory { name }) => Ok(Topology::Memory { name }),
            Some(Url::Server { info, tls }) => self.into_standalone(Some(*info), tls, callbacks),
            None => self.into_standalone(None, false, callbacks),
        }
    }

    fn refuse_unsupported(&self) -> Result<(), Error> {
        let asked = [
            (self.sentinel.is_some(), "sentinel: Redis Sentinel is"),
            (self.cluster.is_some(), "cluster: Redis Cluster is"),
        ];
        match asked.into_iter().find(|(asked, _)| *asked) {
            Some((_, what)) => Err(unsupported(what)),
            None => Ok(()),
        }
    }

    fn into_standalone(
        self,
        url: Option<ConnectionInfo>,
        url_asks_for_tls: bool,
        callbacks: Callbacks,
    ) -> Result<Topology, Error> {
        let Object(mut socket) = self.socket.unwrap_or_default();
        let tls = tls_options([self.tls, socket.take_tls()], url_asks_for_tls)?;
        let address = address(
            self.host.or(socket.host),
            self.port.or(socket.port),
            socket.path,
            url.as_ref().map(ConnectionInfo::addr),
        );
        let tls = tls.map(|tls| tls_towards(tls, &address)).transpose()?;
        let login = url.as_ref().map(ConnectionInfo::redis_settings);
        let username = self.username.map(|name| name.0).or_else(|| login?.username().map(str::to_owned));
        let password = self.password.map(|word| word.0).or_else(|| login?.password().map(str::to_owned));
        let fixed = credentials(username, password).map_or(Login::None, Login::As);
        let database = self.database.map(|number| number.get() as u32);
        Ok(Topology::Standalone(Box::new(Server {
            address,
            tls,
            login: callbacks.credentials.map_or(fixed, Login::Ask),
            database: database.or(login.map(|login| login.db() as u32)).unwrap_or(0),
            client_name: self.name.map_or_else(|| DEFAULT_NAME.into(), |name| name.0),
            connect_timeout: duration_or(socket.connect_timeout, DEFAULT_CONNECT_TIMEOUT),
            user_timeout: duration_or(self.command_timeout, DEFAULT_COMMAND_TIMEOUT),
            keep_alive: socket.keep_alive.unwrap_or(true),
            no_delay: socket.no_delay.unwrap_or(true),
            strategy: strategy(socket.reconnect_strategy, callbacks.strategy),
        })))
    }
}

/// The TLS options of all places where they may stand; none where the server is to be spoken to in the clear.
fn tls_options(settings: [Option<TlsSetting>; 2], url_asks: bool) -> Result<Option<TlsOptions>, Error> {
    let mut is_off = false;
    let mut asked = url_asks.then(TlsOptions::default);
    for setting in settings.into_iter().flatten() {
        match setting {
            TlsSetting::Off => is_off = true,
            TlsSetting::On(options) => asked = Some(asked.unwrap_or_default().or(options)),
        }
    }
    match asked {
        Some(_) if is_off => Err(invalid("tls", "is asked for in one place and switched off in another")),
        asked => Ok(asked),
    }
}

fn tls_towards(options: TlsOptions, address: &Address) -> Result<Tls, Error> {
    let TlsOptions { ca, cert, key, servername, reject_unauthorized } = options;
    let Address::Tcp { host, .. } = address else {
        return Err(invalid("tls", "cannot be used over a unix socket"));
    };
    let identity = match (cert, key) {
        (None, None) => None,
        (Some(cert), Some(key)) => Some(Identity { cert: cert.0, key: key.0 }),
        (Some(_), None) => return Err(invalid("tls.key", "is missing beside tls.cert")),
        (None, Some(_)) => return Err(invalid("tls.cert", "is missing beside tls.key")),
    };
    Ok(Tls {
        ca: ca.map(|ca| ca.0),
        identity,
        servername: servername.map_or_else(|| host.clone(), |name| name.0),
        reject_unauthorized: reject_unauthorized.unwrap_or(true),
    })
}

fn check_nodes(nodes: &[Object<Node>], path: &str) -> Result<(), Error> {
    if nodes.is_empty() {
        return Err(invalid(path, "expected at least one node"));
    }
    nodes.iter().enumerate().try_for_each(|(index, Object(node))| {
        required(&node.host, &format!("{path}[{index}].host"))?;
        required(&node.port, &format!("{path}[{index}].port"))
    })
}

fn required<T>(setting: &Option<T>, path: &str) -> Result<(), Error> {
    setting.as_ref().map(drop).ok_or_else(|| invalid(path, "is missing"))
}

/// The parser's own messages may repeat the url, and with it a password.
const URL_FORMS: &str = "expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS, unix:///path[?db=n] or memory:";

/// What a `url` can name.
enum Url {
    Memory { name: Option<String> },
    Server { info: Box<ConnectionInfo>, tls: bool },
}

impl Url {
    fn parse(url: &str) -> Result<Self, Error> {
        if let Some(name) = url.strip_prefix("memory:") {
            return Ok(Url::Memory { name: Some(name.to_owned()).filter(|name| !name.is_empty()) });
        }
        // Without its own TLS, redis-rs knows no url for it; what follows the scheme is the same.
        let (plain, tls) = match url.split_once("s://") {
            Some((scheme @ ("redis" | "valkey"), rest)) => (Cow::Owned(format!("{scheme}://{rest}")), true),
            _ => (Cow::Borrowed(url), false),
        };
        if plain.split_once(['?', '#']).is_some_and(|(_, rest)| rest.contains('@')) {
            // A password that is not encoded ends the host before its time, and would be shown as one.
            return Err(invalid(
                "url",
                "in a username or password, \"?\", \"#\", \"/\" and \"@\" must be percent-encoded",
            ));
        }
        let info = plain.as_ref().into_connection_info().map_err(|_| invalid("url", URL_FORMS))?;
        if u32::try_from(info.redis_settings().db()).is_err() {
            return Err(invalid("url", "expected a database number of 0 or more"));
        }
        if matches!(info.addr(), ConnectionAddr::Tcp(_, 0)) {
            return Err(invalid("url", "expected a port from 1 to 65535"));
        }
        Ok(Url::Server { info: Box::new(info), tls })
    }
}

fn address(
    host: Option<Host>,
    port: Option<Port>,
    path: Option<SocketPath>,
    url: Option<&ConnectionAddr>,
) -> Address {
    let (url_host, url_port) = match url {
        Some(ConnectionAddr::Unix(path)) if host.is_none() && port.is_none() => {
            return Address::Unix(path.clone());
        }
        Some(ConnectionAddr::Tcp(host, port)) => (Some(host.clone()), Some(*port)),
        _ => (None, None),
    };
    match path {
        Some(path) => Address::Unix(path.0.into()),
        None => Address::Tcp {
            host: host.map(|host| host.0).or(url_host).unwrap_or_else(|| DEFAULT_HOST.into()),
            port: port.map(|port| port.get() as u16).or(url_port).unwrap_or(DEFAULT_PORT),
        },
    }
}

/// Empty strings count as not given, as environment variables often are; a user alone is one without a password.
fn credentials(username: Option<String>, password: Option<String>) -> Option<Credentials> {
    let username = username.filter(|name| !name.is_empty());
    let password = password.filter(|word| !word.is_empty());
    if username.is_none() && password.is_none() {
        return None;
    }
    Some(Credentials { username, password: password.unwrap_or_default() })
}

fn strategy(setting: Option<ReconnectSetting>, ask: Option<Ask>) -> Strategy {
    match (ask, setting) {
        (Some(ask), _) => Strategy::Ask(ask),
        (None, Some(ReconnectSetting::Never)) => Strategy::Never,
        (None, Some(ReconnectSetting::Every(delay))) => Strategy::Every(delay),
        (None, None) => Strategy::Backoff,
    }
}

fn duration_or(setting: Option<Milliseconds>, default: Duration) -> Duration {
    setting.map_or(default, |milliseconds| Duration::from_millis(milliseconds.get()))
}

fn count_or(setting: Option<Count>, default: u64) -> u64 {
    setting.map_or(default, Count::get)
}

/// What serde expected, without what it found: that may be a url with a password in it, in the wrong place.
fn without_value(mistake: &str) -> &str {
    match mistake.rfind("expected ") {
        Some(at) if mistake.starts_with("invalid ") => &mistake[at..],
        _ => mistake,
    }
}

fn invalid(path: &str, mistake: &str) -> Error {
    Error::new(Kind::InvalidConfig, format!("{path}: {mistake}"))
}

fn unsupported(what: &str) -> Error {
    Error::new(Kind::Unsupported, format!("{what} not built into this version"))
}

#[cfg(test)]
mod tests;
