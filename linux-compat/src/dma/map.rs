// SPDX-License-Identifier: GPL-2.0-only
//! Memory lent to a device for a transfer.

use super::bus::{masks, reach, to_bus, to_phys};
use super::track::{self, Lent};
use crate::bindings::{
    self, DMA_ATTR_SKIP_CPU_SYNC, DMA_FROM_DEVICE, DMA_TO_DEVICE, dma_addr_t, dma_data_direction, device, page,
    scatterlist, sg_table,
};
use crate::errno::Errno;
use crate::scatterlist::{memory, next, page_to_phys};
use arch::{PAGE_SIZE, PhysAddr, VirtAddr, cache};
use core::ffi::{c_int, c_uint, c_ulong, c_void};
use kernel::mm::frames::{self, Frames, Purpose};
use kernel::mm::space;

exports! {
    family "dma";
    [any, supported, "dma::tests::memory_is_lent_and_comes_back"]
    fn dma_mapping_error(dev: *mut device, dma_addr: dma_addr_t) -> c_int = mapping_error;
    [any, supported, "dma::tests::memory_is_lent_and_comes_back"]
    fn dma_map_page_attrs(dev: *mut device, page: *mut page, offset: usize, size: usize, dir: dma_data_direction, attrs: c_ulong) -> dma_addr_t = map_page;
    [any, supported, "dma::tests::memory_is_lent_and_comes_back"]
    fn dma_unmap_page_attrs(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction, attrs: c_ulong) = unmap;
    [any, supported, "dma::tests::memory_out_of_reach_is_bounced"]
    fn dma_map_single_attrs(dev: *mut device, ptr: *mut c_void, size: usize, dir: dma_data_direction, attrs: c_ulong) -> dma_addr_t = map_single;
    [any, supported, "dma::tests::lists_are_mapped_whole_or_not_at_all"]
    fn dma_map_sg_attrs(dev: *mut device, sg: *mut scatterlist, nents: c_int, dir: dma_data_direction, attrs: c_ulong) -> c_uint = map_sg;
    [any, supported, "dma::tests::lists_are_mapped_whole_or_not_at_all"]
    fn dma_unmap_sg_attrs(dev: *mut device, sg: *mut scatterlist, nents: c_int, dir: dma_data_direction, attrs: c_ulong) = unmap_sg;
    [any, supported, "dma::tests::lists_are_mapped_whole_or_not_at_all"]
    fn dma_map_sgtable(dev: *mut device, sgt: *mut sg_table, dir: dma_data_direction, attrs: c_ulong) -> c_int = map_table;
    [any, supported, "dma::tests::registers_of_others_are_reached_or_not"]
    fn dma_map_resource(dev: *mut device, phys_addr: bindings::phys_addr_t, size: usize, dir: dma_data_direction, attrs: c_ulong) -> dma_addr_t = map_resource;
    [any, supported, "dma::tests::registers_of_others_are_reached_or_not"]
    fn dma_unmap_resource(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction, attrs: c_ulong) = unmap_resource;
    [any, supported, "dma::tests::memory_out_of_reach_is_bounced"]
    fn dma_sync_single_for_cpu(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction) = sync_for_cpu;
    [any, supported, "dma::tests::memory_out_of_reach_is_bounced"]
    fn dma_sync_single_for_device(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction) = sync_for_device;
    [any, supported, "dma::tests::lists_are_mapped_whole_or_not_at_all"]
    fn dma_sync_sg_for_cpu(dev: *mut device, sg: *mut scatterlist, nelems: c_int, dir: dma_data_direction) = sync_sg_for_cpu;
    [any, supported, "dma::tests::lists_are_mapped_whole_or_not_at_all"]
    fn dma_sync_sg_for_device(dev: *mut device, sg: *mut scatterlist, nelems: c_int, dir: dma_data_direction) = sync_sg_for_device;
    [any, supported, "dma::tests::memory_out_of_reach_is_bounced"]
    fn dma_need_sync(dev: *mut device, dma_addr: dma_addr_t) -> bool = need_sync;
}

