//! Whether the nodes certainly report all changes of what was read from them.
//!
//! A slot that moves takes its entries to another node, which knows of no reads. The epoch of the cluster rises when a slot
//! has moved; until then the old node reports.

use std::str::from_utf8;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Cluster;
use super::routes::Node;
use crate::connection::{Dialogue, Event};
use crate::error::{Error, Kind};
use crate::protocol::Frame;
use crate::sync::locked;
use crate::topology::ask::ask;

/// What is known of the epoch.
#[derive(Default)]
pub struct Proof(Mutex<State>);

#[derive(Default)]
struct State {
    /// When the routes were fetched, or before.
    of_routes: Option<u64>,
    /// When the nodes were last asked and all had this epoch.
    at: Option<Instant>,
}

/// What a node replies to CLUSTER INFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Epoch(u64),
    /// It does not serve its slots.
    NotServed,
}

impl Cluster {
    /// The routes that were fetched last are at least of this epoch.
    pub(super) fn set_epoch(&self, epoch: Option<u64>) {
        self.proof.state().of_routes = epoch;
    }

    /// Whether all nodes in use report changes of what was read from them.
    pub fn is_tracking(&self) -> bool {
        let routes = self.routes();
        routes.are_complete()
            && routes.nodes_in_use().all(|node| node.command_connection.proven_at().is_some())
    }

    /// The time as of which the nodes have certainly reported all changes. Replies to other commands are no proof: a node
    /// answers them, and reports nothing, after another one has taken a slot from it.
    pub fn proven_at(&self) -> Option<Instant> {
        self.proof.state().at.filter(|_| self.is_tracking())
    }

    /// Asks all nodes in use whether slots have moved.
    pub async fn prove(&self, deadline: Instant) -> bool {
        let asked_at = Instant::now();
        let nodes = self.routes().primaries();
        let answers = self.answers_of(nodes, deadline).await;
        let is_answered = !answers.is_empty() && answers.iter().all(Option::is_some);
        let mut proof = self.proof.state();
        let expected = proof.of_routes.map(Answer::Epoch);
        if answers.iter().flatten().any(|answer| Some(*answer) != expected) {
            drop(proof);
            self.invalidate();
            self.refresh();
            return false;
        }
        if is_answered {
            proof.at = proof.at.max(Some(asked_at));
        }
        is_answered
    }

    /// The answer of each node; `None` if there is none.
    async fn answers_of(&self, nodes: Vec<Arc<Node>>, deadline: Instant) -> Vec<Option<Answer>> {
        let mut asked = JoinSet::new();
        for node in nodes {
            asked.spawn(async move { ask(&node.command_connection, &INFO, deadline, answer_in).await });
        }
        let mut answers = Vec::new();
        while let Some(answered) = asked.join_next().await {
            let answered = answered.unwrap_or_else(|_| Err(Error::internal("asking a node")));
            if let Err(refusal) = &answered
                && refusal.is_answer()
            {
                (self.on_event)(Event::Untracked(refusal.clone()));
            }
            answers.push(answered.ok());
        }
        answers
    }

    /// Any entry may have changed.
    pub(super) fn invalidate(&self) {
        self.add_any_change();
        self.report_changes();
    }

    pub(super) fn add_any_change(&self) {
        if let Some(changes) = &self.changes {
            changes.add_any();
        }
    }

    /// Call it without a lock: it may run JavaScript.
    pub(super) fn report_changes(&self) {
        if let Some(changes) = &self.changes {
            changes.report();
        }
    }
}

impl Proof {
    fn state(&self) -> MutexGuard<'_, State> {
        locked(self.0.lock())
    }
}

/// The command whose reply has the epoch.
const INFO: [&str; 2] = ["CLUSTER", "INFO"];

/// Asks the node of a dialogue for the epoch; `None` if it does not say.
pub async fn epoch_by(dialogue: &mut Dialogue) -> Result<Option<u64>, Error> {
    match dialogue.request(&INFO.map(str::as_bytes), answer_in).await {
        Ok(Answer::Epoch(epoch)) => Ok(Some(epoch)),
        Err(error) if error.refusal.is_none() && error.kind == Kind::Connection => Err(error),
        Ok(Answer::NotServed) | Err(_) => Ok(None),
    }
}

/// Reads the reply to CLUSTER INFO: lines of a name and a value.
fn answer_in(info: &Frame<'_>) -> Option<Answer> {
    let text = from_utf8(info.bulk()?).ok()?;
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let epoch = value("cluster_current_epoch")?.parse().ok()?;
    Some(if value("cluster_state")? == "ok" { Answer::Epoch(epoch) } else { Answer::NotServed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_epoch_of_a_cluster_that_serves_its_slots_is_read() {
        let info = |state| format!("cluster_state:{state}\r\ncluster_size:3\r\ncluster_current_epoch:7\r\n");
        assert_eq!(answer_in(&Frame::Bulk(info("ok").as_bytes())), Some(Answer::Epoch(7)));
        assert_eq!(answer_in(&Frame::Bulk(info("fail").as_bytes())), Some(Answer::NotServed));
        assert_eq!(answer_in(&Frame::Bulk(b"cluster_state:ok\r\n")), None);
        assert_eq!(answer_in(&Frame::Nil), None);
    }
}
