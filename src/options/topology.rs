//! The topology that the options describe.

use std::sync::Arc;

use redis::{ConnectionAddr, ConnectionInfo, RedisConnectionInfo};

use super::kinds::StrictObject;
use super::parameters::Parameters;
use super::setting::{Host, ReconnectSetting, Secret, SocketPath};
use super::tls::tls;
use super::url::Url;
use super::{
    Callbacks, ClusterOptions, Node, NodeAddressMap, Options, Port, SentinelOptions, duration_or, invalid,
};
use crate::config::login::{Credentials, Login};
use crate::config::strategy::Strategy;
use crate::config::*;
use crate::error::Error;

impl Options {
    pub(super) fn into_topology(mut self, callbacks: Callbacks, prefix: &str) -> Result<Topology, Error> {
        if let Some(StrictObject(sentinel)) = self.sentinel.take() {
            return self.into_sentinel(sentinel, callbacks);
        }
        if let Some(StrictObject(cluster)) = self.cluster.take() {
            return self.into_cluster(cluster, callbacks);
        }
        match self.url.as_ref().map(|url| Url::parse(&url.0)).transpose()? {
            Some(Url::Memory { name }) => Ok(Topology::Memory { name }),
            Some(Url::Server { info, tls, parameters }) => {
                let tls = tls || parameters.tls.unwrap_or(false);
                self.or_parameters(parameters).into_standalone(Some(*info), tls, callbacks, prefix)
            }
            None => self.into_standalone(None, false, callbacks, prefix),
        }
    }

    /// Fills missing options from the parameters of the url.
    fn or_parameters(self, Parameters { database, username, password, name, tls: _ }: Parameters) -> Self {
        Options {
            database: self.database.or(database),
            username: self.username.or(username),
            password: self.password.or(password),
            name: self.name.or(name),
            ..self
        }
    }

    fn into_standalone(
        mut self,
        url: Option<ConnectionInfo>,
        is_tls_url: bool,
        mut callbacks: Callbacks,
        prefix: &str,
    ) -> Result<Topology, Error> {
        let address = self.take_address(url.as_ref().map(ConnectionInfo::addr));
        let strategy = self.take_strategy(&mut callbacks);
        let access = self.into_access(
            Role::Alone { prefix: prefix.into(), hello: Hello::default() },
            url,
            is_tls_url,
            callbacks,
        )?;
        if access.tls.is_some() && matches!(address, Address::Unix(_)) {
            return Err(invalid("tls", "cannot be used over a unix socket"));
        }
        Ok(Topology::Standalone { server: Server { address, access: Arc::new(access) }, strategy })
    }

    fn into_sentinel(
        mut self,
        sentinel: SentinelOptions,
        mut callbacks: Callbacks,
    ) -> Result<Topology, Error> {
        let strategy = self.take_strategy(&mut callbacks);
        let at_master = self.into_access(Role::Master, None, false, callbacks)?;
        let at_sentinels = Access {
            role: Role::Any,
            tls: tls([sentinel.tls, None], false, "sentinel.tls")?,
            login: login(sentinel.username, sentinel.password, None),
            database: 0,
            ..at_master.clone()
        };
        let sentinel = Sentinel {
            name: sentinel.name.map(|name| name.0).unwrap_or_default(),
            nodes: sentinel.nodes.into_iter().map(address_of).collect(),
            at_sentinels: Arc::new(at_sentinels),
            at_master: Arc::new(at_master),
            address_map: address_map(sentinel.node_address_map),
        };
        Ok(Topology::Sentinel { sentinel, strategy })
    }

    fn into_cluster(mut self, cluster: ClusterOptions, mut callbacks: Callbacks) -> Result<Topology, Error> {
        let strategy = self.take_strategy(&mut callbacks);
        let read_from = cluster.read_from.unwrap_or_default();
        let role = if read_from == ReadFrom::Primary { Role::Any } else { Role::Reader };
        let cluster = Cluster {
            seeds: cluster.nodes.into_iter().map(address_of).collect(),
            access: Arc::new(self.into_access(role, None, false, callbacks)?),
            read_from,
            address_map: address_map(cluster.node_address_map),
        };
        Ok(Topology::Cluster { cluster, strategy })
    }

    fn into_access(
        mut self,
        role: Role,
        url: Option<ConnectionInfo>,
        is_tls_url: bool,
        callbacks: Callbacks,
    ) -> Result<Access, Error> {
        let StrictObject(mut socket) = self.socket.take().unwrap_or_default();
        let from_url = url.as_ref().map(ConnectionInfo::redis_settings);
        let fixed = login(self.username, self.password, from_url);
        let database = self.database.map(|number| number.get() as u32);
        Ok(Access {
            role,
            tls: tls([self.tls, socket.take_tls()?], is_tls_url, "tls")?,
            login: callbacks.credentials.map_or(fixed, Login::Provider),
            database: database.or(from_url.map(|login| login.db() as u32)).unwrap_or(0),
            client_name: self.name.map_or_else(|| Some(DEFAULT_NAME.into()), |name| name.0),
            connect_timeout: duration_or(socket.connect_timeout, DEFAULT_CONNECT_TIMEOUT),
            user_timeout: duration_or(self.command_timeout, DEFAULT_COMMAND_TIMEOUT),
            keep_alive: socket.keep_alive.unwrap_or(true),
            no_delay: socket.no_delay.unwrap_or(true),
        })
    }

    fn take_strategy(&mut self, callbacks: &mut Callbacks) -> Strategy {
        let setting = self.socket.as_mut().and_then(|StrictObject(socket)| socket.reconnect_strategy.take());
        match (callbacks.strategy.take(), setting) {
            (Some(function), _) => Strategy::Function(function),
            (None, Some(ReconnectSetting::Never)) => Strategy::Never,
            (None, Some(ReconnectSetting::Every(delay))) => Strategy::Every(delay),
            (None, None) => Strategy::Backoff,
        }
    }

    fn take_address(&mut self, url: Option<&ConnectionAddr>) -> Address {
        let socket = self.socket.as_mut().map(|StrictObject(socket)| socket);
        let (host, port, path) = match socket {
            Some(socket) => (socket.host.take(), socket.port.take(), socket.path.take()),
            None => (None, None, None),
        };
        address(self.host.take().or(host), self.port.take().or(port), path, url)
    }
}

/// Credentials from the options, or else from the url.
fn login(username: Option<Secret>, password: Option<Secret>, url: Option<&RedisConnectionInfo>) -> Login {
    let username = username.map(|name| name.0).or_else(|| url?.username().map(str::to_owned));
    let password = password.map(|word| word.0).or_else(|| url?.password().map(str::to_owned));
    credentials(username, password).map_or(Login::None, Login::Fixed)
}

/// Empty strings count as missing, because they often come from environment variables.
fn credentials(username: Option<String>, password: Option<String>) -> Option<Credentials> {
    let username = username.filter(|name| !name.is_empty());
    let password = password.filter(|word| !word.is_empty());
    if username.is_none() && password.is_none() {
        return None;
    }
    Some(Credentials { username, password: password.unwrap_or_default() })
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

fn address_of(StrictObject(node): StrictObject<Node>) -> Address {
    address(node.host, node.port, None, None)
}

fn address_map(map: NodeAddressMap) -> AddressMap {
    AddressMap(map.0.into_iter().map(|(name, node)| (name, address_of(node))).collect())
}
