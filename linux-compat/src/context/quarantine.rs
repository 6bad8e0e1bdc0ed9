// SPDX-License-Identifier: GPL-2.0-only
//! Devices whose driver has failed: they are not called any more until the driver lets go of them and tries again.

use super::call::{Call, outer};
use super::fault::{self, Fault};
use super::{Role, symbols};
use crate::bindings::device;
use crate::device as devices;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Release};
use kernel::sync::SpinLock;

/// A failure that stands.
struct Failed {
    /// The device, as a number; 0 where it is not known.
    device: usize,
    /// The driver whose code failed; empty where it is not known.
    driver: &'static str,
    /// Nothing else uses that code: none of it is to run.
    alone: bool,
}

static FAILED: SpinLock<Vec<Failed>> = SpinLock::new(Vec::new());
/// Whether there are any: most machines never have.
static ANY: AtomicBool = AtomicBool::new(false);

/// The device that a call is made for, as far as it or one that it is part of says so.
pub(super) fn device_of(call: &Call) -> Option<*const device> {
    let mut call = Some(call);
    while let Some(at) = call {
        if !at.device.is_null() {
            return Some(at.device);
        }
        call = outer(at);
    }
    None
}

/// The device that a call is made for, as far as it is known; of a work item, a timer or a tasklet, the device that it
/// lies in the memory of.
fn whose(call: &Call) -> Option<*const device> {
    device_of(call).or_else(|| {
        let mut call = Some(call);
        while let Some(at) = call {
            if let Some(device) = devices::owner_of(at.object) {
                return Some(device.cast_const());
            }
            call = outer(at);
        }
        None
    })
}

/// Whether a call is not to be made.
pub(super) fn refuses(call: &Call) -> bool {
    ANY.load(Acquire) && stands(call)
}

#[cold]
fn stands(call: &Call) -> bool {
    // A driver may always let go.
    if call.role == Role::Remove {
        return false;
    }
    match whose(call) {
        Some(device) => FAILED.lock().iter().any(|failed| failed.device == device.addr()),
        None => is_stopped(call.function),
    }
}

/// Whether nothing of the driver that a function is part of is to run. Context: any.
pub(crate) fn is_stopped(function: usize) -> bool {
    if !ANY.load(Acquire) {
        return false;
    }
    let Some(symbol) = symbols::find(function as u64) else { return false };
    FAILED.lock().iter().any(|failed| failed.alone && failed.driver == symbol.driver)
}

/// Forgets that a device failed: its driver lets go of it, or tries again. Context: any.
pub(crate) fn lift(device: *const device) {
    if !ANY.load(Acquire) {
        return;
    }
    let mut failed = FAILED.lock();
    // What failed without a device known is tried again with whichever is.
    failed.retain(|failed| failed.device != device.addr() && failed.device != 0);
    ANY.store(!failed.is_empty(), Release);
}

/// A call has failed and is over: says so, and stops the device. Context: as the call's.
pub(super) fn failed(call: &Call, fault: &Fault) {
    fault.report(call);
    let drivers = || fault.calls().iter().filter_map(|&address| symbols::find(address)).map(|symbol| symbol.driver);
    let found: Vec<*mut device> = match whose(call) {
        Some(device) => [device.cast_mut()].into(),
        None => drivers().map(devices::of_driver).find(|found| !found.is_empty()).unwrap_or_default(),
    };
    let driver = drivers().next().unwrap_or("");
    let users = devices::of_driver(driver);
    let mut list = FAILED.lock();
    for device in found.iter().map(|device| device.addr()).chain(found.is_empty().then_some(0)) {
        if !list.iter().any(|failed| failed.device == device && failed.driver == driver) {
            list.push(Failed { device, driver, alone: false });
        }
    }
    // Only now is it known whether somebody else's device still works with this code.
    let healthy = users.iter().any(|user| !list.iter().any(|failed| failed.device == user.addr()));
    list.iter_mut().filter(|failed| failed.driver == driver).for_each(|failed| failed.alone = !healthy);
    ANY.store(true, Release);
    drop(list);
    if call.role == Role::Probe {
        return;
    }
    if found.is_empty() {
        log::error!(target: "linux", "no device of {driver} is known to be the one; none of its code runs any more");
    }
    for device in found {
        let reason = format!("failed in {}", fault::place(fault));
        // SAFETY: a device that was bound when its driver failed; its memory stays while it is in the tree.
        unsafe { devices::get(device) };
        let device = device.expose_provenance();
        kernel::work::system().queue(Box::new(move || {
            // SAFETY: the reference just taken.
            unsafe { devices::stop(core::ptr::with_exposed_provenance_mut(device), reason) };
        }));
    }
}
