// SPDX-License-Identifier: GPL-2.0-only
//! The bus that devices and drivers of SPI are on.

use super::device::{entry, irq};
use crate::bindings::{bus_type, device, device_driver, module, spi_device, spi_device_id, spi_driver};
use crate::device::driver_register;
use crate::errno::Errno;
use crate::of::{self, Node};
use core::ffi::{CStr, c_int, c_void};
use core::mem::offset_of;
use core::ptr::null;

crate::exports_data! {
    family "spi";
    [any, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    static spi_bus_type: bus_type = bus();
}

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn __spi_register_driver(owner: *mut module, sdrv: *mut spi_driver) -> c_int = register;
    [any, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn spi_get_device_id(sdev: *const spi_device) -> *const spi_device_id = device_id;
    [any, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn spi_get_device_match_data(sdev: *const spi_device) -> *const c_void = match_data;
}

const fn bus() -> bus_type {
    // SAFETY: all fields may be zero.
    let mut bus: bus_type = unsafe { core::mem::zeroed() };
    bus.name = c"spi".as_ptr();
    bus.match_ = Some(matches);
    bus.probe = Some(probe);
    bus.remove = Some(remove);
    bus.shutdown = Some(shutdown);
    bus
}

/// The bus, as devices and drivers name it.
pub(super) fn pointer() -> *const bus_type {
    &raw const spi_bus_type
}

/// The SPI device that a device of the bus is the first field of.
fn to_spi(dev: *mut device) -> *mut spi_device {
    dev.wrapping_byte_sub(offset_of!(spi_device, dev)).cast()
}

fn to_driver(drv: *const device_driver) -> *const spi_driver {
    drv.wrapping_byte_sub(offset_of!(spi_driver, driver)).cast()
}

/// The entry of a table that has the device's name.
unsafe fn match_id(table: *const spi_device_id, spi: *const spi_device) -> *const spi_device_id {
    if table.is_null() {
        return null();
    }
    // SAFETY: a driver's table ends with an empty name; both names end with a zero.
    unsafe {
        let name = CStr::from_ptr((*spi).modalias.as_ptr());
        let mut at = table;
        while (*at).name.first().is_some_and(|letter| *letter != 0) {
            if CStr::from_ptr((*at).name.as_ptr()) == name {
                return at;
            }
            at = at.add(1);
        }
    }
    null()
}

/// By device tree, then by table of names, or without one by the driver's name.
unsafe extern "C" fn matches(dev: *mut device, drv: *const device_driver) -> c_int {
    // SAFETY: the core calls with a device and a driver of this bus.
    unsafe {
        let spi = to_spi(dev);
        if let Some(node) = Node::from_raw((*dev).of_node)
            && !of::match_table((*drv).of_match_table, node).is_null()
        {
            return 1;
        }
        let table = (*to_driver(drv)).id_table;
        if !table.is_null() {
            return (!match_id(table, spi).is_null()).into();
        }
        let name = (!(*drv).name.is_null()).then(|| CStr::from_ptr((*drv).name));
        (name == Some(CStr::from_ptr((*spi).modalias.as_ptr()))).into()
    }
}

unsafe extern "C" fn probe(dev: *mut device) -> c_int {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        let spi = to_spi(dev);
        if let Some(node) = Node::from_raw((*dev).of_node) {
            match irq(node) {
                Ok(irq) => (*spi).irq = irq,
                Err(Errno::EPROBE_DEFER) => return Errno::EPROBE_DEFER.to_c(),
                Err(_) => (*spi).irq = 0,
            }
        }
        let result = (*to_driver((*dev).driver)).probe.map_or(0, |probe| probe(spi));
        if result == 0
            && let Some(entry) = entry(spi)
        {
            let name = (*(*dev).driver).name;
            entry.bind((!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned()));
        }
        result
    }
}

unsafe extern "C" fn remove(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        let spi = to_spi(dev);
        if let Some(remove) = (*to_driver((*dev).driver)).remove {
            remove(spi);
        }
        if let Some(entry) = entry(spi) {
            entry.bind(None);
        }
    }
}

unsafe extern "C" fn shutdown(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that may have a driver.
    unsafe {
        if !(*dev).driver.is_null()
            && let Some(shutdown) = (*to_driver((*dev).driver)).shutdown
        {
            shutdown(to_spi(dev));
        }
    }
}

pub(super) unsafe fn register(owner: *mut module, driver: *mut spi_driver) -> c_int {
    // SAFETY: the C caller's driver.
    unsafe {
        (*driver).driver.owner = owner;
        (*driver).driver.bus = pointer();
        driver_register(&raw mut (*driver).driver)
    }
}

pub(super) unsafe fn device_id(spi: *const spi_device) -> *const spi_device_id {
    // SAFETY: the caller's device, which has a driver of this bus.
    unsafe {
        match (*spi).dev.driver {
            driver if driver.is_null() => null(),
            driver => match_id((*to_driver(driver)).id_table, spi),
        }
    }
}

pub(super) unsafe fn match_data(spi: *const spi_device) -> *const c_void {
    // SAFETY: the caller's device.
    unsafe {
        let dev = &(*spi).dev;
        let node = Node::from_raw(dev.of_node);
        if let Some(found) = node.and_then(|node| of::match_table((*dev.driver).of_match_table, node).as_ref())
            && !found.data.is_null()
        {
            return found.data;
        }
        device_id(spi).as_ref().map_or(null(), |id| core::ptr::with_exposed_provenance(id.driver_data as usize))
    }
}
