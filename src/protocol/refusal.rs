//! Parses error replies.

use std::borrow::Cow;
use std::sync::Arc;

/// The texts of missing permissions within a script, which lack the code NOPERM.
const DENIED_IN_SCRIPT: [&str; 3] = [
    "The user executing the script can't run this command",
    "The user executing the script can't access at least one of the keys",
    "ACL failure in script",
];

/// An error reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// The first word of the reply.
    pub word: Arc<str>,
    /// Host and port that a redirect names. The host is empty if it is that of the server which replied.
    pub target: Option<(Arc<str>, u16)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// Another node serves the slot from now on.
    Moved,
    /// Another node imports the slot, and has the keys of this command.
    Ask,
    /// Keys of the command are on two nodes while a slot moves.
    TryAgain,
    /// A part of the cluster's slots is not served.
    ClusterDown,
    CrossSlot,
    /// The server is a replica.
    ReadOnly,
    /// The server reads its data set from disk.
    Loading,
    /// The replica has no connection to its master.
    MasterDown,
    /// Too few replicas are connected for a write.
    NoReplicas,
    /// The server does not have the script of a digest.
    NoScript,
    /// A script runs for too long.
    Busy,
    /// The server cannot persist writes.
    Misconf,
    Oom,
    NoPerm,
    NoAuth,
    WrongPass,
    WrongType,
    NoProto,
    ExecAbort,
    /// Protected mode.
    Denied,
    TooManyClients,
    UnknownCommand,
    Other,
}

impl Refusal {
    /// `line`: the text that [`without_script_name`] returns.
    pub fn parse(line: &str) -> Self {
        let (word, detail) = line.split_once(' ').unwrap_or((line, ""));
        let is_denied = DENIED_IN_SCRIPT.iter().any(|denied| detail.starts_with(denied));
        let word = if is_denied { "NOPERM" } else { word };
        let kind = RefusalKind::of(word, line);
        let is_redirect = matches!(kind, RefusalKind::Moved | RefusalKind::Ask);
        let target = if is_redirect { target_in(line) } else { None };
        Refusal { kind, word: word.into(), target }
    }
}

impl RefusalKind {
    fn of(word: &str, line: &str) -> Self {
        match word {
            "MOVED" => RefusalKind::Moved,
            "ASK" => RefusalKind::Ask,
            "TRYAGAIN" => RefusalKind::TryAgain,
            "CLUSTERDOWN" => RefusalKind::ClusterDown,
            "CROSSSLOT" => RefusalKind::CrossSlot,
            "READONLY" => RefusalKind::ReadOnly,
            "LOADING" => RefusalKind::Loading,
            "MASTERDOWN" => RefusalKind::MasterDown,
            "NOREPLICAS" => RefusalKind::NoReplicas,
            "NOSCRIPT" => RefusalKind::NoScript,
            "BUSY" => RefusalKind::Busy,
            "MISCONF" => RefusalKind::Misconf,
            "OOM" => RefusalKind::Oom,
            "NOPERM" => RefusalKind::NoPerm,
            "NOAUTH" => RefusalKind::NoAuth,
            "WRONGPASS" => RefusalKind::WrongPass,
            "WRONGTYPE" => RefusalKind::WrongType,
            "NOPROTO" => RefusalKind::NoProto,
            "EXECABORT" => RefusalKind::ExecAbort,
            "DENIED" => RefusalKind::Denied,
            "ERR" if line.starts_with("ERR unknown command") => RefusalKind::UnknownCommand,
            _ if is_too_many_clients(word, line) => RefusalKind::TooManyClients,
            _ => RefusalKind::Other,
        }
    }

