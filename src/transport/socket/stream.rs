//! A TCP or unix stream, which tokio or another event loop watches.

#[cfg(test)]
use std::future::pending;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
#[cfg(test)]
use std::pin::Pin;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
#[cfg(test)]
use tokio::io::Interest;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::config::{Access, Address, Server};
use crate::error::{Error, Remedy};
use crate::transport::attempt::{Attempt, Step};
use crate::transport::lookup::look_up;

/// Silence before the first keepalive probe, and between further ones.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(5);
pub const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(5);

pub enum Transport {
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

/// Connects. `attempt` learns what is waited for.
pub async fn connect_transport(server: &Server, attempt: &Attempt) -> Result<Transport, Error> {
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
impl AsRawFd for Transport {
    fn as_raw_fd(&self) -> RawFd {
        match self {
            Transport::Tcp(stream) => stream.as_raw_fd(),
            Transport::Unix(stream) => stream.as_raw_fd(),
            Transport::DeregisteredTcp(stream) => stream.as_raw_fd(),
            Transport::DeregisteredUnix(stream) => stream.as_raw_fd(),
            #[cfg(test)]
            Transport::Scripted(_) => -1,
        }
    }
}
