// SPDX-License-Identifier: GPL-2.0-only
//! Wait queues: rings of entries, each of which says by a function how it is woken.

use super::list::List;
use super::spin::{lock_save, unlock_restore};
use crate::bindings::{
    TASK_NORMAL, TASK_RUNNING, TASK_UNINTERRUPTIBLE, WQ_FLAG_EXCLUSIVE, WQ_FLAG_WOKEN, list_head, task_struct,
    wait_queue_entry, wait_queue_head,
};
use crate::work::task;
use core::ffi::{c_int, c_long, c_uint, c_void};
use core::mem::offset_of;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::SeqCst;
use core::sync::atomic::{AtomicU32, fence};

crate::exports! {
    family "locking";
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn __wake_up(wq: *mut wait_queue_head, mode: c_uint, nr: c_int, key: *mut c_void) -> c_int = wake;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn __wake_up_locked(wq: *mut wait_queue_head, mode: c_uint, nr: c_int) -> () = wake_locked_c;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn default_wake_function(entry: *mut wait_queue_entry, mode: c_uint, flags: c_int, key: *mut c_void) -> c_int = default_wake;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn autoremove_wake_function(entry: *mut wait_queue_entry, mode: c_uint, flags: c_int, key: *mut c_void) -> c_int = autoremove;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn woken_wake_function(entry: *mut wait_queue_entry, mode: c_uint, flags: c_int, key: *mut c_void) -> c_int = woken;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn add_wait_queue(wq: *mut wait_queue_head, entry: *mut wait_queue_entry) -> () = add;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn add_wait_queue_exclusive(wq: *mut wait_queue_head, entry: *mut wait_queue_entry) -> () = add_exclusive;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn remove_wait_queue(wq: *mut wait_queue_head, entry: *mut wait_queue_entry) -> () = remove;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn init_wait_entry(entry: *mut wait_queue_entry, flags: c_int) -> () = init_entry;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn prepare_to_wait(wq: *mut wait_queue_head, entry: *mut wait_queue_entry, state: c_int) -> () = prepare;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn prepare_to_wait_exclusive(wq: *mut wait_queue_head, entry: *mut wait_queue_entry, state: c_int) -> bool = prepare_exclusive;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn prepare_to_wait_event(wq: *mut wait_queue_head, entry: *mut wait_queue_entry, state: c_int) -> c_long = prepare_event;
    [any, supported, "locking::tests::waiters_wake_in_order"]
    fn finish_wait(wq: *mut wait_queue_head, entry: *mut wait_queue_entry) -> () = finish;
    [sleeps, supported, "locking::tests::waiters_wake_in_order"]
    fn wait_woken(entry: *mut wait_queue_entry, mode: c_uint, timeout: c_long) -> c_long = wait_woken;
}

type Head = *mut wait_queue_head;
type Entry = *mut wait_queue_entry;

fn raw(wq: Head) -> *mut crate::bindings::raw_spinlock_t {
    // The union's and the struct's only field.
    wq.wrapping_byte_add(offset_of!(wait_queue_head, lock)).cast()
}

fn ring(wq: Head) -> List {
    List(wq.wrapping_byte_add(offset_of!(wait_queue_head, head)).cast())
}

fn node(entry: Entry) -> List {
    List(entry.wrapping_byte_add(offset_of!(wait_queue_entry, entry)).cast())
}

fn entry_of(node: List) -> Entry {
    node.0.wrapping_byte_sub(offset_of!(wait_queue_entry, entry)).cast()
}

/// Runs `f` with the queue's lock.
pub(super) unsafe fn locked<T>(wq: Head, f: impl FnOnce() -> T) -> T {
    // SAFETY: the caller's queue.
    unsafe {
        let flags = lock_save(raw(wq));
        let result = f();
        unlock_restore(raw(wq), flags);
        result
    }
}

