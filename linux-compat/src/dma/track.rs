// SPDX-License-Identifier: GPL-2.0-only
//! What is lent to devices: bounced memory always, in debug builds everything, so that what a driver forgets is named.

use crate::bindings::device;
use crate::device::Hook;
use alloc::vec::Vec;
use arch::VirtAddr;
use kernel::mm::frames::Frames;
use kernel::sync::SpinLock;

/// Memory that a device has now.
pub(super) struct Lent {
    /// The device, as a number.
    pub(super) dev: usize,
    /// Its address for the device.
    pub(super) bus: u64,
    /// Bytes.
    pub(super) size: usize,
    /// What the device really has, if it is not the memory itself, and where that memory is.
    pub(super) bounce: Option<(Frames, VirtAddr)>,
}

static LENT: SpinLock<Vec<Lent>> = SpinLock::new(Vec::new());

/// Notes that a device has memory.
pub(super) fn add(lent: Lent) {
    if lent.bounce.is_some() || cfg!(debug_assertions) {
        LENT.lock().push(lent);
    }
}

/// The device gives memory back: what was noted about it.
pub(super) fn take(dev: *mut device, bus: u64) -> Option<Lent> {
    let mut all = LENT.lock();
    let at = all.iter().rposition(|lent| lent.dev == dev.addr() && lent.bus == bus)?;
    Some(all.swap_remove(at))
}

/// Calls `f` with the bounce buffer that `bus` lies in, if it does: its memory, where that stands for, and how far in.
pub(super) fn bounced(dev: *mut device, bus: u64, f: impl FnOnce(VirtAddr, VirtAddr, usize)) {
    let all = LENT.lock();
    let found = all.iter().find(|lent| {
        lent.dev == dev.addr() && bus.checked_sub(lent.bus).is_some_and(|offset| offset < lent.size as u64)
    });
    if let Some(lent) = found
        && let Some((frames, memory)) = &lent.bounce
    {
        f(frames.base().to_virt(), *memory, (bus - lent.bus) as usize);
    }
}

/// How many mappings a device has: bounced ones, in debug builds all.
#[cfg(test)]
pub(super) fn count(dev: *mut device) -> usize {
    LENT.lock().iter().filter(|lent| lent.dev == dev.addr()).count()
}

/// Says what a driver that is gone left with its device, and forgets it.
pub const HOOK: Hook = Hook { before: |_| Ok(()), done: None, after };

unsafe fn after(dev: *mut device) {
    let mut left: Vec<(u64, usize)> = Vec::new();
    {
        let mut all = LENT.lock();
        let mut at = 0;
        while let Some(lent) = all.get(at) {
            if lent.dev == dev.addr() {
                left.push((lent.bus, lent.size));
                // The device may still write there: bounce buffers stay taken.
                if let Some((frames, _)) = all.swap_remove(at).bounce {
                    frames.leak();
                }
            } else {
                at += 1;
            }
        }
    }
    for (bus, size) in &left {
        // SAFETY: the hook's device.
        let (driver, name) = unsafe { (crate::device::driver_string(dev), crate::device::name(dev)) };
        log::error!("{driver:?} {name:?}: {size} bytes at {bus:#x} were left mapped for DMA");
    }
    let coherent = super::coherent::left(dev);
    if coherent > 0 {
        // SAFETY: the hook's device.
        let (driver, name) = unsafe { (crate::device::driver_string(dev), crate::device::name(dev)) };
        log::error!("{driver:?} {name:?}: {coherent} coherent buffers were not freed");
    }
    if left.is_empty() && coherent == 0 {
        // SAFETY: nothing is mapped for the device.
        unsafe { super::bus::forget(dev) };
    }
}
