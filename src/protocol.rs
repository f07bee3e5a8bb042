//! The Redis protocol (RESP2 and RESP3): encodes commands, decodes replies.

pub mod frame;
pub mod refusal;
pub mod replies;
pub mod request;

pub use self::frame::{Frame, Version};
pub use self::refusal::RefusalKind;
pub use self::request::{
    Age, EarlierReplies, Effect, Encoded, Generation, Request, Script, Sink, arguments, commands, encode,
};
