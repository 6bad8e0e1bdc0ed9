// SPDX-License-Identifier: GPL-2.0-only
//! How often something may happen.

use crate::bindings::ratelimit_state;
use core::ffi::{c_char, c_int};
use kernel::sync::SpinLock;

crate::exports! {
    family "printk";
    [any, supported, "printk::tests::rates_are_limited"]
    fn ___ratelimit(rs: *mut ratelimit_state, func: *const c_char) -> c_int = check;
    [any, supported, "printk::tests::rates_are_limited"]
    fn __printk_ratelimit(func: *const c_char) -> bool = printk_check;
}

/// All states share a lock: they are touched rarely.
static LOCK: SpinLock<()> = SpinLock::new(());

/// 1 if it may happen now: at most `burst` times in `interval` jiffies. Context: any.
///
/// # Safety
/// `rs` is a state, `func` a string.
pub unsafe fn check(rs: *mut ratelimit_state, func: *const c_char) -> c_int {
    let now = crate::time::jiffies();
    let missed = {
        let _lock = LOCK.lock();
        // SAFETY: the caller's state, under the lock.
        let rs = unsafe { &mut *rs };
        if rs.interval == 0 {
            return 1;
        }
        let mut missed = 0;
        if rs.begin == 0 || now.wrapping_sub(rs.begin) as i64 >= i64::from(rs.interval) {
            missed = core::mem::take(&mut rs.missed);
            rs.begin = now.max(1);
            rs.printed = 0;
        }
        if rs.printed >= rs.burst {
            rs.missed += 1;
            return 0;
        }
        rs.printed += 1;
        missed
    };
    if missed > 0 {
        // SAFETY: the caller's string.
        let func = unsafe { core::ffi::CStr::from_ptr(func) }.to_str().unwrap_or("?");
        log::warn!("{func}: {missed} callbacks suppressed");
    }
    1
}

unsafe fn printk_check(func: *const c_char) -> bool {
    struct State(core::cell::UnsafeCell<ratelimit_state>);
    // SAFETY: touched under `LOCK` only.
    unsafe impl Sync for State {}
    static STATE: State = State(core::cell::UnsafeCell::new(ratelimit_state {
        lock: crate::bindings::raw_spinlock_t { val: 0, owner: 0 },
        interval: 5 * crate::time::HZ as i32,
        burst: 10,
        printed: 0,
        missed: 0,
        flags: 0,
        begin: 0,
    }));
    // SAFETY: as above, and the caller's string.
    unsafe { check(STATE.0.get(), func) != 0 }
}
