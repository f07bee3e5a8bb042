//! Kinds of values that options take, each refusing what it does not accept.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::Address;
use crate::tls::Pem;

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    pub fn get(self) -> u64 {
        self.0
    }
}

impl<'de, const MIN: u64, const MAX: u64> Deserialize<'de> for Whole<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor::<MIN, MAX>(PhantomData))
    }
}

struct WholeVisitor<const MIN: u64, const MAX: u64>(PhantomData<Whole<MIN, MAX>>);

impl<const MIN: u64, const MAX: u64> Visitor<'_> for WholeVisitor<MIN, MAX> {
    type Value = Whole<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        if (MIN..=MAX).contains(&number) {
            Ok(Whole(number))
        } else {
            Err(E::invalid_value(Unexpected::Unsigned(number), &self))
        }
    }
}

/// An object of the given fields; a list of them in order, which serde takes too, is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// A string that no message may repeat.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret).map_err(|_| D::Error::custom("expected a string"))
    }
}

/// A string that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled(pub String);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Err(D::Error::custom("expected a string that is not empty"));
        }
        Ok(Filled(text))
    }
}

/// A host name or an address; a url in its place would show its password in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(pub String);

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Filled(host) = Filled::deserialize(deserializer)?;
        if host.contains(['/', '@']) {
            return Err(D::Error::custom("expected a host name or an address, without anything around it"));
        }
        Ok(Host(host))
    }
}

/// Values by addresses as servers write them, `host:port`.
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
            // It may be a url, with a password in it: the message is not to repeat it.
            let address = Address::from_node(&name)
                .ok_or_else(|| A::Error::custom("expected an object with names like host:port"))?;
            values.insert(address, map.next_value()?);
        }
        Ok(ByAddress(values))
    }
}

/// Path of a unix socket; a url in its place would show its password in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketPath(pub String);

impl<'de> Deserialize<'de> for SocketPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Filled(path) = Filled::deserialize(deserializer)?;
        if path.contains("://") {
            return Err(D::Error::custom("expected the path of a unix socket, without anything around it"));
        }
        Ok(SocketPath(path))
    }
}

/// A name that Redis accepts for a client: printable ASCII without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientName(pub String);

impl<'de> Deserialize<'de> for ClientName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Filled(name) = Filled::deserialize(deserializer)?;
        if name.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(ClientName(name));
        }
        Err(D::Error::custom("expected printable ASCII characters without spaces"))
    }
}

/// `reconnectStrategy` where it is not a function.
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

/// What `node:tls` takes, as far as a Redis connection needs it.
#[derive(Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TlsOptions {
    pub ca: Option<PemSetting>,
    pub cert: Option<PemSetting>,
    pub key: Option<PemSetting>,
    pub servername: Option<Filled>,
    pub reject_unauthorized: Option<bool>,
}

impl TlsOptions {
    /// These, and of the others what these leave open.
    pub fn or(self, others: Self) -> Self {
        TlsOptions {
            ca: self.ca.or(others.ca),
            cert: self.cert.or(others.cert),
            key: self.key.or(others.key),
            servername: self.servername.or(others.servername),
            reject_unauthorized: self.reject_unauthorized.or(others.reject_unauthorized),
        }
    }
}

/// PEM as a string or as bytes, several of them in a list, or the path of a file that holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct PemSetting(pub Pem);

impl fmt::Debug for PemSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PemSetting(..)")
    }
}

impl<'de> Deserialize<'de> for PemSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(PemVisitor)
            .map(PemSetting)
            .map_err(|_| D::Error::custom("expected PEM text or the path of a file"))
    }
}

struct PemVisitor;

impl<'de> Visitor<'de> for PemVisitor {
    type Value = Pem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PEM text or the path of a file")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        match text {
            "" => Err(E::custom("nothing")),
            text if text.contains("-----BEGIN") => Ok(Pem::Text(text.into())),
            path => Ok(Pem::File(path.into())),
        }
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Pem::Text(bytes.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(PemSetting(pem)) = list.next_element()? {
            let Pem::Text(text) = pem else { return Err(A::Error::custom("a list of files")) };
            all.extend(text);
            all.push(b'\n');
        }
        Ok(Pem::Text(all))
    }
}
