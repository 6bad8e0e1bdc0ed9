// SPDX-License-Identifier: GPL-2.0-only
//! The beginning and the end of vCPUs.
//!
//! The list of all vCPUs owns each of them until it is dead. A dead vCPU's stack is freed by another context: that of an
//! orphan by whoever idles or makes a vCPU next ([`reap`]), that of a normal vCPU by [`retire`].

use super::balance;
use super::migrate;
use super::runqueue::{self, Leave};
use super::vcpu::{
    AllAdapter, Closure, CpuMask, Kind, NormalOps, Params, RunAdapter, Start, State, Vcpu, request,
};
use crate::error::{Error, Result};
use crate::mm::space::Stack;
use crate::percpu::{self, CpuId};
use crate::sync::{RawSpinLock, SpinLock};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::context::Context;
use core::cell::UnsafeCell;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};
use intrusive_collections::LinkedList;

static ALL: SpinLock<LinkedList<AllAdapter>> = SpinLock::new(LinkedList::new(AllAdapter::NEW));
static DEAD: RawSpinLock<LinkedList<RunAdapter>> = RawSpinLock::new(LinkedList::new(RunAdapter::NEW));
static ANY_DEAD: AtomicBool = AtomicBool::new(false);
static ONLINE: AtomicU32 = AtomicU32::new(0);

/// The CPUs that schedule. Context: any.
pub fn online() -> CpuMask {
    CpuMask(ONLINE.load(Acquire))
}

/// Makes the code that runs, on a boot stack, this CPU's idle vCPU. `kind` is the policy to begin with. Context: boot,
/// on each CPU once, after the heap is up and before interrupts open.
pub(super) fn init_cpu(policy: super::PolicyKind) {
    let block = percpu::this_block();
    let cpu = block.id();
    let params = Params { priority: 0, affinity: CpuMask::of(cpu), ..Params::default() };
    let start = Start { entry: None, arg: 0, closure: UnsafeCell::new(None) };
    let name = alloc::format!("idle/{cpu}");
    let idle = Arc::new(Vcpu::new(&name, Kind::Idle, &params, cpu, Context::running(), start));
    idle.set_state(State::Running);
    let policy = policy.create();
    ALL.lock().push_back(Arc::clone(&idle));
    let flags = arch::irq::save();
    // Until the idle loop begins nothing may take the boot stack's CPU away.
    percpu::preempt_disable();
    block.current.store(Arc::as_ptr(&idle).cast_mut(), Relaxed);
    let mut queue = runqueue::lock(cpu);
    queue.policy = Some(policy);
    queue.since = arch::counter::now();
    queue.current = Arc::as_ptr(&idle);
    drop(queue);
    // Never freed.
    block.idle.store(Arc::into_raw(idle).cast_mut(), Relaxed);
    ONLINE.fetch_or(1 << cpu.0, Release);
    arch::irq::restore(flags);
}

/// Makes an orphan vCPU that runs `f` and then ends; it is runnable at once. Context: may allocate.
///
/// # Errors
/// `params` out of range, no CPU for it, no time left for its deadline, or no memory for its stack.
pub fn spawn(name: &str, params: Params, f: impl FnOnce() + Send + 'static) -> Result<Arc<Vcpu>> {
    let v = spawn_blocked(name, params, f)?;
    super::wake(&v);
    Ok(v)
}

/// Like [`spawn`], but the vCPU begins when it is first woken. Context: may allocate.
///
/// # Errors
/// As [`spawn`].
pub fn spawn_blocked(name: &str, params: Params, f: impl FnOnce() + Send + 'static) -> Result<Arc<Vcpu>> {
    reap();
    params.check()?;
    let cpu = balance::place(Kind::Orphan, &params)?;
    let (stack, top) = orphan_stack()?;
    let closure: Closure = Box::new(f);
    let start = Start { entry: None, arg: 0, closure: UnsafeCell::new(Some(closure)) };
    create(name, Kind::Orphan, &params, cpu, start, |arg| {
        // SAFETY: the stack is new, so nothing uses it.
        (unsafe { Context::new(top, orphan_entry, arg) }, stack)
    })
}