/// What a mapping that failed gives.
pub(super) const ERROR: dma_addr_t = dma_addr_t::MAX;

fn to_device(dir: dma_data_direction) -> bool {
    dir != DMA_FROM_DEVICE
}

fn from_device(dir: dma_data_direction) -> bool {
    dir != DMA_TO_DEVICE
}

pub(crate) unsafe fn mapping_error(_dev: *mut device, addr: dma_addr_t) -> c_int {
    if addr == ERROR { Errno::ENOMEM.to_c() } else { 0 }
}

/// Brings memory and caches in step before a device has the memory.
fn before(at: VirtAddr, size: usize, dir: dma_data_direction) {
    match from_device(dir) {
        // No line may be written back over what the device writes.
        true => cache::clean_invalidate(at, size),
        false => cache::clean(at, size),
    }
}

/// The same when the CPU has it back: what was fetched meanwhile is stale.
fn after(at: VirtAddr, size: usize, dir: dma_data_direction) {
    if from_device(dir) {
        cache::clean_invalidate(at, size);
    }
}

unsafe fn coherent(dev: *mut device) -> bool {
    // SAFETY: the caller's device.
    unsafe { (*dev).dma_coherent() }
}

/// Lends contiguous memory.
unsafe fn map_phys(dev: *mut device, phys: PhysAddr, size: usize, dir: dma_data_direction, attrs: c_ulong) -> dma_addr_t {
    // SAFETY: the caller's device.
    unsafe {
        let (mask, _) = masks(dev);
        let fits = |bus: &u64| bus.checked_add(size as u64 - 1).is_some_and(|last| last <= mask);
        let Some(bus) = to_bus(dev, phys, size as u64).filter(|bus| size > 0 && fits(bus)) else {
            return bounce(dev, phys.to_virt(), size, dir, attrs);
        };
        if attrs & c_ulong::from(DMA_ATTR_SKIP_CPU_SYNC) == 0 && !coherent(dev) {
            before(phys.to_virt(), size, dir);
        }
        track::add(Lent { dev: dev.addr(), bus, size, bounce: None });
        bus
    }
}

/// Memory that a device reaches in the place of some that it does not.
unsafe fn substitute(dev: *mut device, size: usize) -> Option<(Frames, u64)> {
    // SAFETY: the caller's device.
    unsafe {
        let (mask, _) = masks(dev);
        let within = reach(dev, mask);
        let frames = frames::alloc_within(Purpose::Devices, size as u64, PAGE_SIZE as u64, within).ok()?;
        let bus = to_bus(dev, frames.base(), frames.size())?;
        Some((frames, bus))
    }
}

/// Lends a copy.
unsafe fn bounce(dev: *mut device, at: VirtAddr, size: usize, dir: dma_data_direction, attrs: c_ulong) -> dma_addr_t {
    if size == 0 {
        return ERROR;
    }
    // SAFETY: the caller's device.
    let Some((frames, bus)) = (unsafe { substitute(dev, size) }) else { return ERROR };
    // What the device does not write must come back as it was, so the copy is made in any case.
    // SAFETY: the caller's memory of `size` bytes; the frames are new and at least as large.
    unsafe { cache::copy(frames.as_ptr(), at.as_ptr(), size) };
    // SAFETY: the caller's device.
    if !unsafe { coherent(dev) } && attrs & c_ulong::from(DMA_ATTR_SKIP_CPU_SYNC) == 0 {
        before(frames.base().to_virt(), size, dir);
    }
    track::add(Lent { dev: dev.addr(), bus, size, bounce: Some((frames, at)) });
    bus
}

