//! The end of a login, after which the server reports changes of what the connection has read.

use tokio::time::Instant;

use crate::config::Server;
use crate::connection::Dialogue;
use crate::connection::mode::probe_keys;
use crate::error::Error;
use crate::protocol::{Frame, RefusalKind, Version};
use crate::transport::attempt::{Attempt, Step};

/// OPTIN: only of reads behind `CLIENT CACHING YES`. Without NOLOOP, with which the server does not report either what it evicts,
/// or forgets beyond `tracking-table-max-keys`, while it executes a command of this connection.
const TRACK: &[&[u8]] = &[b"CLIENT", b"TRACKING", b"ON", b"OPTIN"];

/// Has the server report changes. Returns since when it does, or its refusal: then the connection is as it was.
pub async fn track(
    dialogue: &mut Dialogue,
    server: &Server,
    prefix: &str,
    attempt: &Attempt,
) -> Result<Result<Instant, Error>, Error> {
    let is_encrypted = server.access.tls.is_some();
    let begin = |command| attempt.begin(Step::LogIn { command, is_encrypted });
    begin("HELLO 3");
    dialogue.set_version(Version::Resp3);
    let greeted = dialogue.request(&[b"HELLO", b"3"], |reply| Some(is_resp3(reply))).await;
    let refusal = match answered(greeted)? {
        Ok(true) => None,
        Ok(false) => Some(Error::unexpected_reply()),
        Err(refusal) => Some(refusal),
    };
    if let Some(refusal) = refusal {
        dialogue.set_version(Version::Resp2);
        return Ok(Err(refusal));
    }
    begin("CLIENT TRACKING");
    let since = Instant::now();
    let tracked = dialogue.request(TRACK, |reply| (*reply == Frame::Simple(b"OK")).then_some(since)).await;
    let tracked = match answered(tracked)? {
        Ok(since) => check_reads(dialogue, prefix).await?.map(|()| since),
        refused => refused,
    };
    if tracked.is_err() {
        begin("HELLO 2");
        answered(dialogue.request(&[b"HELLO", b"2"], |_| Some(())).await)?.ok();
        dialogue.set_version(Version::Resp2);
    }
    Ok(tracked)
}

/// Checks that the user may run what reads of entries need besides GET.
async fn check_reads(dialogue: &mut Dialogue, prefix: &str) -> Result<Result<(), Error>, Error> {
    let [key, _] = probe_keys(prefix);
    let commands: [&[&[u8]]; 2] = [&[b"CLIENT", b"CACHING", b"YES"], &[b"PTTL", key.as_bytes()]];
    for command in commands {
        match answered(dialogue.request(command, |_| Some(())).await)? {
            Err(refusal) if refusal.refused_as() == Some(RefusalKind::NoPerm) => return Ok(Err(refusal)),
            _ => {}
        }
    }
    Ok(Ok(()))
}

/// Separates a refusal from a loss of the connection.
fn answered<T>(reply: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match reply {
        Err(error) if error.refusal.is_none() && error.kind != Error::unexpected_reply().kind => Err(error),
        reply => Ok(reply),
    }
}

/// `fields`: the reply to HELLO, a list of names and values.
fn is_resp3(fields: &Frame<'_>) -> bool {
    let is_proto = |pair: &[Frame<'_>]| pair[0].bulk() == Some(b"proto") && pair[1] == Frame::Integer(3);
    fields.elements().chunks_exact(2).any(is_proto)
}
