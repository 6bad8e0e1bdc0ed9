// SPDX-License-Identifier: GPL-2.0-only
//! What is behind work queues: the ring of pending work, the workers that run it, and the queues that every driver has.

use super::softirq;
use super::task::PRIORITY;
use crate::bindings::{WQ_BH, WQ_HIGHPRI, list_head, work_struct, workqueue_struct};
use crate::context::{self, Role};
use crate::locking::List;
use alloc::vec::Vec;
use core::ffi::c_uint;
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use kernel::sched::{self, Params};
use kernel::sync::{SpinLock, WaitQueue};

pub(super) static SYSTEM: Queue = Queue::new(0, 256);
pub(super) static FIRST: Queue = Queue::new(WQ_HIGHPRI, 256);
pub(super) static SOFT: Queue = Queue::new(WQ_BH, 256);

/// Workers at most, those of queues' own apart.
pub(super) const WORKERS: usize = 12;
pub(super) const PENDING: u64 = 1;
pub(super) const DISABLED: u64 = 1 << 8;
pub(super) const DISABLED_MASK: u64 = 0xff << 8;
pub(super) const SEQUENCE: u64 = 1 << 16;

/// What C sees as `struct workqueue_struct`.
pub(super) struct Queue {
    pub(super) flags: c_uint,
    /// Changed and read under the pool's lock.
    pub(super) max_active: AtomicU64,
    pub(super) active: AtomicU64,
    pub(super) pending: AtomicU64,
}

impl Queue {
    pub(super) const fn new(flags: c_uint, max_active: u64) -> Self {
        Queue {
            flags,
            max_active: AtomicU64::new(max_active),
            active: AtomicU64::new(0),
            pending: AtomicU64::new(0),
        }
    }
}

/// One queuing of a work.
pub(super) type Queuing = (*mut work_struct, u64);

/// A worker, and what it runs.
pub(super) struct Worker {
    pub(super) id: u32,
    pub(super) runs: Queuing,
    pub(super) of: *const Queue,
    pub(super) vcpu: u32,
}

pub(super) struct Pool {
    /// All pending work, oldest first.
    pub(super) ring: list_head,
    pub(super) workers: Vec<Worker>,
    pub(super) idle: usize,
    pub(super) count: usize,
    pub(super) sequence: u64,
    pub(super) next_worker: u32,
}

// SAFETY: works stay while they are in the ring or run; queues until they are destroyed, which waits.
unsafe impl Send for Pool {}

pub(super) static POOL: SpinLock<Pool> = SpinLock::new(Pool {
    ring: list_head { next: null_mut(), prev: null_mut() },
    workers: Vec::new(),
    idle: 0,
    count: 0,
    sequence: 0,
    next_worker: 0,
});
/// Workers wait here.
pub(super) static FILLED: WaitQueue = WaitQueue::new();
/// Others wait here for the end of work.
pub(super) static DONE: WaitQueue = WaitQueue::new();

pub(super) unsafe fn data<'a>(work: *mut work_struct) -> &'a AtomicU64 {
    // SAFETY: the caller's work.
    unsafe { AtomicU64::from_ptr((&raw mut (*work).data).cast()) }
}

pub(super) fn node(work: *mut work_struct) -> List {
    List(work.wrapping_byte_add(offset_of!(work_struct, entry)).cast())
}

pub(super) fn work_of(node: List) -> *mut work_struct {
    node.0.wrapping_byte_sub(offset_of!(work_struct, entry)).cast()
}

pub(super) unsafe fn queue_of<'a>(work: *mut work_struct) -> &'a Queue {
    // SAFETY: set when it was queued.
    unsafe { &*(*work).wq.cast::<Queue>() }
}

pub(super) unsafe fn sequence(work: *mut work_struct) -> u64 {
    // SAFETY: the caller's work.
    unsafe { data(work) }.load(Relaxed) / SEQUENCE
}

impl Pool {
    pub(super) fn ring(&mut self) -> List {
        let ring = List(&raw mut self.ring);
        if self.ring.next.is_null() {
            // SAFETY: the pool's own, at rest in its static.
            unsafe { ring.init() };
        }
        ring
    }

    /// The pending works, oldest first.
    pub(super) fn pending(&mut self) -> impl Iterator<Item = *mut work_struct> {
        let ring = self.ring();
        // SAFETY: what is in the ring stays, and the pool is locked.
        let mut at = unsafe { ring.next() };
        core::iter::from_fn(move || {
            let work = (at != ring).then(|| work_of(at));
            // SAFETY: as above.
            at = unsafe { at.next() };
            work
        })
    }

    pub(super) fn running(&self, work: *mut work_struct) -> Option<u64> {
        self.workers.iter().find(|w| w.runs.0 == work).map(|w| w.runs.1)
    }

    /// Whether a queuing is neither waiting nor running any more.
    pub(super) fn is_done(&mut self, (work, seq): Queuing) -> bool {
        // SAFETY: works in the ring stay.
        let waits = self.pending().any(|w| w == work && unsafe { sequence(w) } == seq);
        !waits && !self.workers.iter().any(|w| w.runs == (work, seq))
    }

