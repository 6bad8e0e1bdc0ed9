// SPDX-License-Identifier: GPL-2.0-only
//! Spinlocks, and those of many readers or one writer.

use super::held::{self, Mode};
use crate::bindings::{raw_spinlock_t, rwlock_t};
use crate::context;
use core::ffi::{c_int, c_ulong};
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use kernel::percpu;

crate::exports! {
    family "locking";
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_lock(l: *mut raw_spinlock_t) -> () = lock;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_unlock(l: *mut raw_spinlock_t) -> () = unlock;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_lock_irq(l: *mut raw_spinlock_t) -> () = lock_irq;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_unlock_irq(l: *mut raw_spinlock_t) -> () = unlock_irq;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_lock_irqsave(l: *mut raw_spinlock_t) -> c_ulong = lock_save;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_unlock_irqrestore(l: *mut raw_spinlock_t, flags: c_ulong) -> () = unlock_restore;
    [any, supported, "locking::tests::spinlocks_exclude"]
    fn _raw_spin_trylock(l: *mut raw_spinlock_t) -> c_int = try_lock;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_read_lock(l: *mut rwlock_t) -> () = read_lock;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_read_unlock(l: *mut rwlock_t) -> () = read_unlock;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_write_lock(l: *mut rwlock_t) -> () = write_lock;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_write_unlock(l: *mut rwlock_t) -> () = write_unlock;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_read_trylock(l: *mut rwlock_t) -> c_int = read_try;
    [any, supported, "locking::tests::readers_share_and_writers_exclude"]
    fn _raw_write_trylock(l: *mut rwlock_t) -> c_int = write_try;
}

/// A word of a lock.
unsafe fn word<'a>(at: *mut u32) -> &'a AtomicU32 {
    // SAFETY: the caller's lock, touched only like this.
    unsafe { AtomicU32::from_ptr(at) }
}

/// Which CPU this is, plus one; on the host, which thread.
fn me() -> u32 {
    #[cfg(target_os = "none")]
    return u32::from(percpu::this_cpu().0) + 1;
    #[cfg(not(target_os = "none"))]
    (arch::cpu::percpu().addr() as u32 >> 4 | 1)
}

/// Takes the lock with preemption disabled. Context: any.
///
/// # Safety
/// `lock` is a lock that stays.
#[track_caller]
pub unsafe fn lock(lock: *mut raw_spinlock_t) {
    percpu::preempt_disable();
    // SAFETY: the caller's lock.
    unsafe { acquire(lock) };
}

unsafe fn acquire(lock: *mut raw_spinlock_t) {
    // SAFETY: the caller's lock.
    let (val, owner) = unsafe { (word(&raw mut (*lock).val), word(&raw mut (*lock).owner)) };
    while val.compare_exchange_weak(0, 1, Acquire, Relaxed).is_err() {
        if cfg!(debug_assertions) && val.load(Relaxed) != 0 && owner.load(Relaxed) == me() {
            context::fail(format_args!("the spinlock at {lock:p} is taken by the CPU that holds it"));
        }
        while val.load(Relaxed) != 0 {
            arch::cpu::relax();
        }
    }
    if cfg!(debug_assertions) {
        owner.store(me(), Relaxed);
    }
    held::took(lock.expose_provenance(), Mode::Spin);
}

unsafe fn release(lock: *mut raw_spinlock_t) {
    // SAFETY: the caller's lock.
    let (val, owner) = unsafe { (word(&raw mut (*lock).val), word(&raw mut (*lock).owner)) };
    if cfg!(debug_assertions) {
        if val.load(Relaxed) == 0 {
            context::fail(format_args!("the spinlock at {lock:p} is released but nobody holds it"));
        }
        owner.store(0, Relaxed);
    }
    held::gave(lock.expose_provenance(), Mode::Spin);
    val.store(0, Release);
}

/// Ends [`lock`]. Context: any.
///
/// # Safety
/// The caller holds the lock.
pub unsafe fn unlock(lock: *mut raw_spinlock_t) {
    // SAFETY: the caller's lock.
    unsafe { release(lock) };
    percpu::preempt_enable();
}

unsafe fn lock_irq(lock: *mut raw_spinlock_t) {
    // SAFETY: the caller's lock.
    unsafe { lock_save(lock) };
}

unsafe fn unlock_irq(lock: *mut raw_spinlock_t) {
    // SAFETY: the caller's lock.
    unsafe { unlock_restore(lock, 0) };
}

