// SPDX-License-Identifier: GPL-2.0-only
//! The scheduler: vCPUs, normal (guests) and orphan (threads of the hypervisor), on one run queue per CPU.
//!
//! * `vcpu`: what is scheduled; `life`: how it begins and ends.
//! * `runqueue`: wake, block, switch. Its head says who may touch what, and why no wake-up is lost.
//! * `policies`: who runs next on a CPU; a trait with two implementations, chosen per CPU, at any time.
//! * `balance`: who runs where; a trait of its own, or off. `migrate`: how vCPUs get from one CPU to another.
//! * `admission`: which deadlines can be promised.
//!
//! The scheduler is tickless: a CPU's timer is armed for its vCPU's time slice only while another vCPU of the same
//! priority waits (or, under EDF, a budget or a period may end), and an idle CPU arms nothing but timers that somebody
//! asked for.
//!
//! # Set-up
//! Each CPU calls [`init_cpu`] once its heap is there, and [`idle_loop`] at the end of its boot. The platform's code sets
//! [`set_ipi`], calls [`handle_ipi`] in the handler of that interrupt, [`preempt_point`] at the end of each
//! interrupt taken at EL2, and the vmm [`schedule`] on the way back to a guest if [`need_resched`].

mod admission;
mod balance;
mod control;
mod life;
mod migrate;
mod policies;
mod runqueue;
mod stats;
#[cfg(test)]
pub(crate) mod tests;
mod vcpu;

pub use admission::{LIMIT_PPM, policy_of, promised_ppm};
pub use balance::{Balancer, BalancerKind, LeastLoaded, Load, balancer, moves, set_balancer};
pub use control::{set_affinity, set_deadline, set_policy, set_priority, set_slice_ns};
pub use life::{
    create_normal, exit_current, for_each, join, list, online, retire, snapshot, spawn, spawn_blocked,
};
pub use policies::{EarliestDeadlineFirst, Entry, Policy, PolicyKind, PriorityRoundRobin};
pub use runqueue::set_ipi;
pub use stats::{CpuInfo, Progress, cpu_info};
pub(crate) use vcpu::WaitAdapter;
pub use vcpu::{
    CpuMask, DEFAULT_PRIORITY, DEFAULT_SLICE_NS, Edf, Kind, NormalOps, PRIORITIES, Params, State, Vcpu,
    VcpuId, VcpuRef,
};

use crate::percpu;
use crate::sync::{Once, WaitQueue};
use crate::time;
use crate::timer::{self, Timer};
use alloc::sync::Arc;
use core::marker::PhantomData;
use core::ops::Deref;
use core::sync::atomic::Ordering::Relaxed;
use runqueue::Leave;

/// The running vCPU, for as long as the code that got it runs.
#[derive(Clone, Copy)]
pub struct Current<'a> {
    vcpu: &'a Vcpu,
    not_send: PhantomData<*const ()>,
}

impl Deref for Current<'_> {
    type Target = Vcpu;
    #[inline]
    fn deref(&self) -> &Vcpu {
        self.vcpu
    }
}

/// The running vCPU. Context: any, once the scheduler is up on this CPU.
///
/// # Panics
/// The scheduler is not up on this CPU.
#[inline]
pub fn current<'a>() -> Current<'a> {
    match try_current() {
        Some(current) => current,
        None => panic!("no vCPU runs on CPU {} yet", percpu::this_cpu()),
    }
}

/// The running vCPU, if the scheduler is up on this CPU. Context: any.
#[inline]
pub fn try_current<'a>() -> Option<Current<'a>> {
    // Masked, lest the caller moves to another CPU between finding the block and reading it.
    let flags = arch::irq::save();
    let vcpu = percpu::this_block().current.load(Relaxed);
    arch::irq::restore(flags);
    // SAFETY: null, or the vCPU whose code asks: it lives while that runs, and the result cannot leave its stack other
    // than by `unsafe` code or into a longer-lived place of the same vCPU.
    unsafe { vcpu.as_ref() }.map(|vcpu| Current { vcpu, not_send: PhantomData })
}

/// Makes what runs this CPU's idle vCPU; its policy is `policy` until [`set_policy`]. Preemption stays disabled until
/// [`idle_loop`]. Context: boot, on each CPU once, after `percpu::init_*` and the heap, with interrupts masked.
pub fn init_cpu(policy: PolicyKind) {
    life::init_cpu(policy);
}

static IDLE_DISPATCH: Once<fn()> = Once::new();

/// Says how the idle loop takes a pending interrupt while they are masked; without, it opens the mask for a moment. The
/// direct way saves going through the exception vector. Context: boot, once.
pub fn set_idle_dispatch(dispatch: fn()) {
    IDLE_DISPATCH.call_once(|| dispatch);
}

/// Turns the boot code of this CPU into its idle loop. Context: the end of boot, on each CPU, after [`init_cpu`].
pub fn idle_loop() -> ! {
    arch::irq::mask();
    percpu::preempt_enable_no_resched();
    loop {
        idle_once();
    }
}

