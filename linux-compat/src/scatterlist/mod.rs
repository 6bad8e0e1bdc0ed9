// SPDX-License-Identifier: GPL-2.0-only
//! Scatter lists: arrays of entries that may be chained, and walking and copying what they point to.
//!
//! A page's descriptor is a number in disguise (`asm/memory.h`), and RAM is mapped at its physical address.

mod copy;
mod iter;
mod list;
#[cfg(test)]
mod tests;

use crate::bindings::{FV_PAGE_SHIFT, FV_VMEMMAP, page, scatterlist};
use crate::export::Export;
use arch::{PAGE_SIZE, PhysAddr, VirtAddr};
use core::ffi::c_ulong;
use kernel::mm::segment::Segment;

pub(crate) use list::{free_table as free, pieces};

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[list::EXPORTS, copy::EXPORTS, iter::EXPORTS];

/// The entry leads to the next array; the entry is the last.
const CHAIN: c_ulong = 1;
const END: c_ulong = 2;
const FLAGS: c_ulong = CHAIN | END;

/// The physical address that a page's descriptor stands for.
pub(crate) fn page_to_phys(page: *const page) -> PhysAddr {
    PhysAddr(((page.addr() as u64).wrapping_sub(FV_VMEMMAP as u64) >> FV_PAGE_SHIFT) << arch::PAGE_SHIFT)
}

/// The descriptor of the page at a physical address.
pub(crate) fn phys_to_page(phys: PhysAddr) -> *mut page {
    let number = phys.0 >> arch::PAGE_SHIFT;
    core::ptr::without_provenance_mut((FV_VMEMMAP as u64 + (number << FV_PAGE_SHIFT)) as usize)
}

/// The memory of one entry: physical address and bytes.
///
/// # Safety
/// `sg` is an entry that is no link.
pub(crate) unsafe fn memory(sg: *const scatterlist) -> (PhysAddr, usize) {
    // SAFETY: the caller's entry.
    let entry = unsafe { &*sg };
    let page = core::ptr::without_provenance((entry.page_link & !FLAGS) as usize);
    (page_to_phys(page) + u64::from(entry.offset), entry.length as usize)
}

/// Where the memory of one entry is for CPUs.
///
/// # Safety
/// As [`memory`].
pub(crate) unsafe fn address(sg: *const scatterlist) -> VirtAddr {
    // SAFETY: the caller's entry.
    unsafe { memory(sg) }.0.to_virt()
}

/// The entry behind `sg`, over links; null at the end.
///
/// # Safety
/// `sg` is an entry of a list with an end.
pub unsafe fn next(sg: *mut scatterlist) -> *mut scatterlist {
    // SAFETY: as the caller promises, there is another entry unless this is marked as the last.
    unsafe {
        if (*sg).page_link & END != 0 {
            return core::ptr::null_mut();
        }
        let following = sg.add(1);
        match (*following).page_link & CHAIN {
            0 => following,
            _ => core::ptr::with_exposed_provenance_mut(((*following).page_link & !FLAGS) as usize),
        }
    }
}

/// Fills an array of entries from segments and marks the last: for the shim's own requests.
pub(crate) fn fill(entries: &mut [scatterlist], segments: &[Segment]) {
    for (entry, segment) in entries.iter_mut().zip(segments) {
        let page = phys_to_page(segment.at().align_down(PAGE_SIZE as u64));
        *entry = scatterlist {
            page_link: page.addr() as c_ulong,
            offset: (segment.at().0 % PAGE_SIZE as u64) as u32,
            length: segment.len() as u32,
            dma_address: 0,
            dma_length: 0,
        };
    }
    if let Some(last) = entries.last_mut() {
        last.page_link |= END;
    }
}
