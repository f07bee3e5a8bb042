//! A connection to a server that runs as its own task, with a small send buffer.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use shuttle::future::yield_now;
use shuttle::rand::{Rng, thread_rng};
use tokio::io::Interest;
use tokio::sync::watch;

use crate::connection::link::tests::server::{Done, next_command};
use crate::transport::Wire;

/// Smaller than a command.
const BUFFER_SIZE: usize = 20;

/// Limits the number of faults in a schedule, so that it terminates.
#[derive(Clone)]
pub struct Faults(Arc<Counts>);

struct Counts {
    left: AtomicU32,
    closed: AtomicU32,
}

impl Faults {
    pub fn new(max: u32) -> Self {
        Faults(Arc::new(Counts { left: AtomicU32::new(max), closed: AtomicU32::new(0) }))
    }

    /// Returns whether a fault happens now.
    pub fn take(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        thread_rng().gen_range(0..3) == 0
            && self.0.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    /// Connections that a server closed.
    pub fn closed(&self) -> u32 {
        self.0.closed.load(Ordering::Relaxed)
    }
}

pub struct Pipe {
    number: usize,
    done: Done,
    faults: Faults,
    streams: watch::Sender<Streams>,
}

#[derive(Default)]
struct Streams {
    /// Sent, but not read by the server yet.
    requests: Vec<u8>,
    replies: Vec<u8>,
    is_closed: bool,
}

impl Pipe {
    pub fn new(number: usize, done: Done, faults: Faults) -> Arc<Self> {
        Arc::new(Pipe { number, done, faults, streams: watch::Sender::default() })
    }

    pub fn close(&self) {
        self.streams.send_modify(|streams| streams.is_closed = true);
    }

    /// Answers commands until either side closes the connection.
    pub async fn serve(self: Arc<Self>) {
        let (mut received, mut answered) = (Vec::new(), 0);
        loop {
            yield_now().await;
            self.until(|streams| !streams.requests.is_empty() || streams.is_closed).await;
            if self.streams.borrow().is_closed {
                return;
            }
            self.streams.send_modify(|streams| received.append(&mut streams.requests));
            while let Some((token, length)) = next_command(&received) {
                received.drain(..length);
                if self.fails() {
                    return;
                }
                *self.done.lock().unwrap().entry(token).or_default() += 1;
                if self.fails() {
                    return;
                }
                answered += 1;
                self.reply(&format!("+{token} {} {answered}\r\n", self.number)).await;
            }
        }
    }

    /// Sends a reply in two parts, so that the first can arrive alone.
    async fn reply(&self, reply: &str) {
        let (head, tail) = reply.as_bytes().split_at(thread_rng().gen_range(0..reply.len()));
        self.streams.send_modify(|streams| streams.replies.extend(head));
        yield_now().await;
        self.streams.send_modify(|streams| streams.replies.extend(tail));
    }

    fn fails(&self) -> bool {
        let fails = self.faults.take();
        if fails {
            self.faults.0.closed.fetch_add(1, Ordering::Relaxed);
            self.close();
        }
        fails
    }

    async fn until(&self, is_so: impl FnMut(&Streams) -> bool) {
        drop(self.streams.subscribe().wait_for(is_so).await);
    }
}

impl Wire for Pipe {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut result = Err(ErrorKind::WouldBlock.into());
        self.streams.send_modify(|streams| {
            let count = streams.replies.len().min(buffer.len());
            if count > 0 || streams.is_closed {
                buffer[..count].copy_from_slice(&streams.replies[..count]);
                streams.replies.drain(..count);
                result = Ok(count);
            }
        });
        result
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut result = Err(ErrorKind::WouldBlock.into());
        self.streams.send_modify(|streams| {
            let count = (BUFFER_SIZE - streams.requests.len()).min(bytes.len());
            if streams.is_closed {
                result = Err(ErrorKind::BrokenPipe.into());
            } else if count > 0 {
                streams.requests.extend(&bytes[..count]);
                result = Ok(count);
            }
        });
        result
    }

    fn ready(&self, interest: Interest) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.until(move |streams| {
            let has_room = streams.requests.len() < BUFFER_SIZE;
            let is_ready = if interest.is_readable() { !streams.replies.is_empty() } else { has_room };
            is_ready || streams.is_closed
        }))
    }
}
