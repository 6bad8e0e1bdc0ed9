// SPDX-License-Identifier: GPL-2.0-only
//! Tasks: what C knows of the vCPU that runs it, and sleeping until woken.

use crate::bindings::{
    PF_KTHREAD, TASK_IDLE, TASK_INTERRUPTIBLE, TASK_KILLABLE, TASK_NORMAL, TASK_RUNNING, TASK_UNINTERRUPTIBLE, cpumask,
    mutex, task_struct,
};
use crate::context::Seen;
use crate::time::{self, NS_PER_JIFFY};
use alloc::boxed::Box;
use core::ffi::{c_int, c_long, c_uint};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize};
use kernel::percpu;
use kernel::sched::{self, CpuMask, Kind, Vcpu};
use kernel::sync::WaitQueue;

crate::exports! {
    family "work";
    [any, supported, "work::tests::tasks_sleep_and_wake"]
    fn fv_current() -> *mut task_struct = current;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule() -> () = schedule;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule_timeout(timeout: c_long) -> c_long = schedule_timeout;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule_timeout_interruptible(timeout: c_long) -> c_long = timeout_interruptible;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule_timeout_uninterruptible(timeout: c_long) -> c_long = timeout_uninterruptible;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule_timeout_killable(timeout: c_long) -> c_long = timeout_killable;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn schedule_timeout_idle(timeout: c_long) -> c_long = timeout_idle;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn fv_schedule_timeout_ns(timeout: c_long) -> c_long = schedule_timeout_ns;
    [any, supported, "work::tests::tasks_sleep_and_wake"]
    fn wake_up_process(tsk: *mut task_struct) -> c_int = wake_process;
    [any, supported, "work::tests::tasks_sleep_and_wake"]
    fn wake_up_state(tsk: *mut task_struct, state: c_uint) -> c_int = wake;
    [sleeps, supported, "work::tests::tasks_sleep_and_wake"]
    fn fv_yield() -> () = sched::yield_now;
    [any, supported, "work::tests::tasks_sleep_and_wake"]
    fn fv_cond_resched() -> c_int = cond_resched;
    [any, supported, "work::tests::tasks_sleep_and_wake"]
    fn need_resched() -> bool = sched::need_resched;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn sched_set_fifo(p: *mut task_struct) -> () = fifo;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn sched_set_fifo_low(p: *mut task_struct) -> () = fifo_low;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn sched_set_normal(p: *mut task_struct, value: c_int) -> () = normal;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn set_user_nice(p: *mut task_struct, value: c_long) -> () = nice;
    [any, supported, "work::tests::kthreads_stop_and_park"]
    fn set_cpus_allowed_ptr(p: *mut task_struct, mask: *const cpumask) -> c_int = set_cpus;
}

/// The priority of drivers' tasks: guests have [`sched::DEFAULT_PRIORITY`].
pub(crate) const PRIORITY: u8 = sched::DEFAULT_PRIORITY + 1;

/// Mutexes that a task holds at once, at most, and has noted; further ones are counted.
const MUTEXES: usize = 8;

/// A task: C sees its first field.
#[repr(C)]
pub(crate) struct Task {
    pub c: task_struct,
    /// The vCPU; null for code that runs before there is one.
    pub vcpu: AtomicPtr<Vcpu>,
    /// The innermost call into a driver, see [`crate::context`].
    calls: AtomicPtr<()>,
    /// How many mutexes it holds, and the first of them.
    mutexes: AtomicUsize,
    held: [AtomicPtr<mutex>; MUTEXES],
    /// What the watchdog saw.
    seen: Seen,
}

// SAFETY: `c` is C's, which uses it as Linux does; the rest is atomic.
unsafe impl Sync for Task {}
// SAFETY: as above.
unsafe impl Send for Task {}

impl Task {
    pub const fn new() -> Self {
        Task {
            c: task_struct { __state: TASK_RUNNING, flags: PF_KTHREAD, prio: 120, pid: 0, comm: [0; 16], fv: null_mut() },
            vcpu: AtomicPtr::new(null_mut()),
            calls: AtomicPtr::new(crate::context::NO_CALLS),
            mutexes: AtomicUsize::new(0),
            held: [const { AtomicPtr::new(null_mut()) }; MUTEXES],
            seen: Seen::new(),
        }
    }

    /// Names the task after its vCPU.
    pub fn adopt(&mut self, vcpu: &Vcpu) {
        self.vcpu = AtomicPtr::new(core::ptr::from_ref(vcpu).cast_mut());
        self.c.pid = vcpu.id().cast_signed();
        for (to, &from) in self.c.comm.iter_mut().take(15).zip(vcpu.name().as_bytes()) {
            *to = from as _;
        }
    }

