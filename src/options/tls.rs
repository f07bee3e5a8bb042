//! Combines the options that concern TLS: `tls`, `socket` and `url`.

use super::setting::{TlsOptions, TlsSetting};
use super::{SocketOptions, invalid};
use crate::config::tls::{Identity, Tls};
use crate::error::Error;

impl SocketOptions {
    /// The TLS options of `socket`. Any of them enables TLS, as a user who sets a certificate does not expect plain
    /// text.
    pub(super) fn take_tls(&mut self) -> Result<Option<TlsSetting>, Error> {
        let options = TlsOptions {
            ca: self.ca.take(),
            cert: self.cert.take(),
            key: self.key.take(),
            servername: self.servername.take(),
            reject_unauthorized: self.reject_unauthorized.take(),
        };
        match self.tls {
            Some(false) => match options.demanding_tls() {
                Some(name) => {
                    Err(invalid(&format!("socket.{name}"), "cannot be combined with socket.tls: false"))
                }
                None => Ok(Some(TlsSetting::Off)),
            },
            None if options == TlsOptions::default() => Ok(None),
            _ => Ok(Some(TlsSetting::On(options))),
        }
    }
}

impl TlsOptions {
    /// The first option that is set and needs TLS. `rejectUnauthorized: false` does not: it demands nothing of the server, and
    /// configurations for node-redis often have it constant beside a `tls` that depends on the environment.
    fn demanding_tls(&self) -> Option<&'static str> {
        let set = [
            ("ca", self.ca.is_some()),
            ("cert", self.cert.is_some()),
            ("key", self.key.is_some()),
            ("servername", self.servername.is_some()),
            ("rejectUnauthorized", self.reject_unauthorized == Some(true)),
        ];
        set.into_iter().find_map(|(name, is_set)| is_set.then_some(name))
    }
}

/// Returns `None` for plain text. `is_tls_url`: the url enables TLS. `path`: the path of the options, for messages.
pub fn tls(settings: [Option<TlsSetting>; 2], is_tls_url: bool, path: &str) -> Result<Option<Tls>, Error> {
    let mut is_off = false;
    let mut on = is_tls_url.then(TlsOptions::default);
    for setting in settings.into_iter().flatten() {
        match setting {
            TlsSetting::Off => is_off = true,
            TlsSetting::On(options) => on = Some(on.unwrap_or_default().or(options)),
        }
    }
    match on {
        Some(_) if is_off => Err(invalid(path, "is enabled in one place and disabled in another")),
        on => on.map(|options| checked(options, path)).transpose(),
    }
}

fn checked(options: TlsOptions, path: &str) -> Result<Tls, Error> {
    let TlsOptions { ca, cert, key, servername, reject_unauthorized } = options;
    let identity = match (cert, key) {
        (None, None) => None,
        (Some(cert), Some(key)) => Some(Identity { cert: cert.0, key: key.0 }),
        (Some(_), None) => {
            return Err(invalid(&format!("{path}.key"), &format!("is missing beside {path}.cert")));
        }
        (None, Some(_)) => {
            return Err(invalid(&format!("{path}.cert"), &format!("is missing beside {path}.key")));
        }
    };
    Ok(Tls {
        ca: ca.map(|ca| ca.0),
        identity,
        servername: servername.map(|name| name.0),
        reject_unauthorized: reject_unauthorized.unwrap_or(true),
    })
}
