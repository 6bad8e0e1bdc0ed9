// SPDX-License-Identifier: GPL-2.0-only
//! Readers that may sleep, counted; two counts, so that new readers do not hold up those that wait for the old ones.

use super::wait::{change_and_wake, sleep_until};
use super::{mutex_lock, mutex_unlock};
use crate::bindings::srcu_struct;
use core::ffi::{c_int, c_long};
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::SeqCst;

crate::exports! {
    family "locking";
    [sleeps, supported, "locking::tests::srcu_waits_for_readers"]
    fn init_srcu_struct(ssp: *mut srcu_struct) -> c_int = init;
    [sleeps, supported, "locking::tests::srcu_waits_for_readers"]
    fn cleanup_srcu_struct(ssp: *mut srcu_struct) -> () = cleanup;
    [any, supported, "locking::tests::srcu_waits_for_readers"]
    fn srcu_read_lock(ssp: *mut srcu_struct) -> c_int = read_lock;
    [any, supported, "locking::tests::srcu_waits_for_readers"]
    fn srcu_read_unlock(ssp: *mut srcu_struct, idx: c_int) -> () = read_unlock;
    [sleeps, supported, "locking::tests::srcu_waits_for_readers"]
    fn synchronize_srcu(ssp: *mut srcu_struct) -> () = synchronize;
}

unsafe fn index<'a>(ssp: *mut srcu_struct) -> &'a AtomicI32 {
    // SAFETY: the caller's structure.
    unsafe { AtomicI32::from_ptr(&raw mut (*ssp).index.counter) }
}

unsafe fn readers<'a>(ssp: *mut srcu_struct, idx: c_int) -> &'a AtomicI32 {
    // SAFETY: the caller's structure; one of two.
    unsafe { AtomicI32::from_ptr((&raw mut (*ssp).readers).cast::<i32>().add((idx & 1) as usize)) }
}

pub(crate) unsafe fn init(ssp: *mut srcu_struct) -> c_int {
    // SAFETY: the caller's structure. Rings begin as their own neighbours.
    unsafe {
        ssp.write_bytes(0, 1);
        super::List(&raw mut (*ssp).mutex.wait.head).init();
        super::List(&raw mut (*ssp).wait.head).init();
    }
    0
}

unsafe fn cleanup(ssp: *mut srcu_struct) {
    // SAFETY: the caller's structure.
    let left = unsafe { readers(ssp, 0).load(SeqCst) + readers(ssp, 1).load(SeqCst) };
    if left != 0 {
        log::error!(target: "linux", "SRCU ends with {left} readers, in {}", crate::context::describe());
    }
}

pub(crate) unsafe fn read_lock(ssp: *mut srcu_struct) -> c_int {
    // SAFETY: the caller's structure.
    unsafe {
        let idx = index(ssp).load(SeqCst) & 1;
        readers(ssp, idx).fetch_add(1, SeqCst);
        idx
    }
}

pub(crate) unsafe fn read_unlock(ssp: *mut srcu_struct, idx: c_int) {
    // SAFETY: the caller's structure.
    unsafe {
        change_and_wake(&raw mut (*ssp).wait, 0, || _ = readers(ssp, idx).fetch_sub(1, SeqCst));
    }
}

/// Twice: a reader may have read the index before it changed and counted itself after the first wait.
pub(crate) unsafe fn synchronize(ssp: *mut srcu_struct) {
    // SAFETY: the caller's structure.
    unsafe {
        mutex_lock(&raw mut (*ssp).mutex);
        for _ in 0..2 {
            let old = index(ssp).fetch_add(1, SeqCst) & 1;
            sleep_until(&raw mut (*ssp).wait, c_long::MAX, || readers(ssp, old).load(SeqCst) == 0);
        }
        mutex_unlock(&raw mut (*ssp).mutex);
    }
}