    pub fn state(&self) -> &AtomicU32 {
        // SAFETY: a word that C too touches only as a whole.
        unsafe { AtomicU32::from_ptr((&raw const self.c.__state).cast_mut()) }
    }

    /// Where its calls into drivers are noted.
    pub fn calls(&self) -> &AtomicPtr<()> {
        &self.calls
    }

    /// What the watchdog saw of it.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    pub fn vcpu(&self) -> Option<&Vcpu> {
        // SAFETY: null, or a vCPU that lives as long as its task.
        unsafe { self.vcpu.load(Relaxed).as_ref() }
    }
}

/// What boot code and guests' vCPUs are.
#[cfg(target_os = "none")]
fn nobody() -> &'static Task {
    static NOBODY: Task = Task::new();
    &NOBODY
}

/// What tests' threads are, each for itself.
#[cfg(not(target_os = "none"))]
fn nobody() -> &'static Task {
    std::thread_local! {
        static NOBODY: &'static Task = Box::leak(Box::new(Task::new()));
    }
    NOBODY.with(|nobody| *nobody)
}

/// The task that runs; made at the first call of a vCPU. Context: any.
pub(crate) fn this() -> &'static Task {
    let Some(me) = sched::try_current() else { return nobody() };
    let found = me.extension.load(Relaxed);
    if !found.is_null() {
        // SAFETY: only this module and kthreads set it, to tasks that live as long as the vCPU.
        return unsafe { &*found.cast::<Task>() };
    }
    if me.kind() != Kind::Orphan || crate::context::hard_interrupt() {
        return nobody();
    }
    let mut task = Box::new(Task::new());
    task.adopt(&me);
    let task = Box::into_raw(task);
    me.extension.store(task.cast(), Relaxed);
    // SAFETY: never freed: whoever waits somewhere may be known by it.
    unsafe { &*task }
}

/// The task that runs. Context: any.
pub fn current() -> *mut task_struct {
    (&raw const this().c).cast_mut()
}

/// Where calls into drivers are noted for this task. Guests' vCPUs have no task: they call with interrupts masked, and so the
/// place is their CPU's.
pub(crate) fn calls() -> &'static AtomicPtr<()> {
    let me = this();
    if core::ptr::eq(me, nobody()) { &percpu::this_block().extension } else { &me.calls }
}

/// The task of a vCPU, which has one once it has called a driver or was asked for its task. Context: any.
pub(crate) fn of(vcpu: &Vcpu) -> Option<&Task> {
    if vcpu.kind() != Kind::Orphan {
        return None;
    }
    // SAFETY: null, or a task that lives as long as the vCPU.
    unsafe { vcpu.extension.load(Relaxed).cast::<Task>().as_ref() }
}

/// How many mutexes the task holds.
pub(crate) fn mutexes() -> usize {
    this().mutexes.load(Relaxed)
}

/// The task has taken a mutex.
pub(crate) fn took_mutex(lock: *mut mutex) {
    let me = this();
    let at = me.mutexes.load(Relaxed);
    if let Some(place) = me.held.get(at) {
        place.store(lock, Relaxed);
    }
    me.mutexes.store(at + 1, Relaxed);
}

/// The task releases a mutex, mostly the newest.
pub(crate) fn gave_mutex(lock: *mut mutex) {
    let me = this();
    let count = me.mutexes.load(Relaxed);
    let noted = me.held.get(..count.min(MUTEXES)).unwrap_or_default();
    if let Some(at) = noted.iter().rposition(|m| m.load(Relaxed) == lock) {
        for pair in noted.get(at..).unwrap_or_default().windows(2) {
            if let [to, from] = pair {
                to.store(from.load(Relaxed), Relaxed);
            }
        }
    }
    me.mutexes.store(count.saturating_sub(1), Relaxed);
}

/// Releases all but the oldest `keep` mutexes of the task. Context: sleeps, where it holds more.
///
/// # Safety
/// Whatever took them does not go on.
pub(crate) unsafe fn release_mutexes(keep: usize) {
    let me = this();
    loop {
        let count = me.mutexes.load(Relaxed);
        if count <= keep {
            return;
        }
        match me.held.get(count - 1) {
            // SAFETY: noted when it was taken; the caller's promise.
            Some(lock) => unsafe { crate::locking::mutex_unlock(lock.load(Relaxed)) },
            None => me.mutexes.store(count - 1, Relaxed),
        }
    }
}

/// Sets the state of the task that runs; what is looked at next cannot be older. Context: tasks.
pub fn set_state(state: c_uint) {
    this().state().store(state, SeqCst);
    core::sync::atomic::fence(SeqCst);
}

/// Sleeps until woken, unless the state is TASK_RUNNING: then others run first. Context: sleeps.
pub fn schedule() {
    let me = this();
    if me.state().load(SeqCst) == TASK_RUNNING {
        return sched::schedule();
    }
    // Whoever wakes sets the state, then wakes the vCPU wherever it waits.
    WaitQueue::new().wait_until(|| me.state().load(SeqCst) == TASK_RUNNING);
}

