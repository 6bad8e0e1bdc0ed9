// SPDX-License-Identifier: GPL-2.0-only
//! Work queues: one ring of pending work for all, and a pool of workers that grows as long as all of them sleep.
//!
//! A queue says how much of its work runs at once; the same work never runs twice at once. Queues that must make
//! progress when there is no memory for workers (`WQ_MEM_RECLAIM`) have a worker of their own. A work's `data` holds
//! whether it is pending, how often it is disabled, and a number that tells its queuings apart.

use super::pool::*;
use super::softirq;
use super::task::PRIORITY;
use crate::bindings::{
    __WQ_ORDERED, WORK_BUSY_PENDING, WORK_BUSY_RUNNING, WQ_BH, WQ_MEM_RECLAIM, delayed_work,
    rcu_work, timer_list, work_struct, workqueue_struct,
};
use crate::time::timer;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{c_char, c_int, c_uint, c_ulong};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::Relaxed;
use kernel::sched::{self, Params};
use kernel::sync::SpinLock;

crate::exports! {
    family "work";
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn fv_alloc_workqueue(name: *mut c_char, flags: c_uint, max_active: c_int) -> *mut workqueue_struct = alloc;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn destroy_workqueue(wq: *mut workqueue_struct) -> () = destroy;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn queue_work_on(cpu: c_int, wq: *mut workqueue_struct, work: *mut work_struct) -> bool = queue;
    [any, supported, "work::tests::delayed_work_waits"]
    fn queue_delayed_work_on(cpu: c_int, wq: *mut workqueue_struct, work: *mut delayed_work, delay: c_ulong) -> bool = queue_delayed;
    [any, supported, "work::tests::delayed_work_waits"]
    fn mod_delayed_work_on(cpu: c_int, wq: *mut workqueue_struct, work: *mut delayed_work, delay: c_ulong) -> bool = modify_delayed;
    [any, supported, "work::tests::delayed_work_waits"]
    fn delayed_work_timer_fn(t: *mut timer_list) -> () = delay_over;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn queue_rcu_work(wq: *mut workqueue_struct, work: *mut rcu_work) -> bool = queue_rcu;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn work_pending(work: *mut work_struct) -> bool = pending;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn work_busy(work: *mut work_struct) -> c_uint = busy;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn __flush_workqueue(wq: *mut workqueue_struct) -> () = flush_queue;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn drain_workqueue(wq: *mut workqueue_struct) -> () = drain;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn flush_work(work: *mut work_struct) -> bool = flush;
    [sleeps, supported, "work::tests::delayed_work_waits"]
    fn flush_delayed_work(work: *mut delayed_work) -> bool = flush_delayed;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn flush_rcu_work(work: *mut rcu_work) -> bool = flush_rcu;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn cancel_work(work: *mut work_struct) -> bool = cancel;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn cancel_work_sync(work: *mut work_struct) -> bool = cancel_sync;
    [any, supported, "work::tests::delayed_work_waits"]
    fn cancel_delayed_work(work: *mut delayed_work) -> bool = cancel_delayed;
    [sleeps, supported, "work::tests::delayed_work_waits"]
    fn cancel_delayed_work_sync(work: *mut delayed_work) -> bool = cancel_delayed_sync;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn disable_work(work: *mut work_struct) -> bool = disable;
    [sleeps, supported, "work::tests::work_runs_and_is_cancelled"]
    fn disable_work_sync(work: *mut work_struct) -> bool = disable_sync;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn enable_work(work: *mut work_struct) -> bool = enable;
    [any, supported, "work::tests::delayed_work_waits"]
    fn disable_delayed_work(work: *mut delayed_work) -> bool = disable_delayed;
    [sleeps, supported, "work::tests::delayed_work_waits"]
    fn disable_delayed_work_sync(work: *mut delayed_work) -> bool = disable_delayed_sync;
    [any, supported, "work::tests::delayed_work_waits"]
    fn enable_delayed_work(work: *mut delayed_work) -> bool = enable_delayed;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn workqueue_set_max_active(wq: *mut workqueue_struct, max_active: c_int) -> () = set_max_active;
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    fn current_work() -> *mut work_struct = current;
}

