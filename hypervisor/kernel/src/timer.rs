// SPDX-License-Identifier: GPL-2.0-only
//! Timers: a callback at a time, in interrupt context.
//!
//! Each CPU has a queue ordered by deadline, and programs its EL2 physical timer for the earliest of the queue and the
//! end of the running vCPU's time slice; with neither, the timer is off. Arming and cancelling allocate nothing and
//! work anywhere, exit path and interrupt handlers included.
//!
//! A timer's `home` says in whose queue it is. It turns from null to a CPU's block only under that CPU's queue lock, and
//! back likewise, so whoever reads a block there, takes its lock and reads the same again, owns the timer for the moment.

use crate::percpu::{self, Block, CpuId, IrqContext};
use crate::sync::{Once, RawSpinLock};
use crate::{sched, time};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicU32, AtomicU64};
use intrusive_collections::{KeyAdapter, RBTree, RBTreeLink, intrusive_adapter};

/// A callback that can be armed for a time. Kept alive by its queue while armed.
pub struct Timer {
    link: RBTreeLink,
    deadline: AtomicU64,
    home: AtomicPtr<Block>,
    running: AtomicU32,
    callback: Box<dyn Fn() + Send + Sync>,
}

// SAFETY: `link` is touched only under the lock of the queue that `home` names; all else is atomic or `Sync`.
unsafe impl Sync for Timer {}
// SAFETY: as above; a timer has no ties to a CPU while it is not queued.
unsafe impl Send for Timer {}

intrusive_adapter!(ByDeadline = Arc<Timer>: Timer { link => RBTreeLink });

impl<'a> KeyAdapter<'a> for ByDeadline {
    type Key = u64;
    #[inline]
    fn get_key(&self, timer: &'a Timer) -> u64 {
        timer.deadline.load(Relaxed)
    }
}

/// The timers of one CPU.
pub(crate) struct Queue {
    timers: RawSpinLock<RBTree<ByDeadline>>,
    /// The timer whose callback runs on this CPU.
    running: AtomicPtr<Timer>,
}

impl Queue {
    pub(crate) const fn new() -> Self {
        Self { timers: RawSpinLock::new(RBTree::new(ByDeadline::NEW)), running: AtomicPtr::new(null_mut()) }
    }
}

/// What [`Timer::try_cancel`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// It was armed; its callback will not run.
    Cancelled,
    /// It was not armed.
    Idle,
    /// Its callback runs at the moment, on another CPU or as the caller.
    Running,
}

