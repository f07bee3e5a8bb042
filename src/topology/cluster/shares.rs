//! A batch of calls, divided by the nodes that they go to.

use super::routes::{NodeIndex, Reader, Routes};
use super::slot::slot_of;
use crate::config::ReadFrom;
use crate::engine::call::Calls;
use crate::engine::redis::encoder::Encoder;
use crate::engine::redis::sent::SentCalls;
use crate::protocol::Request;

/// Where a call goes; `None` if no node is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To the primary of its slot.
    Owner(Option<NodeIndex>),
    /// To a node that serves reads of its slot. In a share of its own, as such reads may go elsewhere while writes wait.
    Reader(Option<Reader<NodeIndex>>),
}

/// The calls of a batch that go to one node.
pub struct Share {
    pub to: To,
    pub request: Request,
    pub calls: SentCalls,
    pub slots: Vec<Option<u16>>,
}

pub struct Shares {
    pub shares: Vec<Share>,
    /// The share of each call.
    pub share_of: Vec<u16>,
}

impl Shares {
    pub fn of<'a>(calls: impl Calls<'a>, encoder: &mut Encoder<'_>, routes: &Routes) -> Self {
        let mut shares: Vec<Share> = Vec::new();
        let mut share_of = Vec::with_capacity(calls.len());
        for call in calls {
            let slot = slot_of(encoder.key_of(&call));
            let to = To::of(slot, call.operation.kind().writes(), routes);
            let share = shares.iter().position(|share| share.to == to).unwrap_or_else(|| {
                shares.push(Share::new(to));
                shares.len() - 1
            });
            encoder.push(&call.operation, &mut shares[share].request);
            shares[share].calls.push(call.operation.kind(), encoder.index());
            shares[share].slots.push(Some(slot));
            share_of.push(share as u16);
        }
        Shares { shares, share_of }
    }
}

impl To {
    fn of(slot: u16, writes: bool, routes: &Routes) -> Self {
        if writes || routes.read_from() == ReadFrom::Primary {
            To::Owner(routes.owner(slot))
        } else {
            To::Reader(routes.reader(slot))
        }
    }
}

impl Share {
    fn new(to: To) -> Self {
        let mut request = Request::default();
        request.is_returnable = matches!(to, To::Reader(Some(Reader { is_up: true, .. })));
        Share { to, request, calls: SentCalls::default(), slots: Vec::new() }
    }

    pub fn node(&self) -> Option<NodeIndex> {
        match self.to {
            To::Owner(node) => node,
            To::Reader(reader) => reader.map(|reader| reader.node),
        }
    }

    pub fn first_slot(&self) -> Option<u16> {
        self.slots.first().copied().flatten()
    }
}
