// SPDX-License-Identifier: GPL-2.0-only
//! Finding bits in arrays of words; the number of bits where there is none.

use core::ffi::c_ulong;

crate::exports! {
    family "library";
    [any, supported, "library::tests::finding_bits"]
    fn _find_next_bit(a: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = next;
    [any, supported, "library::tests::finding_bits"]
    fn _find_next_zero_bit(a: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = next_zero;
    [any, supported, "library::tests::finding_bits"]
    fn _find_next_and_bit(a: *const c_ulong, b: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = next_and;
    [any, supported, "library::tests::finding_bits"]
    fn _find_next_andnot_bit(a: *const c_ulong, b: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = next_andnot;
    [any, supported, "library::tests::finding_bits"]
    fn _find_next_or_bit(a: *const c_ulong, b: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = next_or;
    [any, supported, "library::tests::finding_bits"]
    fn _find_last_bit(a: *const c_ulong, n: c_ulong) -> c_ulong = last;
    [any, supported, "library::tests::finding_bits"]
    fn __find_nth_bit(a: *const c_ulong, n: c_ulong, i: c_ulong) -> c_ulong = nth;
    [any, supported, "library::tests::finding_bits"]
    fn find_next_clump8(clump: *mut c_ulong, a: *const c_ulong, n: c_ulong, start: c_ulong) -> c_ulong = clump8;
}

/// The first set bit from `start` on, of words that `word` gives.
fn first(n: u64, start: u64, word: impl Fn(usize) -> u64) -> u64 {
    let mut at = start;
    while at < n {
        let rest = word((at / 64) as usize) >> (at % 64);
        if rest != 0 {
            return (at + u64::from(rest.trailing_zeros())).min(n);
        }
        at = (at / 64 + 1) * 64;
    }
    n
}

pub(super) unsafe fn next(a: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: the caller's words, as many as `n` bits need.
    first(n, start, |i| unsafe { *a.add(i) })
}

pub(super) unsafe fn next_zero(a: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: as above.
    first(n, start, |i| unsafe { !*a.add(i) })
}

unsafe fn next_and(a: *const u64, b: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: as above.
    first(n, start, |i| unsafe { *a.add(i) & *b.add(i) })
}

unsafe fn next_andnot(a: *const u64, b: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: as above.
    first(n, start, |i| unsafe { *a.add(i) & !*b.add(i) })
}

unsafe fn next_or(a: *const u64, b: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: as above.
    first(n, start, |i| unsafe { *a.add(i) | *b.add(i) })
}

pub(super) unsafe fn last(a: *const u64, n: u64) -> u64 {
    let mut at = n;
    while at > 0 {
        let top = (at - 1) % 64;
        // SAFETY: as above.
        let rest = unsafe { *a.add(((at - 1) / 64) as usize) } << (63 - top);
        if rest != 0 {
            return at - 1 - u64::from(rest.leading_zeros());
        }
        at -= top + 1;
    }
    n
}

pub(super) unsafe fn nth(a: *const u64, n: u64, mut nth: u64) -> u64 {
    // SAFETY: as above.
    unsafe {
        let mut at = next(a, n, 0);
        while at < n && nth > 0 {
            at = next(a, n, at + 1);
            nth -= 1;
        }
        at
    }
}

/// The next byte that is not 0: where it starts, and its value.
pub(super) unsafe fn clump8(clump: *mut u64, a: *const u64, n: u64, start: u64) -> u64 {
    // SAFETY: as above, and the caller's place.
    unsafe {
        let at = next(a, n, start);
        if at == n {
            return n;
        }
        let at = at / 8 * 8;
        clump.write(*a.add((at / 64) as usize) >> (at % 64) & 0xff);
        at
    }
}
