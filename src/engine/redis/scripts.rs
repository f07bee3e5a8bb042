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

macro_rules! entry_script {
    ($($file:literal),+) => { EntryScript { alone: script!($($file),+), indexed: script!("index", $($file),+) } };
}

macro_rules! update {
    ($($before:literal),*) => {
        LazyLock::new(|| {
            script(concat!(
                text!($($before,)* "number", "rewrite", "update/failure", "update/small"),
                "local function make_rest()\n",
                text!("update/check", "update/parse", "update/edit", "update/render", "update/apply"),
                "return edit_any\nend\n",
                text!("update")
            ))
        })
    };
}

/// A script that writes entries.
pub struct EntryScript {
    alone: LazyLock<Script>,
    /// Keeps the index of the trace too.
    indexed: LazyLock<Script>,
}

impl EntryScript {
    pub fn get(&'static self, is_indexed: bool) -> &'static Script {
        if is_indexed { &self.indexed } else { &self.alone }
    }
}

pub static SET_IF_MATCH: EntryScript = entry_script!("set_if_match");
pub static DELETE_IF_MATCH: EntryScript = entry_script!("delete_if_match");
pub static GET_WITH_METADATA: LazyLock<Script> = script!("get_with_metadata");
pub static TTL: LazyLock<Script> = script!("ttl");
pub static EXPIRY: LazyLock<Script> = script!("expiry");
pub static INCREMENT: EntryScript = entry_script!("number", "rewrite", "increment");
/// The server creates all functions of a script for each call, so those that few calls need are created on demand, in
/// `make_rest`.
pub static UPDATE: EntryScript = EntryScript { alone: update!(), indexed: update!("index") };
pub static LOCK: LazyLock<Script> = script!("lock");
pub static RATE_LIMIT: LazyLock<Script> = script!("rate_limit");
pub static SLIDING_WINDOW: LazyLock<Script> = script!("sliding_window");
pub static TOKEN_BUCKET: LazyLock<Script> = script!("token_bucket");
pub static TRANSACTION: EntryScript = entry_script!("transaction");
pub static SWEEP: LazyLock<Script> = script!("sweep");
pub static MARK_EMPTY: LazyLock<Script> = script!("mark_empty");

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
    fn the_script_of_an_indexed_entry_only_adds_to_the_script() {
        for script in [&SET_IF_MATCH, &DELETE_IF_MATCH, &INCREMENT, &UPDATE, &TRANSACTION] {
            let (alone, indexed) = (&script.get(false).source, &script.get(true).source);
            assert!(indexed.ends_with(alone.as_str()) && indexed.contains("ZADD") && !alone.contains("ZADD"));
        }
    }

    #[test]
    fn comments_and_indentation_are_removed() {
        assert_eq!(bare("-- why\nlocal a = 1\n\n  return a\n"), "local a = 1\nreturn a");
        let update = UPDATE.get(false);
        assert!(update.source.starts_with("local function number("));
        assert!(update.source.len() < 27_000, "{} bytes", update.source.len());
    }
}
