//! Requests to nodes of a cluster, whose commands may be referred to other nodes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::Cluster;
use super::referral::Referral;
use super::routes::Node;
use crate::config::{Address, WaitReplicas};
use crate::connection::{Connection, Effect, Encoded, Frame, Request, Sink};
use crate::error::{Applied, Error};

/// After so many referrals in a row the next one waits: nodes that disagree would have it go round and round.
const HOPS_WITHOUT_PAUSE: u32 = 4;

/// Which of a node's connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Points,
    Listings,
}

impl Lane {
    pub fn of(self, node: &Node) -> &Connection {
        match self {
            Lane::Points => &node.points,
            Lane::Listings => &node.listings,
        }
    }
}

/// Takes the replies to a request for its `sink`; what was referred elsewhere is sent there.
pub struct Routed<S> {
    pub cluster: Arc<Cluster>,
    pub lane: Lane,
    pub deadline: Instant,
    /// Of each command; none where it is about the node itself.
    pub slots: Vec<Option<u16>>,
    /// What confirms the writes, behind the commands that `slots` are of.
    wait: Option<WaitReplicas>,
    /// The node that was asked.
    pub asked: Option<Address>,
    pub sink: S,
    referred: Vec<Referred>,
    hops: u32,
}

/// A command that goes elsewhere.
struct Referred {
    index: usize,
    bytes: Vec<u8>,
    effect: Effect,
    to: Referral,
    why: Error,
}

impl<S: Sink + 'static> Routed<S> {
    pub fn new(
        cluster: Arc<Cluster>,
        lane: Lane,
        deadline: Instant,
        slots: Vec<Option<u16>>,
        asked: Option<Address>,
        sink: S,
    ) -> Self {
        Routed { cluster, lane, deadline, slots, wait: None, asked, sink, referred: Vec::new(), hops: 0 }
    }

    /// Behind its commands is one that confirms the writes among them.
    pub fn confirmed_by(self, wait: Option<WaitReplicas>) -> Self {
        Routed { wait, ..self }
    }

    fn refer(&mut self, index: usize, command: Encoded<'_>, why: &Error, asked: Option<&Address>) -> bool {
        let referral = Referral::of(why, asked, &self.cluster.config.address_map);
        let (Some(to), Some(Some(_))) = (referral, self.slots.get(index)) else { return false };
        // What is repeated every while is news once.
        if to.is_news() && self.hops == 0 || matches!(to, Referral::Moved(_)) {
            self.cluster.look_again();
        }
        let (bytes, effect) = (command.to_whole(), command.effect);
        self.referred.push(Referred { index, bytes, effect, to, why: why.clone() });
        true
    }

    /// Sends what was referred where it belongs.
    fn forward(mut self) {
        self.hops += 1;
        let later = |referred: &Referred| referred.to == Referral::OwnerLater;
        if self.hops <= HOPS_WITHOUT_PAUSE && !self.referred.iter().any(later) {
            return self.forward_now();
        }
        let cluster = self.cluster.clone();
        cluster.later.push(Box::new(move || {
            if Instant::now() < self.deadline {
                self.forward_now();
            } else {
                self.give_up();
            }
        }));
    }

    /// It is too late: what the nodes said last is a better answer than none.
    fn give_up(mut self) {
        for Referred { index, why, .. } in std::mem::take(&mut self.referred) {
            self.sink.take(index, Err(why.with_applied(Applied::No)));
        }
        Box::new(self.sink).finish();
    }

    fn forward_now(mut self) {
        let parcels = self.parcels();
        let (lane, deadline) = (self.lane, self.deadline);
        let whole = Arc::new(Mutex::new(self));
        for Parcel { cluster, node, is_asked, request, indexes, confirmed, .. } in parcels {
            let asked = node.as_ref().map(|node| node.address.clone());
            let connection = node.as_deref().map_or(&cluster.nowhere, |node| lane.of(node));
            let sink = Forwarded { whole: whole.clone(), indexes, is_asked, confirmed, asked };
            connection.submit(request, deadline, Box::new(sink));
        }
        finish_last(whole);
    }

    fn parcels(&mut self) -> Vec<Parcel> {
        let mut parcels: Vec<Parcel> = Vec::new();
        for Referred { index, bytes, effect, to, .. } in std::mem::take(&mut self.referred) {
            let slot = self.slots[index].unwrap_or_default();
            let is_asked = matches!(to, Referral::Ask(_));
            let node = self.cluster.node_for(slot, &to);
            let same = |parcel: &&mut Parcel| parcel.is_for(node.as_ref(), is_asked);
            let parcel = match parcels.iter_mut().find(same) {
                Some(parcel) => parcel,
                None => {
                    parcels.push(Parcel::new(self.cluster.clone(), node, is_asked));
                    parcels.last_mut().expect("it was just pushed")
                }
            };
            parcel.push(index, &bytes, effect);
        }
        if let Some(wait) = &self.wait {
            let writing = parcels.iter_mut().filter(|parcel| parcel.writes);
            writing.for_each(|parcel| parcel.close(wait, self.slots.len()));
        }
        parcels
    }
}

