// SPDX-License-Identifier: GPL-2.0-only
//! Work queues: calls to be made later, in the context of an orphan vCPU, where they may sleep.
//!
//! A [`Work`] is a function that can be queued any number of times without allocation; while it is queued, queuing it
//! again changes nothing. A [`WorkQueue`] runs what it is given, one after the other, on a worker of its own.

use crate::error::Result;
use crate::sched::{self, Params, Vcpu};
use crate::sync::{Completion, Once, SpinLock, WaitQueue};
use crate::time;
use crate::timer::Timer;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ptr::{from_ref, null};
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};
use intrusive_collections::{LinkedList, LinkedListLink, intrusive_adapter};

/// A function to be run by a [`WorkQueue`].
pub struct Work {
    link: LinkedListLink,
    function: Box<dyn Fn() + Send + Sync>,
    /// The queue that it is in, was in last, or will be in when its delay is over.
    queue: SpinLock<Option<Arc<Shared>>>,
    delay: Once<Arc<Timer>>,
}

// SAFETY: `link` is touched only under the lock of the list of `queue`, which changes only while the work is in no list.
unsafe impl Sync for Work {}
// SAFETY: as above.
unsafe impl Send for Work {}

intrusive_adapter!(WorkAdapter = Arc<Work>: Work { link => LinkedListLink });

impl Work {
    /// Work that runs `function` whenever it was queued. Context: may allocate.
    pub fn new(function: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            link: LinkedListLink::new(),
            function: Box::new(function),
            queue: SpinLock::new(None),
            delay: Once::new(),
        })
    }

    /// Takes the work off its queue or ends its delay, and waits until it does not run any more (unless it is itself the
    /// caller). Says whether it was queued or delayed. Context: orphan vCPUs; may sleep.
    #[track_caller]
    pub fn cancel(&self) -> bool {
        let cancelled = self.try_cancel();
        let queue = self.queue.lock().clone();
        if let Some(queue) = queue.filter(|q| !q.is_worker()) {
            queue.ran.wait_until(|| !core::ptr::eq(queue.list.lock().running, self));
        }
        cancelled
    }

    /// Takes the work off its queue or ends its delay; it may be running. Says whether it was queued or delayed.
    /// Context: any.
    pub fn try_cancel(&self) -> bool {
        let delayed = self.delay.get().is_some_and(|timer| timer.cancel());
        let queue = self.queue.lock();
        let queued = queue.as_ref().and_then(|shared| {
            let mut list = shared.list.lock();
            // SAFETY: linked means in this list: `queue` names it and is locked.
            self.link
                .is_linked()
                .then(|| unsafe { list.works.cursor_mut_from_ptr(from_ref(self)) }.remove())
                .flatten()
        });
        drop(queue);
        delayed || queued.is_some()
    }

    /// Whether it waits for its worker or its time. Context: any.
    pub fn is_pending(&self) -> bool {
        if self.delay.get().is_some_and(|timer| timer.is_armed()) {
            return true;
        }
        let queue = self.queue.lock();
        queue.as_ref().is_some_and(|shared| {
            let _list = shared.list.lock();
            self.link.is_linked()
        })
    }
}

/// Runs [`Work`] on an orphan vCPU of its own. When it goes, it finishes what is queued first, which may sleep.
pub struct WorkQueue {
    shared: Arc<Shared>,
    worker: Arc<Vcpu>,
}

struct Shared {
    list: SpinLock<List>,
    /// The worker waits here for work.
    filled: WaitQueue,
    /// Others wait here for the end of a piece of work.
    ran: WaitQueue,
    stop: AtomicBool,
    worker: Once<sched::VcpuId>,
}

struct List {
    works: LinkedList<WorkAdapter>,
    running: *const Work,
}

// SAFETY: `running` is only compared.
unsafe impl Send for List {}

impl Shared {
    fn is_worker(&self) -> bool {
        sched::try_current().is_some_and(|me| self.worker.get() == Some(&me.id()))
    }