/// Makes a normal vCPU, blocked: the first [`wake`](super::wake) has it call `entry(arg)` on `stack`, `reserve` bytes
/// (a multiple of 16) below its top, with interrupts masked. `ops` are called from then on. Context: may allocate.
///
/// # Errors
/// `params` out of range, no CPU for it, or no time left for its deadline.
pub fn create_normal(
    name: &str,
    params: Params,
    stack: Stack,
    reserve: usize,
    entry: extern "C" fn(usize) -> !,
    arg: usize,
    ops: Arc<dyn NormalOps>,
) -> Result<Arc<Vcpu>> {
    let top = arch::VirtAddr(stack.top().0 - reserve);
    create_normal_at(name, params, (Some(stack), top), entry, arg, ops)
}

/// [`create_normal`] with the stack pointer to begin with; without a stack on the host, where contexts bring their own.
pub(super) fn create_normal_at(
    name: &str,
    params: Params,
    (stack, top): (Option<Stack>, arch::VirtAddr),
    entry: extern "C" fn(usize) -> !,
    arg: usize,
    ops: Arc<dyn NormalOps>,
) -> Result<Arc<Vcpu>> {
    reap();
    params.check()?;
    let cpu = balance::place(Kind::Normal, &params)?;
    let start = Start { entry: Some(entry), arg, closure: UnsafeCell::new(None) };
    let v = create(name, Kind::Normal, &params, cpu, start, |v| {
        // SAFETY: the stack is the caller's gift, so nothing uses what lies below the reserved part.
        (unsafe { Context::new(top, normal_entry, v) }, stack)
    })?;
    // SAFETY: nobody runs it before it is woken, which is for the caller to do.
    unsafe { *v.ops.get() = Some(ops) };
    Ok(v)
}

/// Makes the vCPU; `prepare` gets its address, for the entry, and gives context and stack.
fn create(
    name: &str,
    kind: Kind,
    params: &Params,
    cpu: CpuId,
    start: Start,
    prepare: impl FnOnce(usize) -> (Context, Option<Stack>),
) -> Result<Arc<Vcpu>> {
    let v = Arc::new(Vcpu::new(name, kind, params, cpu, Context::running(), start));
    let (context, stack) = prepare(Arc::as_ptr(&v) as usize);
    // SAFETY: nobody else knows the vCPU yet.
    unsafe {
        *v.context.get() = context;
        *v.stack.get() = stack;
    }
    ALL.lock().push_back(Arc::clone(&v));
    Ok(v)
}

#[cfg(target_os = "none")]
fn orphan_stack() -> Result<(Option<Stack>, arch::VirtAddr)> {
    let stack = crate::mm::space::alloc_stack(arch::STACK_SIZE)?;
    let top = stack.top();
    Ok((Some(stack), top))
}

/// The fake contexts bring their own stacks.
#[cfg(not(target_os = "none"))]
fn orphan_stack() -> Result<(Option<Stack>, arch::VirtAddr)> {
    Ok((None, arch::VirtAddr(0)))
}

/// Where orphans start.
extern "C" fn orphan_entry(v: usize) -> ! {
    runqueue::arrived();
    // SAFETY: `create` gave the address of this very vCPU, which lives as long as it runs; nobody else touches `closure`.
    let closure = unsafe { (*(*(v as *const Vcpu)).start.closure.get()).take() };
    arch::irq::unmask();
    super::preempt_if_needed();
    if let Some(closure) = closure {
        closure();
    }
    exit_current()
}

/// Where normal vCPUs start.
extern "C" fn normal_entry(v: usize) -> ! {
    runqueue::arrived();
    // SAFETY: as in `orphan_entry`.
    let start = unsafe { &(*(v as *const Vcpu)).start };
    match start.entry {
        Some(entry) => entry(start.arg),
        None => exit_current(),
    }
}

