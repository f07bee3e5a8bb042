//! The scripts that the server has executed on the current connection.

use crate::error::Error;
use crate::protocol::{Frame, RefusalKind, Request, Script};

/// Whether the server lacks a script that only the user knows: to send the command again would not help.
pub fn is_of_user(request: &Request, index: usize, refusal: &Error) -> bool {
    refusal.refused_as() == Some(RefusalKind::NoScript) && request.is_users_digest(index)
}

#[derive(Default)]
pub struct KnownScripts(Vec<&'static Script>);

impl KnownScripts {
    pub fn has(&self, script: &'static Script) -> bool {
        self.0.iter().any(|known| std::ptr::eq(*known, script))
    }

    /// If the reply is not an error, the server has cached the script of the command.
    pub fn learn(&mut self, request: &Request, index: usize, reply: &Frame<'_>) {
        let Some(script) = request.script_with_source(index) else { return };
        if !matches!(reply, Frame::Error(_)) && !self.has(script) {
            self.0.push(script);
        }
    }

    pub fn on_refusal(&mut self, refusal: &Error) {
        if refusal.refused_as() == Some(RefusalKind::NoScript) {
            self.clear();
        }
    }

    /// The server may be another one, or has dropped a script.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
