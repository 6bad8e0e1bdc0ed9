// SPDX-License-Identifier: GPL-2.0-only
//! Locks and waits on two fake CPUs.

use super::*;
use crate::bindings;
use crate::machine::{machine, poll};
use core::mem::zeroed;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// A structure of C's that tests share.
struct Shared<T>(core::cell::UnsafeCell<T>);
// SAFETY: the functions under test see to it.
unsafe impl<T> Sync for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Shared<T> {}

impl<T> Shared<T> {
    /// All zero, for good.
    fn new() -> &'static Self {
        // SAFETY: every structure here may be all zero.
        Box::leak(Box::new(Shared(core::cell::UnsafeCell::new(unsafe { zeroed() }))))
    }

    fn get(&self) -> *mut T {
        self.0.get()
    }
}

fn ring(wq: *mut bindings::wait_queue_head) {
    // SAFETY: a queue of the test's own.
    unsafe { List(&raw mut (*wq).head).init() };
}

#[test]
fn spinlocks_exclude() {
    let machine = machine();
    let (lock, count) = (Shared::<bindings::raw_spinlock_t>::new(), Shared::<u64>::new());
    let add = move || {
        for _ in 0..500 {
            // SAFETY: the counter, under its lock.
            unsafe {
                let flags = lock_save(lock.get());
                *count.get() += 1;
                unlock_restore(lock.get(), flags);
            }
        }
        kernel::percpu::in_atomic_context()
    };
    let (a, b) = (machine.start_on(0, add), machine.start_on(1, add));
    assert!(!a.get() && !b.get());
    // SAFETY: nobody else is left.
    unsafe {
        assert_eq!(*count.get(), 1000);
        assert_eq!(spin::try_lock(lock.get()), 1);
        assert_eq!(spin::try_lock(lock.get()), 0);
        spin_unlock(lock.get());
    }
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "taken by the CPU that holds it")]
fn a_lock_taken_twice_is_caught() {
    let lock = Shared::<bindings::raw_spinlock_t>::new();
    // SAFETY: that is what is tried.
    unsafe {
        spin_lock(lock.get());
        spin_lock(lock.get());
    }
}

#[test]
fn readers_share_and_writers_exclude() {
    let lock = Shared::<bindings::rwlock_t>::new();
    // SAFETY: a lock of the test's own.
    unsafe {
        spin::read_lock(lock.get());
        assert_eq!(spin::read_try(lock.get()), 1);
        assert_eq!(spin::write_try(lock.get()), 0);
        spin::read_unlock(lock.get());
        spin::read_unlock(lock.get());
        spin::write_lock(lock.get());
        assert_eq!(spin::read_try(lock.get()), 0);
        spin::write_unlock(lock.get());
    }
    assert!(!kernel::percpu::in_atomic_context());
}

#[test]
fn mutexes_exclude() {
    let machine = machine();
    let (lock, count) = (Shared::<bindings::mutex>::new(), Shared::<u64>::new());
    // SAFETY: a mutex of the test's own.
    ring(unsafe { &raw mut (*lock.get()).wait });
    let add = move || {
        for _ in 0..50 {
            // SAFETY: the counter, under its lock; it changes hands in the middle.
            unsafe {
                mutex_lock(lock.get());
                let seen = *count.get();
                kernel::sched::yield_now();
                poll();
                *count.get() = seen + 1;
                mutex_unlock(lock.get());
            }
        }
    };
    let (a, b, c) = (machine.start_on(0, add), machine.start_on(1, add), machine.start_on(1, add));
    [a, b, c].into_iter().for_each(|one| one.get());
    // SAFETY: nobody else is left.
    assert_eq!(unsafe { *count.get() }, 150);
}

#[test]
#[should_panic(expected = "taken by the task that holds it")]
fn a_mutex_taken_twice_is_caught() {
    let machine = machine();
    machine.run(|| {
        let lock = Shared::<bindings::mutex>::new();
        // SAFETY: that is what is tried.
        unsafe {
            ring(&raw mut (*lock.get()).wait);
            mutex_lock(lock.get());
            mutex_lock(lock.get());
        }
    });
}

#[test]
fn completions() {
    let machine = machine();
    let done = Shared::<bindings::completion>::new();
    // SAFETY: a completion of the test's own.
    unsafe {
        ring(&raw mut (*done.get()).wait);
        assert!(!complete::try_wait(done.get()));
        let waiter = machine.start_on(1, move || complete::wait_timeout(done.get(), 20_000));
        machine.interrupt(0, move || complete::complete(done.get()));
        let left = waiter.get();
        assert!(left > 0 && left <= 20_000, "{left}");
        assert_eq!(machine.run(move || complete::wait_timeout(done.get(), 5)), 0, "it was taken");
        let waiters: Vec<_> = (0..4).map(|n| machine.start_on(n % 2, move || complete::wait(done.get()))).collect();
        machine.interrupt(1, move || complete::complete_all(done.get()));
        waiters.into_iter().for_each(|waiter| waiter.get());
        assert!(complete::try_wait(done.get()), "for all that come");
    }
}

#[test]
fn semaphores() {
    let machine = machine();
    let sem = Shared::<bindings::semaphore>::new();
    // SAFETY: a semaphore of the test's own.
    unsafe {
        ring(&raw mut (*sem.get()).wait);
        (*sem.get()).count = 1;
        assert_eq!(complete::down_try(sem.get()), 0);
        assert_eq!(complete::down_try(sem.get()), 1);
        assert_eq!(machine.run(move || complete::down_timeout(sem.get(), 3)), -62);
        let waiter = machine.start_on(1, move || complete::down(sem.get()));
        complete::up(sem.get());
        waiter.get();
    }
}

