// SPDX-License-Identifier: GPL-2.0-only
//! Platform drivers.

use super::bus::bus_pointer;
use crate::bindings::{device, device_driver, module, platform_device, platform_driver};
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_void};

/// A driver's probe.
type Probe = Option<unsafe extern "C" fn(*mut platform_device) -> c_int>;

crate::exports! {
    family "platform";
    [sleeps, supported, "platform::tests::matching"]
    fn __platform_driver_register(drv: *mut platform_driver, owner: *mut module) -> c_int = register;
    [sleeps, supported, "platform::tests::matching"]
    fn platform_driver_unregister(drv: *mut platform_driver) -> () = unregister;
    [sleeps, supported, "platform::tests::matching"]
    fn __platform_driver_probe(drv: *mut platform_driver, probe: Probe, owner: *mut module) -> c_int = probe_once;
    [sleeps, supported, "platform::tests::matching"]
    fn __platform_register_drivers(drivers: *const *mut platform_driver, count: c_uint, owner: *mut module) -> c_int = register_all;
    [sleeps, supported, "platform::tests::matching"]
    fn platform_unregister_drivers(drivers: *const *mut platform_driver, count: c_uint) -> () = unregister_all;
}

pub(super) unsafe fn register(drv: *mut platform_driver, owner: *mut module) -> c_int {
    // SAFETY: the caller's driver.
    unsafe {
        (*drv).driver.bus = bus_pointer();
        (*drv).driver.owner = owner;
        crate::device::driver_register(&raw mut (*drv).driver)
    }
}

pub(super) unsafe fn unregister(drv: *mut platform_driver) {
    // SAFETY: the caller's driver.
    unsafe { crate::device::driver_unregister(&raw mut (*drv).driver) };
}

unsafe extern "C" fn count_device(_dev: *mut device, count: *mut c_void) -> c_int {
    // SAFETY: called by `probe_once` only.
    unsafe { *count.cast::<c_int>() += 1 };
    0
}

/// Registers a driver for the devices that are there now: it goes again if there are none.
pub(super) unsafe fn probe_once(drv: *mut platform_driver, probe: Probe, owner: *mut module) -> c_int {
    // SAFETY: the caller's driver.
    unsafe {
        (*drv).probe = probe;
        (*drv).prevent_deferred_probe = true;
        let result = register(drv, owner);
        if result != 0 {
            return result;
        }
        let mut count: c_int = 0;
        let driver: *mut device_driver = &raw mut (*drv).driver;
        crate::device::driver_for_each(driver, core::ptr::null_mut(), (&raw mut count).cast(), Some(count_device));
        if count == 0 {
            unregister(drv);
            return Errno::ENODEV.to_c();
        }
        0
    }
}

pub(super) unsafe fn register_all(drivers: *const *mut platform_driver, count: c_uint, owner: *mut module) -> c_int {
    for i in 0..count as usize {
        // SAFETY: the caller's list.
        unsafe {
            let result = register(drivers.add(i).read(), owner);
            if result != 0 {
                unregister_all(drivers, i as c_uint);
                return result;
            }
        }
    }
    0
}

pub(super) unsafe fn unregister_all(drivers: *const *mut platform_driver, count: c_uint) {
    // SAFETY: the caller's list.
    (0..count as usize).rev().for_each(|i| unsafe { unregister(drivers.add(i).read()) });
}
