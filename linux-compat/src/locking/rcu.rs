// SPDX-License-Identifier: GPL-2.0-only
//! Waiting for readers that disable preemption: a task of ours that runs on a CPU runs after them.

use crate::bindings::callback_head;
use crate::slab;
use alloc::sync::Arc;
use core::ffi::{c_ulong, c_void};
use core::ptr::null_mut;
use kernel::sched::{self, CpuMask, PRIORITIES, Params};
use kernel::sync::{Once, SpinLock};
use kernel::work::{Work, system};

crate::exports! {
    family "locking";
    [sleeps, supported, "locking::tests::rcu_waits_for_readers"]
    fn synchronize_rcu() -> () = synchronize;
    [any, supported, "locking::tests::rcu_waits_for_readers"]
    fn call_rcu(head: *mut callback_head, func: Function) -> () = call;
    [sleeps, supported, "locking::tests::rcu_waits_for_readers"]
    fn rcu_barrier() -> () = barrier;
    [any, supported, "locking::tests::rcu_waits_for_readers"]
    fn fv_kfree_rcu(head: *mut callback_head, offset: c_ulong) -> () = kfree_later;
}

type Function = Option<unsafe extern "C" fn(*mut callback_head)>;

/// Returns when all that read now have ended. Context: sleeps.
pub(crate) fn synchronize() {
    let here = sched::current().cpu();
    for cpu in sched::online().iter().filter(|&cpu| cpu != here) {
        let params = Params {
            affinity: CpuMask::of(cpu),
            priority: PRIORITIES as u8 - 1,
            ..Params::default()
        };
        match sched::spawn("rcu", params, || ()) {
            Ok(visit) => sched::join(&visit),
            Err(error) => {
                // Without memory for a visitor, a long wait does it: readers are short.
                log::warn!(target: "linux", "no visitor for CPU {cpu}: {error}");
                sched::sleep_ns(20 * kernel::time::NS_PER_MS);
            }
        }
    }
}

/// What waits for the readers to end, chained by `next`.
struct Waiting(*mut callback_head);

// SAFETY: the heads belong to the queue until they are called.
unsafe impl Send for Waiting {}

static WAITING: SpinLock<Waiting> = SpinLock::new(Waiting(null_mut()));
static WORK: Once<Arc<Work>> = Once::new();

fn work() -> &'static Arc<Work> {
    WORK.call_once(|| Work::new(run))
}

fn run() {
    let mut head = core::mem::replace(&mut WAITING.lock().0, null_mut());
    if head.is_null() {
        return;
    }
    synchronize();
    while !head.is_null() {
        // SAFETY: given to `call`, and not called yet; the function may free it.
        unsafe {
            let next = (*head).next;
            match (*head).func {
                Some(func) => func(head),
                None => log::error!(target: "linux", "call_rcu without a function"),
            }
            head = next;
        }
    }
}

pub(crate) unsafe fn call(head: *mut callback_head, func: Function) {
    {
        let mut waiting = WAITING.lock();
        // SAFETY: the caller's head, which is the queue's from now on.
        unsafe {
            (*head).func = func;
            (*head).next = waiting.0;
        }
        waiting.0 = head;
    }
    system().submit(work());
}

pub(crate) fn barrier() {
    system().submit(work());
    system().flush();
}

/// Frees what holds `head` at `offset`.
unsafe fn kfree_later(head: *mut callback_head, offset: c_ulong) {
    // SAFETY: the object starts so far before its head; the note is this function's.
    unsafe {
        let object = head.cast::<u8>().sub(offset as usize).cast::<c_void>();
        let note = slab::kmalloc(size_of::<Note>(), slab::GFP_ATOMIC).cast::<Note>();
        if note.is_null() {
            log::error!(target: "linux", "no memory to note what is to be freed: it leaks");
            return;
        }
        note.write(Note { head: callback_head { next: null_mut(), func: None }, object });
        call(note.cast(), Some(free_note));
    }
}

#[repr(C)]
struct Note {
    head: callback_head,
    object: *mut c_void,
}

unsafe extern "C" fn free_note(head: *mut callback_head) {
    // SAFETY: a note of `kfree_later`, and what it was given.
    unsafe {
        slab::kfree((*head.cast::<Note>()).object);
        slab::kfree(head.cast());
    }
}
