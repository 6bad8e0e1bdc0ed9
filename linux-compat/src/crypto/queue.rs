// SPDX-License-Identifier: GPL-2.0-only
//! Queues of requests, in lists of C's. Whoever uses one keeps others out.

use crate::bindings::{self, crypto_async_request, crypto_queue, list_head};
use crate::errno::Errno;
use crate::locking::List;
use core::ffi::{c_int, c_uint};
use core::mem::offset_of;
use core::ptr::{addr_eq, null_mut};

crate::exports! {
    family "crypto";
    [any, supported, "crypto::tests::queues_keep_order_and_bounds"]
    fn crypto_init_queue(queue: *mut crypto_queue, most: c_uint) -> () = init;
    [any, supported, "crypto::tests::queues_keep_order_and_bounds"]
    fn crypto_enqueue_request(queue: *mut crypto_queue, request: *mut crypto_async_request) -> c_int = enqueue;
    [any, supported, "crypto::tests::queues_keep_order_and_bounds"]
    fn crypto_enqueue_request_head(queue: *mut crypto_queue, request: *mut crypto_async_request) -> () = enqueue_head;
    [any, supported, "crypto::tests::queues_keep_order_and_bounds"]
    fn crypto_dequeue_request(queue: *mut crypto_queue) -> *mut crypto_async_request = dequeue;
}

fn ring(queue: *mut crypto_queue) -> List {
    List(queue.wrapping_byte_add(offset_of!(crypto_queue, list)).cast())
}

fn node(request: *mut crypto_async_request) -> List {
    List(request.wrapping_byte_add(offset_of!(crypto_async_request, list)).cast())
}

fn request_of(node: *mut list_head) -> *mut crypto_async_request {
    node.wrapping_byte_sub(offset_of!(crypto_async_request, list)).cast()
}

pub(super) unsafe fn init(queue: *mut crypto_queue, most: c_uint) {
    // SAFETY: the C caller's queue.
    unsafe {
        ring(queue).init();
        (*queue).backlog = ring(queue).0;
        (*queue).qlen = 0;
        (*queue).max_qlen = most;
    }
}

/// `-EINPROGRESS`, or in a full queue `-ENOSPC`, or `-EBUSY` if the request waits in the backlog.
pub(super) unsafe fn enqueue(queue: *mut crypto_queue, request: *mut crypto_async_request) -> c_int {
    // SAFETY: the C caller's queue and a request that is in none.
    unsafe {
        let mut result = Errno::EINPROGRESS;
        if (*queue).qlen >= (*queue).max_qlen {
            if (*request).flags & bindings::CRYPTO_TFM_REQ_MAY_BACKLOG == 0 {
                return Errno::ENOSPC.to_c();
            }
            result = Errno::EBUSY;
            if addr_eq((*queue).backlog, ring(queue).0) {
                (*queue).backlog = node(request).0;
            }
        }
        (*queue).qlen += 1;
        ring(queue).push(node(request));
        result.to_c()
    }
}

pub(super) unsafe fn enqueue_head(queue: *mut crypto_queue, request: *mut crypto_async_request) {
    // SAFETY: as above.
    unsafe {
        if (*queue).qlen >= (*queue).max_qlen {
            (*queue).backlog = (*(*queue).backlog).prev;
        }
        (*queue).qlen += 1;
        ring(queue).add(node(request));
    }
}

/// The first of those that wait because the queue is full.
pub(super) unsafe fn backlog(queue: *mut crypto_queue) -> *mut crypto_async_request {
    // SAFETY: the caller's queue.
    unsafe {
        if addr_eq((*queue).backlog, ring(queue).0) { null_mut() } else { request_of((*queue).backlog) }
    }
}

pub(super) unsafe fn dequeue(queue: *mut crypto_queue) -> *mut crypto_async_request {
    // SAFETY: the C caller's queue.
    unsafe {
        let Some(first) = ring(queue).first() else { return null_mut() };
        (*queue).qlen -= 1;
        if !addr_eq((*queue).backlog, ring(queue).0) {
            (*queue).backlog = (*(*queue).backlog).next;
        }
        first.remove();
        request_of(first.0)
    }
}
