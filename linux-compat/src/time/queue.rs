// SPDX-License-Identifier: GPL-2.0-only
//! A ring of C's timers, ordered by time, and the one whose callback runs.

use crate::bindings::list_head;
use crate::locking::List;
use core::marker::PhantomData;
use core::ptr::null_mut;

/// A timer of C's that can be queued.
///
/// # Safety
/// At [`Timed::NODE`] bytes it must have a `list_head` that nobody but the queue changes, null where it is not queued.
pub(super) unsafe trait Timed {
    /// Where its node is, in bytes.
    const NODE: usize;

    /// Whether `one` is due before `other`.
    ///
    /// # Safety
    /// Both are timers that stay meanwhile.
    unsafe fn before(one: *mut Self, other: *mut Self) -> bool;
}

/// The queue, to be kept in a lock. Timers stay as long as they are in it.
pub(super) struct Queue<T> {
    ring: list_head,
    /// Whose callback runs now, or null.
    pub running: *mut T,
    _timers: PhantomData<*mut T>,
}

// SAFETY: what it points to are timers that stay while they are queued, and only whoever has the queue follows them.
unsafe impl<T> Send for Queue<T> {}

fn node<T: Timed>(timer: *mut T) -> List {
    List(timer.wrapping_byte_add(T::NODE).cast())
}

fn timer_of<T: Timed>(node: List) -> *mut T {
    node.0.cast::<T>().wrapping_byte_sub(T::NODE)
}

/// Whether a timer is queued.
///
/// # Safety
/// The caller's timer, with its queue's lock held.
pub(super) unsafe fn is_queued<T: Timed>(timer: *mut T) -> bool {
    // SAFETY: a timer has a node, and nobody changes it without the lock.
    unsafe { !(*node(timer).0).next.is_null() }
}

impl<T: Timed> Queue<T> {
    /// An empty one.
    pub(super) const fn new() -> Self {
        Self {
            ring: list_head { next: null_mut(), prev: null_mut() },
            running: null_mut(),
            _timers: PhantomData,
        }
    }

    fn ring(&mut self) -> List {
        let ring = List(&raw mut self.ring);
        if self.ring.next.is_null() {
            // SAFETY: the queue's own, at rest in its static.
            unsafe { ring.init() };
        }
        ring
    }

    /// Puts a timer where it belongs; whether it is the first now.
    ///
    /// # Safety
    /// It is not queued, and stays until it is taken out.
    pub(super) unsafe fn insert(&mut self, timer: *mut T) -> bool {
        let ring = self.ring();
        // SAFETY: what is in the ring stays, and the caller has the queue for itself.
        unsafe {
            let mut at = ring.prev();
            while at != ring && T::before(timer, timer_of(at)) {
                at = at.prev();
            }
            at.add(node(timer));
            at == ring
        }
    }

    /// Takes a timer out; whether it was in.
    ///
    /// # Safety
    /// The caller's timer, of this queue if of any.
    pub(super) unsafe fn remove(&mut self, timer: *mut T) -> bool {
        // SAFETY: as the caller says; the queue is the caller's alone.
        unsafe {
            let was = is_queued(timer);
            if was {
                node(timer).remove_null();
            }
            was
        }
    }

    /// The first.
    pub(super) fn first(&mut self) -> Option<*mut T> {
        // SAFETY: the queue's own ring; what is in it stays.
        unsafe { self.ring().first().map(timer_of) }
    }
}
