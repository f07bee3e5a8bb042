//! What replies to commands of the user mean.

use crate::engine::call::{CommandsForm, CommandsKind, Success};
use crate::error::{Applied, Error};
use crate::protocol::Frame;

pub fn success_of(kind: CommandsKind, reply: Frame<'_>) -> Result<Success<'_>, Error> {
    if kind.form == CommandsForm::Unit {
        check_unit(kind, &reply)?;
    }
    if let Some(line) = error_in(&reply) {
        let error = Error::from_reply_to_user(line);
        let detail = format!("it was executed, and a part of the reply is an error: {}", error.detail);
        return Err(error.reworded(detail).with_applied(Applied::Yes));
    }
    Ok(Success::Reply(reply, kind.encoding))
}

/// The failure of a call: a script may have written before it failed.
pub fn failure_of(kind: CommandsKind, error: Error) -> Error {
    let is_refused = error.is_transient() || error.is_of_cluster();
    if kind.is_partial && error.applied == Some(Applied::No) && error.is_reply && !is_refused {
        return error.with_applied(Applied::Unknown);
    }
    error
}

/// Fails if a command of the transaction failed, with the first failure.
fn check_unit(kind: CommandsKind, reply: &Frame<'_>) -> Result<(), Error> {
    let Frame::Array(replies) = reply else { return Err(Error::unexpected_reply()) };
    let is_failure = |reply: &Frame<'_>| matches!(reply, Frame::Error(_));
    let failures = replies.iter().filter(|reply| is_failure(reply)).count();
    let Some(step) = replies.iter().position(is_failure) else { return Ok(()) };
    let Frame::Error(line) = &replies[step] else { return Ok(()) };
    let (count, others) = (replies.len(), replies.len() - failures);
    let applied = match others {
        0 if kind.is_partial => Applied::Unknown,
        0 => Applied::No,
        _ => Applied::Yes,
    };
    let outcome = match (others, failures) {
        (0, 1) => String::new(),
        (0, _) => "; all of them failed".to_owned(),
        (_, 1) => "; the others were executed".to_owned(),
        _ => format!("; {others} of the others were executed, and {} failed too", failures - 1),
    };
    let error = Error::from_reply_to_user(line);
    let detail = format!("command {} of {count} failed: {}{outcome}", step + 1, error.detail);
    Err(error.reworded(detail).with_applied(applied).at_step(step))
}

/// The first error within a reply.
fn error_in<'a>(reply: &Frame<'a>) -> Option<&'a [u8]> {
    match reply {
        Frame::Error(line) => Some(line),
        Frame::Array(elements) => elements.iter().find_map(error_in),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::call::Encoding;

    fn failure(form: CommandsForm, reply: Frame<'_>) -> (Option<u32>, Option<Applied>, String) {
        let kind = CommandsKind { form, encoding: Encoding::Text, reads: false, is_partial: false };
        let error = success_of(kind, reply).unwrap_err();
        (error.step, error.applied, error.to_string())
    }

    #[test]
    fn the_first_command_that_failed_in_a_unit_is_numbered() {
        let (ok, bad) = (Frame::Simple(b"OK"), Frame::Error(b"WRONGTYPE no"));
        let of = |replies: &[&Frame<'static>]| {
            failure(CommandsForm::Unit, Frame::Array(replies.iter().map(|reply| (*reply).clone()).collect()))
        };
        let (step, applied, text) = of(&[&ok, &bad, &ok]);
        assert_eq!((step, applied), (Some(1), Some(Applied::Yes)));
        assert_eq!(text, "command 2 of 3 failed: WRONGTYPE no; the others were executed");
        assert_eq!(of(&[&bad]).1, Some(Applied::No));
        assert!(of(&[&bad, &ok, &bad]).2.ends_with("; 1 of the others were executed, and 1 failed too"));
        assert_eq!(failure(CommandsForm::Unit, Frame::Nil).0, None);
    }

    #[test]
    fn an_error_within_a_reply_fails_the_call() {
        let nested = Frame::Array(vec![Frame::Array(vec![Frame::Integer(1), Frame::Error(b"ERR x")])]);
        let (step, applied, text) = failure(CommandsForm::One, nested);
        assert_eq!((step, applied), (None, Some(Applied::Yes)));
        assert_eq!(text, "it was executed, and a part of the reply is an error: ERR x");
    }
}
