//! The Lua scripts, for operations that no single command can execute.
//!
//! A script is sent with its source until the server has executed it on the same connection: after a restart or a
//! failover, the server may not have cached it.

use std::sync::LazyLock;

use crate::json::digest::digest;
use crate::protocol::Script;

macro_rules! text {
    ($($file:literal),+) => { concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+) };
}

macro_rules! script {
    ($($file:literal),+) => { LazyLock::new(|| script(text!($($file),+))) };
}

pub static SET_IF_MATCH: LazyLock<Script> = script!("set_if_match");
pub static DELETE_IF_MATCH: LazyLock<Script> = script!("delete_if_match");
pub static GET_WITH_METADATA: LazyLock<Script> = script!("get_with_metadata");
pub static TTL: LazyLock<Script> = script!("ttl");
pub static EXPIRY: LazyLock<Script> = script!("expiry");
pub static INCREMENT: LazyLock<Script> = script!("number", "rewrite", "increment");
/// The server creates all functions of a script for each call, so those that few calls need are created on demand, in
/// `make_rest`.
pub static UPDATE: LazyLock<Script> = LazyLock::new(|| {
    script(concat!(
        text!("number", "rewrite", "update/failure", "update/small"),
        "local function make_rest()\n",
        text!("update/check", "update/parse", "update/edit", "update/render", "update/apply"),
        "return edit_any\nend\n",
        text!("update")
    ))
});
pub static LOCK: LazyLock<Script> = script!("lock");
pub static RATE_LIMIT: LazyLock<Script> = script!("rate_limit");
pub static TRANSACTION: LazyLock<Script> = script!("transaction");

fn script(source: &str) -> Script {
    let source = bare(source);
    Script { digest: digest(&source), source }
}

/// Removes comments and indentation.
fn bare(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_removed() {
        assert_eq!(bare("-- why\nlocal a = 1\n\n  return a\n"), "local a = 1\nreturn a");
        assert!(UPDATE.source.starts_with("local function number("));
        assert!(UPDATE.source.len() < 27_000, "{} bytes", UPDATE.source.len());
    }
}
