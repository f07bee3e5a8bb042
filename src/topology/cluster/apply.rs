//! Sends the calls of a batch to the nodes that serve their slots.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard, RwLockReadGuard};

use tokio::time::Instant;

use super::Cluster;
use super::nodes::ConnectionKind;
use super::redirecting::RedirectingSink;
use super::routes::{Node, Reader, Routes};
use super::shares::{Share, Shares, To};
use crate::config::Writes;
use crate::engine::call::{Calls, Outcomes};
use crate::engine::redis::encoder::Encoder;
use crate::engine::redis::replies::CallReplies;
use crate::keyspace::Keyspace;

impl Cluster {
    /// Sends each call of a batch to the node that serves its slot. The calls for one node form a share of the batch.
    /// `outcomes_of(share, calls)` creates the receiver of a share's outcomes. Returns the share of each call.
    pub fn apply<'a, O: Outcomes>(
        self: &Arc<Self>,
        keyspace: &Keyspace,
        writes: Writes,
        calls: impl Calls<'a>,
        deadline: Instant,
        mut outcomes_of: impl FnMut(u32, usize) -> O,
    ) -> Vec<u16> {
        let mut encoder = Encoder::new(keyspace, writes);
        let (routes, _turn) = self.routes_for_calls();
        let Shares { shares, share_of } = Shares::of(calls, &mut encoder, &routes);
        let nodes: Vec<Option<Arc<Node>>> =
            shares.iter().map(|share| share.node().map(|number| routes.node(number).clone())).collect();
        drop(routes);
        for (index, (share, node)) in shares.into_iter().zip(nodes).enumerate() {
            let calls = share.calls.operations.len();
            let send = || {
                let outcomes = outcomes_of(index as u32, calls);
                self.send(share, node.as_ref(), &encoder, deadline, outcomes);
            };
            // After a panic the outcomes are dropped, which fails the calls of this share. Others may be sent already: their
            // caller must learn which calls they have.
            drop(catch_unwind(AssertUnwindSafe(send)));
        }
        share_of
    }

    fn send<O: Outcomes>(
        self: &Arc<Self>,
        share: Share,
        node: Option<&Arc<Node>>,
        encoder: &Encoder<'_>,
        deadline: Instant,
        outcomes: O,
    ) {
        let slot = share.first_slot();
        let Share { to, mut request, calls, slots } = share;
        let wait = encoder.close(&mut request, &calls);
        let replies = CallReplies::new(calls, wait, encoder.values(), outcomes);
        let (cluster, queried) = (self.clone(), node.map(|node| node.address.clone()));
        let sink = RedirectingSink::new(cluster, ConnectionKind::Commands, deadline, slots, queried, replies)
            .confirmed_by(wait);
        let connection = node.map_or(&self.unrouted, |node| &node.command_connection);
        connection.submit(request, deadline, Box::new(sink));
        match (node, to) {
            // The nodes may have become known since: then only another refresh drains these calls.
            (None, _) => self.refresh(),
            (Some(node), To::Reader(Some(Reader { is_up: false, .. }))) => self.recheck(node, slot),
            _ => {}
        }
    }

    /// The routes for new calls. If older calls wait for nodes that are known by now, these are sent first. If they wait on,
    /// this also returns the lock of the handover, which the caller holds until it has submitted the new calls: so these
    /// overtake none.
    fn routes_for_calls(&self) -> (RwLockReadGuard<'_, Routes>, Option<MutexGuard<'_, ()>>) {
        let routes = self.routes();
        if routes.are_complete() && !self.handover.is_due() {
            return (routes, None);
        }
        drop(routes);
        let turn = self.handover.turn();
        if self.handover.is_due() {
            self.hand_over(&turn);
        }
        (self.routes(), Some(turn))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use serde_json::json;

    use super::super::slot::SLOTS;
    use super::super::slot_map::{Range, SlotMap};
    use super::*;
    use crate::config::{Address, Topology};
    use crate::engine::call::{Call, Operation, Success};
    use crate::error::{Error, Kind};
    use crate::options::{Callbacks, Options};

    struct Batch(std::vec::IntoIter<Call<'static>>);

    impl Iterator for Batch {
        type Item = Call<'static>;

        fn next(&mut self) -> Option<Self::Item> {
            self.0.next()
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            self.0.size_hint()
        }
    }

    impl ExactSizeIterator for Batch {}

    impl Calls<'static> for Batch {
        fn bytes(&self) -> usize {
            0
        }
    }

    struct Sent(Sender<Kind>);

    impl Outcomes for Sent {
        fn take(&mut self, _: usize, outcome: Result<Success<'_>, Error>) {
            self.0.send(outcome.unwrap_err().kind).unwrap();
        }

        fn finish(self) {}
    }

    /// Of a cluster whose only node is away, so that reads and writes wait, in a share each.
    fn unreachable() -> Arc<Cluster> {
        let options =
            json!({ "cluster": { "nodes": [{ "host": "127.0.0.1", "port": 1 }], "readFrom": "any" } });
        let config = Options::parse(options).unwrap();
        let config = config.into_config(Callbacks::default()).unwrap();
        let Topology::Cluster { cluster, strategy } = config.topology else { panic!("no cluster") };
        Cluster::start(cluster, strategy, None, Duration::from_secs(60), true, Arc::new(|_| {}), None)
    }

    #[test]
    fn calls_that_waited_for_nodes_are_sent_before_newer_ones() {
        let (cluster, keyspace) = (unreachable(), Keyspace::new(String::new(), false));
        let writes = Writes::default();
        let (done, _outcomes) = channel();
        let apply = |operation| {
            let calls = Batch(vec![Call { entry: "t:k".into(), operation }].into_iter());
            let deadline = Instant::now() + Duration::from_secs(60);
            cluster.apply(&keyspace, writes, calls, deadline, |_, _| Sent(done.clone()));
        };
        let primary = Address::Tcp { host: "127.0.0.1".into(), port: 1 };
        let ranges =
            vec![Range { first: 0, last: SLOTS as u16 - 1, primary: primary.clone(), replicas: Vec::new() }];
        apply(Operation::Set { json: "1" });
        cluster.replace_routes(&SlotMap { ranges });
        apply(Operation::Get);
        assert_eq!(cluster.unrouted.stats().waiting, 0);
        let node = cluster.routes().at(&primary).cloned().unwrap();
        assert_eq!(node.command_connection.stats().waiting, 2);
        cluster.close(&Error::closed());
    }

    #[test]
    fn a_panic_fails_the_calls_of_its_share_only() {
        let (cluster, keyspace) = (unreachable(), Keyspace::new(String::new(), false));
        let call = |operation| Call { entry: "t:k".into(), operation };
        let calls = vec![call(Operation::Get), call(Operation::Set { json: "1" }), call(Operation::Get)];
        let (done, outcomes) = channel();
        let deadline = Instant::now() + Duration::from_secs(60);
        let outcomes_of = |share, _| {
            assert!(share != 0, "as a bug would");
            Sent(done.clone())
        };
        let writes = Writes::default();
        let shares = cluster.apply(&keyspace, writes, Batch(calls.into_iter()), deadline, outcomes_of);
        assert_eq!(shares, [0, 1, 0]);
        cluster.close(&Error::closed());
        assert_eq!(outcomes.recv_timeout(Duration::from_secs(60)), Ok(Kind::Closed));
    }
}