/// Ends the running vCPU. What its stack owns is not dropped. Context: a vCPU without locks held.
pub fn exit_current() -> ! {
    arch::irq::mask();
    runqueue::leave(Leave::Ended);
    unreachable!("an ended vCPU ran again")
}

/// Notes the end of `v`, which is off its queue, unloaded and not in use. Interrupts are masked.
#[cold]
pub(super) fn bury(v: &Vcpu) {
    {
        let (_cpu, _queue) = runqueue::lock_home(v);
        v.set_state(State::Dead);
    }
    let orphan = (v.kind() == Kind::Orphan).then(|| v.as_ref());
    // A normal vCPU may be gone after this: `retire` waits for it.
    v.ended.complete_all();
    if let Some(v) = orphan {
        // It is in no run queue any more, so that link is free. It may be gone after this.
        let mut dead = DEAD.lock();
        dead.push_back(v);
        ANY_DEAD.store(true, Relaxed);
    }
}

/// Frees orphans that have ended. Context: any but interrupt handlers and the exit path.
pub(super) fn reap() {
    while any_dead() {
        let flags = arch::irq::save();
        let mut dead = DEAD.lock();
        let v = dead.pop_front();
        ANY_DEAD.store(!dead.is_empty(), Relaxed);
        drop(dead);
        arch::irq::restore(flags);
        if let Some(v) = v {
            bring_home(&v);
        }
    }
}

/// Whether [`reap`] has something to do.
#[inline]
pub(super) fn any_dead() -> bool {
    ANY_DEAD.load(Relaxed)
}

/// Takes a dead vCPU off the list of all, and what it owns from it.
fn bring_home(v: &Vcpu) {
    let mut all = ALL.lock();
    let owned = if v.all_link.is_linked() {
        // SAFETY: only this list has that link, and it is locked.
        unsafe { all.cursor_mut_from_ptr(v) }.remove()
    } else {
        None
    };
    drop(all);
    if owned.is_some() {
        // SAFETY: the vCPU is dead, and only whoever took it off the list comes here.
        let rest =
            unsafe { ((*v.stack.get()).take(), (*v.ops.get()).take(), (*v.start.closure.get()).take()) };
        drop(rest);
    }
}

/// Ends a normal vCPU for good, wherever it is: what its registers hold is taken out of them, its stack is freed with
/// nothing on it dropped (so a normal vCPU must own nothing there when it blocks or returns to its guest). For an
/// orphan this waits for its own end. Context: orphan vCPUs; may sleep.
#[track_caller]
pub fn retire(v: Arc<Vcpu>) -> Result<()> {
    match v.kind() {
        Kind::Idle => {
            return Err(Error::NotPossible { vcpu: String::from(v.name()), why: "an idle loop cannot end" });
        }
        Kind::Orphan => {}
        Kind::Normal => migrate::post(&v, request::RETIRE),
    }
    v.ended.wait();
    if v.kind() == Kind::Normal {
        bring_home(&v);
    } else {
        reap();
    }
    Ok(())
}

/// Waits for the end of a vCPU. Context: orphan vCPUs; may sleep.
#[track_caller]
pub fn join(v: &Vcpu) {
    v.ended.wait();
}

/// Calls `f` with each vCPU, idle ones too. Context: may allocate.
pub fn list(f: &mut dyn FnMut(&Vcpu)) {
    snapshot().iter().for_each(|v| f(v));
}

/// All vCPUs. Context: may allocate.
pub fn snapshot() -> Vec<Arc<Vcpu>> {
    let mut vcpus = Vec::new();
    loop {
        let all = ALL.lock();
        let count = all.iter().count();
        if count <= vcpus.capacity() {
            vcpus.extend(all.iter().map(Vcpu::to_arc));
            return vcpus;
        }
        // No allocation under the lock, which masks interrupts.
        drop(all);
        vcpus.reserve(count + 4);
    }
}

/// Calls `f` with each vCPU under the list's lock: `f` neither allocates nor locks. Context: any.
pub fn for_each(f: &mut dyn FnMut(&Vcpu)) {
    ALL.lock().iter().for_each(f);
}
