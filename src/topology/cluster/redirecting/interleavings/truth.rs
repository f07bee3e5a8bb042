//! The scripted cluster: how its nodes process commands.

use std::collections::{HashMap, HashSet};

use super::{KEYS, REPLICAS};
use crate::connection::scripted::{Command, Verdict};

/// The actual state of the cluster.
#[derive(Default)]
pub struct Truth {
    pub owners: [usize; 2],
    /// By slot: the node that imports it, and the keys that are there already.
    pub moving: HashMap<usize, (usize, HashSet<&'static str>)>,
    /// Pairs of a slot and a node that served it before.
    pub former: HashSet<(usize, usize)>,
    pub is_down: bool,
    pub loading: Option<usize>,
}

impl Truth {
    /// How a node processes a command, by the rules of Redis Cluster.
    pub fn verdict(&self, node: usize, command: &Command) -> Verdict {
        let refuse = |line: String| Verdict::Refuse(line);
        let Some(slot) = KEYS.iter().position(|keys| keys.contains(&command.keys[0].as_str())) else {
            unreachable!("no other keys are used")
        };
        if self.is_down {
            return refuse("CLUSTERDOWN The cluster is down".into());
        }
        if self.loading == Some(node) {
            return refuse("LOADING Redis is loading the dataset in memory".into());
        }
        let owner = self.owners[slot];
        let moved = self.moving.get(&slot);
        let there = |key: &String| moved.is_some_and(|(_, moved)| moved.contains(key.as_str()));
        let count = command.keys.iter().filter(|key| there(key)).count();
        let (none, all) = (count == 0, count == command.keys.len());
        match moved {
            _ if !command.writes && REPLICAS[slot] == node => Verdict::Run,
            _ if owner == node && none => Verdict::Run,
            Some((to, _)) if owner == node && all => refuse(format!("ASK {slot} node:{to}")),
            Some((to, _)) if *to == node && command.is_asking && all => Verdict::Run,
            Some((to, _)) if owner == node || *to == node && command.is_asking => {
                refuse(format!("TRYAGAIN Multiple keys request, {to}"))
            }
            _ => refuse(format!("MOVED {slot} node:{owner}")),
        }
    }
}