/// Lets others run, or waits for one interrupt and takes it. Interrupts are masked.
fn idle_once() {
    let block = percpu::this_block();
    if block.need_resched.load(Relaxed) != 0 {
        return runqueue::leave(Leave::Preempted);
    }
    if life::any_dead() {
        arch::irq::unmask();
        life::reap();
        return arch::irq::mask();
    }
    balance::before_idle();
    timer::settle(block);
    // An interrupt that comes from here on, even masked, ends the wait.
    arch::cpu::wfi();
    match IDLE_DISPATCH.get() {
        Some(dispatch) => dispatch(),
        None => {
            arch::irq::unmask();
            arch::irq::mask();
        }
    }
}

/// Whether this CPU should turn to something else. Context: any.
#[inline]
pub fn need_resched() -> bool {
    percpu::this_block().need_resched.load(Relaxed) != 0
}

/// Whether another vCPU waits for this CPU. Context: any, with preemption off for an exact answer.
#[inline]
pub fn contended() -> bool {
    percpu::this_block().waiting.load(Relaxed) != 0
}

/// Turns to what this CPU should run now; returns when the caller's vCPU runs again, at once maybe. Context: a vCPU
/// without spinlocks; the interrupt mask stays as it is.
pub fn schedule() {
    let flags = arch::irq::save();
    runqueue::leave(Leave::Preempted);
    arch::irq::restore(flags);
}

/// `Block::overrun`: the running vCPU's code is not to go on.
const VCPU_OVERRUN: u32 = 1;
/// `Block::overrun`: the running interrupt handler is not to go on.
const HANDLER_OVERRUN: u32 = 2;

/// Notes that what an interrupt came to is not to go on, another interrupt's handler or a vCPU; which is asked for at its
/// end. Context: the interrupt.
pub fn mark_here() {
    let block = percpu::this_block();
    // One is this interrupt's own.
    if block.irq_depth.load(Relaxed) > 1 {
        block.overrun.store(HANDLER_OVERRUN, Relaxed);
    } else if let Some(me) = try_current() {
        mark_overrun(&me);
    }
}

/// Notes that what a vCPU runs is not to go on: its CPU asks for it ([`overrun`]) at the end of its next interrupt, which
/// comes at once; not if the vCPU has moved away before. Context: any.
pub fn mark_overrun(v: &Vcpu) {
    v.overrun.store(true, Relaxed);
    let cpu = v.cpu();
    percpu::block_of(cpu).overrun.store(VCPU_OVERRUN, Relaxed);
    if cpu != percpu::this_cpu() {
        crate::irq::ipi(cpu, crate::irq::Ipi::Watch);
    }
}

/// Whether what an interrupt at EL2 came to is not to go on: the handler of another interrupt, or the running vCPU. Asked
/// once. Interrupts are masked.
#[cold]
pub fn overrun() -> bool {
    let block = percpu::this_block();
    let wanted = if block.irq_depth.load(Relaxed) != 0 { HANDLER_OVERRUN } else { VCPU_OVERRUN };
    if block.overrun.load(Relaxed) != wanted {
        return false;
    }
    block.overrun.store(0, Relaxed);
    if wanted == HANDLER_OVERRUN {
        return true;
    }
    try_current().is_some_and(|me| me.overrun.swap(false, Relaxed))
}

/// The end of an interrupt taken at EL2: preempts the interrupted vCPU if that is due and it allows it. Interrupts are
/// masked.
#[inline]
pub fn preempt_point() {
    if need_resched() {
        preempt();
    }
}

/// Reschedules if that is due and the context allows it. After anything that may have woken a vCPU. Context: any.
#[inline]
pub(crate) fn preempt_if_needed() {
    if need_resched() {
        preempt_if_open();
    }
}

#[cold]
fn preempt_if_open() {
    if !arch::irq::masked() {
        let flags = arch::irq::save();
        preempt();
        arch::irq::restore(flags);
    }
}

/// Interrupts are masked.
#[cold]
fn preempt() {
    let block = percpu::this_block();
    if block.need_resched.load(Relaxed) != 0
        && block.preempt_count.load(Relaxed) == 0
        && block.irq_depth.load(Relaxed) == 0
        && !block.current.load(Relaxed).is_null()
    {
        runqueue::leave(Leave::Preempted);
    }
}

/// Lets the others of the same priority run first. Context: as [`schedule`].
pub fn yield_now() {
    let flags = arch::irq::save();
    runqueue::leave(Leave::Yielded);
    arch::irq::restore(flags);
}

/// Takes the running vCPU off its CPU until [`wake`]. Returns at once if a wake-up came since the last return from here;
/// may return without need, so call it in a loop around the condition that is waited for. Context: as [`schedule`],
/// not the idle loop.
#[inline]
pub fn block_current() {
    let flags = arch::irq::save();
    runqueue::leave(Leave::Blocked);
    arch::irq::restore(flags);
}

