// SPDX-License-Identifier: GPL-2.0-only
//! Sleeping locks of many readers or one writer. Readers let waiting writers go first.

use super::wait::{change_and_wake, locked, sleep_until};
use crate::bindings::rw_semaphore;
use core::ffi::{c_int, c_long};

crate::exports! {
    family "locking";
    [sleeps, supported, "locking::tests::rwsems"]
    fn down_read(sem: *mut rw_semaphore) -> () = down_read;
    [atomic, supported, "locking::tests::rwsems"]
    fn down_read_trylock(sem: *mut rw_semaphore) -> c_int = try_read;
    [sleeps, supported, "locking::tests::rwsems"]
    fn down_write(sem: *mut rw_semaphore) -> () = down_write;
    [atomic, supported, "locking::tests::rwsems"]
    fn down_write_trylock(sem: *mut rw_semaphore) -> c_int = try_write;
    [any, supported, "locking::tests::rwsems"]
    fn up_read(sem: *mut rw_semaphore) -> () = up_read;
    [any, supported, "locking::tests::rwsems"]
    fn up_write(sem: *mut rw_semaphore) -> () = up_write;
    [any, supported, "locking::tests::rwsems"]
    fn downgrade_write(sem: *mut rw_semaphore) -> () = downgrade;
}

/// With the queue's lock held.
unsafe fn take_read(sem: *mut rw_semaphore) -> bool {
    // SAFETY: the caller's lock.
    unsafe {
        let free = (*sem).count >= 0 && (*sem).writers_waiting == 0;
        (*sem).count += c_int::from(free);
        free
    }
}

unsafe fn take_write(sem: *mut rw_semaphore) -> bool {
    // SAFETY: the caller's lock.
    unsafe {
        let free = (*sem).count == 0;
        (*sem).count -= c_int::from(free);
        free
    }
}

pub(crate) unsafe fn down_read(sem: *mut rw_semaphore) {
    // SAFETY: the caller's lock.
    unsafe {
        sleep_until(&raw mut (*sem).wait, c_long::MAX, || take_read(sem));
        // A reader that got in brings the readers behind it with it.
        change_and_wake(&raw mut (*sem).wait, 1, || ());
    }
}

pub(super) unsafe fn try_read(sem: *mut rw_semaphore) -> c_int {
    // SAFETY: the caller's lock.
    unsafe { locked(&raw mut (*sem).wait, || take_read(sem)) }.into()
}

pub(crate) unsafe fn down_write(sem: *mut rw_semaphore) {
    // SAFETY: the caller's lock.
    unsafe {
        let mut counted = false;
        sleep_until(&raw mut (*sem).wait, c_long::MAX, || {
            let taken = take_write(sem);
            if taken && counted {
                (*sem).writers_waiting -= 1;
            } else if !taken && !counted {
                counted = true;
                (*sem).writers_waiting += 1;
            }
            taken
        });
    }
}

pub(super) unsafe fn try_write(sem: *mut rw_semaphore) -> c_int {
    // SAFETY: the caller's lock.
    unsafe { locked(&raw mut (*sem).wait, || take_write(sem)) }.into()
}

pub(crate) unsafe fn up_read(sem: *mut rw_semaphore) {
    // SAFETY: the caller's lock, which it holds. All are woken: who is first may be a reader that lets a writer go.
    unsafe { change_and_wake(&raw mut (*sem).wait, 0, || (*sem).count -= 1) };
}

pub(crate) unsafe fn up_write(sem: *mut rw_semaphore) {
    // SAFETY: as above.
    unsafe { change_and_wake(&raw mut (*sem).wait, 0, || (*sem).count = 0) };
}

unsafe fn downgrade(sem: *mut rw_semaphore) {
    // SAFETY: as above.
    unsafe { change_and_wake(&raw mut (*sem).wait, 0, || (*sem).count = 1) };
}
