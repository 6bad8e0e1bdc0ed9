// SPDX-License-Identifier: GPL-2.0-only
//! Copying between buffers and lists.

use super::{address, next};
use crate::bindings::{self, scatterlist};
use core::ffi::{c_uint, c_void};

exports! {
    family "scatterlist";
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_copy_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *mut c_void, buflen: usize, skip: bindings::off_t, to_buffer: bool) -> usize = copy_buffer;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_copy_from_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *const c_void, buflen: usize) -> usize = from_buffer;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_copy_to_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *mut c_void, buflen: usize) -> usize = to_buffer;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_pcopy_from_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *const c_void, buflen: usize, skip: bindings::off_t) -> usize = part_from_buffer;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_pcopy_to_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *mut c_void, buflen: usize, skip: bindings::off_t) -> usize = part_to_buffer;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_zero_buffer(sgl: *mut scatterlist, nents: c_uint, buflen: usize, skip: bindings::off_t) -> usize = zero_buffer;
}

/// Calls `f` with each run of memory of the list between `skip` and `skip + len`: where it is, how far from the start of
/// the range, how long. Gives the bytes in all.
unsafe fn each(
    sgl: *mut scatterlist,
    nents: c_uint,
    skip: bindings::off_t,
    len: usize,
    mut f: impl FnMut(*mut u8, usize, usize),
) -> usize {
    let (mut sg, mut done) = (sgl, 0);
    let Ok(mut skip) = usize::try_from(skip) else { return 0 };
    for _ in 0..nents {
        if sg.is_null() || done >= len {
            break;
        }
        // SAFETY: the caller's list.
        let (at, bytes) = unsafe { (address(sg), (*sg).length as usize) };
        if skip < bytes {
            let now = (bytes - skip).min(len - done);
            f((at + skip).as_ptr(), done, now);
            done += now;
            skip = 0;
        } else {
            skip -= bytes;
        }
        // SAFETY: as above.
        sg = unsafe { next(sg) };
    }
    done
}

/// Copies at most `len` bytes from byte `skip` of the list on into the buffer, or the other way; gives how many.
pub(super) unsafe fn copy_buffer(
    sgl: *mut scatterlist,
    nents: c_uint,
    buf: *mut c_void,
    len: usize,
    skip: bindings::off_t,
    to_buffer: bool,
) -> usize {
    // SAFETY: the caller's list and buffer of `len` bytes; `each` stays within both.
    unsafe {
        each(sgl, nents, skip, len, |at, offset, bytes| {
            let mine = buf.cast::<u8>().add(offset);
            if to_buffer {
                mine.copy_from(at, bytes);
            } else {
                at.copy_from(mine, bytes);
            }
        })
    }
}

unsafe fn from_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *const c_void, len: usize) -> usize {
    // SAFETY: as the caller promises; the buffer is read only.
    unsafe { copy_buffer(sgl, nents, buf.cast_mut(), len, 0, false) }
}

unsafe fn to_buffer(sgl: *mut scatterlist, nents: c_uint, buf: *mut c_void, len: usize) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_buffer(sgl, nents, buf, len, 0, true) }
}

unsafe fn part_from_buffer(
    sgl: *mut scatterlist,
    nents: c_uint,
    buf: *const c_void,
    len: usize,
    skip: bindings::off_t,
) -> usize {
    // SAFETY: as the caller promises; the buffer is read only.
    unsafe { copy_buffer(sgl, nents, buf.cast_mut(), len, skip, false) }
}

unsafe fn part_to_buffer(
    sgl: *mut scatterlist,
    nents: c_uint,
    buf: *mut c_void,
    len: usize,
    skip: bindings::off_t,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { copy_buffer(sgl, nents, buf, len, skip, true) }
}

unsafe fn zero_buffer(sgl: *mut scatterlist, nents: c_uint, len: usize, skip: bindings::off_t) -> usize {
    // SAFETY: as the caller promises.
    unsafe { each(sgl, nents, skip, len, |at, _, bytes| at.write_bytes(0, bytes)) }
}
