// SPDX-License-Identifier: GPL-2.0-only
//! Buses, and what is on them.

use super::bind;
use super::core::{Visit, get, put};
use super::names;
use super::private::{Device, Driver, State, with};
use crate::bindings::{bus_type, device, device_driver};
use crate::errno::{Errno, Result, to_c};
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use kernel::sync::SpinLock;

/// How C code picks a device.
type Judge = Option<unsafe extern "C" fn(*mut device, *const c_void) -> c_int>;
/// How C code is called with a driver.
type VisitDriver = Option<unsafe extern "C" fn(*mut device_driver, *mut c_void) -> c_int>;

crate::exports! {
    family "device";
    [sleeps, supported, "device::tests::buses"]
    fn bus_register(bus: *const bus_type) -> c_int = bus_register_c;
    [sleeps, supported, "device::tests::buses"]
    fn bus_unregister(bus: *const bus_type) -> () = bus_unregister_c;
    [sleeps, supported, "device::tests::buses"]
    fn bus_for_each_dev(bus: *const bus_type, start: *mut device, data: *mut c_void, f: Visit) -> c_int = for_each_device;
    [sleeps, supported, "device::tests::buses"]
    fn bus_for_each_drv(bus: *const bus_type, start: *mut device_driver, data: *mut c_void, f: VisitDriver) -> c_int = for_each_driver;
    [sleeps, supported, "device::tests::buses"]
    fn bus_find_device(bus: *const bus_type, start: *mut device, data: *const c_void, f: Judge) -> *mut device = find_device;
    [any, supported, "device::tests::buses"]
    fn device_match_name(dev: *mut device, name: *const c_void) -> c_int = match_name;
    [any, supported, "device::tests::buses"]
    fn device_match_of_node(dev: *mut device, np: *const c_void) -> c_int = match_node;
    [any, supported, "device::tests::buses"]
    fn device_match_fwnode(dev: *mut device, fwnode: *const c_void) -> c_int = match_fwnode;
    [any, supported, "device::tests::buses"]
    fn device_match_any(dev: *mut device, unused: *const c_void) -> c_int = match_any;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn driver_register(drv: *mut device_driver) -> c_int = driver_register_c;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn driver_unregister(drv: *mut device_driver) -> () = driver_unregister_c;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn driver_find(name: *const c_char, bus: *const bus_type) -> *mut device_driver = driver_find_c;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn driver_for_each_device(drv: *mut device_driver, start: *mut device, data: *mut c_void, f: Visit) -> c_int = driver_for_each;
    [sleeps, supported, "device::tests::drivers_meet_devices"]
    fn driver_find_device(drv: *const device_driver, start: *mut device, data: *const c_void, f: Judge) -> *mut device = driver_find_dev;
}

#[derive(Default)]
struct Registry {
    devices: Vec<Device>,
    drivers: Vec<Driver>,
    /// For each driver the function that was called when it registered: an initcall of the same source.
    origins: Vec<(Driver, usize)>,
}

static REGISTRY: SpinLock<Registry> =
    SpinLock::new(Registry { devices: Vec::new(), drivers: Vec::new(), origins: Vec::new() });

/// Every registered device, each with a reference of the caller's.
pub(crate) fn all() -> Vec<Device> {
    let registry = REGISTRY.lock();
    // SAFETY: registered devices stay while they are in the list.
    registry.devices.iter().for_each(|d| unsafe { _ = get(d.0) });
    registry.devices.clone()
}

/// Calls `f` with every registered device. Context: sleeps.
pub fn devices(mut f: impl FnMut(*mut device)) {
    for Device(dev) in all() {
        f(dev);
        // SAFETY: taken by `all`.
        unsafe { put(dev) };
    }
}

/// The drivers of a bus, in the order of registration.
pub(super) fn drivers_of(bus: *const bus_type) -> Vec<Driver> {
    let registry = REGISTRY.lock();
    // SAFETY: registered drivers stay while they are in the list.
    registry.drivers.iter().copied().filter(|d| ptr::eq(unsafe { (*d.0).bus }, bus)).collect()
}

