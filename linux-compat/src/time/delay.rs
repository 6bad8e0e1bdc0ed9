// SPDX-License-Identifier: GPL-2.0-only
//! Waiting for a while: spinning, or sleeping.

use core::ffi::{c_uint, c_ulong};
use kernel::sched;
use kernel::time::{self, NS_PER_MS, NS_PER_US};

crate::exports! {
    family "time";
    [any, supported, "time::tests::delays_last"]
    fn __fv_ndelay(ns: c_ulong) -> () = time::ndelay;
    [any, supported, "time::tests::delays_last"]
    fn __fv_mdelay(ms: c_ulong) -> () = mdelay;
    [any, supported, "time::tests::delays_last"]
    fn __delay(n: c_ulong) -> () = ticks;
    [sleeps, supported, "time::tests::delays_last"]
    fn msleep(ms: c_uint) -> () = msleep;
    [sleeps, supported, "time::tests::delays_last"]
    fn msleep_interruptible(ms: c_uint) -> c_ulong = msleep_interruptible;
    [sleeps, supported, "time::tests::delays_last"]
    fn usleep_range_state(min: c_ulong, max: c_ulong, state: c_uint) -> () = usleep;
}

crate::exports_data! {
    family "time";
    [any, supported, "time::tests::delays_last"]
    static loops_per_jiffy: c_ulong = 62_500;
}

fn mdelay(ms: c_ulong) {
    time::ndelay(ms.saturating_mul(NS_PER_MS));
}

fn ticks(ticks: c_ulong) {
    let start = time::now();
    while time::now().wrapping_sub(start) < ticks {
        arch::cpu::relax();
    }
}

/// Sleeps at least `ms`. Context: sleeps.
pub fn msleep(ms: c_uint) {
    sched::sleep_ns(u64::from(ms) * NS_PER_MS);
}

/// Nothing interrupts it: always 0.
fn msleep_interruptible(ms: c_uint) -> c_ulong {
    msleep(ms);
    0
}

/// The timer is exact, so the shorter end it is.
fn usleep(min: c_ulong, _max: c_ulong, _state: c_uint) {
    sched::sleep_ns(min.saturating_mul(NS_PER_US));
}