/// Takes the lock with interrupts masked; what [`unlock_restore`] wants. Context: any.
///
/// # Safety
/// `lock` is a lock that stays.
pub unsafe fn lock_save(lock: *mut raw_spinlock_t) -> c_ulong {
    let flags = context::save();
    percpu::preempt_disable();
    // SAFETY: the caller's lock.
    unsafe { acquire(lock) };
    flags
}

/// Ends [`lock_save`]. Context: any.
///
/// # Safety
/// The caller holds the lock.
pub unsafe fn unlock_restore(lock: *mut raw_spinlock_t, flags: c_ulong) {
    // SAFETY: the caller's lock.
    unsafe { release(lock) };
    context::restore(flags);
    percpu::preempt_enable();
}

pub(crate) unsafe fn try_lock(lock: *mut raw_spinlock_t) -> c_int {
    percpu::preempt_disable();
    // SAFETY: the caller's lock.
    unsafe {
        if word(&raw mut (*lock).val).compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
            if cfg!(debug_assertions) {
                word(&raw mut (*lock).owner).store(me(), Relaxed);
            }
            held::took(lock.expose_provenance(), Mode::Spin);
            return 1;
        }
    }
    percpu::preempt_enable();
    0
}

/// The bit of a writer.
const WRITER: u32 = 1 << 31;

unsafe fn counts<'a>(lock: *mut rwlock_t) -> &'a AtomicU32 {
    // SAFETY: the caller's lock.
    unsafe { word(&raw mut (*lock).cnts) }
}

pub(super) unsafe fn read_try(lock: *mut rwlock_t) -> c_int {
    percpu::preempt_disable();
    // SAFETY: the caller's lock.
    let counts = unsafe { counts(lock) };
    if counts.fetch_update(Acquire, Relaxed, |n| (n < WRITER - 1).then_some(n + 1)).is_ok() {
        held::took(lock.expose_provenance(), Mode::Read);
        return 1;
    }
    percpu::preempt_enable();
    0
}

pub(super) unsafe fn write_try(lock: *mut rwlock_t) -> c_int {
    percpu::preempt_disable();
    // SAFETY: the caller's lock.
    if unsafe { counts(lock) }.compare_exchange(0, WRITER, AcqRel, Relaxed).is_ok() {
        held::took(lock.expose_provenance(), Mode::Write);
        return 1;
    }
    percpu::preempt_enable();
    0
}

pub(super) unsafe fn read_lock(lock: *mut rwlock_t) {
    // SAFETY: the caller's lock.
    while unsafe { read_try(lock) } == 0 {
        arch::cpu::relax();
    }
}

pub(super) unsafe fn write_lock(lock: *mut rwlock_t) {
    // SAFETY: the caller's lock.
    while unsafe { write_try(lock) } == 0 {
        arch::cpu::relax();
    }
}

pub(super) unsafe fn read_unlock(lock: *mut rwlock_t) {
    held::gave(lock.expose_provenance(), Mode::Read);
    // SAFETY: the caller's lock.
    let before = unsafe { counts(lock) }.fetch_sub(1, Release);
    debug_assert!(before != 0 && before < WRITER, "read_unlock without read_lock, in {}", context::describe());
    percpu::preempt_enable();
}

pub(super) unsafe fn write_unlock(lock: *mut rwlock_t) {
    held::gave(lock.expose_provenance(), Mode::Write);
    // SAFETY: the caller's lock.
    let before = unsafe { counts(lock) }.swap(0, Release);
    debug_assert!(before == WRITER, "write_unlock without write_lock, in {}", context::describe());
    percpu::preempt_enable();
}

/// Releases a lock for whoever took it: its address, with its [`Mode`] in the low bits.
///
/// # Safety
/// It is held, and whoever holds it does not go on.
pub(super) unsafe fn force(noted: usize) {
    let at = |mode: Mode| core::ptr::with_exposed_provenance_mut::<u32>(noted - mode as usize);
    // SAFETY: a lock, which begins with its word; the caller's promise.
    unsafe {
        match noted & 3 {
            mode if mode == Mode::Read as usize => _ = word(at(Mode::Read)).fetch_sub(1, Release),
            mode if mode == Mode::Write as usize => word(at(Mode::Write)).store(0, Release),
            _ => {
                let lock = at(Mode::Spin).cast::<raw_spinlock_t>();
                word(&raw mut (*lock).owner).store(0, Relaxed);
                word(&raw mut (*lock).val).store(0, Release);
            }
        }
    }
}
