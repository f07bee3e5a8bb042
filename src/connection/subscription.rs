//! A connection that is told what happens on channels, and that notices when nobody tells any more.

use std::collections::VecDeque;
use std::str::from_utf8;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::dialogue::Dialogue;
use super::frame::Frame;
use super::request::encode;
use crate::error::{Error, Kind};

/// Silence after which the server is asked whether it is still there.
const PING_AFTER: Duration = Duration::from_secs(2);

/// What can be subscribed to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Channel(String),
    /// All channels that match it.
    Pattern(String),
}

/// What a subscription hears.
pub enum News<'a> {
    /// From now on it is told of that.
    Stands(Topic),
    /// It is not, and will not be.
    Refused(Topic, Error),
    Message {
        topic: Topic,
        channel: &'a str,
        said: &'a [u8],
    },
}

/// What waiting for news came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Something,
    /// It is time to ask whether the server is still there.
    Silence,
}

pub struct Subscription {
    dialogue: Dialogue,
    asked: Asked,
    /// For an answer.
    command_timeout: Duration,
    /// Silence until then means something.
    due: Instant,
}

/// What was asked and is not answered yet, in its order.
#[derive(Debug, Default)]
struct Asked(VecDeque<Question>);

#[derive(Debug, PartialEq, Eq)]
enum Question {
    Join(Topic),
    Leave,
    Ping,
}

impl Subscription {
    pub fn new(dialogue: Dialogue, command_timeout: Duration) -> Self {
        Subscription { dialogue, asked: Asked::default(), command_timeout, due: Instant::now() + PING_AFTER }
    }

    /// Asks to be told of some topics, and of others no more.
    pub async fn change(&mut self, join: Vec<Topic>, leave: &[Topic]) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let mut questions = Vec::new();
        for topic in leave {
            push(&mut bytes, topic, "UNSUBSCRIBE", "PUNSUBSCRIBE");
            questions.push(Question::Leave);
        }
        for topic in join {
            push(&mut bytes, &topic, "SUBSCRIBE", "PSUBSCRIBE");
            questions.push(Question::Join(topic));
        }
        self.ask(&bytes, questions).await
    }

    /// Asks whether the server is still there.
    pub async fn ping(&mut self) -> Result<(), Error> {
        let mut bytes = Vec::new();
        encode(&mut bytes, &[b"PING"]);
        self.ask(&bytes, vec![Question::Ping]).await
    }

    async fn ask(&mut self, bytes: &[u8], questions: Vec<Question>) -> Result<(), Error> {
        if questions.is_empty() {
            return Ok(());
        }
        if self.asked.0.is_empty() {
            self.due = Instant::now() + self.command_timeout;
        }
        self.asked.0.extend(questions);
        let said = timeout(self.command_timeout, self.dialogue.say(bytes)).await;
        said.unwrap_or_else(|_| Err(Error::new(Kind::Connection, "the server takes nothing more")))
    }

    /// Waits for news. May be dropped at any time.
    pub async fn hear(&mut self, mut take: impl FnMut(News<'_>)) -> Result<Heard, Error> {
        let asked = &mut self.asked;
        let hearing = self.dialogue.hear(|frame| asked.hear(&frame, &mut take));
        match timeout_at(self.due, hearing).await {
            Ok(heard) => heard?,
            Err(_) if self.asked.0.is_empty() => return Ok(Heard::Silence),
            Err(_) => return Err(Error::new(Kind::Connection, "the server is silent")),
        }
        let patience = if self.asked.0.is_empty() { PING_AFTER } else { self.command_timeout };
        self.due = Instant::now() + patience;
        Ok(Heard::Something)
    }
}

fn push(bytes: &mut Vec<u8>, topic: &Topic, for_channel: &str, for_pattern: &str) {
    match topic {
        Topic::Channel(name) => encode(bytes, &[for_channel.as_bytes(), name.as_bytes()]),
        Topic::Pattern(name) => encode(bytes, &[for_pattern.as_bytes(), name.as_bytes()]),
    }
}