    /// Whether the same command may succeed later, and was not executed.
    ///
    /// Excluded are: OOM, which lasts until memory is freed; UNKILLABLE, NOTBUSY, BUSYKEY, BUSYGROUP, INPROG and IOERR,
    /// of which only the user's own commands are the reason; and `ERR` from a proxy without a server, after which the
    /// command may have been executed.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            RefusalKind::Loading
                | RefusalKind::Busy
                | RefusalKind::MasterDown
                | RefusalKind::ReadOnly
                | RefusalKind::Misconf
                | RefusalKind::NoReplicas
                | RefusalKind::TryAgain
                | RefusalKind::ClusterDown
                | RefusalKind::NoScript
        )
    }

    /// Whether the words are those of Redis and Valkey, if the command is sent again or elsewhere after such a refusal. A script can
    /// return any first word after it has written.
    pub fn is_worded_by_server(self, line: &str) -> bool {
        let texts: &[&str] = match self {
            RefusalKind::Loading => &["LOADING Redis is loading", "LOADING Valkey is loading"],
            RefusalKind::Busy => &["BUSY Redis is busy running", "BUSY Valkey is busy running"],
            RefusalKind::MasterDown => &["MASTERDOWN Link with MASTER is down"],
            RefusalKind::ReadOnly => &["READONLY You can't write against a read only"],
            RefusalKind::Misconf => {
                &["MISCONF Redis is configured", "MISCONF Valkey is configured", "MISCONF Errors writing"]
            }
            RefusalKind::NoReplicas => &["NOREPLICAS Not enough good replicas"],
            RefusalKind::TryAgain => &["TRYAGAIN Multiple keys request during rehashing"],
            RefusalKind::ClusterDown => {
                &["CLUSTERDOWN The cluster is down", "CLUSTERDOWN Hash slot not served"]
            }
            RefusalKind::NoScript => &["NOSCRIPT No matching script"],
            _ => return true,
        };
        texts.iter().any(|text| line.starts_with(text))
    }

    /// Whether the server refuses the connection, or every command, temporarily or by its configuration.
    pub fn is_of_connection(self) -> bool {
        matches!(
            self,
            RefusalKind::Loading
                | RefusalKind::Busy
                | RefusalKind::MasterDown
                | RefusalKind::Denied
                | RefusalKind::TooManyClients
        )
    }

    /// Whether only nodes of a cluster reply with this error.
    pub fn is_of_cluster(self) -> bool {
        matches!(
            self,
            RefusalKind::Moved
                | RefusalKind::Ask
                | RefusalKind::CrossSlot
                | RefusalKind::TryAgain
                | RefusalKind::ClusterDown
        )
    }
}

/// There is no error code, and the text differs by version.
fn is_too_many_clients(word: &str, line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    word == "ERR" && line.contains(" max") && line.contains("client")
        || line.contains("max concurrent connections")
}

/// Reads the last word of `MOVED <slot> <host>:<port>`. An IPv6 address has no brackets.
fn target_in(line: &str) -> Option<(Arc<str>, u16)> {
    let (host, port) = line.rsplit(' ').next()?.rsplit_once(':')?;
    Some((host.into(), port.parse().ok()?))
}

/// Removes the line of the script, with which servers before version 7 prefix an error.
pub fn without_script_name(line: &str) -> Cow<'_, str> {
    let rest = line.strip_prefix("@user_script: ").and_then(|rest| rest.split_once(": "));
    let Some((_, error)) = rest else { return line.into() };
    error.strip_prefix('-').map_or_else(|| format!("ERR {error}").into(), Cow::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(line: &str) -> RefusalKind {
        Refusal::parse(&without_script_name(line)).kind
    }

    #[test]
    fn the_kind_depends_on_the_first_word() {
        assert_eq!(kind("LOADING Redis is loading"), RefusalKind::Loading);
        assert_eq!(kind("OOM"), RefusalKind::Oom);
        assert_eq!(kind("ERR unknown command 'GETDEL'"), RefusalKind::UnknownCommand);
        assert_eq!(kind("ERR max number of clients reached"), RefusalKind::TooManyClients);
        assert_eq!(kind("ERR no"), RefusalKind::Other);
        assert_eq!(kind("NOSCRIPTS no"), RefusalKind::Other);
    }

    #[test]
    fn a_missing_permission_is_detected_in_a_script_too() {
        for denied in DENIED_IN_SCRIPT {
            for line in [format!("@user_script: 28: {denied}"), format!("ERR {denied}: No permissions")] {
                assert_eq!(kind(&line), RefusalKind::NoPerm, "{line}");
            }
        }
    }

    #[test]
    fn a_redirect_has_a_target() {
        let target = |line| Refusal::parse(line).target;
        assert_eq!(target("MOVED 1 h:6379"), Some(("h".into(), 6379)));
        assert_eq!(target("ASK 1 ::1:6379"), Some(("::1".into(), 6379)));
        assert_eq!(target("MOVED 1 :6379"), Some(("".into(), 6379)));
        assert_eq!(target("MOVED 1 nonsense"), None);
        assert_eq!(target("OOM h:1"), None);
    }
}
