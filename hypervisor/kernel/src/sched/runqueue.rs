// SPDX-License-Identifier: GPL-2.0-only
//! Run queues, and the ways onto and off a CPU: wake, block, preempt, switch.
//!
//! # Who may touch what
//! Each vCPU belongs to the run queue of its home CPU (`Vcpu::cpu`). Its state and its place in the queue change only
//! under that queue's lock, and only the home CPU ever runs it. So a vCPU that is woken while it is still being
//! switched away from cannot be picked before its registers are saved: the one CPU that could is busy saving them. Only
//! a move to another CPU needs care; it happens after the switch (`migrate`), never before.
//!
//! # No wake-up is lost
//! `wake` on a vCPU that is not blocked leaves a token (`Vcpu::wake_pending`), and `block_current` returns at once if it
//! finds one. Both happen under the run queue's lock. A vCPU that checks its condition and then blocks is therefore
//! woken by whoever makes the condition true in between; it may also be woken without need (an old token), so callers
//! block in a loop around their condition.
//!
//! # Guest state
//! A normal vCPU's EL1 state stays in the registers (`Block::loaded`) while orphans or the idle loop run, and is taken
//! out only before another normal vCPU's is put in, or when its vCPU moves or ends.

use super::policies::{Entry, Policy};
use super::vcpu::{Kind, State, Vcpu};
use super::{balance, migrate};
use crate::percpu::{self, Block, CpuId, MAX_CPUS, PerCpu};
use crate::sync::{Once, RawSpinLock, RawSpinLockGuard};
use crate::timer;
use alloc::boxed::Box;
use arch::counter;
use core::ptr::{null, null_mut};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// What one CPU has to run.
pub(super) struct RunQueue {
    /// `None` until the CPU is up.
    pub policy: Option<Box<dyn Policy>>,
    /// The vCPU that the CPU runs.
    pub current: *const Vcpu,
    /// When to look for a CPU that idles, in ticks; `u64::MAX` while nobody waits.
    pub look_at: u64,
    /// Since when `current` runs or was last accounted for, in ticks.
    pub since: u64,
}

// SAFETY: the vCPUs pointed to are alive (see `VcpuRef`) and `Sync`.
unsafe impl Send for RunQueue {}

static QUEUES: PerCpu<RawSpinLock<RunQueue>> = PerCpu::new(
    [const { RawSpinLock::new(RunQueue { policy: None, current: null(), look_at: u64::MAX, since: 0 }) };
        MAX_CPUS],
);

static IPI: Once<fn(CpuId)> = Once::new();

/// Says how another CPU is sent the interrupt upon which it calls [`handle_ipi`](super::handle_ipi). Context: boot,
/// once, before a second CPU schedules.
pub fn set_ipi(send: fn(CpuId)) {
    IPI.call_once(|| send);
}

/// Interrupts another CPU.
pub(super) fn interrupt(cpu: CpuId) {
    if let Some(send) = IPI.get() {
        send(cpu);
    }
}

impl RunQueue {
    /// Puts `v` into the queue.
    #[inline]
    pub fn enqueue(&mut self, block: &Block, v: &Vcpu, why: Entry, now: u64) {
        v.set_state(State::Runnable);
        if let Some(policy) = &mut self.policy {
            policy.enqueue(v, why, now);
            block.waiting.store(policy.waiting() as u32, Relaxed);
        }
    }

    /// Takes `v`, which waits, out of the queue.
    pub fn dequeue(&mut self, block: &Block, v: &Vcpu) {
        if let Some(policy) = &mut self.policy {
            policy.dequeue(v);
            block.waiting.store(policy.waiting() as u32, Relaxed);
        }
    }

    /// The vCPU that runs; `None` before the CPU is up.
    #[inline]
    pub fn running(&self) -> Option<&Vcpu> {
        // SAFETY: null or alive, since it runs.
        unsafe { self.current.as_ref() }
    }

    /// When the policy wants to choose again, in ticks.
    #[inline]
    fn until(&self) -> u64 {
        let running = self.running().filter(|v| !v.is_idle());
        self.policy.as_ref().map_or(u64::MAX, |policy| policy.until(running, self.since))
    }

    /// When the timer has to bring this CPU back to its run queue, in ticks.
    #[inline]
    pub fn slice_end(&mut self, block: &Block, now: u64) -> u64 {
        if block.waiting.load(Relaxed) == 0 {
            self.look_at = u64::MAX;
        } else if self.look_at == u64::MAX {
            self.look_at = balance::next_look(now);
        }
        self.until().min(self.look_at)
    }

