//! A walk over the keys of all primaries that misses none, though slots move meanwhile.
//!
//! A key that moves from one node to another is missed when it leaves before the walk over the first has come to it, and
//! arrives behind the walk over the other. So the nodes are asked what they hold, before and after: slots that changed hands
//! meanwhile, or are about to, are gone through once more where they are now, each until it did not move meanwhile. Those that
//! only began to move later were covered before.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::from_utf8;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Cluster;
use super::holdings::Holdings;
use super::referral::Referral;
use super::routed::{Lane, Routed};
use super::routes::{Node, Number};
use super::slot::{SLOTS, slot_of};
use crate::backend::scan::{self, Scan, Seen};
use crate::backend::visit::OnlyStrings;
use crate::backend::walk::{Shared, Visitor, Way, visit_keys, walk};
use crate::config::Address;
use crate::connection::{Connection, Effect, Epoch, Fold, Frame, Request, Sink};
use crate::error::{Applied, Error, Kind};
use crate::keyspace::{Keyspace, Scope};

/// Before nodes that do not agree are asked again.
const PAUSE: Duration = Duration::from_millis(50);
/// Where more slots moved, all nodes are walked again: a replica that took over has got thousands at once.
const MOST_SLOTS: usize = 64;
/// Keys of a slot that are asked for first; where there are more, four times as many.
const KEYS_AT_ONCE: usize = 1000;

/// What a sweep looks for.
#[derive(Clone)]
pub struct Wanted {
    /// All keys that start so.
    pub start: String,
    /// The same, as a pattern.
    pub pattern: String,
    pub strings_only: bool,
    pub deadline: Instant,
}

impl Wanted {
    pub fn of(keyspace: &Keyspace, scope: &Scope, strings_only: bool, deadline: Instant) -> Self {
        let (start, pattern) = (keyspace.start_of(scope), keyspace.pattern_of(scope));
        Wanted { start, pattern, strings_only, deadline }
    }
}

/// Visits each key that is wanted, on whichever node.
pub async fn sweep<V: Visitor>(cluster: &Arc<Cluster>, wanted: Wanted, visitor: V) -> Result<V, Error> {
    let sweep = Sweep { cluster, wanted, visitor: Shared::new(visitor), seen: Seen::default() };
    match sweep.run().await {
        Ok(()) => Ok(sweep.visitor.into_inner()),
        Err(error) => Err(sweep.visitor.explain(error)),
    }
}

/// Visits the given keys and no others, each on the node that serves its slot.
pub async fn visit_each<V: Visitor>(
    cluster: &Arc<Cluster>,
    keys: Vec<Arc<str>>,
    visitor: V,
    deadline: Instant,
) -> Result<V, Error> {
    let visitor = Shared::new(visitor);
    let mut visits = JoinSet::new();
    for (way, keys) in ways_to(cluster, keys) {
        let visitor = visitor.clone();
        visits.spawn(async move { visit_keys(&way, keys, visitor, deadline).await.map(drop) });
    }
    let mut result = Ok(());
    while let Some(visited) = visits.join_next().await {
        result = result.and(visited.unwrap_or_else(|_| Err(Error::internal("reading entries"))));
    }
    result.map(|()| visitor.into_inner())
}

/// The nodes that serve the keys, each with those that are its own.
fn ways_to(cluster: &Arc<Cluster>, keys: Vec<Arc<str>>) -> Vec<(ToNode, Vec<Arc<str>>)> {
    let routes = cluster.routes();
    let mut by_owner: HashMap<_, Vec<Arc<str>>> = HashMap::new();
    for key in keys {
        by_owner.entry(routes.owner(slot_of(key.as_bytes()))).or_default().push(key);
    }
    let way = |owner: Option<Number>| ToNode::new(cluster, owner.map(|number| routes.node(number)));
    by_owner.into_iter().map(|(owner, keys)| (way(owner), keys)).collect()
}

struct Sweep<'a, V> {
    cluster: &'a Arc<Cluster>,
    wanted: Wanted,
    visitor: Shared<V>,
    seen: Seen,
}

