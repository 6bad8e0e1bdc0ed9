// SPDX-License-Identifier: GPL-2.0-only
//! Timers of jiffies: one ring, ordered by time; callbacks run as softirq work.

use super::queue::{Queue, Timed, is_queued};
use super::{NS_PER_JIFFY, jiffies};
use crate::bindings::{list_head, lock_class_key, timer_list};
use crate::context::{self, Role};
use crate::work::softirq;
use alloc::sync::Arc;
use core::ffi::{c_char, c_int, c_uint, c_ulong};
use core::mem::offset_of;
use core::ptr::null_mut;
use kernel::sync::{Once, SpinLock};
use kernel::timer::Timer;

crate::exports! {
    family "time";
    [any, supported, "time::tests::timers_run_in_order"]
    fn init_timer_key(timer: *mut timer_list, func: Function, flags: c_uint, name: *const c_char, key: *mut lock_class_key) -> () = init;
    [any, supported, "time::tests::timers_run_in_order"]
    fn add_timer(timer: *mut timer_list) -> () = add;
    [any, supported, "time::tests::timers_run_in_order"]
    fn add_timer_on(timer: *mut timer_list, cpu: c_int) -> () = add_on;
    [any, supported, "time::tests::timers_run_in_order"]
    fn mod_timer(timer: *mut timer_list, expires: c_ulong) -> c_int = modify;
    [any, supported, "time::tests::timers_run_in_order"]
    fn mod_timer_pending(timer: *mut timer_list, expires: c_ulong) -> c_int = modify_pending;
    [any, supported, "time::tests::timers_run_in_order"]
    fn timer_reduce(timer: *mut timer_list, expires: c_ulong) -> c_int = reduce;
    [any, supported, "time::tests::timers_are_deleted"]
    fn timer_delete(timer: *mut timer_list) -> c_int = delete;
    [any, supported, "time::tests::timers_are_deleted"]
    fn try_to_del_timer_sync(timer: *mut timer_list) -> c_int = try_delete;
    [atomic, supported, "time::tests::timers_are_deleted"]
    fn timer_delete_sync(timer: *mut timer_list) -> c_int = delete_sync;
    [any, supported, "time::tests::timers_are_deleted"]
    fn timer_shutdown(timer: *mut timer_list) -> c_int = shutdown;
    [atomic, supported, "time::tests::timers_are_deleted"]
    fn timer_shutdown_sync(timer: *mut timer_list) -> c_int = shutdown_sync;
    [any, supported, "time::tests::timers_run_in_order"]
    fn round_jiffies(j: c_ulong) -> c_ulong = round;
    [any, supported, "time::tests::timers_run_in_order"]
    fn round_jiffies_relative(j: c_ulong) -> c_ulong = round_relative;
}

type Function = Option<unsafe extern "C" fn(*mut timer_list)>;

static QUEUE: SpinLock<Queue<timer_list>> = SpinLock::new(Queue::new());
/// Rings when the first is due.
static ALARM: Once<Arc<Timer>> = Once::new();

/// Whether `a` is earlier than `b`, as long as both are within half of all time.
fn before(a: u64, b: u64) -> bool {
    (a.wrapping_sub(b).cast_signed()) < 0
}

unsafe fn expires(timer: *mut timer_list) -> u64 {
    // SAFETY: the caller's timer.
    unsafe { (*timer).expires }
}

// SAFETY: `entry` is the node, null at first; drivers leave it alone.
unsafe impl Timed for timer_list {
    const NODE: usize = offset_of!(timer_list, entry);

    unsafe fn before(one: *mut Self, other: *mut Self) -> bool {
        // SAFETY: as the caller says.
        unsafe { before(expires(one), expires(other)) }
    }
}

/// Has the alarm ring at a jiffy.
fn arm(at: u64) {
    let alarm = ALARM.call_once(|| Timer::new(softirq::raise));
    alarm.arm(at.saturating_mul(NS_PER_JIFFY));
}

unsafe fn init(
    timer: *mut timer_list,
    func: Function,
    flags: c_uint,
    _name: *const c_char,
    _key: *mut lock_class_key,
) {
    // SAFETY: the caller's timer.
    unsafe {
        timer.write(timer_list {
            entry: list_head { next: null_mut(), prev: null_mut() },
            expires: 0,
            function: func,
            flags,
        });
    }
}

/// What [`change`] does to a timer that is armed, or not.
#[derive(Clone, Copy, PartialEq)]
enum When {
    Always,
    Pending,
    Earlier,
}

