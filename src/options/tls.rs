//! TLS options, from all places where they may stand.

use super::setting::{TlsOptions, TlsSetting};
use super::{SocketOptions, invalid};
use crate::error::Error;
use crate::tls::{Identity, Tls};

impl SocketOptions {
    /// What is asked for here. Whoever gives a certificate does not expect to speak in the clear.
    pub(super) fn take_tls(&mut self) -> Option<TlsSetting> {
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

/// None where the server is to be spoken to in the clear. `url_asks`: the url is one for TLS. `path` is that of the
/// options, for messages.
pub fn tls(settings: [Option<TlsSetting>; 2], url_asks: bool, path: &str) -> Result<Option<Tls>, Error> {
    let mut is_off = false;
    let mut asked = url_asks.then(TlsOptions::default);
    for setting in settings.into_iter().flatten() {
        match setting {
            TlsSetting::Off => is_off = true,
            TlsSetting::On(options) => asked = Some(asked.unwrap_or_default().or(options)),
        }
    }
    match asked {
        Some(_) if is_off => Err(invalid(path, "is asked for in one place and switched off in another")),
        asked => asked.map(|options| as_asked(options, path)).transpose(),
    }
}

fn as_asked(options: TlsOptions, path: &str) -> Result<Tls, Error> {
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