/// Lends part of a page, or of several that follow it.
pub(crate) unsafe fn map_page(
    dev: *mut device,
    page: *mut page,
    offset: usize,
    size: usize,
    dir: dma_data_direction,
    attrs: c_ulong,
) -> dma_addr_t {
    // SAFETY: the caller's device and memory.
    unsafe { map_phys(dev, page_to_phys(page) + offset as u64, size, dir, attrs) }
}

/// The physical address of memory, if it is in one piece.
fn in_one_piece(at: VirtAddr, size: usize) -> Option<PhysAddr> {
    let first = space::to_physical(at)?;
    let mut next_page = (at + 1).align_up(PAGE_SIZE);
    while next_page.0 < at.0 + size {
        if space::to_physical(next_page)? != first + (next_page.0 - at.0) as u64 {
            return None;
        }
        next_page = next_page + PAGE_SIZE;
    }
    Some(first)
}

/// Lends memory by its address; in pieces or out of reach, a copy of it.
pub(super) unsafe fn map_single(
    dev: *mut device,
    ptr: *mut c_void,
    size: usize,
    dir: dma_data_direction,
    attrs: c_ulong,
) -> dma_addr_t {
    let at = VirtAddr(ptr.expose_provenance());
    // SAFETY: the caller's device and memory.
    unsafe {
        match in_one_piece(at, size) {
            Some(phys) => map_phys(dev, phys, size, dir, attrs),
            None => bounce(dev, at, size, dir, attrs),
        }
    }
}

/// The device gives memory back.
pub(crate) unsafe fn unmap(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction, attrs: c_ulong) {
    let lent = track::take(dev, addr);
    if cfg!(debug_assertions) {
        match &lent {
            None => log::error!("DMA: {size} bytes at {addr:#x} are unmapped, but were not mapped"),
            Some(lent) if lent.size != size => {
                log::error!("DMA: {size} bytes at {addr:#x} are unmapped, {} were mapped", lent.size);
            }
            Some(_) => {}
        }
    }
    // SAFETY: the caller's device.
    let sync = attrs & c_ulong::from(DMA_ATTR_SKIP_CPU_SYNC) == 0 && !unsafe { coherent(dev) };
    match lent.and_then(|lent| lent.bounce) {
        Some((frames, memory)) => {
            if sync {
                after(frames.base().to_virt(), size, dir);
            }
            if from_device(dir) {
                let size = size.min(frames.size() as usize);
                // SAFETY: the memory that was lent, which its owner keeps until it is given back.
                unsafe { cache::copy(memory.as_ptr(), frames.as_ptr(), size) };
            }
        }
        // SAFETY: the caller's device.
        None if sync => after(unsafe { to_phys(dev, addr) }.to_virt(), size, dir),
        None => {}
    }
}

/// Lends the memory of a list; gives its entries, or 0 and nothing is lent.
pub(super) unsafe fn map_sg(
    dev: *mut device,
    list: *mut scatterlist,
    nents: c_int,
    dir: dma_data_direction,
    attrs: c_ulong,
) -> c_uint {
    let mut sg = list;
    for done in 0..nents {
        // SAFETY: the caller's device and list.
        unsafe {
            if sg.is_null() {
                return done as c_uint;
            }
            let (phys, size) = memory(sg);
            let bus = map_phys(dev, phys, size, dir, attrs);
            if bus == ERROR {
                unmap_sg(dev, list, done, dir, attrs);
                return 0;
            }
            (*sg).dma_address = bus;
            (*sg).dma_length = size as c_uint;
            sg = next(sg);
        }
    }
    nents.max(0) as c_uint
}

pub(super) unsafe fn unmap_sg(
    dev: *mut device,
    list: *mut scatterlist,
    nents: c_int,
    dir: dma_data_direction,
    attrs: c_ulong,
) {
    let mut sg = list;
    for _ in 0..nents {
        // SAFETY: the caller's device and list, which was mapped.
        unsafe {
            if sg.is_null() {
                return;
            }
            unmap(dev, (*sg).dma_address, (*sg).dma_length as usize, dir, attrs);
            sg = next(sg);
        }
    }
}

