//! Bytes of a socket made into replies.

use bytes::BytesMut;
use redis::{Value, ValueCodec};
use tokio_util::codec::Decoder;

use super::socket::Socket;
use crate::error::{Error, Kind};

/// Free space made for one read.
const READ_SIZE: usize = 64 * 1024;

/// Decodes what one connection receives.
#[derive(Default)]
pub struct Replies {
    codec: ValueCodec,
    buffer: BytesMut,
}

impl Replies {
    /// Reads once from a readable socket; the replies that are complete now.
    pub fn read_from(&mut self, socket: &Socket) -> Result<Vec<Value>, Error> {
        self.buffer.reserve(READ_SIZE);
        match socket.try_read(&mut self.buffer) {
            Ok(0) => Err(Error::new(Kind::Connection, "the server closed the connection")),
            Ok(_) => self.decode(),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(Vec::new()),
            Err(error) => Err(Error::from_io("reading from the server failed", &error)),
        }
    }

    fn decode(&mut self) -> Result<Vec<Value>, Error> {
        let mut replies = Vec::new();
        while let Some(reply) = self.codec.decode(&mut self.buffer).map_err(|_| garbage())? {
            replies.push(reply);
        }
        Ok(replies)
    }
}

fn garbage() -> Error {
    Error::new(Kind::Connection, "the server sent what is no Redis reply")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_may_arrive_in_any_pieces() {
        let stream = b"+OK\r\n$5\r\nhello\r\n$-1\r\n:7\r\n";
        for cut in 0..stream.len() {
            let mut replies = Replies::default();
            let mut decoded = Vec::new();
            for piece in [&stream[..cut], &stream[cut..]] {
                replies.buffer.extend_from_slice(piece);
                decoded.extend(replies.decode().unwrap());
            }
            let expected = [Value::Okay, Value::BulkString(b"hello".to_vec()), Value::Nil, Value::Int(7)];
            assert_eq!(decoded, expected, "cut at {cut}");
        }
    }

    #[test]
    fn garbage_is_an_error() {
        let mut replies = Replies::default();
        replies.buffer.extend_from_slice(b"HTTP/1.1 400 Bad Request\r\n");
        assert_eq!(replies.decode().unwrap_err().kind, Kind::Connection);
    }
}