crate::exports_data! {
    family "work";
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_highpri_wq: *mut workqueue_struct = (&raw const FIRST).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_long_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_unbound_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_freezable_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_power_efficient_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_freezable_power_efficient_wq: *mut workqueue_struct = (&raw const SYSTEM).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_bh_wq: *mut workqueue_struct = (&raw const SOFT).cast_mut().cast();
    [any, supported, "work::tests::work_runs_and_is_cancelled"]
    static system_bh_highpri_wq: *mut workqueue_struct = (&raw const SOFT).cast_mut().cast();
}

/// `name` is memory of `kmalloc`, which is given up.
unsafe fn alloc(name: *mut c_char, flags: c_uint, max_active: c_int) -> *mut workqueue_struct {
    let most = match max_active {
        _ if flags & __WQ_ORDERED != 0 => 1,
        ..=0 => 256,
        n => n as u64,
    };
    let queue: &'static Queue = Box::leak(Box::new(Queue::new(flags, most)));
    // SAFETY: the C entry point's string.
    let text = unsafe { core::ffi::CStr::from_ptr(name) }.to_string_lossy().into_owned();
    // SAFETY: as above.
    unsafe { crate::slab::kfree(name.cast()) };
    if flags & WQ_MEM_RECLAIM != 0 && flags & WQ_BH == 0 {
        let id = add_worker(true);
        let of = core::ptr::from_ref(queue).addr();
        let params = Params::with_priority(PRIORITY);
        if sched::spawn(&text, params, move || serve(id, core::ptr::without_provenance(of))).is_err() {
            POOL.lock().workers.retain(|w| w.id != id);
            // SAFETY: nobody has seen it.
            drop(unsafe { Box::from_raw(core::ptr::from_ref(queue).cast_mut()) });
            return null_mut();
        }
        note_own(queue, id);
    }
    core::ptr::from_ref(queue).cast_mut().cast()
}

/// Which worker belongs to which queue.
static OWN: SpinLock<Vec<(usize, u32)>> = SpinLock::new(Vec::new());

fn note_own(queue: &Queue, id: u32) {
    OWN.lock().push((core::ptr::from_ref(queue).addr(), id));
}

unsafe fn destroy(wq: *mut workqueue_struct) {
    // SAFETY: the caller's queue.
    unsafe { drain(wq) };
    let own = {
        let mut own = OWN.lock();
        own.iter().position(|&(queue, _)| queue == wq.addr()).map(|i| own.swap_remove(i).1)
    };
    if let Some(own) = own {
        POOL.lock().workers.retain(|w| w.id != own);
        FILLED.wake_all();
    }
    // SAFETY: made by `alloc`; nothing of it is pending or runs.
    drop(unsafe { Box::from_raw(wq.cast::<Queue>()) });
}

pub(super) unsafe fn queue(_cpu: c_int, wq: *mut workqueue_struct, work: *mut work_struct) -> bool {
    {
        let mut pool = POOL.lock();
        // SAFETY: the caller's queue and work.
        unsafe {
            if !pool.mark(wq, work) {
                return false;
            }
            pool.push(work);
        }
    }
    // SAFETY: the caller's queue.
    unsafe { notify(wq) };
    true
}

pub(super) unsafe fn queue_delayed(
    _cpu: c_int,
    wq: *mut workqueue_struct,
    work: *mut delayed_work,
    delay: c_ulong,
) -> bool {
    // SAFETY: the caller's queue and work.
    unsafe {
        if delay == 0 {
            return queue(0, wq, &raw mut (*work).work);
        }
        {
            let mut pool = POOL.lock();
            if !pool.mark(wq, &raw mut (*work).work) {
                return false;
            }
            (*work).wq = wq;
        }
        timer::modify(&raw mut (*work).timer, crate::time::jiffies() + delay);
    }
    true
}

