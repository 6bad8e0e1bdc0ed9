// SPDX-License-Identifier: GPL-2.0-only
//! Work that follows a hard handler soon, may not sleep, and has a budget, so that no driver starves guests.
//!
//! One orphan vCPU runs the work, each piece with preemption off, interrupts open. It begins above the guests' priority.
//! Within each [`PERIOD_NS`] it may use [`BUDGET_NS`] there; what is left then runs at a priority below theirs until the
//! period ends, as Linux hands over to `ksoftirqd`.

use crate::error::Result;
use crate::sched::{self, Params};
use crate::sync::{Once, SpinLock, WaitQueue};
use crate::time;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};
use core::sync::atomic::{AtomicBool, AtomicU64};

/// The time that work may take above the guests' priority ...
pub const BUDGET_NS: u64 = 2 * time::NS_PER_MS;
/// ... in each such period.
pub const PERIOD_NS: u64 = 10 * time::NS_PER_MS;

/// The priorities of the worker: within the budget, and beyond it.
const URGENT: u8 = 6;
const BEYOND: u8 = 1;

/// A piece of work that can be raised any number of times; while it waits, raising it again changes nothing.
pub struct Soft {
    work: Box<dyn Fn() + Send + Sync>,
    raised: AtomicBool,
    runs: AtomicU64,
}

struct Queue {
    waiting: SpinLock<VecDeque<Arc<Soft>>>,
    filled: WaitQueue,
    running: SpinLock<Option<Arc<Soft>>>,
    ran: WaitQueue,
    exhausted: AtomicU64,
}

static QUEUE: Queue = Queue {
    waiting: SpinLock::new(VecDeque::new()),
    filled: WaitQueue::new(),
    running: SpinLock::new(None),
    ran: WaitQueue::new(),
    exhausted: AtomicU64::new(0),
};

/// Starts the worker. Context: the first orphan; once the scheduler runs.
///
/// # Errors
/// No memory for it.
pub fn init() -> Result<()> {
    static STARTED: Once<()> = Once::new();
    if STARTED.get().is_none() {
        QUEUE.waiting.lock().reserve(32);
        sched::spawn("softirq", Params::with_priority(URGENT), worker)?;
        STARTED.call_once(|| ());
    }
    Ok(())
}

impl Soft {
    /// Work that calls `work` whenever it was raised: it may not sleep. Context: may allocate.
    pub fn new(work: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Soft { work: Box::new(work), raised: AtomicBool::new(false), runs: AtomicU64::new(0) })
    }

    /// Has the work run soon. Says false if it waits already. Context: any.
    pub fn raise(self: &Arc<Self>) -> bool {
        if self.raised.swap(true, AcqRel) {
            return false;
        }
        QUEUE.waiting.lock().push_back(Arc::clone(self));
        QUEUE.filled.wake_one();
        true
    }

    /// Whether it waits to run. Context: any.
    pub fn is_raised(&self) -> bool {
        self.raised.load(Relaxed)
    }

    /// How often it ran. Context: any.
    pub fn runs(&self) -> u64 {
        self.runs.load(Relaxed)
    }

    /// Waits until it neither waits nor runs. Context: orphan vCPUs, not the work itself; may sleep.
    #[track_caller]
    pub fn settle(self: &Arc<Self>) {
        QUEUE.ran.wait_until(|| {
            !self.is_raised() && !QUEUE.running.lock().as_ref().is_some_and(|r| Arc::ptr_eq(r, self))
        });
    }
}

/// How often the budget was used up. Context: any.
pub fn exhausted() -> u64 {
    QUEUE.exhausted.load(Relaxed)
}

/// The account of the present period.
struct Account {
    began_ns: u64,
    used_ns: u64,
    beyond: bool,
}

impl Account {
    /// Books what a piece of work took; says which priority it goes on with, if that changes.
    fn book(&mut self, from_ns: u64, to_ns: u64) -> Option<u8> {
        self.used_ns += to_ns.saturating_sub(from_ns);
        let beyond = self.used_ns > BUDGET_NS && to_ns.saturating_sub(self.began_ns) < PERIOD_NS;
        if to_ns.saturating_sub(self.began_ns) >= PERIOD_NS {
            (self.began_ns, self.used_ns) = (to_ns, 0);
        }
        let changed = beyond != self.beyond;
        self.beyond = beyond;
        changed.then_some(if beyond { BEYOND } else { URGENT })
    }
}

fn worker() {
    let me = sched::current().to_arc();
    let mut account = Account { began_ns: time::now_ns(), used_ns: 0, beyond: false };
    loop {
        let mut next = None;
        QUEUE.filled.wait_until(|| {
            next = QUEUE.waiting.lock().pop_front();
            next.is_some()
        });
        let Some(soft) = next else { continue };
        let from = time::now_ns();
        *QUEUE.running.lock() = Some(Arc::clone(&soft));
        // From here on, raising it means another turn.
        soft.raised.store(false, Relaxed);
        crate::percpu::preempt_disable();
        (soft.work)();
        crate::percpu::preempt_enable();
        soft.runs.fetch_add(1, Relaxed);
        let done = QUEUE.running.lock().take();
        drop(done);
        QUEUE.ran.wake_all();
        if let Some(priority) = account.book(from, time::now_ns()) {
            if priority == BEYOND {
                QUEUE.exhausted.fetch_add(1, Relaxed);
            }
            if let Err(error) = sched::set_priority(&me, priority) {
                log::warn!("softirq: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_lowers_the_priority_until_the_period_ends() {
        let ms = time::NS_PER_MS;
        let mut account = Account { began_ns: 0, used_ns: 0, beyond: false };
        assert_eq!(account.book(0, ms), None);
        assert_eq!(account.book(ms, 2 * ms + 1), Some(BEYOND));
        assert_eq!(account.book(3 * ms, 9 * ms), None);
        assert_eq!(account.book(9 * ms, 10 * ms), Some(URGENT));
        assert_eq!(account.book(10 * ms, 11 * ms), None);
        // Waiting costs nothing.
        assert_eq!(account.book(400 * ms, 401 * ms), None);
    }
}
