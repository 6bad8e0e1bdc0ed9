// SPDX-License-Identifier: GPL-2.0-only
//! Earliest deadline first, with a budget per period.
//!
//! A vCPU with [`Edf`] parameters may run for its budget in each period; of those with budget left the one with the
//! earliest deadline runs. One that has used its budget up waits for its deadline, whatever else runs: it can delay
//! nobody else. A vCPU that wakes keeps deadline and remaining budget if it could use them up without exceeding its
//! share, and else starts a new period (the rule of the constant bandwidth server, which makes the admission test
//! below sufficient). vCPUs without parameters run in the background, by priority, in the time that is left.

use super::{Entry, Policy, PolicyKind, PriorityRoundRobin};
use crate::sched::vcpu::{Edf, TreeAdapter, Vcpu, VcpuRef};
use crate::time;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use intrusive_collections::{KeyAdapter, RBTree};

/// What the policy knows of a vCPU, in ticks. Written under the lock of its run queue.
pub(in crate::sched) struct EdfState {
    /// Budget per period; 0: in the background.
    budget: AtomicU64,
    period: AtomicU64,
    left: AtomicU64,
    deadline: AtomicU64,
    /// 1 while it is in the queue and waits for its next period.
    throttled: AtomicU64,
}

impl EdfState {
    pub(in crate::sched) fn new(params: Option<Edf>) -> Self {
        let state = Self {
            budget: AtomicU64::new(0),
            period: AtomicU64::new(0),
            left: AtomicU64::new(0),
            deadline: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
        };
        state.set(params);
        state
    }

    /// Sets new parameters; a new period starts at the next wake-up. The vCPU is in no queue.
    pub(in crate::sched) fn set(&self, params: Option<Edf>) {
        let (budget, period) =
            params.map_or((0, 0), |p| (time::ns_to_ticks(p.budget_ns), time::ns_to_ticks(p.period_ns)));
        self.budget.store(budget, Relaxed);
        self.period.store(period, Relaxed);
        self.left.store(budget, Relaxed);
        self.deadline.store(0, Relaxed);
    }

    pub(in crate::sched) fn params(&self) -> Option<Edf> {
        let (budget, period) = (self.budget.load(Relaxed), self.period.load(Relaxed));
        // The counter's ticks are coarser than ns: what was given rounds to the same ticks.
        (budget != 0)
            .then(|| Edf { budget_ns: time::ticks_to_ns(budget), period_ns: time::ticks_to_ns(period) })
    }

    pub(in crate::sched) fn is_throttled(&self) -> bool {
        self.throttled.load(Relaxed) != 0
    }

    /// Deadline (counter value) and remaining budget (ticks) of the current period.
    pub(in crate::sched) fn current(&self) -> (u64, u64) {
        (self.deadline.load(Relaxed), self.left.load(Relaxed))
    }

    #[inline]
    fn has_deadline(&self) -> bool {
        self.budget.load(Relaxed) != 0
    }

    fn start_period(&self, from: u64) {
        self.deadline.store(from.saturating_add(self.period.load(Relaxed)), Relaxed);
        self.left.store(self.budget.load(Relaxed), Relaxed);
    }

    /// Whether the rest of the budget until the deadline is no more than the vCPU's share of that time.
    fn may_keep(&self, now: u64) -> bool {
        let (deadline, left) = self.current();
        let (budget, period) = (self.budget.load(Relaxed), self.period.load(Relaxed));
        now < deadline
            && u128::from(left) * u128::from(period) <= u128::from(budget) * u128::from(deadline - now)
    }
}

impl<'a> KeyAdapter<'a> for TreeAdapter {
    type Key = u64;
    #[inline]
    fn get_key(&self, v: &'a Vcpu) -> u64 {
        v.edf.deadline.load(Relaxed)
    }
}

/// The queue of one CPU under this policy.
pub struct EarliestDeadlineFirst {
    ready: RBTree<TreeAdapter>,
    throttled: RBTree<TreeAdapter>,
    background: PriorityRoundRobin,
    ready_count: usize,
}

