//! A TCP or unix stream that several threads may use: written where calls are made, read by the supervisor.

use std::future::pending;
use std::io::{self, IoSlice, Read, Write};
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::Interest;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::pipeline::Pipeline;
use super::tls::Session;
use crate::config::{Access, Address, Server};
use crate::error::Error;
use crate::tls::Tls;

/// Silence after which a keepalive probe is sent, and the next ones until one is answered.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(5);
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(5);
/// Pieces handed to the kernel in one write.
const PIECES: usize = 64;

pub struct Socket {
    transport: Transport,
    session: Option<Session>,
}

enum Transport {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    /// Left by the runtime's own loop, to be watched by another.
    #[cfg(unix)]
    LeftTcp(std::net::TcpStream),
    #[cfg(unix)]
    LeftUnix(std::os::unix::net::UnixStream),
}

impl Socket {
    pub async fn connect(server: &Server) -> Result<Self, Error> {
        let connected = match &server.address {
            Address::Tcp { host, port } => connect_tcp(host, *port, &server.access).await,
            #[cfg(unix)]
            Address::Unix(path) => UnixStream::connect(path).await.map(Transport::Unix),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        };
        let failed = |error| Error::from_io(&format!("connecting to {} failed", server.address), &error);
        let socket = Socket { transport: connected.map_err(failed)?, session: None };
        match (&server.access.tls, &server.address) {
            (Some(tls), Address::Tcp { host, .. }) => socket.secure(tls, host).await,
            _ => Ok(socket),
        }
    }

    /// Shakes hands: from then on everything is encrypted.
    async fn secure(mut self, tls: &Tls, host: &str) -> Result<Self, Error> {
        let session = Session::new(tls, host)?;
        let failed = |error| Error::from_io("the TLS handshake failed", &error);
        loop {
            match session.flush(&mut &self.transport) {
                Ok(()) if !session.is_handshaking() => break,
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.writable().await?;
                    continue;
                }
                Err(error) => return Err(failed(error)),
            }
            self.readable().await?;
            match session.advance(&mut &self.transport) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    // The server is told why.
                    drop(session.flush(&mut &self.transport));
                    return Err(failed(error));
                }
                _ => {}
            }
        }
        self.session = Some(session);
        Ok(self)
    }

    /// Takes the socket out of the runtime's own loop: from then on nobody is told when it is ready but who watches it.
    #[cfg(unix)]
    pub fn leave(self) -> io::Result<Self> {
        let transport = match self.transport {
            Transport::Tcp(stream) => Transport::LeftTcp(stream.into_std()?),
            Transport::Unix(stream) => Transport::LeftUnix(stream.into_std()?),
            left => left,
        };
        Ok(Socket { transport, ..self })
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
            #[cfg(unix)]
            _ => pending().await,
        };
        ready.map(drop).map_err(|error| Error::from_io("waiting for the server failed", &error))
    }

    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match &self.session {
            None => (&self.transport).read(buffer),
            Some(session) => session.read(&mut &self.transport, buffer),
        }
    }

    pub fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match &self.session {
            None => (&self.transport).write_vectored(pieces),
            Some(session) => session.write(&mut &self.transport, pieces),
        }
    }

    /// Writes what the pipeline has to send; whether that was all.
    pub fn write_from(&self, pipeline: &mut Pipeline) -> io::Result<bool> {
        loop {
            let pieces: Vec<IoSlice> = pipeline.unsent().take(PIECES).map(IoSlice::new).collect();
            if pieces.is_empty() {
                return self.flush();
            }
            match self.try_write(&pieces) {
                Ok(count) => pipeline.sent(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the socket took all that was written.
    fn flush(&self) -> io::Result<bool> {
        let Some(session) = &self.session else { return Ok(true) };
        match session.flush(&mut &self.transport) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

async fn connect_tcp(host: &str, port: u16, access: &Access) -> io::Result<Transport> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(access.no_delay)?;
    if access.keep_alive {
        let probes = TcpKeepalive::new().with_time(KEEP_ALIVE_AFTER).with_interval(KEEP_ALIVE_EVERY);
        SockRef::from(&stream).set_tcp_keepalive(&probes)?;
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    SockRef::from(&stream).set_tcp_user_timeout(Some(access.user_timeout))?;
    Ok(Transport::Tcp(stream))
}

impl Read for &Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Tcp(stream) => stream.try_read(buffer),
            #[cfg(unix)]
            Transport::Unix(stream) => stream.try_read(buffer),
            #[cfg(unix)]
            Transport::LeftTcp(stream) => (&*stream).read(buffer),
            #[cfg(unix)]
            Transport::LeftUnix(stream) => (&*stream).read(buffer),
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
            Transport::LeftTcp(stream) => (&*stream).write_vectored(pieces),
            #[cfg(unix)]
            Transport::LeftUnix(stream) => (&*stream).write_vectored(pieces),
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
            Transport::LeftTcp(stream) => stream.as_raw_fd(),
            Transport::LeftUnix(stream) => stream.as_raw_fd(),
        }
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
    async fn a_dead_network_is_found_within_the_command_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let options = json!({ "host": "127.0.0.1", "port": port, "commandTimeout": 1234 });
        let config = Options::parse(options, ToString::to_string).unwrap();
        let Topology::Standalone { server, .. } = config.into_config(Callbacks::default()).unwrap().topology
        else {
            panic!("not a server");
        };
        let Socket { transport: Transport::Tcp(stream), .. } = Socket::connect(&server).await.unwrap() else {
            panic!("not over TCP");
        };
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(1234)));
        assert!(socket.keepalive().unwrap() && socket.tcp_nodelay().unwrap());
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), KEEP_ALIVE_EVERY);
    }
}
