//! Sentinels: finds the current master, and detects that it changes.
//!
//! Each time, all configured Sentinels are queried by their host names, so all of them may be restarted or move. The
//! reply with the highest configuration epoch wins. The login then checks the role of the master itself.
//! <https://redis.io/docs/latest/develop/reference/sentinel-clients/>

use std::fmt;
use std::future::pending;
use std::str::from_utf8;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::config::{Address, Sentinel, Server};
use crate::connection::dialogue::Dialogue;
use crate::connection::handshake::open_dialogue;
use crate::connection::mode;
use crate::connection::{Located, Locator, MasterChanges};
use crate::error::{Error, Kind, Remedy};
use crate::protocol::Frame;

/// Wait for further replies after the first one, which may be outdated.
const GRACE: Duration = Duration::from_millis(250);
/// Delay before a listener reconnects.
const RECONNECT_AFTER: Duration = Duration::from_millis(500);
const CHANNEL: &str = "+switch-master";

pub struct Sentinels {
    set: Sentinel,
    /// Number of events after which the master may be another server.
    changes: watch::Sender<u64>,
    /// Aborted on drop.
    _listeners: JoinSet<()>,
}

/// A Sentinel's reply about the master.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    epoch: u64,
    address: Address,
}

impl Sentinels {
    /// Listens for switches of the master until dropped.
    pub fn new(set: Sentinel) -> Self {
        let changes = watch::Sender::new(0);
        let mut listeners = JoinSet::new();
        for server in servers(&set) {
            let listener = listen(server, set.name.clone(), changes.clone());
            listeners.spawn_on(listener, crate::runtime::handle());
        }
        Sentinels { set, changes, _listeners: listeners }
    }

    async fn query_all(&self) -> Result<Address, Error> {
        let mut queries = JoinSet::new();
        for server in servers(&self.set) {
            queries.spawn(query(server, self.set.name.clone()));
        }
        let (mut latest, mut failure, mut limit) = (None::<Answer>, None, None);
        loop {
            tokio::select! {
                answered = queries.join_next() => match answered {
                    Some(Ok(Ok(answer))) => {
                        limit.get_or_insert(Instant::now() + GRACE);
                        latest = latest.filter(|latest| latest.epoch >= answer.epoch).or(Some(answer));
                    }
                    Some(Ok(Err(error))) => failure = prefer_auth_error(failure, error),
                    Some(Err(_)) => failure = prefer_auth_error(failure, Error::internal("asking a sentinel")),
                    None => break,
                },
                () = until(limit) => break,
            }
        }
        latest.map(|answer| answer.address).ok_or_else(|| self.not_found(failure))
    }

    fn not_found(&self, failure: Option<Error>) -> Error {
        let Some(failure) = failure else { return self.unknown() };
        let detail = format!("no sentinel names {self}: {failure}");
        let is_unknown = failure.detail.contains("No such master");
        let remedy = is_unknown.then_some(Remedy::CheckSentinelName).or(failure.remedy());
        let failure = failure.reworded(detail);
        match remedy {
            Some(remedy) => failure.with_remedy(remedy),
            None => failure,
        }
    }

    fn unknown(&self) -> Error {
        Error::new(Kind::Connection, format!("no sentinel knows {self}"))
            .with_remedy(Remedy::CheckSentinelName)
    }
}

impl Locator for Sentinels {
    fn locate(&self) -> Located<'_> {
        Box::pin(async {
            let address = self.query_all().await?;
            let address = self.set.address_map.map(address);
            Ok(Server { address, access: self.set.at_master.clone() })
        })
    }

    fn changes(&self) -> MasterChanges {
        self.changes.subscribe()
    }

    fn database(&self) -> u32 {
        self.set.at_master.database
    }

    fn connect_timeout(&self) -> Duration {
        self.set.at_master.connect_timeout
    }
}

impl fmt::Display for Sentinels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.set.name;
        // Sentinels allow only these characters. A text with others may be a password in the wrong place.
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        if is_name { write!(f, "the master {name:?}") } else { f.write_str("the master of sentinel.name") }
    }
}

fn servers(set: &Sentinel) -> impl Iterator<Item = Server> {
    set.nodes.iter().map(|address| Server { address: address.clone(), access: set.at_sentinels.clone() })
}

