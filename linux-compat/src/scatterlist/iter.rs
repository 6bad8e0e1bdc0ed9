// SPDX-License-Identifier: GPL-2.0-only
//! Walking lists page by page: `sg_page_iter`, `sg_mapping_iter`.

use super::{FLAGS, memory, next, page_to_phys, phys_to_page};
use crate::bindings::{self, SG_MITER_TO_SG, scatterlist, sg_mapping_iter, sg_page_iter};
use arch::PAGE_SIZE;
use core::ffi::{c_uint, c_ulong};
use core::ptr::null_mut;

exports! {
    family "scatterlist";
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn __sg_page_iter_start(piter: *mut sg_page_iter, sglist: *mut scatterlist, nents: c_uint, pgoffset: c_ulong) = page_start;
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn __sg_page_iter_next(piter: *mut sg_page_iter) -> bool = page_next;
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn sg_miter_start(miter: *mut sg_mapping_iter, sgl: *mut scatterlist, nents: c_uint, flags: c_uint) = start;
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn sg_miter_skip(miter: *mut sg_mapping_iter, offset: bindings::off_t) -> bool = skip;
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn sg_miter_next(miter: *mut sg_mapping_iter) -> bool = piece_next;
    [any, supported, "scatterlist::tests::pages_and_pieces_are_walked"]
    fn sg_miter_stop(miter: *mut sg_mapping_iter) = stop;
}

/// Pages that an entry touches.
unsafe fn pages(sg: *mut scatterlist) -> c_uint {
    // SAFETY: the caller's entry.
    unsafe { ((*sg).offset + (*sg).length).div_ceil(PAGE_SIZE as c_uint) }
}

pub(super) unsafe fn page_start(iter: *mut sg_page_iter, sg: *mut scatterlist, nents: c_uint, first: c_ulong) {
    // SAFETY: the caller's iterator.
    unsafe {
        iter.write(sg_page_iter { sg, sg_pgoffset: first as c_uint, __nents: nents, __pg_advance: 0 });
    }
}

pub(super) unsafe fn page_next(iter: *mut sg_page_iter) -> bool {
    // SAFETY: the caller's iterator, over a list with an end.
    unsafe {
        let iter = &mut *iter;
        if iter.__nents == 0 || iter.sg.is_null() {
            return false;
        }
        iter.sg_pgoffset += iter.__pg_advance as c_uint;
        iter.__pg_advance = 1;
        while iter.sg_pgoffset >= pages(iter.sg) {
            iter.sg_pgoffset -= pages(iter.sg);
            iter.sg = next(iter.sg);
            iter.__nents -= 1;
            if iter.__nents == 0 || iter.sg.is_null() {
                return false;
            }
        }
        true
    }
}

pub(super) unsafe fn start(miter: *mut sg_mapping_iter, sg: *mut scatterlist, nents: c_uint, flags: c_uint) {
    let piter = sg_page_iter { sg, sg_pgoffset: 0, __nents: nents, __pg_advance: 0 };
    // SAFETY: the caller's iterator.
    unsafe {
        miter.write(sg_mapping_iter {
            page: null_mut(),
            addr: null_mut(),
            length: 0,
            consumed: 0,
            piter,
            __offset: 0,
            __remaining: 0,
            __flags: flags,
        });
    }
}

/// Goes to the next page with data, if what is left of this one is nothing.
unsafe fn turn(miter: &mut sg_mapping_iter) -> bool {
    if miter.__remaining > 0 {
        return true;
    }
    // SAFETY: the caller's iterator, over a list with an end.
    unsafe {
        if !page_next(&raw mut miter.piter) {
            return false;
        }
        let sg = miter.piter.sg;
        let before = miter.piter.sg_pgoffset * PAGE_SIZE as c_uint;
        let (offset, length) = ((*sg).offset, (*sg).length);
        miter.__offset = if miter.piter.sg_pgoffset == 0 { offset } else { 0 };
        let rest = (offset + length).saturating_sub(before + miter.__offset);
        miter.__remaining = rest.min(PAGE_SIZE as c_uint - miter.__offset);
    }
    true
}

pub(super) unsafe fn skip(miter: *mut sg_mapping_iter, offset: bindings::off_t) -> bool {
    // SAFETY: the caller's iterator.
    unsafe { stop(miter) };
    let mut left = offset;
    // SAFETY: as above.
    let miter = unsafe { &mut *miter };
    while left > 0 {
        // SAFETY: as above.
        if !unsafe { turn(miter) } {
            return false;
        }
        let now = bindings::off_t::from(miter.__remaining).min(left);
        miter.__offset += now as c_uint;
        miter.__remaining -= now as c_uint;
        left -= now;
    }
    true
}

pub(super) unsafe fn piece_next(miter: *mut sg_mapping_iter) -> bool {
    // SAFETY: the caller's iterator.
    unsafe {
        stop(miter);
        let miter = &mut *miter;
        while miter.__remaining == 0 {
            if !turn(miter) {
                return false;
            }
        }
        let (base, _) = memory(miter.piter.sg);
        let first = base.align_down(PAGE_SIZE as u64) + u64::from(miter.piter.sg_pgoffset) * PAGE_SIZE as u64;
        debug_assert!(miter.piter.sg.addr() & FLAGS as usize == 0);
        miter.page = phys_to_page(first);
        miter.addr = page_to_phys(miter.page).to_virt().as_ptr::<u8>().add(miter.__offset as usize).cast();
        miter.length = miter.__remaining as usize;
        miter.consumed = miter.length;
    }
    true
}

pub(super) unsafe fn stop(miter: *mut sg_mapping_iter) {
    // SAFETY: the caller's iterator.
    let miter = unsafe { &mut *miter };
    if miter.addr.is_null() {
        return;
    }
    let used = miter.consumed.min(miter.length) as c_uint;
    miter.__offset += used;
    miter.__remaining -= used;
    if miter.__flags & SG_MITER_TO_SG != 0 {
        // A guest that has this page in its RAM may read it with its caches off.
        arch::cache::clean(arch::VirtAddr(miter.addr.addr()), miter.length);
    }
    miter.page = null_mut();
    miter.addr = null_mut();
    miter.length = 0;
    miter.consumed = 0;
}
