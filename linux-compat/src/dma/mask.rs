// SPDX-License-Identifier: GPL-2.0-only
//! What a device can reach, and what is good to map at once.

use super::bus::{masks, to_bus};
use crate::bindings::device;
use crate::errno::Errno;
use arch::PhysAddr;
use core::ffi::{c_int, c_ulong};
use kernel::mm::frames;

exports! {
    family "dma";
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_set_mask(dev: *mut device, mask: u64) -> c_int = set_mask;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_set_coherent_mask(dev: *mut device, mask: u64) -> c_int = set_coherent_mask;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_get_required_mask(dev: *mut device) -> u64 = required_mask;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_addressing_limited(dev: *mut device) -> bool = limited;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_max_mapping_size(dev: *mut device) -> usize = max_size;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_opt_mapping_size(dev: *mut device) -> usize = max_size;
    [any, supported, "dma::tests::masks_are_checked"]
    fn dma_get_merge_boundary(dev: *mut device) -> c_ulong = merge_boundary;
}

/// The lowest and the highest byte of RAM that is free now.
fn ram() -> (u64, u64) {
    let (mut low, mut high) = (u64::MAX, 0);
    frames::for_each_free(&mut |at: PhysAddr, bytes| {
        low = low.min(at.0);
        high = high.max(at.0 + bytes - 1);
    });
    (low, high)
}

/// Whether a device with this mask reaches any RAM at all: then the rest can be bounced.
unsafe fn possible(dev: *mut device, mask: u64) -> bool {
    // SAFETY: the caller's device.
    unsafe { to_bus(dev, PhysAddr(ram().0), 1) }.is_none_or(|bus| bus <= mask)
}

pub(super) unsafe fn set_mask(dev: *mut device, mask: u64) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        match (*dev).dma_mask.as_mut() {
            Some(place) if possible(dev, mask) => {
                *place = mask;
                0
            }
            _ => Errno::EIO.to_c(),
        }
    }
}

pub(super) unsafe fn set_coherent_mask(dev: *mut device, mask: u64) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        if !possible(dev, mask) {
            return Errno::EIO.to_c();
        }
        (*dev).coherent_dma_mask = mask;
        0
    }
}

pub(super) unsafe fn required_mask(dev: *mut device) -> u64 {
    let high = ram().1;
    // SAFETY: the caller's device.
    let bus = unsafe { to_bus(dev, PhysAddr(high), 1) }.unwrap_or(high);
    bus.checked_add(1).and_then(u64::checked_next_power_of_two).map_or(u64::MAX, |end| end - 1)
}

pub(super) unsafe fn limited(dev: *mut device) -> bool {
    // SAFETY: the caller's device.
    unsafe { masks(dev).0 < required_mask(dev) }
}

/// Whatever is bounced is allocated in one piece: no limit but memory. With bouncing likely, a moderate one.
pub(super) unsafe fn max_size(dev: *mut device) -> usize {
    // SAFETY: the caller's device.
    if unsafe { limited(dev) } { 1 << 20 } else { usize::MAX }
}

/// Entries are never merged.
pub(super) unsafe fn merge_boundary(_dev: *mut device) -> c_ulong {
    0
}