unsafe fn change(timer: *mut timer_list, at: u64, when: When) -> c_int {
    let (was, first) = {
        let mut queue = QUEUE.lock();
        // SAFETY: the caller's timer, under the lock.
        unsafe {
            let was = is_queued(timer);
            if (*timer).function.is_none()
                || (was && (*timer).expires == at)
                || (when == When::Pending && !was)
                || (when == When::Earlier && was && !before(at, (*timer).expires))
            {
                return was.into();
            }
            queue.remove(timer);
            (*timer).expires = at;
            (was, queue.insert(timer))
        }
    };
    if first {
        arm(at);
    }
    was.into()
}

/// Arms a timer for a jiffy, wherever it was; 1 if it was armed. Context: any.
///
/// # Safety
/// `timer` was set up, and stays until its callback has ended.
pub unsafe fn modify(timer: *mut timer_list, expires: c_ulong) -> c_int {
    // SAFETY: the caller's timer.
    unsafe { change(timer, expires, When::Always) }
}

unsafe fn modify_pending(timer: *mut timer_list, expires: c_ulong) -> c_int {
    // SAFETY: the caller's timer.
    unsafe { change(timer, expires, When::Pending) }
}

unsafe fn reduce(timer: *mut timer_list, expires: c_ulong) -> c_int {
    // SAFETY: the caller's timer.
    unsafe { change(timer, expires, When::Earlier) }
}

unsafe fn add(timer: *mut timer_list) {
    // SAFETY: the caller's timer.
    unsafe {
        if is_queued(timer) {
            log::error!(target: "linux", "add_timer of an armed timer, in {}", context::describe());
            return;
        }
        let at = (*timer).expires;
        // So that "the same time as before" is no reason to do nothing.
        change(timer, at, When::Always);
    }
}

/// There is one queue for all CPUs.
unsafe fn add_on(timer: *mut timer_list, _cpu: c_int) {
    // SAFETY: the caller's timer.
    unsafe { add(timer) };
}

/// Disarms a timer, which may be running; 1 if it was armed. Context: any.
///
/// # Safety
/// As [`modify`].
pub unsafe fn delete(timer: *mut timer_list) -> c_int {
    // SAFETY: the caller's timer.
    unsafe { QUEUE.lock().remove(timer) }.into()
}

unsafe fn try_delete(timer: *mut timer_list) -> c_int {
    let queue = QUEUE.lock();
    if queue.running == timer {
        return -1;
    }
    drop(queue);
    // SAFETY: the caller's timer.
    unsafe { delete(timer) }
}

/// Like [`delete`], and waits for the callback. Context: atomic.
///
/// # Safety
/// As [`modify`].
pub unsafe fn delete_sync(timer: *mut timer_list) -> c_int {
    let mut was = 0;
    loop {
        // SAFETY: the caller's timer.
        was |= unsafe { delete(timer) };
        if QUEUE.lock().running != timer || softirq::serving() {
            return was;
        }
        // Its callback runs on another CPU, without being preempted.
        arch::cpu::relax();
    }
}

unsafe fn shutdown(timer: *mut timer_list) -> c_int {
    // SAFETY: the caller's timer.
    unsafe {
        let was = delete(timer);
        let _queue = QUEUE.lock();
        (*timer).function = None;
        was
    }
}

unsafe fn shutdown_sync(timer: *mut timer_list) -> c_int {
    // SAFETY: the caller's timer.
    unsafe { shutdown(timer) | delete_sync(timer) }
}

/// Runs the next timer that is due, if there is one; else has the alarm set. The softirq vCPU.
pub(crate) fn run_one() -> bool {
    let (timer, function) = {
        let mut queue = QUEUE.lock();
        let Some(first) = queue.first() else { return false };
        // SAFETY: armed timers stay.
        let at = unsafe { expires(first) };
        if before(jiffies(), at) {
            drop(queue);
            arm(at);
            return false;
        }
        // SAFETY: as above.
        unsafe { queue.remove(first) };
        queue.running = first;
        // SAFETY: as above.
        (first, unsafe { (*first).function })
    };
    softirq::atomically(|| {
        if let Some(function) = function {
            // SAFETY: the driver's function; afterwards its timer may be gone.
            context::run_object(timer, Role::Timer, function as usize, (), || unsafe { function(timer) });
        }
        QUEUE.lock().running = null_mut();
    });
    true
}

/// Up or down to a whole second, so that timers that need not be exact go off together; never into the past.
fn round(j: c_ulong) -> c_ulong {
    let rest = j % super::HZ;
    let rounded = if rest < super::HZ / 4 { j - rest } else { j - rest + super::HZ };
    if before(jiffies(), rounded) { rounded } else { j }
}

fn round_relative(j: c_ulong) -> c_ulong {
    let now = jiffies();
    round(now + j) - now
}
