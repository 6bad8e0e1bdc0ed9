// SPDX-License-Identifier: GPL-2.0-only
//! Comparing strings, finding in strings and memory.

use super::bytes;
use crate::errno::Errno;
use core::cmp::Ordering;
use core::ffi::{c_char, c_int, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "text";
    [any, supported, "text::tests::comparing"]
    fn strcmp(a: *const c_char, b: *const c_char) -> c_int = strcmp;
    [any, supported, "text::tests::comparing"]
    fn strncmp(a: *const c_char, b: *const c_char, n: usize) -> c_int = strncmp;
    [any, supported, "text::tests::comparing"]
    fn strcasecmp(a: *const c_char, b: *const c_char) -> c_int = strcasecmp;
    [any, supported, "text::tests::comparing"]
    fn strncasecmp(a: *const c_char, b: *const c_char, n: usize) -> c_int = strncasecmp;
    [any, supported, "text::tests::comparing"]
    fn sysfs_streq(a: *const c_char, b: *const c_char) -> bool = sysfs_streq;
    [any, supported, "text::tests::finding"]
    fn strchr(s: *const c_char, c: c_int) -> *mut c_char = strchr;
    [any, supported, "text::tests::finding"]
    fn strchrnul(s: *const c_char, c: c_int) -> *mut c_char = strchrnul;
    [any, supported, "text::tests::finding"]
    fn strnchrnul(s: *const c_char, n: usize, c: c_int) -> *mut c_char = strnchrnul;
    [any, supported, "text::tests::finding"]
    fn strnchr(s: *const c_char, n: usize, c: c_int) -> *mut c_char = strnchr;
    [any, supported, "text::tests::finding"]
    fn strrchr(s: *const c_char, c: c_int) -> *mut c_char = strrchr;
    [any, supported, "text::tests::finding"]
    fn strnlen(s: *const c_char, n: usize) -> usize = strnlen;
    [any, supported, "text::tests::finding"]
    fn strspn(s: *const c_char, any: *const c_char) -> usize = strspn;
    [any, supported, "text::tests::finding"]
    fn strcspn(s: *const c_char, any: *const c_char) -> usize = strcspn;
    [any, supported, "text::tests::finding"]
    fn strpbrk(s: *const c_char, any: *const c_char) -> *mut c_char = strpbrk;
    [any, supported, "text::tests::splitting"]
    fn strsep(s: *mut *mut c_char, any: *const c_char) -> *mut c_char = strsep;
    [any, supported, "text::tests::finding"]
    fn strstr(s: *const c_char, what: *const c_char) -> *mut c_char = strstr;
    [any, supported, "text::tests::finding"]
    fn strnstr(s: *const c_char, what: *const c_char, len: usize) -> *mut c_char = strnstr;
    [any, supported, "text::tests::splitting"]
    fn skip_spaces(s: *const c_char) -> *mut c_char = skip_spaces;
    [any, supported, "text::tests::splitting"]
    fn strim(s: *mut c_char) -> *mut c_char = strim;
    [any, supported, "text::tests::splitting"]
    fn strreplace(s: *mut c_char, old: c_char, fresh: c_char) -> *mut c_char = strreplace;
    [any, supported, "text::tests::finding"]
    fn memchr(s: *const c_void, c: c_int, n: usize) -> *mut c_void = memchr;
    [any, supported, "text::tests::finding"]
    fn memscan(s: *mut c_void, c: c_int, n: usize) -> *mut c_void = memscan;
    [any, supported, "text::tests::finding"]
    fn memchr_inv(s: *const c_void, c: c_int, n: usize) -> *mut c_void = memchr_inv;
    [any, supported, "text::tests::finding"]
    fn memweight(s: *const c_void, n: usize) -> usize = memweight;
    [any, supported, "text::tests::comparing"]
    fn match_string(array: *const *const c_char, n: usize, s: *const c_char) -> c_int = match_string;
    [any, supported, "text::tests::comparing"]
    fn __sysfs_match_string(array: *const *const c_char, n: usize, s: *const c_char) -> c_int = sysfs_match;
}

fn sign(order: Ordering) -> c_int {
    order as c_int
}

unsafe fn strcmp(a: *const c_char, b: *const c_char) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { strncmp(a, b, usize::MAX) }
}