impl Timer {
    /// A timer that runs `callback`: in interrupt context, with interrupts masked, on the CPU that armed it. The
    /// callback may arm the timer again. Context: may allocate.
    pub fn new(callback: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            link: RBTreeLink::new(),
            deadline: AtomicU64::new(0),
            home: AtomicPtr::new(null_mut()),
            running: AtomicU32::new(0),
            callback: Box::new(callback),
        })
    }

    /// Arms the timer on this CPU, wherever and whenever it was armed before, for the time at which
    /// `time::now_ns()` is `deadline_ns` or more. A time in the past fires as soon as interrupts are open.
    /// Context: any.
    pub fn arm(self: &Arc<Self>, deadline_ns: u64) {
        self.arm_ticks(time::deadline_ticks(deadline_ns));
    }

    /// Like [`arm`](Self::arm), with a counter value.
    pub fn arm_ticks(self: &Arc<Self>, deadline: u64) {
        let flags = arch::irq::save();
        let block = percpu::this_block();
        let here = from_ref(block).cast_mut();
        loop {
            let mut timers = block.timers.timers.lock();
            match self.home.compare_exchange(null_mut(), here, AcqRel, Acquire) {
                Ok(_) => {
                    self.deadline.store(deadline, Relaxed);
                    timers.insert(Arc::clone(self));
                }
                Err(home) if home == here => {
                    // SAFETY: `home` names this queue and its lock is held, so the timer is in it.
                    let timer = unsafe { timers.cursor_mut_from_ptr(from_ref(&**self)) }.remove();
                    self.deadline.store(deadline, Relaxed);
                    if let Some(timer) = timer {
                        timers.insert(timer);
                    }
                }
                Err(_) => {
                    drop(timers);
                    self.remove();
                    continue;
                }
            }
            // Not the minimum with what was there: the head may have been this very timer.
            block.first_timer.store(head(&timers), Relaxed);
            break;
        }
        program(block);
        arch::irq::restore(flags);
    }

    /// Cancels the timer and, if its callback runs on another CPU, waits for its end; so afterwards the callback does
    /// not run, unless someone arms the timer again. Says whether it was armed. Context: any, but not while holding a
    /// lock that the callback takes.
    pub fn cancel(&self) -> bool {
        let cancelled = self.remove();
        let flags = arch::irq::save();
        let own = u32::from(core::ptr::eq(percpu::this_block().timers.running.load(Relaxed), self));
        while self.running.load(Acquire) > own {
            arch::cpu::relax();
        }
        arch::irq::restore(flags);
        cancelled
    }

    /// Cancels the timer but does not wait for its callback. Context: any.
    pub fn try_cancel(&self) -> Cancel {
        match (self.remove(), self.running.load(Acquire)) {
            (true, _) => Cancel::Cancelled,
            (false, 0) => Cancel::Idle,
            (false, _) => Cancel::Running,
        }
    }

    /// Whether the timer waits for its deadline. Context: any.
    #[inline]
    pub fn is_armed(&self) -> bool {
        !self.home.load(Acquire).is_null()
    }

    /// The counter value for which the timer was armed last. Context: any.
    pub fn deadline_ticks(&self) -> u64 {
        self.deadline.load(Relaxed)
    }

    /// Takes the timer out of the queue that it is in; says whether it was in one.
    #[inline]
    fn remove(&self) -> bool {
        loop {
            // SAFETY: null, or a CPU's block, which is never freed.
            match unsafe { self.home.load(Acquire).as_ref() } {
                None => return false,
                Some(home) if self.remove_from(home) => return true,
                Some(_) => {}
            }
        }
    }

    /// Takes the timer out of the queue of `home`, unless it has left that.
    fn remove_from(&self, home: &'static Block) -> bool {
        let flags = arch::irq::save();
        let mut timers = home.timers.timers.lock();
        let there = core::ptr::eq(self.home.load(Acquire), home);
        let mut timer = None;
        if there {
            // SAFETY: `home` names this queue and its lock is held, so the timer is in it.
            timer = unsafe { timers.cursor_mut_from_ptr(from_ref(self)) }.remove();
            self.home.store(null_mut(), Release);
            home.first_timer.store(head(&timers), Relaxed);
        }
        drop(timers);
        // Another CPU's timer stays programmed and finds nothing to do.
        if core::ptr::eq(percpu::this_block(), home) {
            program(home);
        }
        arch::irq::restore(flags);
        // Maybe the last reference: dropped with the interrupt mask as it was.
        drop(timer);
        there
    }
}

#[inline]
fn head(timers: &RBTree<ByDeadline>) -> u64 {
    timers.front().get().map_or(u64::MAX, |timer| timer.deadline.load(Relaxed))
}

/// Programs this CPU's timer for whatever is first now, if that has changed. Interrupts are masked.
#[inline]
fn program(block: &Block) {
    let first = block.first_timer.load(Relaxed).min(block.slice_end.load(Relaxed));
    if first != block.programmed.load(Relaxed) {
        program_to(block, first);
    }
}

#[inline]
fn program_to(block: &Block, first: u64) {
    block.programmed.store(first, Relaxed);
    arch::counter::set_deadline((first != u64::MAX).then_some(first));
}

/// Sets when the running vCPU's slice ends, in ticks, `u64::MAX` for never. A later end than before leaves the timer
/// as it is: it fires once too early at most, and [`settle`] puts that right before the CPU idles. Interrupts are
/// masked.
#[inline]
pub(crate) fn set_slice(block: &Block, end: u64) {
    block.slice_end.store(end, Relaxed);
    if end < block.programmed.load(Relaxed) {
        program(block);
    }
}

/// Makes sure that the timer is programmed for nothing but what is wanted. Before idling; interrupts are masked.
#[inline]
pub(crate) fn settle(block: &Block) {
    program(block);
}

/// Runs what is due on this CPU. Called by the handler of the EL2 physical timer's interrupt (PPI 26), interrupts
/// masked.
pub fn handle_irq() {
    let block = percpu::this_block();
    // One is this interrupt's own.
    if block.irq_depth.load(Relaxed) > 1 || block.soft.masked() {
        return nested(block);
    }
    let _context = IrqContext::enter();
    let mut now = arch::counter::now();
    while block.first_timer.load(Relaxed) <= now {
        run_first(block, now);
        now = arch::counter::now();
    }
    if block.slice_end.load(Relaxed) <= now {
        block.slice_end.store(u64::MAX, Relaxed);
        sched::slice_ended();
    }
    // The interrupt is level-triggered: program even what is programmed.
    program_to(block, block.first_timer.load(Relaxed).min(block.slice_end.load(Relaxed)));
}

