//! Commands on parts of a string.

use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::change::ChangeKind;
use crate::engine::memory::value::Value;

/// Limit of the length of a string; that of Redis.
const MAX_LENGTH: usize = 512 << 20;

pub const COMMANDS: &[Command] = &[
    command("APPEND", 3, |commands, a| commands.append(a)),
    command("STRLEN", 2, |commands, a| commands.strlen(a)),
    command("GETRANGE", 4, |commands, a| commands.getrange(a)),
    command("SUBSTR", 4, |commands, a| commands.getrange(a)),
    command("SETRANGE", 4, |commands, a| commands.setrange(a)),
];

impl Commands<'_> {
    fn append(&mut self, a: &[&[u8]]) -> Answer {
        let length = self.string(a[0])?.map_or(0, <[u8]>::len);
        self.write_at(a[0], length, a[1])
    }

    fn strlen(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::count(self.string(a[0])?.map_or(0, <[u8]>::len)))
    }

    fn getrange(&mut self, a: &[&[u8]]) -> Answer {
        let (start, end) = (number::integer(a[1])?, number::integer(a[2])?);
        let text = self.string(a[0])?.unwrap_or_default();
        if start < 0 && end < 0 && start > end {
            return Ok(Reply::bulk(b""));
        }
        let (start, end) = (place(start, text.len()), place(end, text.len()));
        Ok(Reply::bulk(text.get(start..=end.min(text.len().saturating_sub(1))).unwrap_or_default()))
    }

    fn setrange(&mut self, a: &[&[u8]]) -> Answer {
        let offset = number::integer(a[1])?;
        let offset = usize::try_from(offset).map_err(|_| Refusal::new("ERR offset is out of range"))?;
        let length = self.string(a[0])?.map_or(0, <[u8]>::len);
        if a[2].is_empty() {
            return Ok(Reply::count(length));
        }
        self.write_at(a[0], offset, a[2])
    }

    /// Writes a part of a string in place, so that many small parts take no more time than one large one.
    fn write_at(&mut self, key: &[u8], offset: usize, part: &[u8]) -> Answer {
        let end = offset.checked_add(part.len()).filter(|end| *end <= MAX_LENGTH);
        let end = end.ok_or(Refusal::new("ERR string exceeds maximum allowed size (proto-max-bulk-len)"))?;
        let Some(value) = self.entries.value_mut(key) else {
            let bytes = [vec![0; offset], part.to_vec()].concat();
            self.put(key, bytes, None);
            return Ok(Reply::count(end));
        };
        if let Value::Text(text) = value {
            *value = Value::Bytes(text.as_bytes().to_vec());
        }
        let Value::Bytes(bytes) = value else { return Err(Refusal::WRONG_TYPE) };
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset..end].copy_from_slice(part);
        let length = bytes.len();
        self.entries.listeners.notify(key, ChangeKind::Written);
        Ok(Reply::count(length))
    }
}

/// Where an index is; a negative one counts from the end.
fn place(index: i64, length: usize) -> usize {
    let from_end = index.saturating_add_unsigned(length as u64);
    usize::try_from(if index < 0 { from_end.max(0) } else { index }).unwrap_or_default()
}
