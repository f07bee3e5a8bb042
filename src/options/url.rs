//! What a `url` can name.

use std::borrow::Cow;

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};

use super::invalid;
use crate::error::Error;

/// The parser's own messages may repeat the url, and with it a password.
const FORMS: &str = "expected redis://[[user]:password@]host[:port][/database], rediss:// for TLS, unix:///path[?db=n] or memory:";

pub enum Url {
    Memory { name: Option<String> },
    Server { info: Box<ConnectionInfo>, tls: bool },
}

impl Url {
    pub fn parse(url: &str) -> Result<Self, Error> {
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
        let info = plain.as_ref().into_connection_info().map_err(|_| invalid("url", FORMS))?;
        if u32::try_from(info.redis_settings().db()).is_err() {
            return Err(invalid("url", "expected a database number of 0 or more"));
        }
        if matches!(info.addr(), ConnectionAddr::Tcp(_, 0)) {
            return Err(invalid("url", "expected a port from 1 to 65535"));
        }
        Ok(Url::Server { info: Box::new(info), tls })
    }
}
