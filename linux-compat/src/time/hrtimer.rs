// SPDX-License-Identifier: GPL-2.0-only
//! Timers of nanoseconds: one ring, ordered by time; callbacks run in interrupt context, one at a time.

use super::clock;
use super::queue::{Queue, Timed};
use crate::bindings::{
    CLOCK_REALTIME, CLOCK_TAI, HRTIMER_MODE_REL, HRTIMER_RESTART, clockid_t, hrtimer, hrtimer_mode, ktime_t,
};
use crate::context::{self, Role};
use alloc::sync::Arc;
use core::ffi::c_int;
use core::mem::offset_of;
use core::ptr::null_mut;
use kernel::sync::{Once, SpinLock};
use kernel::time::now_ns;
use kernel::timer::Timer;

crate::exports! {
    family "time";
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_init(timer: *mut hrtimer, clock: clockid_t, mode: hrtimer_mode) -> () = init;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_start_range_ns(timer: *mut hrtimer, tim: ktime_t, range: u64, mode: hrtimer_mode) -> () = start;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_cancel(timer: *mut hrtimer) -> c_int = cancel;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_try_to_cancel(timer: *mut hrtimer) -> c_int = try_cancel;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_active(timer: *const hrtimer) -> bool = active;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_callback_running(timer: *mut hrtimer) -> c_int = running;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_cb_get_time(timer: *const hrtimer) -> ktime_t = time_of;
    [any, supported, "time::tests::hrtimers_restart"]
    fn hrtimer_forward(timer: *mut hrtimer, now: ktime_t, interval: ktime_t) -> u64 = forward;
}

static QUEUE: SpinLock<Queue<hrtimer>> = SpinLock::new(Queue::new());
static ALARM: Once<Arc<Timer>> = Once::new();

/// What a timer's clock is ahead of the counter.
unsafe fn ahead(timer: *const hrtimer) -> i64 {
    // SAFETY: the caller's timer.
    match unsafe { (*timer).clock } as u32 {
        CLOCK_REALTIME | CLOCK_TAI => clock::offset(),
        _ => 0,
    }
}

/// When it is due, by the counter.
unsafe fn due(timer: *mut hrtimer) -> i64 {
    // SAFETY: the caller's timer.
    unsafe { (*timer).expires.saturating_sub(ahead(timer)) }
}

// SAFETY: `entry` is the node, null at first; drivers leave it alone.
unsafe impl Timed for hrtimer {
    const NODE: usize = offset_of!(hrtimer, entry);

    unsafe fn before(one: *mut Self, other: *mut Self) -> bool {
        // SAFETY: as the caller says.
        unsafe { due(one) < due(other) }
    }
}

/// Puts a timer into the queue and says so where C looks.
unsafe fn insert(queue: &mut Queue<hrtimer>, timer: *mut hrtimer) {
    // SAFETY: the caller's timer, which is not queued and stays while it is.
    unsafe {
        queue.insert(timer);
        (*timer).queued = true;
    }
}

/// Takes a timer out of the queue, and says so where C looks; whether it was in.
unsafe fn remove(queue: &mut Queue<hrtimer>, timer: *mut hrtimer) -> bool {
    // SAFETY: the caller's timer.
    unsafe {
        (*timer).queued = false;
        queue.remove(timer)
    }
}

/// Has the alarm ring for the first.
fn arm() {
    // SAFETY: queued timers stay.
    let first = QUEUE.lock().first().map(|timer| unsafe { due(timer) });
    if let Some(at) = first {
        ALARM.call_once(alarm).arm(at.max(0).cast_unsigned());
    }
}

pub(super) unsafe fn init(timer: *mut hrtimer, clock: clockid_t, _mode: hrtimer_mode) {
    // SAFETY: the caller's timer.
    unsafe {
        timer.write_bytes(0, 1);
        (*timer).clock = clock;
    }
}

pub(super) unsafe fn start(timer: *mut hrtimer, tim: ktime_t, _range: u64, mode: hrtimer_mode) {
    // SAFETY: the caller's timer.
    unsafe {
        let mut queue = QUEUE.lock();
        remove(&mut queue, timer);
        let relative = mode & HRTIMER_MODE_REL != 0;
        (*timer).expires = if relative { time_of(timer).saturating_add(tim.max(0)) } else { tim };
        insert(&mut queue, timer);
    }
    arm();
}

/// The timer's own interrupt is as urgent as any: what loops there would never be found.
fn alarm() -> Arc<Timer> {
    if cfg!(not(target_os = "none")) {
        return Timer::new(ring);
    }
    kernel::irq::set_deferred(ring);
    Timer::new(kernel::irq::defer)
}

/// The alarm: runs what is due. Interrupts are masked.
fn ring() {
    loop {
        let timer = {
            let mut queue = QUEUE.lock();
            if !queue.running.is_null() {
                // Another CPU is at it and looks again before it leaves.
                return;
            }
            match queue.first() {
                // SAFETY: queued timers stay.
                Some(timer) if unsafe { due(timer) } <= now_ns().cast_signed() => {
                    // SAFETY: as above.
                    unsafe { remove(&mut queue, timer) };
                    queue.running = timer;
                    timer
                }
                _ => break,
            }
        };
        // SAFETY: the driver's function, and its timer, which stays if it is to run again.
        unsafe {
            let again = (*timer).function.map_or(0, |function| {
                let never = crate::bindings::HRTIMER_NORESTART;
                context::run_object(timer, Role::HrTimer, function as usize, never, || function(timer))
            });
            let mut queue = QUEUE.lock();
            if again == HRTIMER_RESTART && !(*timer).queued {
                insert(&mut queue, timer);
            }
            queue.running = null_mut();
        }
    }
    arm();
}

pub(super) unsafe fn try_cancel(timer: *mut hrtimer) -> c_int {
    let mut queue = QUEUE.lock();
    // SAFETY: the caller's timer.
    match unsafe { remove(&mut queue, timer) } {
        _ if queue.running == timer => -1,
        was => was.into(),
    }
}

/// Waits for a callback that runs on another CPU.
pub(super) unsafe fn cancel(timer: *mut hrtimer) -> c_int {
    let mut was = 0;
    loop {
        {
            let mut queue = QUEUE.lock();
            // SAFETY: the caller's timer.
            was |= c_int::from(unsafe { remove(&mut queue, timer) });
            if queue.running != timer {
                return was;
            }
        }
        if context::hard_interrupt() {
            context::fail(format_args!("hrtimer_cancel in an interrupt handler while its callback runs"));
        }
        arch::cpu::relax();
    }
}

pub(super) unsafe fn active(timer: *const hrtimer) -> bool {
    let queue = QUEUE.lock();
    // SAFETY: the caller's timer.
    unsafe { (*timer).queued || core::ptr::eq(queue.running, timer) }
}

fn running(timer: *mut hrtimer) -> c_int {
    (QUEUE.lock().running == timer).into()
}

unsafe fn time_of(timer: *const hrtimer) -> ktime_t {
    // SAFETY: the caller's timer.
    now_ns().cast_signed() + unsafe { ahead(timer) }
}

pub(super) unsafe fn forward(timer: *mut hrtimer, now: ktime_t, interval: ktime_t) -> u64 {
    // SAFETY: the caller's timer, which is not armed.
    unsafe {
        let late = now - (*timer).expires;
        if late < 0 {
            return 0;
        }
        let interval = interval.max(1);
        let steps = late / interval + 1;
        (*timer).expires += steps * interval;
        steps.cast_unsigned()
    }
}
