//! The setting `notify-keyspace-events` of a server.

use crate::connection::Dialogue;
use crate::error::{Error, Kind};
use crate::protocol::Frame;

const NAME: &[u8] = b"notify-keyspace-events";
/// Keyspace channels, generic commands, string commands, expiry, eviction.
const NEEDED: &str = "Kg$xe";
/// Stands for most classes of events, including all needed ones.
const ALL: char = 'A';

/// Whether notifications are on.
#[derive(Clone, Debug)]
pub enum Setting {
    On,
    /// They were off, and have been enabled.
    Enabled,
    /// CONFIG GET is not permitted.
    Unknown,
    /// They are off. `tried`: enabling them failed.
    Lacks {
        tried: bool,
        error: Error,
    },
}

/// Reads the setting, and enables notifications if that is needed and `configure` is set.
pub async fn ensure(dialogue: &mut Dialogue, configure: bool) -> Result<Setting, Error> {
    let flags = match dialogue.request(&[b"CONFIG", b"GET", NAME], flags).await {
        Ok(Some(flags)) => flags,
        Ok(None) => return Ok(Setting::Unknown),
        Err(error) if is_refusal(&error) => return Ok(Setting::Unknown),
        Err(error) => return Err(error),
    };
    let missing = missing_in(&flags);
    if missing.is_empty() {
        return Ok(Setting::On);
    }
    if !configure {
        return Ok(Setting::Lacks { tried: false, error: lacks(&flags, &missing) });
    }
    let wanted = format!("{flags}{missing}");
    match dialogue.request(&[b"CONFIG", b"SET", NAME, wanted.as_bytes()], |_| Some(())).await {
        Ok(()) => Ok(Setting::Enabled),
        Err(error) if is_refusal(&error) => {
            Ok(Setting::Lacks { tried: true, error: lacks(&flags, &missing).with_source(error) })
        }
        Err(error) => Err(error),
    }
}

/// The value in `[name, value]`; some services reply with an empty array.
fn flags(answer: &Frame<'_>) -> Option<Option<String>> {
    match answer.elements() {
        [] => Some(None),
        [_, value] => Some(Some(String::from_utf8_lossy(value.bulk()?).into_owned())),
        _ => None,
    }
}

fn is_refusal(error: &Error) -> bool {
    error.refusal.is_some() && !error.is_transient()
}

fn missing_in(flags: &str) -> String {
    let has = |flag: char| flags.contains(flag) || (flag != 'K' && flags.contains(ALL));
    NEEDED.chars().filter(|flag| !has(*flag)).collect()
}

fn lacks(flags: &str, missing: &str) -> Error {
    let message = format!(
        "the server does not announce all changes: its notify-keyspace-events is {flags:?}, which lacks {missing:?}; \
         set it to {:?} there, or watch with configure: true",
        format!("{flags}{missing}")
    );
    Error::new(Kind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_flags_are_added_to_the_setting() {
        for (flags, missing) in
            [("", "Kg$xe"), ("AK", ""), ("AE", "K"), ("KEx", "g$e"), ("g$xeK", ""), ("Kl", "g$xe")]
        {
            assert_eq!(missing_in(flags), missing, "{flags}");
        }
        let error = lacks("KEx", "g$e");
        assert!(error.detail.contains(r#"set it to "KExg$e""#), "{error}");
    }

    #[test]
    fn a_reply_has_the_flags_or_is_empty() {
        let answer = Frame::Array(vec![Frame::Bulk(NAME), Frame::Bulk(b"AK")]);
        assert_eq!(flags(&answer), Some(Some("AK".into())));
        assert_eq!(flags(&Frame::Array(vec![])), Some(None));
        assert_eq!(flags(&Frame::Array(vec![Frame::Nil])), None);
    }
}
