// SPDX-License-Identifier: GPL-2.0-only
//! Resources and interrupts of platform devices.

use crate::bindings::{self, platform_device, resource};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c};
use crate::of::{Node, Span};
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use kernel::irq::virq;

crate::exports! {
    family "platform";
    [any, supported, "platform::tests::resources"]
    fn platform_get_resource(pdev: *mut platform_device, kind: c_uint, num: c_uint) -> *mut resource = get;
    [any, supported, "platform::tests::resources"]
    fn platform_get_mem_or_io(pdev: *mut platform_device, num: c_uint) -> *mut resource = get_mem_or_io;
    [any, supported, "platform::tests::resources"]
    fn platform_get_resource_byname(pdev: *mut platform_device, kind: c_uint, name: *const c_char) -> *mut resource = get_by_name;
    [sleeps, supported, "platform::tests::resources"]
    fn devm_platform_get_and_ioremap_resource(pdev: *mut platform_device, index: c_uint, res: *mut *mut resource) -> *mut c_void = get_and_map;
    [sleeps, supported, "platform::tests::resources"]
    fn devm_platform_ioremap_resource(pdev: *mut platform_device, index: c_uint) -> *mut c_void = map;
    [sleeps, supported, "platform::tests::resources"]
    fn devm_platform_ioremap_resource_byname(pdev: *mut platform_device, name: *const c_char) -> *mut c_void = map_by_name;
    [sleeps, supported, "platform::tests::interrupts"]
    fn platform_get_irq(pdev: *mut platform_device, num: c_uint) -> c_int = irq;
    [sleeps, supported, "platform::tests::interrupts"]
    fn platform_get_irq_optional(pdev: *mut platform_device, num: c_uint) -> c_int = irq_optional;
    [sleeps, supported, "platform::tests::interrupts"]
    fn platform_irq_count(pdev: *mut platform_device) -> c_int = irq_count;
    [sleeps, supported, "platform::tests::interrupts"]
    fn platform_get_irq_byname(pdev: *mut platform_device, name: *const c_char) -> c_int = irq_by_name;
    [sleeps, supported, "platform::tests::interrupts"]
    fn platform_get_irq_byname_optional(pdev: *mut platform_device, name: *const c_char) -> c_int = irq_by_name_optional;
}

/// The resources.
pub(super) unsafe fn all<'a>(pdev: *mut platform_device) -> &'a mut [resource] {
    // SAFETY: the caller's device.
    unsafe {
        let (first, count) = ((*pdev).resource, (*pdev).num_resources as usize);
        if first.is_null() { &mut [] } else { core::slice::from_raw_parts_mut(first, count) }
    }
}

pub(super) fn kind_of(r: &resource) -> c_uint {
    r.flags as c_uint & bindings::IORESOURCE_TYPE_BITS
}

pub(super) unsafe fn get(pdev: *mut platform_device, kind: c_uint, num: c_uint) -> *mut resource {
    // SAFETY: the caller's device.
    let mut of_kind = unsafe { all(pdev) }.iter_mut().filter(|r| kind_of(r) == kind);
    of_kind.nth(num as usize).map_or(ptr::null_mut(), |r| r)
}

pub(super) unsafe fn get_mem_or_io(pdev: *mut platform_device, num: c_uint) -> *mut resource {
    let wanted = [bindings::IORESOURCE_MEM, bindings::IORESOURCE_IO];
    // SAFETY: the caller's device.
    let mut of_kind = unsafe { all(pdev) }.iter_mut().filter(|r| wanted.contains(&kind_of(r)));
    of_kind.nth(num as usize).map_or(ptr::null_mut(), |r| r)
}

pub(super) unsafe fn get_by_name(pdev: *mut platform_device, kind: c_uint, name: *const c_char) -> *mut resource {
    // SAFETY: the caller's device and name; names of resources are C strings.
    unsafe {
        let named = |r: &&mut resource| {
            kind_of(r) == kind && !r.name.is_null() && CStr::from_ptr(r.name) == CStr::from_ptr(name)
        };
        all(pdev).iter_mut().find(named).map_or(ptr::null_mut(), |r| r)
    }
}

/// Claims and maps a resource.
pub(super) unsafe fn claim(pdev: *mut platform_device, res: *mut resource) -> *mut c_void {
    // SAFETY: null or a resource of the caller's device.
    let mapped = || unsafe {
        let res = res.as_ref().ok_or(Errno::EINVAL)?;
        let size = res.end.checked_sub(res.start).and_then(|n| n.checked_add(1)).ok_or(Errno::EINVAL)?;
        crate::io_memory::claim_and_map(&raw mut (*pdev).dev, Span { start: res.start, size })
    };
    ptr_to_c(mapped())
}