impl EarliestDeadlineFirst {
    /// An empty queue.
    pub const fn new() -> Self {
        Self {
            ready: RBTree::new(TreeAdapter::NEW),
            throttled: RBTree::new(TreeAdapter::NEW),
            background: PriorityRoundRobin::new(),
            ready_count: 0,
        }
    }

    /// Begins the next period of those whose deadline has come.
    fn replenish(&mut self, now: u64) {
        loop {
            let mut first = self.throttled.front_mut();
            let due = match first.get() {
                Some(v) if v.edf.deadline.load(Relaxed) <= now => first.remove(),
                _ => None,
            };
            let Some(v) = due else { return };
            let deadline = v.edf.deadline.load(Relaxed);
            // A period that is over already is of no use: start at the deadline only if the next lies ahead.
            let next = deadline.saturating_add(v.edf.period.load(Relaxed));
            v.edf.start_period(if next > now { deadline } else { now });
            v.edf.throttled.store(0, Relaxed);
            self.ready.insert(v);
            self.ready_count += 1;
        }
    }
}

impl Default for EarliestDeadlineFirst {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for EarliestDeadlineFirst {
    fn kind(&self) -> PolicyKind {
        PolicyKind::Edf
    }

    fn enqueue(&mut self, v: &Vcpu, why: Entry, now: u64) {
        if !v.edf.has_deadline() {
            return self.background.enqueue(v, why, now);
        }
        let edf = &v.edf;
        if why == Entry::Woken && !edf.may_keep(now) {
            edf.start_period(now);
        }
        if edf.left.load(Relaxed) == 0 {
            edf.throttled.store(1, Relaxed);
            self.throttled.insert(v.as_ref());
        } else {
            self.ready.insert(v.as_ref());
            self.ready_count += 1;
        }
    }

    fn dequeue(&mut self, v: &Vcpu) {
        if !v.edf.has_deadline() {
            return self.background.dequeue(v);
        }
        if v.edf.throttled.swap(0, Relaxed) != 0 {
            // SAFETY: a throttled vCPU in this queue is in that tree.
            unsafe { self.throttled.cursor_mut_from_ptr(v) }.remove();
        } else {
            // SAFETY: another vCPU in this queue that has a deadline is in that tree.
            unsafe { self.ready.cursor_mut_from_ptr(v) }.remove();
            self.ready_count -= 1;
        }
    }

    fn pick(&mut self, now: u64) -> Option<VcpuRef> {
        self.replenish(now);
        match self.ready.front_mut().remove() {
            Some(v) => {
                self.ready_count -= 1;
                Some(v)
            }
            None => self.background.pick(now),
        }
    }

    fn waiting(&self) -> usize {
        self.ready_count + self.background.waiting()
    }

    fn should_preempt(&self, running: &Vcpu, woken: &Vcpu, since: u64, now: u64) -> bool {
        if woken.edf.is_throttled() {
            return false;
        }
        match (running.edf.has_deadline(), woken.edf.has_deadline()) {
            (false, false) => self.background.should_preempt(running, woken, since, now),
            (false, true) => true,
            (true, false) => false,
            (true, true) => woken.edf.deadline.load(Relaxed) < running.edf.deadline.load(Relaxed),
        }
    }

    fn until(&self, running: Option<&Vcpu>, since: u64) -> u64 {
        let replenishment = self.throttled.front().get().map_or(u64::MAX, |v| v.edf.deadline.load(Relaxed));
        let own = match running {
            Some(v) if v.edf.has_deadline() => since.saturating_add(v.edf.left.load(Relaxed)),
            _ => self.background.until(running, since),
        };
        own.min(replenishment)
    }

    fn account(&mut self, v: &Vcpu, ran: u64) {
        if v.edf.has_deadline() {
            let left = v.edf.left.load(Relaxed);
            v.edf.left.store(left.saturating_sub(ran), Relaxed);
        } else {
            self.background.account(v, ran);
        }
    }

    fn find(&self, fits: &mut dyn FnMut(&Vcpu) -> bool) -> Option<VcpuRef> {
        let trees = self.ready.iter().chain(self.throttled.iter());
        trees.into_iter().find(|v| fits(v)).map(Vcpu::as_ref).or_else(|| self.background.find(fits))
    }
}
