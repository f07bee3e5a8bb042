use tokio::net::UnixStream;

use super::*;
use crate::connection::{Effect, Frame};

/// Panics when it is given a reply.
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
async fn a_panic_costs_the_connection_and_nothing_else() {
    let link = Link::new(Duration::from_secs(5), None);
    let (near, far) = UnixStream::pair().unwrap();
    let socket = Arc::new(Socket::from(near));
    link.attach(socket.clone());
    link.submit(ping(), Instant::now() + Duration::from_secs(5), Box::new(Faulty));
    far.writable().await.unwrap();
    assert_eq!(far.try_write(b"+PONG\r\n").unwrap(), 7);
    socket.readable().await.unwrap();
    let lost = link.receive(&socket, &mut Replies::new()).unwrap_err();
    assert_eq!(lost.kind, Kind::Internal);
    link.lose(&lost);
    assert_eq!(link.stats().bytes_received, 7);
}
