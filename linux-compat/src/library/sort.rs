// SPDX-License-Identifier: GPL-2.0-only
//! Sorting and searching arrays and lists, without memory.

use crate::bindings::{cmp_func_t, cmp_r_func_t, list_cmp_func_t, list_head, swap_func_t, swap_r_func_t};
use crate::locking::List;
use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "library";
    [any, supported, "library::tests::sorting"]
    fn sort(base: *mut c_void, n: usize, size: usize, cmp: cmp_func_t, swap: swap_func_t) -> () = sort_plain;
    [any, supported, "library::tests::sorting"]
    fn sort_r(base: *mut c_void, n: usize, size: usize, cmp: cmp_r_func_t, swap: swap_r_func_t, data: *const c_void) -> () = sort_with;
    [any, supported, "library::tests::sorting"]
    fn bsearch(key: *const c_void, base: *const c_void, n: usize, size: usize, cmp: cmp_func_t) -> *mut c_void = search;
    [any, supported, "library::tests::lists_are_sorted"]
    fn list_sort(data: *mut c_void, head: *mut list_head, cmp: list_cmp_func_t) -> () = sort_list;
}

/// `order` says how two places compare, `swap` exchanges them.
fn run(n: usize, order: impl Fn(usize, usize) -> c_int, swap: impl Fn(usize, usize)) {
    kernel::sort::places(n, &mut |a, b| order(a, b) < 0, &mut |a, b| swap(a, b));
}

unsafe fn exchange(a: *mut u8, b: *mut u8, size: usize) {
    // SAFETY: the caller's elements.
    (0..size).for_each(|i| unsafe { core::ptr::swap(a.add(i), b.add(i)) });
}

pub(super) unsafe fn sort_plain(base: *mut c_void, n: usize, size: usize, cmp: cmp_func_t, swap: swap_func_t) {
    let Some(cmp) = cmp else { return };
    let base = base.cast::<u8>();
    // SAFETY: the caller's array and functions.
    unsafe {
        run(n, |a, b| cmp(base.add(a * size).cast(), base.add(b * size).cast()), |a, b| {
            let (a, b) = (base.add(a * size), base.add(b * size));
            match swap {
                Some(swap) => swap(a.cast(), b.cast(), size as c_int),
                None => exchange(a, b, size),
            }
        });
    }
}

unsafe fn sort_with(
    base: *mut c_void,
    n: usize,
    size: usize,
    cmp: cmp_r_func_t,
    swap: swap_r_func_t,
    data: *const c_void,
) {
    let Some(cmp) = cmp else { return };
    let base = base.cast::<u8>();
    // SAFETY: the caller's array and functions.
    unsafe {
        run(n, |a, b| cmp(base.add(a * size).cast(), base.add(b * size).cast(), data), |a, b| {
            let (a, b) = (base.add(a * size), base.add(b * size));
            match swap {
                Some(swap) => swap(a.cast(), b.cast(), size as c_int, data),
                None => exchange(a, b, size),
            }
        });
    }
}

/// The array's first of equals to `key`, as far as halving finds it.
pub(super) unsafe fn search(key: *const c_void, base: *const c_void, n: usize, size: usize, cmp: cmp_func_t) -> *mut c_void {
    let Some(cmp) = cmp else { return null_mut() };
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        let at = base.wrapping_byte_add(middle * size);
        // SAFETY: the caller's array and function.
        match unsafe { cmp(key, at) } {
            0 => return at.cast_mut(),
            ..0 => high = middle,
            _ => low = middle + 1,
        }
    }
    null_mut()
}

/// Insertion from the end: lists are short, and equal elements keep their order.
pub(super) unsafe fn sort_list(data: *mut c_void, head: *mut list_head, cmp: list_cmp_func_t) {
    let Some(cmp) = cmp else { return };
    let ring = List(head);
    // SAFETY: the caller's list and function.
    unsafe {
        let mut at = ring.next();
        if at.0.is_null() {
            return;
        }
        while at != ring {
            let next = at.next();
            let mut place = at.prev();
            if place != ring && cmp(data, place.0, at.0) > 0 {
                at.remove();
                while place != ring && cmp(data, place.0, at.0) > 0 {
                    place = place.prev();
                }
                place.add(at);
            }
            at = next;
        }
    }
}
