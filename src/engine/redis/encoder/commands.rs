//! Encodes commands of the user.

use crate::engine::call::{Commands, CommandsForm};
use crate::engine::redis::interned::interned;
use crate::protocol::{Effect, Request};

pub fn push(commands: &Commands<'_>, request: &mut Request) {
    let effect = if commands.kind.reads { Effect::Read } else { Effect::Write };
    match commands.kind.form {
        CommandsForm::One => request.push_users(&commands.parts, effect),
        CommandsForm::Unit => request.push_users_unit(commands.each(), effect),
        CommandsForm::Script => push_script(commands, effect, request),
    }
}

fn push_script(commands: &Commands<'_>, effect: Effect, request: &mut Request) {
    let parts: Vec<&[u8]> = commands.parts.iter().map(|part| &**part).collect();
    let Some((source, rest)) = parts.split_first() else { return };
    let (keys, arguments) = rest.split_at(commands.keys.min(rest.len()));
    match std::str::from_utf8(source).ok().and_then(interned) {
        Some(script) => request.push_users_script(script, keys, arguments, effect),
        None => {
            let count = commands.keys.to_string();
            let head: [&[u8]; 3] = [b"EVAL", source, count.as_bytes()];
            request.push_users(&[&head, rest].concat(), effect);
        }
    }
}
