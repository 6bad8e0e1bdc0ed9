// SPDX-License-Identifier: GPL-2.0-only
//! Spinlocks: [`RawSpinLock`] for code that runs with interrupts masked, [`SpinLock`] for all other code.

#[cfg(debug_assertions)]
use crate::percpu;
use arch::irq::Flags;
use core::any::type_name;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
#[cfg(debug_assertions)]
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};
use spin::mutex::{SpinMutex, SpinMutexGuard};

/// Tells the CPU that it is in a spin loop.
struct Relax;

impl spin::RelaxStrategy for Relax {
    #[inline]
    fn relax() {
        arch::cpu::relax();
    }
}

/// A spinlock for code that runs with interrupts masked: exit path and interrupt handlers. Context: any, masked.
pub struct RawSpinLock<T: ?Sized> {
    owner: Owner,
    inner: SpinMutex<T, Relax>,
}

/// Holds a [`RawSpinLock`]. Stays on its CPU.
pub struct RawSpinLockGuard<'a, T: ?Sized> {
    owner: &'a Owner,
    inner: SpinMutexGuard<'a, T, Relax>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: shared references to the guard give out no more than `&T`.
unsafe impl<T: ?Sized + Sync> Sync for RawSpinLockGuard<'_, T> {}

impl<T> RawSpinLock<T> {
    /// An open lock around `value`.
    pub const fn new(value: T) -> Self {
        Self { owner: Owner::new(), inner: SpinMutex::new(value) }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.inner.into_inner()
    }
}

impl<T: ?Sized> RawSpinLock<T> {
    /// Waits for the lock. Context: any with interrupts masked, or a lock which no interrupt handler takes and with
    /// preemption disabled.
    #[inline]
    pub fn lock(&self) -> RawSpinLockGuard<'_, T> {
        #[cfg(target_os = "none")]
        debug_assert!(arch::irq::masked(), "RawSpinLock<{}> taken with interrupts open", type_name::<T>());
        self.owner.check(type_name::<T>());
        let inner = self.inner.lock();
        self.owner.set();
        RawSpinLockGuard { owner: &self.owner, inner, not_send: PhantomData }
    }

    /// Takes the lock if it is free. Context: as [`lock`](Self::lock).
    #[inline]
    pub fn try_lock(&self) -> Option<RawSpinLockGuard<'_, T>> {
        let inner = self.inner.try_lock()?;
        self.owner.set();
        Some(RawSpinLockGuard { owner: &self.owner, inner, not_send: PhantomData })
    }

    /// The value, which nobody else can see.
    pub fn get_mut(&mut self) -> &mut T {
        self.inner.get_mut()
    }
}

impl<T: ?Sized> Deref for RawSpinLockGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: ?Sized> DerefMut for RawSpinLockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: ?Sized> Drop for RawSpinLockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.owner.clear();
    }
}

/// A spinlock that masks interrupts, and so preemption, while it is held. Context: any; the holder must not sleep.
pub struct SpinLock<T: ?Sized> {
    raw: RawSpinLock<T>,
}

/// Holds a [`SpinLock`]; when it goes, the interrupt mask is as it was, and a due reschedule happens.
pub struct SpinLockGuard<'a, T: ?Sized> {
    raw: ManuallyDrop<RawSpinLockGuard<'a, T>>,
    flags: Flags,
}

impl<T> SpinLock<T> {
    /// An open lock around `value`.
    pub const fn new(value: T) -> Self {
        Self { raw: RawSpinLock::new(value) }
    }

    /// Takes the value out.
    pub fn into_inner(self) -> T {
        self.raw.into_inner()
    }
}

