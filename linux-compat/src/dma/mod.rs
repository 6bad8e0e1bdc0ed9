// SPDX-License-Identifier: GPL-2.0-only
//! DMA: what devices see of memory, and keeping caches and devices in step (Linux: Documentation/core-api/dma-api.rst).
//!
//! * `bus`: physical addresses as a device sees them (`dma-ranges`), and which it reaches (masks).
//! * `map`: memory lent to a device for a transfer; memory out of its reach, or in pieces, is bounced.
//! * `coherent`: buffers that CPU and device share, past the caches unless the device sees these.
//! * `pool`: small coherent buffers. * `track`: what is lent now, and what a driver forgot.

mod bus;
mod coherent;
mod map;
mod mask;
mod pool;
#[cfg(test)]
mod tests;
mod track;

use crate::export::Export;

pub(crate) use map::{map_page, mapping_error, sync_for_device, unmap as unmap_page};
pub use track::HOOK;

/// Tables of scatter lists, for the cores of buses.
pub(crate) mod table {
    use crate::bindings::{dma_data_direction, device, sg_table};
    use core::ffi::c_int;

    /// Lends what a table lists to a device.
    pub(crate) unsafe fn map(dev: *mut device, table: *mut sg_table, dir: dma_data_direction) -> c_int {
        // SAFETY: as the caller says.
        unsafe { super::map::map_table(dev, table, dir, 0) }
    }

    /// Takes it back.
    pub(crate) unsafe fn unmap(dev: *mut device, table: *mut sg_table, dir: dma_data_direction) {
        // SAFETY: as the caller says; a table of `map`.
        unsafe { super::map::unmap_sg(dev, (*table).sgl, (*table).orig_nents as c_int, dir, 0) };
    }
}

/// Lends bytes to a device, as `dma_map_single()` does; `None` if it cannot reach them, nor a copy of them.
///
/// # Safety
/// The bytes stay, and nobody else uses them, until [`unmap`] of the address, the size and the direction.
pub(crate) unsafe fn map(
    dev: *mut crate::bindings::device,
    bytes: *mut u8,
    size: usize,
    direction: crate::bindings::dma_data_direction,
) -> Option<crate::bindings::dma_addr_t> {
    // SAFETY: as the caller says.
    let address = unsafe { map::map_single(dev, bytes.cast(), size, direction, 0) };
    (address != map::ERROR).then_some(address)
}

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[map::EXPORTS, coherent::EXPORTS, mask::EXPORTS, pool::EXPORTS];

/// Ends a mapping of part of a page, as `dma_unmap_page()` does.
///
/// # Safety
/// It was mapped for the device with that size and direction.
pub(crate) unsafe fn unmap(
    dev: *mut crate::bindings::device,
    address: crate::bindings::dma_addr_t,
    size: usize,
    direction: crate::bindings::dma_data_direction,
) {
    // SAFETY: as the caller says.
    unsafe { map::unmap(dev, address, size, direction, 0) };
}
