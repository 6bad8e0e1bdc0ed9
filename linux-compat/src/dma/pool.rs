// SPDX-License-Identifier: GPL-2.0-only
//! Pools of small coherent buffers of one size.

use super::coherent;
use crate::bindings::{device, dma_addr_t, dma_pool, gfp_t};
use crate::device::devres::{self, Key};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::vec::Vec;
use arch::PAGE_SIZE;
use core::ffi::{CStr, c_char, c_void};
use core::ptr::null_mut;
use kernel::sync::SpinLock;

exports! {
    family "dma";
    [sleeps, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dma_pool_create(name: *const c_char, dev: *mut device, size: usize, align: usize, boundary: usize) -> *mut dma_pool = create;
    [sleeps, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dma_pool_destroy(pool: *mut dma_pool) = destroy;
    [atomic, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dma_pool_alloc(pool: *mut dma_pool, mem_flags: gfp_t, handle: *mut dma_addr_t) -> *mut c_void = allocate;
    [any, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dma_pool_free(pool: *mut dma_pool, vaddr: *mut c_void, addr: dma_addr_t) = free;
    [sleeps, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dmam_pool_create(name: *const c_char, dev: *mut device, size: usize, align: usize, boundary: usize) -> *mut dma_pool = create_managed;
    [sleeps, supported, "dma::tests::pools_give_buffers_of_one_size"]
    fn dmam_pool_destroy(pool: *mut dma_pool) = destroy_managed;
}

/// Bit of `__GFP_ZERO` (`linux/gfp_types.h`).
const GFP_ZERO: gfp_t = 1 << 8;

struct Pool {
    name: CString,
    dev: usize,
    size: usize,
    /// Buffers do not cross multiples of this.
    boundary: usize,
    state: SpinLock<State>,
}

#[derive(Default)]
struct State {
    /// Free buffers: address and bus address.
    free: Vec<(usize, dma_addr_t)>,
    /// What they were cut from.
    chunks: Vec<(usize, dma_addr_t)>,
    /// How many are in use.
    used: usize,
}

impl Pool {
    fn chunk(&self) -> usize {
        self.size.max(PAGE_SIZE)
    }

    fn dev(&self) -> *mut device {
        core::ptr::with_exposed_provenance_mut(self.dev)
    }

    /// Takes a page more and cuts it up; says whether there was memory.
    unsafe fn grow(&self, flags: gfp_t) -> bool {
        let mut bus = 0;
        // SAFETY: the device of the pool.
        let at = unsafe { coherent::allocate(self.dev(), self.chunk(), &raw mut bus, flags, 0) };
        if at.is_null() {
            return false;
        }
        let mut state = self.state.lock();
        state.chunks.push((at.expose_provenance(), bus));
        let mut offset = 0;
        while offset + self.size <= self.chunk() {
            let crosses = offset / self.boundary != (offset + self.size - 1) / self.boundary;
            if crosses {
                offset = (offset / self.boundary + 1) * self.boundary;
                continue;
            }
            state.free.push((at.addr() + offset, bus + offset as u64));
            offset += self.size;
        }
        true
    }
}

/// Makes a pool; null where sizes make no sense: alignment and boundary are powers of two.
pub(super) unsafe fn create(
    name: *const c_char,
    dev: *mut device,
    size: usize,
    align: usize,
    boundary: usize,
) -> *mut dma_pool {
    let align = align.max(1);
    let Some(size) = size.max(8).checked_next_multiple_of(align) else { return null_mut() };
    let boundary = if boundary == 0 { size.max(PAGE_SIZE) } else { boundary };
    if !align.is_power_of_two() || size > boundary || dev.is_null() || name.is_null() {
        return null_mut();
    }
    // SAFETY: the caller's string.
    let name = unsafe { CStr::from_ptr(name) }.to_owned();
    let state = SpinLock::new(State::default());
    Box::into_raw(Box::new(Pool { name, dev: dev.expose_provenance(), size, boundary, state })).cast()
}

/// Ends a pool. Buffers that are still in use are named and stay.
pub(super) unsafe fn destroy(pool: *mut dma_pool) {
    if pool.is_null() {
        return;
    }
    // SAFETY: made by `create`; the caller gives it up.
    let pool = unsafe { Box::from_raw(pool.cast::<Pool>()) };
    let state = core::mem::take(&mut *pool.state.lock());
    if state.used > 0 {
        log::error!("DMA pool {:?} is destroyed with {} buffers in use", pool.name, state.used);
        return;
    }
    for (at, bus) in state.chunks {
        let at = core::ptr::with_exposed_provenance_mut(at);
        // SAFETY: allocated by `grow` for this device.
        unsafe { coherent::free(pool.dev(), pool.chunk(), at, bus, 0) };
    }
}

pub(super) unsafe fn allocate(pool: *mut dma_pool, flags: gfp_t, handle: *mut dma_addr_t) -> *mut c_void {
    // SAFETY: the caller's pool.
    let pool = unsafe { &*pool.cast::<Pool>() };
    let mut taken = pool.state.lock().free.pop();
    if taken.is_none() {
        // SAFETY: the pool's device lives as long as the pool.
        if !unsafe { pool.grow(flags) } {
            return null_mut();
        }
        taken = pool.state.lock().free.pop();
    }
    let Some((at, bus)) = taken else { return null_mut() };
    pool.state.lock().used += 1;
    let at: *mut c_void = core::ptr::with_exposed_provenance_mut(at);
    // SAFETY: a buffer of the pool's size; the caller's place for its address.
    unsafe {
        if flags & GFP_ZERO != 0 {
            at.cast::<u8>().write_bytes(0, pool.size);
        }
        handle.write(bus);
    }
    at
}

pub(super) unsafe fn free(pool: *mut dma_pool, at: *mut c_void, bus: dma_addr_t) {
    // SAFETY: the caller's pool.
    let pool = unsafe { &*pool.cast::<Pool>() };
    let mut state = pool.state.lock();
    let mine = state.chunks.iter().any(|(chunk, _)| (*chunk..*chunk + pool.chunk()).contains(&at.addr()));
    let twice = cfg!(debug_assertions) && state.free.iter().any(|(free, _)| *free == at.addr());
    if !mine || twice {
        drop(state);
        log::error!("DMA pool {:?}: {at:p} is freed, but is not in use", pool.name);
        return;
    }
    state.used = state.used.saturating_sub(1);
    state.free.push((at.addr(), bus));
}

unsafe fn create_managed(
    name: *const c_char,
    dev: *mut device,
    size: usize,
    align: usize,
    boundary: usize,
) -> *mut dma_pool {
    // SAFETY: the caller's device.
    unsafe {
        let pool = create(name, dev, size, align, boundary);
        let number = pool.expose_provenance();
        let release = move || destroy(core::ptr::with_exposed_provenance_mut(number));
        if !pool.is_null() && devres::add(dev, Key("dma pool", number), release).is_err() {
            return null_mut();
        }
        pool
    }
}

unsafe fn destroy_managed(pool: *mut dma_pool) {
    if pool.is_null() {
        return;
    }
    // SAFETY: the caller's pool, whose device lives.
    unsafe {
        let dev = (*pool.cast::<Pool>()).dev();
        if !devres::release(dev, Key("dma pool", pool.addr())) {
            log::error!("DMA: a managed pool is destroyed that its device does not have");
        }
    }
}
