//! Slots that move between the nodes, step by step.

use super::{NODES, Node, Truth};
use crate::topology::cluster::slot::SLOTS;

/// Slots that are moved from one node to another.
pub struct Move {
    pub slots: Vec<u16>,
    pub from: usize,
    pub to: usize,
    pub stage: Stage,
}

/// The next step of a move.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Announce,
    Begin,
    Keys,
    Leave,
}

impl Truth {
    /// Performs the next step of a move. Returns whether it was the last one.
    pub fn advance(&mut self, of: &mut Move) -> bool {
        let Move { slots, from, to, stage } = of;
        match stage {
            Stage::Announce => {
                self.nodes[*to].imports.extend(slots.iter());
                *stage = Stage::Begin;
            }
            Stage::Begin => {
                self.nodes[*from].migrates.extend(slots.iter().map(|slot| (*slot, *to)));
                *stage = Stage::Keys;
            }
            Stage::Keys => {
                let left = slots.iter().flat_map(|slot| self.nodes[*from].in_slot(*slot)).collect::<Vec<_>>();
                if let Some(key) = self.random.choice(&left) {
                    let value = self.nodes[*from].keys.remove(key).unwrap();
                    self.nodes[*to].keys.insert(key.clone(), value);
                } else {
                    self.set_owner(*to, slots, true);
                    self.raise_epoch(*to);
                    *stage = Stage::Leave;
                }
            }
            Stage::Leave => {
                self.set_owner(*from, slots, false);
                return true;
            }
        }
        false
    }

    pub(super) fn raise_epoch(&mut self, node: usize) {
        let newest = self.nodes.iter().map(|node| node.epoch).max().unwrap_or(0);
        if self.nodes[node].epoch < newest {
            self.nodes[node].epoch = newest + 1;
        }
    }

    fn set_owner(&mut self, node: usize, slots: &[u16], owns: bool) {
        let Node { owned, migrates, imports, .. } = &mut self.nodes[node];
        for slot in slots {
            owned[usize::from(*slot)] = owns;
            migrates.remove(slot);
            imports.remove(slot);
        }
    }

    /// Starts to move a slot, alone or with its neighbours.
    pub fn new_move(&mut self, slot: u16) -> Option<Move> {
        let from = self.owner(slot);
        let to = self.random.usize(..NODES);
        let width = if self.random.bool() { 1 } else { 100 };
        let slots =
            (slot..SLOTS.min(usize::from(slot) + width) as u16).filter(|slot| self.nodes[from].owns(*slot));
        let slots = slots.collect();
        (from != to && self.nodes[to].is_up && self.nodes[from].is_up).then_some(Move {
            slots,
            from,
            to,
            stage: Stage::Announce,
        })
    }
}
