//! The reply of a scripted node.

use crate::protocol::Frame;

#[derive(Clone, Debug)]
pub enum Reply {
    Ok,
    Nil,
    Integer(i64),
    Bulk(String),
    Array(Vec<Reply>),
    Error(String),
}

impl Reply {
    pub fn frame(&self) -> Frame<'_> {
        match self {
            Reply::Ok => Frame::Simple(b"OK"),
            Reply::Nil => Frame::Nil,
            Reply::Integer(number) => Frame::Integer(*number),
            Reply::Bulk(text) => Frame::Bulk(text.as_bytes()),
            Reply::Array(elements) => Frame::Array(elements.iter().map(Reply::frame).collect()),
            Reply::Error(line) => Frame::Error(line.as_bytes()),
        }
    }

    pub fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Reply::Array(texts.into_iter().map(Reply::Bulk).collect())
    }
}
