//! Whether a server tells of changes: its setting `notify-keyspace-events`.

use crate::connection::{Dialogue, Frame};
use crate::error::{Error, Kind};

const NAME: &[u8] = b"notify-keyspace-events";
/// Channels of keys; generic commands, those on strings, expiry, eviction.
const NEEDED: &str = "Kg$xe";
/// Stands for all kinds of events.
const ALL: char = 'A';

/// What a server does.
#[derive(Clone, Debug)]
pub enum Setting {
    Tells,
    /// It may not be asked.
    Unknown,
    /// It does not tell; `tried`: it was to be set, and refused.
    Lacks {
        tried: bool,
        error: Error,
    },
}

/// Asks the server, and sets it where that is needed and `configure` allows it.
pub async fn ensure(dialogue: &mut Dialogue, configure: bool) -> Result<Setting, Error> {
    let flags = match dialogue.ask(&[b"CONFIG", b"GET", NAME], flags).await {
        Ok(Some(flags)) => flags,
        Ok(None) => return Ok(Setting::Unknown),
        Err(error) if is_refusal(&error) => return Ok(Setting::Unknown),
        Err(error) => return Err(error),
    };
    let missing = missing_in(&flags);
    if missing.is_empty() {
        return Ok(Setting::Tells);
    }
    if !configure {
        return Ok(Setting::Lacks { tried: false, error: lacks(&flags, &missing) });
    }
    let wanted = format!("{flags}{missing}");
    match dialogue.ask(&[b"CONFIG", b"SET", NAME, wanted.as_bytes()], |_| Some(())).await {
        Ok(()) => Ok(Setting::Tells),
        Err(error) if is_refusal(&error) => {
            Ok(Setting::Lacks { tried: true, error: lacks(&flags, &missing).with_source(error) })
        }
        Err(error) => Err(error),
    }
}

/// The value in `[name, value]`; some services answer with nothing.
fn flags(answer: &Frame<'_>) -> Option<Option<String>> {
    match answer.elements() {
        [] => Some(None),
        [_, value] => Some(Some(String::from_utf8_lossy(value.bulk()?).into_owned())),
        _ => None,
    }
}

fn is_refusal(error: &Error) -> bool {
    error.reply.is_some() && !error.is_for_now()
}

fn missing_in(flags: &str) -> String {
    let has = |flag: char| flags.contains(flag) || (flag != 'K' && flags.contains(ALL));
    NEEDED.chars().filter(|flag| !has(*flag)).collect()
}

fn lacks(flags: &str, missing: &str) -> Error {
    let message = format!(
        "the server does not tell of all changes: its notify-keyspace-events is {flags:?}, which lacks {missing:?}; \
         set it to {:?} there, or watch with configure: true",
        format!("{flags}{missing}")
    );
    Error::new(Kind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_added_to_what_is_there() {
        for (flags, missing) in
            [("", "Kg$xe"), ("AK", ""), ("AE", "K"), ("KEx", "g$e"), ("g$xeK", ""), ("Kl", "g$xe")]
        {
            assert_eq!(missing_in(flags), missing, "{flags}");
        }
        let error = lacks("KEx", "g$e");
        assert!(error.detail.contains(r#"set it to "KExg$e""#), "{error}");
    }

    #[test]
    fn an_answer_has_the_flags_or_nothing() {
        let answer = Frame::Array(vec![Frame::Bulk(NAME), Frame::Bulk(b"AK")]);
        assert_eq!(flags(&answer), Some(Some("AK".into())));
        assert_eq!(flags(&Frame::Array(vec![])), Some(None));
        assert_eq!(flags(&Frame::Array(vec![Frame::Nil])), None);
    }
}
