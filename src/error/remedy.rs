//! What to do about a failure, where that is known.

use super::{Error, Kind};
use crate::protocol::refusal::RefusalKind;

/// One thing to do, as a sentence for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    StartServer,
    CheckHost,
    CheckRoute,
    UseTls,
    OmitTls,
    CheckAddress,
    OmitPassword,
    OmitSentinelPassword,
    CheckDatabase,
    CheckSentinelName,
    OmitName,
    CheckTlsFiles,
    CheckCredentialsFunction,
    CheckCredentials,
    CheckSentinelCredentials,
    SetPassword,
    SetSentinelPassword,
    AwaitLoading,
    FreeMemory,
    GrantPermission,
    UsePrimary,
    CheckPersistence,
    CheckReplicas,
    AwaitFailover,
    AwaitScript,
    AllowClients,
    LeaveProtectedMode,
    UpgradeServer,
    CheckPrefix,
    CheckWriter,
    DivideValue,
    MendIndex,
    GrantTransactions,
    AskForBytes,
    CheckCommand,
    CheckType,
}

impl Remedy {
    pub fn text(self) -> &'static str {
        match self {
            Remedy::AskForBytes => "With encoding: 'bytes' the reply is passed on as it is.",
            Remedy::CheckType => "The command is for another type of value.",
            Remedy::CheckCommand => {
                "Is the name right, and does this version of the server have the command?"
            }
            Remedy::StartServer => "Is the server running?",
            Remedy::CheckHost => "Check the host name.",
            Remedy::CheckRoute => "Does a firewall block the port?",
            Remedy::UseTls => "Does this port speak TLS? Then use rediss:// or tls: true.",
            Remedy::OmitTls => "Does this port speak TLS? If not, use redis:// or omit tls.",
            Remedy::CheckAddress => "Is a Redis server at this address?",
            Remedy::OmitPassword => "Omit the password: this server has none.",
            Remedy::OmitSentinelPassword => "Omit sentinel.password: this sentinel has none.",
            Remedy::CheckDatabase => {
                "Check database: the server's setting databases is the limit, and a cluster has database 0 only."
            }
            Remedy::CheckSentinelName => "Check sentinel.name.",
            Remedy::OmitName => "With name: false this command is not sent.",
            Remedy::CheckTlsFiles => "Check the certificates in tls.",
            Remedy::CheckCredentialsFunction => {
                "It must return or resolve to { username?, password }; the cause has its error."
            }
            Remedy::CheckCredentials => "Check username and password.",
            Remedy::CheckSentinelCredentials => "Check sentinel.username and sentinel.password.",
            Remedy::SetPassword => "This server requires a password: set password, or credentials.",
            Remedy::SetSentinelPassword => "This sentinel requires a password: set sentinel.password.",
            Remedy::AwaitLoading => "The server answers once it has read its data from disk.",
            Remedy::FreeMemory => "Raise maxmemory, set an eviction policy, or store less.",
            Remedy::GrantPermission => "Grant the user the permission (ACL SETUSER).",
            Remedy::UsePrimary => {
                "This server is a replica: connect to the primary, or use the option sentinel or cluster."
            }
            Remedy::CheckPersistence => "The server cannot save to disk: check its disk and its log.",
            Remedy::CheckReplicas => {
                "Check the replicas: the server requires more of them (min-replicas-to-write)."
            }
            Remedy::AwaitFailover => "The cluster does not serve all slots: check its nodes.",
            Remedy::AwaitScript => "Another client's script runs too long: SCRIPT KILL ends it.",
            Remedy::AllowClients => "Raise the server's maxclients, or close connections.",
            Remedy::LeaveProtectedMode => "Set a password on the server, or bind it to the network.",
            Remedy::UpgradeServer => "The server must be Redis 6.2 or later, or Valkey.",
            Remedy::CheckWriter => "It was written by another client.",
            Remedy::MendIndex => "Another client uses the key of the index: delete it, then call reindex().",
            Remedy::GrantTransactions => {
                "The option index needs +multi +exec +zadd +zrem (ACL SETUSER) when a connection is made: grant them and reconnect."
            }
            Remedy::DivideValue => "Divide the value into several entries.",
            Remedy::CheckPrefix => {
                "Another client uses this key for another type: use a keyPrefix that only this package uses."
            }
        }
    }

    /// The same for a login at a sentinel, which has options of its own.
    pub fn at_sentinel(self) -> Self {
        match self {
            Remedy::OmitPassword => Remedy::OmitSentinelPassword,
            Remedy::CheckCredentials => Remedy::CheckSentinelCredentials,
            Remedy::SetPassword => Remedy::SetSentinelPassword,
            other => other,
        }
    }

    fn of_refusal(refusal: RefusalKind) -> Option<Self> {
        Some(match refusal {
            RefusalKind::Loading => Remedy::AwaitLoading,
            RefusalKind::Oom => Remedy::FreeMemory,
            RefusalKind::NoPerm => Remedy::GrantPermission,
            RefusalKind::ReadOnly => Remedy::UsePrimary,
            RefusalKind::Misconf => Remedy::CheckPersistence,
            RefusalKind::NoReplicas => Remedy::CheckReplicas,
            RefusalKind::ClusterDown | RefusalKind::MasterDown => Remedy::AwaitFailover,
            RefusalKind::Busy => Remedy::AwaitScript,
            RefusalKind::TooManyClients => Remedy::AllowClients,
            RefusalKind::Denied => Remedy::LeaveProtectedMode,
            RefusalKind::UnknownCommand => Remedy::UpgradeServer,
            RefusalKind::NoAuth => Remedy::SetPassword,
            RefusalKind::WrongPass => Remedy::CheckCredentials,
            RefusalKind::WrongType => Remedy::CheckPrefix,
            RefusalKind::Moved
            | RefusalKind::Ask
            | RefusalKind::TryAgain
            | RefusalKind::CrossSlot
            | RefusalKind::NoScript
            | RefusalKind::NoProto
            | RefusalKind::ExecAbort
            | RefusalKind::Other => return None,
        })
    }
}

impl Error {
    pub fn with_remedy(self, remedy: Remedy) -> Self {
        Error { remedy: Some(remedy), ..self }
    }

    /// What to do about it: as noted, or by what the server's error reply says.
    pub fn remedy(&self) -> Option<Remedy> {
        // A script says of a value what a server says of a key.
        let is_told = self.kind == Kind::WrongServer || (self.kind == Kind::WrongType && !self.is_reply);
        let of_kind = match self.kind {
            Kind::CorruptValue => Some(Remedy::CheckWriter),
            Kind::TooLarge => Some(Remedy::DivideValue),
            _ => None,
        };
        let of_refusal = || self.refused_as().filter(|_| !is_told).and_then(Remedy::of_refusal);
        self.remedy.or(of_kind).or_else(of_refusal)
    }
}
