//! What an attempt to connect waits for. It is the reason of calls that time out meanwhile.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Address;
use crate::error::{Error, Kind};
use crate::sync::locked;

/// An attempt that has waited for less time says less than the failure of the one before, and nothing is wrong with it yet.
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
        let wait = state.wait.as_ref().map(|wait| (wait, now - wait.since));
        match wait.filter(|(_, time)| outage.is_none() || *time >= TELLING_AFTER) {
            None => outage.cloned(),
            Some((wait, time)) => {
                let server = state.server.as_ref();
                let reason =
                    Error::new(Kind::Connection, wait.described(server.map(|server| &**server), time));
                Some(reason.at(server).of_silence(wait.silent(server)))
            }
        }
    }

    /// The failure of an attempt that took longer than `limit`. `target`: what was to be connected to.
    pub fn timed_out(&self, target: &str, limit: Duration) -> Error {
        let state = self.state();
        let (server, wait) = (state.server.as_ref(), state.wait.as_ref());
        // Without the time, so that attempts that fail alike have the same text.
        let why = wait.map(|Wait { step, .. }| {
            let awaited = step.awaited(server.map(|server| &**server));
            format!(": waiting {awaited}{}", step.question())
        });
        let limit = limit.as_millis();
        let detail = format!("connecting to {target} took longer than {limit} ms{}", why.unwrap_or_default());
        let silent = wait.and_then(|wait| wait.silent(server));
        Error::new(Kind::Connection, detail).at(server).of_silence(silent)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.0.lock())
    }
}

impl Wait {
    /// A short wait is normal: its time says nothing, and there is nothing to ask.
    fn described(&self, server: Option<&str>, time: Duration) -> String {
        let awaited = self.step.awaited(server);
        if time < TELLING_AFTER {
            return format!("waiting {awaited}");
        }
        format!("waiting {} {awaited}{}", shown(time), self.step.question())
    }

    /// The server that gives no sign of life, or what else does not.
    fn silent(&self, server: Option<&Arc<str>>) -> Option<Arc<str>> {
        match &self.step {
            Step::Connect | Step::ShakeHands | Step::LogIn { .. } => server.cloned(),
            step => Some(step.awaited(None).into()),
        }
    }
}

impl Step {
    fn awaited(&self, server: Option<&str>) -> String {
        let server = server.unwrap_or("the server");
        match self {
            Step::FindMaster(master) => format!("for the sentinels to name {master}"),
            Step::FindNodes => "for the nodes of the cluster to answer".into(),
            Step::LookUp(host) => format!("for the name lookup of {host}"),
            Step::Connect => format!("for {server} to accept the connection"),
            Step::ShakeHands => format!("for {server} to answer the TLS handshake"),
            Step::Credentials => "for the function credentials".into(),
            Step::LogIn { command, .. } => format!("for {server} to answer {command}"),
        }
    }

    /// What may be wrong if the step takes long.
    fn question(&self) -> &'static str {
        match self {
            Step::FindMaster(_) | Step::FindNodes | Step::Credentials => "",
            Step::LookUp(_) => ": does the name server answer?",
            Step::Connect => ": does a firewall block it?",
            Step::ShakeHands => ": does this port speak TLS?",
            Step::LogIn { is_encrypted: false, .. } => ": is this a Redis server without TLS?",
            Step::LogIn { is_encrypted: true, .. } => ": is this a Redis server?",
        }
    }
}

/// As in `1.5 s` or `5 s`.
fn shown(time: Duration) -> String {
    match (time.as_millis() + 50) / 100 {
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
    async fn a_short_wait_is_described_without_time_and_asks_nothing() {
        let (attempt, now) = (Attempt::default(), Instant::now());
        attempt.locate(&Address::Tcp { host: "h".into(), port: 1 });
        for (step, expected) in [
            (Step::Connect, "waiting for h:1 to accept the connection"),
            (Step::ShakeHands, "waiting for h:1 to answer the TLS handshake"),
            (Step::LookUp("h".into()), "waiting for the name lookup of h"),
            (Step::LogIn { command: "PING", is_encrypted: false }, "waiting for h:1 to answer PING"),
        ] {
            attempt.begin(step);
            for milliseconds in [0, 1, 999] {
                let reason = attempt.reason(None, now + Duration::from_millis(milliseconds)).unwrap();
                assert_eq!(&*reason.detail, expected);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_stays_silent_is_named_by_the_wait_and_by_the_timeout() {
        let (attempt, now) = (Attempt::default(), Instant::now());
        attempt.locate(&Address::Tcp { host: "h".into(), port: 1 });
        attempt.begin(Step::LogIn { command: "PING", is_encrypted: false });
        let waiting = attempt.reason(None, now + Duration::from_secs(5)).unwrap();
        let timed_out = attempt.timed_out("h:1", Duration::from_secs(10));
        assert_eq!((waiting.silent.as_deref(), timed_out.silent.as_deref()), (Some("h:1"), Some("h:1")));
        let expected = "connecting to h:1 took longer than 10000 ms: waiting for h:1 to answer PING: is this a Redis \
                        server without TLS?";
        assert_eq!(&*timed_out.detail, expected);
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