/// The same for at most `timeout` nanoseconds; what is left of them. Context: sleeps.
fn sleep_ns(timeout: u64) -> u64 {
    let me = this();
    let end = kernel::time::now_ns().saturating_add(timeout);
    let woken = WaitQueue::new().wait_until_timeout(timeout, || me.state().load(SeqCst) == TASK_RUNNING);
    me.state().store(TASK_RUNNING, SeqCst);
    if woken { end.saturating_sub(kernel::time::now_ns()) } else { 0 }
}

/// Sleeps until woken, at most `timeout` jiffies (`c_long::MAX`: for ever); what is left of them. Context: sleeps.
pub fn schedule_timeout(timeout: c_long) -> c_long {
    if timeout == c_long::MAX {
        schedule();
        return timeout;
    }
    if timeout < 0 {
        set_state(TASK_RUNNING);
        log::error!(target: "linux", "a time-out of {timeout}, in {}", crate::context::describe());
        return 0;
    }
    let end = time::jiffies().saturating_add(timeout as u64);
    let left = sleep_ns((timeout as u64).saturating_mul(NS_PER_JIFFY));
    if left == 0 { 0 } else { end.saturating_sub(time::jiffies()) as c_long }
}

fn schedule_timeout_ns(timeout: c_long) -> c_long {
    sleep_ns(timeout.max(0) as u64) as c_long
}

fn in_state(state: c_uint, timeout: c_long) -> c_long {
    set_state(state);
    schedule_timeout(timeout)
}

fn timeout_interruptible(timeout: c_long) -> c_long {
    in_state(TASK_INTERRUPTIBLE, timeout)
}

fn timeout_uninterruptible(timeout: c_long) -> c_long {
    in_state(TASK_UNINTERRUPTIBLE, timeout)
}

fn timeout_killable(timeout: c_long) -> c_long {
    in_state(TASK_KILLABLE, timeout)
}

fn timeout_idle(timeout: c_long) -> c_long {
    in_state(TASK_IDLE, timeout)
}

/// Wakes a task whose state is in `mode`; 1 if it did. Context: any.
///
/// # Safety
/// `task` is one that is there: whoever waits is, and a kthread until it is stopped.
pub unsafe fn wake(task: *mut task_struct, mode: c_uint) -> c_int {
    if task.is_null() {
        return 0;
    }
    // SAFETY: the caller's task.
    let task = unsafe { &*task.cast::<Task>() };
    let state = task.state();
    if state.fetch_update(SeqCst, SeqCst, |state| (state & mode != 0).then_some(TASK_RUNNING)).is_err() {
        return 0;
    }
    if let Some(vcpu) = task.vcpu() {
        sched::wake(vcpu);
    }
    1
}

pub(crate) unsafe fn wake_process(task: *mut task_struct) -> c_int {
    // SAFETY: the caller's task.
    unsafe { wake(task, TASK_NORMAL) }
}

/// 1 if others ran.
fn cond_resched() -> c_int {
    if !sched::need_resched() || kernel::percpu::in_atomic_context() {
        return 0;
    }
    sched::schedule();
    1
}

unsafe fn set_priority(p: *mut task_struct, priority: u8) {
    // SAFETY: the caller's task.
    let Some(vcpu) = (unsafe { &*p.cast::<Task>() }).vcpu() else { return };
    if let Err(error) = sched::set_priority(vcpu, priority) {
        log::warn!(target: "linux", "priority of {}: {error}", vcpu.name());
    }
}

unsafe fn fifo(p: *mut task_struct) {
    // SAFETY: the caller's task.
    unsafe { set_priority(p, PRIORITY + 1) };
}

unsafe fn fifo_low(p: *mut task_struct) {
    // SAFETY: the caller's task.
    unsafe { set_priority(p, PRIORITY) };
}

unsafe fn normal(p: *mut task_struct, value: c_int) {
    // SAFETY: the caller's task.
    unsafe { nice(p, value.into()) };
}

/// Nice tasks run with the guests, impatient ones before them.
unsafe fn nice(p: *mut task_struct, nice: c_long) {
    // SAFETY: the caller's task.
    unsafe { set_priority(p, if nice > 0 { sched::DEFAULT_PRIORITY } else { PRIORITY }) };
}

pub(crate) unsafe fn set_cpus(p: *mut task_struct, mask: *const cpumask) -> c_int {
    // SAFETY: the caller's task and mask.
    let (task, mask) = unsafe { (&*p.cast::<Task>(), (*mask).bits[0] as u32) };
    let result = task.vcpu().map_or(Ok(()), |vcpu| sched::set_affinity(vcpu, CpuMask(mask)));
    crate::errno::to_c(result.map_err(Into::into))
}