impl Asked {
    fn hear(&mut self, frame: &Frame<'_>, take: &mut impl FnMut(News<'_>)) -> Result<(), Error> {
        let elements = frame.elements();
        match (frame, elements.first().and_then(Frame::bulk)) {
            (Frame::Error(line), _) => match self.answered()? {
                Question::Join(topic) => take(News::Refused(topic, Error::from_reply(line))),
                // An answer all the same.
                Question::Leave | Question::Ping => {}
            },
            (_, Some(b"message")) => message(Topic::Channel, elements, 1, take),
            (_, Some(b"pmessage")) => message(Topic::Pattern, elements, 2, take),
            (_, Some(b"subscribe" | b"psubscribe")) => match self.answered()? {
                Question::Join(topic) => take(News::Stands(topic)),
                _ => return Err(Error::unasked_reply()),
            },
            (_, Some(b"unsubscribe" | b"punsubscribe" | b"pong")) | (Frame::Simple(_), _) => {
                self.answered()?;
            }
            _ => return Err(Error::unasked_reply()),
        }
        Ok(())
    }

    fn answered(&mut self) -> Result<Question, Error> {
        self.0.pop_front().ok_or_else(Error::unasked_reply)
    }
}

/// Names that are not UTF-8 are none of ours.
fn message(
    topic: fn(String) -> Topic,
    elements: &[Frame<'_>],
    channel: usize,
    take: &mut impl FnMut(News<'_>),
) {
    let text = |at: usize| elements.get(at)?.bulk().and_then(|bytes| from_utf8(bytes).ok());
    let said = elements.get(channel + 1).and_then(Frame::bulk);
    if let (Some(name), Some(channel), Some(said)) = (text(1), text(channel), said) {
        take(News::Message { topic: topic(name.to_owned()), channel, said });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array<'a>(texts: &[&'a str]) -> Frame<'a> {
        Frame::Array(texts.iter().map(|text| Frame::Bulk(text.as_bytes())).collect())
    }

    fn hear(asked: &mut Asked, frame: &Frame<'_>) -> Result<Vec<String>, Error> {
        let mut heard = Vec::new();
        asked.hear(frame, &mut |news| {
            heard.push(match news {
                News::Stands(topic) => format!("{topic:?} stands"),
                News::Refused(topic, error) => format!("{topic:?} {}", error.reply.unwrap_or_default()),
                News::Message { topic, channel, said } => {
                    format!("{topic:?} {channel} {}", String::from_utf8_lossy(said))
                }
            });
        })?;
        Ok(heard)
    }

    #[test]
    fn messages_come_between_answers() {
        let questions = [
            Question::Join(Topic::Pattern("a*".into())),
            Question::Join(Topic::Channel("b".into())),
            Question::Leave,
            Question::Ping,
        ];
        let mut asked = Asked(questions.into());
        let mut hear = |frame: &Frame<'_>| hear(&mut asked, frame).unwrap().join("");
        assert_eq!(hear(&array(&["psubscribe", "a*"])), r#"Pattern("a*") stands"#);
        assert_eq!(hear(&array(&["pmessage", "a*", "a1", "set"])), r#"Pattern("a*") a1 set"#);
        assert_eq!(hear(&Frame::Error(b"NOPERM no")), r#"Channel("b") NOPERM"#);
        assert_eq!(hear(&array(&["message", "b", "del"])), r#"Channel("b") b del"#);
        assert_eq!(hear(&array(&["punsubscribe", "a*"])), "");
        assert_eq!(hear(&array(&["pong", ""])), "");
    }

    #[test]
    fn what_nobody_asked_for_ends_the_connection() {
        for frame in [array(&["psubscribe", "a*"]), Frame::Simple(b"PONG"), Frame::Error(b"ERR"), Frame::Nil]
        {
            assert!(hear(&mut Asked::default(), &frame).is_err());
        }
    }
}
