// SPDX-License-Identifier: GPL-2.0-only
//! Whose callbacks suspend and resume a device: those of its power domain, type, class or bus, else its driver's.

use core::ffi::c_int;

use crate::bindings;

/// A runtime callback of a driver.
pub(super) type Callback = unsafe extern "C" fn(dev: *mut bindings::device) -> c_int;

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Suspend,
    Resume,
    Idle,
}

/// # Safety
/// `ops` must be null or point to callbacks.
unsafe fn pick(ops: *const bindings::dev_pm_ops, which: Which) -> Option<Callback> {
    // SAFETY: as the caller says.
    let ops = unsafe { ops.as_ref() }?;
    match which {
        Which::Suspend => ops.runtime_suspend,
        Which::Resume => ops.runtime_resume,
        Which::Idle => ops.runtime_idle,
    }
}

/// The callback that applies to a device.
///
/// # Safety
/// `dev` must be a device whose driver, bus and the like stay.
pub(super) unsafe fn of(dev: *mut bindings::device, which: Which) -> Option<Callback> {
    // SAFETY: as the caller says; each pointer is null or valid.
    unsafe {
        let device = &*dev;
        let domain = device.pm_domain.as_ref().map(|d| &raw const d.ops);
        let subsystem = domain
            .or_else(|| device.type_.as_ref().map(|t| t.pm).filter(|pm| !pm.is_null()))
            .or_else(|| device.class.as_ref().map(|c| c.pm).filter(|pm| !pm.is_null()))
            .or_else(|| device.bus.as_ref().map(|b| b.pm).filter(|pm| !pm.is_null()));
        let of_driver = || of_driver(dev, which);
        subsystem.and_then(|ops| pick(ops, which)).or_else(of_driver)
    }
}

/// The driver's own callback.
///
/// # Safety
/// As [`of`].
pub(super) unsafe fn of_driver(dev: *mut bindings::device, which: Which) -> Option<Callback> {
    // SAFETY: as the caller says.
    unsafe { (*dev).driver.as_ref().and_then(|d| pick(d.pm, which)) }
}
