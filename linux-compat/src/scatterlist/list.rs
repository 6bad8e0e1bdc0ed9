// SPDX-License-Identifier: GPL-2.0-only
//! Making, counting and freeing lists (Linux: lib/scatterlist.c documents each).

use super::{CHAIN, END, FLAGS, next, phys_to_page};
use crate::bindings::{gfp_t, page, scatterlist, sg_table};
use crate::errno::{Errno, Result};
use arch::{PAGE_SIZE, VirtAddr};
use core::alloc::Layout;
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use core::ptr::null_mut;

exports! {
    family "scatterlist";
    [any, supported, "scatterlist::tests::lists_are_walked_over_links"]
    fn sg_next(sg: *mut scatterlist) -> *mut scatterlist = next;
    [any, supported, "scatterlist::tests::lists_are_walked_over_links"]
    fn sg_nents(sg: *mut scatterlist) -> c_int = count;
    [any, supported, "scatterlist::tests::lists_are_walked_over_links"]
    fn sg_nents_for_len(sg: *mut scatterlist, len: u64) -> c_int = count_for;
    [any, supported, "scatterlist::tests::lists_are_walked_over_links"]
    fn sg_last(s: *mut scatterlist, nents: c_uint) -> *mut scatterlist = last;
    [any, supported, "scatterlist::tests::lists_are_walked_over_links"]
    fn sg_init_table(sgl: *mut scatterlist, nents: c_uint) = init_table;
    [any, supported, "scatterlist::tests::bytes_are_copied_through_lists"]
    fn sg_init_one(sg: *mut scatterlist, buf: *const c_void, buflen: c_uint) = init_one;
    [any, supported, "scatterlist::tests::tables_are_made_and_freed"]
    fn sg_alloc_table(table: *mut sg_table, nents: c_uint, gfp_mask: gfp_t) -> c_int = alloc_table;
    [any, supported, "scatterlist::tests::tables_are_made_and_freed"]
    fn sg_free_table(table: *mut sg_table) = free_table;
    [any, supported, "scatterlist::tests::tables_are_made_and_freed"]
    fn sg_alloc_table_from_pages_segment(sgt: *mut sg_table, pages: *mut *mut page, n_pages: c_uint, offset: c_uint, size: c_ulong, max_segment: c_uint, gfp_mask: gfp_t) -> c_int = table_from_pages;
}

/// Entries up to the end.
pub(super) unsafe fn count(sg: *mut scatterlist) -> c_int {
    let (mut sg, mut count) = (sg, 0);
    while !sg.is_null() {
        count += 1;
        // SAFETY: the caller's list.
        sg = unsafe { next(sg) };
    }
    count
}

/// Entries that hold the first `len` bytes; `-EINVAL` if all together hold less.
pub(super) unsafe fn count_for(sg: *mut scatterlist, len: u64) -> c_int {
    let (mut sg, mut count, mut sum) = (sg, 0, 0u64);
    if len == 0 {
        return 0;
    }
    while !sg.is_null() {
        count += 1;
        // SAFETY: the caller's list.
        unsafe {
            sum += u64::from((*sg).length);
            if sum >= len {
                return count;
            }
            sg = next(sg);
        }
    }
    Errno::EINVAL.to_c()
}

/// The last of `nents` entries; null if there are none.
pub(super) unsafe fn last(sg: *mut scatterlist, nents: c_uint) -> *mut scatterlist {
    let (mut sg, mut found) = (sg, null_mut());
    for _ in 0..nents {
        if sg.is_null() {
            break;
        }
        found = sg;
        // SAFETY: the caller's list.
        sg = unsafe { next(sg) };
    }
    found
}

/// Empties an array and marks its last entry.
pub(super) unsafe fn init_table(sgl: *mut scatterlist, nents: c_uint) {
    if sgl.is_null() || nents == 0 {
        return;
    }
    // SAFETY: the caller's array of that many entries.
    unsafe {
        sgl.write_bytes(0, nents as usize);
        (*sgl.add(nents as usize - 1)).page_link = END;
    }
}

/// A list of one entry for memory that C code has.
pub(super) unsafe fn init_one(sg: *mut scatterlist, buf: *const c_void, buflen: c_uint) {
    // SAFETY: the caller's entry.
    unsafe { init_table(sg, 1) };
    let Some(phys) = kernel::mm::space::to_physical(VirtAddr(buf.expose_provenance())) else { return };
    let page = phys_to_page(phys.align_down(PAGE_SIZE as u64));
    // SAFETY: as above.
    unsafe {
        (*sg).page_link = page.addr() as c_ulong | END;
        (*sg).offset = (phys.0 % PAGE_SIZE as u64) as c_uint;
        (*sg).length = buflen;
    }
}

