// SPDX-License-Identifier: GPL-2.0-only
//! Numbers for pointers (`idr`, whose caller locks), and numbers by themselves (`ida`, which locks).

use super::xarray::{
    destroy, erase_locked, find, find_after, free_number, is_empty, locked, radix_lookup, store_locked,
};
use crate::bindings::{gfp_t, ida, idr, xarray};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "library";
    [any, supported, "library::tests::idrs"]
    fn idr_alloc(idr: *mut idr, ptr: *mut c_void, start: c_int, end: c_int, gfp: gfp_t) -> c_int = alloc;
    [any, supported, "library::tests::idrs"]
    fn idr_alloc_u32(idr: *mut idr, ptr: *mut c_void, id: *mut u32, max: c_ulong, gfp: gfp_t) -> c_int = alloc_u32;
    [any, supported, "library::tests::idrs"]
    fn idr_alloc_cyclic(idr: *mut idr, ptr: *mut c_void, start: c_int, end: c_int, gfp: gfp_t) -> c_int = alloc_cyclic;
    [any, supported, "library::tests::idrs"]
    fn idr_remove(idr: *mut idr, id: c_ulong) -> *mut c_void = remove;
    [any, supported, "library::tests::idrs"]
    fn idr_find(idr: *const idr, id: c_ulong) -> *mut c_void = lookup;
    [any, supported, "library::tests::idrs"]
    fn idr_for_each(idr: *const idr, f: Each, data: *mut c_void) -> c_int = for_each;
    [any, supported, "library::tests::idrs"]
    fn idr_get_next(idr: *mut idr, id: *mut c_int) -> *mut c_void = get_next;
    [any, supported, "library::tests::idrs"]
    fn idr_replace(idr: *mut idr, ptr: *mut c_void, id: c_ulong) -> *mut c_void = replace;
    [any, supported, "library::tests::idrs"]
    fn idr_destroy(idr: *mut idr) -> () = idr_destroy;
    [any, supported, "library::tests::idas"]
    fn ida_alloc_range(ida: *mut ida, min: c_uint, max: c_uint, gfp: gfp_t) -> c_int = ida_alloc;
    [any, supported, "library::tests::idas"]
    fn ida_free(ida: *mut ida, id: c_uint) -> () = ida_free;
    [any, supported, "library::tests::idas"]
    fn ida_destroy(ida: *mut ida) -> () = ida_destroy;
    [any, supported, "library::tests::idas"]
    fn ida_find_first_range(ida: *mut ida, min: c_uint, max: c_uint) -> c_int = ida_first;
}

type Each = Option<unsafe extern "C" fn(c_int, *mut c_void, *mut c_void) -> c_int>;

unsafe fn array(idr: *const idr) -> *mut xarray {
    // SAFETY: the caller's.
    unsafe { (&raw const (*idr).idr_rt).cast_mut() }
}

/// A number from `min` to `max` for `ptr`; a null pointer has a number, too.
unsafe fn take(idr: *mut idr, ptr: *mut c_void, min: u64, max: u64, gfp: gfp_t) -> Option<u64> {
    // SAFETY: the caller's.
    unsafe {
        let number = free_number(array(idr), min, max)?;
        // Null would be no entry.
        let value = if ptr.is_null() { NOTHING } else { ptr };
        store_locked(array(idr), number, value, gfp);
        Some(number)
    }
}

/// Stands for null in the map.
const NOTHING: *mut c_void = core::ptr::without_provenance_mut(2);

fn value(entry: *mut c_void) -> *mut c_void {
    if entry == NOTHING { null_mut() } else { entry }
}

pub(super) unsafe fn alloc(idr: *mut idr, ptr: *mut c_void, start: c_int, end: c_int, gfp: gfp_t) -> c_int {
    if start < 0 {
        return Errno::EINVAL.to_c();
    }
    let max = if end > 0 { end - 1 } else { c_int::MAX };
    // SAFETY: the caller's.
    let number = unsafe { take(idr, ptr, start as u64, max.max(0) as u64, gfp) };
    number.map_or(Errno::ENOSPC.to_c(), |number| number as c_int)
}

unsafe fn alloc_u32(idr: *mut idr, ptr: *mut c_void, id: *mut u32, max: u64, gfp: gfp_t) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        match take(idr, ptr, u64::from(*id), max.min(u32::MAX.into()), gfp) {
            Some(number) => {
                id.write(number as u32);
                0
            }
            None => Errno::ENOSPC.to_c(),
        }
    }
}

