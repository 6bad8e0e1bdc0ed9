// SPDX-License-Identifier: GPL-2.0-only
//! Physical addresses as a device sees them, and which of them it reaches.

use crate::bindings::{bus_dma_region, device};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::vec::Vec;
use arch::PhysAddr;
use core::ops::Range;

/// A window of a device into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// Its first address for the device.
    pub(super) bus: u64,
    /// Its first physical address.
    pub(super) cpu: u64,
    /// Bytes.
    pub(super) size: u64,
}

/// The windows of a device, kept behind its field `dma_range_map`; none means that it sees memory as it is.
struct Windows(Vec<Window>);

fn number(cells: &[u32]) -> u64 {
    cells.iter().fold(0, |number, cell| number << 32 | u64::from(*cell))
}

/// The entries of a bus's `dma-ranges`; `None` if it has none.
fn entries(bus: Node) -> Option<Vec<Window>> {
    let cells: Vec<u32> = bus.property(b"dma-ranges")?.cells().collect();
    let na = bus.u32(b"#address-cells").unwrap_or(2) as usize;
    let ns = bus.u32(b"#size-cells").unwrap_or(1) as usize;
    let pna = bus.address_cells();
    let entry = na.checked_add(pna)?.checked_add(ns).filter(|n| (1..=8).contains(n))?;
    let window = |piece: &[u32]| {
        let (bus, rest) = piece.split_at(na);
        let (cpu, size) = rest.split_at(pna);
        Window { bus: number(bus), cpu: number(cpu), size: number(size) }
    };
    Some(cells.chunks_exact(entry).map(window).filter(|w| w.size > 0).collect())
}

/// The windows of the device at `node`: the nearest bus that says so decides, those above translate.
pub(super) fn windows(node: Node) -> Vec<Window> {
    let mut found: Vec<Window> = Vec::new();
    let mut bus = node.parent();
    while let Some(now) = bus {
        if let Some(list) = entries(now).filter(|list| !list.is_empty()) {
            if found.is_empty() {
                found = list;
            } else {
                for window in &mut found {
                    let above = list.iter().find(|a| window.cpu.checked_sub(a.bus).is_some_and(|o| o < a.size));
                    if let Some(above) = above {
                        window.cpu = above.cpu.wrapping_add(window.cpu - above.bus);
                    }
                }
            }
        }
        bus = now.parent();
    }
    found
}

/// Calls `f` with the windows of a device.
///
/// # Safety
/// `dev` is a device.
unsafe fn with<R>(dev: *mut device, f: impl FnOnce(&[Window]) -> R) -> R {
    // SAFETY: the caller's device; the field is ours alone and made of a box that stays.
    unsafe {
        let place = (&raw mut (*dev).dma_range_map).cast::<*mut Windows>();
        let cell = core::sync::atomic::AtomicPtr::from_ptr(place);
        let mut known = cell.load(core::sync::atomic::Ordering::Acquire);
        if known.is_null() {
            let list = Node::from_raw((*dev).of_node).map(windows).unwrap_or_default();
            let made = Box::into_raw(Box::new(Windows(list)));
            use core::sync::atomic::Ordering::{AcqRel, Acquire};
            known = match cell.compare_exchange(core::ptr::null_mut(), made, AcqRel, Acquire) {
                Ok(_) => made,
                Err(other) => {
                    drop(Box::from_raw(made));
                    other
                }
            };
        }
        f(&(*known).0)
    }
}

/// Forgets the windows of a device that has no driver any more.
///
/// # Safety
/// `dev` is a device that nothing is mapped for.
pub(super) unsafe fn forget(dev: *mut device) {
    // SAFETY: the caller's device; made by `with`.
    unsafe {
        let known = core::mem::replace(&mut (*dev).dma_range_map, core::ptr::null::<bus_dma_region>());
        if !known.is_null() {
            drop(Box::from_raw(known.cast_mut().cast::<Windows>()));
        }
    }
}

/// Where the `bytes` at `phys` are for the device; `None` if it does not see all of them.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn to_bus(dev: *mut device, phys: PhysAddr, bytes: u64) -> Option<u64> {
    let last = phys.0.checked_add(bytes.max(1) - 1)?;
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |windows| {
            if windows.is_empty() {
                return Some(phys.0);
            }
            let within = |w: &&Window| phys.0 >= w.cpu && last - w.cpu < w.size;
            windows.iter().find(within).map(|w| w.bus.wrapping_add(phys.0 - w.cpu))
        })
    }
}

/// The physical address behind one of the device's.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn to_phys(dev: *mut device, bus: u64) -> PhysAddr {
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |windows| {
            let found = windows.iter().find(|w| bus.checked_sub(w.bus).is_some_and(|o| o < w.size));
            PhysAddr(found.map_or(bus, |w| w.cpu.wrapping_add(bus - w.bus)))
        })
    }
}

/// The highest address that a device can use for mappings, and for coherent buffers.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn masks(dev: *mut device) -> (u64, u64) {
    // SAFETY: the caller's device; its mask pointer is null or valid.
    unsafe {
        let limit = match (*dev).bus_dma_limit {
            0 => u64::MAX,
            limit => limit,
        };
        let mask = (*dev).dma_mask.as_ref().map_or(u64::from(u32::MAX), |mask| *mask);
        let coherent = (*dev).coherent_dma_mask;
        (mask.min(limit), (if coherent == 0 { u64::from(u32::MAX) } else { coherent }).min(limit))
    }
}

/// The physical addresses that a device reaches with a mask: the first window of them.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn reach(dev: *mut device, mask: u64) -> Range<PhysAddr> {
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |windows| match windows.iter().find(|w| w.bus <= mask) {
            None => PhysAddr(0)..PhysAddr(mask.saturating_add(1)),
            Some(w) => {
                let size = w.size.min((mask - w.bus).saturating_add(1));
                PhysAddr(w.cpu)..PhysAddr(w.cpu.saturating_add(size))
            }
        })
    }
}
