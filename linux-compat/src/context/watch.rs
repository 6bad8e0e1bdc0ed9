// SPDX-License-Identifier: GPL-2.0-only
//! Finds drivers that run without end.
//!
//! While there are calls into drivers, a timer looks at all of them every [`PERIOD_NS`]: a call whose vCPU has run at
//! so many looks that they make [`LIMIT_NS`], and has not slept meanwhile, is taken for endless and ends as failed. Hard
//! handlers run with interrupts open (`call::enter`): the priority of their interrupt keeps all others away but the
//! hypervisor's timer, which then looks only at them. Code that masks interrupts itself is not seen.

use super::call::innermost;
use crate::work::task;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use kernel::percpu::{MAX_CPUS, PerCpu};
use kernel::sched::{self, State};
use kernel::sync::Once;
use kernel::time::{NS_PER_MS, NS_PER_SEC, now_ns};
use kernel::timer::{self, Timer};

/// How often calls are looked at: each 250 ms.
const PERIOD_NS: u64 = 250 * NS_PER_MS;
/// CPU time that a call may use without sleeping: 2 s.
const LIMIT_NS: u64 = 2 * NS_PER_SEC;
/// Time that a hard handler may take: 1 s.
const HARD_LIMIT_NS: u64 = NS_PER_SEC;

/// What was seen of a vCPU's calls. The timer writes it.
pub(crate) struct Seen {
    /// The innermost call, as a number.
    call: AtomicUsize,
    /// How often the vCPU had slept.
    sleeps: AtomicU32,
    /// How often it has been seen to run since.
    looks: AtomicU32,
}

impl Seen {
    pub const fn new() -> Self {
        Seen { call: AtomicUsize::new(0), sleeps: AtomicU32::new(0), looks: AtomicU32::new(0) }
    }

    /// Whether a vCPU in `call` has run for too long.
    fn look(&self, call: usize, sleeps: u32, runs: bool) -> bool {
        if self.call.swap(call, Relaxed) != call || self.sleeps.swap(sleeps, Relaxed) != sleeps {
            self.looks.store(0, Relaxed);
        }
        u64::from(self.looks.fetch_add(runs.into(), Relaxed)) * PERIOD_NS >= LIMIT_NS
    }
}

static TIMER: Once<Arc<Timer>> = Once::new();
static ARMED: AtomicBool = AtomicBool::new(false);

/// A call is about to be made. Context: any.
#[inline]
pub(super) fn begin() {
    if cfg!(target_os = "none") && !ARMED.load(Relaxed) {
        arm();
    }
}

#[cold]
fn arm() {
    if let Some(timer) = TIMER.get()
        && !ARMED.swap(true, AcqRel)
    {
        timer.arm(now_ns() + PERIOD_NS);
    }
}

/// Makes the timer. Context: boot, once; may allocate.
pub(super) fn init() {
    TIMER.call_once(|| Timer::new(tick));
    timer::set_nested(nested);
}

/// The timer.
fn tick() {
    let mut any = false;
    sched::for_each(&mut |v| {
        let Some(task) = task::of(v) else { return };
        let call = task.calls().load(Acquire).addr();
        if call != 0 {
            any = true;
            if task.seen().look(call, v.sleeps(), v.state() == State::Running) {
                sched::mark_overrun(v);
            }
        }
    });
    if any {
        if let Some(timer) = TIMER.get() {
            timer.arm(now_ns() + PERIOD_NS);
        }
    } else {
        ARMED.store(false, Relaxed);
    }
}

/// When the hard handler that runs on a CPU has taken too long, in ns.
static HARD: PerCpu<AtomicU64> = PerCpu::new([const { AtomicU64::new(0) }; MAX_CPUS]);

/// A hard handler begins; interrupts are masked.
pub(super) fn begin_hard() {
    HARD.here().store(now_ns() + HARD_LIMIT_NS, Relaxed);
    timer::at_latest(HARD_LIMIT_NS);
}

/// A hard handler is over; interrupts are masked.
pub(super) fn end_hard() {
    timer::catch_up();
}

/// The timer, during a hard handler, for [`timer::set_nested`]: when it wants to be asked again, in ns.
fn nested() -> u64 {
    let left = HARD.here().load(Relaxed).saturating_sub(now_ns());
    if left > 0 || innermost().is_none() {
        return left.max(NS_PER_MS);
    }
    sched::mark_handler_overrun();
    NS_PER_MS
}