/// Byte by byte: neither string is read behind its end, or behind the difference.
unsafe fn compare(a: *const c_char, b: *const c_char, n: usize, fold: fn(u8) -> u8) -> c_int {
    for i in 0..n {
        // SAFETY: the caller's strings, up to their zeros.
        let (x, y) = unsafe { (*a.add(i).cast::<u8>(), *b.add(i).cast::<u8>()) };
        match fold(x).cmp(&fold(y)) {
            Ordering::Equal if x == 0 => return 0,
            Ordering::Equal => {}
            order => return sign(order),
        }
    }
    0
}

pub(super) unsafe fn strncmp(a: *const c_char, b: *const c_char, n: usize) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { compare(a, b, n, |b| b) }
}

pub(super) unsafe fn strcasecmp(a: *const c_char, b: *const c_char) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { compare(a, b, usize::MAX, |b| b.to_ascii_lowercase()) }
}

unsafe fn strncasecmp(a: *const c_char, b: *const c_char, n: usize) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { compare(a, b, n, |b| b.to_ascii_lowercase()) }
}

/// Equal, but for a newline at the end of either.
pub(super) unsafe fn sysfs_streq(a: *const c_char, b: *const c_char) -> bool {
    // SAFETY: the caller's strings.
    let (a, b) = unsafe { (bytes(a), bytes(b)) };
    a.strip_suffix(b"\n").unwrap_or(a) == b.strip_suffix(b"\n").unwrap_or(b)
}

unsafe fn strchr(s: *const c_char, c: c_int) -> *mut c_char {
    // SAFETY: the caller's string.
    unsafe {
        let at = strchrnul(s, c);
        if *at as u8 == c as u8 { at } else { null_mut() }
    }
}

unsafe fn strchrnul(s: *const c_char, c: c_int) -> *mut c_char {
    // SAFETY: the caller's string.
    unsafe { strnchrnul(s, usize::MAX, c) }
}

unsafe fn strnchrnul(s: *const c_char, n: usize, c: c_int) -> *mut c_char {
    let mut i = 0;
    // SAFETY: the caller's string, up to its zero.
    unsafe {
        while i < n && *s.add(i) != 0 && *s.add(i) as u8 != c as u8 {
            i += 1;
        }
        s.add(i).cast_mut()
    }
}

pub(super) unsafe fn strnchr(s: *const c_char, n: usize, c: c_int) -> *mut c_char {
    for i in 0..n {
        // SAFETY: the caller's string, up to its zero.
        unsafe {
            let byte = *s.add(i) as u8;
            if byte == c as u8 {
                return s.add(i).cast_mut();
            }
            if byte == 0 {
                break;
            }
        }
    }
    null_mut()
}

pub(super) unsafe fn strrchr(s: *const c_char, c: c_int) -> *mut c_char {
    // SAFETY: the caller's string, with its zero.
    let all = unsafe { core::ffi::CStr::from_ptr(s) }.to_bytes_with_nul();
    all.iter().rposition(|&b| b == c as u8).map_or(null_mut(), |at| s.wrapping_add(at).cast_mut())
}

pub(super) unsafe fn strnlen(s: *const c_char, n: usize) -> usize {
    let mut len = 0;
    // SAFETY: the caller's string, up to its zero.
    while len < n && unsafe { *s.add(len) } != 0 {
        len += 1;
    }
    len
}

unsafe fn strspn(s: *const c_char, any: *const c_char) -> usize {
    // SAFETY: the caller's strings.
    let (s, any) = unsafe { (bytes(s), bytes(any)) };
    s.iter().take_while(|b| any.contains(b)).count()
}

unsafe fn strcspn(s: *const c_char, any: *const c_char) -> usize {
    // SAFETY: the caller's strings.
    let (s, any) = unsafe { (bytes(s), bytes(any)) };
    s.iter().take_while(|b| !any.contains(b)).count()
}

unsafe fn strpbrk(s: *const c_char, any: *const c_char) -> *mut c_char {
    // SAFETY: the caller's strings.
    unsafe {
        let at = s.add(strcspn(s, any));
        if *at == 0 { null_mut() } else { at.cast_mut() }
    }
}

