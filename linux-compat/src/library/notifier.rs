// SPDX-License-Identifier: GPL-2.0-only
//! Chains of functions that hear of something, by priority.

use crate::bindings::{
    NOTIFY_STOP_MASK, atomic_notifier_head, blocking_notifier_head, notifier_block, raw_notifier_head,
    raw_spinlock_t, rw_semaphore, srcu_notifier_head, srcu_struct,
};
use crate::errno::Errno;
use crate::locking::{lock_save, mutex_lock, mutex_unlock, rwsem, srcu, unlock_restore};
use core::ffi::{c_int, c_ulong, c_void};

crate::exports! {
    family "library";
    [any, supported, "library::tests::notifiers"]
    fn atomic_notifier_chain_register(nh: *mut atomic_notifier_head, nb: *mut notifier_block) -> c_int = atomic_add;
    [sleeps, supported, "library::tests::notifiers"]
    fn blocking_notifier_chain_register(nh: *mut blocking_notifier_head, nb: *mut notifier_block) -> c_int = blocking_add;
    [any, supported, "library::tests::notifiers"]
    fn raw_notifier_chain_register(nh: *mut raw_notifier_head, nb: *mut notifier_block) -> c_int = raw_add;
    [sleeps, supported, "library::tests::notifiers"]
    fn srcu_notifier_chain_register(nh: *mut srcu_notifier_head, nb: *mut notifier_block) -> c_int = srcu_add;
    [any, supported, "library::tests::notifiers"]
    fn atomic_notifier_chain_unregister(nh: *mut atomic_notifier_head, nb: *mut notifier_block) -> c_int = atomic_remove;
    [sleeps, supported, "library::tests::notifiers"]
    fn blocking_notifier_chain_unregister(nh: *mut blocking_notifier_head, nb: *mut notifier_block) -> c_int = blocking_remove;
    [any, supported, "library::tests::notifiers"]
    fn raw_notifier_chain_unregister(nh: *mut raw_notifier_head, nb: *mut notifier_block) -> c_int = raw_remove;
    [sleeps, supported, "library::tests::notifiers"]
    fn srcu_notifier_chain_unregister(nh: *mut srcu_notifier_head, nb: *mut notifier_block) -> c_int = srcu_remove;
    [any, supported, "library::tests::notifiers"]
    fn atomic_notifier_call_chain(nh: *mut atomic_notifier_head, val: c_ulong, v: *mut c_void) -> c_int = atomic_call;
    [sleeps, supported, "library::tests::notifiers"]
    fn blocking_notifier_call_chain(nh: *mut blocking_notifier_head, val: c_ulong, v: *mut c_void) -> c_int = blocking_call;
    [any, supported, "library::tests::notifiers"]
    fn raw_notifier_call_chain(nh: *mut raw_notifier_head, val: c_ulong, v: *mut c_void) -> c_int = raw_call;
    [sleeps, supported, "library::tests::notifiers"]
    fn srcu_notifier_call_chain(nh: *mut srcu_notifier_head, val: c_ulong, v: *mut c_void) -> c_int = srcu_call;
    [sleeps, supported, "library::tests::notifiers"]
    fn srcu_init_notifier_head(nh: *mut srcu_notifier_head) -> () = srcu_init;
}

type Block = *mut notifier_block;

/// -EEXIST if it is there.
unsafe fn add(mut at: *mut Block, nb: Block) -> c_int {
    // SAFETY: the caller's chain, which nobody else changes.
    unsafe {
        let start = at;
        while !(*at).is_null() {
            if *at == nb {
                return Errno::EEXIST.to_c();
            }
            at = &raw mut (**at).next;
        }
        at = start;
        while !(*at).is_null() && (*nb).priority <= (**at).priority {
            at = &raw mut (**at).next;
        }
        (*nb).next = *at;
        core::sync::atomic::fence(core::sync::atomic::Ordering::Release);
        *at = nb;
    }
    0
}

/// -ENOENT if it is not there.
unsafe fn remove(mut at: *mut Block, nb: Block) -> c_int {
    // SAFETY: as above.
    unsafe {
        while !(*at).is_null() {
            if *at == nb {
                *at = (*nb).next;
                return 0;
            }
            at = &raw mut (**at).next;
        }
    }
    Errno::ENOENT.to_c()
}

