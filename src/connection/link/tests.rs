mod calls;
mod interleavings;
mod reported;
mod schedules;
mod server;
mod tracking;

use std::io::Read;
use std::sync::Arc;

use tokio::net::UnixStream;

use super::*;
use crate::protocol::replies::Replies;
use crate::protocol::{Effect, Frame};
use crate::transport::socket::Socket;

/// Panics on a reply.
struct Faulty;

impl Sink for Faulty {
    fn take(&mut self, _: usize, _: Result<Frame<'_>, Error>) {
        panic!("on purpose");
    }

    fn finish(self: Box<Self>) {
        panic!("on purpose");
    }
}

fn ping() -> Request {
    let mut request = Request::default();
    request.push(&[b"PING"], Effect::Read);
    request
}

#[tokio::test]
async fn a_panic_in_a_sink_closes_only_its_connection() {
    let link = Link::new(Duration::from_secs(5), None, Arc::default(), Offline::Queue);
    let (near, far) = UnixStream::pair().unwrap();
    let generation = link.set_candidate(Socket::from(near), Replies::new(), None);
    let (_, socket, mut replies) = link.take_candidate().unwrap();
    let socket = Arc::new(socket);
    link.accept(generation, socket.clone());
    link.adopt(generation);
    link.submit(ping(), Instant::now() + Duration::from_secs(5), Box::new(Faulty));
    far.writable().await.unwrap();
    assert_eq!(far.try_write(b"+PONG\r\n").unwrap(), 7);
    socket.readable().await.unwrap();
    let lost = link.receive(generation, &socket, &mut replies).unwrap_err();
    assert_eq!(lost.kind, Kind::Internal);
    link.disconnected(generation, &lost);
    assert_eq!(link.stats().bytes_received, 7);
}

#[tokio::test(start_paused = true)]
async fn maintenance_deactivates_the_order_without_any_calls() {
    let order = Arc::new(Order::default());
    let link = Link::new(Duration::from_secs(5), None, order.clone(), Offline::Queue);
    order.record(Duration::from_secs(5));
    tokio::time::timeout(Duration::from_secs(60), link.run_maintenance()).await.unwrap_err();
    assert!(!order.is_active());
}

#[tokio::test(start_paused = true)]
async fn a_write_that_starts_to_wait_at_a_disconnect_is_sent_on_the_next_connection() {
    let order = Arc::new(Order::default());
    let link = Link::new(Duration::from_secs(5), None, order.clone(), Offline::Queue);
    let write = || {
        let mut request = Request::default();
        request.push(&[b"SET", b"k", b"v"], Effect::Write);
        request
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    let older = order.ages(1);
    link.submit(write(), deadline, Box::new(Faulty));
    // The older one was refused on another connection.
    order.wait(older, &order.touched(write().command(0)), deadline, None, order.new_lane());
    let (near, _far) = UnixStream::pair().unwrap();
    let generation = link.set_candidate(Socket::from(near), Replies::new(), None);
    let _candidate = link.take_candidate().unwrap();
    link.disconnected(generation, &Error::new(Kind::Connection, "gone"));
    order.settle(older);
    let (near, far) = UnixStream::pair().unwrap();
    let generation = link.set_candidate(Socket::from(near), Replies::new(), None);
    let (_, socket, _replies) = link.take_candidate().unwrap();
    link.accept(generation, Arc::new(socket));
    link.adopt(generation);
    tokio::time::timeout(Duration::from_secs(1), link.run_maintenance()).await.unwrap_err();
    let mut sent = [0; 64];
    let count = far.into_std().unwrap().read(&mut sent).unwrap();
    assert!(sent[..count].starts_with(b"*3\r\n$3\r\nSET"));
}
