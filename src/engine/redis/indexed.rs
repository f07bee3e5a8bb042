//! Writes of an entry together with its index, and what their replies mean.
//!
//! The index of a trace is a sorted set whose members are the keys of its entries. Every entry that exists must be a member; a
//! member without entry is allowed. So entry and member are written in one step.

use crate::engine::call::OperationKind;
use crate::error::{Applied, Error, Kind, Remedy};
use crate::protocol::{Effect, Frame, Request};

/// What a write does to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Add,
    Remove,
}

/// Adds the command of an entry with that of its index.
pub fn push(request: &mut Request, index: &[u8], member: &[u8], change: Change, command: &[&[u8]]) {
    let add: [&[u8]; 4] = [b"ZADD", index, b"0", member];
    let remove: [&[u8]; 3] = [b"ZREM", index, member];
    let of_index: &[&[u8]] = if change == Change::Add { &add } else { &remove };
    request.push_unit(&[&[b"MULTI"], of_index, command, &[b"EXEC"]], Effect::Write);
}

/// Adds the command that removes several entries of an index, with the removal of their members.
pub fn push_removal(request: &mut Request, index: &[u8], members: &[&[u8]], command: &[&[u8]]) {
    let of_index = [&[b"ZREM" as &[u8], index], members].concat();
    request.push_unit(&[&[b"MULTI"], &of_index, command, &[b"EXEC"]], Effect::Write);
}

/// The reply to the command of the entry, in the reply to a call that changes the index `index`.
pub fn reply_of_entry<'a>(
    operation: OperationKind,
    reply: Frame<'a>,
    index: &str,
) -> Result<Frame<'a>, Error> {
    if !operation.is_unit_with_index() {
        return Ok(reply);
    }
    match reply {
        Frame::Array(replies) => {
            let [of_index, of_entry] =
                <[Frame<'_>; 2]>::try_from(replies).map_err(|_| Error::unexpected_reply())?;
            match (of_index, of_entry) {
                (_, Frame::Error(line)) => Err(Error::from_reply(line).with_applied(Applied::No)),
                // Nothing was written.
                (Frame::Error(_), Frame::Nil) => Ok(Frame::Nil),
                (Frame::Error(line), _) => {
                    let error = Error::from_reply(line);
                    let error = if error.kind == Kind::WrongType { Error::bad_index() } else { error };
                    Err(named(error, index).with_applied(Applied::Yes))
                }
                (_, of_entry) => Ok(of_entry),
            }
        }
        // With a condition by etag it is a script.
        reply if operation == OperationKind::SetWithOptions => Ok(reply),
        // A full server removed the entry without its member.
        reply if matches!(operation, OperationKind::Delete | OperationKind::DeleteExisting) => Ok(reply),
        _ => Err(Error::unexpected_reply()),
    }
}

/// Names the index in its failure.
pub fn named(error: Error, index: &str) -> Error {
    if error.remedy != Some(Remedy::MendIndex) {
        return error;
    }
    let detail = format!("the key of the index, {index}, is of another type");
    error.reworded(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: Frame<'static> = Frame::Simple(b"OK");
    const WRONG_TYPE: Frame<'static> = Frame::Error(b"WRONGTYPE Operation against a key");

    fn read(
        operation: OperationKind,
        reply: Frame<'_>,
    ) -> Result<Frame<'_>, (Kind, Option<Applied>, String)> {
        let failure = |error: Error| (error.kind, error.applied, error.to_string());
        reply_of_entry(operation, reply, "the-index").map_err(failure)
    }

    fn pair<'a>(of_index: Frame<'a>, of_entry: Frame<'a>) -> Frame<'a> {
        Frame::Array(vec![of_index, of_entry])
    }

    #[test]
    fn the_reply_is_that_of_the_entry() {
        assert_eq!(read(OperationKind::Set, pair(Frame::Integer(1), OK)), Ok(OK));
        assert_eq!(read(OperationKind::SetWithOptions, pair(Frame::Integer(1), Frame::Nil)), Ok(Frame::Nil));
        assert_eq!(read(OperationKind::SetWithOptions, OK), Ok(OK));
        let value = Frame::Bulk(b"1");
        assert_eq!(read(OperationKind::Delete, pair(Frame::Integer(0), value.clone())), Ok(value.clone()));
        assert_eq!(read(OperationKind::Delete, value.clone()), Ok(value.clone()));
        let texts = pair(Frame::Nil, value);
        assert_eq!(read(OperationKind::Update, texts.clone()), Ok(texts));
    }

    #[test]
    fn an_index_of_another_type_is_named() {
        for operation in [OperationKind::Set, OperationKind::Delete] {
            let (kind, applied, text) = read(operation, pair(WRONG_TYPE, OK)).unwrap_err();
            assert_eq!((kind, applied), (Kind::WrongType, Some(Applied::Yes)));
            assert!(text.contains("the-index"), "{text}");
            assert_eq!(read(operation, pair(WRONG_TYPE, Frame::Nil)), Ok(Frame::Nil), "nothing is written");
        }
        let denied = pair(Frame::Error(b"NOPERM no"), OK);
        let (kind, applied, _) = read(OperationKind::Set, denied).unwrap_err();
        assert_eq!((kind, applied), (Kind::Reply, Some(Applied::Yes)));
        let script = named(Error::from_reply(b"BADINDEX"), "the-index");
        assert!(script.detail.contains("the-index") && script.kind == Kind::WrongType, "{script}");
    }

    #[test]
    fn a_refused_entry_is_not_written() {
        let refused = pair(Frame::Integer(1), Frame::Error(b"NOPERM no"));
        assert_eq!(read(OperationKind::Set, refused).unwrap_err().1, Some(Applied::No));
    }

    #[test]
    fn replies_of_another_shape_are_unexpected() {
        for reply in [OK, Frame::Nil, Frame::Array(vec![]), Frame::Array(vec![OK])] {
            assert!(read(OperationKind::Set, reply).is_err());
        }
    }
}