pub(super) unsafe fn delay_over(t: *mut timer_list) {
    let work = t.wrapping_byte_sub(offset_of!(delayed_work, timer)).cast::<delayed_work>();
    // SAFETY: the timer of a delayed work, which stays while it is armed.
    unsafe {
        let wq = (*work).wq;
        POOL.lock().push(&raw mut (*work).work);
        notify(wq);
    }
}

/// Ends the delay; whether it was running.
unsafe fn end_delay(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        if (*work).timer.entry.next.is_null() || timer::delete(&raw mut (*work).timer) == 0 {
            return false;
        }
        data(&raw mut (*work).work).fetch_and(!PENDING, Relaxed);
    }
    true
}

unsafe fn modify_delayed(cpu: c_int, wq: *mut workqueue_struct, work: *mut delayed_work, delay: c_ulong) -> bool {
    // SAFETY: the caller's.
    unsafe {
        let was = cancel_delayed(work);
        queue_delayed(cpu, wq, work, delay);
        was
    }
}

unsafe extern "C" fn rcu_over(head: *mut crate::bindings::callback_head) {
    let work = head.wrapping_byte_sub(offset_of!(rcu_work, rcu)).cast::<rcu_work>();
    // SAFETY: given to `queue_rcu`, and marked.
    unsafe {
        let wq = (*work).wq;
        POOL.lock().push(&raw mut (*work).work);
        notify(wq);
    }
}

unsafe fn queue_rcu(wq: *mut workqueue_struct, work: *mut rcu_work) -> bool {
    // SAFETY: the caller's.
    unsafe {
        {
            let mut pool = POOL.lock();
            if !pool.mark(wq, &raw mut (*work).work) {
                return false;
            }
            (*work).wq = wq;
        }
        crate::locking::call_rcu(&raw mut (*work).rcu, Some(rcu_over));
    }
    true
}

pub(super) unsafe fn pending(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    unsafe { data(work) }.load(Relaxed) & PENDING != 0
}

unsafe fn busy(work: *mut work_struct) -> c_uint {
    // SAFETY: the caller's work.
    let pending = if unsafe { pending(work) } { WORK_BUSY_PENDING } else { 0 };
    pending | if POOL.lock().running(work).is_some() { WORK_BUSY_RUNNING } else { 0 }
}

/// The work that the caller is.
fn current() -> *mut work_struct {
    let Some(me) = sched::try_current().map(|me| me.id()) else { return null_mut() };
    let pool = POOL.lock();
    let mine = |w: &&Worker| w.vcpu == me || (w.id == 0 && softirq::serving());
    pool.workers.iter().find(mine).map_or(null_mut(), |w| w.runs.0)
}

fn wait_for(these: &[Queuing]) {
    DONE.wait_until(|| {
        let mut pool = POOL.lock();
        these.iter().all(|&one| pool.is_done(one))
    });
}

pub(super) unsafe fn flush(work: *mut work_struct) -> bool {
    let mut these = Vec::with_capacity(2);
    {
        let mut pool = POOL.lock();
        if pool.pending().any(|w| w == work) {
            // SAFETY: it is in the ring.
            these.push((work, unsafe { sequence(work) }));
        }
        these.extend(pool.running(work).map(|seq| (work, seq)));
    }
    wait_for(&these);
    !these.is_empty()
}

unsafe fn flush_delayed(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        if end_delay(work) {
            queue(0, (*work).wq, &raw mut (*work).work);
        }
        flush(&raw mut (*work).work)
    }
}

unsafe fn flush_rcu(work: *mut rcu_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let was = pending(&raw mut (*work).work);
        if was {
            crate::locking::rcu_barrier();
        }
        flush(&raw mut (*work).work) || was
    }
}

