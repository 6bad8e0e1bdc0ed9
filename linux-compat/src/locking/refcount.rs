// SPDX-License-Identifier: GPL-2.0-only
//! Reference counts: what their inline functions leave over.

use super::{mutex, spin};
use crate::bindings::{refcount_t, spinlock_t};
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

crate::exports! {
    family "locking";
    [any, supported, "locking::tests::reference_counts"]
    fn fv_refcount_broken(r: *mut refcount_t) -> () = broken;
    [any, supported, "locking::tests::reference_counts"]
    fn refcount_dec_if_one(r: *mut refcount_t) -> bool = dec_if_one;
    [any, supported, "locking::tests::reference_counts"]
    fn refcount_dec_not_one(r: *mut refcount_t) -> bool = dec_not_one;
    [sleeps, supported, "locking::tests::reference_counts"]
    fn refcount_dec_and_mutex_lock(r: *mut refcount_t, lock: *mut crate::bindings::mutex) -> bool = dec_and_mutex_lock;
    [any, supported, "locking::tests::reference_counts"]
    fn refcount_dec_and_lock(r: *mut refcount_t, lock: *mut spinlock_t) -> bool = dec_and_lock;
}

unsafe fn count<'a>(r: *mut refcount_t) -> &'a AtomicI32 {
    // SAFETY: the caller's counter.
    unsafe { AtomicI32::from_ptr(&raw mut (*r).refs.counter) }
}

/// A count that wrapped or came back from 0 stays where it is for good: a leak rather than a use after free.
pub(super) unsafe fn broken(r: *mut refcount_t) {
    // SAFETY: the caller's counter.
    unsafe { count(r) }.store(i32::MIN / 2, Relaxed);
    log::error!(target: "linux", "a reference count is out of order, in {}", crate::context::describe());
}

pub(super) unsafe fn dec_if_one(r: *mut refcount_t) -> bool {
    // SAFETY: the caller's counter.
    unsafe { count(r) }.compare_exchange(1, 0, AcqRel, Relaxed).is_ok()
}

pub(super) unsafe fn dec_not_one(r: *mut refcount_t) -> bool {
    // SAFETY: the caller's counter.
    unsafe { count(r) }.fetch_update(Release, Relaxed, |n| (n != 1).then(|| n.wrapping_sub(1))).is_ok()
}

unsafe fn dec_and_mutex_lock(r: *mut refcount_t, lock: *mut crate::bindings::mutex) -> bool {
    // SAFETY: the caller's; a counter is an `atomic_t`.
    unsafe { mutex::dec_and_lock(&raw mut (*r).refs, lock) != 0 }
}

pub(super) unsafe fn dec_and_lock(r: *mut refcount_t, lock: *mut spinlock_t) -> bool {
    // SAFETY: the caller's; a spinlock begins with its raw one.
    unsafe {
        if dec_not_one(r) {
            return false;
        }
        spin::lock(lock.cast());
        if count(r).fetch_sub(1, AcqRel) == 1 {
            return true;
        }
        spin::unlock(lock.cast());
    }
    false
}
