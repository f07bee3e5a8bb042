//! Commands on several strings.

use super::reply::{Refusal, Reply};
use super::{Answer, Command, Commands, command};
use crate::engine::memory::value::Value;

pub const COMMANDS: &[Command] = &[
    command("MGET", -2, |commands, a| commands.mget(a)),
    command("MSET", -3, |commands, a| {
        commands.put_pairs(a, "mset")?;
        Ok(Reply::OK)
    }),
    command("MSETNX", -3, |commands, a| commands.msetnx(a)),
];

impl Commands<'_> {
    /// A key of another type counts as missing.
    fn mget(&mut self, a: &[&[u8]]) -> Answer {
        let string = |key: &&[u8]| Reply::optional(self.value(key).and_then(Value::bytes));
        Ok(Reply::Array(a.iter().map(string).collect()))
    }

    fn put_pairs(&mut self, a: &[&[u8]], name: &str) -> Result<(), Refusal> {
        let (pairs, rest) = a.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(Refusal::arity(name));
        }
        for [key, value] in pairs {
            self.put(key, value.to_vec(), None);
        }
        Ok(())
    }

    fn msetnx(&mut self, a: &[&[u8]]) -> Answer {
        if a.len().is_multiple_of(2) && a.iter().step_by(2).any(|key| self.exists(key)) {
            return Ok(Reply::Integer(0));
        }
        self.put_pairs(a, "msetnx")?;
        Ok(Reply::Integer(1))
    }
}
