//! Commands on hashes.

use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::value::Hash;

pub const COMMANDS: &[Command] = &[
    command("HSET", -4, |commands, a| Ok(Reply::count(commands.put_fields(a, "hset")?))),
    command("HMSET", -4, |commands, a| {
        commands.put_fields(a, "hmset")?;
        Ok(Reply::OK)
    }),
    command("HSETNX", 4, |commands, a| commands.hsetnx(a)),
    command("HGET", 3, |commands, a| commands.hget(a)),
    command("HMGET", -3, |commands, a| commands.hmget(a)),
    command("HGETALL", 2, |commands, a| commands.fields(a, |(field, value)| vec![field, value])),
    command("HKEYS", 2, |commands, a| commands.fields(a, |(field, _)| vec![field])),
    command("HVALS", 2, |commands, a| commands.fields(a, |(_, value)| vec![value])),
    command("HDEL", -3, |commands, a| commands.hdel(a)),
    command("HEXISTS", 3, |commands, a| commands.hexists(a)),
    command("HLEN", 2, |commands, a| commands.hlen(a)),
    command("HSTRLEN", 3, |commands, a| commands.hstrlen(a)),
    command("HINCRBY", 4, |commands, a| commands.hincrby(a)),
    command("HINCRBYFLOAT", 4, |commands, a| commands.hincrbyfloat(a)),
];

/// A field and its value.
type Field<'a> = (&'a Vec<u8>, &'a Vec<u8>);

impl Commands<'_> {
    /// Returns the number of new fields.
    fn put_fields(&mut self, a: &[&[u8]], name: &str) -> Result<usize, Refusal> {
        let (pairs, rest) = a[1..].as_chunks::<2>();
        if !rest.is_empty() {
            return Err(Refusal::arity(name));
        }
        self.edit_or_create(a[0], |hash: &mut Hash| {
            let put = |[field, value]: &[&[u8]; 2]| hash.insert(field.to_vec(), value.to_vec()).is_none();
            pairs.iter().map(put).filter(|is_new| *is_new).count()
        })
    }

    fn hsetnx(&mut self, a: &[&[u8]]) -> Answer {
        let is_new = self.field(a[0], a[1])?.is_none();
        if is_new {
            self.put_fields(a, "hsetnx")?;
        }
        Ok(Reply::flag(is_new))
    }

    fn field(&self, key: &[u8], field: &[u8]) -> Result<Option<&Vec<u8>>, Refusal> {
        Ok(self.read::<Hash>(key)?.and_then(|hash| hash.get(field)))
    }

    fn hget(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::optional(self.field(a[0], a[1])?))
    }

    fn hmget(&mut self, a: &[&[u8]]) -> Answer {
        let hash = self.read::<Hash>(a[0])?;
        let value = |field: &&[u8]| Reply::optional(hash.and_then(|hash| hash.get(*field)));
        Ok(Reply::Array(a[1..].iter().map(value).collect()))
    }

    fn fields<'a>(&'a self, a: &[&[u8]], parts: fn(Field<'a>) -> Vec<&'a Vec<u8>>) -> Answer {
        let fields = self.read::<Hash>(a[0])?.into_iter().flatten();
        Ok(Reply::array(fields.flat_map(parts)))
    }

    fn hdel(&mut self, a: &[&[u8]]) -> Answer {
        let removed = self.edit(a[0], |hash: &mut Hash| {
            a[1..].iter().filter(|field| hash.remove(**field).is_some()).count()
        })?;
        Ok(Reply::count(removed.unwrap_or(0)))
    }

    fn hexists(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::flag(self.field(a[0], a[1])?.is_some()))
    }

    fn hlen(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::count(self.read::<Hash>(a[0])?.map_or(0, Hash::len)))
    }

    fn hstrlen(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::count(self.field(a[0], a[1])?.map_or(0, Vec::len)))
    }

    fn hincrby(&mut self, a: &[&[u8]]) -> Answer {
        let by = number::integer(a[2])?;
        let old = self.field(a[0], a[1])?.map_or(Ok(0), |value| number::integer(value));
        let old = old.map_err(|_| Refusal::new("ERR hash value is not an integer"))?;
        let sum = old.checked_add(by).ok_or(Refusal::OVERFLOW)?;
        self.put_fields(&[a[0], a[1], sum.to_string().as_bytes()], "hincrby")?;
        Ok(Reply::Integer(sum))
    }

    fn hincrbyfloat(&mut self, a: &[&[u8]]) -> Answer {
        if !number::float(a[2])?.is_finite() {
            return Err(Refusal::new("ERR value is NaN or Infinity"));
        }
        let old = self.field(a[0], a[1])?.map_or(&b"0"[..], Vec::as_slice);
        number::float(old).map_err(|_| Refusal::new("ERR hash value is not a float"))?;
        let sum = number::sum(old, a[2])?;
        self.put_fields(&[a[0], a[1], &sum], "hincrbyfloat")?;
        Ok(Reply::Bulk(sum))
    }
}
