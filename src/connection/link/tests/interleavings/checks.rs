//! What must hold after each step, and at the end, once the server is healthy.

use super::*;

impl World {
    pub(super) fn check(&mut self) {
        self.check_lost();
        self.check_proof();
        let is_waiting = matches!(self.link.state().phase, Phase::Candidate(Some(_)));
        if is_waiting && !self.is_driver_woken.load(Ordering::Relaxed) {
            self.faults.push("a candidate waits, and its driver was not woken".into());
        }
    }

    /// A connection that is not in use proves nothing, and one in use nothing of the future.
    fn check_proof(&mut self) {
        let is_ready = self.link.state().phase.is_ready();
        let is_possible = |at: Instant| is_ready && at <= Instant::now();
        if !self.link.proven_at().is_none_or(is_possible) {
            self.faults.push("a proof is impossible".into());
        }
    }

    /// Nothing more is sent on a lost connection, and what it has read may have changed.
    fn check_lost(&mut self) {
        let current = self.link.generation();
        for (index, connected) in self.connected.iter().enumerate() {
            let received = connected.received();
            let is_lost = self.generations[index] != current;
            let is_news = is_lost && !self.received_by_lost.contains_key(&index);
            if is_news && self.reported.times_any() == self.times_any[index] {
                self.faults.push(format!("connection {index} was lost, and what it has read is not void"));
            }
            if is_lost && *self.received_by_lost.entry(index).or_insert(received) != received {
                self.faults.push(format!("connection {index} was lost, and is written to"));
            }
        }
    }

    /// From now on the server is healthy, all threads run, and time passes.
    pub(super) fn heal(&mut self) {
        self.is_healed = true;
        self.heal_for(100);
        let connections = self.connected.len();
        self.heal_for(100);
        if self.connected.len() > connections && !self.link.has_ended() {
            self.faults.push("a connection to a healthy server is replaced".into());
        }
    }

    fn heal_for(&mut self, rounds: usize) {
        for _ in 0..rounds {
            self.supervise();
            if self.generations.last().is_none_or(|last| self.loss(*last).is_some()) {
                self.set_candidate();
            }
            self.wake_up();
            self.candidates.drain(..).for_each(Candidate::accept);
            self.link.adopt(self.link.generation());
            self.connected.iter().for_each(|connected| while connected.serve(Verdict::Done) {});
            for driven in &mut self.driven {
                (0..8).for_each(|_| _ = driven.on_ready());
            }
            self.maintain();
            self.pass_time();
            self.check();
        }
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = self.faults.clone();
        faults.extend(self.calls.faults(&self.done, &self.generations));
        let stats = self.link.stats();
        let received: usize = self.connected.iter().map(|connected| connected.received()).sum();
        if stats.waiting != 0 || stats.bytes_sent != received as u64 {
            faults.push(format!("{stats:?}, the server received {received} bytes"));
        }
        let state = self.link.state();
        if !state.pipeline.is_empty() || state.pipeline.is_busy() {
            faults.push("a command is still pending".into());
        }
        faults
    }
}
