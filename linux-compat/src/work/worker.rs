// SPDX-License-Identifier: GPL-2.0-only
//! `kthread_worker`: a task that does one piece of work after the other, in the driver's own structures.

use super::{kthread, task};
use crate::bindings::{kthread_delayed_work, kthread_work, kthread_worker, raw_spinlock_t, timer_list};
use crate::context::{self, Role};
use crate::errno::Errno;
use crate::locking::{List, lock_save, unlock_restore};
use crate::time::{jiffies, timer};
use core::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;
use kernel::sync::WaitQueue;

crate::exports! {
    family "work";
    [any, supported, "work::tests::kthread_workers"]
    fn kthread_init_worker(worker: *mut kthread_worker) -> () = init;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_worker_fn(worker: *mut c_void) -> c_int = run;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn fv_kthread_create_worker(name: *mut c_char) -> *mut kthread_worker = create;
    [any, supported, "work::tests::kthread_workers"]
    fn kthread_queue_work(worker: *mut kthread_worker, work: *mut kthread_work) -> bool = queue;
    [any, supported, "work::tests::kthread_workers"]
    fn kthread_queue_delayed_work(worker: *mut kthread_worker, work: *mut kthread_delayed_work, delay: c_ulong) -> bool = queue_delayed;
    [any, supported, "work::tests::kthread_workers"]
    fn kthread_mod_delayed_work(worker: *mut kthread_worker, work: *mut kthread_delayed_work, delay: c_ulong) -> bool = modify_delayed;
    [any, supported, "work::tests::kthread_workers"]
    fn kthread_delayed_work_timer_fn(t: *mut timer_list) -> () = delay_over;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_flush_work(work: *mut kthread_work) -> () = flush_work;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_flush_worker(worker: *mut kthread_worker) -> () = flush;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_cancel_work_sync(work: *mut kthread_work) -> bool = cancel;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_cancel_delayed_work_sync(work: *mut kthread_delayed_work) -> bool = cancel_delayed;
    [sleeps, supported, "work::tests::kthread_workers"]
    fn kthread_destroy_worker(worker: *mut kthread_worker) -> () = destroy;
}

/// All workers share these: work comes; work has ended.
static FILLED: WaitQueue = WaitQueue::new();
static DONE: WaitQueue = WaitQueue::new();

/// Has workers look whether they are to end.
pub(super) fn wake_all() {
    FILLED.wake_all();
}

fn ring(worker: *mut kthread_worker) -> List {
    List(worker.wrapping_byte_add(offset_of!(kthread_worker, work_list)).cast())
}

fn node(work: *mut kthread_work) -> List {
    List(work.wrapping_byte_add(offset_of!(kthread_work, node)).cast())
}

pub(super) unsafe fn locked<T>(worker: *mut kthread_worker, f: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's worker.
    unsafe {
        let lock: *mut raw_spinlock_t = &raw mut (*worker).lock;
        let flags = lock_save(lock);
        let result = f();
        unlock_restore(lock, flags);
        result
    }
}

pub(super) unsafe fn init(worker: *mut kthread_worker) {
    // SAFETY: the caller's worker.
    unsafe {
        worker.write_bytes(0, 1);
        ring(worker).init();
        List(&raw mut (*worker).delayed_work_list).init();
    }
}

extern "C" fn run_pointer(worker: *mut c_void) -> c_int {
    // SAFETY: given with the worker.
    unsafe { run(worker) }
}

/// `name` is memory of `kmalloc`, which is given up.
pub(super) unsafe fn create(name: *mut c_char) -> *mut kthread_worker {
    // SAFETY: the C entry point's string; new memory of that size.
    unsafe {
        let worker = crate::slab::kmalloc(size_of::<kthread_worker>(), 0).cast::<kthread_worker>();
        if worker.is_null() {
            crate::slab::kfree(name.cast());
            return Errno::ENOMEM.to_ptr();
        }
        init(worker);
        let task = kthread::make(Some(run_pointer), worker.cast(), CStr::from_ptr(name));
        crate::slab::kfree(name.cast());
        if let Err(error) = Errno::check_ptr(task) {
            crate::slab::kfree(worker.cast());
            return error.to_ptr();
        }
        (*worker).task = task;
        task::wake_process(task);
        worker
    }
}

/// The worker's life, until `kthread_stop`.
pub(super) unsafe fn run(worker: *mut c_void) -> c_int {
    let worker = worker.cast::<kthread_worker>();
    // SAFETY: the driver's worker, which stays until this ends.
    unsafe {
        if (*worker).task.is_null() {
            (*worker).task = task::current();
        }
        loop {
            let mut work: *mut kthread_work = null_mut();
            FILLED.wait_until(|| {
                work = locked(worker, || take(worker));
                !work.is_null() || kthread::should_stop()
            });
            if work.is_null() {
                return 0;
            }
            if let Some(func) = (*work).func {
                context::run(Role::Kthread, (*(*worker).task).comm.as_ptr(), func as usize, (), || func(work));
            }
            locked(worker, || (*worker).current_work = null_mut());
            DONE.wake_all();
        }
    }
}

