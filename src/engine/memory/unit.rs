//! Commands of the user on the embedded store.

use super::commands::{self, Commands, NotRun, Reply};
use super::entries::Entries;
use crate::engine::call::{self, CommandsForm, CommandsKind, Success};
use crate::engine::command_replies;
use crate::error::{Applied, Error, Kind};
use crate::protocol::Frame;

/// Runs commands as one unit: no other call comes between them. If one of them cannot be run, none is; then its index is
/// returned.
pub fn run(entries: &mut Entries, unit: &[Vec<&[u8]>]) -> Result<Vec<Reply>, (usize, NotRun)> {
    for (index, parts) in unit.iter().enumerate() {
        commands::check(parts).map_err(|why| (index, why))?;
    }
    let mut commands = Commands::new(entries);
    Ok(unit.iter().map(|parts| commands.run(parts)).collect())
}

pub fn reply_to(entries: &mut Entries, users: &call::Commands<'_>) -> Result<Reply, Error> {
    let unit: Vec<Vec<&[u8]>> = match users.kind.form {
        CommandsForm::Script => return Err(unsupported("the embedded store runs no scripts")),
        CommandsForm::One => vec![users.parts.iter().map(|part| &**part).collect()],
        CommandsForm::Unit => users.each().map(|parts| parts.iter().map(|part| &**part).collect()).collect(),
    };
    let mut replies = run(entries, &unit).map_err(|(index, why)| not_run(users.kind, &unit, index, why))?;
    match (users.kind.form, replies.pop()) {
        (CommandsForm::One, Some(Reply::Error(line))) => Err(refused(&line)),
        (CommandsForm::One, Some(reply)) => Ok(reply),
        (_, last) => {
            replies.extend(last);
            Ok(Reply::Array(replies))
        }
    }
}

pub fn success_of(kind: CommandsKind, reply: &Reply) -> Result<Success<'_>, Error> {
    command_replies::success_of(kind, frame_of(reply))
}

fn frame_of(reply: &Reply) -> Frame<'_> {
    match reply {
        Reply::Nil => Frame::Nil,
        Reply::Simple(text) => Frame::Simple(text.as_bytes()),
        Reply::Integer(number) => Frame::Integer(*number),
        Reply::Bulk(bytes) => Frame::Bulk(bytes),
        Reply::Array(elements) => Frame::Array(elements.iter().map(frame_of).collect()),
        Reply::Error(line) => Frame::Error(line.as_bytes()),
    }
}

fn not_run(kind: CommandsKind, unit: &[Vec<&[u8]>], index: usize, why: NotRun) -> Error {
    let error = match why {
        NotRun::Unsupported => unsupported("the embedded store does not have this command"),
        NotRun::Malformed(line) => refused(&line),
    };
    if kind.form != CommandsForm::Unit {
        return error;
    }
    let detail =
        format!("command {} of {} cannot be run, so none was: {}", index + 1, unit.len(), error.detail);
    error.reworded(detail).at_step(index)
}

fn unsupported(what: &str) -> Error {
    Error::new(Kind::Unsupported, what).with_applied(Applied::No)
}

fn refused(line: &str) -> Error {
    let error = Error::from_reply_to_user(line.as_bytes());
    let detail = error.detail.clone();
    error.reworded(detail).with_applied(Applied::No)
}
