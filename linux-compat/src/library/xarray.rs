// SPDX-License-Identifier: GPL-2.0-only
//! Pointers by number: `xarray`, and the radix tree that is another name for it.
//!
//! The entries hang on `xa_head`: a map of ours, made at the first store. Functions without underscores take the
//! array's lock, with interrupts masked.

use crate::bindings::{gfp_t, raw_spinlock_t, xa_limit, xarray};
use crate::errno::Errno;
use crate::locking::{lock_save, unlock_restore};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ops::Bound::{Excluded, Included};
use core::ptr::null_mut;

crate::exports! {
    family "library";
    [any, supported, "library::tests::xarrays"]
    fn xa_load(xa: *mut xarray, index: c_ulong) -> *mut c_void = load;
    [any, supported, "library::tests::xarrays"]
    fn xa_store(xa: *mut xarray, index: c_ulong, entry: *mut c_void, gfp: gfp_t) -> *mut c_void = store;
    [any, supported, "library::tests::xarrays"]
    fn __xa_store(xa: *mut xarray, index: c_ulong, entry: *mut c_void, gfp: gfp_t) -> *mut c_void = store_locked;
    [any, supported, "library::tests::xarrays"]
    fn xa_erase(xa: *mut xarray, index: c_ulong) -> *mut c_void = erase;
    [any, supported, "library::tests::xarrays"]
    fn __xa_erase(xa: *mut xarray, index: c_ulong) -> *mut c_void = erase_locked;
    [any, supported, "library::tests::xarrays"]
    fn xa_cmpxchg(xa: *mut xarray, index: c_ulong, old: *mut c_void, entry: *mut c_void, gfp: gfp_t) -> *mut c_void = exchange;
    [any, supported, "library::tests::xarrays"]
    fn xa_insert(xa: *mut xarray, index: c_ulong, entry: *mut c_void, gfp: gfp_t) -> c_int = insert;
    [any, supported, "library::tests::xarrays"]
    fn __xa_insert(xa: *mut xarray, index: c_ulong, entry: *mut c_void, gfp: gfp_t) -> c_int = insert_locked;
    [any, supported, "library::tests::xarrays_find_room"]
    fn xa_alloc(xa: *mut xarray, id: *mut u32, entry: *mut c_void, limit: xa_limit, gfp: gfp_t) -> c_int = alloc;
    [any, supported, "library::tests::xarrays_find_room"]
    fn __xa_alloc(xa: *mut xarray, id: *mut u32, entry: *mut c_void, limit: xa_limit, gfp: gfp_t) -> c_int = alloc_locked;
    [any, supported, "library::tests::xarrays_find_room"]
    fn xa_alloc_cyclic(xa: *mut xarray, id: *mut u32, entry: *mut c_void, limit: xa_limit, next: *mut u32, gfp: gfp_t) -> c_int = alloc_cyclic;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_get_mark(xa: *mut xarray, index: c_ulong, mark: c_uint) -> bool = get_mark;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_set_mark(xa: *mut xarray, index: c_ulong, mark: c_uint) -> () = set_mark;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_clear_mark(xa: *mut xarray, index: c_ulong, mark: c_uint) -> () = clear_mark;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_marked(xa: *const xarray, mark: c_uint) -> bool = marked;
    [any, supported, "library::tests::xarrays"]
    fn xa_empty(xa: *const xarray) -> bool = is_empty;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_find(xa: *mut xarray, index: *mut c_ulong, max: c_ulong, filter: c_uint) -> *mut c_void = find;
    [any, supported, "library::tests::xarrays_mark"]
    fn xa_find_after(xa: *mut xarray, index: *mut c_ulong, max: c_ulong, filter: c_uint) -> *mut c_void = find_after;
    [any, supported, "library::tests::xarrays"]
    fn xa_destroy(xa: *mut xarray) -> () = destroy;
    [any, supported, "library::tests::radix_trees"]
    fn radix_tree_insert(root: *mut xarray, index: c_ulong, item: *mut c_void) -> c_int = radix_insert;
    [any, supported, "library::tests::radix_trees"]
    fn radix_tree_lookup(root: *const xarray, index: c_ulong) -> *mut c_void = radix_lookup;
    [any, supported, "library::tests::radix_trees"]
    fn radix_tree_delete(root: *mut xarray, index: c_ulong) -> *mut c_void = erase_locked;
    [any, supported, "library::tests::radix_trees"]
    fn radix_tree_delete_item(root: *mut xarray, index: c_ulong, item: *mut c_void) -> *mut c_void = radix_delete_item;
    [any, supported, "library::tests::radix_trees"]
    fn radix_tree_gang_lookup(root: *const xarray, results: *mut *mut c_void, first: c_ulong, most: c_uint) -> c_uint = gang_lookup;
}

/// An entry and its marks.
#[derive(Clone, Copy)]
struct Entry {
    value: *mut c_void,
    marks: u8,
}

type Map = BTreeMap<u64, Entry>;

const PRESENT: c_uint = 8;

