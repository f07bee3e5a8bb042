//! Commands on one string: read, write, count.

use super::expiry::Unit;
use super::number;
use super::reply::{Refusal, Reply};
use super::set_option::SetOptions;
use super::{Answer, Command, Commands, command};

pub const COMMANDS: &[Command] = &[
    command("GET", 2, |commands, a| commands.get(a)),
    command("SET", -3, |commands, a| commands.set(a)),
    command("SETNX", 3, |commands, a| commands.setnx(a)),
    command("SETEX", 4, |commands, a| commands.setex(a, Unit::EX, "setex")),
    command("PSETEX", 4, |commands, a| commands.setex(a, Unit::PX, "psetex")),
    command("GETDEL", 2, |commands, a| commands.getdel(a)),
    command("DELIFEQ", 3, |commands, a| commands.delifeq(a)),
    command("GETEX", -2, |commands, a| commands.getex(a)),
    command("GETSET", 3, |commands, a| commands.getset(a)),
    command("INCR", 2, |commands, a| commands.add(a[0], 1)),
    command("DECR", 2, |commands, a| commands.add(a[0], -1)),
    command("INCRBY", 3, |commands, a| commands.add(a[0], number::integer(a[1])?)),
    command("DECRBY", 3, |commands, a| commands.decrby(a)),
    command("INCRBYFLOAT", 3, |commands, a| commands.incrbyfloat(a)),
];

impl Commands<'_> {
    fn get(&mut self, a: &[&[u8]]) -> Answer {
        Ok(Reply::optional(self.string(a[0])?))
    }

    fn set(&mut self, a: &[&[u8]]) -> Answer {
        let options = SetOptions::of_set(&a[2..])?;
        let (key, value) = (a[0], a[1].to_vec());
        let expiry = options.expiry.map(|(unit, number)| self.expiry(unit, number, "set")).transpose()?;
        let old = if options.get { Some(Reply::optional(self.string(key)?)) } else { None };
        let exists = self.exists(key);
        let differs = match options.equals {
            Some(wanted) => self.string(key)? != Some(wanted),
            None => false,
        };
        if differs || options.is_new && exists || options.is_existing && !exists {
            return Ok(old.unwrap_or(Reply::Nil));
        }
        match expiry {
            Some(unix) => self.put_until(key, value, unix),
            None if options.keeps_ttl => self.replace(key, value),
            None => self.put(key, value, None),
        }
        Ok(old.unwrap_or(Reply::OK))
    }

    fn setnx(&mut self, a: &[&[u8]]) -> Answer {
        let is_new = !self.exists(a[0]);
        if is_new {
            self.put(a[0], a[1].to_vec(), None);
        }
        Ok(Reply::flag(is_new))
    }

    fn setex(&mut self, a: &[&[u8]], unit: Unit, name: &str) -> Answer {
        let unix = self.expiry(unit, a[1], name)?;
        self.put_until(a[0], a[2].to_vec(), unix);
        Ok(Reply::OK)
    }

    fn getdel(&mut self, a: &[&[u8]]) -> Answer {
        let old = Reply::optional(self.string(a[0])?);
        self.entries.remove(a[0]);
        Ok(old)
    }

    /// As in Valkey 9; so is IFEQ of SET. Without them a value could not be compared and changed in one step, for want of scripts.
    fn delifeq(&mut self, a: &[&[u8]]) -> Answer {
        let is_equal = self.string(a[0])? == Some(a[1]);
        if is_equal {
            self.entries.remove(a[0]);
        }
        Ok(Reply::flag(is_equal))
    }

    fn getex(&mut self, a: &[&[u8]]) -> Answer {
        let options = SetOptions::of_getex(&a[1..])?;
        let key = a[0];
        let Some(value) = self.string(key)?.map(Reply::bulk) else { return Ok(Reply::Nil) };
        match options.expiry {
            Some((unit, number)) => {
                let unix = self.expiry(unit, number, "getex")?;
                self.expire_at(key, unix);
            }
            None if options.persists => self.entries.expire(key, None),
            None => {}
        }
        Ok(value)
    }

    fn getset(&mut self, a: &[&[u8]]) -> Answer {
        let old = Reply::optional(self.string(a[0])?);
        self.put(a[0], a[1].to_vec(), None);
        Ok(old)
    }

    fn decrby(&mut self, a: &[&[u8]]) -> Answer {
        let by = number::integer(a[1])?;
        self.add(a[0], by.checked_neg().ok_or(Refusal::new("ERR decrement would overflow"))?)
    }

    fn add(&mut self, key: &[u8], by: i64) -> Answer {
        let old = self.string(key)?.map_or(Ok(0), number::integer)?;
        let sum = old.checked_add(by).ok_or(Refusal::OVERFLOW)?;
        self.replace(key, sum.to_string().into_bytes());
        Ok(Reply::Integer(sum))
    }

    fn incrbyfloat(&mut self, a: &[&[u8]]) -> Answer {
        let old = self.string(a[0])?.unwrap_or(b"0");
        let sum = number::sum(old, a[1])?;
        self.replace(a[0], sum.clone());
        Ok(Reply::Bulk(sum))
    }
}
