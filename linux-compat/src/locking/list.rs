// SPDX-License-Identifier: GPL-2.0-only
//! `struct list_head` from Rust.

use crate::bindings::list_head;
use core::ptr::null_mut;

/// A ring of C's, or a node of one. All functions are unsafe for the same reason: the nodes must be in rings that nobody
/// else changes meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct List(pub *mut list_head);

impl List {
    /// An empty ring.
    pub unsafe fn init(self) {
        // SAFETY: the caller's node.
        unsafe { *self.0 = list_head { next: self.0, prev: self.0 } };
    }

    pub unsafe fn next(self) -> List {
        // SAFETY: the caller's node.
        List(unsafe { (*self.0).next })
    }

    pub unsafe fn prev(self) -> List {
        // SAFETY: the caller's node.
        List(unsafe { (*self.0).prev })
    }

    /// Whether nothing is in the ring; a ring that was never set up is empty, too.
    pub unsafe fn is_empty(self) -> bool {
        // SAFETY: the caller's node.
        let next = unsafe { self.next() };
        next == self || next.0.is_null()
    }

    /// The first, if there is one.
    pub unsafe fn first(self) -> Option<List> {
        // SAFETY: the caller's ring.
        unsafe { (!self.is_empty()).then(|| self.next()) }
    }

    /// Puts `node` behind this one.
    pub unsafe fn add(self, node: List) {
        // SAFETY: the caller's ring and node.
        unsafe {
            let next = self.next();
            *node.0 = list_head { next: next.0, prev: self.0 };
            (*next.0).prev = node.0;
            (*self.0).next = node.0;
        }
    }

    /// Puts `node` at the end of this ring.
    pub unsafe fn push(self, node: List) {
        // SAFETY: the caller's ring and node.
        unsafe { self.prev().add(node) };
    }

    /// Takes a node out and leaves it as a ring of its own.
    pub unsafe fn remove(self) {
        // SAFETY: the caller's node.
        unsafe {
            self.unlink();
            self.init();
        }
    }

    /// Takes a node out and leaves it null.
    pub unsafe fn remove_null(self) {
        // SAFETY: the caller's node.
        unsafe {
            self.unlink();
            *self.0 = list_head { next: null_mut(), prev: null_mut() };
        }
    }

    unsafe fn unlink(self) {
        // SAFETY: the caller's node; its neighbours are in the same ring.
        unsafe {
            let list_head { next, prev } = *self.0;
            (*next).prev = prev;
            (*prev).next = next;
        }
    }
}
