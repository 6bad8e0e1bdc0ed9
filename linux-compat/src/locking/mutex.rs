// SPDX-License-Identifier: GPL-2.0-only
//! Mutexes: a word that holds the task that has it, and a queue.

use super::wait::{change_and_wake, sleep_until};
use crate::bindings::{atomic_t, device, mutex};
use crate::context;
use crate::work::task;
use core::ffi::{c_int, c_long};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicI32, AtomicUsize};

crate::exports! {
    family "locking";
    [sleeps, supported, "locking::tests::mutexes_exclude"]
    fn mutex_lock(m: *mut mutex) -> () = lock;
    [any, supported, "locking::tests::mutexes_exclude"]
    fn mutex_unlock(m: *mut mutex) -> () = unlock;
    [atomic, supported, "locking::tests::mutexes_exclude"]
    fn mutex_trylock(m: *mut mutex) -> c_int = try_lock;
    [any, supported, "locking::tests::mutexes_exclude"]
    fn mutex_destroy(m: *mut mutex) -> () = destroy;
    [sleeps, supported, "locking::tests::mutexes_exclude"]
    fn __devm_mutex_init(dev: *mut device, m: *mut mutex) -> c_int = devm;
    [sleeps, supported, "locking::tests::mutexes_exclude"]
    fn atomic_dec_and_mutex_lock(count: *mut atomic_t, m: *mut mutex) -> c_int = dec_and_lock;
}

unsafe fn owner<'a>(lock: *mut mutex) -> &'a AtomicUsize {
    // SAFETY: the caller's mutex; a counter of 64 bits.
    unsafe { AtomicUsize::from_ptr((&raw mut (*lock).owner).cast()) }
}

fn me() -> usize {
    task::current().addr()
}

/// Takes the mutex. Context: sleeps.
///
/// # Safety
/// `lock` is a mutex that stays.
pub unsafe fn lock(lock: *mut mutex) {
    // SAFETY: the caller's mutex.
    let (owner, me) = unsafe { (owner(lock), me()) };
    if owner.compare_exchange(0, me, Acquire, Relaxed).is_err() {
        if owner.load(Relaxed) == me {
            context::fail(format_args!("the mutex at {lock:p} is taken by the task that holds it"));
        }
        // SAFETY: the caller's mutex.
        unsafe {
            sleep_until(&raw mut (*lock).wait, c_long::MAX, || {
                owner.compare_exchange(0, me, Acquire, Relaxed).is_ok()
            });
        }
    }
    task::took_mutex(lock);
}

/// Releases it. Context: the task that holds it.
///
/// # Safety
/// `lock` is a mutex that the caller holds.
pub unsafe fn unlock(lock: *mut mutex) {
    // SAFETY: the caller's mutex.
    let owner = unsafe { owner(lock) };
    if cfg!(debug_assertions) && owner.load(Relaxed) != me() {
        context::fail(format_args!("the mutex at {lock:p} is released by a task that does not hold it"));
    }
    task::gave_mutex(lock);
    // SAFETY: the caller's mutex. Within the queue's lock: no waiter slips between.
    unsafe { change_and_wake(&raw mut (*lock).wait, 1, || owner.store(0, Release)) };
}

pub(super) unsafe fn try_lock(lock: *mut mutex) -> c_int {
    // SAFETY: the caller's mutex.
    let taken = unsafe { owner(lock) }.compare_exchange(0, me(), Acquire, Relaxed).is_ok();
    if taken {
        task::took_mutex(lock);
    }
    taken.into()
}

unsafe fn destroy(lock: *mut mutex) {
    // SAFETY: the caller's mutex.
    if cfg!(debug_assertions) && unsafe { owner(lock) }.load(Relaxed) != 0 {
        log::error!(target: "linux", "a mutex that is held is destroyed, in {}", context::describe());
    }
}

/// There is nothing to undo when the device goes, so nothing that could fail.
fn devm(_dev: *mut device, _lock: *mut mutex) -> c_int {
    0
}

pub(super) unsafe fn dec_and_lock(count: *mut atomic_t, lock: *mut mutex) -> c_int {
    // SAFETY: the caller's counter.
    let count = unsafe { AtomicI32::from_ptr(&raw mut (*count).counter) };
    if count.fetch_update(Release, Relaxed, |n| (n != 1).then_some(n - 1)).is_ok() {
        return 0;
    }
    // SAFETY: the caller's mutex.
    unsafe {
        self::lock(lock);
        if count.fetch_sub(1, Release) == 1 {
            return 1;
        }
        unlock(lock);
    }
    0
}
