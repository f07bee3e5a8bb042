//! A TCP or unix stream, optionally with TLS, which several threads use: submitting threads write, the driver reads.

#[cfg(unix)]
use std::future::pending;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
#[cfg(test)]
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::task::spawn_blocking;

use super::attempt::{Attempt, Step};
use super::lookup::look_up;
use super::tls::Session;
use crate::config::{Access, Address, Server};
use crate::error::{Error, Remedy};

/// Silence before the first keepalive probe, and between further ones.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(5);
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(5);

pub struct Socket {
    transport: Transport,
    session: Option<Session>,
}

enum Transport {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// Not registered with tokio: another event loop watches it.
    #[cfg(unix)]
    DeregisteredTcp(std::net::TcpStream),
    #[cfg(unix)]
    DeregisteredUnix(std::os::unix::net::UnixStream),
    #[cfg(test)]
    Scripted(std::sync::Arc<dyn Wire>),
}

/// The substitute for a network in tests.
#[cfg(test)]
pub trait Wire: Send + Sync {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize>;
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Resolves when the stream is readable or writable.
    fn ready(&self, _: Interest) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(pending())
    }
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

async fn connect_transport(server: &Server, attempt: &Attempt) -> Result<Transport, Error> {
    let connected = match &server.address {
        Address::Tcp { host, port } => {
            attempt.begin(Step::LookUp(host.clone()));
            let addresses = look_up(host, *port).await.map_err(|error| {
                Error::from_io(&format!("the name lookup of {host} failed"), &error)
                    .with_remedy(Remedy::CheckHost)
            })?;
            attempt.begin(Step::Connect);
            connect_tcp(&addresses, &server.access).await
        }
        #[cfg(unix)]
        Address::Unix(path) => {
            attempt.begin(Step::Connect);
            UnixStream::connect(path).await.map(Transport::Unix)
        }
        #[cfg(not(unix))]
        Address::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
    };
    connected.map_err(|error| Error::from_io(&format!("connecting to {} failed", server.address), &error))
}

async fn connect_tcp(addresses: &[SocketAddr], access: &Access) -> io::Result<Transport> {
    let stream = TcpStream::connect(addresses).await?;
    stream.set_nodelay(access.no_delay)?;
    if access.keep_alive {
        let probes = TcpKeepalive::new().with_time(KEEP_ALIVE_AFTER).with_interval(KEEP_ALIVE_EVERY);
        SockRef::from(&stream).set_tcp_keepalive(&probes)?;
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(&stream).set_tcp_user_timeout(Some(access.user_timeout))?;
    Ok(Transport::Tcp(stream))
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.session {
            None => (&self.transport).read(buffer),
            Some(session) => session.read(&mut &self.transport, buffer),
        }
    }
}

impl Read for &Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(stream) => stream.try_read(buffer),
            #[cfg(unix)]
            Transport::Unix(stream) => stream.try_read(buffer),
            #[cfg(unix)]
            Transport::DeregisteredTcp(stream) => (&*stream).read(buffer),
            #[cfg(unix)]
            Transport::DeregisteredUnix(stream) => (&*stream).read(buffer),
            #[cfg(test)]
            Transport::Scripted(wire) => wire.read(buffer),
        }
    }
}

impl Write for &Transport {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(buffer)])
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Transport::Tcp(stream) => stream.try_write_vectored(pieces),
            #[cfg(unix)]
            Transport::Unix(stream) => stream.try_write_vectored(pieces),
            #[cfg(unix)]
            Transport::DeregisteredTcp(stream) => (&*stream).write_vectored(pieces),
            #[cfg(unix)]
            Transport::DeregisteredUnix(stream) => (&*stream).write_vectored(pieces),
            #[cfg(test)]
            Transport::Scripted(wire) => pieces.first().map_or(Ok(0), |piece| wire.write(piece)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        match &self.transport {
            Transport::Tcp(stream) => stream.as_raw_fd(),
            Transport::Unix(stream) => stream.as_raw_fd(),
            Transport::DeregisteredTcp(stream) => stream.as_raw_fd(),
            Transport::DeregisteredUnix(stream) => stream.as_raw_fd(),
            #[cfg(test)]
            Transport::Scripted(_) => -1,
        }
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
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;
    use crate::config::Topology;
    use crate::options::{Callbacks, Options};

    #[tokio::test]
    async fn a_dead_network_is_detected_within_the_command_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let options = json!({ "host": "127.0.0.1", "port": port, "commandTimeout": 1234 });
        let config = Options::parse(options, ToString::to_string).unwrap();
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