static NESTED: Once<fn() -> u64> = Once::new();

/// Has `asked` called when the timer interrupts a handler of another interrupt, which it does where that one opens the mask, or
/// code that has interrupts masked by [`crate::irq::soft`]: in how many ns it is to be called again. Timers do not run then.
/// Context: boot.
pub fn set_nested(asked: fn() -> u64) {
    NESTED.call_once(|| asked);
}

/// The timer within another interrupt's handler, or where none may run: no timer runs.
#[cold]
fn nested(block: &Block) {
    let ns = NESTED.get().map_or(time::NS_PER_SEC, |asked| asked());
    program_to(block, time::deadline_ticks(time::now_ns().saturating_add(ns)));
}

/// Has the timer come in at most `ns` nanoseconds, for [`set_nested`], until [`catch_up`]. Interrupts are masked.
pub fn at_latest(ns: u64) {
    let block = percpu::this_block();
    let deadline = time::deadline_ticks(time::now_ns().saturating_add(ns));
    if deadline < block.programmed.load(Relaxed) {
        program_to(block, deadline);
    }
}

/// Programs the timer for what is due, after it has come within another interrupt's handler. Interrupts are masked.
pub fn catch_up() {
    program(percpu::this_block());
}

/// Takes the first timer out of the queue and runs it, if it is due.
fn run_first(block: &Block, now: u64) {
    let queue = &block.timers;
    let mut timers = queue.timers.lock();
    let mut first = timers.front_mut();
    let due = match first.get() {
        Some(timer) if timer.deadline.load(Relaxed) <= now => first.remove(),
        _ => None,
    };
    block.first_timer.store(head(&timers), Relaxed);
    let Some(timer) = due else { return };
    timer.running.fetch_add(1, Relaxed);
    timer.home.store(null_mut(), Release);
    queue.running.store(Arc::as_ptr(&timer).cast_mut(), Relaxed);
    drop(timers);
    (timer.callback)();
    queue.running.store(null_mut(), Relaxed);
    timer.running.fetch_sub(1, Release);
}