fn layout(nents: c_uint) -> Option<Layout> {
    Layout::array::<scatterlist>(nents as usize).ok()
}

/// Allocates a table, in one array: nothing needs chains here. `-EINVAL` for 0 entries.
pub(super) unsafe fn alloc_table(table: *mut sg_table, nents: c_uint, _gfp: gfp_t) -> c_int {
    // SAFETY: the caller's table.
    unsafe { table.write(sg_table { sgl: null_mut(), nents: 0, orig_nents: 0 }) };
    let Some(layout) = layout(nents).filter(|_| nents > 0) else { return Errno::EINVAL.to_c() };
    // SAFETY: the layout is not empty.
    let sgl = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<scatterlist>();
    if sgl.is_null() {
        return Errno::ENOMEM.to_c();
    }
    // SAFETY: an array of that many entries; the caller's table.
    unsafe {
        init_table(sgl, nents);
        table.write(sg_table { sgl, nents, orig_nents: nents });
    }
    0
}

/// A table of the pieces of a buffer, each of at most so many bytes.
///
/// # Errors
/// `EINVAL`: the buffer is empty, or no memory of ours; `ENOMEM`.
///
/// # Safety
/// `table` can be written, and the buffer is the caller's.
pub(crate) unsafe fn pieces(table: *mut sg_table, buf: *mut c_void, len: usize, most: usize) -> Result<()> {
    let count = c_uint::try_from(len.div_ceil(most.max(1))).map_err(|_| Errno::EINVAL)?;
    // SAFETY: the caller's table; an array of as many entries.
    unsafe {
        Errno::check(alloc_table(table, count, 0))?;
        for index in 0..count as usize {
            let at = index * most;
            let entry = (*table).sgl.add(index);
            let last = (*entry).page_link & END;
            init_one(entry, buf.wrapping_byte_add(at), most.min(len - at) as c_uint);
            if (*entry).length == 0 {
                free_table(table);
                return Err(Errno::EINVAL);
            }
            (*entry).page_link = (*entry).page_link & !END | last;
        }
    }
    Ok(())
}

/// Frees what [`alloc_table`] made.
pub(crate) unsafe fn free_table(table: *mut sg_table) {
    // SAFETY: the caller's table.
    let table = unsafe { &mut *table };
    if let Some(layout) = layout(table.orig_nents).filter(|_| !table.sgl.is_null()) {
        // SAFETY: allocated by `alloc_table` with this layout.
        unsafe { alloc::alloc::dealloc(table.sgl.cast(), layout) };
    }
    *table = sg_table { sgl: null_mut(), nents: 0, orig_nents: 0 };
}

/// A table for `size` bytes in pages, the first `offset` bytes left out; pages that touch share an entry of at most
/// `max_segment` bytes.
pub(super) unsafe fn table_from_pages(
    sgt: *mut sg_table,
    pages: *mut *mut page,
    n_pages: c_uint,
    offset: c_uint,
    size: c_ulong,
    max_segment: c_uint,
    gfp: gfp_t,
) -> c_int {
    let most = u64::from(max_segment) & !(PAGE_SIZE as u64 - 1);
    if most == 0 || n_pages == 0 || u64::from(offset) + size > u64::from(n_pages) * PAGE_SIZE as u64 {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's array of pages.
    let pages = unsafe { core::slice::from_raw_parts(pages, n_pages as usize) };
    let mut runs: alloc::vec::Vec<(*mut page, u64)> = alloc::vec::Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some((first, bytes))
                if super::page_to_phys(*first) + *bytes == super::page_to_phys(*page)
                    && *bytes + PAGE_SIZE as u64 <= most =>
            {
                *bytes += PAGE_SIZE as u64
            }
            _ => runs.push((*page, PAGE_SIZE as u64)),
        }
    }
    // SAFETY: the caller's table.
    let result = unsafe { alloc_table(sgt, runs.len() as c_uint, gfp) };
    if result != 0 {
        return result;
    }
    let (mut skip, mut left) = (u64::from(offset), size);
    // SAFETY: the table that was just made has as many entries as there are runs.
    let entries = unsafe { core::slice::from_raw_parts_mut((*sgt).sgl, runs.len()) };
    for (entry, (page, bytes)) in entries.iter_mut().zip(runs) {
        let len = (bytes - skip).min(left);
        entry.page_link = page.addr() as c_ulong | entry.page_link & FLAGS & !CHAIN;
        entry.offset = skip as c_uint;
        entry.length = len as c_uint;
        left -= len;
        skip = 0;
    }
    0
}
