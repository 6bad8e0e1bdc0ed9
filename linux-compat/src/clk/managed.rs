// SPDX-License-Identifier: GPL-2.0-only
//! `devm_clk_*`: clocks that are undone and put when the driver lets go of its device.

use super::consumer::{self, get_for};
use crate::bindings::{clk, device, device_node};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_char, c_int, c_ulong};
use core::ptr;

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get(dev: *mut device, id: *const c_char) -> *mut clk = get;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_prepared(dev: *mut device, id: *const c_char) -> *mut clk = get_prepared;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_enabled(dev: *mut device, id: *const c_char) -> *mut clk = get_enabled;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_optional(dev: *mut device, id: *const c_char) -> *mut clk = get_optional;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_optional_prepared(dev: *mut device, id: *const c_char) -> *mut clk = get_optional_prepared;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_optional_enabled(dev: *mut device, id: *const c_char) -> *mut clk = get_optional_enabled;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_get_optional_enabled_with_rate(dev: *mut device, id: *const c_char, rate: c_ulong) -> *mut clk = get_optional_enabled_with_rate;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_get_clk_from_child(dev: *mut device, np: *mut device_node, id: *const c_char) -> *mut clk = get_from_child;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_put(dev: *mut device, clk: *mut clk) -> () = put;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_rate_exclusive_get(dev: *mut device, clk: *mut clk) -> c_int = rate_exclusive_get;
}

/// What is undone before a clock is put.
#[derive(Clone, Copy)]
pub(super) enum Held {
    Prepared,
    Enabled,
}

impl Held {
    unsafe fn begin(self, clk: *mut clk) -> Result<()> {
        // SAFETY: as the caller says.
        unsafe {
            Errno::check(consumer::prepare(clk))?;
            if let Held::Enabled = self
                && let Err(errno) = Errno::check(consumer::enable(clk))
            {
                consumer::unprepare(clk);
                return Err(errno);
            }
            Ok(())
        }
    }

    unsafe fn end(self, clk: *mut clk) {
        // SAFETY: as the caller says.
        unsafe {
            if let Held::Enabled = self {
                consumer::disable(clk);
            }
            consumer::unprepare(clk);
        }
    }
}

/// Keeps a clock for the device until its driver lets go of it, switched on so far. Gives back what C is to get.
///
/// # Safety
/// `dev` is a device; `clk` is null or a handle that is the caller's.
pub(super) unsafe fn keep(dev: *mut device, clk: Result<*mut clk>, held: Option<Held>) -> *mut clk {
    let clk = match clk {
        Ok(clk) if !clk.is_null() => clk,
        other => return crate::errno::ptr_to_c(other),
    };
    // SAFETY: the caller's promise; the handle is put once, by the resource or here.
    unsafe {
        if let Some(held) = held
            && let Err(errno) = held.begin(clk)
        {
            consumer::put(clk);
            return errno.to_ptr();
        }
        let address = clk.expose_provenance();
        let release = move || {
            let clk = ptr::with_exposed_provenance_mut(address);
            if let Some(held) = held {
                held.end(clk);
            }
            consumer::put(clk);
        };
        match devres::add(dev, Key("clk", address), release) {
            Ok(()) => clk,
            Err(errno) => errno.to_ptr(),
        }
    }
}

/// No clock is no error.
fn optional(clk: Result<*mut clk>) -> Result<*mut clk> {
    match clk {
        Err(Errno::ENOENT) => Ok(ptr::null_mut()),
        other => other,
    }
}

pub(super) unsafe fn get(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, get_for(dev, id), None) }
}

pub(super) unsafe fn get_prepared(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, get_for(dev, id), Some(Held::Prepared)) }
}

pub(super) unsafe fn get_enabled(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, get_for(dev, id), Some(Held::Enabled)) }
}

pub(super) unsafe fn get_optional(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, optional(get_for(dev, id)), None) }
}

pub(super) unsafe fn get_optional_prepared(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, optional(get_for(dev, id)), Some(Held::Prepared)) }
}

pub(super) unsafe fn get_optional_enabled(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, optional(get_for(dev, id)), Some(Held::Enabled)) }
}

pub(super) unsafe fn get_optional_enabled_with_rate(dev: *mut device, id: *const c_char, rate: c_ulong) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe {
        let clk = optional(get_for(dev, id)).and_then(|clk| {
            if let Err(errno) = Errno::check(consumer::set_rate(clk, rate)) {
                consumer::put(clk);
                return Err(errno);
            }
            Ok(clk)
        });
        keep(dev, clk, Some(Held::Enabled))
    }
}

pub(super) unsafe fn get_from_child(dev: *mut device, np: *mut device_node, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { keep(dev, super::of::get_by_name(np, id), None) }
}

pub(super) unsafe fn put(dev: *mut device, clk: *mut clk) {
    // SAFETY: as the caller says.
    if !clk.is_null() && !unsafe { devres::release(dev, Key("clk", clk.addr())) } {
        log::warn!("devm_clk_put: the device has no such clock");
    }
}

pub(super) unsafe fn rate_exclusive_get(dev: *mut device, clk: *mut clk) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let result = Errno::check(consumer::rate_exclusive_get(clk));
        let address = clk.expose_provenance();
        to_c(result.and_then(|_| {
            devres::add(dev, Key("clk_rate", address), move || {
                consumer::rate_exclusive_put(ptr::with_exposed_provenance_mut(address));
            })
        }))
    }
}
