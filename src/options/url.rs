//! The parts of the option `url`. JavaScript parses the text, and rejects invalid ones: lib/engines/native/url.js.

use serde::Deserialize;

use super::setting::{ClientName, Host, NonEmptyString, Secret};
use super::{Database, Port};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Url {
    /// The name of an embedded store, which has no other part. It can be empty.
    pub memory: Option<String>,
    pub host: Option<Host>,
    pub port: Option<Port>,
    /// Of a unix socket.
    pub path: Option<NonEmptyString>,
    pub username: Option<Secret>,
    pub password: Option<Secret>,
    pub database: Option<Database>,
    pub name: Option<ClientName>,
    pub tls: Option<bool>,
}
