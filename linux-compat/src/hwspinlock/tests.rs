// SPDX-License-Identifier: GPL-2.0-only
//! Banks of locks of the tests' own.

use super::*;
use crate::testing::{device_at, node, release_managed};
use std::sync::Mutex as StdMutex;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

/// The numbers of locks are everybody's: one test at a time.
static ONE: StdMutex<()> = StdMutex::new(());
/// Whether the other processor has the hardware's lock, and how often we waited for it.
static HELD: AtomicU32 = AtomicU32::new(0);
static RELAXED: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn take(_: *mut hwspinlock) -> c_int {
    HELD.compare_exchange(0, 1, SeqCst, SeqCst).is_ok().into()
}

unsafe extern "C" fn give(_: *mut hwspinlock) {
    HELD.store(0, SeqCst);
}

unsafe extern "C" fn relax(_: *mut hwspinlock) {
    // The other one lets go after three looks.
    if RELAXED.fetch_add(1, SeqCst) == 2 {
        HELD.store(0, SeqCst);
    }
}

/// A bank with room for four.
fn bank() -> (*mut hwspinlock_device, &'static mut hwspinlock_ops) {
    let size = size_of::<hwspinlock_device>() + 4 * size_of::<hwspinlock>();
    let room: &mut [u64] = Box::leak(vec![0; size.div_ceil(8)].into_boxed_slice());
    // SAFETY: all fields may be zero.
    let ops: &mut hwspinlock_ops = Box::leak(Box::new(unsafe { core::mem::zeroed() }));
    ops.trylock = Some(take);
    ops.unlock = Some(give);
    ops.relax = Some(relax);
    (room.as_mut_ptr().cast(), ops)
}

#[test]
fn locks_are_given_out() {
    let _alone = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (bank, ops) = bank();
    let dev = device_at("hwlocks-out", None);
    // SAFETY: the test's bank and locks.
    unsafe {
        assert_eq!(register_c(bank, dev, ptr::null(), 10, 4), Errno::EINVAL.to_c());
        assert_eq!(register_c(bank, dev, ops, 10, 4), 0);
        assert_eq!(register_c(bank, dev, ops, 10, 0), Errno::EINVAL.to_c());
        let other = self::bank();
        assert_eq!(register_c(other.0, dev, other.1, 13, 1), Errno::EEXIST.to_c());
        let lock = request_c(12);
        assert_eq!(id_of(lock), 12);
        assert!(ptr::eq(lock, lock_at(bank, 2)) && request_c(12).is_null() && request_c(99).is_null());
        let any = request_any();
        assert_eq!(id_of(any), 10);
        assert_eq!(unregister(bank), Errno::EBUSY.to_c());
        assert_eq!((free(lock), free(any), free(any)), (0, 0, Errno::EINVAL.to_c()));
        assert_eq!(unregister(bank), 0);
        assert!(request_any().is_null());
    }
}

#[test]
fn taken_and_given() {
    crate::machine::machine().run(|| {
        let _alone = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (bank, ops) = bank();
        let null = ptr::null_mut;
        // SAFETY: the test's bank and lock.
        unsafe {
            assert_eq!(register_c(bank, device_at("hwlocks-take", None), ops, 20, 1), 0);
            let lock = request_c(20);
            let mut flags = 0;
            let state = bindings::HWLOCK_IRQSTATE as c_int;
            assert_eq!(try_lock(lock, state, null()), Errno::EINVAL.to_c());
            assert_eq!(try_lock(lock, state, &mut flags), 0);
            assert_eq!(HELD.load(SeqCst), 1);
            unlock(lock, state, &mut flags);
            assert_eq!(HELD.load(SeqCst), 0);
            // The other processor has it, and lets go in time.
            HELD.store(1, SeqCst);
            assert_eq!(try_lock(lock, 0, null()), Errno::EBUSY.to_c());
            assert_eq!(lock_for(lock, 1000, 0, null()), 0);
            unlock(lock, 0, null());
            // It does not: a time-out, and nothing of ours stays locked.
            HELD.store(1, SeqCst);
            RELAXED.store(100, SeqCst);
            assert_eq!(lock_for(lock, 1, bindings::HWLOCK_RAW as c_int, null()), Errno::ETIMEDOUT.to_c());
            assert_eq!(bust(lock, 1), Errno::EOPNOTSUPP.to_c());
            HELD.store(0, SeqCst);
            assert_eq!(try_lock(lock, bindings::HWLOCK_IRQ as c_int, null()), 0);
            unlock(lock, bindings::HWLOCK_IRQ as c_int, null());
            assert_eq!((free(lock), unregister(bank)), (0, 0));
        }
    });
}

#[test]
fn what_is_managed_is_given_back() {
    let _alone = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (bank, ops) = bank();
    let (dev, user) = (device_at("hwlocks-managed", None), device_at("hwlocks-user", None));
    // SAFETY: the test's bank and devices.
    unsafe {
        assert_eq!(devm_register(dev, bank, ops, 30, 2), 0);
        assert!(!devm_request(user, 31).is_null() && !devm_request_any(user).is_null());
        assert!(request_any().is_null());
        assert_eq!(devm_free(user, lock_at(bank, 1)), 0);
        assert_eq!(devm_free(user, lock_at(bank, 1)), Errno::ENOENT.to_c());
        release_managed(user);
        assert_eq!(devm_unregister(dev, bank), 0);
        assert_eq!(devm_unregister(dev, bank), Errno::ENOENT.to_c());
    }
}

#[test]
fn locks_of_the_tree() {
    let _alone = ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let (bank, ops) = bank();
    let user = node("/hwlocks/user").as_raw();
    // SAFETY: the test's bank; names are literals.
    unsafe {
        assert_eq!(of_id(user, 0), Errno::EPROBE_DEFER.to_c());
        assert_eq!(register_c(bank, device_at("hwlocks-tree", Some("/hwlocks/bank")), ops, 40, 4), 0);
        assert_eq!((of_id(user, 0), of_id(user, 1)), (43, Errno::EINVAL.to_c()));
        assert_eq!(of_id_by_name(user, c"good".as_ptr()), 43);
        assert_eq!(of_id_by_name(user, c"none".as_ptr()), Errno::EINVAL.to_c());
        assert_eq!(of_id(user, 7), Errno::ENOENT.to_c());
        assert_eq!(unregister(bank), 0);
    }
}
