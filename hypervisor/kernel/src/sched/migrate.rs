// SPDX-License-Identifier: GPL-2.0-only
//! Moves between CPUs, and the end of vCPUs: both are done by the CPU that holds the vCPU, once its stack is not in use.
//!
//! Whoever wants a vCPU moved or ended sets a bit in `Vcpu::requests`, puts the vCPU on its home CPU's request list and
//! interrupts that CPU. That serves the list ([`serve`]); a vCPU that runs at the moment is set aside at its next
//! switch instead and dealt with after that.

use super::life;
use super::policies::Entry;
use super::runqueue::{self, Leave};
use super::vcpu::{RequestAdapter, State, Vcpu, request};
use crate::percpu::{self, Block, CpuId, MAX_CPUS, PerCpu};
use crate::sync::RawSpinLock;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::fence;
use intrusive_collections::LinkedList;

static REQUESTS: PerCpu<RawSpinLock<LinkedList<RequestAdapter>>> =
    PerCpu::new([const { RawSpinLock::new(LinkedList::new(RequestAdapter::NEW)) }; MAX_CPUS]);

/// Asks `v`'s home CPU for what `bit` says. Context: any.
pub(super) fn post(v: &Vcpu, bit: u32) {
    let flags = arch::irq::save();
    v.requests.fetch_or(bit, Release);
    repost(v);
    arch::irq::restore(flags);
    super::preempt_if_needed();
}

/// Has `v`'s home CPU look at its requests. Should it move meanwhile, the CPU that finds it on its list passes it on.
/// Interrupts are masked.
fn repost(v: &Vcpu) {
    let home = CpuId(v.cpu.load(Acquire));
    if home == percpu::this_cpu() {
        return serve_one(v);
    }
    // On a list already: whoever takes it from there looks at all bits.
    if !v.requested.swap(true, AcqRel) {
        REQUESTS.of(home).lock().push_back(v.to_arc());
        runqueue::interrupt(home);
    }
}

/// Serves this CPU's requests. Interrupts are masked.
pub(super) fn serve() {
    loop {
        let next = REQUESTS.here().lock().pop_front();
        let Some(v) = next else { return };
        v.requested.store(false, Release);
        fence(SeqCst);
        repost(&v);
    }
}

/// Serves the requests to `v`, whose home this CPU is, unless that must wait for the next switch.
fn serve_one(v: &Vcpu) {
    let block = percpu::this_block();
    let mut queue = runqueue::lock(block.id());
    if v.cpu.load(Relaxed) != block.id().0 || v.requests.load(Acquire) == 0 {
        return;
    }
    if core::ptr::eq(queue.current, v) {
        block.need_resched.store(1, Relaxed);
        return;
    }
    match v.state() {
        State::Runnable => {
            queue.dequeue(block, v);
            v.resume.store(true, Relaxed);
        }
        State::Blocked => {}
        // Set aside and about to be dealt with by this CPU; or on its way here, and then whoever brings it looks again.
        State::Running | State::Moving | State::Dead => return,
    }
    v.set_state(State::Moving);
    drop(queue);
    after_switch(v);
}

/// Marks `prev`, which is about to be switched away from and has requests or ends, for [`after_switch`]. Its run queue is
/// locked.
#[cold]
pub(super) fn set_aside(block: &Block, prev: &Vcpu, how: Leave) {
    match how {
        Leave::Preempted | Leave::Yielded => prev.resume.store(true, Relaxed),
        Leave::Blocked => {}
        Leave::Ended => {
            prev.requests.fetch_or(request::RETIRE, Relaxed);
        }
    }
    prev.set_state(State::Moving);
    block.leftover.store(core::ptr::from_ref(prev).cast_mut(), Relaxed);
}

/// Serves the requests to `v`, which is off its queue and not in use. While it is [`State::Moving`], wakers leave their
/// token, so a vCPU that was blocked runs if there is one. Interrupts are masked.
#[cold]
pub(super) fn after_switch(v: &Vcpu) {
    let block = percpu::this_block();
    if core::ptr::eq(block.loaded.load(Relaxed), v) {
        runqueue::unload(block, v);
    }
    if v.requests.load(Acquire) & request::RETIRE != 0 {
        return life::bury(v);
    }
    v.requests.fetch_and(!request::MOVE, Acquire);
    let target = CpuId(v.move_to.load(Relaxed));
    {
        // Wakers look at `cpu` under this lock.
        let _queue = runqueue::lock(block.id());
        v.cpu.store(target.0, Release);
    }
    // It may end on the other CPU at any time from now on.
    let v = v.to_arc();
    let mut queue = runqueue::lock(target);
    // One that could have gone on keeps its token: it may be about to block.
    if v.resume.swap(false, Relaxed) || v.wake_pending.swap(false, Relaxed) {
        runqueue::enter(&mut queue, target, block.id(), &v, Entry::Woken);
    } else {
        v.set_state(State::Blocked);
    }
    drop(queue);
    // Requests that came while it belonged to nobody.
    if v.requests.load(Acquire) != 0 {
        repost(&v);
    }
}

/// Sends `v` to `target`. Context: any.
pub(super) fn send(v: &Vcpu, target: CpuId) {
    v.move_to.store(target.0, Relaxed);
    post(v, request::MOVE);
}