    /// Queues `work` unless it is queued.
    fn submit(self: &Arc<Self>, work: &Arc<Work>) -> bool {
        {
            let mut queue = work.queue.lock();
            if let Some(other) = queue.as_ref() {
                let _list = other.list.lock();
                if work.link.is_linked() {
                    return false;
                }
            }
            if !queue.as_ref().is_some_and(|q| Arc::ptr_eq(q, self)) {
                *queue = Some(Arc::clone(self));
            }
            self.list.lock().works.push_back(Arc::clone(work));
        }
        self.filled.wake_one();
        true
    }

    fn run(&self) {
        loop {
            let mut next = None;
            self.filled.wait_until(|| {
                let mut list = self.list.lock();
                next = list.works.pop_front();
                list.running = next.as_ref().map_or(null(), Arc::as_ptr);
                next.is_some() || self.stop.load(Acquire)
            });
            let Some(work) = next else { return };
            (work.function)();
            self.list.lock().running = null();
            self.ran.wake_all();
        }
    }
}

impl WorkQueue {
    /// A queue whose worker is called `name` and scheduled by `params`. Context: may allocate.
    ///
    /// # Errors
    /// As [`sched::spawn`].
    pub fn new(name: &str, params: Params) -> Result<Self> {
        let shared = Arc::new(Shared {
            list: SpinLock::new(List { works: LinkedList::new(WorkAdapter::NEW), running: null() }),
            filled: WaitQueue::new(),
            ran: WaitQueue::new(),
            stop: AtomicBool::new(false),
            worker: Once::new(),
        });
        let its = Arc::clone(&shared);
        let worker = sched::spawn_blocked(name, params, move || its.run())?;
        shared.worker.call_once(|| worker.id());
        sched::wake(&worker);
        Ok(Self { shared, worker })
    }

    /// Queues `work`; says false if it is queued already. While it runs it can be queued again. Context: any.
    pub fn submit(&self, work: &Arc<Work>) -> bool {
        self.shared.submit(work)
    }

    /// Queues `work` in `ns` nanoseconds; if it has been delayed before, this counts instead. Says false if it is queued
    /// already. The first time for a piece of work this allocates; context else: any.
    pub fn submit_after(&self, work: &Arc<Work>, ns: u64) -> bool {
        let timer = work.delay.call_once(|| {
            let work = Arc::downgrade(work);
            Timer::new(move || {
                if let Some(work) = work.upgrade() {
                    let queue = work.queue.lock().clone();
                    if let Some(queue) = queue {
                        queue.submit(&work);
                    }
                }
            })
        });
        {
            let mut queue = work.queue.lock();
            if let Some(other) = queue.as_ref() {
                let _list = other.list.lock();
                if work.link.is_linked() {
                    return false;
                }
            }
            *queue = Some(Arc::clone(&self.shared));
        }
        timer.arm(time::now_ns().saturating_add(ns));
        true
    }

    /// Has `f` called once. Context: may allocate.
    pub fn queue(&self, f: Box<dyn FnOnce() + Send>) {
        let once = SpinLock::new(Some(f));
        let work = Work::new(move || {
            let f = once.lock().take();
            if let Some(f) = f {
                f();
            }
        });
        self.submit(&work);
    }

    /// Waits until all that is queued now has run; delayed work is not waited for. Context: orphan vCPUs but the worker;
    /// may sleep.
    #[track_caller]
    pub fn flush(&self) {
        debug_assert!(!self.shared.is_worker(), "work that flushes its own queue waits for ever");
        let reached = Arc::new(Completion::new());
        let mark = Arc::clone(&reached);
        self.queue(Box::new(move || mark.complete_all()));
        reached.wait();
    }

    /// The worker. Context: any.
    pub fn worker(&self) -> &Vcpu {
        &self.worker
    }
}

impl Drop for WorkQueue {
    fn drop(&mut self) {
        self.shared.stop.store(true, Release);
        self.shared.filled.wake_all();
    }
}

/// The queue for whatever needs no worker of its own. Its work should not take long. Context: any once it exists; the
/// first call, at boot, makes its worker.
///
/// # Panics
/// At the first call: no memory for the worker.
pub fn system() -> &'static WorkQueue {
    static SYSTEM: Once<WorkQueue> = Once::new();
    SYSTEM.call_once(|| match WorkQueue::new("work", Params::with_priority(sched::DEFAULT_PRIORITY + 1)) {
        Ok(queue) => queue,
        Err(error) => panic!("no system work queue: {error}"),
    })
}
