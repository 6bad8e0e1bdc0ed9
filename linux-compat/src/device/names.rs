// SPDX-License-Identifier: GPL-2.0-only
//! What devices are called.

use super::private::with;
use crate::bindings::{bus_type, device};
use alloc::ffi::CString;
use core::ffi::{CStr, c_char};

crate::exports! {
    family "device";
    [any, supported, "device::tests::names"]
    fn dev_driver_string(dev: *const device) -> *const c_char = driver_string_c;
}

/// The device's name; `(unnamed)` before it has one. Context: any.
///
/// # Safety
/// `dev` is null or a device that stays while the name is used.
pub unsafe fn name<'a>(dev: *const device) -> &'a CStr {
    // SAFETY: the caller's device; its names are C strings.
    unsafe {
        let Some(dev) = dev.as_ref() else { return c"(null device)" };
        match (dev.init_name.is_null(), dev.kobj.name.is_null()) {
            (false, _) => CStr::from_ptr(dev.init_name),
            (true, false) => CStr::from_ptr(dev.kobj.name),
            (true, true) => c"(unnamed)",
        }
    }
}

/// Names a device. Context: atomic.
///
/// # Safety
/// `dev` is a device that is not registered yet; nobody keeps its old name.
pub unsafe fn set_name(dev: *mut device, new: CString) {
    // SAFETY: the caller's device. The string's bytes stay where they are when it is moved.
    unsafe {
        (*dev).kobj.name = new.as_ptr();
        (*dev).init_name = core::ptr::null();
        with(dev, |p| p.name = Some(new));
    }
}

/// The driver's name, else the bus's, else the class's. Context: any.
///
/// # Safety
/// `dev` is null or a device that stays while the name is used.
pub unsafe fn driver_string<'a>(dev: *const device) -> &'a CStr {
    // SAFETY: the caller's device, and what it points to.
    unsafe {
        let Some(dev) = dev.as_ref() else { return c"" };
        let names = [
            dev.driver.as_ref().map(|d| d.name),
            dev.bus.as_ref().map(|b: &bus_type| b.name),
            dev.class.as_ref().map(|c| c.name),
        ];
        let first = names.into_iter().flatten().find(|n| !n.is_null());
        first.map_or(c"", |n| CStr::from_ptr(n))
    }
}

pub(super) unsafe fn driver_string_c(dev: *const device) -> *const c_char {
    // SAFETY: the caller's device.
    unsafe { driver_string(dev) }.as_ptr()
}
