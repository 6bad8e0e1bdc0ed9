// SPDX-License-Identifier: GPL-2.0-only
//! The bus that devices and drivers of I2C are on.

use core::ffi::c_int;
use core::mem::offset_of;

use super::adapter::{core, driver_name};
use super::client;
use crate::bindings::{self, bus_type, device, device_driver, device_type, i2c_client, i2c_driver, module};
use crate::device::{driver_register, driver_unregister};
use crate::errno::Errno;
use crate::of::{self, Node};

crate::exports_data! {
    family "i2c";
    [any, supported, "i2c::tests::clients_meet_drivers"]
    static i2c_bus_type: bus_type = bus();
    [any, supported, "i2c::tests::clients_meet_drivers"]
    static i2c_adapter_type: device_type = kind(c"i2c_adapter", keep);
    [any, supported, "i2c::tests::clients_meet_drivers"]
    static i2c_client_type: device_type = kind(c"i2c_client", client::release);
}

crate::exports! {
    family "i2c";
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_register_driver(owner: *mut module, driver: *mut i2c_driver) -> c_int = register;
    [sleeps, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_del_driver(driver: *mut i2c_driver) -> () = unregister;
}

const fn bus() -> bus_type {
    // SAFETY: all fields may be zero.
    let mut bus: bus_type = unsafe { core::mem::zeroed() };
    bus.name = c"i2c".as_ptr();
    bus.match_ = Some(matches);
    bus.probe = Some(probe);
    bus.remove = Some(remove);
    bus.shutdown = Some(shutdown);
    bus
}

const fn kind(name: &core::ffi::CStr, release: unsafe extern "C" fn(*mut device)) -> device_type {
    // SAFETY: all fields may be zero.
    let mut kind: device_type = unsafe { core::mem::zeroed() };
    kind.name = name.as_ptr();
    kind.release = Some(release);
    kind
}

/// An adapter's memory is its driver's.
unsafe extern "C" fn keep(_dev: *mut device) {}

/// The bus, as devices and drivers name it.
pub(super) fn pointer() -> *const bus_type {
    &raw const i2c_bus_type
}

pub(super) fn adapter_type() -> *const device_type {
    &raw const i2c_adapter_type
}

pub(super) fn client_type() -> *const device_type {
    &raw const i2c_client_type
}

/// The client that a device of the bus is part of; `None` for an adapter.
pub(super) unsafe fn to_client(dev: *mut device) -> Option<*mut i2c_client> {
    // SAFETY: the caller's device.
    let client = unsafe { (*dev).type_ } == client_type();
    client.then(|| dev.wrapping_byte_sub(offset_of!(i2c_client, dev)).cast())
}

fn to_driver(drv: *const device_driver) -> *const i2c_driver {
    drv.wrapping_byte_sub(offset_of!(i2c_driver, driver)).cast()
}

/// By device tree, then by table of names.
unsafe extern "C" fn matches(dev: *mut device, drv: *const device_driver) -> c_int {
    // SAFETY: the core calls with a device and a driver of this bus.
    unsafe {
        let Some(client) = to_client(dev) else { return 0 };
        if let Some(node) = Node::from_raw((*dev).of_node)
            && !of::match_table((*drv).of_match_table, node).is_null()
        {
            return 1;
        }
        (!client::match_id((*to_driver(drv)).id_table, client).is_null()).into()
    }
}

unsafe extern "C" fn probe(dev: *mut device) -> c_int {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        let Some(client) = to_client(dev) else { return Errno::ENODEV.to_c() };
        let Some(probe) = (*to_driver((*dev).driver)).probe else { return Errno::EINVAL.to_c() };
        if (*client).irq == 0 && !(*dev).of_node.is_null() {
            match client::irq(client) {
                Ok(irq) => (*client).irq = irq,
                Err(Errno::EPROBE_DEFER) => return Errno::EPROBE_DEFER.to_c(),
                Err(_) => (*client).irq = 0,
            }
        }
        let result = probe(client);
        if result == 0
            && let Ok(adapter) = core((*client).adapter)
        {
            adapter.bind((*client).addr, client::ten_bits(client), Some(driver_name(dev)));
        }
        result
    }
}

unsafe extern "C" fn remove(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that has a driver of this bus.
    unsafe {
        let Some(client) = to_client(dev) else { return };
        if let Some(remove) = (*to_driver((*dev).driver)).remove {
            remove(client);
        }
        if let Ok(adapter) = core((*client).adapter) {
            adapter.bind((*client).addr, client::ten_bits(client), None);
        }
        (*client).irq = (*client).init_irq;
    }
}

unsafe extern "C" fn shutdown(dev: *mut device) {
    // SAFETY: the core calls with a device of this bus that may have a driver.
    unsafe {
        if let (Some(client), false) = (to_client(dev), (*dev).driver.is_null())
            && let Some(shutdown) = (*to_driver((*dev).driver)).shutdown
        {
            shutdown(client);
        }
    }
}

pub(super) unsafe fn register(owner: *mut module, driver: *mut i2c_driver) -> c_int {
    // SAFETY: the C caller's driver.
    unsafe {
        (*driver).driver.owner = owner;
        (*driver).driver.bus = pointer();
        let clients: *mut bindings::list_head = &raw mut (*driver).clients;
        ((*clients).next, (*clients).prev) = (clients, clients);
        driver_register(&raw mut (*driver).driver)
    }
}

pub(super) unsafe fn unregister(driver: *mut i2c_driver) {
    // SAFETY: the C caller's driver.
    unsafe { driver_unregister(&raw mut (*driver).driver) };
}