impl<S: Sink + 'static> Sink for Routed<S> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.sink.take(index, reply);
    }

    fn take_back(&mut self, index: usize, command: Encoded<'_>, why: &Error) -> bool {
        let asked = self.asked.clone();
        self.refer(index, command, why, asked.as_ref())
    }

    fn finish(self: Box<Self>) {
        if self.referred.is_empty() {
            Box::new(self.sink).finish();
        } else {
            self.forward();
        }
    }
}

/// Commands for one node, of those that were referred.
struct Parcel {
    cluster: Arc<Cluster>,
    /// None where nobody is known.
    node: Option<Arc<Node>>,
    /// Each is preceded by ASKING.
    is_asked: bool,
    request: Request,
    indexes: Vec<usize>,
    writes: bool,
    confirmed: Option<usize>,
}

impl Parcel {
    fn new(cluster: Arc<Cluster>, node: Option<Arc<Node>>, is_asked: bool) -> Self {
        Parcel {
            cluster,
            node,
            is_asked,
            request: Request::default(),
            indexes: Vec::new(),
            writes: false,
            confirmed: None,
        }
    }

    fn is_for(&self, node: Option<&Arc<Node>>, is_asked: bool) -> bool {
        self.is_asked == is_asked && self.node.as_ref().map(Arc::as_ptr) == node.map(Arc::as_ptr)
    }

    fn push(&mut self, index: usize, bytes: &[u8], effect: Effect) {
        if self.is_asked {
            self.request.push(&[b"ASKING"], Effect::Read);
        }
        self.request.push_encoded(bytes, effect);
        self.indexes.push(index);
        self.writes |= effect == Effect::Write;
    }

    /// Its writes are to be confirmed too, to the command of that index.
    fn close(&mut self, wait: &WaitReplicas, index: usize) {
        wait.push(&mut self.request);
        self.confirmed = Some(index);
    }
}

/// Takes the replies to a parcel, for the request as a whole.
struct Forwarded<S> {
    whole: Arc<Mutex<Routed<S>>>,
    /// Of the commands, in the request as a whole.
    indexes: Vec<usize>,
    is_asked: bool,
    /// The command that the last one of the parcel stands for, where that confirms the others.
    confirmed: Option<usize>,
    asked: Option<Address>,
}

impl<S: Sink + 'static> Forwarded<S> {
    /// Which command of the whole it is; `None` for an ASKING.
    fn index(&self, index: usize) -> Option<usize> {
        let (place, is_asking) =
            if self.is_asked { (index / 2, index.is_multiple_of(2)) } else { (index, false) };
        match self.indexes.get(place) {
            None => self.confirmed,
            Some(_) if is_asking => None,
            Some(index) => Some(*index),
        }
    }

    fn whole(&self) -> MutexGuard<'_, Routed<S>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sink + 'static> Sink for Forwarded<S> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        if let Some(index) = self.index(index) {
            self.whole().sink.take(index, reply);
        }
    }

    fn take_back(&mut self, index: usize, command: Encoded<'_>, why: &Error) -> bool {
        // An ASKING means nothing without what follows it.
        self.index(index).is_none_or(|index| self.whole().refer(index, command, why, self.asked.as_ref()))
    }

    fn finish(self: Box<Self>) {
        finish_last(self.whole);
    }
}

/// The last of those who hold it finishes it.
fn finish_last<S: Sink + 'static>(whole: Arc<Mutex<Routed<S>>>) {
    if let Some(whole) = Arc::into_inner(whole) {
        Box::new(whole.into_inner().unwrap_or_else(PoisonError::into_inner)).finish();
    }
}