pub(super) unsafe fn map_table(
    dev: *mut device,
    table: *mut sg_table,
    dir: dma_data_direction,
    attrs: c_ulong,
) -> c_int {
    // SAFETY: the caller's device and table.
    unsafe {
        let table = &mut *table;
        match map_sg(dev, table.sgl, table.orig_nents as c_int, dir, attrs) {
            0 => Errno::EIO.to_c(),
            nents => {
                table.nents = nents;
                0
            }
        }
    }
}

/// The address of another device's registers for this one. Windows into RAM alone leave registers where they are.
pub(super) unsafe fn map_resource(
    dev: *mut device,
    phys: bindings::phys_addr_t,
    size: usize,
    _dir: dma_data_direction,
    _attrs: c_ulong,
) -> dma_addr_t {
    // SAFETY: the caller's device.
    unsafe {
        let (mask, _) = masks(dev);
        let Some(more) = (size as u64).checked_sub(1) else { return ERROR };
        let bus = to_bus(dev, PhysAddr(phys), size as u64).unwrap_or(phys);
        if bus.checked_add(more).is_some_and(|last| last <= mask) { bus } else { ERROR }
    }
}

/// Nothing is kept about such addresses.
pub(super) unsafe fn unmap_resource(_: *mut device, _: dma_addr_t, _: usize, _: dma_data_direction, _: c_ulong) {}

/// The CPU looks at memory that the device still has.
pub(super) unsafe fn sync_for_cpu(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction) {
    // SAFETY: the caller's device.
    if !unsafe { coherent(dev) } {
        // SAFETY: as above.
        after(unsafe { to_phys(dev, addr) }.to_virt(), size, dir);
    }
    track::bounced(dev, addr, |copy, memory, offset| {
        if from_device(dir) {
            // SAFETY: within the buffer and the memory that it stands for.
            unsafe { cache::copy((memory + offset).as_ptr(), (copy + offset).as_ptr(), size) };
        }
    });
}

/// The device has it again.
pub(crate) unsafe fn sync_for_device(dev: *mut device, addr: dma_addr_t, size: usize, dir: dma_data_direction) {
    track::bounced(dev, addr, |copy, memory, offset| {
        if to_device(dir) {
            // SAFETY: within the buffer and the memory that it stands for.
            unsafe { cache::copy((copy + offset).as_ptr(), (memory + offset).as_ptr(), size) };
        }
    });
    // SAFETY: the caller's device.
    if !unsafe { coherent(dev) } {
        // SAFETY: as above.
        before(unsafe { to_phys(dev, addr) }.to_virt(), size, dir);
    }
}

unsafe fn each(list: *mut scatterlist, nents: c_int, mut f: impl FnMut(dma_addr_t, usize)) {
    let mut sg = list;
    for _ in 0..nents {
        // SAFETY: the caller's list.
        unsafe {
            if sg.is_null() {
                return;
            }
            f((*sg).dma_address, (*sg).dma_length as usize);
            sg = next(sg);
        }
    }
}

unsafe fn sync_sg_for_cpu(dev: *mut device, list: *mut scatterlist, nents: c_int, dir: dma_data_direction) {
    // SAFETY: the caller's device and list.
    unsafe { each(list, nents, |addr, size| sync_for_cpu(dev, addr, size, dir)) }
}

unsafe fn sync_sg_for_device(dev: *mut device, list: *mut scatterlist, nents: c_int, dir: dma_data_direction) {
    // SAFETY: the caller's device and list.
    unsafe { each(list, nents, |addr, size| sync_for_device(dev, addr, size, dir)) }
}

unsafe fn need_sync(dev: *mut device, addr: dma_addr_t) -> bool {
    let mut bounced = false;
    track::bounced(dev, addr, |_, _, _| bounced = true);
    // SAFETY: the caller's device.
    bounced || !unsafe { coherent(dev) }
}
