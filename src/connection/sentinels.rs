//! Sentinels: who is the master now, and the news that it is another one.
//!
//! The given sentinels are asked each time, by the names they were given with, so that all of them may be restarted or
//! move. Of several answers the one with the highest configuration epoch is the latest; the master itself is then asked
//! for its role. <https://redis.io/docs/latest/develop/reference/sentinel-clients/>

use std::fmt;
use std::future::pending;
use std::str::from_utf8;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::dialogue::Dialogue;
use super::frame::Frame;
use crate::config::{Address, Sentinel, Server};
use crate::error::{Error, Kind};

/// After the first answer the others have so long to know better.
const STRAGGLERS: Duration = Duration::from_millis(250);
/// Before a sentinel whose news ended is connected to again.
const RECONNECT_AFTER: Duration = Duration::from_millis(500);
const NEWS: &str = "+switch-master";

/// Changes with what may mean that the master is another one.
pub type News = watch::Receiver<u64>;

pub struct Sentinels {
    set: Sentinel,
    /// Counts what may mean that the master is another one.
    news: watch::Sender<u64>,
    /// They end with the last who listens.
    _listeners: JoinSet<()>,
}

/// What a sentinel says of the master.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    epoch: u64,
    address: Address,
}

impl Sentinels {
    /// Listens to the news from now on, until dropped.
    pub fn new(set: Sentinel) -> Self {
        let news = watch::Sender::new(0);
        let mut listeners = JoinSet::new();
        for server in servers(&set) {
            let listener = listen(server, set.name.clone(), news.clone());
            listeners.spawn_on(listener, crate::runtime::handle());
        }
        Sentinels { set, news, _listeners: listeners }
    }

    pub fn connect_timeout(&self) -> Duration {
        self.set.at_master.connect_timeout
    }

    /// Number of the database at the master.
    pub fn database(&self) -> u32 {
        self.set.at_master.database
    }

    /// The master, as the sentinel with the latest news has it.
    pub async fn master(&self) -> Result<Server, Error> {
        let address = self.ask_all().await?;
        let address = self.set.address_map.seen_from_here(address);
        Ok(Server { address, access: self.set.at_master.clone() })
    }

    /// What is told from now on.
    pub fn news(&self) -> News {
        self.news.subscribe()
    }

    pub async fn changed(&self) {
        if self.news().changed().await.is_err() {
            pending().await
        }
    }

    pub async fn moved_from(&self, address: &Address, mut news: News) -> Error {
        loop {
            if news.changed().await.is_err() {
                return pending().await;
            }
            match timeout(self.connect_timeout(), self.master()).await {
                Ok(Ok(master)) if master.address != *address => {
                    let moved = format!("the master moved from {address} to {}", master.address);
                    return Error::new(Kind::Connection, moved);
                }
                _ => {}
            }
        }
    }

    async fn ask_all(&self) -> Result<Address, Error> {
        let mut asked = JoinSet::new();
        for server in servers(&self.set) {
            asked.spawn(ask(server, self.set.name.clone()));
        }
        let (mut latest, mut failure, mut patience) = (None::<Answer>, None, None);
        loop {
            tokio::select! {
                answered = asked.join_next() => match answered {
                    Some(Ok(Ok(answer))) => {
                        patience.get_or_insert(Instant::now() + STRAGGLERS);
                        latest = latest.filter(|latest| latest.epoch >= answer.epoch).or(Some(answer));
                    }
                    Some(Ok(Err(error))) => failure = worse(failure, error),
                    Some(Err(_)) => failure = worse(failure, Error::internal("asking a sentinel")),
                    None => break,
                },
                () = until(patience) => break,
            }
        }
        latest.map(|answer| answer.address).ok_or_else(|| self.nowhere(failure))
    }

    fn nowhere(&self, failure: Option<Error>) -> Error {
        let Some(failure) = failure else { return self.unknown() };
        Error { detail: format!("no sentinel tells of {self}: {failure}").into(), ..failure }
    }

    fn unknown(&self) -> Error {
        Error::new(Kind::Connection, format!("no sentinel knows {self}"))
    }
}

impl fmt::Display for Sentinels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the master {:?}", self.set.name)
    }
}

fn servers(set: &Sentinel) -> impl Iterator<Item = Server> {
    set.nodes.iter().map(|address| Server { address: address.clone(), access: set.at_sentinels.clone() })
}

