//! Connects, serves, loses, reconnects.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::handshake;
use super::link::Link;
use super::replies::Replies;
use super::socket::Socket;
use crate::config::Server;
use crate::error::{Error, Kind};

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

/// Runs a connection until it is ended.
pub async fn run(link: Arc<Link>, server: Server, open: Open, on_event: OnEvent) {
    let _last_word = LastWord(&link);
    tokio::select! {
        () = stay_connected(&link, &server, open, &on_event) => {}
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

async fn stay_connected(link: &Link, server: &Server, open: Open, on_event: &OnEvent) {
    let mut retries = 0;
    loop {
        if open == Open::OnDemand {
            link.wanted().await;
        }
        on_event(Event::Connecting);
        let cause = match connect(server, on_event).await {
            Ok((socket, replies)) => {
                retries = 0;
                serve(link, socket, replies, on_event).await
            }
            Err(cause) => cause,
        };
        link.lose(&cause);
        on_event(Event::Error(cause.clone()));
        let Some(delay) = server.strategy.delay(retries, &cause).await else {
            return give_up(link, cause, on_event);
        };
        on_event(Event::Reconnecting { retries, delay, cause });
        sleep(delay).await;
        retries = retries.saturating_add(1);
    }
}

/// Makes a connection and logs in, both within the server's connect timeout.
async fn connect(server: &Server, on_event: &OnEvent) -> Result<(Socket, Replies), Error> {
    let attempt = async {
        let socket = Socket::connect(server).await?;
        on_event(Event::Connect);
        let credentials = server.login.credentials().await?;
        let mut replies = Replies::new();
        handshake::log_in(&socket, server, credentials.as_ref(), &mut replies).await?;
        Ok((socket, replies))
    };
    let too_late = |_| {
        let limit = server.connect_timeout.as_millis();
        Error::new(Kind::Connection, format!("connecting to {} took longer than {limit} ms", server.address))
    };
    timeout(server.connect_timeout, attempt).await.map_err(too_late)?
}

/// Serves calls until the connection is lost; tells why it was.
async fn serve(link: &Link, socket: Socket, replies: Replies, on_event: &OnEvent) -> Error {
    link.forget_old().await;
    if link.is_attended() {
        return have_served(link, socket, replies).await;
    }
    let socket = Arc::new(socket);
    link.attach(socket.clone());
    on_event(Event::Ready);
    tokio::select! {
        cause = read(link, &socket, replies) => cause,
        cause = write_backlog(link, &socket) => cause,
        cause = link.silent() => cause,
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
        cause = link.silent() => cause,
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
