// SPDX-License-Identifier: GPL-2.0-only
//! Copies of strings and memory in memory of their own.

use super::bytes;
use crate::bindings::gfp_t;
use crate::errno::Errno;
use crate::slab::{kfree, kmalloc};
use core::ffi::{c_char, c_long, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "text";
    [any, supported, "text::tests::duplicating"]
    fn kstrdup(s: *const c_char, gfp: gfp_t) -> *mut c_char = kstrdup;
    [any, supported, "text::tests::duplicating"]
    fn kstrdup_const(s: *const c_char, gfp: gfp_t) -> *const c_char = kstrdup_const;
    [any, supported, "text::tests::duplicating"]
    fn kfree_const(p: *const c_void) -> () = kfree;
    [any, supported, "text::tests::duplicating"]
    fn kstrndup(s: *const c_char, len: usize, gfp: gfp_t) -> *mut c_char = kstrndup;
    [any, supported, "text::tests::duplicating"]
    fn kmemdup_nul(s: *const c_char, len: usize, gfp: gfp_t) -> *mut c_char = kmemdup_nul;
    [any, supported, "text::tests::duplicating"]
    fn kmemdup_noprof(p: *const c_void, len: usize, gfp: gfp_t) -> *mut c_void = kmemdup;
    [any, supported, "text::tests::duplicating"]
    fn kvmemdup(p: *const c_void, len: usize, gfp: gfp_t) -> *mut c_void = kmemdup;
    [any, supported, "text::tests::duplicating"]
    fn kmemdup_array(p: *const c_void, count: usize, size: usize, gfp: gfp_t) -> *mut c_void = kmemdup_array;
    [any, refused, "text::tests::users_are_refused"]
    fn memdup_user(p: *const c_void, len: usize) -> *mut c_void = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn vmemdup_user(p: *const c_void, len: usize) -> *mut c_void = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn memdup_user_nul(p: *const c_void, len: usize) -> *mut c_void = from_user;
    [any, refused, "text::tests::users_are_refused"]
    fn strndup_user(s: *const c_char, n: c_long) -> *mut c_char = string_from_user;
}

pub(super) unsafe fn kmemdup(p: *const c_void, len: usize, gfp: gfp_t) -> *mut c_void {
    let copy = kmalloc(len, gfp);
    if !copy.is_null() && len > 0 {
        // SAFETY: the caller's memory; new memory of that size.
        unsafe { copy.cast::<u8>().copy_from_nonoverlapping(p.cast(), len) };
    }
    copy
}

unsafe fn kmemdup_array(p: *const c_void, count: usize, size: usize, gfp: gfp_t) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: the caller's array.
        Some(len) => unsafe { kmemdup(p, len, gfp) },
        None => null_mut(),
    }
}

pub(super) unsafe fn kmemdup_nul(s: *const c_char, len: usize, gfp: gfp_t) -> *mut c_char {
    if s.is_null() {
        return null_mut();
    }
    let copy = kmalloc(len + 1, gfp).cast::<c_char>();
    if !copy.is_null() {
        // SAFETY: the caller's bytes; new memory of that size.
        unsafe {
            copy.copy_from_nonoverlapping(s, len);
            copy.add(len).write(0);
        }
    }
    copy
}

/// Null for null, and without memory. Context: as `kmalloc`.
///
/// # Safety
/// Null, or a string.
pub unsafe fn kstrdup(s: *const c_char, gfp: gfp_t) -> *mut c_char {
    // SAFETY: the caller's string.
    if s.is_null() { null_mut() } else { unsafe { kmemdup_nul(s, bytes(s).len(), gfp) } }
}

unsafe fn kstrdup_const(s: *const c_char, gfp: gfp_t) -> *const c_char {
    // SAFETY: the caller's string.
    unsafe { kstrdup(s, gfp) }
}

unsafe fn kstrndup(s: *const c_char, len: usize, gfp: gfp_t) -> *mut c_char {
    // SAFETY: the caller's string.
    if s.is_null() { null_mut() } else { unsafe { kmemdup_nul(s, super::search::strnlen(s, len), gfp) } }
}

pub(super) fn from_user(_p: *const c_void, _len: usize) -> *mut c_void {
    Errno::EFAULT.to_ptr()
}

fn string_from_user(_s: *const c_char, _n: c_long) -> *mut c_char {
    Errno::EFAULT.to_ptr()
}