/// Puts a device on its bus.
pub(super) unsafe fn add_device(dev: *mut device) -> Result<()> {
    let mut registry = REGISTRY.lock();
    // SAFETY: the caller's device; registered ones stay.
    let twin = |other: &Device| unsafe {
        ptr::eq((*other.0).bus, (*dev).bus)
            && ptr::eq((*other.0).class, (*dev).class)
            && names::name(other.0) == names::name(dev)
    };
    if registry.devices.iter().any(twin) {
        return Err(Errno::EEXIST);
    }
    registry.devices.push(Device(dev));
    Ok(())
}

pub(super) fn remove_device(dev: *mut device) {
    REGISTRY.lock().devices.retain(|d| d.0 != dev);
}

/// A bus is known by its address: there is nothing to keep.
pub(super) fn bus_register_c(bus: *const bus_type) -> c_int {
    // SAFETY: null or the caller's bus.
    match unsafe { bus.as_ref() } {
        Some(bus) if !bus.name.is_null() => 0,
        _ => Errno::EINVAL.to_c(),
    }
}

pub(super) unsafe fn bus_unregister_c(bus: *const bus_type) {
    // SAFETY: the caller's bus and what is on it.
    unsafe { drivers_of(bus).into_iter().for_each(|d| driver_unregister_c(d.0)) };
}

/// The devices for which `on` holds, from the one after `start` on, each with a reference.
pub(super) fn selection(start: *mut device, on: impl Fn(*mut device) -> bool) -> Vec<Device> {
    let mut list = all();
    let skip = list.iter().position(|d| d.0 == start).map_or(0, |at| at + 1);
    let dropped: Vec<Device> = list.drain(..skip).collect();
    let (wanted, rest): (Vec<_>, Vec<_>) = list.into_iter().partition(|d| on(d.0));
    // SAFETY: taken by `all`.
    dropped.into_iter().chain(rest).for_each(|d| unsafe { put(d.0) });
    wanted
}

/// Calls `f` with each until it answers other than 0; the answer, and the device with a reference.
pub(super) unsafe fn each(list: Vec<Device>, mut f: impl FnMut(*mut device) -> c_int) -> (c_int, *mut device) {
    let mut answer = (0, ptr::null_mut());
    for Device(dev) in list {
        if answer.0 == 0 {
            let result = f(dev);
            if result != 0 {
                answer = (result, dev);
                continue;
            }
        }
        // SAFETY: taken by `all`.
        unsafe { put(dev) };
    }
    answer
}

pub(super) unsafe fn for_each_device(
    bus: *const bus_type,
    start: *mut device,
    data: *mut c_void,
    f: Visit,
) -> c_int {
    // SAFETY: as the caller says; devices with references.
    unsafe {
        let list = selection(start, |dev| ptr::eq((*dev).bus, bus));
        let (result, found) = each(list, |dev| f.map_or(0, |f| f(dev, data)));
        put(found);
        result
    }
}

pub(super) unsafe fn for_each_driver(
    bus: *const bus_type,
    start: *mut device_driver,
    data: *mut c_void,
    f: VisitDriver,
) -> c_int {
    let list = drivers_of(bus);
    let skip = list.iter().position(|d| d.0 == start).map_or(0, |at| at + 1);
    let Some(f) = f else { return 0 };
    // SAFETY: the caller's function; registered drivers.
    list.into_iter().skip(skip).map(|d| unsafe { f(d.0, data) }).find(|result| *result != 0).unwrap_or(0)
}

pub(super) unsafe fn find_device(
    bus: *const bus_type,
    start: *mut device,
    data: *const c_void,
    f: Judge,
) -> *mut device {
    // SAFETY: as the caller says; devices with references.
    unsafe {
        let list = selection(start, |dev| ptr::eq((*dev).bus, bus));
        each(list, |dev| f.map_or(0, |f| f(dev, data))).1
    }
}

pub(super) unsafe fn match_name(dev: *mut device, name: *const c_void) -> c_int {
    // SAFETY: as the caller says.
    unsafe { names::name(dev) == CStr::from_ptr(name.cast::<c_char>()) }.into()
}

