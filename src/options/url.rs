//! Parses the option `url`.

use std::borrow::Cow;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

use super::invalid;
use super::parameters::Parameters;
use super::setting::mistake_in;
use crate::error::Error;

/// Used in place of the parser's messages, which may contain the url with its password.
const FORMS: &str =
    "expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS, unix:///path or memory:";

pub enum Url {
    Memory { name: Option<String> },
    Server { info: Box<ConnectionInfo>, tls: bool, parameters: Parameters },
}

impl Url {
    pub fn parse(url: &str) -> Result<Self, Error> {
        if let Some(name) = url.strip_prefix("memory:") {
            if name.contains(['?', '#']) {
                return Err(invalid(
                    "url",
                    "memory: has a name and no parameters: give them as options beside url",
                ));
            }
            return Ok(Url::Memory { name: Some(name.to_owned()).filter(|name| !name.is_empty()) });
        }
        // redis-rs without its TLS feature rejects these schemes; the rest of the url is the same.
        let (plain, tls) = match url.split_once("s://") {
            Some((scheme @ ("redis" | "valkey"), rest)) => (Cow::Owned(format!("{scheme}://{rest}")), true),
            _ => (Cow::Borrowed(url), false),
        };
        if plain.split_once(['?', '#']).is_some_and(|(_, rest)| rest.contains('@')) {
            // Otherwise a part of an unencoded password would be taken for the host, and shown in messages.
            return Err(invalid(
                "url",
                "in a username or password, \"?\", \"#\", \"/\" and \"@\" must be percent-encoded",
            ));
        }
        let mut parsed = redis::parse_redis_url(&plain).ok_or_else(|| invalid("url", FORMS))?;
        if parsed.fragment().is_some() {
            return Err(invalid("url", "what follows \"#\" has no meaning here"));
        }
        let parameters = Parameters::parse(parsed.query_pairs())?;
        parsed.set_query(None);
        let names_database = matches!(parsed.scheme(), "redis" | "valkey") && parsed.path().len() > 1;
        let info = parsed.into_connection_info().map_err(|_| invalid("url", FORMS))?;
        if u32::try_from(info.redis_settings().db()).is_err() {
            return Err(invalid("url", "expected a database number of 0 or more"));
        }
        if matches!(info.addr(), ConnectionAddr::Tcp(host, _) if mistake_in(host).is_some()) {
            return Err(invalid(
                "url",
                "names no host that can be: expected letters, digits, \".\", \"-\" and \"_\"",
            ));
        }
        if matches!(info.addr(), ConnectionAddr::Tcp(_, 0)) {
            return Err(invalid("url", "expected a port from 1 to 65535"));
        }
        check_once(&info, tls, names_database, &parameters)?;
        Ok(Url::Server { info: Box::new(info), tls, parameters })
    }
}

/// Rejects options that the url sets twice.
fn check_once(
    info: &ConnectionInfo,
    tls: bool,
    names_database: bool,
    parameters: &Parameters,
) -> Result<(), Error> {
    let login = info.redis_settings();
    let twice = [
        ("the database", names_database && parameters.database.is_some()),
        ("the username", login.username().is_some() && parameters.username.is_some()),
        ("the password", login.password().is_some() && parameters.password.is_some()),
    ];
    if let Some((what, _)) = twice.into_iter().find(|(_, twice)| *twice) {
        return Err(invalid("url", &format!("{what} is given twice")));
    }
    if tls && parameters.tls == Some(false) {
        return Err(invalid("url", "enables TLS by its scheme and disables it by a parameter"));
    }
    Ok(())
}