#[test]
fn rwsems() {
    let machine = machine();
    let sem = Shared::<bindings::rw_semaphore>::new();
    let value = Shared::<u64>::new();
    // SAFETY: a lock of the test's own.
    ring(unsafe { &raw mut (*sem.get()).wait });
    let write = move || {
        for _ in 0..30 {
            // SAFETY: the value, under its lock.
            unsafe {
                rwsem::down_write(sem.get());
                let seen = *value.get();
                kernel::sched::yield_now();
                *value.get() = seen + 1;
                rwsem::up_write(sem.get());
            }
        }
    };
    let read = move || {
        for _ in 0..30 {
            // SAFETY: the value, under its lock.
            unsafe {
                rwsem::down_read(sem.get());
                let seen = *value.get();
                kernel::sched::yield_now();
                assert_eq!(*value.get(), seen);
                rwsem::up_read(sem.get());
            }
        }
    };
    let all = [machine.start_on(0, write), machine.start_on(1, write)];
    let readers = [machine.start_on(0, read), machine.start_on(1, read)];
    all.into_iter().for_each(|one| one.get());
    readers.into_iter().for_each(|one| one.get());
    // SAFETY: nobody else is left.
    unsafe {
        assert_eq!(*value.get(), 60);
        assert_eq!(rwsem::try_write(sem.get()), 1);
        assert_eq!(rwsem::try_read(sem.get()), 0);
    }
}

#[test]
fn waiters_wake_in_order() {
    let machine = machine();
    static WOKEN: AtomicU32 = AtomicU32::new(0);
    let wq = Shared::<bindings::wait_queue_head>::new();
    ring(wq.get());
    let wait = move || {
        // SAFETY: the queue, and an entry on this stack.
        unsafe {
            let mut entry: bindings::wait_queue_entry = zeroed();
            wait::init_entry(&mut entry, bindings::WQ_FLAG_EXCLUSIVE as i32);
            wait::prepare_event(wq.get(), &mut entry, bindings::TASK_UNINTERRUPTIBLE as i32);
            crate::work::task::schedule();
            WOKEN.fetch_add(1, SeqCst);
            wait::finish(wq.get(), &mut entry);
        }
    };
    let waiters: Vec<_> = (0..3).map(|_| machine.start_on(1, wait)).collect();
    // SAFETY: the queue.
    let queued = || unsafe {
        let head = List(&raw mut (*wq.get()).head);
        let (mut n, mut at) = (0, head.next());
        while at != head {
            (n, at) = (n + 1, at.next());
        }
        n
    };
    while machine.run(queued) < 3 {}
    // SAFETY: the queue.
    let wake = move |mode, nr| machine_wake(wq, mode, nr);
    assert_eq!(machine.interrupt(0, move || wake(bindings::TASK_INTERRUPTIBLE, 1)), 0, "not in that state");
    assert_eq!(machine.interrupt(0, move || wake(bindings::TASK_NORMAL, 1)), 1);
    while WOKEN.load(SeqCst) < 1 {
        std::thread::yield_now();
    }
    assert_eq!(machine.interrupt(0, move || wake(bindings::TASK_NORMAL, 0)), 2);
    waiters.into_iter().for_each(|one| one.get());
    assert_eq!(WOKEN.load(SeqCst), 3);
}

fn machine_wake(wq: &'static Shared<bindings::wait_queue_head>, mode: u32, nr: i32) -> i32 {
    // SAFETY: a queue of the test's own.
    unsafe { wake(wq.get(), mode, nr, core::ptr::null_mut()) }
}

#[test]
fn reference_counts() {
    let count = Shared::<bindings::refcount_t>::new();
    // SAFETY: a counter of the test's own.
    unsafe {
        (*count.get()).refs.counter = 2;
        assert!(refcount::dec_not_one(count.get()));
        assert!(!refcount::dec_not_one(count.get()));
        assert!(refcount::dec_if_one(count.get()));
        refcount::broken(count.get());
        assert!((*count.get()).refs.counter < 0);
    }
}

#[test]
fn rcu_waits_for_readers() {
    let machine = machine();
    static STEP: AtomicU32 = AtomicU32::new(0);
    let reader = machine.start_on(1, || {
        kernel::percpu::preempt_disable();
        STEP.store(1, SeqCst);
        for _ in 0..200 {
            poll();
        }
        let seen = STEP.load(SeqCst);
        kernel::percpu::preempt_enable();
        seen
    });
    while STEP.load(SeqCst) == 0 {
        std::thread::yield_now();
    }
    machine.run(|| {
        rcu::synchronize();
        STEP.store(2, SeqCst);
    });
    assert_eq!(reader.get(), 1, "the writer went on while the reader read");
}

#[test]
fn srcu_waits_for_readers() {
    let machine = machine();
    let srcu = Shared::<bindings::srcu_struct>::new();
    // SAFETY: a structure of the test's own.
    unsafe {
        srcu::init(srcu.get());
        let index = srcu::read_lock(srcu.get());
        let writer = machine.start_on(1, move || srcu::synchronize(srcu.get()));
        machine.run(|| kernel::sched::sleep_ns(3_000_000));
        srcu::read_unlock(srcu.get(), index);
        writer.get();
    }
}