pub(super) unsafe fn take(worker: *mut kthread_worker) -> *mut kthread_work {
    // SAFETY: the worker's ring, with its lock held.
    unsafe {
        let Some(first) = ring(worker).first() else { return null_mut() };
        first.remove();
        let work = first.0.wrapping_byte_sub(offset_of!(kthread_work, node)).cast::<kthread_work>();
        (*worker).current_work = work;
        work
    }
}

pub(super) unsafe fn timer_of<'a>(work: *mut kthread_delayed_work) -> &'a timer_list {
    // SAFETY: the caller's work.
    unsafe { &(*work).timer }
}

pub(super) unsafe fn queue(worker: *mut kthread_worker, work: *mut kthread_work) -> bool {
    // SAFETY: the caller's worker and work.
    let queued = unsafe {
        locked(worker, || {
            let free = node(work).is_empty() && (*work).canceling == 0;
            if free {
                (*work).worker = worker;
                ring(worker).push(node(work));
            }
            free
        })
    };
    if queued {
        FILLED.wake_all();
    }
    queued
}

pub(super) unsafe fn queue_delayed(worker: *mut kthread_worker, work: *mut kthread_delayed_work, delay: c_ulong) -> bool {
    // SAFETY: the caller's worker and work.
    unsafe {
        if delay == 0 {
            return queue(worker, &raw mut (*work).work);
        }
        let free = locked(worker, || {
            let w = &raw mut (*work).work;
            let free = node(w).is_empty() && (*w).canceling == 0 && timer_of(work).entry.next.is_null();
            if free {
                (*w).worker = worker;
            }
            free
        });
        if free {
            timer::modify(&raw mut (*work).timer, jiffies() + delay);
        }
        free
    }
}

pub(super) unsafe fn modify_delayed(worker: *mut kthread_worker, work: *mut kthread_delayed_work, delay: c_ulong) -> bool {
    // SAFETY: the caller's worker and work.
    unsafe {
        let mut was = timer::delete(&raw mut (*work).timer) != 0;
        was |= unqueue(worker, &raw mut (*work).work);
        queue_delayed(worker, work, delay);
        was
    }
}

pub(super) unsafe fn delay_over(t: *mut timer_list) {
    let work = t.wrapping_byte_sub(offset_of!(kthread_delayed_work, timer)).cast::<kthread_delayed_work>();
    // SAFETY: the timer of a delayed work, which stays while it is armed.
    unsafe { queue((*work).work.worker, &raw mut (*work).work) };
}

pub(super) unsafe fn unqueue(worker: *mut kthread_worker, work: *mut kthread_work) -> bool {
    // SAFETY: the caller's worker and work.
    unsafe {
        locked(worker, || {
            let was = !node(work).is_empty();
            if was {
                node(work).remove();
            }
            was
        })
    }
}

/// Whether it neither waits nor runs.
pub(super) unsafe fn is_idle(worker: *mut kthread_worker, work: *mut kthread_work) -> bool {
    // SAFETY: the caller's worker and work.
    unsafe { locked(worker, || node(work).is_empty() && (*worker).current_work != work) }
}

pub(super) unsafe fn flush_work(work: *mut kthread_work) {
    // SAFETY: the caller's work.
    unsafe {
        let worker = (*work).worker;
        if !worker.is_null() {
            DONE.wait_until(|| is_idle(worker, work));
        }
    }
}

pub(super) unsafe fn flush(worker: *mut kthread_worker) {
    // SAFETY: the caller's worker.
    DONE.wait_until(|| unsafe { locked(worker, || ring(worker).is_empty() && (*worker).current_work.is_null()) });
}

pub(super) unsafe fn cancel(work: *mut kthread_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let worker = (*work).worker;
        if worker.is_null() {
            return false;
        }
        locked(worker, || (*work).canceling += 1);
        let was = unqueue(worker, work);
        if (*worker).task != task::current() {
            DONE.wait_until(|| is_idle(worker, work));
        }
        locked(worker, || (*work).canceling -= 1);
        was
    }
}

pub(super) unsafe fn cancel_delayed(work: *mut kthread_delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let was = timer::delete_sync(&raw mut (*work).timer) != 0;
        cancel(&raw mut (*work).work) || was
    }
}

pub(super) unsafe fn destroy(worker: *mut kthread_worker) {
    // SAFETY: the caller's worker, made by `create`.
    unsafe {
        flush(worker);
        let task = (*worker).task;
        kthread::request_stop(task);
        FILLED.wake_all();
        kthread::stop(task);
        crate::slab::kfree(worker.cast());
    }
}
