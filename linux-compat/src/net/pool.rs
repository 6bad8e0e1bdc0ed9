// SPDX-License-Identifier: GPL-2.0-only
//! Pools of pages for receivers: `net/page_pool/types.h`. Pages come back by themselves when the last buffer that shows them is
//! freed, still mapped for the device.

use super::pages::{self, PAGE};
use crate::bindings::{
    PP_FLAG_ALL, PP_FLAG_ALLOW_UNREADABLE_NETMEM, PP_FLAG_DMA_MAP, PP_FLAG_DMA_SYNC_DEV, dma_addr_t, gfp_t, netmem_ref, page,
    page_pool, page_pool_params,
};
use crate::dma::{map_page, mapping_error, sync_for_device, unmap_page};
use crate::errno::Errno;
use crate::slab::{kfree, kmalloc};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{c_int, c_long, c_uint};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use kernel::sync::SpinLock;

crate::exports! {
    family "net";
    [sleeps, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_create(params: *const page_pool_params) -> *mut page_pool = create_c;
    [sleeps, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_create_percpu(params: *const page_pool_params, cpuid: c_int) -> *mut page_pool = create_for;
    [atomic, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_destroy(pool: *mut page_pool) -> () = destroy;
    [atomic, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_alloc_pages(pool: *mut page_pool, gfp: gfp_t) -> *mut page = take;
    [atomic, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_alloc_netmem(pool: *mut page_pool, gfp: gfp_t) -> netmem_ref = take_netmem;
    [atomic, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_alloc_frag(pool: *mut page_pool, offset: *mut c_uint, size: c_uint, gfp: gfp_t) -> *mut page = take_part;
    [any, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_put_page(pool: *mut page_pool, page: *mut page, dma_sync_size: c_uint, allow_direct: bool) -> () = give;
    [any, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_put_unrefed_page(pool: *mut page_pool, page: *mut page, dma_sync_size: c_uint, allow_direct: bool) -> () = give_unheld;
    [any, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_get_dma_addr(page: *const page) -> dma_addr_t = dma_address;
    [any, supported, "net::tests::pools_recycle_pages"]
    fn page_pool_fragment_page(page: *mut page, nr: c_long) -> () = fragment;
    [any, supported, "none"]
    fn page_pool_disable_direct_recycling(pool: *mut page_pool) -> () = nothing;
    [any, supported, "none"]
    fn page_pool_update_nid(pool: *mut page_pool, new_nid: c_int) -> () = no_nodes;
}

/// A pool's own state.
#[derive(Default)]
struct State {
    free: Vec<usize>,
    /// Pages that are somewhere else.
    out: usize,
    destroyed: bool,
}

/// What `page_pool.fv` points to.
type Inner = SpinLock<State>;

/// `DMA_ATTR_SKIP_CPU_SYNC`.
const SKIP_SYNC: u64 = 1 << 5;
/// Pages that a pool keeps at most if its driver names no number.
const USUAL: c_uint = 1024;

unsafe fn inner<'a>(pool: *mut page_pool) -> &'a Inner {
    // SAFETY: of `create`; it stays as long as the pool.
    unsafe { &*(*pool).fv.cast::<Inner>() }
}

unsafe fn create(params: *const page_pool_params) -> Result<*mut page_pool, Errno> {
    // SAFETY: the caller's parameters; the pool is new.
    unsafe {
        let (fast, slow) = ((*params).__bindgen_anon_1.fast, (*params).__bindgen_anon_2.slow);
        let maps = slow.flags & PP_FLAG_DMA_MAP != 0;
        let syncs = slow.flags & PP_FLAG_DMA_SYNC_DEV != 0;
        if slow.flags & !(PP_FLAG_ALL) != 0
            || fast.pool_size > 32768
            || slow.flags & PP_FLAG_ALLOW_UNREADABLE_NETMEM != 0
            || maps && !(0..3).contains(&fast.dma_dir)
            || syncs && (!maps || fast.max_len == 0)
            || fast.order > 10
        {
            return Err(Errno::EINVAL);
        }
        let pool = kmalloc(size_of::<page_pool>(), crate::slab::GFP_KERNEL | crate::slab::GFP_ZERO).cast::<page_pool>();
        if pool.is_null() {
            return Err(Errno::ENOMEM);
        }
        (*pool).p = fast;
        (*pool).slow = slow;
        (*pool).dma_map = maps;
        (*pool).dma_sync = syncs;
        if (*pool).p.pool_size == 0 {
            (*pool).p.pool_size = USUAL;
        }
        (*pool).has_init_callback = slow.init_callback.is_some();
        let mut state = State::default();
        if state.free.try_reserve_exact((*pool).p.pool_size as usize).is_err() {
            kfree(pool.cast());
            return Err(Errno::ENOMEM);
        }
        (*pool).fv = Box::into_raw(Box::new(SpinLock::new(state))).cast();
        Ok(pool)
    }
}

pub(super) unsafe fn create_c(params: *const page_pool_params) -> *mut page_pool {
    // SAFETY: as the caller says.
    unsafe { create(params) }.unwrap_or_else(Errno::to_ptr)
}

unsafe fn create_for(params: *const page_pool_params, _cpuid: c_int) -> *mut page_pool {
    // SAFETY: as the caller says.
    unsafe { create_c(params) }
}

unsafe fn bytes(pool: *mut page_pool) -> usize {
    // SAFETY: the caller's pool.
    PAGE << unsafe { (*pool).p.order }
}

unsafe fn fresh(pool: *mut page_pool, gfp: gfp_t) -> *mut page {
    // SAFETY: the caller's pool, and its own device.
    unsafe {
        let memory = kmalloc(bytes(pool), gfp);
        if memory.is_null() {
            return null_mut();
        }
        let page = pages::descriptor(memory.expose_provenance());
        let p = &(*pool).p;
        let mut dma = 0;
        if (*pool).dma_map {
            dma = map_page(p.dev, page, 0, bytes(pool), p.dma_dir, SKIP_SYNC);
            if mapping_error(p.dev, dma) != 0 {
                kfree(memory);
                return null_mut();
            }
        }
        pages::with(page, |known| (known.pool, known.dma) = (pool.expose_provenance(), dma));
        if let Some(init) = (*pool).slow.init_callback {
            init(page.addr() as netmem_ref, (*pool).slow.init_arg);
        }
        page
    }
}

pub(super) unsafe fn take(pool: *mut page_pool, gfp: gfp_t) -> *mut page {
    // SAFETY: the caller's pool.
    unsafe {
        let old = inner(pool).lock().free.pop();
        let page = old.map_or_else(|| fresh(pool, gfp), pages::descriptor);
        if page.is_null() {
            return page;
        }
        inner(pool).lock().out += 1;
        let p = &(*pool).p;
        if (*pool).dma_sync {
            sync_for_device(p.dev, dma_address(page) + u64::from(p.offset), p.max_len as usize, p.dma_dir);
        }
        page
    }
}

unsafe fn take_netmem(pool: *mut page_pool, gfp: gfp_t) -> netmem_ref {
    // SAFETY: the caller's pool.
    unsafe { take(pool, gfp) }.addr() as netmem_ref
}

/// Every part is a page: what the rest could hold is not handed out.
unsafe fn take_part(pool: *mut page_pool, offset: *mut c_uint, size: c_uint, gfp: gfp_t) -> *mut page {
    // SAFETY: the caller's pool and number.
    unsafe {
        *offset = 0;
        if size as usize > bytes(pool) { null_mut() } else { take(pool, gfp) }
    }
}

/// Frees a page that nobody holds.
unsafe fn discard(pool: *mut page_pool, page: *mut page) {
    // SAFETY: the pool's page and device.
    unsafe {
        let p = &(*pool).p;
        let dma = pages::with(page, |known| core::mem::take(known).dma);
        if (*pool).dma_map {
            unmap_page(p.dev, dma, bytes(pool), p.dma_dir, SKIP_SYNC);
        }
        kfree(with_exposed_provenance_mut(pages::address(page)));
    }
}

/// A page that nobody holds any more comes back. Context: any.
///
/// # Safety
/// It is the pool's.
pub(super) unsafe fn come_back(pool: *mut page_pool, page: *mut page) {
    // SAFETY: as the caller says.
    unsafe {
        let (kept, last) = {
            let mut state = inner(pool).lock();
            state.out = state.out.saturating_sub(1);
            let kept = !state.destroyed && state.free.len() < state.free.capacity();
            if kept {
                state.free.push(pages::address(page));
            }
            (kept, state.destroyed && state.out == 0)
        };
        if !kept {
            discard(pool, page);
        }
        if last {
            free(pool);
        }
    }
}

unsafe fn free(pool: *mut page_pool) {
    // SAFETY: nobody has anything of the pool any more.
    unsafe {
        drop(Box::from_raw((*pool).fv.cast::<Inner>()));
        kfree(pool.cast());
    }
}

pub(super) unsafe fn destroy(pool: *mut page_pool) {
    if pool.is_null() {
        return;
    }
    // SAFETY: the caller's pool, which it uses no more.
    unsafe {
        let (pages, last) = {
            let mut state = inner(pool).lock();
            state.destroyed = true;
            (core::mem::take(&mut state.free), state.out == 0)
        };
        pages.into_iter().for_each(|at| discard(pool, pages::descriptor(at)));
        if last {
            free(pool);
        }
    }
}

pub(super) unsafe fn give(_pool: *mut page_pool, page: *mut page, _dma_sync_size: c_uint, _allow_direct: bool) {
    // SAFETY: the caller's hold.
    unsafe { pages::put(page) };
}

unsafe fn give_unheld(pool: *mut page_pool, page: *mut page, _dma_sync_size: c_uint, _allow_direct: bool) {
    // SAFETY: the caller's page, which nobody holds.
    unsafe { come_back(pool, page) };
}

fn dma_address(page: *const page) -> dma_addr_t {
    pages::with(page, |known| known.dma)
}

fn fragment(page: *mut page, nr: c_long) {
    pages::with(page, |known| known.more = (nr.max(1) - 1) as u32);
}

/// Pages never come back to a CPU of their own.
fn nothing(_pool: *mut page_pool) {}

/// All memory is near.
fn no_nodes(_pool: *mut page_pool, _new_nid: c_int) {}