pub(super) unsafe fn get_and_map(
    pdev: *mut platform_device,
    index: c_uint,
    res: *mut *mut resource,
) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe {
        let found = get(pdev, bindings::IORESOURCE_MEM, index);
        if let Some(res) = res.as_mut() {
            *res = found;
        }
        claim(pdev, found)
    }
}

pub(super) unsafe fn map(pdev: *mut platform_device, index: c_uint) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { get_and_map(pdev, index, ptr::null_mut()) }
}

pub(super) unsafe fn map_by_name(pdev: *mut platform_device, name: *const c_char) -> *mut c_void {
    // SAFETY: as the caller says.
    unsafe { claim(pdev, get_by_name(pdev, bindings::IORESOURCE_MEM, name)) }
}

/// Interrupt `index` of a node as a number for drivers.
pub(super) fn map_irq(node: Node, index: usize) -> Result<c_int> {
    let host = node.host_node().ok_or(Errno::ENXIO)?;
    if index >= virq::spec::count(&host) {
        return Err(Errno::ENXIO);
    }
    Ok(virq::domain::map_spec(&virq::spec::of_node(&host, index)?)?.virq() as c_int)
}

/// Interrupt `num`, mapped: from the device tree, else from the resources.
pub(super) unsafe fn find_irq(pdev: *mut platform_device, num: c_uint) -> Result<c_int> {
    // SAFETY: the caller's device.
    unsafe {
        if let Some(node) = Node::from_raw((*pdev).dev.of_node) {
            return map_irq(node, num as usize);
        }
        let resource = get(pdev, bindings::IORESOURCE_IRQ, num);
        resource.as_ref().map(|r| r.start as c_int).filter(|irq| *irq > 0).ok_or(Errno::ENXIO)
    }
}

/// An error of an interrupt that the driver cannot do without is told.
pub(super) unsafe fn told(pdev: *mut platform_device, what: &dyn core::fmt::Display, result: Result<c_int>) -> c_int {
    if let Err(error) = result
        && error != Errno::EPROBE_DEFER
    {
        // SAFETY: the caller's device.
        let name = unsafe { crate::device::name(&raw const (*pdev).dev) }.to_string_lossy();
        log::error!("{name}: interrupt {what}: not found (error {})", error.0);
    }
    int_to_c(result)
}

pub(super) unsafe fn irq(pdev: *mut platform_device, num: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { told(pdev, &num, find_irq(pdev, num)) }
}

pub(super) unsafe fn irq_optional(pdev: *mut platform_device, num: c_uint) -> c_int {
    // SAFETY: as the caller says.
    int_to_c(unsafe { find_irq(pdev, num) })
}

pub(super) unsafe fn irq_count(pdev: *mut platform_device) -> c_int {
    let mut count = 0;
    loop {
        // SAFETY: as the caller says.
        match unsafe { find_irq(pdev, count) } {
            Ok(_) => count += 1,
            Err(Errno::EPROBE_DEFER) => return Errno::EPROBE_DEFER.to_c(),
            Err(_) => return count as c_int,
        }
    }
}

pub(super) unsafe fn find_irq_by_name(pdev: *mut platform_device, name: *const c_char) -> Result<c_int> {
    // SAFETY: the caller's device and name.
    unsafe {
        let wanted = CStr::from_ptr(name);
        if let Some(node) = Node::from_raw((*pdev).dev.of_node) {
            let names = node.property(b"interrupt-names").ok_or(Errno::ENXIO)?;
            let index = names.strings().position(|s| s == wanted).ok_or(Errno::ENXIO)?;
            return map_irq(node, index);
        }
        let resource = get_by_name(pdev, bindings::IORESOURCE_IRQ, name);
        resource.as_ref().map(|r| r.start as c_int).ok_or(Errno::ENXIO)
    }
}

pub(super) unsafe fn irq_by_name(pdev: *mut platform_device, name: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    unsafe { told(pdev, &CStr::from_ptr(name).to_string_lossy(), find_irq_by_name(pdev, name)) }
}

pub(super) unsafe fn irq_by_name_optional(pdev: *mut platform_device, name: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    int_to_c(unsafe { find_irq_by_name(pdev, name) })
}
