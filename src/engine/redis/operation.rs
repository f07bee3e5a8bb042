//! The scripts and commands of each operation, and the meaning of their replies.

use super::permissions::called_by;
use super::scripts;
use crate::engine::call::{OperationKind, Success};
use crate::engine::command_replies;
use crate::error::Error;
use crate::json;
use crate::protocol::{Frame, Script};

impl OperationKind {
    /// Size of the script that the operation can need.
    pub fn script_bytes(self, is_indexed: bool) -> usize {
        self.script(is_indexed).map_or(0, |script| script.source.len())
    }

    /// Whether it writes an entry and its index with one transaction of the server.
    pub fn is_unit_with_index(self) -> bool {
        use OperationKind::{Delete, DeleteExisting, Set, SetWithOptions};
        matches!(self, Set | SetWithOptions | Delete | DeleteExisting)
    }

    /// The commands that the server executes for it.
    pub fn commands(self, is_indexed: bool) -> Vec<String> {
        let of_index: &[&str] = match self {
            _ if !is_indexed => &[],
            OperationKind::Set | OperationKind::SetWithOptions => &["MULTI", "ZADD", "EXEC"],
            OperationKind::Delete | OperationKind::DeleteExisting => &["MULTI", "ZREM", "EXEC"],
            _ => &[],
        };
        let direct: &[&str] = match self {
            OperationKind::Get | OperationKind::GetTracked => &["GET"],
            OperationKind::Set => &["SET"],
            OperationKind::Delete | OperationKind::DeleteExisting => &["GETDEL"],
            OperationKind::Ping => &["PING"],
            OperationKind::Role => &["ROLE"],
            OperationKind::SetWithOptions => &["SET", "EVALSHA", "EVAL"],
            OperationKind::Has => &["TYPE"],
            OperationKind::Commands(_) => &[],
            _ => &["EVALSHA", "EVAL"],
        };
        let in_script = self.script(is_indexed).map(|script| called_by(&script.source)).unwrap_or_default();
        let direct = [direct, of_index].concat();
        let further = in_script.into_iter().filter(|command| !direct.contains(&command.as_str()));
        direct.iter().copied().map(Into::into).chain(further).collect()
    }

