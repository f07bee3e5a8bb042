//! Connects, serves, loses, reconnects.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::dialogue::Dialogue;
use super::handshake::log_in;
use super::link::Link;
use super::replies::Replies;
use super::socket::Socket;
use super::target::Target;
use crate::config::Address;
use crate::error::{Error, Kind};
use crate::strategy::Strategy;

/// What happens to a connection, as it happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// An attempt begins.
    Connecting,
    Connect,
    Ready,
    Reconnecting {
        retries: u32,
        delay: Duration,
        cause: Error,
    },
    Error(Error),
    /// No further attempt follows.
    End(Error),
    /// The attendant is to look after the connection; see [`super::Connection::attend`].
    Attend,
}

pub type OnEvent = Arc<dyn Fn(Event) + Send + Sync>;

/// When a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// From the start, and again whenever it is lost.
    Always,
    /// Only while calls wait for it.
    OnDemand,
}

/// What a connection is for.
#[derive(Clone)]
pub struct Plan {
    pub target: Target,
    pub open: Open,
    pub strategy: Strategy,
    pub on_event: OnEvent,
}

/// Runs a connection until it is ended.
pub async fn run(link: Arc<Link>, plan: Plan) {
    let _last_word = LastWord(&link);
    tokio::select! {
        () = stay_connected(&link, &plan) => {}
        () = link.take_care() => {}
        () = link.ended() => {}
    }
}

/// However a supervisor stops, even by a fault of its own, no call is left waiting.
struct LastWord<'a>(&'a Link);

impl Drop for LastWord<'_> {
    fn drop(&mut self) {
        self.0.end(Error::new(Kind::Ended, "the connection's supervisor stopped"));
    }
}

async fn stay_connected(link: &Link, plan: &Plan) {
    let Plan { target, open, strategy, on_event } = plan;
    let mut retries = 0;
    loop {
        if *open == Open::OnDemand {
            link.wanted().await;
        }
        on_event(Event::Connecting);
        let news = target.news();
        let cause = match connect(target, on_event).await {
            Ok((address, dialogue)) => {
                retries = 0;
                tokio::select! {
                    cause = serve(link, dialogue, on_event) => cause,
                    cause = target.moved_from(&address, news) => cause,
                }
            }
            Err(cause) => cause,
        };
        link.lose(&cause);
        on_event(Event::Error(cause.clone()));
        let Some(delay) = strategy.delay(target.longest_delay(), retries, &cause).await else {
            return give_up(link, cause, on_event);
        };
        on_event(Event::Reconnecting { retries, delay, cause });
        tokio::select! {
            () = sleep(delay) => {}
            () = target.changed() => {}
        }
        retries = retries.saturating_add(1);
    }
}

/// Finds the server, makes a connection and logs in, all within the connect timeout.
async fn connect(target: &Target, on_event: &OnEvent) -> Result<(Address, Dialogue), Error> {
    let attempt = async {
        let server = target.locate().await?;
        let mut dialogue = Dialogue::connect(&server).await?;
        on_event(Event::Connect);
        let credentials = server.access.login.credentials().await?;
        log_in(&mut dialogue, &server, credentials.as_ref()).await?;
        Ok((server.address, dialogue))
    };
    let limit = target.connect_timeout();
    let too_late = |_| {
        let limit = limit.as_millis();
        Error::new(Kind::Connection, format!("connecting to {target} took longer than {limit} ms"))
    };
    timeout(limit, attempt).await.map_err(too_late)?
}

/// Serves calls until the connection is lost; tells why it was.
async fn serve(link: &Link, dialogue: Dialogue, on_event: &OnEvent) -> Error {
    link.forget_old().await;
    let (socket, replies) = dialogue.into_parts();
    if link.is_attended() {
        return have_served(link, socket, replies).await;
    }
    let socket = Arc::new(socket);
    link.attach(socket.clone());
    on_event(Event::Ready);
    tokio::select! {
        cause = read(link, &socket, replies) => cause,
        cause = write_backlog(link, &socket) => cause,
        cause = link.useless() => cause,
    }
}

/// The attendant serves, and announces that the connection is ready.
async fn have_served(link: &Link, socket: Socket, replies: Replies) -> Error {
    match socket.leave() {
        Ok(socket) => link.offer(socket, replies),
        Err(error) => return Error::from_io("handing the socket over failed", &error),
    }
    tokio::select! {
        cause = link.lost() => cause,
        cause = link.useless() => cause,
    }
}

async fn read(link: &Link, socket: &Socket, mut replies: Replies) -> Error {
    loop {
        let read = async {
            socket.readable().await?;
            link.receive(socket, &mut replies).map(drop)
        };
        if let Err(cause) = read.await {
            return cause;
        }
    }
}

async fn write_backlog(link: &Link, socket: &Socket) -> Error {
    loop {
        link.has_backlog().await;
        loop {
            if let Err(cause) = socket.writable().await {
                return cause;
            }
            if link.flush() {
                break;
            }
        }
    }
}

fn give_up(link: &Link, cause: Error, on_event: &OnEvent) {
    let ended = Error::new(Kind::Ended, "the reconnect strategy gave up").with_source(cause);
    link.end(ended.clone());
    on_event(Event::End(ended));
}