    /// Charges the running vCPU for the time until `now`.
    #[inline]
    pub fn account(&mut self, now: u64) {
        let ran = now.saturating_sub(self.since);
        self.since = now;
        // SAFETY: as in `running`; not that method since `policy` is borrowed besides.
        if let Some(v) = unsafe { self.current.as_ref() } {
            v.runtime.store(v.runtime.load(Relaxed).wrapping_add(ran), Relaxed);
            if let (Some(policy), false) = (&mut self.policy, v.is_idle()) {
                policy.account(v, ran);
            }
        }
    }
}

/// Locks a CPU's run queue. Interrupts are masked.
#[inline]
pub(super) fn lock(cpu: CpuId) -> RawSpinLockGuard<'static, RunQueue> {
    QUEUES.of(cpu).lock()
}

/// Locks the run queue of `v`'s home CPU, whichever it is by the time that the lock is had. Interrupts are masked.
#[inline]
pub(super) fn lock_home(v: &Vcpu) -> (CpuId, RawSpinLockGuard<'static, RunQueue>) {
    loop {
        let cpu = CpuId(v.cpu.load(Acquire));
        let queue = lock(cpu);
        if v.cpu.load(Relaxed) == cpu.0 {
            return (cpu, queue);
        }
    }
}

/// How the running vCPU leaves its CPU.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leave {
    /// It could go on.
    Preempted,
    /// It could go on, but others shall.
    Yielded,
    /// Until it is woken.
    Blocked,
    /// For good.
    Ended,
}

/// Lets the CPU turn to what it should run now. Returns when the caller's vCPU runs again. Interrupts are masked.
pub(super) fn leave(how: Leave) {
    let block = percpu::this_block();
    if cfg!(debug_assertions) {
        assert_may_switch(block);
    }
    let mut queue = lock(block.id());
    // SAFETY: the scheduler is up on this CPU when something calls it, and what runs is alive.
    let prev: &Vcpu = unsafe { &*queue.current };
    if how == Leave::Blocked && prev.wake_pending.load(Relaxed) {
        prev.wake_pending.store(false, Relaxed);
        return;
    }
    let now = counter::now();
    queue.account(now);
    block.need_resched.store(0, Relaxed);
    put(&mut queue, block, prev, how, now);
    let picked = match &mut queue.policy {
        Some(policy) => {
            let picked = policy.pick(now);
            block.waiting.store(policy.waiting() as u32, Relaxed);
            picked
        }
        None => None,
    };
    // SAFETY: a CPU's idle vCPU lives for ever.
    let next: &Vcpu = picked.as_deref().unwrap_or_else(|| unsafe { &*block.idle.load(Relaxed) });
    next.set_state(State::Running);
    queue.current = next;
    timer::set_slice(block, queue.slice_end(block, now));
    drop(queue);
    if !core::ptr::eq(prev, next) {
        switch(block, prev, next);
    }
}

/// Notes what becomes of `prev`, which leaves.
#[inline]
fn put(queue: &mut RunQueue, block: &Block, prev: &Vcpu, how: Leave, now: u64) {
    if prev.kind == Kind::Idle {
        return prev.set_state(State::Runnable);
    }
    if how == Leave::Ended || prev.requests.load(Relaxed) != 0 {
        return migrate::set_aside(block, prev, how);
    }
    match how {
        Leave::Preempted => queue.enqueue(block, prev, Entry::Preempted, now),
        Leave::Yielded => queue.enqueue(block, prev, Entry::Yielded, now),
        Leave::Blocked | Leave::Ended => prev.set_state(State::Blocked),
    }
}

/// Goes on with `next`; returns when something goes on with `prev`.
#[inline]
fn switch(block: &Block, prev: &Vcpu, next: &Vcpu) {
    next.switches.store(next.switches.load(Relaxed) + 1, Relaxed);
    let loaded = block.loaded.load(Relaxed);
    if next.kind == Kind::Normal && !core::ptr::eq(loaded, next) {
        // SAFETY: null or alive: a vCPU is unloaded before it ends.
        exchange_guests(block, unsafe { loaded.as_ref() }, next);
    }
    block.current.store(core::ptr::from_ref(next).cast_mut(), Relaxed);
    // SAFETY: interrupts are masked; `prev` runs; `next` belongs to this CPU and does not run, so its context was saved
    // here or elsewhere before it came here, and its stack lives.
    unsafe { arch::context::switch(prev.context.get(), next.context.get()) };
    arrived();
}

