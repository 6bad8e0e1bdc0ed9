// SPDX-License-Identifier: GPL-2.0-only
//! Arrays of bits.

use super::find::{next, next_zero, nth};
use crate::bindings::{device, gfp_t};
use crate::errno::Errno;
use crate::slab::{GFP_ZERO, kfree, kmalloc};
use core::ffi::{c_int, c_uint, c_ulong};

crate::exports! {
    family "library";
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_alloc(n: c_uint, flags: gfp_t) -> *mut c_ulong = alloc;
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_zalloc(n: c_uint, flags: gfp_t) -> *mut c_ulong = zalloc;
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_free(a: *const c_ulong) -> () = free;
    [atomic, supported, "library::tests::bitmaps"]
    fn devm_bitmap_alloc(dev: *mut device, n: c_uint, flags: gfp_t) -> *mut c_ulong = devm_alloc;
    [atomic, supported, "library::tests::bitmaps"]
    fn devm_bitmap_zalloc(dev: *mut device, n: c_uint, flags: gfp_t) -> *mut c_ulong = devm_zalloc;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_equal(a: *const c_ulong, b: *const c_ulong, n: c_uint) -> bool = equal;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_weight(a: *const c_ulong, n: c_uint) -> c_uint = weight;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_set(a: *mut c_ulong, start: c_uint, len: c_int) -> () = set;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_clear(a: *mut c_ulong, start: c_uint, len: c_int) -> () = clear;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_shift_right(d: *mut c_ulong, s: *const c_ulong, by: c_uint, n: c_uint) -> () = shift_right;
    [any, supported, "library::tests::bitmaps"]
    fn __bitmap_shift_left(d: *mut c_ulong, s: *const c_ulong, by: c_uint, n: c_uint) -> () = shift_left;
    [any, supported, "library::tests::bitmap_areas"]
    fn bitmap_find_next_zero_area_off(a: *mut c_ulong, n: c_ulong, start: c_ulong, nr: c_uint, mask: c_ulong, offset: c_ulong) -> c_ulong = zero_area;
    [any, supported, "library::tests::bitmap_areas"]
    fn bitmap_find_free_region(a: *mut c_ulong, bits: c_uint, order: c_int) -> c_int = find_region;
    [any, supported, "library::tests::bitmap_areas"]
    fn bitmap_release_region(a: *mut c_ulong, pos: c_uint, order: c_int) -> () = release_region;
    [any, supported, "library::tests::bitmap_areas"]
    fn bitmap_allocate_region(a: *mut c_ulong, pos: c_uint, order: c_int) -> c_int = take_region;
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_from_arr32(a: *mut c_ulong, buf: *const u32, n: c_uint) -> () = from_32;
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_to_arr32(buf: *mut u32, a: *const c_ulong, n: c_uint) -> () = to_32;
    [any, supported, "library::tests::bitmaps"]
    fn bitmap_cut(d: *mut c_ulong, s: *const c_ulong, first: c_uint, gone: c_uint, n: c_uint) -> () = cut;
    [any, supported, "library::tests::bitmap_maps"]
    fn bitmap_remap(d: *mut c_ulong, s: *const c_ulong, old: *const c_ulong, fresh: *const c_ulong, n: c_uint) -> () = remap;
    [any, supported, "library::tests::bitmap_maps"]
    fn bitmap_bitremap(bit: c_int, old: *const c_ulong, fresh: *const c_ulong, bits: c_int) -> c_int = remap_bit;
}

fn bytes(n: c_uint) -> usize {
    (n as usize).div_ceil(64) * 8
}

pub(super) fn alloc(n: c_uint, flags: gfp_t) -> *mut u64 {
    kmalloc(bytes(n), flags).cast()
}

pub(super) fn zalloc(n: c_uint, flags: gfp_t) -> *mut u64 {
    alloc(n, flags | GFP_ZERO)
}

pub(super) unsafe fn free(a: *const u64) {
    // SAFETY: the caller's bitmap.
    unsafe { kfree(a.cast()) };
}

unsafe fn devm_alloc(dev: *mut device, n: c_uint, flags: gfp_t) -> *mut u64 {
    // SAFETY: the caller's device.
    unsafe { crate::device::devm_kmalloc(dev, bytes(n), flags).cast() }
}

unsafe fn devm_zalloc(dev: *mut device, n: c_uint, flags: gfp_t) -> *mut u64 {
    // SAFETY: the caller's device.
    unsafe { devm_alloc(dev, n, flags | GFP_ZERO) }
}

/// A bit. Each function's bits are within its `n`.
pub(super) unsafe fn get(a: *const u64, bit: usize) -> bool {
    // SAFETY: the caller's bits.
    unsafe { *a.add(bit / 64) >> (bit % 64) & 1 != 0 }
}

pub(super) unsafe fn put(a: *mut u64, bit: usize, value: bool) {
    // SAFETY: the caller's bits.
    unsafe {
        let word = a.add(bit / 64);
        *word = *word & !(1 << (bit % 64)) | u64::from(value) << (bit % 64);
    }
}

/// The bits of a word that count.
fn mask(n: c_uint, word: usize) -> u64 {
    match (n as usize).saturating_sub(word * 64) {
        0 => 0,
        rest @ 1..64 => (1 << rest) - 1,
        _ => u64::MAX,
    }
}

pub(super) unsafe fn equal(a: *const u64, b: *const u64, n: c_uint) -> bool {
    // SAFETY: the caller's bitmaps.
    (0..(n as usize).div_ceil(64)).all(|i| unsafe { (*a.add(i) ^ *b.add(i)) & mask(n, i) } == 0)
}

pub(super) unsafe fn weight(a: *const u64, n: c_uint) -> c_uint {
    // SAFETY: the caller's bitmap.
    (0..(n as usize).div_ceil(64)).map(|i| unsafe { *a.add(i) & mask(n, i) }.count_ones()).sum()
}

