//! Commands of the user.

use super::{Effect, Request, Script, encode};

impl Request {
    /// Adds a command.
    pub fn push_users(&mut self, parts: &[impl AsRef<[u8]>], effect: Effect) {
        encode(&mut self.bytes, parts);
        self.end_users(effect, 1);
    }

    /// Adds commands as one transaction.
    pub fn push_users_unit<'p, P: AsRef<[u8]> + 'p>(
        &mut self,
        commands: impl Iterator<Item = &'p [P]>,
        effect: Effect,
    ) {
        encode(&mut self.bytes, &[b"MULTI"]);
        let mut replies = 2;
        for parts in commands {
            encode(&mut self.bytes, parts);
            replies += 1;
        }
        encode(&mut self.bytes, &[b"EXEC"]);
        self.end_users(effect, replies);
    }

    /// Adds a call of a script by its digest; see [`Request::include_sources`].
    pub fn push_users_script(
        &mut self,
        script: &'static Script,
        keys: &[&[u8]],
        arguments: &[&[u8]],
        effect: Effect,
    ) {
        self.push_script(script, keys, arguments, effect);
        if let Some(command) = self.commands.last_mut() {
            command.is_users = true;
        }
    }

    pub fn is_users(&self, index: usize) -> bool {
        self.commands[index].is_users
    }

    /// Whether the digest of a script, if the command has one, is the user's own: then its source is not known.
    pub fn is_users_digest(&self, index: usize) -> bool {
        self.is_users(index)
            && self.script_by_digest(index).is_none()
            && self.script_with_source(index).is_none()
    }

    fn end_users(&mut self, effect: Effect, replies: u16) {
        self.end_command(effect, false);
        if let Some(command) = self.commands.last_mut() {
            (command.is_users, command.replies) = (true, replies);
        }
    }
}