/// Wakes those whose state is in `mode`, of the exclusive ones at most `nr` (0: all); how many. Context: any.
///
/// # Safety
/// `wq` is a queue.
pub unsafe fn wake(wq: Head, mode: c_uint, nr: c_int, key: *mut c_void) -> c_int {
    // SAFETY: the caller's queue.
    unsafe { locked(wq, || wake_locked(wq, mode, nr, key)) }
}

/// The same with the lock held.
pub(super) unsafe fn wake_locked(wq: Head, mode: c_uint, nr: c_int, key: *mut c_void) -> c_int {
    let (head, mut left, mut woken) = (ring(wq), nr, 0);
    // SAFETY: the queue's lock is held, so the ring changes only by the entries' own functions.
    unsafe {
        let mut at = head.next();
        while at != head && !at.0.is_null() {
            let next = at.next();
            let entry = entry_of(at);
            let exclusive = (*entry).flags & WQ_FLAG_EXCLUSIVE != 0;
            let result = (*entry).func.map_or(0, |func| func(entry, mode, 0, key));
            if result < 0 {
                break;
            }
            if result > 0 {
                woken += 1;
                if exclusive {
                    left -= 1;
                    if left == 0 {
                        break;
                    }
                }
            }
            at = next;
        }
    }
    woken
}

unsafe fn wake_locked_c(wq: Head, mode: c_uint, nr: c_int) {
    // SAFETY: the caller's queue, whose lock it holds.
    unsafe { wake_locked(wq, mode, nr, null_mut()) };
}

unsafe fn default_wake(entry: Entry, mode: c_uint, _flags: c_int, _key: *mut c_void) -> c_int {
    // SAFETY: an entry of this kind holds a task.
    unsafe { task::wake((*entry).private.cast::<task_struct>(), mode) }
}

unsafe fn autoremove(entry: Entry, mode: c_uint, flags: c_int, key: *mut c_void) -> c_int {
    // SAFETY: as above; the queue's lock is held.
    unsafe {
        let woken = default_wake(entry, mode, flags, key);
        if woken != 0 {
            node(entry).remove();
        }
        woken
    }
}

extern "C" fn autoremove_pointer(entry: Entry, mode: c_uint, flags: c_int, key: *mut c_void) -> c_int {
    // SAFETY: set in entries of tasks only.
    unsafe { autoremove(entry, mode, flags, key) }
}

unsafe fn flags<'a>(entry: Entry) -> &'a AtomicU32 {
    // SAFETY: the caller's entry.
    unsafe { AtomicU32::from_ptr(&raw mut (*entry).flags) }
}

unsafe fn woken(entry: Entry, mode: c_uint, f: c_int, key: *mut c_void) -> c_int {
    fence(SeqCst);
    // SAFETY: the caller's entry.
    unsafe {
        flags(entry).fetch_or(WQ_FLAG_WOKEN, SeqCst);
        default_wake(entry, mode, f, key)
    }
}

unsafe fn wait_woken(entry: Entry, mode: c_uint, mut timeout: c_long) -> c_long {
    // SAFETY: the caller's entry.
    unsafe {
        task::set_state(mode);
        if flags(entry).load(SeqCst) & WQ_FLAG_WOKEN == 0 {
            timeout = task::schedule_timeout(timeout);
        }
        task::set_state(TASK_RUNNING);
        flags(entry).fetch_and(!WQ_FLAG_WOKEN, SeqCst);
    }
    timeout
}

unsafe fn add(wq: Head, entry: Entry) {
    // SAFETY: the caller's queue and entry.
    unsafe {
        (*entry).flags &= !WQ_FLAG_EXCLUSIVE;
        locked(wq, || ring(wq).add(node(entry)));
    }
}

unsafe fn add_exclusive(wq: Head, entry: Entry) {
    // SAFETY: the caller's queue and entry.
    unsafe {
        (*entry).flags |= WQ_FLAG_EXCLUSIVE;
        locked(wq, || ring(wq).push(node(entry)));
    }
}

unsafe fn remove(wq: Head, entry: Entry) {
    // SAFETY: the caller's queue and entry.
    unsafe { locked(wq, || node(entry).remove()) };
}

