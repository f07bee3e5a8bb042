//! The kinds of failure, and whether a failed write was applied.

/// Whether a command that failed may have been carried out; of use for writes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Nothing was written.
    No,
    /// The command left this process and its reply never came.
    Unknown,
    /// The write was carried out; what failed is what was to follow it.
    Yes,
}

impl Applied {
    /// The word that users see.
    pub fn as_str(self) -> &'static str {
        match self {
            Applied::No => "no",
            Applied::Unknown => "unknown",
            Applied::Yes => "yes",
        }
    }
}

/// Kinds of failure; each has one stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    InvalidConfig,
    Connection,
    /// The connection cannot be made as the options say: there is no such database, or one side rejects the certificate of the
    /// other.
    Unusable,
    /// There is no connection, and the call is not to wait for the next one.
    Offline,
    /// The server is not one of those to be asked any more.
    Retired,
    /// There is no connection to the server, and others may serve the read.
    Unreachable,
    /// The reconnect strategy gave up: no further attempt follows.
    Ended,
    Auth,
    /// The server is of another kind than the options say: a node of a cluster, a Sentinel, or neither.
    WrongServer,
    /// The user's provider of credentials gave none.
    NoCredentials,
    CommandTimeout,
    Closed,
    CorruptValue,
    WrongType,
    Reply,
    Unsupported,
    /// What a call was conditioned on does not hold.
    Conflict,
    /// Numbers that cannot be distinguished from their neighbours.
    OutOfRange,
    /// The call would block the server for too long.
    TooLarge,
    /// Written, and too few replicas confirmed it.
    NotReplicated,
    /// Stopped, as its caller does not wait any more.
    Aborted,
    /// A fault of this package.
    Internal,
}

impl Kind {
    /// Whether no call can be served before the credentials or the options are set right.
    pub fn is_about_setup(self) -> bool {
        matches!(self, Kind::Auth | Kind::NoCredentials | Kind::WrongServer)
    }

    /// Whether the next attempt to connect fails for the same reason, until the credentials, the options or the server change.
    pub fn is_permanent(self) -> bool {
        self.is_about_setup() || matches!(self, Kind::Unusable | Kind::Ended | Kind::Closed)
    }

    /// The code that users match on.
    pub fn code(self) -> &'static str {
        match self {
            Kind::InvalidConfig | Kind::WrongServer => "ERR_INVALID_CONFIG",
            Kind::Connection
            | Kind::Offline
            | Kind::Unusable
            | Kind::Ended
            | Kind::Retired
            | Kind::Unreachable => "ERR_CONNECTION",
            Kind::Auth | Kind::NoCredentials => "ERR_AUTH",
            Kind::CommandTimeout => "ERR_COMMAND_TIMEOUT",
            Kind::Closed => "ERR_CLOSED",
            Kind::CorruptValue => "ERR_CORRUPT_VALUE",
            Kind::WrongType => "ERR_WRONG_TYPE",
            Kind::Reply => "ERR_REPLY",
            Kind::Unsupported => "ERR_UNSUPPORTED",
            Kind::Conflict => "ERR_CONFLICT",
            Kind::OutOfRange => "ERR_OUT_OF_RANGE",
            Kind::TooLarge => "ERR_TOO_LARGE",
            Kind::NotReplicated => "ERR_NOT_REPLICATED",
            Kind::Aborted => "ERR_ABORTED",
            Kind::Internal => "ERR_INTERNAL",
        }
    }
}