/// The next piece between separators, which are overwritten; null at the end.
pub(super) unsafe fn strsep(s: *mut *mut c_char, any: *const c_char) -> *mut c_char {
    // SAFETY: the caller's strings.
    unsafe {
        let start = *s;
        if start.is_null() {
            return start;
        }
        let end = strpbrk(start, any);
        if end.is_null() {
            *s = null_mut();
        } else {
            end.write(0);
            *s = end.add(1);
        }
        start
    }
}

unsafe fn strstr(s: *const c_char, what: *const c_char) -> *mut c_char {
    // SAFETY: the caller's strings.
    unsafe { strnstr(s, what, usize::MAX) }
}

pub(super) unsafe fn strnstr(s: *const c_char, what: *const c_char, len: usize) -> *mut c_char {
    // SAFETY: the caller's strings; the first one's zero may be behind `len`.
    let (all, what) =
        unsafe { (core::slice::from_raw_parts(s.cast::<u8>(), strnlen(s, len)), bytes(what)) };
    if what.is_empty() {
        return s.cast_mut();
    }
    let at = all.windows(what.len()).position(|part| part == what);
    at.map_or(null_mut(), |at| s.wrapping_add(at).cast_mut())
}

fn is_space(b: u8) -> bool {
    matches!(b, 9..=13 | b' ' | 0xa0)
}

unsafe fn skip_spaces(s: *const c_char) -> *mut c_char {
    // SAFETY: the caller's string.
    let n = unsafe { bytes(s) }.iter().take_while(|&&b| is_space(b)).count();
    s.wrapping_add(n).cast_mut()
}

/// Without the spaces at the end, which are cut off, and at the start, which are skipped.
pub(super) unsafe fn strim(s: *mut c_char) -> *mut c_char {
    // SAFETY: the caller's string.
    unsafe {
        let len = bytes(s).iter().rposition(|&b| !is_space(b)).map_or(0, |last| last + 1);
        s.add(len).write(0);
        skip_spaces(s)
    }
}

unsafe fn strreplace(s: *mut c_char, old: c_char, fresh: c_char) -> *mut c_char {
    let mut at = s;
    // SAFETY: the caller's string, up to its zero.
    unsafe {
        while *at != 0 {
            if *at == old {
                *at = fresh;
            }
            at = at.add(1);
        }
    }
    s
}

unsafe fn find(s: *const c_void, n: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    // SAFETY: the caller's memory.
    (0..n).find(|&i| wanted(unsafe { *s.cast::<u8>().add(i) }))
}

unsafe fn memchr(s: *const c_void, c: c_int, n: usize) -> *mut c_void {
    // SAFETY: the caller's memory.
    unsafe { find(s, n, |b| b == c as u8) }.map_or(null_mut(), |i| s.wrapping_byte_add(i).cast_mut())
}

/// Like `memchr`, but the end where there is none.
unsafe fn memscan(s: *mut c_void, c: c_int, n: usize) -> *mut c_void {
    // SAFETY: the caller's memory.
    s.wrapping_byte_add(unsafe { find(s, n, |b| b == c as u8) }.unwrap_or(n))
}

pub(super) unsafe fn memchr_inv(s: *const c_void, c: c_int, n: usize) -> *mut c_void {
    // SAFETY: the caller's memory.
    unsafe { find(s, n, |b| b != c as u8) }.map_or(null_mut(), |i| s.wrapping_byte_add(i).cast_mut())
}

unsafe fn memweight(s: *const c_void, n: usize) -> usize {
    // SAFETY: the caller's memory.
    unsafe { core::slice::from_raw_parts(s.cast::<u8>(), n) }.iter().map(|b| b.count_ones() as usize).sum()
}

/// The place of `s` in an array, which ends at a null or after `n`; -EINVAL.
unsafe fn place(array: *const *const c_char, n: usize, same: impl Fn(*const c_char) -> bool) -> c_int {
    for i in 0..n {
        // SAFETY: the caller's array, up to its null.
        let item = unsafe { *array.add(i) };
        if item.is_null() {
            break;
        }
        if same(item) {
            return i as c_int;
        }
    }
    Errno::EINVAL.to_c()
}

pub(super) unsafe fn match_string(array: *const *const c_char, n: usize, s: *const c_char) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { place(array, n, |item| strcmp(item, s) == 0) }
}

unsafe fn sysfs_match(array: *const *const c_char, n: usize, s: *const c_char) -> c_int {
    // SAFETY: the caller's strings.
    unsafe { place(array, n, |item| sysfs_streq(item, s)) }
}
