//! Why a login fails.

use crate::error::{Error, Kind, Remedy};
use crate::protocol::RefusalKind;

/// The connection cannot be used as configured, at least not yet.
pub fn unusable(error: Error) -> Error {
    Error { kind: Kind::Connection, ..error }
}

pub fn unusable_database(error: Error, number: u32) -> Error {
    if error.refused_as() == Some(RefusalKind::NoPerm) {
        return unusable(error);
    }
    let detail = format!("database {number} cannot be used: {}", error.detail);
    let kind = if error.is_transient() { Kind::Connection } else { Kind::Unusable };
    Error { kind, ..error }.reworded(detail).with_remedy(Remedy::CheckDatabase)
}

pub fn login_refused(error: Error) -> Error {
    let has_no_password = ["without any password configured", "no password is set"]
        .iter()
        .any(|words| error.detail.contains(words));
    let remedy = if has_no_password { Remedy::OmitPassword } else { Remedy::CheckCredentials };
    let detail = format!("the server rejected the login: {}", error.detail);
    Error { kind: Kind::Auth, ..error }.reworded(detail).with_remedy(remedy)
}

/// Writes with an index cannot be sent, as without MULTI their commands would run one by one.
pub fn without_transactions(error: Error) -> Error {
    let detail = format!("the server runs no transactions for this user: {}", error.detail);
    error.reworded(detail).with_remedy(Remedy::GrantTransactions)
}
