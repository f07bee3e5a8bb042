//! What the server does in one step, as it has no command for it.
//!
//! A script is sent with each call that needs it: a server that was restarted, or another one after a failover, may not
//! know it, and a call that is refused for that would have to be made again, out of its order.

use std::sync::LazyLock;

/// Source of a script, without what is there for people.
pub type Script = LazyLock<String>;

macro_rules! script {
    ($($file:literal),+) => {
        LazyLock::new(|| bare(concat!($(include_str!(concat!("scripts/", $file, ".lua"))),+)))
    };
}

pub static SET_IF_MATCH: Script = script!("set_if_match");
pub static DELETE_IF_MATCH: Script = script!("delete_if_match");
pub static INSPECT: Script = script!("inspect");
pub static INCREMENT: Script = script!("number", "rewrite", "increment");
pub static UPDATE: Script = script!("number", "rewrite", "update");
pub static LOCK: Script = script!("lock");
pub static LIMIT: Script = script!("limit");
pub static TRANSACT: Script = script!("transact");

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
        assert!(UPDATE.starts_with("local function add(") && UPDATE.len() < 8000, "{} bytes", UPDATE.len());
    }
}
