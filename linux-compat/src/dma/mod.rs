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

pub use track::HOOK;

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
