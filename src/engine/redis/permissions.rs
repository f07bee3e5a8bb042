//! Names the permissions that a call needs, in the error of an ACL user without them.

use crate::engine::call::OperationKind;
use crate::error::Error;
use crate::protocol::RefusalKind;

/// Adds the needed permissions to a NOPERM error.
pub fn explained(error: Error, operation: OperationKind, is_indexed: bool) -> Error {
    if error.refused_as() != Some(RefusalKind::NoPerm) {
        return error;
    }
    let needed = operation.commands(is_indexed).join(", ");
    let keys = if is_indexed { "the keys of the entry and its index" } else { "the keys of the entry" };
    let detail = format!("{} (the call needs permission for {needed}, on {keys})", error.detail);
    Error { detail: detail.into(), ..error }
}

/// The commands in a script, without duplicates.
pub fn called_by(source: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for call in source.split("call(").skip(1) {
        let name = call.strip_prefix(['\'', '"']).and_then(|call| call.split(['\'', '"']).next());
        if let Some(name) = name.map(str::to_ascii_uppercase).filter(|name| !commands.contains(name)) {
            commands.push(name);
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_the_source_of_a_script() {
        assert_eq!(
            called_by("redis.call('get', x) redis.pcall(\"SET\", y) f(call) call(x) call('GET')"),
            ["GET", "SET"]
        );
        for operation in [OperationKind::Update, OperationKind::Lock, OperationKind::Transaction] {
            let commands = operation.commands(true);
            assert!(commands.iter().all(|command| !command.is_empty()), "{operation:?}: {commands:?}");
        }
    }

    #[test]
    fn only_errors_about_permissions_are_explained() {
        let error = |line: &[u8]| explained(Error::from_reply(line), OperationKind::Persist, false).detail;
        let detail = error(b"ERR The user executing the script can't run this command or subcommand script: 0, on @user_script:1.");
        assert!(
            detail.contains("needs permission for EVALSHA, EVAL, STRLEN, EXPIRE, PEXPIRE, PERSIST"),
            "{detail}"
        );
        assert_eq!(&*error(b"OOM no"), "OOM no");
        let of_index = |operation| explained(Error::from_reply(b"NOPERM no"), operation, true).detail;
        let detail = of_index(OperationKind::Set);
        assert!(
            detail.contains("SET, MULTI, ZADD, EXEC, on the keys of the entry and its index"),
            "{detail}"
        );
        let detail = of_index(OperationKind::Increment);
        assert!(detail.contains("ZADD") && detail.contains("ZREM") && !detail.contains("MULTI"), "{detail}");
    }
}
