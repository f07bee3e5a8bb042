//! Commands that call a script: by its digest, or with its source if the server may not have cached it.

use super::push_string;
use crate::protocol::{Effect, Encoded, Request};

#[derive(Debug)]
pub struct Script {
    pub source: String,
    /// SHA-1 of the source, with which a cached script is called.
    pub digest: String,
}

/// Length of `EVALSHA` and a digest, encoded.
const DIGEST_CALL: usize = "$7\r\nEVALSHA\r\n$40\r\n\r\n".len() + 40;

impl Encoded<'_> {
    /// The command with the source of its script in place of the digest.
    pub fn with_source(self) -> Vec<u8> {
        let Some(script) = self.script else { return self.bytes.to_vec() };
        let head = memchr::memchr(b'\n', self.bytes).map_or(0, |end| end + 1);
        let mut bytes = self.bytes[..head].to_vec();
        push_string(&mut bytes, b"EVAL");
        push_string(&mut bytes, script.source.as_bytes());
        bytes.extend_from_slice(&self.bytes[head + DIGEST_CALL..]);
        bytes
    }
}

impl Request {
    /// Adds a call of a script by its digest; see [`Request::include_sources`].
    pub fn push_script(
        &mut self,
        script: &'static Script,
        keys: &[&[u8]],
        arguments: &[&[u8]],
        effect: Effect,
    ) {
        let count = keys.len().to_string();
        self.by_digest.push((self.len(), script));
        let head = [b"EVALSHA", script.digest.as_bytes(), count.as_bytes()];
        self.push(&[&head, keys, arguments].concat(), effect);
    }

    /// The script of a command, if it has only the digest.
    pub fn script_by_digest(&self, index: usize) -> Option<&'static Script> {
        script_of(&self.by_digest, index)
    }

    /// The script of a command, if it has the source.
    pub fn script_with_source(&self, index: usize) -> Option<&'static Script> {
        script_of(&self.with_source, index)
    }

    /// Adds the source to the first call of each script that the server has not cached. Later calls on the same
    /// connection need only the digest.
    pub fn include_sources(&mut self, is_known: impl Fn(&'static Script) -> bool) {
        for (index, script) in std::mem::take(&mut self.by_digest) {
            let is_included = || self.with_source.iter().any(|(_, included)| std::ptr::eq(*included, script));
            let known = is_known(script) || is_included();
            (if known { &mut self.by_digest } else { &mut self.with_source }).push((index, script));
        }
        if !self.with_source.is_empty() {
            self.encode_sources();
        }
    }

    fn encode_sources(&mut self) {
        let digests = std::mem::take(&mut self.bytes);
        let mut start = 0;
        for index in 0..self.len() {
            let bytes = &digests[start..self.end_of(index)];
            start = self.end_of(index);
            let (effect, age) = (self.effect(index), self.age(index));
            let script = self.script_with_source(index);
            let command = Encoded { bytes, effect, age, replies: 1, is_users: false, script };
            self.bytes.extend_from_slice(&command.with_source());
            self.commands[index].end = self.bytes.len();
        }
    }

    /// A request with one command at the same index, with the source of its script, and with its WAIT.
    pub fn command_with_source(&self, index: usize) -> Self {
        let mut again = self.command_as(index, &self.command(index).with_source());
        again.with_source.extend(self.script_by_digest(index).map(|script| (index, script)));
        again
    }
}

fn script_of(scripts: &[(usize, &'static Script)], index: usize) -> Option<&'static Script> {
    let position = scripts.binary_search_by_key(&index, |(of, _)| *of).ok()?;
    Some(scripts[position].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_an_unknown_script_is_sent_once_and_can_be_sent_again() {
        static SCRIPT: std::sync::LazyLock<Script> =
            std::sync::LazyLock::new(|| Script { source: "return 1".into(), digest: "d".repeat(40) });
        let new = || {
            let mut request = Request::default();
            request.push(&[b"PING"], Effect::Read);
            for key in [b"a", b"b"] {
                request.push_script(&SCRIPT, &[key], &[b"x"], Effect::Write);
            }
            request
        };
        let with_source = |key: &str| {
            format!("*5\r\n$4\r\nEVAL\r\n$8\r\nreturn 1\r\n$1\r\n1\r\n$1\r\n{key}\r\n$1\r\nx\r\n")
        };
        let mut request = new();
        request.include_sources(|_| false);
        assert_eq!(request.command(0).bytes, b"*1\r\n$4\r\nPING\r\n");
        assert_eq!(request.command(1).bytes, with_source("a").as_bytes());
        assert_eq!(request.command(1).with_source(), with_source("a").as_bytes());
        let digest = format!("*5\r\n$7\r\nEVALSHA\r\n$40\r\n{}\r\n$1\r\n1\r\n", "d".repeat(40));
        assert!(request.command(2).bytes.starts_with(digest.as_bytes()));
        assert_eq!(request.command(2).with_source(), with_source("b").as_bytes());
        assert_eq!(request.end_of(2), request.bytes.len());
        let again = request.command_with_source(2);
        assert_eq!((again.start_of(2), again.command(2).bytes), (0, with_source("b").as_bytes()));
        let mut known = new();
        known.include_sources(|_| true);
        assert_eq!(known.bytes, new().bytes);
    }
}
