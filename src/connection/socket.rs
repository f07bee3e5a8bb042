//! A TCP or unix stream that several threads may use: written where calls are made, read by the supervisor.

use std::io::{self, IoSlice};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::pipeline::Pipeline;
use crate::config::{Address, Server};
use crate::error::Error;

/// Silence after which the first keepalive probe is sent.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(5);
/// Pieces handed to the kernel in one write.
const PIECES: usize = 64;

pub enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// The same call on whichever stream it is.
macro_rules! on_stream {
    ($socket:expr, $stream:ident => $call:expr) => {
        match $socket {
            Socket::Tcp($stream) => $call,
            #[cfg(unix)]
            Socket::Unix($stream) => $call,
        }
    };
}

impl Socket {
    pub async fn connect(server: &Server) -> Result<Self, Error> {
        let connected = match &server.address {
            Address::Tcp { host, port } => Self::connect_tcp(host, *port, server).await,
            #[cfg(unix)]
            Address::Unix(path) => UnixStream::connect(path).await.map(Socket::Unix),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        };
        connected.map_err(|error| Error::from_io(&format!("connecting to {} failed", server.address), &error))
    }

    async fn connect_tcp(host: &str, port: u16, server: &Server) -> io::Result<Self> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(server.no_delay)?;
        if server.keep_alive {
            let probes = TcpKeepalive::new().with_time(KEEP_ALIVE_AFTER);
            SockRef::from(&stream).set_tcp_keepalive(&probes)?;
        }
        Ok(Socket::Tcp(stream))
    }

    pub async fn readable(&self) -> Result<(), Error> {
        let ready = on_stream!(self, stream => stream.readable().await);
        ready.map_err(|error| Error::from_io("waiting for the server failed", &error))
    }

    pub async fn writable(&self) -> Result<(), Error> {
        let ready = on_stream!(self, stream => stream.writable().await);
        ready.map_err(|error| Error::from_io("waiting for the server failed", &error))
    }

    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        on_stream!(self, stream => stream.try_read(buffer))
    }

    pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        on_stream!(self, stream => stream.try_write(bytes))
    }

    /// Writes what the pipeline has to send; whether that was all.
    pub fn write_from(&self, pipeline: &mut Pipeline) -> io::Result<bool> {
        loop {
            let pieces: Vec<IoSlice> = pipeline.unsent().take(PIECES).map(IoSlice::new).collect();
            if pieces.is_empty() {
                return Ok(true);
            }
            match on_stream!(self, stream => stream.try_write_vectored(&pieces)) {
                Ok(count) => pipeline.sent(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}
