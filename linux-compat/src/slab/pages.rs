// SPDX-License-Identifier: GPL-2.0-only
//! Whole pages, and what is physical about memory. RAM stands at its physical address; the heap of Rust does not.

use super::{GFP_ZERO, kfree, kmalloc};
use crate::bindings::{FV_PAGE_SHIFT, FV_VMEMMAP, gfp_t, page, phys_addr_t};
use core::ffi::{c_uint, c_void};

const PAGE_SHIFT: u32 = 12;

crate::exports! {
    family "slab";
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn __get_free_pages(flags: gfp_t, order: c_uint) -> u64 = get;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn get_zeroed_page(flags: gfp_t) -> u64 = zeroed;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn free_pages(addr: u64, order: c_uint) -> () = free;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn alloc_pages(flags: gfp_t, order: c_uint) -> *mut page = get_descriptor;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn __free_pages(page: *mut page, order: c_uint) -> () = free_descriptor;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn alloc_pages_exact(size: usize, flags: gfp_t) -> *mut c_void = exact;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn free_pages_exact(virt: *mut c_void, size: usize) -> () = free_exact;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn virt_to_phys(address: *const c_void) -> phys_addr_t = to_phys;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn __virt_addr_valid(x: u64) -> bool = valid;
    [any, supported, "slab::tests::pages_have_descriptors"]
    fn is_vmalloc_addr(x: *const c_void) -> bool = is_window;
}

/// 2^order pages, or 0.
pub(super) fn get(flags: gfp_t, order: c_uint) -> u64 {
    if order > 12 {
        return 0;
    }
    kmalloc(1 << (PAGE_SHIFT + order), flags).expose_provenance() as u64
}

fn zeroed(flags: gfp_t) -> u64 {
    get(flags | GFP_ZERO, 0)
}

pub(super) unsafe fn free(addr: u64, _order: c_uint) {
    // SAFETY: the caller's pages.
    unsafe { kfree(core::ptr::with_exposed_provenance(addr as usize)) };
}

fn exact(size: usize, flags: gfp_t) -> *mut c_void {
    kmalloc(size.next_multiple_of(1 << PAGE_SHIFT), flags)
}

unsafe fn free_exact(virt: *mut c_void, _size: usize) {
    // SAFETY: the caller's pages.
    unsafe { kfree(virt) };
}

/// The descriptor of a page: a number in disguise, see `asm/memory.h`.
pub(super) fn descriptor(address: u64) -> *mut page {
    core::ptr::without_provenance_mut(((address >> PAGE_SHIFT << FV_PAGE_SHIFT) + FV_VMEMMAP as u64) as usize)
}

fn get_descriptor(flags: gfp_t, order: c_uint) -> *mut page {
    match get(flags, order) {
        0 => core::ptr::null_mut(),
        at => descriptor(at),
    }
}

unsafe fn free_descriptor(page: *mut page, order: c_uint) {
    if !page.is_null() {
        // SAFETY: the caller's pages.
        unsafe { free((page.addr() as u64 - FV_VMEMMAP as u64) >> FV_PAGE_SHIFT << PAGE_SHIFT, order) };
    }
}

/// The physical address of RAM, for memory that drivers got here, and for what is static: not for stacks and the heap
/// of Rust, which lie in a window ([`is_ram`] tells).
fn to_phys(address: *const c_void) -> phys_addr_t {
    address.addr() as phys_addr_t
}

/// Whether an address is RAM at its physical address. Context: any.
pub fn is_ram(address: usize) -> bool {
    address < kernel::mm::space::WINDOW
}

fn valid(x: u64) -> bool {
    x != 0 && is_ram(x as usize)
}

fn is_window(x: *const c_void) -> bool {
    !is_ram(x.addr())
}
