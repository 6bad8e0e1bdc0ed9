// SPDX-License-Identifier: GPL-2.0-only
//! What time it is.

use super::NS_PER_JIFFY;
use crate::bindings::{
    cyclecounter, ktime_t, system_counterval_t, system_device_crosststamp, system_time_snapshot, time64_t, timecounter,
    timespec64,
};
use crate::errno::Errno;
use core::ffi::{c_int, c_void};
use core::sync::atomic::AtomicI64;
use core::sync::atomic::Ordering::Relaxed;
use kernel::time::{NS_PER_SEC, now_ns};

crate::exports! {
    family "time";
    [any, supported, "time::tests::clocks_agree"]
    fn get_jiffies_64() -> u64 = jiffies;
    [any, supported, "time::tests::clocks_agree"]
    fn sched_clock() -> u64 = now_ns;
    [any, supported, "time::tests::clocks_agree"]
    fn ktime_get_mono_fast_ns() -> u64 = now_ns;
    [any, supported, "time::tests::clocks_agree"]
    fn ktime_get() -> ktime_t = mono;
    [any, supported, "time::tests::the_real_time_can_be_set"]
    fn ktime_get_real() -> ktime_t = real_ns;
    [any, supported, "time::tests::clocks_agree"]
    fn ktime_get_ts64(ts: *mut timespec64) -> () = mono_ts;
    [any, supported, "time::tests::the_real_time_can_be_set"]
    fn ktime_get_real_ts64(ts: *mut timespec64) -> () = real_ts;
    [any, supported, "time::tests::clocks_agree"]
    fn ktime_get_seconds() -> time64_t = seconds;
    [any, supported, "time::tests::the_real_time_can_be_set"]
    fn ktime_get_real_seconds() -> time64_t = real_seconds;
    [any, supported, "time::tests::the_real_time_can_be_set"]
    fn do_settimeofday64(ts: *const timespec64) -> c_int = set;
    [any, supported, "time::tests::clocks_agree"]
    fn timecounter_init(tc: *mut timecounter, cc: *const cyclecounter, start: u64) -> () = counter_init;
    [any, supported, "time::tests::clocks_agree"]
    fn timecounter_read(tc: *mut timecounter) -> u64 = counter_read;
    [any, supported, "time::tests::clocks_agree"]
    fn timecounter_cyc2time(tc: *const timecounter, stamp: u64) -> u64 = counter_time;
    [any, refused, "time::tests::clocks_are_not_compared"]
    fn get_device_system_crosststamp(get: GetTime, ctx: *mut c_void, history: *mut system_time_snapshot, stamp: *mut system_device_crosststamp) -> c_int = crosststamp;
}

crate::exports_data! {
    family "time";
    [any, supported, "time::tests::clocks_agree"]
    static timekeeping_suspended: c_int = 0;
}

/// What to add to the time since the counter started for that since 1970.
static OFFSET: AtomicI64 = AtomicI64::new(0);

/// Jiffies since the counter started. Context: any.
#[inline]
pub fn jiffies() -> u64 {
    now_ns() / NS_PER_JIFFY
}

fn mono() -> ktime_t {
    now_ns().cast_signed()
}

/// Nanoseconds since 1970, as far as somebody said, else since the counter started. Context: any.
pub fn real_ns() -> i64 {
    mono() + OFFSET.load(Relaxed)
}

/// Says what [`real_ns`] is now. Context: any.
pub fn set_real_ns(ns: i64) {
    OFFSET.store(ns.wrapping_sub(mono()), Relaxed);
}

pub(super) fn offset() -> i64 {
    OFFSET.load(Relaxed)
}

pub(super) fn split(ns: i64) -> timespec64 {
    let second = NS_PER_SEC.cast_signed();
    timespec64 { tv_sec: ns.div_euclid(second), tv_nsec: ns.rem_euclid(second) }
}

unsafe fn mono_ts(ts: *mut timespec64) {
    // SAFETY: the caller's place.
    unsafe { ts.write(split(mono())) };
}

unsafe fn real_ts(ts: *mut timespec64) {
    // SAFETY: the caller's place.
    unsafe { ts.write(split(real_ns())) };
}

fn seconds() -> time64_t {
    split(mono()).tv_sec
}

fn real_seconds() -> time64_t {
    split(real_ns()).tv_sec
}

pub(super) unsafe fn set(ts: *const timespec64) -> c_int {
    // SAFETY: the caller's.
    let ts = unsafe { *ts };
    let second = NS_PER_SEC.cast_signed();
    let ns = ts.tv_sec.checked_mul(second).and_then(|ns| ns.checked_add(ts.tv_nsec));
    match ns {
        Some(ns) if ts.tv_sec >= 0 && (0..second).contains(&ts.tv_nsec) => {
            set_real_ns(ns);
            0
        }
        _ => Errno::EINVAL.to_c(),
    }
}

unsafe fn counter_init(tc: *mut timecounter, cc: *const cyclecounter, start: u64) {
    // SAFETY: the caller's counters.
    unsafe {
        let cycles = (*cc).read.map_or(0, |read| read(cc));
        tc.write(timecounter {
            cc,
            cycle_last: cycles,
            nsec: start,
            mask: (1 << (*cc).shift) - 1,
            frac: 0,
        });
    }
}

unsafe fn counter_read(tc: *mut timecounter) -> u64 {
    // SAFETY: the caller's counter.
    unsafe {
        let cc = (*tc).cc;
        let cycles = (*cc).read.map_or(0, |read| read(cc));
        let passed = cycles.wrapping_sub((*tc).cycle_last) & (*cc).mask;
        let ns = passed.wrapping_mul((*cc).mult.into()).wrapping_add((*tc).frac);
        (*tc).frac = ns & (*tc).mask;
        (*tc).cycle_last = cycles;
        (*tc).nsec = (*tc).nsec.wrapping_add(ns >> (*cc).shift);
        (*tc).nsec
    }
}

unsafe fn counter_time(tc: *const timecounter, stamp: u64) -> u64 {
    // SAFETY: the caller's counter.
    unsafe {
        let cc = &*(*tc).cc;
        let after = stamp.wrapping_sub((*tc).cycle_last) & cc.mask;
        if after > cc.mask / 2 {
            let before = (*tc).cycle_last.wrapping_sub(stamp) & cc.mask;
            let ns = before.wrapping_mul(cc.mult.into()).wrapping_sub((*tc).frac) >> cc.shift;
            (*tc).nsec.wrapping_sub(ns)
        } else {
            let ns = after.wrapping_mul(cc.mult.into()).wrapping_add((*tc).frac) >> cc.shift;
            (*tc).nsec.wrapping_add(ns)
        }
    }
}

/// How a driver reads its device's clock and the CPU's counter at once.
type GetTime =
    Option<unsafe extern "C" fn(*mut i64, *mut system_counterval_t, *mut c_void) -> c_int>;

/// No device here reads the CPU's counter with its own clock.
pub(super) fn crosststamp(
    _get: GetTime,
    _ctx: *mut c_void,
    _history: *mut system_time_snapshot,
    _stamp: *mut system_device_crosststamp,
) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}
