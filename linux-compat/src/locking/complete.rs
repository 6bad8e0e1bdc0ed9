// SPDX-License-Identifier: GPL-2.0-only
//! Completions and semaphores: counts that are waited for.

use super::wait::{change_and_wake, locked, sleep_until};
use crate::bindings::{completion, semaphore};
use crate::errno::Errno;
use core::ffi::{c_int, c_long, c_ulong};

crate::exports! {
    family "locking";
    [any, supported, "locking::tests::completions"]
    fn complete(x: *mut completion) -> () = complete;
    [any, supported, "locking::tests::completions"]
    fn complete_all(x: *mut completion) -> () = complete_all;
    [any, supported, "locking::tests::completions"]
    fn try_wait_for_completion(x: *mut completion) -> bool = try_wait;
    [any, supported, "locking::tests::completions"]
    fn completion_done(x: *mut completion) -> bool = done;
    [sleeps, supported, "locking::tests::completions"]
    fn wait_for_completion(x: *mut completion) -> () = wait;
    [sleeps, supported, "locking::tests::completions"]
    fn wait_for_completion_timeout(x: *mut completion, timeout: c_ulong) -> c_ulong = wait_timeout;
    [sleeps, supported, "locking::tests::semaphores"]
    fn down(sem: *mut semaphore) -> () = down;
    [any, supported, "locking::tests::semaphores"]
    fn down_trylock(sem: *mut semaphore) -> c_int = down_try;
    [sleeps, supported, "locking::tests::semaphores"]
    fn down_timeout(sem: *mut semaphore, timeout: c_long) -> c_int = down_timeout;
    [any, supported, "locking::tests::semaphores"]
    fn up(sem: *mut semaphore) -> () = up;
}

/// Stands for "for ever, for all".
const ALL: u32 = u32::MAX;

pub(crate) unsafe fn complete(x: *mut completion) {
    // SAFETY: the caller's completion; its count changes under its queue's lock.
    unsafe {
        change_and_wake(&raw mut (*x).wait, 1, || {
            if (*x).done < ALL - 1 {
                (*x).done += 1;
            }
        });
    }
}

pub(super) unsafe fn complete_all(x: *mut completion) {
    // SAFETY: as above.
    unsafe { change_and_wake(&raw mut (*x).wait, 0, || (*x).done = ALL) };
}

/// Takes one, with the lock held.
unsafe fn take(count: *mut u32, keeps: bool) -> bool {
    // SAFETY: the caller's count.
    unsafe {
        if *count == 0 {
            return false;
        }
        if !(keeps && *count == ALL) {
            *count -= 1;
        }
        true
    }
}

pub(super) unsafe fn try_wait(x: *mut completion) -> bool {
    // SAFETY: as above.
    unsafe { locked(&raw mut (*x).wait, || take(&raw mut (*x).done, true)) }
}

/// Takes the lock, so that whoever completed is done with it where this says so.
unsafe fn done(x: *mut completion) -> bool {
    // SAFETY: as above.
    unsafe { locked(&raw mut (*x).wait, || (*x).done != 0) }
}

pub(crate) unsafe fn wait(x: *mut completion) {
    // SAFETY: as above.
    unsafe { sleep_until(&raw mut (*x).wait, c_long::MAX, || take(&raw mut (*x).done, true)) };
}

pub(crate) unsafe fn wait_timeout(x: *mut completion, timeout: c_ulong) -> c_ulong {
    let timeout = c_long::try_from(timeout).unwrap_or(c_long::MAX);
    // SAFETY: as above.
    let left = unsafe { sleep_until(&raw mut (*x).wait, timeout, || take(&raw mut (*x).done, true)) };
    left.map_or(0, |left| left as c_ulong)
}

pub(super) unsafe fn down(sem: *mut semaphore) {
    // SAFETY: the caller's semaphore; its count changes under its queue's lock.
    unsafe { sleep_until(&raw mut (*sem).wait, c_long::MAX, || take(&raw mut (*sem).count, false)) };
}

pub(super) unsafe fn down_try(sem: *mut semaphore) -> c_int {
    // SAFETY: as above.
    unsafe { locked(&raw mut (*sem).wait, || !take(&raw mut (*sem).count, false)) }.into()
}

pub(super) unsafe fn down_timeout(sem: *mut semaphore, timeout: c_long) -> c_int {
    // SAFETY: as above.
    match unsafe { sleep_until(&raw mut (*sem).wait, timeout, || take(&raw mut (*sem).count, false)) } {
        Some(_) => 0,
        None => Errno::ETIME.to_c(),
    }
}

pub(super) unsafe fn up(sem: *mut semaphore) {
    // SAFETY: as above.
    unsafe { change_and_wake(&raw mut (*sem).wait, 1, || (*sem).count += 1) };
}