/// Of several failures a refused login is what the user has to know of.
fn worse(one: Option<Error>, other: Error) -> Option<Error> {
    match one {
        Some(one) if one.kind.is_about_login() || !other.kind.is_about_login() => Some(one),
        _ => Some(other),
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

async fn ask(server: Server, name: String) -> Result<Answer, Error> {
    let mut dialogue = Dialogue::open(&server).await?;
    // In this order: a switch between the two shows as one that is not known of yet, never as one that did not happen.
    let epoch = dialogue.ask(&[b"SENTINEL", b"MASTER", name.as_bytes()], config_epoch).await?;
    // Not from what was just answered: a sentinel that leads a failover has the new address here first.
    let command: &[&[u8]] = &[b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", name.as_bytes()];
    let address = dialogue.ask(command, address).await?;
    Ok(Answer { epoch, address })
}

/// One of the fields of `SENTINEL MASTER`, a list of names and values.
fn config_epoch(fields: &Frame<'_>) -> Option<u64> {
    let is_epoch = |pair: &&[Frame<'_>]| pair[0].bulk() == Some(b"config-epoch");
    text(&fields.elements().chunks_exact(2).find(is_epoch)?[1])?.parse().ok()
}

fn address(host_and_port: &Frame<'_>) -> Option<Address> {
    let [host, port] = host_and_port.elements() else { return None };
    Some(Address::Tcp { host: text(host)?.to_owned(), port: text(port)?.parse().ok()? })
}

fn text<'a>(frame: &Frame<'a>) -> Option<&'a str> {
    from_utf8(frame.bulk()?).ok()
}

/// Tells of each switch that a sentinel announces, and that one may have been missed.
async fn listen(server: Server, name: String, news: watch::Sender<u64>) {
    loop {
        // Why it failed shows when the sentinels are asked.
        drop(listen_once(&server, &name, &news).await);
        sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(server: &Server, name: &str, news: &watch::Sender<u64>) -> Result<(), Error> {
    let too_late = |_| Error::new(Kind::Connection, "the sentinel does not answer");
    let mut dialogue =
        timeout(server.access.connect_timeout, subscribed(server)).await.map_err(too_late)??;
    news.send_modify(|count| *count += 1);
    loop {
        dialogue
            .hear(|message| {
                if is_about(&message, name) {
                    news.send_modify(|count| *count += 1);
                }
                Ok(())
            })
            .await?;
    }
}

async fn subscribed(server: &Server) -> Result<Dialogue, Error> {
    let mut dialogue = Dialogue::open(server).await?;
    dialogue.ask(&[b"SUBSCRIBE", NEWS.as_bytes()], |reply| Some(reply.elements().len())).await?;
    Ok(dialogue)
}

/// Whether a message (`message`, channel, `<name> <old address> <new address>`) is about the set of that name.
fn is_about(message: &Frame<'_>, name: &str) -> bool {
    let said = message.elements().last().and_then(text);
    said.and_then(|said| said.strip_prefix(name)).is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulks<'a>(texts: &[&'a str]) -> Frame<'a> {
        Frame::Array(texts.iter().map(|text| Frame::Bulk(text.as_bytes())).collect())
    }

    #[test]
    fn answers_have_an_epoch_and_an_address() {
        let fields = ["name", "m", "ip", "10.0.0.7", "port", "6380", "flags", "master", "config-epoch", "3"];
        assert_eq!(config_epoch(&bulks(&fields)), Some(3));
        assert_eq!(config_epoch(&bulks(&fields[..6])), None);
        let expected = Address::Tcp { host: "10.0.0.7".into(), port: 6380 };
        assert_eq!(address(&bulks(&["10.0.0.7", "6380"])), Some(expected));
        assert_eq!(address(&Frame::Nil), None);
    }

    #[test]
    fn news_are_about_the_set_that_they_name() {
        let message = bulks(&["message", NEWS, "main 10.0.0.1 6379 10.0.0.2 6379"]);
        assert!(is_about(&message, "main"));
        assert!(!is_about(&message, "mai") && !is_about(&message, "main2"));
    }

    #[test]
    fn a_refused_login_is_told_before_other_failures() {
        let (lost, refused) = (Error::new(Kind::Connection, "lost"), Error::new(Kind::Auth, "refused"));
        assert_eq!(worse(Some(lost.clone()), refused.clone()).unwrap().kind, Kind::Auth);
        assert_eq!(worse(Some(refused), lost).unwrap().kind, Kind::Auth);
    }
}
