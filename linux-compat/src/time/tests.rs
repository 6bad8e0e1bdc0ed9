// SPDX-License-Identifier: GPL-2.0-only
//! Clocks, dates, timers.

use super::*;
use crate::bindings;
use crate::machine::machine;
use core::mem::zeroed;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[test]
fn clocks_agree() {
    let (a, b) = (jiffies(), kernel::time::now_ns() / NS_PER_JIFFY);
    assert!(b - a < 50);
    let ts = clock::split(-1);
    assert_eq!((ts.tv_sec, ts.tv_nsec), (-1, 999_999_999));
}

#[test]
fn the_real_time_can_be_set() {
    let ts = bindings::timespec64 { tv_sec: 1_700_000_000, tv_nsec: 5 };
    // SAFETY: a place of the test's own.
    unsafe {
        assert_eq!(clock::set(&ts), 0);
        assert_eq!(clock::set(&bindings::timespec64 { tv_sec: 1, tv_nsec: -1 }), -22);
    }
    assert_eq!(clock::split(real_ns()).tv_sec, 1_700_000_000);
}

#[test]
fn dates() {
    for (seconds, [year, month, day, hour, minute, second], weekday, day_of_year) in [
        (0, [1970, 1, 1, 0, 0, 0], 4, 0),
        (951_782_400, [2000, 2, 29, 0, 0, 0], 2, 59),
        (951_868_799, [2000, 2, 29, 23, 59, 59], 2, 59),
        (951_868_800, [2000, 3, 1, 0, 0, 0], 3, 60),
        (1_735_689_599, [2024, 12, 31, 23, 59, 59], 2, 365),
        (4_107_542_400, [2100, 3, 1, 0, 0, 0], 1, 59),
        (-1, [1969, 12, 31, 23, 59, 59], 3, 364),
    ] {
        let date = calendar::from_seconds(seconds);
        let found = [date.year, date.month.into(), date.day.into(), date.hour.into(), date.minute.into(), date.second.into()];
        assert_eq!(found, [year, month, day, hour, minute, second], "{seconds}");
        assert_eq!((date.weekday, date.day_of_year), (weekday, day_of_year), "{seconds}");
        if seconds >= 0 {
            let [year, month, day, hour, minute, second] = found.map(|n| n as u32);
            assert_eq!(calendar::to_seconds(year, month, day, hour, minute, second), seconds);
        }
    }
    let mut seconds = 0;
    while seconds < 8_000_000_000 {
        let d = calendar::from_seconds(seconds);
        assert_eq!(calendar::to_seconds(d.year as u32, d.month, d.day, d.hour, d.minute, d.second), seconds);
        seconds += 86_399 * 17;
    }
}

#[test]
fn delays_last() {
    let machine = machine();
    let passed = machine.run(|| {
        let start = kernel::time::now_ns();
        delay::msleep(3);
        kernel::time::now_ns() - start
    });
    assert!(passed >= 3_000_000, "{passed}");
}

static RAN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

unsafe extern "C" fn note(timer: *mut bindings::timer_list) {
    assert!(kernel::percpu::in_atomic_context(), "timers may not sleep");
    assert!(crate::work::softirq::serving());
    // SAFETY: the test's timers.
    ran().push(unsafe { (*timer).flags });
}

/// Which timers ran. A test that failed leaves it to the others.
fn ran() -> std::sync::MutexGuard<'static, Vec<u32>> {
    RAN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits until so many timers ran, at most ten seconds: the computer may be busy with other things.
fn wait_for_timers(count: usize) {
    for _ in 0..2000 {
        if ran().len() >= count {
            return;
        }
        delay::msleep(5);
    }
}

fn timer(flags: u32) -> &'static mut bindings::timer_list {
    // SAFETY: all zero is a timer that is not armed.
    let timer: &'static mut bindings::timer_list = Box::leak(Box::new(unsafe { zeroed() }));
    timer.function = Some(note);
    timer.flags = flags;
    timer
}

#[test]
fn timers_run_in_order() {
    let machine = machine();
    machine.run(|| {
        ran().clear();
        let now = jiffies();
        let timers = [timer(1), timer(2), timer(3), timer(4)].map(|t| &raw mut *t);
        // SAFETY: timers that stay.
        unsafe {
            for (i, delay) in [1030, 1010, 1020, 60_000].into_iter().enumerate() {
                assert_eq!(timer::modify(timers[i], now + delay), 0);
            }
            assert_eq!(timer::modify(timers[3], now + 1015), 1, "it was armed");
            wait_for_timers(4);
            let order = ran().clone();
            assert_eq!(order, [2, 4, 3, 1]);
            assert!(timers.iter().all(|t| (**t).entry.next.is_null()));
        }
    });
}

#[test]
fn timers_are_deleted() {
    let machine = machine();
    machine.run(|| {
        ran().clear();
        let timers = [timer(1), timer(2)].map(|t| &raw mut *t);
        // SAFETY: timers that stay.
        unsafe {
            timer::modify(timers[0], jiffies() + 1000);
            timer::modify(timers[1], jiffies() + 1003);
            assert_eq!(timer::delete(timers[0]), 1);
            assert_eq!(timer::delete_sync(timers[0]), 0);
            wait_for_timers(1);
            let order = ran().clone();
            assert_eq!(order, [2]);
            assert_eq!(timer::delete_sync(timers[1]), 0);
        }
    });
}

static RINGS: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn ring(timer: *mut bindings::hrtimer) -> bindings::hrtimer_restart {
    assert!(crate::context::hard_interrupt());
    // SAFETY: the test's timer.
    unsafe { hrtimer::forward(timer, kernel::time::now_ns() as i64, 2_000_000) };
    if RINGS.fetch_add(1, SeqCst) < 3 { bindings::HRTIMER_RESTART } else { bindings::HRTIMER_NORESTART }
}

#[test]
fn hrtimers_restart() {
    let machine = machine();
    machine.run(|| {
        RINGS.store(0, SeqCst);
        // SAFETY: a timer that stays until it is cancelled.
        unsafe {
            let timer: *mut bindings::hrtimer = Box::leak(Box::new(zeroed()));
            hrtimer::init(timer, bindings::CLOCK_MONOTONIC as i32, 0);
            (*timer).function = Some(ring);
            hrtimer::start(timer, 1_000_000, 0, bindings::HRTIMER_MODE_REL);
            assert!(hrtimer::active(timer));
            while RINGS.load(SeqCst) < 4 {
                delay::msleep(1);
            }
            delay::msleep(5);
            assert_eq!((RINGS.load(SeqCst), hrtimer::active(timer)), (4, false));
            hrtimer::start(timer, 1_000_000_000, 0, bindings::HRTIMER_MODE_REL);
            assert_eq!(hrtimer::try_cancel(timer), 1);
            assert_eq!(hrtimer::cancel(timer), 0);
        }
    });
}

#[test]
fn clocks_are_not_compared() {
    let nobody = core::ptr::null_mut();
    let answer = clock::crosststamp(None, nobody, core::ptr::null_mut(), core::ptr::null_mut());
    assert_eq!(answer, crate::errno::Errno::EOPNOTSUPP.to_c());
}