pub(super) unsafe fn match_node(dev: *mut device, np: *const c_void) -> c_int {
    // SAFETY: as the caller says.
    unsafe { !np.is_null() && ptr::eq((*dev).of_node.cast(), np) }.into()
}

pub(super) unsafe fn match_fwnode(dev: *mut device, fwnode: *const c_void) -> c_int {
    let wanted = crate::of::from_fwnode(fwnode.cast());
    // SAFETY: as the caller says.
    unsafe { wanted.is_some() && super::private::node(dev) == wanted }.into()
}

pub(super) fn match_any(_dev: *mut device, _unused: *const c_void) -> c_int {
    1
}

pub(crate) unsafe fn driver_register_c(drv: *mut device_driver) -> c_int {
    // SAFETY: null or the caller's driver.
    let Some(driver) = (unsafe { drv.as_ref() }) else { return Errno::EINVAL.to_c() };
    let register = || {
        if driver.name.is_null() || driver.bus.is_null() {
            return Err(Errno::EINVAL);
        }
        // SAFETY: a driver's name is a C string.
        if !unsafe { driver_find_c(driver.name, driver.bus) }.is_null() {
            return Err(Errno::EBUSY);
        }
        let mut registry = REGISTRY.lock();
        registry.drivers.push(Driver(drv));
        registry.origins.extend(crate::context::outermost_function().map(|function| (Driver(drv), function)));
        drop(registry);
        // SAFETY: a registered driver.
        unsafe { bind::attach_driver(drv) };
        Ok(())
    };
    to_c(register())
}

/// The folder of `ported-drivers/` that a registered driver is of, where that is known. Context: any.
pub(super) fn folder(drv: *const device_driver) -> Option<&'static str> {
    let registry = REGISTRY.lock();
    let origin = registry.origins.iter().find(|(driver, _)| ptr::eq(driver.0, drv))?.1;
    drop(registry);
    Some(crate::context::symbol(origin as u64)?.driver)
}

pub(crate) unsafe fn driver_unregister_c(drv: *mut device_driver) {
    let mut registry = REGISTRY.lock();
    registry.drivers.retain(|d| d.0 != drv);
    registry.origins.retain(|(d, _)| d.0 != drv);
    drop(registry);
    devices(|dev| {
        // SAFETY: a device with a reference.
        if ptr::eq(unsafe { (*dev).driver }, drv) {
            // SAFETY: as above.
            unsafe { bind::detach(dev) };
        }
    });
}

pub(super) unsafe fn driver_find_c(name: *const c_char, bus: *const bus_type) -> *mut device_driver {
    // SAFETY: the caller's name; registered drivers have names.
    let same = |d: &Driver| unsafe { CStr::from_ptr((*d.0).name) == CStr::from_ptr(name) };
    drivers_of(bus).into_iter().find(same).map_or(ptr::null_mut(), |d| d.0)
}

/// Whether the driver has the device.
pub(super) unsafe fn has(drv: *const device_driver, dev: *mut device) -> bool {
    // SAFETY: a device with a reference.
    unsafe { ptr::eq((*dev).driver, drv) && with(dev, |p| p.state == State::Bound) }
}

pub(crate) unsafe fn driver_for_each(
    drv: *mut device_driver,
    start: *mut device,
    data: *mut c_void,
    f: Visit,
) -> c_int {
    // SAFETY: as the caller says; devices with references.
    unsafe {
        let list = selection(start, |dev| has(drv, dev));
        let (result, found) = each(list, |dev| f.map_or(0, |f| f(dev, data)));
        put(found);
        result
    }
}

pub(super) unsafe fn driver_find_dev(
    drv: *const device_driver,
    start: *mut device,
    data: *const c_void,
    f: Judge,
) -> *mut device {
    // SAFETY: as the caller says; devices with references.
    unsafe { each(selection(start, |dev| has(drv, dev)), |dev| f.map_or(0, |f| f(dev, data))).1 }
}
