//! The topology that the options describe.

use std::sync::Arc;

use super::kinds::StrictObject;
use super::setting::{Host, ReconnectSetting, Secret};
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
        let StrictObject(mut url) = self.url.take().unwrap_or_default();
        match url.memory.take() {
            Some(name) => Ok(Topology::Memory { name: Some(name).filter(|name| !name.is_empty()) }),
            None => self.into_standalone(url, callbacks, prefix),
        }
    }

    fn into_standalone(
        mut self,
        url: Url,
        mut callbacks: Callbacks,
        prefix: &str,
    ) -> Result<Topology, Error> {
        let strategy = self.take_strategy(&mut callbacks);
        let role = Role::Alone { prefix: prefix.into(), hello: Hello::default() };
        let is_tls_url = url.tls.unwrap_or(false);
        let (options, address) = self.or_url(url);
        let access = options.into_access(role, is_tls_url, callbacks)?;
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
        let at_master = self.into_access(Role::Master, false, callbacks)?;
        let at_sentinels = Access {
            role: Role::Any,
            tls: tls([sentinel.tls, None], false, "sentinel.tls")?,
            login: login(sentinel.username, sentinel.password),
            database: 0,
            writes_index: false,
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
            access: Arc::new(self.into_access(role, false, callbacks)?),
            read_from,
            address_map: address_map(cluster.node_address_map),
        };
        Ok(Topology::Cluster { cluster, strategy })
    }

    fn into_access(mut self, role: Role, is_tls_url: bool, callbacks: Callbacks) -> Result<Access, Error> {
        let StrictObject(mut socket) = self.socket.take().unwrap_or_default();
        let fixed = login(self.username, self.password);
        Ok(Access {
            role,
            tls: tls([self.tls, socket.take_tls()?], is_tls_url, "tls")?,
            login: callbacks.credentials.map_or(fixed, Login::Provider),
            database: self.database.map_or(0, |number| number.get() as u32),
            writes_index: self.index == Some(true),
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

    /// Fills missing options from the url, and returns the address that they describe.
    fn or_url(mut self, url: Url) -> (Self, Address) {
        let socket = self.socket.as_mut().map(|StrictObject(socket)| socket);
        let (host, port, path) = match socket {
            Some(socket) => (socket.host.take(), socket.port.take(), socket.path.take()),
            None => (None, None, None),
        };
        let (host, port) = (self.host.take().or(host), self.port.take().or(port));
        let url_path = url.path.filter(|_| host.is_none() && port.is_none()).map(|path| path.0);
        let address = match path.map(|path| path.0).or(url_path) {
            Some(path) => Address::Unix(path.into()),
            None => tcp(host.or(url.host), port.or(url.port)),
        };
        let options = Options {
            database: self.database.or(url.database),
            username: self.username.or(url.username),
            password: self.password.or(url.password),
            name: self.name.or(url.name),
            ..self
        };
        (options, address)
    }
}

fn login(username: Option<Secret>, password: Option<Secret>) -> Login {
    let credentials = credentials(username.map(|name| name.0), password.map(|word| word.0));
    credentials.map_or(Login::None, Login::Fixed)
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

fn tcp(host: Option<Host>, port: Option<Port>) -> Address {
    Address::Tcp {
        host: host.map_or_else(|| DEFAULT_HOST.into(), |host| host.0),
        port: port.map_or(DEFAULT_PORT, |port| port.get() as u16),
    }
}

fn address_of(StrictObject(node): StrictObject<Node>) -> Address {
    tcp(node.host, node.port)
}

fn address_map(map: NodeAddressMap) -> AddressMap {
    AddressMap(map.0.into_iter().map(|(name, node)| (name, address_of(node))).collect())
}
