// SPDX-License-Identifier: GPL-2.0-only
//! Finds drivers that run without end.
//!
//! While there are calls into drivers, a timer looks at all of them every [`PERIOD_NS`]: a call whose vCPU has run at
//! so many looks that they make [`LIMIT_NS`], and has not slept meanwhile, is taken for endless and ends as failed. Where
//! interrupts are masked (by the driver, or around a call by us: [`kernel::irq::soft`]), the timer comes all the same. It
//! then looks at nothing but how long they have been: [`MASKED_LIMIT_NS`] are too long.

use crate::work::task;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
use kernel::irq::soft;
use kernel::percpu::{MAX_CPUS, PerCpu};
use kernel::sched::{self, State};
use kernel::sync::Once;
use kernel::time::{NS_PER_MS, NS_PER_SEC, now_ns};
use kernel::timer::{self, Timer};

/// How often calls are looked at: each 250 ms.
const PERIOD_NS: u64 = 250 * NS_PER_MS;
/// CPU time that a call may use without sleeping: 2 s.
const LIMIT_NS: u64 = 2 * NS_PER_SEC;
/// How long interrupts may be masked, and a hard handler may take: 1 s.
const MASKED_LIMIT_NS: u64 = NS_PER_SEC;

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

/// A time that interrupts are masked on a CPU.
struct Section {
    /// Which one, see [`soft::section`].
    number: AtomicU32,
    /// When it was seen first, in ns.
    since: AtomicU64,
}

static SECTIONS: PerCpu<Section> =
    PerCpu::new([const { Section { number: AtomicU32::new(0), since: AtomicU64::new(0) } }; MAX_CPUS]);

impl Section {
    /// For how long a section has been seen, in ns.
    fn age(&self, number: u32, now: u64) -> u64 {
        if self.number.swap(number, Relaxed) != number {
            self.since.store(now, Relaxed);
        }
        now.saturating_sub(self.since.load(Relaxed))
    }
}

/// A driver's code is about to run in an interrupt handler, with interrupts masked by [`soft`]. They are masked in the CPU,
/// too.
pub(super) fn begin_hard() {
    SECTIONS.here().age(soft::section(), now_ns());
    timer::at_latest(MASKED_LIMIT_NS);
}

/// The timer where interrupts are masked, for [`timer::set_nested`]: when it wants to be asked again, in ns.
fn nested() -> u64 {
    let left = MASKED_LIMIT_NS.saturating_sub(SECTIONS.here().age(soft::section(), now_ns()));
    if left > 0 {
        return left.max(NS_PER_MS);
    }
    sched::mark_here();
    NS_PER_MS
}