unsafe fn map<'a>(xa: *const xarray) -> Option<&'a mut Map> {
    // SAFETY: the caller's array, and its lock, or nobody else.
    unsafe { (*xa).xa_head.cast::<Map>().as_mut() }
}

unsafe fn make<'a>(xa: *mut xarray) -> &'a mut Map {
    // SAFETY: the caller's array, and its lock.
    unsafe {
        if (*xa).xa_head.is_null() {
            (*xa).xa_head = Box::into_raw(Box::new(Map::new())).cast();
        }
        &mut *(*xa).xa_head.cast::<Map>()
    }
}

/// Runs `f` with the array's lock.
pub(super) unsafe fn locked<T>(xa: *mut xarray, f: impl FnOnce() -> T) -> T {
    let lock: *mut raw_spinlock_t = xa.cast();
    const { assert!(core::mem::offset_of!(xarray, xa_lock) == 0) };
    // SAFETY: the caller's array begins with its lock.
    unsafe {
        let flags = lock_save(lock);
        let result = f();
        unlock_restore(lock, flags);
        result
    }
}

pub(crate) unsafe fn radix_lookup(root: *const xarray, index: u64) -> *mut c_void {
    // SAFETY: the caller's tree, which it keeps from changing.
    unsafe { map(root) }.and_then(|map| map.get(&index)).map_or(null_mut(), |entry| entry.value)
}

pub(super) unsafe fn load(xa: *mut xarray, index: u64) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe { locked(xa, || radix_lookup(xa, index)) }
}

pub(super) unsafe fn store_locked(xa: *mut xarray, index: u64, entry: *mut c_void, _gfp: gfp_t) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe {
        if entry.is_null() {
            return erase_locked(xa, index);
        }
        let map = make(xa);
        match map.get_mut(&index) {
            Some(slot) => core::mem::replace(&mut slot.value, entry),
            None => {
                map.insert(index, Entry { value: entry, marks: 0 });
                null_mut()
            }
        }
    }
}

pub(super) unsafe fn store(xa: *mut xarray, index: u64, entry: *mut c_void, gfp: gfp_t) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe { locked(xa, || store_locked(xa, index, entry, gfp)) }
}

pub(crate) unsafe fn erase_locked(xa: *mut xarray, index: u64) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe { map(xa) }.and_then(|map| map.remove(&index)).map_or(null_mut(), |entry| entry.value)
}

unsafe fn erase(xa: *mut xarray, index: u64) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe { locked(xa, || erase_locked(xa, index)) }
}

unsafe fn exchange(xa: *mut xarray, index: u64, old: *mut c_void, entry: *mut c_void, gfp: gfp_t) -> *mut c_void {
    // SAFETY: the caller's array.
    unsafe {
        locked(xa, || {
            let was = radix_lookup(xa, index);
            if was == old {
                store_locked(xa, index, entry, gfp);
            }
            was
        })
    }
}

/// -EBUSY if there is an entry.
pub(super) unsafe fn insert_locked(xa: *mut xarray, index: u64, entry: *mut c_void, gfp: gfp_t) -> c_int {
    // SAFETY: the caller's array.
    unsafe {
        if !radix_lookup(xa, index).is_null() {
            return Errno::EBUSY.to_c();
        }
        store_locked(xa, index, entry, gfp);
    }
    0
}

unsafe fn insert(xa: *mut xarray, index: u64, entry: *mut c_void, gfp: gfp_t) -> c_int {
    // SAFETY: the caller's array.
    unsafe { locked(xa, || insert_locked(xa, index, entry, gfp)) }
}

/// The lowest free number of a range.
pub(super) unsafe fn free_number(xa: *const xarray, min: u64, max: u64) -> Option<u64> {
    let mut number = min;
    // SAFETY: the caller's array.
    if let Some(map) = unsafe { map(xa) } {
        for (&used, _) in map.range(min..) {
            if used != number {
                break;
            }
            number += 1;
        }
    }
    (number <= max).then_some(number)
}

pub(super) unsafe fn alloc_locked(xa: *mut xarray, id: *mut u32, entry: *mut c_void, limit: xa_limit, gfp: gfp_t) -> c_int {
    // SAFETY: the caller's array and place.
    unsafe {
        // Arrays made with XA_FLAGS_ALLOC1 begin with 1.
        let min = limit.min.max(u32::from((*xa).xa_flags & 8 != 0));
        match free_number(xa, min.into(), limit.max.into()) {
            Some(number) => {
                // Even an entry of null occupies its number.
                make(xa).insert(number, Entry { value: entry, marks: 0 });
                let _ = gfp;
                id.write(number as u32);
                0
            }
            None => Errno::EBUSY.to_c(),
        }
    }
}

pub(super) unsafe fn alloc(xa: *mut xarray, id: *mut u32, entry: *mut c_void, limit: xa_limit, gfp: gfp_t) -> c_int {
    // SAFETY: the caller's.
    unsafe { locked(xa, || alloc_locked(xa, id, entry, limit, gfp)) }
}