pub(super) unsafe fn init_entry(entry: Entry, flags: c_int) {
    // SAFETY: the caller's entry.
    unsafe {
        entry.write(wait_queue_entry {
            flags: flags as c_uint,
            private: task::current().cast(),
            func: Some(autoremove_pointer),
            entry: list_head { next: null_mut(), prev: null_mut() },
        });
        node(entry).init();
    }
}

/// Enters the queue, if the entry is in none, and sets the task's state: afterwards the condition is looked at.
unsafe fn enter(wq: Head, entry: Entry, state: c_int, exclusive: bool) -> bool {
    // SAFETY: the caller's queue and entry.
    unsafe {
        locked(wq, || {
            let first = ring(wq).is_empty();
            if node(entry).is_empty() {
                if exclusive {
                    (*entry).flags |= WQ_FLAG_EXCLUSIVE;
                    ring(wq).push(node(entry));
                } else {
                    ring(wq).add(node(entry));
                }
            }
            task::set_state(state as c_uint);
            first
        })
    }
}

unsafe fn prepare(wq: Head, entry: Entry, state: c_int) {
    // SAFETY: the caller's queue and entry.
    unsafe {
        (*entry).flags &= !WQ_FLAG_EXCLUSIVE;
        enter(wq, entry, state, false);
    }
}

unsafe fn prepare_exclusive(wq: Head, entry: Entry, state: c_int) -> bool {
    // SAFETY: the caller's queue and entry.
    unsafe { enter(wq, entry, state, true) }
}

pub(super) unsafe fn prepare_event(wq: Head, entry: Entry, state: c_int) -> c_long {
    // SAFETY: the caller's queue and entry.
    unsafe { enter(wq, entry, state, (*entry).flags & WQ_FLAG_EXCLUSIVE != 0) };
    0
}

pub(super) unsafe fn finish(wq: Head, entry: Entry) {
    task::set_state(TASK_RUNNING);
    // SAFETY: the caller's queue and entry: the lock has whoever wakes be done with it.
    unsafe {
        locked(wq, || {
            if !node(entry).is_empty() {
                node(entry).remove();
            }
        });
    }
}

/// Sleeps until `ready` holds, which is asked with the queue's lock held and changes what was waited for; at most
/// `jiffies`. What is left of them, at least 1, or `None`. When it returns, whoever woke it does not touch the queue
/// any more. Context: sleeps.
///
/// # Safety
/// `wq` is a queue; `ready` neither sleeps nor takes the queue's lock.
pub unsafe fn sleep_until(wq: Head, jiffies: c_long, mut ready: impl FnMut() -> bool) -> Option<c_long> {
    let mut left = jiffies.max(0);
    let mut entry = core::mem::MaybeUninit::<wait_queue_entry>::uninit();
    let entry = entry.as_mut_ptr();
    // SAFETY: an entry on this stack, which is in the queue only while this function runs.
    unsafe {
        init_entry(entry, WQ_FLAG_EXCLUSIVE as c_int);
        loop {
            let done = locked(wq, || {
                let done = ready();
                if done || left == 0 {
                    node(entry).remove();
                    task::set_state(TASK_RUNNING);
                } else {
                    if node(entry).is_empty() {
                        ring(wq).push(node(entry));
                    }
                    task::set_state(TASK_UNINTERRUPTIBLE);
                }
                done
            });
            if done {
                return Some(left.max(1));
            }
            if left == 0 {
                return None;
            }
            left = task::schedule_timeout(left);
        }
    }
}

/// Wakes one of [`sleep_until`] after `change`, within the queue's lock; all for 0.
pub(super) unsafe fn change_and_wake(wq: Head, nr: c_int, change: impl FnOnce()) {
    // SAFETY: the caller's queue.
    unsafe {
        locked(wq, || {
            change();
            wake_locked(wq, TASK_NORMAL, nr, null_mut());
        });
    }
}
