// SPDX-License-Identifier: GPL-2.0-only
//! Managed resources of a device: given back, last first, when its driver lets go of it (Linux:
//! Documentation/driver-api/driver-model/devres.rst).

use super::private::with;
use crate::bindings::device;
use crate::errno::{Errno, Result};
use alloc::boxed::Box;
use core::ffi::c_void;

/// By what a resource of Rust code is found again: the kind, and an address or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub &'static str, pub usize);

/// The head of a resource that C code allocated; its data follow.
#[repr(C, align(16))]
pub(super) struct Header {
    pub release: Option<unsafe extern "C" fn(*mut device, *mut c_void)>,
    pub size: usize,
    pub align: usize,
}

/// A function of C and its argument.
pub(super) type Action = (unsafe extern "C" fn(*mut c_void), usize);

/// A resource in a device's list.
pub(crate) enum Resource {
    /// Of `devres_alloc()`: the address of the data.
    C(usize),
    /// Of `devm_add_action()`.
    Action(Action),
    /// Of Rust code.
    Rust(Key, Box<dyn FnOnce() + Send>),
    /// Where a group begins.
    Open(usize),
    /// Where it ends.
    Close(usize),
}

impl Resource {
    /// Gives it back. No lock is held.
    pub fn release(self, dev: *mut device) {
        match self {
            Resource::C(data) => super::devres_c::release_data(dev, data),
            // SAFETY: C asked for this call.
            Resource::Action((action, data)) => unsafe {
                action(core::ptr::with_exposed_provenance_mut(data));
            },
            Resource::Rust(_, f) => f(),
            Resource::Open(_) | Resource::Close(_) => {}
        }
    }
}

/// Has `release` called when the driver lets go of the device. If it cannot be noted it is called at once, as with
/// `devm_add_action_or_reset()`. Context: atomic.
///
/// # Errors
/// `ENOMEM`.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn add(dev: *mut device, key: Key, release: impl FnOnce() + Send + 'static) -> Result<()> {
    // SAFETY: the caller's device.
    let room = unsafe { with(dev, |p| p.resources.try_reserve(1)) };
    if room.is_err() {
        release();
        return Err(Errno::ENOMEM);
    }
    let resource = Resource::Rust(key, Box::new(release));
    // SAFETY: the caller's device.
    unsafe { with(dev, |p| p.resources.push(resource)) };
    Ok(())
}

/// Takes the last resource with that key out of the list, and calls its function now. `false`: there was none.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn release(dev: *mut device, key: Key) -> bool {
    // SAFETY: the caller's device.
    unsafe { take(dev, |r| matches!(r, Resource::Rust(k, _) if *k == key)) }
        .map(|resource| resource.release(dev))
        .is_some()
}

/// Takes the last resource with that key out of the list without calling its function: what it stood for is the
/// caller's now. `false`: there was none.
///
/// # Safety
/// `dev` is a device.
pub unsafe fn forget(dev: *mut device, key: Key) -> bool {
    // SAFETY: the caller's device.
    unsafe { take(dev, |r| matches!(r, Resource::Rust(k, _) if *k == key)) }.is_some()
}

/// Takes the last resource that is meant out of the list.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn take(dev: *mut device, meant: impl Fn(&Resource) -> bool) -> Option<Resource> {
    // SAFETY: the caller's device.
    unsafe { with(dev, |p| p.resources.iter().rposition(meant).map(|at| p.resources.remove(at))) }
}

/// Gives all resources back, last first. No lock is held while a release function runs.
///
/// # Safety
/// `dev` is a device.
pub(crate) unsafe fn release_all(dev: *mut device) {
    // SAFETY: the caller's device.
    while let Some(resource) = unsafe { with(dev, |p| p.resources.pop()) } {
        resource.release(dev);
    }
}
