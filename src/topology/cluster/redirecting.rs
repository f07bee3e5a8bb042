//! The sink of a request to a cluster node. It sends redirected commands to the other node.

mod batch;

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::time::Instant;

use self::batch::{RedirectBatch, batches_by_node};
use super::Cluster;
use super::nodes::{ConnectionKind, Nodes};
use super::redirect::Redirect;
use crate::config::{Address, WaitReplicas};
use crate::error::{Applied, Error, Kind};
use crate::protocol::{Age, Effect, Encoded, Frame, Sink};
use crate::sync::locked;

/// Consecutive redirects without a pause. More indicate nodes that redirect to each other.
const HOPS_WITHOUT_PAUSE: u32 = 4;

/// Passes the replies to a request to `sink`, and sends redirected commands to their nodes.
pub struct RedirectingSink<S, N = Cluster> {
    pub cluster: Arc<N>,
    pub kind: ConnectionKind,
    pub deadline: Instant,
    /// The slot of each command; `None` if the command concerns the node itself.
    pub slots: Vec<Option<u16>>,
    /// The WAIT after the commands of `slots`, if there is one.
    wait: Option<WaitReplicas>,
    /// The node that the request was sent to.
    pub queried: Option<Address>,
    pub sink: S,
    redirected: Vec<RedirectedCommand>,
    hops: u32,
}

/// A command that a node did not execute.
struct RedirectedCommand {
    index: usize,
    slot: u16,
    age: Age,
    bytes: Vec<u8>,
    effect: Effect,
    replies: u16,
    is_users: bool,
    to: Redirect,
    why: Error,
}

impl<S: Sink + 'static, N: Nodes> RedirectingSink<S, N> {
    pub fn new(
        cluster: Arc<N>,
        kind: ConnectionKind,
        deadline: Instant,
        slots: Vec<Option<u16>>,
        queried: Option<Address>,
        sink: S,
    ) -> Self {
        RedirectingSink {
            cluster,
            kind,
            deadline,
            slots,
            wait: None,
            queried,
            sink,
            redirected: Vec::new(),
            hops: 0,
        }
    }

    /// The request has a WAIT after its commands.
    pub fn confirmed_by(self, wait: Option<WaitReplicas>) -> Self {
        RedirectingSink { wait, ..self }
    }

    /// Whether the command, which a node did not execute, is redirected.
    fn is_redirected(&self, index: usize, why: &Error, queried: Option<&Address>) -> bool {
        let has_slot = matches!(self.slots.get(index), Some(Some(_)));
        has_slot && Redirect::of(why, queried, self.cluster.address_map()).is_some()
    }

    fn redirect_command(
        &mut self,
        index: usize,
        command: Encoded<'_>,
        why: &Error,
        queried: Option<&Address>,
    ) -> bool {
        let redirect = Redirect::of(why, queried, self.cluster.address_map());
        let (Some(to), Some(Some(slot))) = (redirect, self.slots.get(index)) else { return false };
        let slot = *slot;
        // Repeated transient refusals of the same command request only one refresh.
        if to.outdates_slot_map() && self.hops == 0 || matches!(to, Redirect::Moved(_)) {
            self.cluster.refresh();
        }
        let command = command.for_other_node();
        let Encoded { effect, age, replies, is_users, .. } = command;
        let (bytes, why) = (command.with_source(), why.clone());
        let redirected = RedirectedCommand { index, slot, age, bytes, effect, replies, is_users, to, why };
        self.redirected.push(redirected);
        true
    }
}

/// A request whose commands may be redirected, shared by the sinks of its replies.
struct SharedRequest<S, N>(Arc<Mutex<RedirectingSink<S, N>>>);

impl<S, N> Clone for SharedRequest<S, N> {
    fn clone(&self) -> Self {
        SharedRequest(self.0.clone())
    }
}

