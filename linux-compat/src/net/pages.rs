// SPDX-License-Identifier: GPL-2.0-only
//! Who holds a page, and pages handed out in pieces. Descriptors of pages hold no state: what there is to know of a page beyond its
//! first holder stands in a table by its number, and most pages are not in it.

use super::pool;
use crate::bindings::{FV_PAGE_SHIFT, FV_VMEMMAP, gfp_t, page, page_frag, page_frag_cache};
use crate::slab::{GFP_ATOMIC, GFP_NOWARN, kfree, kmalloc};
use alloc::collections::BTreeMap;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::{null_mut, with_exposed_provenance_mut, without_provenance_mut};
use kernel::sync::SpinLock;

crate::exports! {
    family "net";
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn get_page(page: *mut page) -> () = get;
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn put_page(page: *mut page) -> () = put;
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn page_ref_count(page: *const page) -> c_int = count;
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn page_ref_add(page: *mut page, nr: c_int) -> () = add;
    [any, supported, "net::tests::pages_go_with_their_last_holder"]
    fn page_ref_sub(page: *mut page, nr: c_int) -> () = sub;
    [any, supported, "net::tests::pieces_of_pages"]
    fn page_frag_alloc(nc: *mut page_frag_cache, fragsz: c_uint, gfp_mask: gfp_t) -> *mut c_void = piece_of;
    [any, supported, "net::tests::pieces_of_pages"]
    fn page_frag_free(addr: *mut c_void) -> () = free_piece;
    [any, supported, "net::tests::pieces_of_pages"]
    fn page_frag_cache_drain(nc: *mut page_frag_cache) -> () = drain;
    [any, supported, "net::tests::pieces_of_pages"]
    fn __napi_alloc_frag_align(fragsz: c_uint, align_mask: c_uint) -> *mut c_void = aligned_piece;
    [any, supported, "net::tests::pieces_of_pages"]
    fn __netdev_alloc_frag_align(fragsz: c_uint, align_mask: c_uint) -> *mut c_void = aligned_piece;
    [any, supported, "net::tests::pieces_of_pages"]
    fn skb_page_frag_refill(sz: c_uint, pfrag: *mut page_frag, prio: gfp_t) -> bool = refill;
}

/// Bytes of a page.
pub(super) const PAGE: usize = 4096;
const PAGE_SHIFT: u32 = 12;

/// What is known of a page.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    /// Holders beside the first.
    pub more: u32,
    /// The pool that it belongs to: an address; 0 for none.
    pub pool: usize,
    /// Where devices see it, if its pool maps it.
    pub dma: u64,
}

static KNOWN: SpinLock<BTreeMap<usize, Known>> = SpinLock::new(BTreeMap::new());

/// The memory of a page.
pub(super) fn address(page: *const page) -> usize {
    (page.addr() - FV_VMEMMAP as usize) >> FV_PAGE_SHIFT << PAGE_SHIFT
}

/// The descriptor of the page around an address.
pub(super) fn descriptor(address: usize) -> *mut page {
    without_provenance_mut((address >> PAGE_SHIFT << FV_PAGE_SHIFT) + FV_VMEMMAP as usize)
}

/// Changes what is known of a page. Context: any.
pub(super) fn with<T>(page: *const page, f: impl FnOnce(&mut Known) -> T) -> T {
    let number = address(page);
    let mut all = KNOWN.lock();
    let mut known = all.get(&number).copied().unwrap_or_default();
    let result = f(&mut known);
    if known.more == 0 && known.pool == 0 {
        all.remove(&number);
    } else {
        all.insert(number, known);
    }
    result
}

pub(super) fn get(page: *mut page) {
    add(page, 1);
}

fn add(page: *mut page, nr: c_int) {
    with(page, |known| known.more = known.more.saturating_add_signed(nr));
}

fn sub(page: *mut page, nr: c_int) {
    add(page, nr.saturating_neg());
}

fn count(page: *const page) -> c_int {
    with(page, |known| known.more as c_int + 1)
}