/// What the last one said.
unsafe fn call(mut nb: Block, val: c_ulong, v: *mut c_void) -> c_int {
    let mut result = 0;
    // SAFETY: the caller's chain; each function is a driver's.
    unsafe {
        while !nb.is_null() {
            let next = (*nb).next;
            result = (*nb).notifier_call.map_or(0, |f| f(nb, val, v));
            if result & NOTIFY_STOP_MASK as c_int != 0 {
                break;
            }
            nb = next;
        }
    }
    result
}

unsafe fn spin<T>(nh: *mut atomic_notifier_head, f: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's head; a spinlock is its raw one.
    unsafe {
        let lock: *mut raw_spinlock_t = (&raw mut (*nh).lock).cast();
        let flags = lock_save(lock);
        let result = f();
        unlock_restore(lock, flags);
        result
    }
}

unsafe fn write<T>(sem: *mut rw_semaphore, f: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's lock.
    unsafe {
        rwsem::down_write(sem);
        let result = f();
        rwsem::up_write(sem);
        result
    }
}

unsafe fn atomic_add(nh: *mut atomic_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe { spin(nh, || add(&raw mut (*nh).head, nb)) }
}

/// Returns when nobody calls it any more; in atomic context its caller has to see to that.
unsafe fn atomic_remove(nh: *mut atomic_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    let result = unsafe { spin(nh, || remove(&raw mut (*nh).head, nb)) };
    if !kernel::percpu::in_atomic_context() {
        crate::locking::rcu::synchronize();
    }
    result
}

unsafe fn atomic_call(nh: *mut atomic_notifier_head, val: c_ulong, v: *mut c_void) -> c_int {
    // SAFETY: the caller's. Readers disable preemption.
    crate::work::softirq::atomically(|| unsafe { call((*nh).head, val, v) })
}

unsafe fn blocking_add(nh: *mut blocking_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe { write(&raw mut (*nh).rwsem, || add(&raw mut (*nh).head, nb)) }
}

unsafe fn blocking_remove(nh: *mut blocking_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe { write(&raw mut (*nh).rwsem, || remove(&raw mut (*nh).head, nb)) }
}

unsafe fn blocking_call(nh: *mut blocking_notifier_head, val: c_ulong, v: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        rwsem::down_read(&raw mut (*nh).rwsem);
        let result = call((*nh).head, val, v);
        rwsem::up_read(&raw mut (*nh).rwsem);
        result
    }
}

pub(super) unsafe fn raw_add(nh: *mut raw_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe { add(&raw mut (*nh).head, nb) }
}

pub(super) unsafe fn raw_remove(nh: *mut raw_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe { remove(&raw mut (*nh).head, nb) }
}

pub(super) unsafe fn raw_call(nh: *mut raw_notifier_head, val: c_ulong, v: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe { call((*nh).head, val, v) }
}

unsafe fn srcu_init(nh: *mut srcu_notifier_head) {
    // SAFETY: the caller's.
    unsafe {
        nh.write_bytes(0, 1);
        crate::locking::List(&raw mut (*nh).mutex.wait.head).init();
        srcu::init(&raw mut (*nh).srcu);
    }
}

unsafe fn srcu_add(nh: *mut srcu_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        mutex_lock(&raw mut (*nh).mutex);
        let result = add(&raw mut (*nh).head, nb);
        mutex_unlock(&raw mut (*nh).mutex);
        result
    }
}

unsafe fn srcu_remove(nh: *mut srcu_notifier_head, nb: Block) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        mutex_lock(&raw mut (*nh).mutex);
        let result = remove(&raw mut (*nh).head, nb);
        mutex_unlock(&raw mut (*nh).mutex);
        srcu::synchronize(&raw mut (*nh).srcu);
        result
    }
}

unsafe fn srcu_call(nh: *mut srcu_notifier_head, val: c_ulong, v: *mut c_void) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        let srcu: *mut srcu_struct = &raw mut (*nh).srcu;
        let index = srcu::read_lock(srcu);
        let result = call((*nh).head, val, v);
        srcu::read_unlock(srcu, index);
        result
    }
}