/// Prefers an error of the setup, such as a refused login, because only the user can fix it.
fn prefer_auth_error(one: Option<Error>, other: Error) -> Option<Error> {
    match one {
        Some(one) if one.kind.is_permanent() || !other.kind.is_permanent() => Some(one),
        _ => Some(other),
    }
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

async fn query(server: Server, name: String) -> Result<Answer, Error> {
    let mut dialogue = open_dialogue(&server).await.map_err(at_sentinel)?;
    // The epoch first: a switch between the two commands then pairs the new address with the old epoch, which is
    // harmless; the old address with the new epoch would win over correct replies.
    let epoch = dialogue.request(&[b"SENTINEL", b"MASTER", name.as_bytes()], config_epoch).await;
    let epoch = epoch.map_err(|error| match error.kind {
        Kind::Unsupported => mode::no_sentinel(&server.address, &error),
        _ => error,
    })?;
    // The first reply has an address too, but during a failover the leading Sentinel updates this one first.
    let command: &[&[u8]] = &[b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", name.as_bytes()];
    let address = dialogue.request(command, address).await?;
    Ok(Answer { epoch, address })
}

/// The failure of a login, with the options of sentinels.
fn at_sentinel(error: Error) -> Error {
    match error.remedy() {
        Some(remedy) => error.with_remedy(remedy.at_sentinel()),
        None => error,
    }
}

/// `fields`: the reply to `SENTINEL MASTER`, a list of names and values.
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

/// Counts each announced switch, and each connect, as a switch may have been missed before it.
async fn listen(server: Server, name: String, changes: watch::Sender<u64>) {
    loop {
        // The cause is reported when the Sentinels are queried.
        drop(listen_once(&server, &name, &changes).await);
        sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(server: &Server, name: &str, changes: &watch::Sender<u64>) -> Result<(), Error> {
    let timed_out = |_| Error::new(Kind::Connection, "the sentinel does not answer");
    let mut dialogue =
        timeout(server.access.connect_timeout, subscribed(server)).await.map_err(timed_out)??;
    changes.send_modify(|count| *count += 1);
    loop {
        dialogue
            .recv(|message| {
                if is_about(&message, name) {
                    changes.send_modify(|count| *count += 1);
                }
                Ok(())
            })
            .await?;
    }
}

async fn subscribed(server: &Server) -> Result<Dialogue, Error> {
    let mut dialogue = open_dialogue(server).await?;
    dialogue.request(&[b"SUBSCRIBE", CHANNEL.as_bytes()], |reply| Some(reply.elements().len())).await?;
    Ok(dialogue)
}

/// Whether a message (`message`, channel, `<name> <old address> <new address>`) concerns the set `name`.
fn is_about(message: &Frame<'_>, name: &str) -> bool {
    let payload = message.elements().last().and_then(text);
    payload.and_then(|payload| payload.strip_prefix(name)).is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulks<'a>(texts: &[&'a str]) -> Frame<'a> {
        Frame::Array(texts.iter().map(|text| Frame::Bulk(text.as_bytes())).collect())
    }

    #[test]
    fn epoch_and_address_are_read_from_replies() {
        let fields = ["name", "m", "ip", "10.0.0.7", "port", "6380", "flags", "master", "config-epoch", "3"];
        assert_eq!(config_epoch(&bulks(&fields)), Some(3));
        assert_eq!(config_epoch(&bulks(&fields[..6])), None);
        let expected = Address::Tcp { host: "10.0.0.7".into(), port: 6380 };
        assert_eq!(address(&bulks(&["10.0.0.7", "6380"])), Some(expected));
        assert_eq!(address(&Frame::Nil), None);
    }

    #[test]
    fn a_message_concerns_the_set_that_it_names() {
        let message = bulks(&["message", CHANNEL, "main 10.0.0.1 6379 10.0.0.2 6379"]);
        assert!(is_about(&message, "main"));
        assert!(!is_about(&message, "mai") && !is_about(&message, "main2"));
    }

    #[test]
    fn a_refused_login_is_preferred_to_other_failures() {
        let (lost, refused) = (Error::new(Kind::Connection, "lost"), Error::new(Kind::Auth, "refused"));
        assert_eq!(prefer_auth_error(Some(lost.clone()), refused.clone()).unwrap().kind, Kind::Auth);
        assert_eq!(prefer_auth_error(Some(refused), lost).unwrap().kind, Kind::Auth);
    }
}