pub(super) unsafe fn alloc_cyclic(idr: *mut idr, ptr: *mut c_void, start: c_int, end: c_int, gfp: gfp_t) -> c_int {
    let max = if end > 0 { end - 1 } else { c_int::MAX }.max(0) as u64;
    // SAFETY: the caller's.
    unsafe {
        let from = u64::from((*idr).idr_next).max(start.max(0) as u64);
        let number = take(idr, ptr, from, max, gfp).or_else(|| take(idr, ptr, start.max(0) as u64, max, gfp));
        let Some(number) = number else { return Errno::ENOSPC.to_c() };
        (*idr).idr_next = number as c_uint + 1;
        number as c_int
    }
}

pub(super) unsafe fn remove(idr: *mut idr, id: u64) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { value(erase_locked(array(idr), id)) }
}

pub(super) unsafe fn lookup(idr: *const idr, id: u64) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe { value(radix_lookup(array(idr), id)) }
}

pub(super) unsafe fn for_each(idr: *const idr, f: Each, data: *mut c_void) -> c_int {
    let mut index = 0;
    // SAFETY: the caller's, and its function.
    unsafe {
        let array = array(idr);
        let mut entry = find(array, &mut index, u64::MAX, 8);
        while !entry.is_null() {
            let result = f.map_or(0, |f| f(index as c_int, value(entry), data));
            if result != 0 {
                return result;
            }
            entry = find_after(array, &mut index, u64::MAX, 8);
        }
    }
    0
}

pub(super) unsafe fn get_next(idr: *mut idr, id: *mut c_int) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe {
        let mut index = (*id).max(0) as u64;
        let entry = find(array(idr), &mut index, c_int::MAX as u64, 8);
        if !entry.is_null() {
            id.write(index as c_int);
        }
        value(entry)
    }
}

/// The old one; -ENOENT as a pointer.
unsafe fn replace(idr: *mut idr, ptr: *mut c_void, id: u64) -> *mut c_void {
    // SAFETY: the caller's.
    unsafe {
        if radix_lookup(array(idr), id).is_null() {
            return Errno::ENOENT.to_ptr();
        }
        value(store_locked(array(idr), id, if ptr.is_null() { NOTHING } else { ptr }, 0))
    }
}

pub(super) unsafe fn idr_destroy(idr: *mut idr) {
    // SAFETY: the caller's.
    unsafe { destroy(array(idr)) };
}

pub(super) unsafe fn ida_alloc(ida: *mut ida, min: c_uint, max: c_uint, gfp: gfp_t) -> c_int {
    if min > c_int::MAX as c_uint {
        return Errno::ENOSPC.to_c();
    }
    let max = max.min(c_int::MAX as c_uint);
    // SAFETY: the caller's.
    unsafe {
        let xa = &raw mut (*ida).xa;
        let number = locked(xa, || {
            let number = free_number(xa, min.into(), max.into())?;
            store_locked(xa, number, NOTHING, gfp);
            Some(number)
        });
        number.map_or(Errno::ENOSPC.to_c(), |number| number as c_int)
    }
}

pub(super) unsafe fn ida_free(ida: *mut ida, id: c_uint) {
    // SAFETY: the caller's.
    unsafe {
        let xa = &raw mut (*ida).xa;
        if locked(xa, || erase_locked(xa, id.into())).is_null() {
            log::error!(target: "linux", "the number {id} is freed but not taken, in {}", crate::context::describe());
        }
    }
}

pub(super) unsafe fn ida_destroy(ida: *mut ida) {
    // SAFETY: the caller's.
    unsafe { destroy(&raw mut (*ida).xa) };
}

/// The lowest number taken in a range; -ENOENT.
pub(super) unsafe fn ida_first(ida: *mut ida, min: c_uint, max: c_uint) -> c_int {
    let mut index = u64::from(min);
    // SAFETY: the caller's.
    let found = unsafe { find(&raw mut (*ida).xa, &mut index, max.into(), 8) };
    if found.is_null() { Errno::ENOENT.to_c() } else { index as c_int }
}

/// Whether no number is taken.
#[cfg(test)]
pub(super) unsafe fn ida_is_empty(ida: *mut ida) -> bool {
    // SAFETY: the caller's.
    unsafe { is_empty(&raw const (*ida).xa) }
}

#[cfg(not(test))]
const _: unsafe fn(*const xarray) -> bool = is_empty;
