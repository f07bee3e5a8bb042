//! A connection that receives pub/sub messages, and detects a silent server.

use std::collections::VecDeque;
use std::str::from_utf8;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::dialogue::Dialogue;
use crate::error::{Error, Kind};
use crate::protocol::{Frame, encode};

/// Silence after which a PING is due.
const PING_AFTER: Duration = Duration::from_secs(2);

/// A channel or a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    Channel(String),
    /// All channels that match.
    Pattern(String),
}

impl Topic {
    /// Whether a reply (`subscribe`, name, count) concerns this topic.
    fn is_named(&self, elements: &[Frame<'_>]) -> bool {
        let (Topic::Channel(name) | Topic::Pattern(name)) = self;
        elements.get(1).and_then(Frame::bulk) == Some(name.as_bytes())
    }
}

pub enum PubSubEvent<'a> {
    /// Messages are received from now on.
    Subscribed(Topic),
    /// The server refused the subscription.
    Refused(Topic, Error),
    Message {
        topic: Topic,
        channel: &'a str,
        payload: &'a [u8],
    },
}

/// Result of [`Subscription::recv`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Data,
    /// Nothing was received: send a PING.
    Silence,
}

pub struct Subscription {
    dialogue: Dialogue,
    pending: PendingCommands,
    /// Limit for a reply.
    command_timeout: Duration,
    /// When silence becomes significant.
    due: Instant,
}

/// Commands without a reply yet, oldest first.
#[derive(Debug, Default)]
struct PendingCommands(VecDeque<Command>);

#[derive(Debug, PartialEq, Eq)]
enum Command {
    Subscribe(Topic),
    Unsubscribe(Topic),
    Ping,
}

impl Subscription {
    pub fn new(dialogue: Dialogue, command_timeout: Duration) -> Self {
        Subscription {
            dialogue,
            pending: PendingCommands::default(),
            command_timeout,
            due: Instant::now() + PING_AFTER,
        }
    }

    /// Subscribes to the topics `added`, and unsubscribes from `removed`.
    pub async fn change(&mut self, added: Vec<Topic>, removed: &[Topic]) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let mut commands = Vec::new();
        for topic in removed {
            push(&mut bytes, topic, "UNSUBSCRIBE", "PUNSUBSCRIBE");
            commands.push(Command::Unsubscribe(topic.clone()));
        }
        for topic in added {
            push(&mut bytes, &topic, "SUBSCRIBE", "PSUBSCRIBE");
            commands.push(Command::Subscribe(topic));
        }
        self.send(&bytes, commands).await
    }

    pub async fn ping(&mut self) -> Result<(), Error> {
        let mut bytes = Vec::new();
        encode(&mut bytes, &[b"PING"]);
        self.send(&bytes, vec![Command::Ping]).await
    }

    async fn send(&mut self, bytes: &[u8], commands: Vec<Command>) -> Result<(), Error> {
        if commands.is_empty() {
            return Ok(());
        }
        if self.pending.0.is_empty() {
            self.due = Instant::now() + self.command_timeout;
        }
        self.pending.0.extend(commands);
        let sent = timeout(self.command_timeout, self.dialogue.send(bytes)).await;
        sent.unwrap_or_else(|_| Err(Error::new(Kind::Connection, "the server takes nothing more")))
    }

    /// Waits for data or silence. Cancel-safe.
    pub async fn recv(&mut self, mut take: impl FnMut(PubSubEvent<'_>)) -> Result<Received, Error> {
        let pending = &mut self.pending;
        let received = self.dialogue.recv(|frame| pending.recv(&frame, &mut take));
        match timeout_at(self.due, received).await {
            Ok(received) => received?,
            Err(_) if self.pending.0.is_empty() => return Ok(Received::Silence),
            Err(_) => return Err(Error::new(Kind::Connection, "the server is silent")),
        }
        let limit = if self.pending.0.is_empty() { PING_AFTER } else { self.command_timeout };
        self.due = Instant::now() + limit;
        Ok(Received::Data)
    }
}

fn push(bytes: &mut Vec<u8>, topic: &Topic, for_channel: &str, for_pattern: &str) {
    match topic {
        Topic::Channel(name) => encode(bytes, &[for_channel.as_bytes(), name.as_bytes()]),
        Topic::Pattern(name) => encode(bytes, &[for_pattern.as_bytes(), name.as_bytes()]),
    }
}