pub(super) unsafe fn set(a: *mut u64, start: c_uint, len: c_int) {
    // SAFETY: the caller's bitmap.
    (start as usize..start as usize + len.max(0) as usize).for_each(|bit| unsafe { put(a, bit, true) });
}

pub(super) unsafe fn clear(a: *mut u64, start: c_uint, len: c_int) {
    // SAFETY: the caller's bitmap.
    (start as usize..start as usize + len.max(0) as usize).for_each(|bit| unsafe { put(a, bit, false) });
}

/// Upwards, so that both may be the same.
pub(super) unsafe fn shift_right(d: *mut u64, s: *const u64, by: c_uint, n: c_uint) {
    let (by, n) = (by as usize, n as usize);
    // SAFETY: the caller's bitmaps.
    (0..n).for_each(|bit| unsafe { put(d, bit, bit + by < n && get(s, bit + by)) });
}

pub(super) unsafe fn shift_left(d: *mut u64, s: *const u64, by: c_uint, n: c_uint) {
    let by = by as usize;
    // SAFETY: the caller's bitmaps. Downwards, for the same reason.
    (0..n as usize).rev().for_each(|bit| unsafe { put(d, bit, bit >= by && get(s, bit - by)) });
}

/// `nr` clear bits in a row, at a place that, with `offset`, is a multiple of `mask + 1`; more than `n` if there is none.
pub(super) unsafe fn zero_area(a: *mut u64, n: u64, start: u64, nr: c_uint, mask: u64, offset: u64) -> u64 {
    let mut start = start;
    loop {
        // SAFETY: the caller's bitmap.
        unsafe {
            let at = next_zero(a, n, start);
            let at = ((at + offset + mask) & !mask) - offset;
            let end = at + u64::from(nr);
            if end > n {
                return end;
            }
            let used = next(a, end, at);
            if used >= end {
                return at;
            }
            start = used + 1;
        }
    }
}

/// 2^order bits at a multiple of their number; -ENOMEM.
pub(super) unsafe fn find_region(a: *mut u64, bits: c_uint, order: c_int) -> c_int {
    let size = 1u32 << order;
    let mut pos = 0;
    while pos + size <= bits {
        // SAFETY: the caller's bitmap.
        if unsafe { take_region(a, pos, order) } == 0 {
            return pos as c_int;
        }
        pos += size;
    }
    Errno::ENOMEM.to_c()
}

pub(super) unsafe fn release_region(a: *mut u64, pos: c_uint, order: c_int) {
    // SAFETY: the caller's bitmap.
    unsafe { clear(a, pos, 1 << order) };
}

/// -EBUSY if a bit is set.
pub(super) unsafe fn take_region(a: *mut u64, pos: c_uint, order: c_int) -> c_int {
    let end = u64::from(pos) + (1 << order);
    // SAFETY: the caller's bitmap.
    unsafe {
        if next(a, end, pos.into()) < end {
            return Errno::EBUSY.to_c();
        }
        set(a, pos, 1 << order);
    }
    0
}

pub(super) unsafe fn from_32(a: *mut u64, buf: *const u32, n: c_uint) {
    let halves = (n as usize).div_ceil(32);
    for i in 0..(n as usize).div_ceil(64) {
        // SAFETY: the caller's arrays.
        unsafe {
            let low = u64::from(*buf.add(2 * i));
            let high = if 2 * i + 1 < halves { u64::from(*buf.add(2 * i + 1)) } else { 0 };
            a.add(i).write((low | high << 32) & mask(n, i));
        }
    }
}

pub(super) unsafe fn to_32(buf: *mut u32, a: *const u64, n: c_uint) {
    for i in 0..(n as usize).div_ceil(32) {
        // SAFETY: the caller's arrays.
        unsafe { buf.add(i).write(((*a.add(i / 2) & mask(n, i / 2)) >> (i % 2 * 32)) as u32) };
    }
}

/// Takes `cut` bits out at `first`; those above move down.
unsafe fn cut(d: *mut u64, s: *const u64, first: c_uint, cut: c_uint, n: c_uint) {
    let (first, cut, n) = (first as usize, cut as usize, n as usize);
    for bit in 0..n {
        let from = if bit < first { bit } else { bit + cut };
        // SAFETY: the caller's bitmaps.
        unsafe { put(d, bit, from < n && get(s, from)) };
    }
}

/// How many bits of `map` are set below `bit`, if that is set.
unsafe fn rank(map: *const u64, bit: usize, n: usize) -> Option<usize> {
    // SAFETY: the caller's bitmap.
    unsafe { (bit < n && get(map, bit)).then(|| (0..bit).filter(|&b| get(map, b)).count()) }
}

pub(super) unsafe fn remap_bit(bit: c_int, old: *const u64, fresh: *const u64, bits: c_int) -> c_int {
    let n = bits.max(0) as usize;
    // SAFETY: the caller's bitmaps.
    unsafe {
        let count = weight(fresh, n as c_uint) as usize;
        match usize::try_from(bit).ok().and_then(|bit| rank(old, bit, n)) {
            Some(rank) if count > 0 => nth(fresh, n as u64, (rank % count) as u64) as c_int,
            _ => bit,
        }
    }
}

unsafe fn remap(d: *mut u64, s: *const u64, old: *const u64, fresh: *const u64, n: c_uint) {
    // SAFETY: the caller's bitmaps, which are different.
    unsafe {
        clear(d, 0, n as c_int);
        for bit in (0..n as usize).filter(|&bit| get(s, bit)) {
            let to = remap_bit(bit as c_int, old, fresh, n as c_int);
            put(d, to as usize, true);
        }
    }
}