    fn script(self, is_indexed: bool) -> Option<&'static Script> {
        Some(match self {
            OperationKind::SetWithOptions => scripts::SET_IF_MATCH.get(is_indexed),
            OperationKind::DeleteIfMatch => scripts::DELETE_IF_MATCH.get(is_indexed),
            OperationKind::GetWithMetadata => &scripts::GET_WITH_METADATA,
            OperationKind::Increment => scripts::INCREMENT.get(is_indexed),
            OperationKind::Update => scripts::UPDATE.get(is_indexed),
            OperationKind::Lock => &scripts::LOCK,
            OperationKind::RateLimit => &scripts::RATE_LIMIT,
            OperationKind::SlidingWindow => &scripts::SLIDING_WINDOW,
            OperationKind::TokenBucket => &scripts::TOKEN_BUCKET,
            OperationKind::Transaction => scripts::TRANSACTION.get(is_indexed),
            OperationKind::Touch | OperationKind::Persist => &scripts::EXPIRY,
            OperationKind::Ttl => &scripts::TTL,
            OperationKind::Get | OperationKind::Set | OperationKind::Delete | OperationKind::Ping => {
                return None;
            }
            OperationKind::GetTracked => return None,
            OperationKind::DeleteExisting | OperationKind::Has | OperationKind::Role => return None,
            OperationKind::Commands(_) => return None,
        })
    }

    /// Converts a reply to the result. `json` is a buffer for results other than the stored text.
    pub fn success_of<'a>(self, reply: Frame<'a>, json: &'a mut String) -> Result<Success<'a>, Error> {
        match (self, reply) {
            (OperationKind::Get | OperationKind::Delete, Frame::Bulk(text)) => {
                return Ok(Success::Value(Some(text)));
            }
            (OperationKind::Get | OperationKind::Delete, Frame::Nil) => return Ok(Success::Value(None)),
            (OperationKind::Commands(kind), reply) => return command_replies::success_of(kind, reply),
            (OperationKind::GetTracked, reply) => return tracked(reply),
            (OperationKind::Set | OperationKind::SetWithOptions, Frame::Simple(b"OK"))
            | (OperationKind::Ping, Frame::Simple(_)) => return Ok(Success::Done),
            (OperationKind::Get | OperationKind::Delete | OperationKind::Set | OperationKind::Ping, _) => {
                return Err(Error::unexpected_reply());
            }
            (OperationKind::SetWithOptions, Frame::Nil) => {
                return Err(Error::conflict("the entry already exists"));
            }
            (OperationKind::Has, Frame::Simple(type_name)) => json.push_str(exists(type_name)?),
            (OperationKind::Role, reply) => match reply.elements().first().and_then(Frame::bulk) {
                Some(b"master") => json.push_str(r#""primary""#),
                Some(b"slave") => json.push_str(r#""replica""#),
                _ => return Ok(Success::Value(None)),
            },
            (OperationKind::DeleteExisting, Frame::Bulk(_)) => json.push_str("true"),
            (OperationKind::DeleteExisting, Frame::Nil) => json.push_str("false"),
            (_, reply) if self.returns(&reply) => write_json(&reply, json)?,
            _ => return Err(Error::unexpected_reply()),
        }
        Ok(Success::Value(Some(json.as_bytes())))
    }

    /// Whether the script of the operation can return such a reply. Converted to JSON, any other one would be read as a result.
    fn returns(self, reply: &Frame<'_>) -> bool {
        use Frame::{Bulk, Integer, Nil};
        match self {
            OperationKind::DeleteIfMatch => matches!(reply, Bulk(_) | Nil),
            OperationKind::Increment => {
                matches!(reply, Bulk(_)) || matches!(reply.elements(), [Bulk(_), Integer(_)])
            }
            OperationKind::Ttl | OperationKind::Touch | OperationKind::Persist => matches!(reply, Integer(_)),
            OperationKind::GetWithMetadata => {
                *reply == Nil || matches!(reply.elements(), [Bulk(_), Bulk(_), Integer(_)])
            }
            OperationKind::Update => {
                matches!(reply, Bulk(_))
                    || matches!(reply.elements(), [Bulk(_) | Nil, Bulk(_) | Nil] | [Bulk(_), Integer(_)])
            }
            OperationKind::Lock => matches!(reply.elements(), [Integer(_) | Nil, Integer(_)]),
            OperationKind::RateLimit | OperationKind::SlidingWindow | OperationKind::TokenBucket => {
                matches!(reply.elements(), [Integer(_), Integer(_), Integer(_)])
            }
            OperationKind::Transaction => {
                matches!(reply, Integer(_)) || matches!(reply.elements(), [Integer(_), Bulk(_)])
            }
            _ => false,
        }
    }

    /// Whether the operation wrote something, according to its reply. Only then `waitReplicas` applies.
    pub fn wrote(self, reply: &Frame<'_>) -> bool {
        match (self, reply) {
            (OperationKind::Get | OperationKind::GetTracked, _) => false,
            (OperationKind::Ping | OperationKind::Role | OperationKind::Commands(_), _) => false,
            (OperationKind::Has | OperationKind::GetWithMetadata | OperationKind::Ttl, _) => false,
            (OperationKind::Set, _) => true,
            (OperationKind::Delete, reply) => matches!(reply, Frame::Bulk(_)),
            (
                OperationKind::SetWithOptions
                | OperationKind::DeleteIfMatch
                | OperationKind::DeleteExisting
                | OperationKind::Increment,
                reply,
            ) => *reply != Frame::Nil,
            (OperationKind::Touch | OperationKind::Persist, reply) => *reply == Frame::Integer(1),
            // The text before and after the changes. Other replies are the result of an increment.
            (OperationKind::Update, Frame::Array(texts)) => texts.first() != texts.last(),
            (OperationKind::Update, _) => true,
            (OperationKind::Lock, reply) => matches!(reply.elements(), [Frame::Integer(_), ..]),
            (OperationKind::RateLimit | OperationKind::SlidingWindow | OperationKind::TokenBucket, reply) => {
                matches!(reply.elements(), [Frame::Integer(1), ..])
            }
            (OperationKind::Transaction, reply) => *reply == Frame::Integer(0),
        }
    }
}

/// Reads the reply to a unit that reads; without an expiry the server does not report changes.
fn tracked(reply: Frame<'_>) -> Result<Success<'_>, Error> {
    match reply {
        Frame::Bulk(text) => Ok(Success::Value(Some(text))),
        Frame::Nil => Ok(Success::Value(None)),
        Frame::Array(parts) => match parts.as_slice() {
            [Frame::Integer(ttl), Frame::Bulk(text)] => Ok(Success::Tracked { ttl: *ttl, text: Some(text) }),
            [Frame::Integer(ttl), Frame::Nil] => Ok(Success::Tracked { ttl: *ttl, text: None }),
            _ => Err(Error::unexpected_reply()),
        },
        _ => Err(Error::unexpected_reply()),
    }
}

/// Converts the reply to TYPE to JSON.
fn exists(type_name: &[u8]) -> Result<&'static str, Error> {
    match type_name {
        b"string" => Ok("true"),
        b"none" => Ok("false"),
        _ => Err(Error::from_reply(b"WRONGTYPE Operation against a key holding the wrong kind of value")),
    }
}

/// Converts a reply to JSON. Strings in it are stored texts, which are JSON already.
fn write_json(reply: &Frame<'_>, json: &mut String) -> Result<(), Error> {
    match reply {
        Frame::Nil => json.push_str("null"),
        Frame::Integer(number) => json.push_str(itoa::Buffer::new().format(*number)),
        Frame::Bulk(text) => json.push_str(json::checked(text)?),
        Frame::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                json.push(if index == 0 { '[' } else { ',' });
                write_json(element, json)?;
            }
            json.push(']');
        }
        Frame::Simple(_) | Frame::Error(_) | Frame::Push(_) => return Err(Error::unexpected_reply()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(operation: OperationKind, reply: Frame<'_>) -> Result<Option<String>, Error> {
        let mut json = String::new();
        Ok(match operation.success_of(reply, &mut json)? {
            Success::Value(Some(text)) => Some(String::from_utf8_lossy(text).into_owned()),
            Success::Tracked { ttl, text } => Some(format!("{ttl} {text:?}")),
            Success::Value(None) | Success::Done => None,
            Success::Reply(frame, _) => Some(format!("{frame:?}")),
        })
    }

    #[test]
    fn replies_become_json() {
        let found =
            Frame::Array(vec![Frame::Bulk(b"{\"a\":[]}"), Frame::Bulk(b"\"1f\""), Frame::Integer(-1)]);
        assert_eq!(read(OperationKind::GetWithMetadata, found).unwrap().unwrap(), "[{\"a\":[]},\"1f\",-1]");
        let updated = Frame::Array(vec![Frame::Nil, Frame::Bulk(b"2")]);
        assert_eq!(read(OperationKind::Update, updated).unwrap().unwrap(), "[null,2]");
        assert_eq!(read(OperationKind::SetWithOptions, Frame::Simple(b"OK")).unwrap(), None);
        assert_eq!(read(OperationKind::DeleteExisting, Frame::Bulk(b"not JSON")).unwrap().unwrap(), "true");
    }

    #[test]
    fn a_tracked_read_has_the_expiry_only_if_changes_are_reported() {
        let get = |reply| read(OperationKind::GetTracked, reply);
        let pair = |ttl, text| Frame::Array(vec![Frame::Integer(ttl), text]);
        assert_eq!(get(pair(70, Frame::Bulk(b"1"))).unwrap().unwrap(), "70 Some([49])");
        assert_eq!(get(pair(-2, Frame::Nil)).unwrap().unwrap(), "-2 None");
        assert_eq!(get(Frame::Bulk(b"1")).unwrap().unwrap(), "1");
        assert_eq!(get(Frame::Nil).unwrap(), None);
        assert!(get(pair(1, Frame::Integer(1))).is_err() && get(Frame::Integer(1)).is_err());
    }

    #[test]
    fn the_role_is_read_from_the_first_element() {
        let role = |name| Frame::Array(vec![Frame::Bulk(name), Frame::Integer(0)]);
        assert_eq!(read(OperationKind::Role, role(b"master")).unwrap().unwrap(), r#""primary""#);
        assert_eq!(read(OperationKind::Role, role(b"slave")).unwrap().unwrap(), r#""replica""#);
        assert_eq!(read(OperationKind::Role, role(b"sentinel")).unwrap(), None);
        assert_eq!(read(OperationKind::Role, Frame::Simple(b"OK")).unwrap(), None);
    }

    #[test]
    fn a_reply_of_another_shape_is_an_error() {
        let pair = || Frame::Array(vec![Frame::Integer(1), Frame::Integer(1)]);
        for operation in [
            OperationKind::SetWithOptions,
            OperationKind::DeleteIfMatch,
            OperationKind::DeleteExisting,
            OperationKind::Has,
            OperationKind::GetWithMetadata,
            OperationKind::Ttl,
            OperationKind::Increment,
            OperationKind::Update,
            OperationKind::RateLimit,
            OperationKind::SlidingWindow,
            OperationKind::TokenBucket,
            OperationKind::Transaction,
        ] {
            assert!(read(operation, pair()).is_err(), "{operation:?}");
        }
        for reply in [
            Frame::Integer(1),
            Frame::Array(vec![]),
            Frame::Array(vec![Frame::Bulk(b"1"), Frame::Integer(1)]),
        ] {
            assert!(read(OperationKind::Lock, reply).is_err());
        }
    }

    #[test]
    fn whether_something_was_written_depends_on_the_reply() {
        let pair = |old, new| Frame::Array(vec![Frame::Bulk(old), Frame::Bulk(new)]);
        let numbers = |first, rest| Frame::Array(vec![first, Frame::Integer(rest), Frame::Integer(rest)]);
        for (operation, reply, wrote) in [
            (OperationKind::Has, Frame::Integer(1), false),
            (OperationKind::SetWithOptions, Frame::Simple(b"OK"), true),
            (OperationKind::SetWithOptions, Frame::Nil, false),
            (OperationKind::DeleteIfMatch, Frame::Bulk(b"1"), true),
            (OperationKind::DeleteExisting, Frame::Bulk(b"1"), true),
            (OperationKind::DeleteExisting, Frame::Nil, false),
            (OperationKind::Touch, Frame::Integer(1), true),
            (OperationKind::Touch, Frame::Integer(0), false),
            (OperationKind::Persist, Frame::Integer(0), false),
            (OperationKind::Increment, Frame::Bulk(b"1"), true),
            (OperationKind::Increment, Frame::Array(vec![Frame::Bulk(b"1"), Frame::Integer(5)]), true),
            (OperationKind::Update, Frame::Array(vec![Frame::Bulk(b"1"), Frame::Integer(1)]), true),
            (OperationKind::Update, pair(b"1", b"2"), true),
            (OperationKind::Update, pair(b"1", b"1"), false),
            (OperationKind::Update, Frame::Array(vec![Frame::Nil, Frame::Nil]), false),
            (OperationKind::Update, Frame::Bulk(b"1"), true),
            (OperationKind::Lock, numbers(Frame::Integer(7), 0), true),
            (OperationKind::Lock, numbers(Frame::Nil, 500), false),
            (OperationKind::RateLimit, numbers(Frame::Integer(1), 2), true),
            (OperationKind::RateLimit, numbers(Frame::Integer(0), 2), false),
            (OperationKind::SlidingWindow, numbers(Frame::Integer(1), 2), true),
            (OperationKind::TokenBucket, numbers(Frame::Integer(0), 2), false),
            (OperationKind::Transaction, Frame::Integer(0), true),
            (OperationKind::Transaction, Frame::Integer(-1), false),
            (OperationKind::Transaction, Frame::Integer(3), false),
            (
                OperationKind::Transaction,
                Frame::Array(vec![Frame::Integer(2), Frame::Bulk(b"\"ERR\"")]),
                false,
            ),
        ] {
            assert_eq!(operation.wrote(&reply), wrote, "{operation:?} {reply:?}");
        }
    }

    #[test]
    fn a_text_that_would_shift_its_neighbours_is_corrupt() {
        assert!(read(OperationKind::GetWithMetadata, Frame::Array(vec![Frame::Bulk(b"1,2")])).is_err());
    }
}
