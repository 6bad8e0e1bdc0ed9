// SPDX-License-Identifier: GPL-2.0-only
//! Priorities, and round robin with time slices among equals.

use super::{Entry, Policy, PolicyKind};
use crate::sched::vcpu::{PRIORITIES, RunAdapter, Vcpu, VcpuRef};
use core::sync::atomic::Ordering::Relaxed;
use intrusive_collections::LinkedList;

/// One first-in first-out list per priority; the highest that is not empty goes first.
///
/// A vCPU that is preempted goes on before its equals with what is left of its slice; one that has used its slice up, or
/// gives it away, goes behind them with a new one. Slices count only while equals wait.
pub struct PriorityRoundRobin {
    levels: [LinkedList<RunAdapter>; PRIORITIES],
    /// Bit `n`: level `n` is not empty.
    occupied: u32,
    waiting: usize,
}

impl PriorityRoundRobin {
    /// An empty queue.
    pub const fn new() -> Self {
        Self { levels: [const { LinkedList::new(RunAdapter::NEW) }; PRIORITIES], occupied: 0, waiting: 0 }
    }

    #[inline]
    fn level(v: &Vcpu) -> usize {
        usize::from(v.priority()) % PRIORITIES
    }
}

impl Default for PriorityRoundRobin {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for PriorityRoundRobin {
    fn kind(&self) -> PolicyKind {
        PolicyKind::Priority
    }

    #[inline]
    fn enqueue(&mut self, v: &Vcpu, why: Entry, _now: u64) {
        let level = Self::level(v);
        self.occupied |= 1 << level;
        self.waiting += 1;
        if why == Entry::Preempted && v.slice_left.load(Relaxed) != 0 {
            self.levels[level].push_front(v.as_ref());
        } else {
            v.slice_left.store(v.slice.load(Relaxed), Relaxed);
            self.levels[level].push_back(v.as_ref());
        }
    }

    fn dequeue(&mut self, v: &Vcpu) {
        let level = Self::level(v);
        let list = &mut self.levels[level];
        // SAFETY: a vCPU in this queue is in the list of its priority, which changes only while it is out.
        if unsafe { list.cursor_mut_from_ptr(v) }.remove().is_some() {
            self.waiting -= 1;
        }
        if list.is_empty() {
            self.occupied &= !(1 << level);
        }
    }

    #[inline]
    fn pick(&mut self, _now: u64) -> Option<VcpuRef> {
        let level = self.occupied.checked_ilog2()? as usize % PRIORITIES;
        let list = &mut self.levels[level];
        let first = list.pop_front();
        if list.is_empty() {
            self.occupied &= !(1 << level);
        }
        self.waiting -= 1;
        first
    }

    #[inline]
    fn waiting(&self) -> usize {
        self.waiting
    }

    #[inline]
    fn should_preempt(&self, running: &Vcpu, woken: &Vcpu, since: u64, now: u64) -> bool {
        let (running_level, woken_level) = (running.priority(), woken.priority());
        woken_level > running_level
            || woken_level == running_level && now.saturating_sub(since) >= running.slice_left.load(Relaxed)
    }

    #[inline]
    fn until(&self, running: Option<&Vcpu>, since: u64) -> u64 {
        match running {
            Some(v) if self.occupied & (1 << Self::level(v)) != 0 => {
                since.saturating_add(v.slice_left.load(Relaxed))
            }
            _ => u64::MAX,
        }
    }

    #[inline]
    fn account(&mut self, v: &Vcpu, ran: u64) {
        v.slice_left.store(v.slice_left.load(Relaxed).saturating_sub(ran), Relaxed);
    }

    fn find(&self, fits: &mut dyn FnMut(&Vcpu) -> bool) -> Option<VcpuRef> {
        self.levels.iter().rev().flat_map(|list| list.iter()).find(|v| fits(v)).map(Vcpu::as_ref)
    }
}