    /// Takes the first work that may run: of `only`, or of any queue; softirq work for `soft`.
    pub(super) fn take(&mut self, id: u32, only: *const Queue, soft: bool) -> Option<*mut work_struct> {
        let running: *const Pool = self;
        let found = self.pending().find(|&work| {
            // SAFETY: works in the ring have a queue; the pool is locked.
            let (queue, pool) = unsafe { (queue_of(work), &*running) };
            (queue.flags & WQ_BH != 0) == soft
                && (only.is_null() || core::ptr::eq(queue, only))
                && queue.active.load(Relaxed) < queue.max_active.load(Relaxed)
                && pool.running(work).is_none()
        })?;
        // SAFETY: as above.
        unsafe {
            let queue = queue_of(found);
            node(found).remove();
            queue.pending.fetch_sub(1, Relaxed);
            queue.active.fetch_add(1, Relaxed);
            let seq = sequence(found);
            data(found).fetch_and(!PENDING, Relaxed);
            if let Some(me) = self.workers.iter_mut().find(|w| w.id == id) {
                me.runs = (found, seq);
                me.of = queue;
            }
        }
        Some(found)
    }

    pub(super) fn ended(&mut self, id: u32) {
        if let Some(me) = self.workers.iter_mut().find(|w| w.id == id) {
            me.runs = (null_mut(), 0);
            let of = core::mem::replace(&mut me.of, core::ptr::null());
            // SAFETY: a queue with active work stays.
            if let Some(of) = unsafe { of.as_ref() } {
                of.active.fetch_sub(1, Relaxed);
            }
        }
    }

    /// Puts work that is marked as pending into the ring.
    pub(super) unsafe fn push(&mut self, work: *mut work_struct) {
        let ring = self.ring();
        // SAFETY: the caller's work, in no ring.
        unsafe {
            let queue = queue_of(work);
            queue.pending.fetch_add(1, Relaxed);
            if queue.flags & WQ_HIGHPRI != 0 {
                ring.add(node(work));
            } else {
                ring.push(node(work));
            }
        }
    }

    /// Marks work as pending; false if it is, or is disabled.
    pub(super) unsafe fn mark(&mut self, wq: *mut workqueue_struct, work: *mut work_struct) -> bool {
        // SAFETY: the caller's work.
        unsafe {
            let old = data(work).load(Relaxed);
            if old & (PENDING | DISABLED_MASK) != 0 {
                return false;
            }
            self.sequence += 1;
            data(work).store((self.sequence * SEQUENCE) | PENDING, Relaxed);
            (*work).wq = wq;
        }
        true
    }

    /// Takes work out of the ring; whether it was there.
    pub(super) unsafe fn unqueue(&mut self, work: *mut work_struct) -> bool {
        if !self.pending().any(|w| w == work) {
            return false;
        }
        // SAFETY: it is in the ring.
        unsafe {
            node(work).remove();
            queue_of(work).pending.fetch_sub(1, Relaxed);
            data(work).fetch_and(!PENDING, Relaxed);
        }
        true
    }
}

/// Has workers look at the ring.
pub(super) unsafe fn notify(wq: *mut workqueue_struct) {
    // SAFETY: the caller's queue.
    if unsafe { &*wq.cast::<Queue>() }.flags & WQ_BH != 0 {
        softirq::raise();
    } else {
        FILLED.wake_all();
    }
}

/// Makes the first worker, and softirq's place among them.
pub(super) fn init() {
    POOL.lock().ring();
    add_worker(true);
    spawn_worker();
}

/// A place for a worker, which may be apart from those that serve all queues; its number.
pub(super) fn add_worker(apart: bool) -> u32 {
    let mut pool = POOL.lock();
    let id = pool.next_worker;
    pool.next_worker += 1;
    let place = Worker { id, runs: (null_mut(), 0), of: core::ptr::null(), vcpu: u32::MAX };
    pool.workers.push(place);
    if !apart {
        pool.count += 1;
    }
    id
}

pub(super) fn spawn_worker() {
    let id = add_worker(false);
    if let Err(error) = sched::spawn("kworker", Params::with_priority(PRIORITY), move || serve(id, core::ptr::null())) {
        log::warn!(target: "linux", "no further worker: {error}");
        let mut pool = POOL.lock();
        pool.workers.retain(|w| w.id != id);
        pool.count -= 1;
    }
}

/// A worker's life. One with a queue of its own ends with it.
pub(super) fn serve(id: u32, only: *const Queue) {
    let only = only.addr();
    let vcpu = sched::current().id();
    if let Some(me) = POOL.lock().workers.iter_mut().find(|w| w.id == id) {
        me.vcpu = vcpu;
    }
    loop {
        let mut work = None;
        let mut end = false;
        POOL.lock().idle += usize::from(only == 0);
        FILLED.wait_until(|| {
            let mut pool = POOL.lock();
            work = pool.take(id, core::ptr::without_provenance(only), false);
            end = work.is_none() && !pool.workers.iter().any(|w| w.id == id);
            work.is_some() || end
        });
        let grow = {
            let mut pool = POOL.lock();
            pool.idle -= usize::from(only == 0);
            only == 0 && pool.idle == 0 && pool.count < WORKERS
        };
        let Some(work) = work else { return };
        if grow {
            spawn_worker();
        }
        // SAFETY: it was taken from the ring.
        unsafe { call(work) };
        POOL.lock().ended(id);
        DONE.wake_all();
        // Work that waited for this one to end, or for room in its queue.
        FILLED.wake_all();
    }
}

pub(super) unsafe fn call(work: *mut work_struct) {
    // SAFETY: the driver's function; afterwards its work may be gone.
    unsafe {
        if let Some(func) = (*work).func {
            context::run_object(work, Role::Work, func as usize, (), || func(work));
        }
    }
}

/// Runs the next softirq work, if there is one. The softirq vCPU.
pub(super) fn run_one_bh() -> bool {
    // The first place is softirq's.
    let Some(work) = POOL.lock().take(0, core::ptr::null(), true) else { return false };
    // SAFETY: it was taken from the ring.
    softirq::atomically(|| unsafe { call(work) });
    POOL.lock().ended(0);
    DONE.wake_all();
    true
}
