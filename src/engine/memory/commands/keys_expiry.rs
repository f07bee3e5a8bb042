//! Commands on the expiry of keys.

use super::arguments::is;
use super::expiry::Unit;
use super::number;
use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};

pub const COMMANDS: &[Command] = &[
    command("EXPIRE", -3, |commands, a| commands.expire(a, Unit::EX, "expire")),
    command("PEXPIRE", -3, |commands, a| commands.expire(a, Unit::PX, "pexpire")),
    command("EXPIREAT", -3, |commands, a| commands.expire(a, Unit::EXAT, "expireat")),
    command("PEXPIREAT", -3, |commands, a| commands.expire(a, Unit::PXAT, "pexpireat")),
    command("PERSIST", 2, |commands, a| commands.persist(a)),
    command("TTL", 2, |commands, a| Ok(commands.time_left(a[0], seconds))),
    command("PTTL", 2, |commands, a| Ok(commands.time_left(a[0], |milliseconds| milliseconds))),
    command("EXPIRETIME", 2, |commands, a| Ok(commands.expiry_of(a[0], seconds))),
    command("PEXPIRETIME", 2, |commands, a| Ok(commands.expiry_of(a[0], |milliseconds| milliseconds))),
];

/// When an expiry is set.
#[derive(Debug, Default)]
struct Conditions {
    is_new: bool,
    is_existing: bool,
    is_greater: bool,
    is_less: bool,
}

impl Conditions {
    fn read(words: &[&[u8]]) -> Result<Self, Refusal> {
        let mut conditions = Conditions::default();
        for word in words {
            let known = [
                ("NX", &mut conditions.is_new),
                ("XX", &mut conditions.is_existing),
                ("GT", &mut conditions.is_greater),
                ("LT", &mut conditions.is_less),
            ];
            let found = known.into_iter().find(|(name, _)| is(word, name));
            *found.ok_or_else(|| Refusal::unsupported_option(word))?.1 = true;
        }
        let Conditions { is_new, is_existing, is_greater, is_less } = conditions;
        if is_new && (is_existing || is_greater || is_less) {
            return Err(Refusal::new("ERR NX and XX, GT or LT options at the same time are not compatible"));
        }
        if is_greater && is_less {
            return Err(Refusal::new("ERR GT and LT options at the same time are not compatible"));
        }
        Ok(conditions)
    }

    /// No expiry is later than any other.
    fn hold(&self, old: Option<i64>, new: i64) -> bool {
        match old {
            None => !self.is_existing && !self.is_greater,
            Some(old) => !self.is_new && (!self.is_greater || new > old) && (!self.is_less || new < old),
        }
    }
}

impl Commands<'_> {
    fn expire(&mut self, a: &[&[u8]], unit: Unit, name: &str) -> Answer {
        let conditions = Conditions::read(&a[2..])?;
        let unix = unit.unix(number::integer(a[1])?, self.now).ok_or_else(|| Refusal::expiry(name))?;
        let is_set = self.exists(a[0]) && conditions.hold(self.unix_expiry(a[0]), unix);
        if is_set {
            self.expire_at(a[0], unix);
        }
        Ok(Reply::flag(is_set))
    }

    fn persist(&mut self, a: &[&[u8]]) -> Answer {
        let had_one = self.expires(a[0]).is_some();
        if had_one {
            self.entries.expire(a[0], None);
        }
        Ok(Reply::flag(had_one))
    }

    fn time_left(&self, key: &[u8], convert: fn(i64) -> i64) -> Reply {
        let now = self.now;
        self.of_expiry(key, |unix| convert((unix - now).max(0)))
    }

    fn expiry_of(&self, key: &[u8], convert: fn(i64) -> i64) -> Reply {
        self.of_expiry(key, convert)
    }

    /// -2 without a key, -1 without an expiry.
    fn of_expiry(&self, key: &[u8], convert: impl Fn(i64) -> i64) -> Reply {
        Reply::Integer(match self.unix_expiry(key) {
            Some(unix) => convert(unix),
            None if self.exists(key) => -1,
            None => -2,
        })
    }
}

/// Rounds as Redis does.
fn seconds(milliseconds: i64) -> i64 {
    milliseconds.saturating_add(500) / 1000
}
