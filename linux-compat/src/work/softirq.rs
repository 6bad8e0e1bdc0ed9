// SPDX-License-Identifier: GPL-2.0-only
//! Softirq work: timers, tasklets and work queues of the softirq kind run in one vCPU, each with preemption disabled
//! and interrupts open.
//!
//! It runs before guests, but not for long: after [`BUDGET_NS`] without a rest it takes turns with them, until
//! everything is done.

use super::{pool, tasklet};
use crate::time::timer;
use alloc::sync::Arc;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use kernel::percpu;
use kernel::sched::{self, Params, Vcpu};
use kernel::sync::{Once, WaitQueue};
use kernel::time::now_ns;

/// How long it runs at its own priority: 2 ms.
pub const BUDGET_NS: u64 = 2_000_000;
/// Above the tasks of drivers.
const PRIORITY: u8 = super::task::PRIORITY + 1;

static VCPU: Once<Arc<Vcpu>> = Once::new();
static RAISED: AtomicBool = AtomicBool::new(false);
static WAIT: WaitQueue = WaitQueue::new();

/// Makes its vCPU. Context: sleeps; once.
pub(super) fn init() {
    VCPU.call_once(|| match sched::spawn("softirq", Params::with_priority(PRIORITY), run) {
        Ok(vcpu) => vcpu,
        Err(error) => panic!("no vCPU for timers and tasklets: {error}"),
    });
}

/// There is something to do. Context: any.
pub(crate) fn raise() {
    RAISED.store(true, Release);
    WAIT.wake_one();
}

/// Whether the caller is a timer's or tasklet's function. Context: any.
pub(crate) fn serving() -> bool {
    !crate::context::hard_interrupt() && is_vcpu()
}

/// Whether the softirq vCPU runs here.
fn is_vcpu() -> bool {
    let vcpu = VCPU.get();
    vcpu.is_some_and(|vcpu| sched::try_current().is_some_and(|me| me.id() == vcpu.id()))
}

/// Runs a callback as softirqs do.
pub(crate) fn atomically<T>(f: impl FnOnce() -> T) -> T {
    percpu::preempt_disable();
    let result = f();
    percpu::preempt_enable();
    result
}

fn run() {
    loop {
        WAIT.wait_until(|| RAISED.swap(false, AcqRel));
        let start = now_ns();
        let mut low = false;
        loop {
            let ran = [timer::run_one(), tasklet::run_one(), pool::run_one_bh()];
            if ran == [false; 3] {
                break;
            }
            if !low && now_ns() - start > BUDGET_NS {
                low = set_priority(sched::DEFAULT_PRIORITY);
            }
            if low {
                sched::yield_now();
            }
        }
        if low {
            set_priority(PRIORITY);
        }
        // What came meanwhile and was done finds nothing to do; what was not raised it again.
        let _ = RAISED.load(Acquire);
    }
}

fn set_priority(priority: u8) -> bool {
    sched::set_priority(&sched::current(), priority).is_ok()
}
