//! A TCP or unix stream, optionally with TLS, which several threads use: submitting threads write, the driver reads.

mod stream;

#[cfg(unix)]
use std::future::pending;
use std::io::{self, IoSlice, Read, Write};
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;

use tokio::io::Interest;
#[cfg(all(test, unix))]
use tokio::net::UnixStream;
use tokio::task::spawn_blocking;

#[cfg(test)]
pub use self::stream::Wire;
use self::stream::{Transport, connect_transport};
use super::attempt::{Attempt, Step};
use super::tls::Session;
use crate::config::{Access, Address, Server};
use crate::error::{Error, Remedy};

pub struct Socket {
    transport: Transport,
    session: Option<Session>,
}

impl Socket {
    /// `attempt` learns what is waited for.
    pub async fn connect(server: &Server, attempt: &Attempt) -> Result<Self, Error> {
        attempt.locate(&server.address);
        let transport = connect_transport(server, attempt).await?;
        let socket = Socket { transport, session: None };
        match &server.address {
            Address::Tcp { host, .. } if server.access.tls.is_some() => {
                attempt.begin(Step::ShakeHands);
                socket.secure(new_session(server.access.clone(), host.clone()).await?).await
            }
            _ => Ok(socket),
        }
    }

    /// Performs the TLS handshake.
    async fn secure(mut self, session: Session) -> Result<Self, Error> {
        loop {
            match session.flush(&mut &self.transport) {
                Ok(()) if !session.is_handshaking() => break,
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.writable().await?;
                    continue;
                }
                Err(error) => return Err(handshake_failed(&error)),
            }
            self.readable().await?;
            match session.advance(&mut &self.transport) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    // Sends the alert with the reason.
                    drop(session.flush(&mut &self.transport));
                    return Err(handshake_failed(&error));
                }
                _ => {}
            }
        }
        self.session = Some(session);
        Ok(self)
    }

    /// Deregisters the socket from tokio, so that another event loop can watch it.
    #[cfg(unix)]
    pub fn deregister(self) -> io::Result<Self> {
        let transport = match self.transport {
            Transport::Tcp(stream) => Transport::DeregisteredTcp(stream.into_std()?),
            Transport::Unix(stream) => Transport::DeregisteredUnix(stream.into_std()?),
            deregistered => deregistered,
        };
        Ok(Socket { transport, ..self })
    }

    #[cfg(not(unix))]
    pub fn deregister(self) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub async fn readable(&self) -> Result<(), Error> {
        self.ready(Interest::READABLE).await
    }

    pub async fn writable(&self) -> Result<(), Error> {
        self.ready(Interest::WRITABLE).await
    }

    async fn ready(&self, interest: Interest) -> Result<(), Error> {
        let ready = match &self.transport {
            Transport::Tcp(stream) => stream.ready(interest).await,
            #[cfg(unix)]
            Transport::Unix(stream) => stream.ready(interest).await,
            #[cfg(test)]
            Transport::Scripted(wire) => {
                wire.ready(interest).await;
                return Ok(());
            }
            #[cfg(unix)]
            _ => pending().await,
        };
        ready.map(drop).map_err(|error| Error::from_io("waiting for the server failed", &error))
    }

    pub fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match &self.session {
            None => (&self.transport).write_vectored(pieces),
            Some(session) => session.write(&mut &self.transport, pieces),
        }
    }

    /// Returns whether the socket accepted all bytes.
    pub fn flush(&self) -> io::Result<bool> {
        let Some(session) = &self.session else { return Ok(true) };
        match session.flush(&mut &self.transport) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// On another thread, because reading the certificates from files may block.
async fn new_session(access: Arc<Access>, host: String) -> Result<Session, Error> {
    let make = move || match &access.tls {
        Some(tls) => Session::new(tls, &host),
        None => Err(Error::internal("TLS")),
    };
    spawn_blocking(make).await.unwrap_or_else(|_| Err(Error::internal("TLS")))
}

/// A server that does not speak TLS sends something else, or closes the connection.
fn handshake_failed(error: &io::Error) -> Error {
    let failure = Error::from_io("the TLS handshake failed", error);
    match error.kind() {
        io::ErrorKind::InvalidData
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => failure.with_remedy(Remedy::OmitTls),
        _ => failure,
    }
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.session {
            None => (&self.transport).read(buffer),
            Some(session) => session.read(&mut &self.transport, buffer),
        }
    }
}

#[cfg(unix)]
impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.transport.as_raw_fd()
    }
}

#[cfg(test)]
impl From<std::sync::Arc<dyn Wire>> for Socket {
    fn from(wire: std::sync::Arc<dyn Wire>) -> Self {
        Socket { transport: Transport::Scripted(wire), session: None }
    }
}

#[cfg(all(test, unix))]
impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Socket { transport: Transport::Unix(stream), session: None }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use socket2::SockRef;
    use tokio::net::TcpListener;

    use super::stream::KEEP_ALIVE_EVERY;
    use super::*;
    use crate::config::Topology;
    use crate::options::{Callbacks, Options};

    #[tokio::test]
    async fn a_dead_network_is_detected_within_the_command_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let options = json!({ "host": "127.0.0.1", "port": port, "commandTimeout": 1234 });
        let config = Options::parse(options).unwrap();
        let Topology::Standalone { server, .. } = config.into_config(Callbacks::default()).unwrap().topology
        else {
            panic!("not a server");
        };
        let Socket { transport: Transport::Tcp(stream), .. } =
            Socket::connect(&server, &Attempt::default()).await.unwrap()
        else {
            panic!("not over TCP");
        };
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(1234)));
        assert!(socket.keepalive().unwrap() && socket.tcp_nodelay().unwrap());
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEP_ALIVE_EVERY);
    }
}