impl<S: Sink + 'static, N: Nodes> SharedRequest<S, N> {
    fn new(redirecting: RedirectingSink<S, N>) -> Self {
        SharedRequest(Arc::new(Mutex::new(redirecting)))
    }

    fn lock(&self) -> MutexGuard<'_, RedirectingSink<S, N>> {
        locked(self.0.lock())
    }

    /// Sends redirected commands at once, without waiting for the other replies, which may depend on these commands.
    fn forward(self) {
        let (redirected, hops, deadline) = {
            let mut redirecting = self.lock();
            redirecting.hops += u32::from(!redirecting.redirected.is_empty());
            (std::mem::take(&mut redirecting.redirected), redirecting.hops, redirecting.deadline)
        };
        let later = |redirected: &RedirectedCommand| redirected.to == Redirect::OwnerLater;
        if hops <= HOPS_WITHOUT_PAUSE && !redirected.iter().any(later) || redirected.is_empty() {
            return self.forward_now(redirected);
        }
        let cluster = self.lock().cluster.clone();
        cluster.run_later(Box::new(move || {
            if Instant::now() < deadline {
                self.forward_now(redirected);
            } else {
                self.expire(redirected);
            }
        }));
    }

    /// The deadline has passed: fails the commands.
    fn expire(self, redirected: Vec<RedirectedCommand>) {
        let cluster = self.lock().cluster.clone();
        for RedirectedCommand { index, age, why, .. } in redirected {
            cluster.order().settle(age);
            let failure = match why.kind {
                Kind::Retired => cluster.overdue(None),
                Kind::Unreachable => cluster.overdue(Some(&why)),
                // The reply of a node explains more than a timeout.
                _ => why,
            };
            self.lock().sink.take(index, Err(failure.with_applied(Applied::No)));
        }
        self.finish();
    }

    fn forward_now(self, redirected: Vec<RedirectedCommand>) {
        let (cluster, kind, deadline, wait, commands) = {
            let redirecting = self.lock();
            (
                redirecting.cluster.clone(),
                redirecting.kind,
                redirecting.deadline,
                redirecting.wait,
                redirecting.slots.len(),
            )
        };
        for mut batch in batches_by_node(&cluster, kind, redirected) {
            if let Some(wait) = wait.filter(|_| batch.writes) {
                batch.close(&wait, commands);
            }
            let waiting = batch.waiting(kind);
            let RedirectBatch { node, request, indexes, reasons, confirmed, .. } = batch;
            let queried = node.as_ref().map(N::address);
            let sink = RedirectedSink { whole: self.clone(), indexes, reasons, confirmed, queried };
            cluster.submit(node.as_ref(), kind, request, deadline, Box::new(sink));
            if let (Some(node), Some(slot)) = (node, waiting) {
                cluster.recheck(&node, slot);
            }
        }
        self.finish();
    }

    /// Finishes the sink, if this is its last owner.
    fn finish(self) {
        if let Some(redirecting) = Arc::into_inner(self.0) {
            let redirecting = locked(redirecting.into_inner());
            Box::new(redirecting.sink).finish();
        }
    }
}

impl<S: Sink + 'static, N: Nodes> Sink for RedirectingSink<S, N> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        self.sink.take(index, reply);
    }

    fn can_redirect(&self, index: usize, why: &Error) -> bool {
        self.is_redirected(index, why, self.queried.as_ref())
    }

    fn redirect(&mut self, index: usize, command: Encoded<'_>, why: &Error) -> bool {
        let queried = self.queried.clone();
        self.redirect_command(index, command, why, queried.as_ref())
    }

    fn finish(self: Box<Self>) {
        if self.redirected.is_empty() {
            Box::new(self.sink).finish();
        } else {
            SharedRequest::new(*self).forward();
        }
    }
}

/// Receives the replies to a redirect batch, for the original request.
struct RedirectedSink<S, N> {
    whole: SharedRequest<S, N>,
    /// Indexes of the commands in the original request.
    indexes: Vec<usize>,
    /// Why each of them was redirected.
    reasons: Vec<Error>,
    /// Index of the original WAIT, if the batch ends with a WAIT.
    confirmed: Option<usize>,
    queried: Option<Address>,
}

impl<S: Sink + 'static, N: Nodes> RedirectedSink<S, N> {
    /// Index of the command in the original request.
    fn index(&self, index: usize) -> Option<usize> {
        self.indexes.get(index).copied().or(self.confirmed)
    }
}

impl<S: Sink + 'static, N: Nodes> Sink for RedirectedSink<S, N> {
    fn take(&mut self, index: usize, reply: Result<Frame<'_>, Error>) {
        let refusal = self.reasons.get(index).filter(|reason| reason.is_transient());
        let reply = reply.map_err(|error| match refusal {
            Some(refusal) => error.after_refusal(refusal),
            None => error,
        });
        if let Some(index) = self.index(index) {
            self.whole.lock().sink.take(index, reply);
        }
    }

    fn can_redirect(&self, index: usize, why: &Error) -> bool {
        self.index(index)
            .is_some_and(|index| self.whole.lock().is_redirected(index, why, self.queried.as_ref()))
    }

    fn redirect(&mut self, index: usize, command: Encoded<'_>, why: &Error) -> bool {
        self.index(index).is_some_and(|index| {
            self.whole.lock().redirect_command(index, command, why, self.queried.as_ref())
        })
    }

    fn finish(self: Box<Self>) {
        self.whole.forward();
    }
}

#[cfg(test)]
mod interleavings;
