//! Kinds of values of options. Each type accepts only valid values.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::net::Ipv6Addr;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use super::pem::PemSetting;
use crate::config::Address;

/// A string that must not appear in messages.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret).map_err(|_| D::Error::custom("expected a string"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonEmptyString(pub String);

impl<'de> Deserialize<'de> for NonEmptyString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("expected a string that is not empty"));
        }
        Ok(NonEmptyString(text))
    }
}

/// A host name or an IP address. Rejects a url, whose password would appear in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(pub String);

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let NonEmptyString(host) = NonEmptyString::deserialize(deserializer)?;
        match mistake_in(&host) {
            Some(mistake) => Err(D::Error::custom(mistake)),
            None => Ok(Host(host)),
        }
    }
}

/// Why a text is not a host. The returned text does not contain it.
fn mistake_in(host: &str) -> Option<&'static str> {
    if host.contains(['/', '@']) {
        return Some("expected a host name or an address, without anything around it");
    }
    if host.starts_with('[') {
        return Some("expected an IPv6 address without brackets; give the port as port");
    }
    let (address, zone) = host.split_once('%').unwrap_or((host, ""));
    let is_address = address.parse::<Ipv6Addr>().is_ok();
    if host.contains(':') && !is_address {
        return Some("expected a host name or an address without a port; give the port as port");
    }
    // Any other text may be a password in the wrong place, and messages show hosts.
    let name = if is_address { zone } else { host };
    let is_name = name.chars().all(|character| character.is_alphanumeric() || ".-_".contains(character));
    (!is_name).then_some("expected a host name or an address: letters, digits, \".\", \"-\" and \"_\"")
}

/// Values by addresses of the form `host:port`.
#[derive(Debug, PartialEq, Eq)]
pub struct ByAddress<T>(pub BTreeMap<Address, T>);

impl<T> Default for ByAddress<T> {
    fn default() -> Self {
        ByAddress(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByAddress<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByAddressVisitor(PhantomData))
    }
}

struct ByAddressVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ByAddressVisitor<T> {
    type Value = ByAddress<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with names like host:port")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            // The message does not contain the name, which may be a url with a password.
            let address = Address::from_node(&name)
                .filter(|address| !matches!(address, Address::Tcp { host, .. } if mistake_in(host).is_some()))
                .ok_or_else(|| A::Error::custom("expected an object with names like host:port"))?;
            values.insert(address, map.next_value()?);
        }
        Ok(ByAddress(values))
    }
}

/// The path of a unix socket. Rejects a url or password, which would appear in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketPath(pub String);

impl<'de> Deserialize<'de> for SocketPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let NonEmptyString(path) = NonEmptyString::deserialize(deserializer)?;
        if path.contains("://") || path.contains('?') || !path.starts_with(['/', '.']) {
            return Err(D::Error::custom(
                "expected the path of a unix socket, as /run/redis.sock, without anything around it",
            ));
        }
        Ok(SocketPath(path))
    }
}

/// A client name that Redis accepts: printable ASCII without spaces. `false`: no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName(pub Option<String>);

impl ClientName {
    pub fn new(name: &str) -> Option<Self> {
        let is_accepted = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
        is_accepted.then(|| ClientName(Some(name.to_owned())))
    }
}

impl<'de> Deserialize<'de> for ClientName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ClientNameVisitor)
    }
}

struct ClientNameVisitor;

impl Visitor<'_> for ClientNameVisitor {
    type Value = ClientName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("printable ASCII characters without spaces, or false to send no CLIENT SETNAME")
    }

    fn visit_bool<E: serde::de::Error>(self, named: bool) -> Result<Self::Value, E> {
        if named { Err(E::invalid_value(Unexpected::Bool(true), &self)) } else { Ok(ClientName(None)) }
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        ClientName::new(name).ok_or_else(|| E::invalid_value(Unexpected::Other("text"), &self))
    }
}

/// `keyPrefix: '…' | false`. `false`: keys have no prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrefix(pub Option<String>);

impl<'de> Deserialize<'de> for KeyPrefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeyPrefixVisitor)
    }
}

struct KeyPrefixVisitor;

impl Visitor<'_> for KeyPrefixVisitor {
    type Value = KeyPrefix;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, or false for keys without a prefix")
    }

    fn visit_bool<E: serde::de::Error>(self, has_prefix: bool) -> Result<Self::Value, E> {
        if has_prefix { Err(E::invalid_value(Unexpected::Bool(true), &self)) } else { Ok(KeyPrefix(None)) }
    }

    fn visit_str<E: serde::de::Error>(self, prefix: &str) -> Result<Self::Value, E> {
        Ok(KeyPrefix(Some(prefix.to_owned())))
    }
}

/// `reconnectStrategy`, unless it is a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconnectSetting {
    Never,
    Every(Duration),
}

impl<'de> Deserialize<'de> for ReconnectSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReconnectVisitor)
    }
}

struct ReconnectVisitor;

impl Visitor<'_> for ReconnectVisitor {
    type Value = ReconnectSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("false, a function or a whole number of milliseconds from 0 to 2147483647")
    }

    fn visit_bool<E: serde::de::Error>(self, retry: bool) -> Result<Self::Value, E> {
        if retry { Err(E::invalid_value(Unexpected::Bool(true), &self)) } else { Ok(ReconnectSetting::Never) }
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        match i32::try_from(number).map(u64::try_from) {
            Ok(Ok(number)) => Ok(ReconnectSetting::Every(Duration::from_millis(number))),
            _ => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }
}

/// `tls: true | false | { … }`.
#[derive(Debug, PartialEq, Eq)]
pub enum TlsSetting {
    Off,
    On(TlsOptions),
}

impl<'de> Deserialize<'de> for TlsSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TlsVisitor)
    }
}

struct TlsVisitor;

impl<'de> Visitor<'de> for TlsVisitor {
    type Value = TlsSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or an object")
    }

    fn visit_bool<E: serde::de::Error>(self, on: bool) -> Result<Self::Value, E> {
        Ok(if on { TlsSetting::On(TlsOptions::default()) } else { TlsSetting::Off })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        TlsOptions::deserialize(MapAccessDeserializer::new(map)).map(TlsSetting::On)
    }
}

/// The options of `node:tls` that a Redis connection needs.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TlsOptions {
    pub ca: Option<PemSetting>,
    pub cert: Option<PemSetting>,
    pub key: Option<PemSetting>,
    pub servername: Option<NonEmptyString>,
    pub reject_unauthorized: Option<bool>,
}

impl TlsOptions {
    /// Fills missing options from `other`.
    pub fn or(self, other: Self) -> Self {
        TlsOptions {
            ca: self.ca.or(other.ca),
            cert: self.cert.or(other.cert),
            key: self.key.or(other.key),
            servername: self.servername.or(other.servername),
            reject_unauthorized: self.reject_unauthorized.or(other.reject_unauthorized),
        }
    }
}
