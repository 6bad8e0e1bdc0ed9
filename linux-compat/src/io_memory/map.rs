// SPDX-License-Identifier: GPL-2.0-only
//! Mapping registers. Registers that were mapped stay so: a second mapping of the same page finds the first.

use super::regions;
use crate::bindings::{device, resource};
use crate::device::devres;
use crate::errno::{Errno, Result, ptr_to_c};
use crate::of::{self, Node, Span};
use alloc::vec::Vec;
use arch::{PAGE_SIZE, PhysAddr};
use core::ffi::{CStr, c_int, c_void};
use core::ptr;
use kernel::sync::SpinLock;

crate::exports! {
    family "io_memory";
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn ioremap(offset: u64, size: usize) -> *mut c_void = ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn ioremap_wc(offset: u64, size: usize) -> *mut c_void = ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn ioremap_np(offset: u64, size: usize) -> *mut c_void = ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn iounmap(addr: *mut c_void) -> () = iounmap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn devm_ioremap(dev: *mut device, offset: u64, size: u64) -> *mut c_void = devm_ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn devm_ioremap_uc(dev: *mut device, offset: u64, size: u64) -> *mut c_void = devm_ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn devm_ioremap_wc(dev: *mut device, offset: u64, size: u64) -> *mut c_void = devm_ioremap_c;
    [sleeps, supported, "io_memory::tests::pages_are_mapped_once"]
    fn devm_iounmap(dev: *mut device, addr: *mut c_void) -> () = devm_iounmap_c;
    [sleeps, supported, "io_memory::tests::resources_are_claimed_and_given_back"]
    fn devm_ioremap_resource(dev: *mut device, res: *const resource) -> *mut c_void = devm_ioremap_resource_c;
    [sleeps, supported, "io_memory::tests::resources_are_claimed_and_given_back"]
    fn devm_ioremap_resource_wc(dev: *mut device, res: *const resource) -> *mut c_void = devm_ioremap_resource_c;
    [sleeps, supported, "io_memory::tests::nodes_are_mapped"]
    fn devm_of_iomap(dev: *mut device, node: *mut crate::bindings::device_node, index: c_int, size: *mut u64) -> *mut c_void = devm_of_iomap_c;
}

/// Registers that are mapped: physical address and length of whole pages, and where they are.
struct Mapped {
    start: u64,
    len: u64,
    at: usize,
}

static MAPPED: SpinLock<Vec<Mapped>> = SpinLock::new(Vec::new());

/// Maps whole pages for good.
#[cfg(target_os = "none")]
fn pages(first: u64, len: u64) -> kernel::error::Result<usize> {
    Ok(kernel::mm::space::map_device(PhysAddr(first), len)?.leak().base().0)
}

/// On the driver bench: addresses that stand for the registers of a model.
#[cfg(feature = "bench")]
fn pages(first: u64, len: u64) -> kernel::error::Result<usize> {
    crate::bench::map(PhysAddr(first), len)
}

/// A stand-in of plain memory.
#[cfg(not(linked))]
fn pages(first: u64, len: u64) -> kernel::error::Result<usize> {
    let _ = PhysAddr(first);
    let memory = kernel::mm::space::Mmio::fake(len as usize + PAGE_SIZE).leak();
    Ok(memory.base().0.next_multiple_of(PAGE_SIZE))
}

/// Maps registers as device memory (nGnRE); null if that fails, which is logged. Context: sleeps.
pub fn map(start: u64, size: u64) -> *mut c_void {
    const PAGE: u64 = PAGE_SIZE as u64;
    let first = start & !(PAGE - 1);
    let Some(end) = start.checked_add(size).and_then(|end| end.checked_next_multiple_of(PAGE)) else {
        return ptr::null_mut();
    };
    let known = |list: &Vec<Mapped>| {
        let holds = |m: &&Mapped| m.start <= first && end <= m.start + m.len;
        list.iter().find(holds).map(|m| m.at + (start - m.start) as usize)
    };
    if let Some(at) = known(&MAPPED.lock()) {
        return ptr::with_exposed_provenance_mut(at);
    }
    match pages(first, end - first) {
        Ok(at) => {
            MAPPED.lock().push(Mapped { start: first, len: end - first, at });
            ptr::with_exposed_provenance_mut(at + (start - first) as usize)
        }
        Err(error) => {
            log::error!("registers at {start:#x}: {error}");
            ptr::null_mut()
        }
    }
}