/// The end of every switch, in the context that runs now. Interrupts are masked.
#[inline]
pub(super) fn arrived() {
    // Not the block from before the switch: this vCPU may have moved.
    let block = percpu::this_block();
    let left = block.leftover.load(Relaxed);
    if !left.is_null() {
        block.leftover.store(null_mut(), Relaxed);
        // SAFETY: set by `set_aside` on this CPU just before the switch; alive until `after_switch` lets it go.
        migrate::after_switch(unsafe { &*left });
    }
}

/// Replaces the guest state in this CPU's registers.
fn exchange_guests(block: &Block, loaded: Option<&Vcpu>, next: &Vcpu) {
    if let Some(loaded) = loaded {
        unload(block, loaded);
    }
    block.loaded.store(core::ptr::from_ref(next).cast_mut(), Relaxed);
    // SAFETY: `ops` is written before a vCPU first runs and after it has ended.
    if let Some(ops) = unsafe { &*next.ops.get() } {
        ops.load();
    }
}

/// Takes the guest state of `v`, whose state is in this CPU's registers, out of them. Interrupts are masked, no run
/// queue is locked.
#[inline]
pub(super) fn unload(block: &Block, v: &Vcpu) {
    // SAFETY: as in `exchange_guests`.
    if let Some(ops) = unsafe { &*v.ops.get() } {
        ops.unload();
    }
    block.loaded.store(null_mut(), Relaxed);
}

#[cold]
#[inline(never)]
fn assert_may_switch(block: &Block) {
    assert!(arch::irq::masked(), "the scheduler runs with interrupts open");
    let count = block.preempt_count.load(Relaxed);
    assert!(
        count == 0,
        "vCPU switch with {count} spinlocks held or preemptions disabled on CPU {}",
        block.id()
    );
}

/// Makes `v` runnable if it is blocked, else leaves the token. Says which CPU, other than this, runs it at the moment.
/// Interrupts are masked.
pub(super) fn wake_masked(v: &Vcpu) -> Option<CpuId> {
    let here = percpu::this_cpu();
    let (cpu, mut queue) = lock_home(v);
    match v.state() {
        State::Blocked => {
            enter(&mut queue, cpu, here, v, Entry::Woken);
            None
        }
        State::Dead => None,
        state => {
            v.wake_pending.store(true, Relaxed);
            (state == State::Running && cpu != here).then_some(cpu)
        }
    }
}

/// Puts `v` into the run queue of `cpu` and sees to it that the CPU turns to it when it should.
pub(super) fn enter(queue: &mut RunQueue, cpu: CpuId, here: CpuId, v: &Vcpu, why: Entry) {
    let block = percpu::block_of(cpu);
    let now = counter::now();
    queue.enqueue(block, v, why, now);
    let preempts = match (queue.running(), &queue.policy) {
        (Some(running), _) if running.is_idle() => true,
        (Some(running), Some(policy)) => policy.should_preempt(running, v, queue.since, now),
        _ => true,
    };
    if cpu == here {
        if preempts {
            block.need_resched.store(1, Relaxed);
        } else {
            timer::set_slice(block, queue.slice_end(block, now));
        }
    // Only its own CPU can arm its timer: have that choose again, which arms it, if the slice now matters.
    } else if (preempts || queue.slice_end(block, now) < block.slice_end.load(Relaxed))
        && block.need_resched.swap(1, Release) == 0
    {
        interrupt(cpu);
    }
}

/// The timer of this CPU has reached what [`timer::set_slice`] was told. Interrupts are masked.
pub(super) fn slice_ended() {
    let block = percpu::this_block();
    let now = counter::now();
    let mut queue = lock(block.id());
    let look = queue.look_at <= now;
    if look {
        queue.look_at = u64::MAX;
    }
    if queue.until() <= now {
        block.need_resched.store(1, Relaxed);
    } else {
        timer::set_slice(block, queue.slice_end(block, now));
    }
    drop(queue);
    if look {
        balance::look();
    }
}

/// Whether `cpu` runs its idle loop. Context: any.
pub(super) fn idles(cpu: CpuId) -> bool {
    let block = percpu::block_of(cpu);
    core::ptr::eq(block.current.load(Relaxed), block.idle.load(Relaxed))
}

/// Has `cpu` choose again.
pub(super) fn resched(cpu: CpuId) {
    if percpu::block_of(cpu).need_resched.swap(1, Release) == 0 && cpu != percpu::this_cpu() {
        interrupt(cpu);
    }
}