impl<T: ?Sized> SpinLock<T> {
    /// Masks interrupts and waits for the lock. Context: any.
    #[inline]
    pub fn lock(&self) -> SpinLockGuard<'_, T> {
        let flags = arch::irq::save();
        SpinLockGuard { raw: ManuallyDrop::new(self.raw.lock()), flags }
    }

    /// Calls `f` with the lock held, for paths on which each instruction counts: nothing is called to give the lock back. Context:
    /// any.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let mut guard = ManuallyDrop::new(self.lock());
        let result = f(&mut guard);
        guard.release();
        result
    }

    /// Takes the lock if it is free. Context: any.
    #[inline]
    pub fn try_lock(&self) -> Option<SpinLockGuard<'_, T>> {
        let flags = arch::irq::save();
        match self.raw.try_lock() {
            Some(raw) => Some(SpinLockGuard { raw: ManuallyDrop::new(raw), flags }),
            None => {
                arch::irq::restore(flags);
                None
            }
        }
    }

    /// The value, which nobody else can see.
    pub fn get_mut(&mut self) -> &mut T {
        self.raw.get_mut()
    }
}

impl<T: Default> Default for SpinLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: ?Sized> Deref for SpinLockGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.raw
    }
}

impl<T: ?Sized> DerefMut for SpinLockGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.raw
    }
}

impl<T: ?Sized> SpinLockGuard<'_, T> {
    /// Gives the lock back: what dropping the guard does, which must not happen besides.
    #[inline(always)]
    fn release(&mut self) {
        // SAFETY: once for each guard, which is not used again.
        unsafe { ManuallyDrop::drop(&mut self.raw) };
        arch::irq::restore(self.flags);
        crate::sched::preempt_if_needed();
    }
}

impl<T: ?Sized> Drop for SpinLockGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.release();
    }
}

/// Which CPU holds a lock; known in debug builds only.
struct Owner {
    #[cfg(debug_assertions)]
    cpu: AtomicPtr<()>,
}

#[cfg(debug_assertions)]
impl Owner {
    const fn new() -> Self {
        Self { cpu: AtomicPtr::new(percpu::NO_TOKEN) }
    }

    #[track_caller]
    fn check(&self, name: &str) {
        if self.cpu.load(Relaxed) == percpu::token() {
            panic!("CPU {} takes the spinlock of {name} which it holds", percpu::this_cpu());
        }
    }

    fn set(&self) {
        self.cpu.store(percpu::token(), Relaxed);
        let count = &percpu::this_block().preempt_count;
        count.store(count.load(Relaxed) + 1, Relaxed);
    }

    fn clear(&self) {
        self.cpu.store(percpu::NO_TOKEN, Relaxed);
        let count = &percpu::this_block().preempt_count;
        count.store(count.load(Relaxed) - 1, Relaxed);
    }
}

#[cfg(not(debug_assertions))]
impl Owner {
    const fn new() -> Self {
        Self {}
    }

    #[inline]
    fn check(&self, _name: &str) {}

    #[inline]
    fn set(&self) {}

    #[inline]
    fn clear(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use std::thread;

    #[test]
    fn counts_of_many_threads_add_up() {
        let lock = Arc::new(SpinLock::new(0u32));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let lock = Arc::clone(&lock);
                thread::spawn(move || (0..1000).for_each(|_| *lock.lock() += 1))
            })
            .collect();
        threads.into_iter().for_each(|t| t.join().unwrap());
        assert_eq!(*lock.lock(), 4000);
    }

    #[test]
    fn masks_interrupts_while_held_and_nests() {
        let (a, b) = (SpinLock::new(()), SpinLock::new(()));
        assert!(!arch::irq::masked());
        let first = a.lock();
        let second = b.lock();
        assert!(arch::irq::masked());
        drop(second);
        assert!(arch::irq::masked());
        assert!(a.try_lock().is_none());
        drop(first);
        assert!(!arch::irq::masked());
        assert!(!percpu::in_atomic_context());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "takes the spinlock of alloc::string::String which it holds")]
    fn recursion_is_a_panic_that_names_the_type() {
        let lock = SpinLock::new(alloc::string::String::new());
        let _held = lock.lock();
        let _again = lock.lock();
    }
}