/// Waits for all that is queued now.
unsafe fn flush_queue(wq: *mut workqueue_struct) {
    let mut these = Vec::new();
    loop {
        let mut more = 0;
        {
            let mut pool = POOL.lock();
            let room: usize = these.capacity();
            let waiting = pool.pending().filter(|&w| {
                // SAFETY: works in the ring stay.
                unsafe { (*w).wq == wq }
            });
            // No allocation under the lock.
            for work in waiting {
                if these.len() < room {
                    // SAFETY: as above.
                    these.push((work, unsafe { sequence(work) }));
                } else {
                    more += 1;
                }
            }
            for worker in pool.workers.iter().filter(|w| core::ptr::eq(w.of.cast(), wq)) {
                if these.len() < room {
                    these.push(worker.runs);
                } else {
                    more += 1;
                }
            }
        }
        if more == 0 {
            break;
        }
        these = Vec::with_capacity(these.len() + more + 4);
    }
    wait_for(&these);
}

unsafe fn drain(wq: *mut workqueue_struct) {
    // SAFETY: the caller's queue.
    let queue = unsafe { &*wq.cast::<Queue>() };
    DONE.wait_until(|| {
        let _pool = POOL.lock();
        queue.pending.load(Relaxed) == 0 && queue.active.load(Relaxed) == 0
    });
}

pub(super) unsafe fn cancel(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    unsafe { POOL.lock().unqueue(work) }
}

/// Waits until it does not run, unless it is the caller itself.
fn wait_idle(work: *mut work_struct) {
    if current() != work {
        DONE.wait_until(|| POOL.lock().running(work).is_none());
    }
}

unsafe fn count_disabled(work: *mut work_struct, up: bool) -> u64 {
    let _pool = POOL.lock();
    // SAFETY: the caller's work.
    let data = unsafe { data(work) };
    let old = data.load(Relaxed);
    let new = match old & DISABLED_MASK {
        DISABLED_MASK if up => old,
        0 if !up => old,
        _ if up => old + DISABLED,
        _ => old - DISABLED,
    };
    data.store(new, Relaxed);
    new & DISABLED_MASK
}

/// While it is waited for it cannot be queued again, not even by itself.
pub(super) unsafe fn cancel_sync(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let was = disable_sync(work);
        count_disabled(work, false);
        was
    }
}

pub(super) unsafe fn cancel_delayed(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe { end_delay(work) || cancel(&raw mut (*work).work) }
}

pub(super) unsafe fn cancel_delayed_sync(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let was = disable_delayed_sync(work);
        enable_delayed(work);
        was
    }
}

pub(super) unsafe fn disable(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        count_disabled(work, true);
        cancel(work)
    }
}

unsafe fn disable_sync(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    let was = unsafe { disable(work) };
    wait_idle(work);
    was
}

/// Whether it can be queued now.
pub(super) unsafe fn enable(work: *mut work_struct) -> bool {
    // SAFETY: the caller's work.
    unsafe { count_disabled(work, false) == 0 }
}

unsafe fn disable_delayed(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        count_disabled(&raw mut (*work).work, true);
        cancel_delayed(work)
    }
}

unsafe fn disable_delayed_sync(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe {
        let mut was = disable_delayed(work);
        // The timer's function may be at the point of queuing it.
        timer::delete_sync(&raw mut (*work).timer);
        was |= cancel(&raw mut (*work).work);
        wait_idle(&raw mut (*work).work);
        was
    }
}

unsafe fn enable_delayed(work: *mut delayed_work) -> bool {
    // SAFETY: the caller's work.
    unsafe { enable(&raw mut (*work).work) }
}

unsafe fn set_max_active(wq: *mut workqueue_struct, max_active: c_int) {
    // SAFETY: the caller's queue.
    unsafe { &*wq.cast::<Queue>() }.max_active.store(max_active.max(1) as u64, Relaxed);
    FILLED.wake_all();
}