/// From `*next` on, then from the start: 1 if it began anew.
unsafe fn alloc_cyclic(
    xa: *mut xarray,
    id: *mut u32,
    entry: *mut c_void,
    limit: xa_limit,
    next: *mut u32,
    gfp: gfp_t,
) -> c_int {
    // SAFETY: the caller's.
    unsafe {
        locked(xa, || {
            let from = xa_limit { min: (*next).max(limit.min), max: limit.max };
            let mut result = alloc_locked(xa, id, entry, from, gfp);
            if result < 0 && from.min > limit.min {
                result = alloc_locked(xa, id, entry, limit, gfp);
                result = if result == 0 { 1 } else { result };
            }
            if result >= 0 {
                *next = (*id).wrapping_add(1);
            }
            result
        })
    }
}

pub(super) unsafe fn get_mark(xa: *mut xarray, index: u64, mark: c_uint) -> bool {
    // SAFETY: the caller's array.
    unsafe { locked(xa, || map(xa).and_then(|map| map.get(&index)).is_some_and(|e| e.marks & 1 << mark != 0)) }
}

pub(super) unsafe fn set_mark(xa: *mut xarray, index: u64, mark: c_uint) {
    // SAFETY: the caller's array.
    unsafe {
        locked(xa, || {
            if let Some(entry) = map(xa).and_then(|map| map.get_mut(&index)) {
                entry.marks |= 1 << mark;
            }
        });
    }
}

unsafe fn clear_mark(xa: *mut xarray, index: u64, mark: c_uint) {
    // SAFETY: the caller's array.
    unsafe {
        locked(xa, || {
            if let Some(entry) = map(xa).and_then(|map| map.get_mut(&index)) {
                entry.marks &= !(1 << mark);
            }
        });
    }
}

unsafe fn marked(xa: *const xarray, mark: c_uint) -> bool {
    // SAFETY: the caller's array.
    unsafe { map(xa) }.is_some_and(|map| map.values().any(|entry| entry.marks & 1 << mark != 0))
}

pub(super) unsafe fn is_empty(xa: *const xarray) -> bool {
    // SAFETY: the caller's array.
    unsafe { map(xa) }.is_none_or(|map| map.is_empty())
}

/// The first from `from` to `max` that has the mark, or any.
unsafe fn search(xa: *mut xarray, index: *mut u64, from: core::ops::Bound<u64>, max: u64, filter: c_uint) -> *mut c_void {
    // SAFETY: the caller's array and place.
    unsafe {
        locked(xa, || {
            let past = matches!(from, Excluded(n) if n >= max) || matches!(from, Included(n) if n > max);
            let Some(map) = map(xa).filter(|_| !past) else { return null_mut() };
            let fits = |entry: &Entry| {
                !entry.value.is_null() && (filter == PRESENT || entry.marks & 1u8.unbounded_shl(filter) != 0)
            };
            match map.range((from, Included(max))).find(|(_, entry)| fits(entry)) {
                Some((&found, entry)) => {
                    index.write(found);
                    entry.value
                }
                None => null_mut(),
            }
        })
    }
}

pub(super) unsafe fn find(xa: *mut xarray, index: *mut u64, max: u64, filter: c_uint) -> *mut c_void {
    // SAFETY: the caller's array and place.
    unsafe { search(xa, index, Included(*index), max, filter) }
}

pub(super) unsafe fn find_after(xa: *mut xarray, index: *mut u64, max: u64, filter: c_uint) -> *mut c_void {
    // SAFETY: the caller's array and place.
    unsafe { search(xa, index, Excluded(*index), max, filter) }
}

/// Forgets all entries; what they point to is the driver's.
pub(crate) unsafe fn destroy(xa: *mut xarray) {
    // SAFETY: the caller's array.
    let head = unsafe { locked(xa, || core::mem::replace(&mut (*xa).xa_head, null_mut())) };
    if !head.is_null() {
        // SAFETY: made by `make`.
        drop(unsafe { Box::from_raw(head.cast::<Map>()) });
    }
}

/// -EEXIST if there is an entry.
pub(crate) unsafe fn radix_insert(root: *mut xarray, index: u64, item: *mut c_void) -> c_int {
    // SAFETY: the caller's tree.
    match unsafe { insert_locked(root, index, item, 0) } {
        0 => 0,
        _ => Errno::EEXIST.to_c(),
    }
}

unsafe fn radix_delete_item(root: *mut xarray, index: u64, item: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's tree.
    unsafe {
        if !item.is_null() && radix_lookup(root, index) != item {
            return null_mut();
        }
        erase_locked(root, index)
    }
}

pub(super) unsafe fn gang_lookup(root: *const xarray, results: *mut *mut c_void, first: u64, most: c_uint) -> c_uint {
    let mut n = 0;
    // SAFETY: the caller's tree, and array of `most`.
    unsafe {
        if let Some(map) = map(root) {
            for entry in map.range(first..).map(|(_, entry)| entry).take(most as usize) {
                results.add(n).write(entry.value);
                n += 1;
            }
        }
    }
    n as c_uint
}