/// Timers armed on a CPU, and the earliest deadline in ticks. For the terminal. Context: any.
pub fn stats(cpu: CpuId) -> (usize, Option<u64>) {
    let flags = arch::irq::save();
    let timers = percpu::block_of(cpu).timers.timers.lock();
    let answer = (timers.iter().count(), Some(head(&timers)).filter(|&at| at != u64::MAX));
    drop(timers);
    arch::irq::restore(flags);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use arch::fake::this_cpu;
    use core::sync::atomic::Ordering::SeqCst;
    use std::sync::Mutex;
    use std::thread;

    /// A timer that notes, each time it runs, `name` and the time.
    fn noting(log: &Arc<Mutex<Vec<(u32, u64)>>>, name: u32) -> Arc<Timer> {
        let log = Arc::clone(log);
        Timer::new(move || log.lock().unwrap().push((name, arch::counter::now())))
    }

    /// Lets the fake CPU's time pass until its timer is off.
    fn run_out() {
        while let Some(at) = this_cpu().deadline() {
            this_cpu().set_counter(at.max(arch::counter::now()));
            handle_irq();
        }
    }

    #[test]
    fn runs_each_at_its_time_and_programs_only_the_first() {
        let log = Arc::default();
        let (a, b) = (noting(&log, 1), noting(&log, 2));
        a.arm_ticks(500);
        assert_eq!(this_cpu().deadline(), Some(500));
        b.arm_ticks(900);
        assert_eq!(this_cpu().deadline(), Some(500));
        b.arm_ticks(200);
        assert_eq!(this_cpu().deadline(), Some(200));
        assert!(a.is_armed() && b.is_armed());
        run_out();
        assert_eq!(*log.lock().unwrap(), [(2, 200), (1, 500)]);
        assert!(!a.is_armed() && !b.is_armed());
        assert_eq!(Arc::strong_count(&a), 1);
    }

    #[test]
    fn a_deadline_in_the_past_and_zero_fire() {
        let log = Arc::default();
        this_cpu().set_counter(1000);
        noting(&log, 1).arm_ticks(0);
        assert_eq!(this_cpu().deadline(), Some(0));
        run_out();
        assert_eq!(*log.lock().unwrap(), [(1, 1000)]);
    }

    #[test]
    fn cancelling_the_first_programs_the_next() {
        let log = Arc::default();
        let (a, b) = (noting(&log, 1), noting(&log, 2));
        a.arm_ticks(10);
        b.arm_ticks(20);
        assert!(a.cancel());
        assert!(!a.cancel());
        assert_eq!(a.try_cancel(), Cancel::Idle);
        assert_eq!(this_cpu().deadline(), Some(20));
        run_out();
        assert_eq!(*log.lock().unwrap(), [(2, 20)]);
    }

    #[test]
    fn a_callback_may_arm_its_own_timer_and_cancel_it() {
        let slot: Arc<Mutex<Option<Arc<Timer>>>> = Arc::default();
        let runs = Arc::new(AtomicU32::new(0));
        let timer = Timer::new({
            let (slot, runs) = (Arc::clone(&slot), Arc::clone(&runs));
            move || {
                let me = slot.lock().unwrap().clone().unwrap();
                assert_eq!(me.try_cancel(), Cancel::Running);
                match runs.fetch_add(1, SeqCst) {
                    n @ 0..4 => me.arm_ticks(u64::from(n + 2) * 100),
                    _ => assert!(!me.cancel(), "must not wait for itself"),
                }
            }
        });
        *slot.lock().unwrap() = Some(Arc::clone(&timer));
        timer.arm_ticks(100);
        run_out();
        assert_eq!((runs.load(SeqCst), arch::counter::now()), (5, 500));
        slot.lock().unwrap().take();
    }

    #[test]
    fn order_holds_for_any_arming_and_cancelling() {
        let mut seed = 0x9e37_79b9_7f4a_7c15u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let log = Arc::default();
        let timers: Vec<_> = (0..40).map(|n| noting(&log, n)).collect();
        let mut wanted: [Option<u64>; 40] = [None; 40];
        for _ in 0..4000 {
            let n = (random() % 40) as usize;
            let now = arch::counter::now();
            match random() % 4 {
                0 => assert_eq!(timers[n].cancel(), wanted[n].take().is_some()),
                1 | 2 => {
                    let at = now + 1 + random() % 300;
                    timers[n].arm_ticks(at);
                    wanted[n] = Some(at);
                }
                _ => {
                    this_cpu().advance(random() % 40);
                    let now = arch::counter::now();
                    handle_irq();
                    let mut due: Vec<_> = wanted.iter().flatten().copied().filter(|&at| at <= now).collect();
                    due.sort_unstable();
                    let ran: Vec<_> = log
                        .lock()
                        .unwrap()
                        .drain(..)
                        .map(|(n, _)| wanted[n as usize].take().unwrap())
                        .collect();
                    assert_eq!(ran, due, "which ran, and in which order");
                }
            }
            assert_eq!(this_cpu().deadline(), wanted.iter().flatten().copied().min());
        }
    }

    #[test]
    fn cancel_on_another_cpu_waits_for_the_callback() {
        let (started, done) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let timer = Timer::new({
            let (started, done) = (Arc::clone(&started), Arc::clone(&done));
            move || {
                started.store(1, SeqCst);
                thread::sleep(std::time::Duration::from_millis(30));
                done.store(1, SeqCst);
            }
        });
        let cpu = thread::spawn({
            let timer = Arc::clone(&timer);
            move || {
                timer.arm_ticks(5);
                run_out();
            }
        });
        while started.load(SeqCst) == 0 {
            thread::yield_now();
        }
        assert!(!timer.cancel());
        assert_eq!(done.load(SeqCst), 1);
        cpu.join().unwrap();
    }

    #[test]
    fn arming_and_cancelling_from_many_cpus_loses_nothing() {
        let runs = Arc::new(AtomicU64::new(0));
        let timers: Vec<_> = (0..4)
            .map(|_| {
                let runs = Arc::clone(&runs);
                Timer::new(move || {
                    runs.fetch_add(1, SeqCst);
                })
            })
            .collect();
        let cpus: Vec<_> = (0..4u64)
            .map(|n| {
                let timers = timers.clone();
                thread::spawn(move || {
                    for i in 0..3000u64 {
                        let timer = &timers[((i * 7 + n * 3) % 4) as usize];
                        match (i + n) % 3 {
                            0 => drop(timer.cancel()),
                            _ => timer.arm_ticks(arch::counter::now() + 1 + i % 5),
                        }
                        this_cpu().advance(1);
                        handle_irq();
                    }
                    run_out();
                })
            })
            .collect();
        cpus.into_iter().for_each(|cpu| cpu.join().unwrap());
        assert!(runs.load(SeqCst) > 100);
        for timer in &timers {
            assert!(!timer.is_armed());
            assert_eq!(Arc::strong_count(timer), 1);
        }
    }
}
