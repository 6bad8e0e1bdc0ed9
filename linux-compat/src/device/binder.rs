// SPDX-License-Identifier: GPL-2.0-only
//! Unbinding and binding by hand, for the management terminal.

use super::bind::{attach_c, detach, is_bound, then_retry};
use super::bus::devices;
use super::names;
use super::private::{Device, node};
use super::supplier::{consumers, set_released};
use crate::bindings::device;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use kernel::device::Binder;
use kernel::error::{Error, Result};

/// Binds and unbinds devices of the tree by their paths.
pub struct ByPath;

/// The one of the image.
pub static BINDER: ByPath = ByPath;

/// The devices at a path that are on a bus, with a reference each.
fn find(path: &str) -> Vec<Device> {
    let mut found = Vec::new();
    devices(|dev| {
        // SAFETY: a device with a reference.
        unsafe {
            if !(*dev).bus.is_null() && node(dev).is_some_and(|node| node.path() == path) {
                super::core::get(dev);
                found.push(Device(dev));
            }
        }
    });
    found
}

/// Runs `f` with the device at a path.
fn with_device(path: &str, f: impl FnOnce(*mut device) -> Result<()>) -> Result<()> {
    let found = find(path);
    // A device may have a child that shares its node: the one with a driver is meant.
    // SAFETY: devices with references.
    let bound = found.iter().find(|d| unsafe { is_bound(d.0) }).or(found.first());
    let result = match bound {
        Some(dev) => f(dev.0),
        None => Err(Error::NotFound { what: "device for Linux drivers", name: path.into() }),
    };
    for Device(dev) in &found {
        // SAFETY: taken by `find`.
        unsafe { super::core::put(*dev) };
    }
    result
}

fn refused(path: &str, why: &str) -> Error {
    Error::Invalid { what: "device", why: format!("{path} {why}") }
}

/// The driver of a device, if it is one that must not be told to let go.
unsafe fn keeper(dev: *mut device) -> Option<String> {
    // SAFETY: the caller's device, which has a driver.
    unsafe {
        let keeps = (*dev).driver.as_ref().is_some_and(|driver| driver.suppress_bind_attrs);
        keeps.then(|| names::driver_string(dev).to_string_lossy().into_owned())
    }
}

/// A consumer whose driver must not be told to let go, and that driver.
unsafe fn kept_consumer(dev: *mut device) -> Option<(String, String)> {
    let mut found = None;
    for Device(user) in consumers(dev) {
        // SAFETY: a reference was taken for us.
        unsafe {
            if let Some(driver) = keeper(user) {
                found = Some((names::name(user).to_string_lossy().into_owned(), driver));
            }
            super::core::put(user);
        }
    }
    found
}

impl Binder for ByPath {
    fn unbind(&self, path: &str) -> Result<()> {
        with_device(path, |dev| {
            // SAFETY: a device with a reference; its driver stays as long as it is bound.
            unsafe {
                if !is_bound(dev) {
                    return Err(refused(path, "has no driver"));
                }
                if let Some(driver) = keeper(dev) {
                    return Err(refused(path, &format!("is kept by {driver}, which lets go of no device")));
                }
                if let Some((user, driver)) = kept_consumer(dev) {
                    return Err(refused(path, &format!("is used by {user}, whose {driver} lets go of no device")));
                }
                set_released(dev, true);
                detach(dev);
            }
            Ok(())
        })
    }

    fn is_bound(&self, path: &str) -> bool {
        let mut bound = false;
        let asked = with_device(path, |dev| {
            // SAFETY: a device with a reference.
            bound = unsafe { is_bound(dev) };
            Ok(())
        });
        asked.is_ok() && bound
    }

    fn bind(&self, path: &str) -> Result<()> {
        with_device(path, |dev| {
            // SAFETY: a device with a reference.
            unsafe {
                if is_bound(dev) {
                    let driver = names::driver_string(dev).to_string_lossy();
                    return Err(refused(path, &format!("has a driver: {driver}")));
                }
                set_released(dev, false);
                if then_retry(|| attach_c(dev)) == 1 {
                    return Ok(());
                }
                set_released(dev, true);
                Err(refused(path, "was taken by no driver"))
            }
        })
    }
}
