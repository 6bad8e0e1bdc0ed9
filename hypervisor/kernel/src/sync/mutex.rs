// SPDX-License-Identifier: GPL-2.0-only
//! A lock whose waiters sleep.

use super::WaitQueue;
use crate::percpu;
use crate::sched;
use core::any::type_name;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};

/// Mutual exclusion among orphan vCPUs; a waiter sleeps, a holder may sleep. There is no priority inheritance.
///
/// Debug builds panic where a vCPU takes a mutex that it holds, and where one is taken in atomic context.
pub struct Mutex<T: ?Sized> {
    locked: AtomicBool,
    /// Id of the vCPU that holds it, plus one; debug builds only.
    holder: AtomicU32,
    waiters: WaitQueue,
    value: UnsafeCell<T>,
}

// SAFETY: the lock gives out one reference at a time.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

/// Counts the mutexes that the running vCPU holds.
#[inline(never)]
fn count(by: i32) {
    if let Some(me) = sched::try_current() {
        me.mutexes.store(me.mutexes.load(Relaxed).wrapping_add_signed(by), Relaxed);
    }
}

/// How many mutexes the running vCPU holds; 0 while a CPU boots. Context: any.
pub fn mutexes_held() -> u32 {
    sched::try_current().map_or(0, |me| me.mutexes.load(Relaxed))
}

/// Holds a [`Mutex`].
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    not_send: PhantomData<*const ()>,
}

impl<T> Mutex<T> {
    /// An open mutex around `value`.
    pub const fn new(value: T) -> Self {
        Self {
            locked: AtomicBool::new(false),
            holder: AtomicU32::new(0),
            waiters: WaitQueue::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Sleeps until the mutex is free, then takes it. Context: orphan vCPUs; may sleep. While a CPU boots (it has no
    /// vCPU to put to sleep) this spins.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        match sched::try_current() {
            Some(me) if !me.is_idle() => {
                sched::might_sleep();
                if cfg!(debug_assertions) && self.holder.load(Relaxed) == me.id() + 1 {
                    panic!("vCPU {} takes the mutex of {} which it holds", me.name(), type_name::<T>());
                }
                if !self.acquire() {
                    self.waiters.wait_until(|| self.acquire());
                }
                if cfg!(debug_assertions) {
                    self.holder.store(me.id() + 1, Relaxed);
                }
            }
            _ => {
                self.assert_no_interrupt();
                while !self.acquire() {
                    arch::cpu::relax();
                }
            }
        }
        count(1);
        MutexGuard { mutex: self, not_send: PhantomData }
    }

    /// Takes the mutex if it is free. Context: any but interrupt handlers.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.assert_no_interrupt();
        if !self.acquire() {
            return None;
        }
        if cfg!(debug_assertions) {
            self.holder.store(sched::try_current().map_or(0, |me| me.id() + 1), Relaxed);
        }
        count(1);
        Some(MutexGuard { mutex: self, not_send: PhantomData })
    }

    #[inline]
    fn assert_no_interrupt(&self) {
        let depth = percpu::this_block().irq_depth.load(Relaxed);
        debug_assert!(depth == 0, "the mutex of {} in an interrupt handler", type_name::<T>());
    }

    #[inline]
    fn acquire(&self) -> bool {
        self.locked.compare_exchange(false, true, Acquire, Relaxed).is_ok()
    }

    /// The value, which nobody else can see.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the guard holds the mutex.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the mutex.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        count(-1);
        if cfg!(debug_assertions) {
            self.mutex.holder.store(0, Relaxed);
        }
        self.mutex.locked.store(false, Release);
        self.mutex.waiters.wake_one();
    }
}
