// SPDX-License-Identifier: GPL-2.0-only
//! Changing how vCPUs and CPUs are scheduled while they are.

use super::life::online;
use super::policies::{Entry, PolicyKind};
use super::vcpu::{CpuMask, Edf, Params, State, Vcpu};
use super::{admission, balance, migrate, runqueue};
use crate::error::{Error, Result};
use crate::percpu::{self, CpuId};
use crate::time;
use alloc::string::String;
use core::sync::atomic::Ordering::Relaxed;

fn params_of(v: &Vcpu) -> Params {
    Params { priority: v.priority(), slice_ns: v.slice_ns(), affinity: v.affinity(), deadline: v.deadline() }
}

fn refuse_idle(v: &Vcpu) -> Result<()> {
    if v.is_idle() {
        return Err(Error::NotPossible {
            vcpu: String::from(v.name()),
            why: "an idle loop is not scheduled",
        });
    }
    Ok(())
}

/// Runs `change` while `v` is out of its queue, then has its CPU choose again.
fn change_queued(v: &Vcpu, change: impl FnOnce()) {
    let flags = arch::irq::save();
    let (cpu, mut queue) = runqueue::lock_home(v);
    let block = percpu::block_of(cpu);
    let now = arch::counter::now();
    match v.state() {
        State::Runnable => {
            queue.dequeue(block, v);
            change();
            queue.enqueue(block, v, Entry::Woken, now);
        }
        _ => change(),
    }
    drop(queue);
    runqueue::resched(cpu);
    arch::irq::restore(flags);
    super::preempt_if_needed();
}

/// Sets the CPUs that `v` may run on; it moves at once if it is elsewhere (it may still be on its way on return).
/// Context: any, without locks that its `NormalOps` take.
///
/// # Errors
/// None of the CPUs is up, or none has the time for its deadline.
pub fn set_affinity(v: &Vcpu, mask: CpuMask) -> Result<()> {
    refuse_idle(v)?;
    if mask.and(online()).is_empty() {
        return Err(Error::NoCpu { affinity: mask.0, online: online().0 });
    }
    if mask.contains(v.cpu()) {
        v.store_affinity(mask);
    } else {
        let target = balance::place(v.kind(), &Params { affinity: mask, ..params_of(v) })?;
        v.store_affinity(mask);
        migrate::send(v, target);
    }
    Ok(())
}

/// Sets the priority of `v`, 0 to 7. Context: any.
///
/// # Errors
/// Out of range.
pub fn set_priority(v: &Vcpu, priority: u8) -> Result<()> {
    refuse_idle(v)?;
    Params { priority, ..Params::default() }.check()?;
    change_queued(v, || v.priority.store(priority, Relaxed));
    Ok(())
}

/// Sets the time slice of `v`, which its next slice has. Context: any.
///
/// # Errors
/// Out of range.
pub fn set_slice_ns(v: &Vcpu, slice_ns: u64) -> Result<()> {
    refuse_idle(v)?;
    Params { slice_ns, ..Params::default() }.check()?;
    v.slice.store(time::ns_to_ticks(slice_ns).max(1), Relaxed);
    Ok(())
}

/// Sets or removes the deadline parameters of `v`. Context: any.
///
/// # Errors
/// Out of range, or more than its CPU can promise.
pub fn set_deadline(v: &Vcpu, deadline: Option<Edf>) -> Result<()> {
    refuse_idle(v)?;
    Params { deadline, ..Params::default() }.check()?;
    admission::check(v.cpu(), deadline, Some(v))?;
    change_queued(v, || v.edf.set(deadline));
    Ok(())
}

/// Gives `cpu` another policy; the vCPUs that wait there go over to it. Context: may allocate.
///
/// # Errors
/// The CPU is not up, or has vCPUs with deadlines that the policy cannot promise.
pub fn set_policy(cpu: CpuId, kind: PolicyKind) -> Result<()> {
    if usize::from(cpu.0) >= percpu::MAX_CPUS || !online().contains(cpu) {
        return Err(Error::NoCpu {
            affinity: 1u32.checked_shl(cpu.0.into()).unwrap_or(0),
            online: online().0,
        });
    }
    admission::check_policy(cpu, kind)?;
    let mut policy = kind.create();
    let flags = arch::irq::save();
    let mut queue = runqueue::lock(cpu);
    let now = arch::counter::now();
    queue.account(now);
    if let Some(old) = &mut queue.policy {
        while let Some(v) = old.find(&mut |_| true) {
            old.dequeue(&v);
            policy.enqueue(&v, Entry::Woken, now);
        }
    }
    percpu::block_of(cpu).waiting.store(policy.waiting() as u32, Relaxed);
    let old = queue.policy.replace(policy);
    drop(queue);
    runqueue::resched(cpu);
    arch::irq::restore(flags);
    super::preempt_if_needed();
    drop(old);
    Ok(())
}
