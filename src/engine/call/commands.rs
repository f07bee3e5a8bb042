//! Commands of the user, which are sent as they are.

use std::borrow::Cow;

/// One command, several as a unit, or a script.
#[derive(Debug, PartialEq, Eq)]
pub struct Commands<'a> {
    pub kind: CommandsKind,
    /// The key by which it is routed; empty if it has none.
    pub key: Cow<'a, [u8]>,
    /// Names and arguments, one command after the other; of a script its source, keys and arguments.
    pub parts: Vec<Cow<'a, [u8]>>,
    /// Where in `parts` each command of a unit ends.
    pub ends: Vec<usize>,
    /// Number of the keys of a script.
    pub keys: usize,
}

impl<'a> Commands<'a> {
    /// The commands of a unit.
    pub fn each(&self) -> impl Iterator<Item = &[Cow<'a, [u8]>]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let command = &self.parts[start..*end];
            start = *end;
            command
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandsKind {
    pub form: CommandsForm,
    pub encoding: Encoding,
    /// It may be sent again, and to a server that serves reads.
    pub reads: bool,
    /// It runs a script, which may have written before it fails.
    pub is_partial: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandsForm {
    One,
    /// A transaction of the server.
    Unit,
    Script,
}

/// What the strings of a reply become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Text,
    Bytes,
}
