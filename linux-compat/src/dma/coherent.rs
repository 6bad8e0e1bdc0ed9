// SPDX-License-Identifier: GPL-2.0-only
//! Buffers that CPU and device share.

use super::bus::{masks, reach, to_bus};
use crate::bindings::{self, device, dma_addr_t, gfp_t};

use crate::device::devres::{self, Key};
use alloc::vec::Vec;
use arch::{PAGE_SIZE, VirtAddr};
use core::ffi::{c_ulong, c_void};
use core::ptr::null_mut;
use kernel::mm::frames::{self, Frames, Purpose};
use kernel::mm::space::{self, Uncached};
use kernel::sync::SpinLock;

exports! {
    family "dma";
    [atomic, supported, "dma::tests::coherent_buffers_are_zeroed_and_freed"]
    fn dma_alloc_attrs(dev: *mut device, size: usize, dma_handle: *mut dma_addr_t, flag: gfp_t, attrs: c_ulong) -> *mut c_void = allocate;
    [atomic, supported, "dma::tests::coherent_buffers_are_zeroed_and_freed"]
    fn dma_free_attrs(dev: *mut device, size: usize, cpu_addr: *mut c_void, dma_handle: dma_addr_t, attrs: c_ulong) = free;
    [sleeps, supported, "dma::tests::coherent_buffers_are_zeroed_and_freed"]
    fn dmam_alloc_attrs(dev: *mut device, size: usize, dma_handle: *mut dma_addr_t, gfp: gfp_t, attrs: c_ulong) -> *mut c_void = allocate_managed;
    [sleeps, supported, "dma::tests::coherent_buffers_are_zeroed_and_freed"]
    fn dmam_free_coherent(dev: *mut device, size: usize, vaddr: *mut c_void, dma_handle: dma_addr_t) = free_managed;
}

/// Bit of `__GFP_NOWARN` (`linux/gfp_types.h`).
const GFP_NOWARN: gfp_t = 1 << 13;

/// The memory of a buffer, which goes back when this is dropped.
enum Memory {
    /// The device sees the caches.
    Cached(Frames),
    /// It does not.
    Uncached(Uncached),
}

impl Memory {
    /// Where drivers see it.
    fn base(&self) -> VirtAddr {
        match self {
            Memory::Cached(frames) => frames.base().to_virt(),
            Memory::Uncached(mapping) => mapping.base(),
        }
    }
}

struct Shared {
    dev: usize,
    memory: Memory,
}

static SHARED: SpinLock<Vec<Shared>> = SpinLock::new(Vec::new());

/// How many buffers a device has.
pub(super) fn left(dev: *mut device) -> usize {
    SHARED.lock().iter().filter(|shared| shared.dev == dev.addr()).count()
}

/// Allocates a buffer of zeroes, whole pages, aligned to its size; null if there is no memory in the device's reach.
pub(super) unsafe fn allocate(
    dev: *mut device,
    size: usize,
    handle: *mut dma_addr_t,
    flag: gfp_t,
    attrs: c_ulong,
) -> *mut c_void {
    // SAFETY: the caller's device.
    let (within, coherent) = unsafe { (reach(dev, masks(dev).1), (*dev).dma_coherent()) };
    let align = size.max(1).checked_next_power_of_two().unwrap_or(PAGE_SIZE).clamp(PAGE_SIZE, 1 << 20) as u64;
    let made = frames::alloc_within(Purpose::Devices, size.max(1) as u64, align, within).map(|mut frames| {
        frames.zero();
        frames
    });
    let made = made.ok().and_then(|frames| {
        // SAFETY: the caller's device.
        let bus = unsafe { to_bus(dev, frames.base(), frames.size()) }?;
        Some(match coherent {
            true => (bus, Memory::Cached(frames)),
            false => (bus, Memory::Uncached(space::map_uncached(frames).ok()?)),
        })
    });
    let Some((bus, memory)) = made else {
        if flag & GFP_NOWARN == 0 && attrs & c_ulong::from(bindings::DMA_ATTR_NO_WARN) == 0 {
            log::warn!("no memory for {size} coherent bytes");
        }
        return null_mut();
    };
    let at = memory.base();
    SHARED.lock().push(Shared { dev: dev.addr(), memory });
    // SAFETY: the caller's place for the address.
    unsafe { handle.write(bus) };
    at.as_ptr()
}

/// Frees a buffer.
pub(super) unsafe fn free(dev: *mut device, size: usize, at: *mut c_void, _bus: dma_addr_t, _attrs: c_ulong) {
    if at.is_null() {
        return;
    }
    let found = {
        let mut all = SHARED.lock();
        let place = all.iter().position(|shared| shared.dev == dev.addr() && shared.memory.base().0 == at.addr());
        place.map(|place| all.swap_remove(place))
    };
    if found.is_none() {
        log::error!("DMA: {size} coherent bytes at {at:p} are freed, but were not allocated for this device");
    }
}

unsafe fn allocate_managed(
    dev: *mut device,
    size: usize,
    handle: *mut dma_addr_t,
    gfp: gfp_t,
    attrs: c_ulong,
) -> *mut c_void {
    // SAFETY: the caller's device and place.
    unsafe {
        let at = allocate(dev, size, handle, gfp, attrs);
        if at.is_null() {
            return at;
        }
        let (owner, number, bus) = (dev.expose_provenance(), at.expose_provenance(), *handle);
        let release = move || {
            let at = core::ptr::with_exposed_provenance_mut(number);
            free(core::ptr::with_exposed_provenance_mut(owner), size, at, bus, 0);
        };
        match devres::add(dev, Key("dma", number), release) {
            Ok(()) => at,
            Err(_) => null_mut(),
        }
    }
}

unsafe fn free_managed(dev: *mut device, _size: usize, at: *mut c_void, _bus: dma_addr_t) {
    // SAFETY: the caller's device.
    if !unsafe { devres::release(dev, Key("dma", at.addr())) } {
        log::error!("DMA: a managed buffer at {at:p} is freed that this device does not have");
    }
}
