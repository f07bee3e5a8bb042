//! What an attempt to connect waits for. It is the reason of calls that time out meanwhile.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Address;
use crate::error::{Error, Kind};
use crate::sync::locked;

/// An attempt that has waited for less time says less than the failure of the one before.
const TELLING_AFTER: Duration = Duration::from_secs(1);

/// The step that an attempt to connect waits for, shared with those who report it.
#[derive(Default)]
pub struct Attempt(Mutex<State>);

#[derive(Default)]
struct State {
    wait: Option<Wait>,
    server: Option<Arc<str>>,
}

#[derive(Clone)]
struct Wait {
    step: Step,
    since: Instant,
}

/// A step of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The sentinels are asked for the master, which is displayed so.
    FindMaster(String),
    /// The nodes of a cluster are asked for the slot map.
    FindNodes,
    /// A host name is looked up.
    LookUp(String),
    Connect,
    ShakeHands,
    /// The caller's function is called.
    Credentials,
    /// The reply to this command is awaited, over TLS or not.
    LogIn {
        command: &'static str,
        is_encrypted: bool,
    },
}

impl Attempt {
    /// The server that is connected to from now on.
    pub fn locate(&self, address: &Address) {
        self.state().server = Some(address.to_string().into());
    }

    /// The server of the last attempt.
    pub fn server(&self) -> Option<Arc<str>> {
        self.state().server.clone()
    }

    pub fn begin(&self, step: Step) {
        self.state().wait = Some(Wait { step, since: Instant::now() });
    }

    pub fn end(&self) {
        self.state().wait = None;
    }

    /// The reason why there is no connection, where the last attempt failed with `outage`.
    pub fn reason(&self, outage: Option<&Error>, now: Instant) -> Option<Error> {
        let state = self.state();
        let waiting = state.wait.clone().filter(|wait| outage.is_none() || now - wait.since >= TELLING_AFTER);
        match waiting {
            None => outage.cloned(),
            Some(wait) => {
                let reason = Error::new(
                    Kind::Connection,
                    wait.described(state.server.as_deref(), &format!("waiting {}", shown(now - wait.since))),
                );
                Some(reason.at(state.server.as_ref()))
            }
        }
    }

    /// The failure of an attempt that took longer than `limit`. `target`: what was to be connected to.
    pub fn timed_out(&self, target: &str, limit: Duration) -> Error {
        let state = self.state();
        // Without the time, so that attempts that fail alike have the same text.
        let wait = state.wait.as_ref().map(|wait| wait.described(state.server.as_deref(), "waiting"));
        let why = wait.map(|wait| format!(": {wait}")).unwrap_or_default();
        let detail = format!("connecting to {target} took longer than {} ms{why}", limit.as_millis());
        Error::new(Kind::Connection, detail).at(state.server.as_ref())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.0.lock())
    }
}

impl Wait {
    /// `waiting`: with the time or without it.
    fn described(&self, server: Option<&str>, waiting: &str) -> String {
        let server = server.unwrap_or("the server");
        match &self.step {
            Step::FindMaster(master) => format!("{waiting} for the sentinels to name {master}"),
            Step::FindNodes => format!("{waiting} for the nodes of the cluster to answer"),
            Step::LookUp(host) => {
                format!("{waiting} for the name lookup of {host}: does the name server answer?")
            }
            Step::Connect => {
                format!("{waiting} for {server} to accept the connection: does a firewall block it?")
            }
            Step::ShakeHands => {
                format!("{waiting} for {server} to answer the TLS handshake: does this port speak TLS?")
            }
            Step::Credentials => format!("{waiting} for the function credentials"),
            Step::LogIn { command, is_encrypted: false } => {
                format!("{waiting} for {server} to answer {command}: is this a Redis server without TLS?")
            }
            Step::LogIn { command, is_encrypted: true } => {
                format!("{waiting} for {server} to answer {command}: is this a Redis server?")
            }
        }
    }
}

/// As in `200 ms`, `1.5 s` or `5 s`.
fn shown(time: Duration) -> String {
    let milliseconds = time.as_millis();
    if milliseconds < 950 {
        return format!("{milliseconds} ms");
    }
    match (milliseconds + 50) / 100 {
        tenths if tenths.is_multiple_of(10) => format!("{} s", tenths / 10),
        tenths => format!("{}.{} s", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_step_is_described_with_its_server_and_time() {
        let (attempt, now) = (Attempt::default(), Instant::now());
        attempt.locate(&Address::Tcp { host: "h".into(), port: 1 });
        attempt.begin(Step::ShakeHands);
        let reason = attempt.reason(None, now + Duration::from_millis(5004)).unwrap();
        let expected = "waiting 5 s for h:1 to answer the TLS handshake: does this port speak TLS?";
        assert_eq!((&*reason.detail, reason.server.as_deref()), (expected, Some("h:1")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_attempt_says_less_than_the_failure_of_the_last_one() {
        let (attempt, outage) = (Attempt::default(), Error::new(Kind::Connection, "refused"));
        assert!(attempt.reason(None, Instant::now()).is_none());
        attempt.begin(Step::Connect);
        let after = |time| attempt.reason(Some(&outage), Instant::now() + time).unwrap().detail;
        assert_eq!(&*after(Duration::from_millis(500)), "refused");
        assert!(after(Duration::from_millis(1500)).starts_with("waiting "));
        attempt.end();
        assert_eq!(&*after(Duration::from_secs(9)), "refused");
    }
}