/// Takes a holder away; the pool of the page if it was the last, `None` if it was not.
pub(super) fn release(page: *const page) -> Option<usize> {
    with(page, |known| match known.more {
        0 => Some(known.pool),
        _ => {
            known.more -= 1;
            None
        }
    })
}

/// Gives one hold back; the page goes where it came from with the last. Context: any.
///
/// # Safety
/// The caller holds the page.
pub(super) unsafe fn put(page: *mut page) {
    match release(page) {
        None => {}
        // SAFETY: nobody holds it any more; `alloc_pages` is `kmalloc`.
        Some(0) => unsafe { kfree(with_exposed_provenance_mut(address(page))) },
        // SAFETY: the pool stays as long as it has pages.
        Some(pool) => unsafe { pool::come_back(with_exposed_provenance_mut(pool), page) },
    }
}

/// The cache of those who bring none.
struct Shared(page_frag_cache);

// SAFETY: a pointer to pages that the cache holds.
unsafe impl Send for Shared {}

static SHARED: SpinLock<Shared> = SpinLock::new(Shared(page_frag_cache { va: null_mut(), offset: 0, size: 0 }));

/// What is more than a page has memory of its own.
unsafe fn piece(cache: &mut page_frag_cache, bytes: usize, align: usize, gfp: gfp_t) -> *mut c_void {
    if bytes > PAGE {
        return kmalloc(bytes.next_power_of_two(), gfp);
    }
    let start = (cache.offset as usize).next_multiple_of(align);
    if cache.va.is_null() || start + bytes > cache.size as usize {
        let fresh = kmalloc(PAGE, gfp);
        if fresh.is_null() {
            return null_mut();
        }
        // SAFETY: the cache holds its page.
        unsafe { drain(cache) };
        *cache = page_frag_cache { va: fresh, offset: 0, size: PAGE as u32 };
    }
    let start = (cache.offset as usize).next_multiple_of(align);
    cache.offset = (start + bytes) as u32;
    get(descriptor(cache.va.addr()));
    cache.va.wrapping_byte_add(start)
}

unsafe fn piece_of(nc: *mut page_frag_cache, fragsz: c_uint, gfp_mask: gfp_t) -> *mut c_void {
    // SAFETY: the caller's cache.
    unsafe { piece(&mut *nc, fragsz as usize, 1, gfp_mask) }
}

unsafe fn free_piece(addr: *mut c_void) {
    if !addr.is_null() {
        // SAFETY: a piece holds its page.
        unsafe { put(descriptor(addr.expose_provenance())) };
    }
}

unsafe fn drain(nc: *mut page_frag_cache) {
    // SAFETY: the caller's cache, which holds its page.
    unsafe { free_piece(core::mem::replace(&mut (*nc).va, null_mut())) };
}

/// `align_mask` is the negative of a power of two.
pub(super) fn aligned_piece(fragsz: c_uint, align_mask: c_uint) -> *mut c_void {
    let align = align_mask.wrapping_neg().max(super::skb::LINE as u32) as usize;
    let mut shared = SHARED.lock();
    // SAFETY: the shared cache, under its lock.
    unsafe { piece(&mut shared.0, (fragsz as usize).next_multiple_of(super::skb::LINE), align, GFP_ATOMIC | GFP_NOWARN) }
}

/// Has room for `sz` bytes in a page, which may be another one.
unsafe fn refill(sz: c_uint, pfrag: *mut page_frag, prio: gfp_t) -> bool {
    // SAFETY: the caller's piece, which holds its page.
    unsafe {
        let frag = &mut *pfrag;
        if !frag.page.is_null() {
            if count(frag.page) == 1 {
                frag.offset = 0;
            }
            if frag.offset as usize + sz as usize <= frag.size as usize {
                return true;
            }
            put(frag.page);
            frag.page = null_mut();
        }
        let size = (sz as usize).next_multiple_of(PAGE).next_power_of_two();
        let memory = kmalloc(size, prio | GFP_NOWARN);
        if memory.is_null() {
            return false;
        }
        *frag = page_frag { page: descriptor(memory.expose_provenance()), offset: 0, size: size as u32 };
        true
    }
}