/// Makes a blocked vCPU runnable, on its home CPU; any other returns at once from its next [`block_current`].
/// Context: any.
#[inline]
pub fn wake(v: &Vcpu) {
    let flags = arch::irq::save();
    runqueue::wake_masked(v);
    arch::irq::restore(flags);
    preempt_if_needed();
}

/// Like [`wake`]; moreover a vCPU that runs on another CPU is interrupted, so that it passes its exit path.
/// Context: any.
#[inline]
pub fn kick(v: &Vcpu) {
    let flags = arch::irq::save();
    if let Some(cpu) = runqueue::wake_masked(v) {
        runqueue::interrupt(cpu);
    }
    arch::irq::restore(flags);
    preempt_if_needed();
}

/// Serves other CPUs' requests. Called by the handler of the interrupt that [`set_ipi`] sends; interrupts are masked.
/// A due reschedule follows at [`preempt_point`] or on the way back to the guest.
pub fn handle_ipi() {
    migrate::serve();
    balance::serve();
}

/// The running vCPU's slice may have ended; from the timer interrupt.
pub(crate) fn slice_ended() {
    runqueue::slice_ended();
}

/// Sleeps for at least `ns` nanoseconds. Context: orphan vCPUs; may sleep.
#[track_caller]
pub fn sleep_ns(ns: u64) {
    might_sleep();
    let until = time::now_ns().saturating_add(ns);
    check_may_block();
    let me = current();
    me.sleeps.fetch_add(1, Relaxed);
    let alarm = Alarm::set(&me, until);
    while time::now_ns() < until {
        block_current();
    }
    drop(alarm);
    if !me.waits_on.load(Relaxed).is_null() {
        // Within a condition: what came meanwhile was for the wait that asks it.
        wake(&me);
    }
}

/// Wakes a vCPU at a time, unless dropped before: then the alarm of the wait whose condition set it goes on.
pub(crate) struct Alarm<'a> {
    vcpu: &'a Vcpu,
    timer: &'a Arc<Timer>,
    outer_ns: u64,
}

/// No alarm is set.
const NO_ALARM: u64 = u64::MAX;

impl<'a> Alarm<'a> {
    /// For the running vCPU `v`, at `at_ns` of `time::now_ns`.
    pub(crate) fn set(v: &'a Vcpu, at_ns: u64) -> Self {
        let timer = v.alarm.call_once(|| {
            // It rings only while `v` waits with an `Alarm` on its stack.
            let v = v.as_ref();
            Timer::new(move || wake(&v))
        });
        timer.arm(at_ns);
        Self { vcpu: v, timer, outer_ns: v.alarm_ns.swap(at_ns, Relaxed) }
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.vcpu.alarm_ns.store(self.outer_ns, Relaxed);
        match self.outer_ns {
            NO_ALARM => _ = self.timer.cancel(),
            at_ns => self.timer.arm(at_ns),
        }
    }
}

/// The wait whose condition has begun another one. A vCPU is in one queue at a time: it leaves the former's, and finds
/// itself woken when the latter is over, so that it enters again and asks its condition once more.
pub(crate) struct Outer<'a> {
    vcpu: &'a Vcpu,
    queue: *mut WaitQueue,
}

impl<'a> Outer<'a> {
    /// The running vCPU `v` begins to wait on `queue`.
    pub(crate) fn begin(v: &'a Vcpu, queue: &'a WaitQueue) -> Self {
        let outer = v.waits_on.swap(core::ptr::from_ref(queue).cast_mut(), Relaxed);
        if !outer.is_null() {
            // SAFETY: this vCPU is within `WaitQueue::wait` of that queue, which borrows it.
            unsafe { &*outer }.leave(v);
        }
        Self { vcpu: v, queue: outer }
    }
}

impl Drop for Outer<'_> {
    fn drop(&mut self) {
        self.vcpu.waits_on.store(self.queue, Relaxed);
        if !self.queue.is_null() {
            wake(self.vcpu);
        }
    }
}

/// Whoever is about to block holds no lock yet: fails if it must not block. Debug builds found it earlier, see [`might_sleep`].
#[inline(never)]
pub(crate) fn check_may_block() {
    if percpu::in_atomic_context() {
        crate::panic::broken(&format_args!(
            "what may not sleep, since it runs in atomic context, was about to"
        ));
    }
}

/// Says that the caller may sleep: debug builds panic if it may not, naming the place. Context: orphan vCPUs.
#[inline]
#[track_caller]
pub fn might_sleep() {
    #[cfg(debug_assertions)]
    {
        let caller = core::panic::Location::caller();
        assert!(!percpu::in_atomic_context(), "{caller} may sleep, but runs in atomic context");
        if let Some(me) = try_current() {
            assert!(
                me.kind() == Kind::Orphan,
                "{caller} may sleep, but runs in {} vCPU {}",
                me.kind(),
                me.name()
            );
        }
    }
}
