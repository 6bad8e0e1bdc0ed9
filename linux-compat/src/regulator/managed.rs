// SPDX-License-Identifier: GPL-2.0-only
//! `devm_regulator_*`: regulators that are switched off and put when the driver lets go of its device.

use super::consumer::{self, Want, get};
use crate::bindings::{device, regulator};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use core::ffi::{c_char, c_int};
use core::ptr;

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get(dev: *mut device, id: *const c_char) -> *mut regulator = get_c;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get_optional(dev: *mut device, id: *const c_char) -> *mut regulator = get_optional;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get_exclusive(dev: *mut device, id: *const c_char) -> *mut regulator = get_exclusive;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get_enable(dev: *mut device, id: *const c_char) -> c_int = get_enable;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get_enable_optional(dev: *mut device, id: *const c_char) -> c_int = get_enable_optional;
    [sleeps, supported, "regulator::tests::managed"]
    fn devm_regulator_get_enable_read_voltage(dev: *mut device, id: *const c_char) -> c_int = get_enable_read_voltage;
}

/// Keeps a regulator for the device, switched on if it is to be.
pub(super) unsafe fn keep(dev: *mut device, id: *const c_char, want: Want, on: bool) -> Result<*mut regulator> {
    // SAFETY: as the caller says; the handle is put once, by the resource or here.
    unsafe {
        let regulator = get(dev, id, want)?;
        if on && let Err(errno) = Errno::check(consumer::enable(regulator)) {
            consumer::put(regulator);
            return Err(errno);
        }
        let address = regulator.expose_provenance();
        let release = move || {
            let regulator = ptr::with_exposed_provenance_mut(address);
            if on {
                consumer::disable(regulator);
            }
            consumer::put(regulator);
        };
        devres::add(dev, Key("regulator", address), release)?;
        Ok(regulator)
    }
}

pub(super) unsafe fn get_c(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { keep(dev, id, Want::Normal, false) })
}

pub(crate) unsafe fn get_optional(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { keep(dev, id, Want::Optional, false) })
}

pub(super) unsafe fn get_exclusive(dev: *mut device, id: *const c_char) -> *mut regulator {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { keep(dev, id, Want::Exclusive, false) })
}

pub(super) unsafe fn get_enable(dev: *mut device, id: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { keep(dev, id, Want::Normal, true) }.map(|_| ()))
}

pub(super) unsafe fn get_enable_optional(dev: *mut device, id: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { keep(dev, id, Want::Optional, true) }.map(|_| ()))
}

/// Its voltage; a supply that the board lacks is an error here.
pub(super) unsafe fn get_enable_read_voltage(dev: *mut device, id: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        int_to_c(keep(dev, id, Want::Optional, true).and_then(|regulator| {
            Errno::check(consumer::get_voltage(regulator)).inspect_err(|_| {
                devres::release(dev, Key("regulator", regulator.addr()));
            })
        }))
    }
}
