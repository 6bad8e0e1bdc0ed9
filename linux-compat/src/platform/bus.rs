// SPDX-License-Identifier: GPL-2.0-only
//! The bus itself: which driver serves which device, and calling its functions.

use crate::bindings::{self, bus_type, device, device_driver, platform_device, platform_driver};
use crate::device as core_device;
use crate::errno::Errno;
use crate::of::{self, Node};
use core::ffi::{CStr, c_int};
use core::mem::offset_of;

crate::exports_data! {
    family "platform";
    [any, supported, "platform::tests::matching"]
    static platform_bus_type: bus_type = bus();
    [any, supported, "platform::tests::matching"]
    static platform_bus: device = root();
}

const fn bus() -> bus_type {
    // SAFETY: all fields may be zero.
    let mut bus: bus_type = unsafe { core::mem::zeroed() };
    bus.name = c"platform".as_ptr();
    bus.match_ = Some(matches);
    bus.probe = Some(probe);
    bus.remove = Some(remove);
    bus.shutdown = Some(shutdown);
    bus
}

/// The parent of platform devices that have no other.
const fn root() -> device {
    // SAFETY: all fields may be zero.
    let mut root: device = unsafe { core::mem::zeroed() };
    root.init_name = c"platform".as_ptr();
    root
}

/// The platform device around a device.
pub(super) fn to_platform(dev: *mut device) -> *mut platform_device {
    dev.wrapping_byte_sub(offset_of!(platform_device, dev)).cast()
}

pub(super) fn to_driver(drv: *const device_driver) -> *const platform_driver {
    drv.wrapping_byte_sub(offset_of!(platform_driver, driver)).cast()
}

/// By override, by device tree, by table of names, by name: in this order.
unsafe extern "C" fn matches(dev: *mut device, drv: *const device_driver) -> c_int {
    // SAFETY: the core calls with a platform device and a platform driver.
    unsafe {
        let (pdev, driver) = (to_platform(dev), &*to_driver(drv));
        let driver_name = CStr::from_ptr(driver.driver.name);
        if !(*pdev).driver_override.is_null() {
            return (CStr::from_ptr((*pdev).driver_override) == driver_name).into();
        }
        if let Some(node) = Node::from_raw((*dev).of_node)
            && !of::match_table(driver.driver.of_match_table, node).is_null()
        {
            return 1;
        }
        let name = if (*pdev).name.is_null() { c"" } else { CStr::from_ptr((*pdev).name) };
        let mut entry = driver.id_table;
        while let Some(id) = entry.as_ref().filter(|id| id.name.first() != Some(&0)) {
            if CStr::from_ptr(id.name.as_ptr()) == name {
                (*pdev).id_entry = entry;
                return 1;
            }
            entry = entry.add(1);
        }
        (driver.id_table.is_null() && name == driver_name).into()
    }
}

unsafe extern "C" fn probe(dev: *mut device) -> c_int {
    // SAFETY: the core calls with a platform device that has a platform driver.
    unsafe {
        let driver = &*to_driver((*dev).driver);
        let Some(probe) = driver.probe else { return 0 };
        let result = probe(to_platform(dev));
        if driver.prevent_deferred_probe && result == Errno::EPROBE_DEFER.to_c() {
            let name = core_device::name(dev).to_string_lossy();
            log::warn!("{name}: its driver cannot be probed later; it has to do without");
            return Errno::ENXIO.to_c();
        }
        result
    }
}

unsafe extern "C" fn remove(dev: *mut device) {
    // SAFETY: the core calls with a platform device that has a platform driver.
    unsafe {
        let driver = &*to_driver((*dev).driver);
        if let Some(remove) = driver.__bindgen_anon_1.remove {
            remove(to_platform(dev));
        }
    }
}

unsafe extern "C" fn shutdown(dev: *mut device) {
    // SAFETY: the core calls with a platform device that has a platform driver.
    unsafe {
        if let Some(shutdown) = (*to_driver((*dev).driver)).shutdown {
            shutdown(to_platform(dev));
        }
    }
}

/// The bus, as devices and drivers name it.
pub(super) fn bus_pointer() -> *const bus_type {
    &raw const platform_bus_type
}

/// What DMA of a platform device reaches unless its driver says otherwise: 32 bits.
pub(super) const DMA_MASK: u64 = u32::MAX as u64;

/// Puts a device on the bus: its parent, its masks.
///
/// # Safety
/// `pdev` is a platform device that is not registered yet.
pub(super) unsafe fn prepare(pdev: *mut bindings::platform_device) {
    // SAFETY: the caller's device.
    unsafe {
        let dev = &raw mut (*pdev).dev;
        if (*dev).parent.is_null() {
            (*dev).parent = &raw mut platform_bus;
        }
        (*dev).bus = bus_pointer();
        if (*dev).coherent_dma_mask == 0 {
            (*dev).coherent_dma_mask = DMA_MASK;
        }
        if (*dev).dma_mask.is_null() {
            (*pdev).platform_dma_mask = DMA_MASK;
            (*dev).dma_mask = &raw mut (*pdev).platform_dma_mask;
        }
        (*dev).dma_parms = &raw mut (*pdev).dma_parms;
    }
}
