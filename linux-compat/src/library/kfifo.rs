// SPDX-License-Identifier: GPL-2.0-only
//! Rings of elements of a power of two: one writer, one reader.

use crate::bindings::{__kfifo, gfp_t};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_void};
use core::sync::atomic::{Ordering, fence};

crate::exports! {
    family "library";
    [any, supported, "library::tests::rings"]
    fn __kfifo_alloc(fifo: *mut __kfifo, size: c_uint, esize: usize, gfp: gfp_t) -> c_int = alloc;
    [any, supported, "library::tests::rings"]
    fn __kfifo_free(fifo: *mut __kfifo) -> () = free;
    [any, supported, "library::tests::rings"]
    fn __kfifo_in(fifo: *mut __kfifo, buf: *const c_void, len: c_uint) -> c_uint = put;
    [any, supported, "library::tests::rings"]
    fn __kfifo_out(fifo: *mut __kfifo, buf: *mut c_void, len: c_uint) -> c_uint = take;
    [any, supported, "library::tests::rings"]
    fn __kfifo_out_peek(fifo: *mut __kfifo, buf: *mut c_void, len: c_uint) -> c_uint = peek;
    [any, supported, "library::tests::rings_lie_in_memory_of_others"]
    fn __kfifo_init(fifo: *mut __kfifo, buffer: *mut c_void, size: c_uint, esize: usize) -> c_int = init;
}

pub(super) unsafe fn alloc(fifo: *mut __kfifo, size: c_uint, esize: usize, gfp: gfp_t) -> c_int {
    let size = size.checked_next_power_of_two().unwrap_or(0);
    if size < 2 {
        return Errno::EINVAL.to_c();
    }
    let data = crate::slab::kmalloc(size as usize * esize, gfp);
    if data.is_null() {
        return Errno::ENOMEM.to_c();
    }
    // SAFETY: the caller's ring.
    unsafe {
        fifo.write(__kfifo { in_: 0, out: 0, mask: size - 1, esize: esize as c_uint, data });
    }
    0
}

unsafe fn free(fifo: *mut __kfifo) {
    // SAFETY: the caller's ring.
    unsafe {
        crate::slab::kfree((*fifo).data);
        fifo.write_bytes(0, 1);
    }
}

/// Element `i` of the ring.
unsafe fn element(fifo: *mut __kfifo, i: c_uint) -> *mut u8 {
    // SAFETY: the caller's ring.
    unsafe { (*fifo).data.cast::<u8>().add((i & (*fifo).mask) as usize * (*fifo).esize as usize) }
}

pub(crate) unsafe fn put(fifo: *mut __kfifo, buf: *const c_void, len: c_uint) -> c_uint {
    // SAFETY: the caller's ring and elements.
    unsafe {
        let used = (*fifo).in_.wrapping_sub((*fifo).out);
        let n = len.min((*fifo).mask + 1 - used);
        let size = (*fifo).esize as usize;
        for i in 0..n {
            element(fifo, (*fifo).in_.wrapping_add(i)).copy_from(buf.cast::<u8>().add(i as usize * size), size);
        }
        // What is in the ring is there before its count says so.
        fence(Ordering::Release);
        (*fifo).in_ = (*fifo).in_.wrapping_add(n);
        n
    }
}

pub(super) unsafe fn peek(fifo: *mut __kfifo, buf: *mut c_void, len: c_uint) -> c_uint {
    // SAFETY: the caller's ring and room.
    unsafe {
        let n = len.min((*fifo).in_.wrapping_sub((*fifo).out));
        fence(Ordering::Acquire);
        let size = (*fifo).esize as usize;
        for i in 0..n {
            buf.cast::<u8>().add(i as usize * size).copy_from(element(fifo, (*fifo).out.wrapping_add(i)), size);
        }
        n
    }
}

pub(crate) unsafe fn take(fifo: *mut __kfifo, buf: *mut c_void, len: c_uint) -> c_uint {
    // SAFETY: the caller's ring and room.
    unsafe {
        let n = peek(fifo, buf, len);
        fence(Ordering::Release);
        (*fifo).out = (*fifo).out.wrapping_add(n);
        n
    }
}

pub(super) unsafe fn init(fifo: *mut __kfifo, buffer: *mut c_void, size: c_uint, esize: usize) -> c_int {
    let count = (size as usize).checked_div(esize).and_then(|count| c_uint::try_from(count).ok()).unwrap_or(0);
    if count < 2 {
        return Errno::EINVAL.to_c();
    }
    // The largest power of two that fits.
    let count = 1 << count.ilog2();
    // SAFETY: the caller's ring, and memory of that size for it.
    unsafe { fifo.write(__kfifo { in_: 0, out: 0, mask: count - 1, esize: esize as c_uint, data: buffer }) };
    0
}
