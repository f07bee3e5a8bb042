use super::*;

#[test]
fn of_two_failures_one_that_may_have_written_decides() {
    let failure = |kind, applied| Error::new(kind, "").with_applied(applied);
    let (late, lost) =
        (failure(Kind::CommandTimeout, Applied::No), failure(Kind::Connection, Applied::Unknown));
    let of = |error: Error| (error.kind, error.applied.unwrap());
    assert_eq!(of(late.clone().joined(lost.clone())), (Kind::CommandTimeout, Applied::Unknown));
    assert_eq!(of(lost.joined(late.clone())), (Kind::Connection, Applied::Unknown));
    let retired = failure(Kind::Retired, Applied::No);
    assert_eq!(of(retired.clone().joined(late.clone())), (Kind::CommandTimeout, Applied::No));
    assert_eq!(of(late.joined(retired)), (Kind::CommandTimeout, Applied::No));
}

#[test]
fn only_the_servers_own_words_have_a_command_of_the_user_sent_again() {
    let is_transient = |line: &str| Error::from_reply_to_user(line.as_bytes()).is_transient();
    for word in [
        "LOADING",
        "BUSY",
        "MASTERDOWN",
        "READONLY",
        "MISCONF",
        "NOREPLICAS",
        "TRYAGAIN",
        "CLUSTERDOWN",
        "NOSCRIPT",
    ] {
        assert!(Error::from_reply(format!("{word} later").as_bytes()).is_transient(), "{word}");
        assert!(!is_transient(&format!("{word} later")), "{word}");
    }
    for line in [
        "LOADING Redis is loading the dataset in memory",
        "BUSY Valkey is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
        "READONLY You can't write against a read only replica.",
        "CLUSTERDOWN Hash slot not served",
        "NOSCRIPT No matching script. Please use EVAL.",
    ] {
        assert!(is_transient(line), "{line}");
    }
}

#[test]
fn error_replies_have_a_kind() {
    let kind = |line: &str| Error::from_reply(line.as_bytes()).kind;
    assert_eq!(kind("WRONGTYPE Operation against a key"), Kind::WrongType);
    assert_eq!(kind("WRONGPASS invalid username-password pair"), Kind::Auth);
    assert_eq!(kind("ERR unknown command 'GETDEL'"), Kind::Unsupported);
    assert_eq!(kind("OOM command not allowed"), Kind::Reply);
    assert_eq!(kind("@user_script: 3: -WRONGTYPE Operation"), Kind::WrongType);
    assert_eq!(kind("CONFLICT the etag"), Kind::Conflict);
    assert_eq!(&*Error::from_reply(b"OOM").refusal.unwrap().word, "OOM");
}
