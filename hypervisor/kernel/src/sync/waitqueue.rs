// SPDX-License-Identifier: GPL-2.0-only
//! A queue of orphan vCPUs that sleep until a condition holds.

use super::SpinLock;
use crate::sched::{self, Vcpu, WaitAdapter};
use crate::time;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::fence;
use intrusive_collections::LinkedList;

/// vCPUs that wait for something.
///
/// The waiter enters the queue, then checks its condition, then blocks; the other side makes the condition true, then
/// wakes. So whichever comes first, the waiter either sees the condition or is woken.
pub struct WaitQueue {
    waiters: SpinLock<LinkedList<WaitAdapter>>,
    count: AtomicU32,
}

impl WaitQueue {
    /// A queue on which nobody waits.
    pub const fn new() -> Self {
        Self { waiters: SpinLock::new(LinkedList::new(WaitAdapter::NEW)), count: AtomicU32::new(0) }
    }

    /// Sleeps until `condition` holds; it is asked in the waiter's context, with interrupts open, at least once. It may
    /// sleep itself, such as for a mutex.
    /// Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn wait_until(&self, condition: impl FnMut() -> bool) {
        self.wait(condition, None);
    }

    /// Like [`wait_until`](Self::wait_until), at most `ns` nanoseconds; says whether the condition held.
    /// Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn wait_until_timeout(&self, ns: u64, condition: impl FnMut() -> bool) -> bool {
        self.wait(condition, Some(time::now_ns().saturating_add(ns)))
    }

    #[track_caller]
    fn wait(&self, mut condition: impl FnMut() -> bool, deadline_ns: Option<u64>) -> bool {
        sched::might_sleep();
        if condition() {
            return true;
        }
        let me = sched::current();
        me.sleeps.fetch_add(1, Relaxed);
        // Release builds too: a driver that sleeps where it must not would take the CPU with it. It does not come back
        // from here, so this is before anything that is to be undone.
        sched::check_may_block();
        let outer = sched::Outer::begin(&me, self);
        let alarm = deadline_ns.map(|at| sched::Alarm::set(&me, at));
        let held = loop {
            self.enter(&me);
            // Pairs with the fence in `wake`: either that sees this waiter, or this sees the condition.
            fence(SeqCst);
            if condition() {
                break true;
            }
            if deadline_ns.is_some_and(|at| time::now_ns() >= at) {
                break false;
            }
            sched::block_current();
        };
        self.leave(&me);
        drop(alarm);
        drop(outer);
        held
    }

    fn enter(&self, v: &Vcpu) {
        let mut waiters = self.waiters.lock();
        if !v.wait_link.is_linked() {
            waiters.push_back(v.as_ref());
            self.count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn leave(&self, v: &Vcpu) {
        let mut waiters = self.waiters.lock();
        if v.wait_link.is_linked() {
            // SAFETY: a vCPU is in one queue at a time (`Outer`), and this is the one that it entered.
            unsafe { waiters.cursor_mut_from_ptr(v) }.remove();
            self.count.fetch_sub(1, Relaxed);
        }
    }

    /// Wakes the one that has waited longest; says whether there was one. Context: any.
    pub fn wake_one(&self) -> bool {
        self.has_waiters() && self.change_and_wake(1, || ()) == 1
    }

    /// Wakes all; says how many there were. Context: any.
    pub fn wake_all(&self) -> usize {
        if self.has_waiters() { self.change_and_wake(usize::MAX, || ()) } else { 0 }
    }

    /// Runs `change` and wakes at most `most` waiters, all within the queue's lock: a waiter that saw the change and
    /// went through [`settle`](Self::settle) may free the queue.
    pub(super) fn change_and_wake(&self, most: usize, change: impl FnOnce()) -> usize {
        let mut waiters = self.waiters.lock();
        change();
        let mut woken = 0;
        while woken < most
            && let Some(v) = waiters.pop_front()
        {
            self.count.fetch_sub(1, Relaxed);
            // Within the lock: the waiter cannot leave, and so not end, before this is done with it.
            sched::wake(&v);
            woken += 1;
        }
        woken
    }

    /// Waits until no other CPU is within [`change_and_wake`](Self::change_and_wake).
    pub(super) fn settle(&self) {
        drop(self.waiters.lock());
    }

    /// Whether anybody waits. The answer is final for those that entered before the caller changed the condition.
    #[inline]
    pub fn has_waiters(&self) -> bool {
        fence(SeqCst);
        self.count.load(Relaxed) != 0
    }
}

impl Default for WaitQueue {
    fn default() -> Self {
        Self::new()
    }
}