impl<V: Visitor> Sweep<'_, V> {
    async fn run(&self) -> Result<(), Error> {
        loop {
            match self.pass().await {
                // A node was lost for good on the way: others have its slots now.
                Err(error) if error.kind == Kind::Retired && Instant::now() < self.wanted.deadline => {}
                passed => return passed,
            }
        }
    }

    async fn pass(&self) -> Result<(), Error> {
        let State { primaries, holdings } = self.state().await?;
        // What is being taken over at the start may be passed too early, like what is taken over later.
        let mut before: HashMap<_, _> = holdings.into_iter().map(|(at, held)| (at, held.settled())).collect();
        self.walk_all(primaries).await?;
        // Slots that were not covered yet; those that began to move later were.
        let mut open: Option<HashSet<u16>> = None;
        loop {
            let after = self.state().await?;
            let mut moved = after.moved_since(&before);
            moved.retain(|(slot, _)| open.as_ref().is_none_or(|open| open.contains(slot)));
            if moved.is_empty() {
                return Ok(());
            }
            open = Some(moved.iter().map(|(slot, _)| *slot).collect());
            before = after.holdings;
            if moved.len() > MOST_SLOTS {
                self.walk_all(after.primaries).await?;
            } else {
                self.go_through_all(moved).await?;
            }
        }
    }

    async fn go_through_all(&self, slots: Vec<(u16, Vec<Arc<Node>>)>) -> Result<(), Error> {
        for (slot, nodes) in slots {
            for node in nodes {
                self.go_through(node, slot).await?;
            }
        }
        Ok(())
    }

    /// Walks nodes side by side.
    async fn walk_all(&self, nodes: Vec<Arc<Node>>) -> Result<(), Error> {
        let mut walks = JoinSet::new();
        for node in nodes {
            let Wanted { pattern, strings_only, deadline, .. } = self.wanted.clone();
            let scan = Scan::new(pattern, strings_only, node.listings.epoch(), self.seen.clone());
            let (way, visitor) = (ToNode::new(self.cluster, Some(&node)), self.visitor.clone());
            walks.spawn(async move { walk(&way, scan, visitor, deadline).await.map(drop) });
        }
        // None is broken off: what it has seen and not visited would be lost.
        let mut failure: Option<Error> = None;
        while let Some(walked) = walks.join_next().await {
            let walked = walked.unwrap_or_else(|_| Err(Error::internal("a listing")));
            let lasts = |failure: &Error| failure.kind != Kind::Retired;
            if let Err(error) = walked
                && !failure.as_ref().is_some_and(lasts)
            {
                failure = Some(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    /// Visits those keys of a slot that were not seen yet.
    async fn go_through(&self, node: Arc<Node>, slot: u16) -> Result<(), Error> {
        let deadline = self.wanted.deadline;
        let keys = keys_in_slot(&node, slot, deadline).await?;
        let mut keys = scan::unseen(
            &self.seen,
            keys.iter().map(|key| &**key).filter(|key| key.starts_with(&self.wanted.start)),
        );
        let way = ToNode::new(self.cluster, Some(&node));
        if self.wanted.strings_only {
            keys = visit_keys(&way, keys, OnlyStrings::default(), deadline).await?.0;
        }
        visit_keys(&way, keys, self.visitor.clone(), deadline).await.map(drop)
    }

    /// All primaries and what they hold, once they agree with the routes on it.
    async fn state(&self) -> Result<State, Error> {
        loop {
            if let Some(cause) = self.cluster.life().closed.clone() {
                return Err(cause.with_applied(Applied::No));
            }
            let primaries = self.cluster.routes().primaries();
            match self.state_of(primaries).await {
                Ok(state) if self.cluster.agrees_with(&state.holdings) => return Ok(state),
                Err(error) if error.kind != Kind::Retired => return Err(error),
                _ if self.wanted.deadline <= Instant::now() => {
                    let trouble = self.cluster.nowhere.trouble();
                    return Err(Error::overdue(trouble.as_ref()).with_applied(Applied::No));
                }
                _ => {}
            }
            self.cluster.look_again();
            sleep(PAUSE).await;
        }
    }

    /// What these hold, and those that are given something by them: a node that takes over its first slot is no primary yet.
    async fn state_of(&self, mut nodes: Vec<Arc<Node>>) -> Result<State, Error> {
        let (cluster, deadline) = (self.cluster, self.wanted.deadline);
        let mut holdings = ask_all(cluster, &nodes, deadline).await?;
        let receivers = holdings.values().flat_map(|held| held.receivers.iter().cloned());
        let unasked: BTreeSet<Address> =
            receivers.filter(|address| !holdings.contains_key(address)).collect();
        let newcomers: Vec<Arc<Node>> =
            unasked.into_iter().filter_map(|address| cluster.node_for(0, &Referral::Ask(address))).collect();
        holdings.extend(ask_all(cluster, &newcomers, deadline).await?);
        nodes.extend(newcomers);
        Ok(State { primaries: nodes, holdings })
    }
}

struct State {
    primaries: Vec<Arc<Node>>,
    holdings: HashMap<Address, Holdings>,
}

impl State {
    /// The slots whose keys may have moved since, and the nodes that may have them: the one that gives them first.
    fn moved_since(&self, before: &HashMap<Address, Holdings>) -> Vec<(u16, Vec<Arc<Node>>)> {
        let none = Holdings::none();
        let mut moved = Vec::new();
        for node in &self.primaries {
            let held = &self.holdings[&node.address];
            for slot in held.gained_since(before.get(&node.address).unwrap_or(&none)) {
                let giver = self.primaries.iter().find(|other| self.holdings[&other.address].owns(slot));
                let giver = giver.filter(|giver| !Arc::ptr_eq(giver, node));
                moved.push((slot, giver.into_iter().chain([node]).cloned().collect()));
            }
        }
        moved
    }
}

/// The names of all keys in a slot that are text.
async fn keys_in_slot(node: &Node, slot: u16, deadline: Instant) -> Result<Vec<Arc<str>>, Error> {
    let mut most = KEYS_AT_ONCE;
    loop {
        let mut request = Request::default();
        let (slot, count) = (slot.to_string(), most.to_string());
        let command = ["CLUSTER", "GETKEYSINSLOT", &slot, &count].map(str::as_bytes);
        request.push(&command, Effect::Read);
        let keys = node.listings.fold(request, deadline, Answer(None, texts)).await?.into_result()?;
        if keys.len() < most {
            return Ok(keys.into_iter().flatten().collect());
        }
        most *= 4;
    }
}

fn texts(answer: &Frame<'_>) -> Option<Vec<Option<Arc<str>>>> {
    let Frame::Array(names) = answer else { return None };
    Some(names.iter().map(|name| from_utf8(name.bulk()?).ok().map(Arc::from)).collect())
}

async fn ask_all(
    cluster: &Arc<Cluster>,
    nodes: &[Arc<Node>],
    deadline: Instant,
) -> Result<HashMap<Address, Holdings>, Error> {
    let mut asked = JoinSet::new();
    for node in nodes {
        let (cluster, node) = (cluster.clone(), node.clone());
        asked.spawn(
            async move { ask(&cluster, &node, deadline).await.map(|held| (node.address.clone(), held)) },
        );
    }
    let mut holdings = HashMap::new();
    while let Some(answered) = asked.join_next().await {
        holdings.extend([answered.unwrap_or_else(|_| Err(Error::internal("asking a node")))?]);
    }
    Ok(holdings)
}

async fn ask(cluster: &Arc<Cluster>, node: &Node, deadline: Instant) -> Result<Holdings, Error> {
    let mut request = Request::default();
    request.push(&[b"CLUSTER", b"NODES"], Effect::Read);
    let (cluster, address) = (cluster.clone(), node.address.clone());
    let read = move |answer: &Frame<'_>| Holdings::of(answer, &address, &cluster.config.address_map);
    node.listings.fold(request, deadline, Answer(None, read)).await?.into_result()
}

/// The answer to one command, as a function reads it.
struct Answer<T, F>(Option<Result<T, Error>>, F);

impl<T, F> Fold for Answer<T, F>
where
    T: Send + 'static,
    F: Fn(&Frame<'_>) -> Option<T> + Send + 'static,
{
    fn take(&mut self, _: usize, reply: Result<Frame<'_>, Error>) {
        self.0 = Some(reply.and_then(|reply| (self.1)(&reply).ok_or_else(Error::unexpected_reply)));
    }
}

impl<T, F> Answer<T, F> {
    fn into_result(self) -> Result<T, Error> {
        self.0.unwrap_or_else(|| Err(Error::unexpected_reply()))
    }
}

impl Cluster {
    /// Whether the nodes say of each slot that has a node here that one of them has it.
    fn agrees_with(&self, holdings: &HashMap<Address, Holdings>) -> bool {
        let routes = self.routes();
        let mut known = (0..SLOTS as u16).filter(|slot| routes.owner(*slot).is_some()).peekable();
        known.peek().is_some() && known.all(|slot| holdings.values().any(|held| held.owns(slot)))
    }
}

/// The way to one node. What is done with a key there goes to whichever node has that by now.
struct ToNode {
    cluster: Arc<Cluster>,
    listings: Connection,
    address: Option<Address>,
}

impl ToNode {
    /// `None` where nobody is known.
    fn new(cluster: &Arc<Cluster>, node: Option<&Arc<Node>>) -> Self {
        let listings = node.map_or(&cluster.nowhere, |node| &node.listings).clone();
        ToNode { cluster: cluster.clone(), listings, address: node.map(|node| node.address.clone()) }
    }
}

impl Way for ToNode {
    /// Keys of one command would have to be in one slot.
    const KEYS_PER_COMMAND: usize = 1;

    fn epoch(&self) -> Epoch {
        self.listings.epoch()
    }

    fn slots(&self, keys: &[Arc<str>]) -> Vec<Option<u16>> {
        keys.iter().map(|key| Some(slot_of(key.as_bytes()))).collect()
    }

    fn send(
        &self,
        request: Request,
        mut slots: Vec<Option<u16>>,
        deadline: Instant,
        sink: impl Sink + 'static,
    ) {
        slots.resize(request.len(), None);
        let asked = self.address.clone();
        let sink = Routed::new(self.cluster.clone(), Lane::Listings, deadline, slots, asked, sink);
        self.listings.submit(request, deadline, Box::new(sink));
    }
}
