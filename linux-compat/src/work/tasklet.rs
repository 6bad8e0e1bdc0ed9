// SPDX-License-Identifier: GPL-2.0-only
//! Tasklets: functions that interrupt handlers ask for; each runs once for any number of requests.

use super::softirq;
use crate::bindings::{TASKLET_STATE_RUN, TASKLET_STATE_SCHED, tasklet_struct};
use crate::context::{self, Role};
use core::ffi::c_ulong;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use core::sync::atomic::{AtomicI32, AtomicU64};
use kernel::sync::SpinLock;

crate::exports! {
    family "work";
    [any, supported, "work::tests::tasklets_run_in_softirq"]
    fn __tasklet_schedule(t: *mut tasklet_struct) -> () = schedule;
    [any, supported, "work::tests::tasklets_run_in_softirq"]
    fn __tasklet_hi_schedule(t: *mut tasklet_struct) -> () = schedule_first;
    [sleeps, supported, "work::tests::tasklets_are_killed"]
    fn tasklet_kill(t: *mut tasklet_struct) -> () = kill;
    [any, supported, "work::tests::tasklets_run_in_softirq"]
    fn tasklet_init(t: *mut tasklet_struct, func: OldFunction, data: c_ulong) -> () = init;
    [any, supported, "work::tests::tasklets_run_in_softirq"]
    fn tasklet_setup(t: *mut tasklet_struct, callback: Function) -> () = setup;
    [sleeps, supported, "work::tests::tasklets_are_killed"]
    fn tasklet_unlock_wait(t: *mut tasklet_struct) -> () = wait;
    [atomic, supported, "work::tests::tasklets_are_killed"]
    fn tasklet_unlock_spin_wait(t: *mut tasklet_struct) -> () = spin_wait;
}

type OldFunction = Option<unsafe extern "C" fn(c_ulong)>;
type Function = Option<unsafe extern "C" fn(*mut tasklet_struct)>;

/// The tasklets asked for, chained by `next`; first and last.
struct Queue(*mut tasklet_struct, *mut tasklet_struct);

// SAFETY: the tasklets stay while they are queued.
unsafe impl Send for Queue {}

static QUEUE: SpinLock<Queue> = SpinLock::new(Queue(null_mut(), null_mut()));

pub(crate) unsafe fn state<'a>(t: *mut tasklet_struct) -> &'a AtomicU64 {
    // SAFETY: the caller's tasklet.
    unsafe { AtomicU64::from_ptr(&raw mut (*t).state) }
}

/// Its state says that it is scheduled, which the caller has set.
pub(crate) unsafe fn schedule(t: *mut tasklet_struct) {
    {
        let mut queue = QUEUE.lock();
        // SAFETY: the caller's tasklet, which is in no queue.
        unsafe {
            (*t).next = null_mut();
            match queue.1.as_mut() {
                Some(last) => last.next = t,
                None => queue.0 = t,
            }
        }
        queue.1 = t;
    }
    softirq::raise();
}

pub(super) unsafe fn schedule_first(t: *mut tasklet_struct) {
    {
        let mut queue = QUEUE.lock();
        // SAFETY: as above.
        unsafe { (*t).next = queue.0 };
        queue.0 = t;
        if queue.1.is_null() {
            queue.1 = t;
        }
    }
    softirq::raise();
}

fn pop() -> *mut tasklet_struct {
    let mut queue = QUEUE.lock();
    let t = queue.0;
    // SAFETY: queued tasklets stay.
    if let Some(first) = unsafe { t.as_ref() } {
        queue.0 = first.next;
        if queue.0.is_null() {
            queue.1 = null_mut();
        }
    }
    t
}

/// Runs the next tasklet, if there is one. The softirq vCPU.
pub(super) fn run_one() -> bool {
    let t = pop();
    if t.is_null() {
        return false;
    }
    // SAFETY: a tasklet that was queued stays until it is killed, which waits for the bits cleared below.
    unsafe {
        let disabled = AtomicI32::from_ptr(&raw mut (*t).count.counter);
        if disabled.load(Acquire) != 0 {
            // It waits; whoever enables it finds it scheduled. Asking again and again must not keep the CPU.
            schedule_later(t);
            return false;
        }
        state(t).fetch_or(1 << TASKLET_STATE_RUN, AcqRel);
        state(t).fetch_and(!(1 << TASKLET_STATE_SCHED), AcqRel);
        softirq::atomically(|| call(t));
        state(t).fetch_and(!(1 << TASKLET_STATE_RUN), Release);
    }
    true
}

/// Puts a disabled tasklet back, to be looked at a millisecond later.
pub(super) unsafe fn schedule_later(t: *mut tasklet_struct) {
    // SAFETY: the caller's.
    unsafe { schedule(t) };
    kernel::sched::sleep_ns(kernel::time::NS_PER_MS);
}

pub(super) unsafe fn call(t: *mut tasklet_struct) {
    // SAFETY: the driver's function and its argument.
    unsafe {
        if (*t).use_callback {
            if let Some(callback) = (*t).__bindgen_anon_1.callback {
                context::run_object(t, Role::Tasklet, callback as usize, (), || callback(t));
            }
        } else if let Some(func) = (*t).__bindgen_anon_1.func {
            context::run_object(t, Role::Tasklet, func as usize, (), || func((*t).data));
        }
    }
}

pub(super) unsafe fn init(t: *mut tasklet_struct, func: OldFunction, data: c_ulong) {
    // SAFETY: the caller's tasklet.
    unsafe {
        t.write_bytes(0, 1);
        (*t).__bindgen_anon_1.func = func;
        (*t).data = data;
    }
}

pub(crate) unsafe fn setup(t: *mut tasklet_struct, callback: Function) {
    // SAFETY: the caller's tasklet.
    unsafe {
        t.write_bytes(0, 1);
        (*t).__bindgen_anon_1.callback = callback;
        (*t).use_callback = true;
    }
}

/// Waits until it neither runs nor is to run.
pub(super) unsafe fn kill(t: *mut tasklet_struct) {
    // SAFETY: the caller's tasklet.
    unsafe {
        while state(t).fetch_or(1 << TASKLET_STATE_SCHED, AcqRel) & 1 << TASKLET_STATE_SCHED != 0 {
            kernel::sched::sleep_ns(50_000);
        }
        wait(t);
        state(t).fetch_and(!(1 << TASKLET_STATE_SCHED), Release);
    }
}

pub(super) unsafe fn running(t: *mut tasklet_struct) -> bool {
    // SAFETY: the caller's tasklet.
    unsafe { state(t) }.load(Acquire) & 1 << TASKLET_STATE_RUN != 0
}

pub(super) unsafe fn wait(t: *mut tasklet_struct) {
    // SAFETY: the caller's tasklet.
    while unsafe { running(t) } {
        kernel::sched::sleep_ns(20_000);
    }
}

pub(super) unsafe fn spin_wait(t: *mut tasklet_struct) {
    // SAFETY: the caller's tasklet. It runs without being preempted, on another CPU.
    while unsafe { running(t) } {
        arch::cpu::relax();
    }
}