pub(super) fn ioremap_c(offset: u64, size: usize) -> *mut c_void {
    if size == 0 { ptr::null_mut() } else { map(offset, size as u64) }
}

/// The mapping stays for the next who asks: at most as many as there are pages of registers.
pub(super) fn iounmap_c(_addr: *mut c_void) {}

pub(super) fn devm_ioremap_c(_dev: *mut device, offset: u64, size: u64) -> *mut c_void {
    ioremap_c(offset, size as usize)
}

pub(super) fn devm_iounmap_c(_dev: *mut device, addr: *mut c_void) {
    iounmap_c(addr);
}

/// Claims registers for a device until its driver lets go of it, and maps them.
///
/// # Safety
/// `dev` is a device.
pub(crate) unsafe fn claim_and_map(dev: *mut device, span: Span) -> Result<*mut c_void> {
    // SAFETY: the caller's device.
    let owner = unsafe { crate::device::name(dev) };
    let range = span.start..span.start + (span.size - 1);
    regions::request(range.clone(), owner.to_bytes()).inspect_err(|_| {
        log::error!("{}: registers at {:#x} are in use", owner.to_string_lossy(), span.start);
    })?;
    let freed = range.clone();
    // SAFETY: the caller's device.
    unsafe {
        devres::add(dev, devres::Key("mem region", span.start as usize), move || regions::release(freed))?
    };
    let mapped = map(span.start, span.size);
    if mapped.is_null() { Err(Errno::ENOMEM) } else { Ok(mapped) }
}

pub(super) unsafe fn devm_ioremap_resource_c(dev: *mut device, res: *const resource) -> *mut c_void {
    let mapped = || {
        // SAFETY: null or the caller's resource.
        let res = unsafe { res.as_ref() }.ok_or(Errno::EINVAL)?;
        let kind = res.flags & u64::from(crate::bindings::IORESOURCE_TYPE_BITS);
        let size = res.end.checked_sub(res.start).and_then(|n| n.checked_add(1));
        let size = size.filter(|_| kind == u64::from(crate::bindings::IORESOURCE_MEM)).ok_or(Errno::EINVAL)?;
        // SAFETY: the caller's device.
        unsafe { claim_and_map(dev, Span { start: res.start, size }) }
    };
    ptr_to_c(mapped())
}

pub(super) unsafe fn devm_of_iomap_c(
    dev: *mut device,
    node: *mut crate::bindings::device_node,
    index: c_int,
    size: *mut u64,
) -> *mut c_void {
    let mapped = || {
        // SAFETY: null or a node of the tree.
        let node = unsafe { Node::from_raw(node) }.ok_or(Errno::EINVAL)?;
        let index = usize::try_from(index).map_err(|_| Errno::EINVAL)?;
        let span = of::address_to_resource(node, index)?;
        // SAFETY: null or the caller's variable.
        if let Some(size) = unsafe { size.as_mut() } {
            *size = span.size;
        }
        // SAFETY: the caller's device.
        unsafe { claim_and_map(dev, span) }
    };
    ptr_to_c(mapped())
}

/// A C string, or an empty one for null.
///
/// # Safety
/// `raw` is null or ends in a NUL.
pub(super) unsafe fn text<'a>(raw: *const core::ffi::c_char) -> &'a CStr {
    // SAFETY: the caller says so.
    if raw.is_null() { c"" } else { unsafe { CStr::from_ptr(raw) } }
}