impl PendingCommands {
    fn recv(&mut self, frame: &Frame<'_>, take: &mut impl FnMut(PubSubEvent<'_>)) -> Result<(), Error> {
        let elements = frame.elements();
        match (frame, elements.first().and_then(Frame::bulk)) {
            (Frame::Error(line), _) => {
                let answered = self.answered().map_err(|_| frame.unexpected())?;
                if let Command::Subscribe(topic) = answered
                    && !self.will_unsubscribe(&topic)
                {
                    take(PubSubEvent::Refused(topic, Error::from_reply(line)));
                }
            }
            (_, Some(b"message")) => message(Topic::Channel, elements, 1, take),
            (_, Some(b"pmessage")) => message(Topic::Pattern, elements, 2, take),
            (_, Some(b"subscribe" | b"psubscribe")) => {
                let topic = self.answered_subscribe(elements)?;
                if !self.will_unsubscribe(&topic) {
                    take(PubSubEvent::Subscribed(topic));
                }
            }
            (_, Some(b"unsubscribe" | b"punsubscribe")) => match self.answered()? {
                Command::Unsubscribe(topic) if topic.is_named(elements) => {}
                _ => return Err(Error::reply_without_command()),
            },
            (_, Some(b"pong")) | (Frame::Simple(_), _) => {
                self.answered()?;
            }
            _ => return Err(Error::reply_without_command()),
        }
        Ok(())
    }

    fn answered_subscribe(&mut self, elements: &[Frame<'_>]) -> Result<Topic, Error> {
        match self.answered()? {
            Command::Subscribe(topic) if topic.is_named(elements) => Ok(topic),
            _ => Err(Error::reply_without_command()),
        }
    }

    /// Whether an UNSUBSCRIBE of the topic is pending: then a reply to an earlier SUBSCRIBE is obsolete.
    fn will_unsubscribe(&self, topic: &Topic) -> bool {
        self.0.iter().any(|command| matches!(command, Command::Unsubscribe(removed) if removed == topic))
    }

    fn answered(&mut self) -> Result<Command, Error> {
        self.0.pop_front().ok_or_else(Error::reply_without_command)
    }
}

/// Ignores names that are not UTF-8: this package subscribes to none.
fn message(
    topic: fn(String) -> Topic,
    elements: &[Frame<'_>],
    channel: usize,
    take: &mut impl FnMut(PubSubEvent<'_>),
) {
    let text = |at: usize| elements.get(at)?.bulk().and_then(|bytes| from_utf8(bytes).ok());
    let payload = elements.get(channel + 1).and_then(Frame::bulk);
    if let (Some(name), Some(channel), Some(payload)) = (text(1), text(channel), payload) {
        take(PubSubEvent::Message { topic: topic(name.to_owned()), channel, payload });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array<'a>(texts: &[&'a str]) -> Frame<'a> {
        Frame::Array(texts.iter().map(|text| Frame::Bulk(text.as_bytes())).collect())
    }

    fn recv(pending: &mut PendingCommands, frame: &Frame<'_>) -> Result<Vec<String>, Error> {
        let mut events = Vec::new();
        pending.recv(frame, &mut |event| {
            events.push(match event {
                PubSubEvent::Subscribed(topic) => format!("{topic:?} subscribed"),
                PubSubEvent::Refused(topic, error) => format!(
                    "{topic:?} {}",
                    error.refusal.map_or_else(String::new, |refusal| refusal.word.to_string())
                ),
                PubSubEvent::Message { topic, channel, payload } => {
                    format!("{topic:?} {channel} {}", String::from_utf8_lossy(payload))
                }
            });
        })?;
        Ok(events)
    }

    #[test]
    fn messages_may_arrive_between_replies() {
        let commands = [
            Command::Subscribe(Topic::Pattern("a*".into())),
            Command::Subscribe(Topic::Channel("b".into())),
            Command::Unsubscribe(Topic::Pattern("c*".into())),
            Command::Ping,
        ];
        let mut pending = PendingCommands(commands.into());
        let mut recv = |frame: &Frame<'_>| recv(&mut pending, frame).unwrap().join("");
        assert_eq!(recv(&array(&["psubscribe", "a*"])), r#"Pattern("a*") subscribed"#);
        assert_eq!(recv(&array(&["pmessage", "a*", "a1", "set"])), r#"Pattern("a*") a1 set"#);
        assert_eq!(recv(&Frame::Error(b"NOPERM no")), r#"Channel("b") NOPERM"#);
        assert_eq!(recv(&array(&["message", "b", "del"])), r#"Channel("b") b del"#);
        assert_eq!(recv(&array(&["punsubscribe", "c*"])), "");
        assert_eq!(recv(&array(&["pong", ""])), "");
    }

    #[test]
    fn a_topic_that_is_subscribed_again_is_active_after_the_reply_to_the_last_subscribe() {
        let topic = || Topic::Channel("a".into());
        let refused = Frame::Error(b"NOPERM no");
        for first in [array(&["subscribe", "a"]), refused] {
            let mut pending = PendingCommands(
                [Command::Subscribe(topic()), Command::Unsubscribe(topic()), Command::Subscribe(topic())]
                    .into(),
            );
            let mut recv = |frame: &Frame<'_>| recv(&mut pending, frame).unwrap().join("");
            assert_eq!(recv(&first), "");
            assert_eq!(recv(&array(&["unsubscribe", "a"])), "");
            assert_eq!(recv(&array(&["subscribe", "a"])), r#"Channel("a") subscribed"#);
        }
    }

    #[test]
    fn a_reply_about_another_topic_is_an_error() {
        let command = |is_subscribe: bool| {
            let topic = Topic::Channel("a".into());
            if is_subscribe { Command::Subscribe(topic) } else { Command::Unsubscribe(topic) }
        };
        for (is_subscribe, word) in [(true, "subscribe"), (false, "unsubscribe"), (true, "unsubscribe")] {
            let other = if is_subscribe && word == "unsubscribe" { "a" } else { "b" };
            let mut pending = PendingCommands([command(is_subscribe)].into());
            assert!(recv(&mut pending, &array(&[word, other])).is_err());
        }
    }

    #[test]
    fn an_unexpected_reply_is_an_error() {
        for frame in [array(&["psubscribe", "a*"]), Frame::Simple(b"PONG"), Frame::Error(b"ERR"), Frame::Nil]
        {
            assert!(recv(&mut PendingCommands::default(), &frame).is_err());
        }
    }
}
