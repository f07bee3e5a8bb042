//! What the server does in one step, as it has no command for it.
//!
//! A script is sent with the first call of a request that needs it: a server that was restarted, or another one after a
//! failover, may not know it, and a call that is refused for that has to be made again, out of its order.

use std::sync::LazyLock;

use crate::connection::Script;
use crate::digest::digest;

macro_rules! script {
    ($($file:literal),+) => {
        LazyLock::new(|| script(concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+)))
    };
}

pub static SET_IF_MATCH: LazyLock<Script> = script!("set_if_match");
pub static DELETE_IF_MATCH: LazyLock<Script> = script!("delete_if_match");
pub static INSPECT: LazyLock<Script> = script!("inspect");
pub static EXPIRY: LazyLock<Script> = script!("expiry");
pub static INCREMENT: LazyLock<Script> = script!("number", "rewrite", "increment");
pub static UPDATE: LazyLock<Script> = script!("number", "rewrite", "update");
pub static LOCK: LazyLock<Script> = script!("lock");
pub static LIMIT: LazyLock<Script> = script!("limit");
pub static TRANSACT: LazyLock<Script> = script!("transact");

fn script(source: &str) -> Script {
    let source = bare(source);
    Script { digest: digest(&source), source }
}

/// Without comments and indentation.
fn bare(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_code_is_sent() {
        assert_eq!(bare("-- why\nlocal a = 1\n\n  return a\n"), "local a = 1\nreturn a");
        assert!(UPDATE.source.starts_with("local function number("));
        assert!(UPDATE.source.len() < 9000, "{} bytes", UPDATE.source.len());
    }
}
