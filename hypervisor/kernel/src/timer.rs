// SPDX-License-Identifier: GPL-2.0-only
//! Timers: a callback at a time, in interrupt context.
//!
//! Each CPU has a queue ordered by deadline, and programs its EL2 physical timer for the earliest of the queue and the
//! end of the running vCPU's time slice; with neither, the timer is off. Arming and cancelling allocate nothing and
//! work anywhere, exit path and interrupt handlers included.
//!
//! A timer's `cpu` says whose queue it is in. It turns from [`NONE`] to a CPU only under that CPU's queue lock, and back
//! likewise, so whoever reads a CPU there, takes that lock and reads the same again, owns the timer for the moment.

use crate::percpu::{self, Block, CpuId, IrqContext, MAX_CPUS, PerCpu};
use crate::sync::RawSpinLock;
use crate::{sched, time};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ptr::{from_ref, null};
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicU16, AtomicU32, AtomicU64};
use intrusive_collections::{KeyAdapter, RBTree, RBTreeLink, intrusive_adapter};

/// `Timer::cpu` of a timer that is not armed.
const NONE: u16 = u16::MAX;

/// A callback that can be armed for a time. Kept alive by its queue while armed.
pub struct Timer {
    link: RBTreeLink,
    deadline: AtomicU64,
    cpu: AtomicU16,
    running: AtomicU32,
    callback: Box<dyn Fn() + Send + Sync>,
}

// SAFETY: `link` is touched only under the lock of the queue that `cpu` names; all else is atomic or `Sync`.
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

struct Queue {
    timers: RawSpinLock<RBTree<ByDeadline>>,
    /// The timer whose callback runs on this CPU.
    running: AtomicPtr<Timer>,
}

static QUEUES: PerCpu<Queue> = PerCpu::new(
    [const {
        Queue {
            timers: RawSpinLock::new(RBTree::new(ByDeadline::NEW)),
            running: AtomicPtr::new(null::<Timer>() as *mut _),
        }
    }; MAX_CPUS],
);

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
            cpu: AtomicU16::new(NONE),
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
        let queue = QUEUES.of(block.id());
        loop {
            let mut timers = queue.timers.lock();
            match self.cpu.compare_exchange(NONE, block.id().0, AcqRel, Acquire) {
                Ok(_) => {
                    self.deadline.store(deadline, Relaxed);
                    timers.insert(Arc::clone(self));
                }
                Err(cpu) if cpu == block.id().0 => {
                    // SAFETY: `cpu` names this queue and its lock is held, so the timer is in it.
                    let timer = unsafe { timers.cursor_mut_from_ptr(from_ref(&**self)) }.remove();
                    self.deadline.store(deadline, Relaxed);
                    if let Some(timer) = timer {
                        timers.insert(timer);
                    }
                }
                Err(other) => {
                    drop(timers);
                    self.remove_from(other);
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
        let own = u32::from(core::ptr::eq(QUEUES.here().running.load(Relaxed), self));
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
        self.cpu.load(Acquire) != NONE
    }

    /// The counter value for which the timer was armed last. Context: any.
    pub fn deadline_ticks(&self) -> u64 {
        self.deadline.load(Relaxed)
    }

    #[inline]
    fn remove(&self) -> bool {
        loop {
            match self.cpu.load(Acquire) {
                NONE => return false,
                cpu => {
                    if self.remove_from(cpu) {
                        return true;
                    }
                }
            }
        }
    }

    /// Takes the timer out of the queue of `cpu`, unless it has left that.
    fn remove_from(&self, cpu: u16) -> bool {
        let flags = arch::irq::save();
        let mut timers = QUEUES.of(CpuId(cpu)).timers.lock();
        let here = self.cpu.load(Acquire) == cpu;
        let mut timer = None;
        if here {
            // SAFETY: `cpu` names this queue and its lock is held, so the timer is in it.
            timer = unsafe { timers.cursor_mut_from_ptr(from_ref(self)) }.remove();
            self.cpu.store(NONE, Release);
            let block = percpu::this_block();
            if block.id().0 == cpu {
                block.first_timer.store(head(&timers), Relaxed);
                drop(timers);
                program(block);
            } else {
                percpu::block_of(CpuId(cpu)).first_timer.store(head(&timers), Relaxed);
                drop(timers);
            }
        }
        arch::irq::restore(flags);
        // Maybe the last reference: dropped with the interrupt mask as it was.
        drop(timer);
        here
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
    let _context = IrqContext::enter();
    let block = percpu::this_block();
    let queue = QUEUES.of(block.id());
    let mut now = arch::counter::now();
    while block.first_timer.load(Relaxed) <= now {
        run_first(block, queue, now);
        now = arch::counter::now();
    }
    if block.slice_end.load(Relaxed) <= now {
        block.slice_end.store(u64::MAX, Relaxed);
        sched::slice_ended();
    }
    // The interrupt is level-triggered: program even what is programmed.
    program_to(block, block.first_timer.load(Relaxed).min(block.slice_end.load(Relaxed)));
}

/// Takes the first timer out of the queue and runs it, if it is due.
fn run_first(block: &Block, queue: &Queue, now: u64) {
    let mut timers = queue.timers.lock();
    let mut first = timers.front_mut();
    let due = match first.get() {
        Some(timer) if timer.deadline.load(Relaxed) <= now => first.remove(),
        _ => None,
    };
    block.first_timer.store(head(&timers), Relaxed);
    let Some(timer) = due else { return };
    timer.running.fetch_add(1, Relaxed);
    timer.cpu.store(NONE, Release);
    queue.running.store(Arc::as_ptr(&timer).cast_mut(), Relaxed);
    drop(timers);
    (timer.callback)();
    queue.running.store(null::<Timer>().cast_mut(), Relaxed);
    timer.running.fetch_sub(1, Release);
}

/// Timers armed on a CPU, and the earliest deadline in ticks. For the terminal. Context: any.
pub fn stats(cpu: CpuId) -> (usize, Option<u64>) {
    let flags = arch::irq::save();
    let timers = QUEUES.of(cpu).timers.lock();
    let answer = (timers.iter().count(), Some(head(&timers)).filter(|&at| at != u64::MAX));
    drop(timers);
    arch::irq::restore(flags);
    answer
}
