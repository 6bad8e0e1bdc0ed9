// SPDX-License-Identifier: GPL-2.0-only
//! Copying strings, filling memory.

use super::bytes;
use crate::errno::Errno;
use core::ffi::{c_char, c_int, c_void};

crate::exports! {
    family "text";
    [any, supported, "text::tests::copying"]
    fn sized_strscpy(dst: *mut c_char, src: *const c_char, size: usize) -> isize = strscpy;
    [any, supported, "text::tests::copying"]
    fn sized_strscpy_pad(dst: *mut c_char, src: *const c_char, size: usize) -> isize = strscpy_pad;
    [any, supported, "text::tests::copying"]
    fn strcpy(dst: *mut c_char, src: *const c_char) -> *mut c_char = strcpy;
    [any, supported, "text::tests::copying"]
    fn strncpy(dst: *mut c_char, src: *const c_char, n: usize) -> *mut c_char = strncpy;
    [any, supported, "text::tests::copying"]
    fn strcat(dst: *mut c_char, src: *const c_char) -> *mut c_char = strcat;
    [any, supported, "text::tests::copying"]
    fn strncat(dst: *mut c_char, src: *const c_char, n: usize) -> *mut c_char = strncat;
    [any, supported, "text::tests::copying"]
    fn strlcat(dst: *mut c_char, src: *const c_char, n: usize) -> usize = strlcat;
    [any, supported, "text::tests::filling"]
    fn memset16(s: *mut u16, v: u16, n: usize) -> *mut c_void = fill;
    [any, supported, "text::tests::filling"]
    fn memset32(s: *mut u32, v: u32, n: usize) -> *mut c_void = fill;
    [any, supported, "text::tests::filling"]
    fn memset64(s: *mut u64, v: u64, n: usize) -> *mut c_void = fill;
    [any, supported, "text::tests::filling"]
    fn memcpy_and_pad(dest: *mut c_void, dest_len: usize, src: *const c_void, count: usize, pad: c_int) -> () = copy_and_pad;
    [any, supported, "text::tests::filling"]
    fn memory_read_from_buffer(to: *mut c_void, count: usize, pos: *mut i64, from: *const c_void, available: usize) -> isize = read_from;
}

/// The length that was copied, or -E2BIG if the text was cut; ended with a zero where there is room.
pub(super) unsafe fn strscpy(dst: *mut c_char, src: *const c_char, size: usize) -> isize {
    if size == 0 || size > isize::MAX as usize {
        return Errno::E2BIG.to_c() as isize;
    }
    for i in 0..size {
        // SAFETY: the caller's string up to its zero, and room.
        unsafe {
            let byte = *src.add(i);
            if byte == 0 || i < size - 1 {
                dst.add(i).write(byte);
                if byte == 0 {
                    return i as isize;
                }
            } else {
                dst.add(i).write(0);
            }
        }
    }
    Errno::E2BIG.to_c() as isize
}

pub(super) unsafe fn strscpy_pad(dst: *mut c_char, src: *const c_char, size: usize) -> isize {
    // SAFETY: the caller's.
    let n = unsafe { strscpy(dst, src, size) };
    if n >= 0 {
        // SAFETY: the rest of the caller's room.
        unsafe { dst.add(n as usize).write_bytes(0, size - n as usize) };
    }
    n
}

unsafe fn strcpy(dst: *mut c_char, src: *const c_char) -> *mut c_char {
    // SAFETY: the caller's string and room.
    unsafe {
        let n = bytes(src).len() + 1;
        dst.copy_from(src, n);
    }
    dst
}

pub(super) unsafe fn strncpy(dst: *mut c_char, src: *const c_char, n: usize) -> *mut c_char {
    // SAFETY: the caller's string, which needs no zero within `n`, and room of `n`.
    unsafe {
        let len = super::search::strnlen(src, n);
        dst.copy_from(src, len);
        dst.add(len).write_bytes(0, n - len);
    }
    dst
}

unsafe fn strcat(dst: *mut c_char, src: *const c_char) -> *mut c_char {
    // SAFETY: the caller's strings and room.
    unsafe { strcpy(dst.add(bytes(dst).len()), src) };
    dst
}

unsafe fn strncat(dst: *mut c_char, src: *const c_char, n: usize) -> *mut c_char {
    // SAFETY: the caller's strings and room.
    unsafe {
        let end = dst.add(bytes(dst).len());
        let len = super::search::strnlen(src, n);
        end.copy_from(src, len);
        end.add(len).write(0);
    }
    dst
}

/// The length that the whole text would have.
pub(super) unsafe fn strlcat(dst: *mut c_char, src: *const c_char, n: usize) -> usize {
    // SAFETY: the caller's strings, and room of `n`.
    unsafe {
        let (have, more) = (super::search::strnlen(dst, n), bytes(src).len());
        if have < n {
            let len = more.min(n - 1 - have);
            dst.add(have).copy_from(src, len);
            dst.add(have + len).write(0);
        }
        have + more
    }
}

pub(super) unsafe fn fill<T: Copy>(s: *mut T, v: T, n: usize) -> *mut c_void {
    // SAFETY: the caller's array of `n`.
    unsafe { core::slice::from_raw_parts_mut(s, n) }.fill(v);
    s.cast()
}

pub(super) unsafe fn copy_and_pad(dest: *mut c_void, dest_len: usize, src: *const c_void, count: usize, pad: c_int) {
    let n = count.min(dest_len);
    // SAFETY: the caller's memory.
    unsafe {
        dest.cast::<u8>().copy_from(src.cast(), n);
        dest.cast::<u8>().add(n).write_bytes(pad as u8, dest_len - n);
    }
}

/// What is behind `*pos`, at most `count` bytes; the position moves on. -EINVAL if it is negative.
pub(super) unsafe fn read_from(to: *mut c_void, count: usize, pos: *mut i64, from: *const c_void, available: usize) -> isize {
    // SAFETY: the caller's position and memory.
    unsafe {
        let Ok(at) = usize::try_from(*pos) else { return Errno::EINVAL.to_c() as isize };
        let n = available.saturating_sub(at).min(count);
        to.cast::<u8>().copy_from(from.cast::<u8>().wrapping_add(at), n);
        *pos += n as i64;
        n as isize
    }
}
