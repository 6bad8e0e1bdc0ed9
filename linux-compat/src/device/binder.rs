// SPDX-License-Identifier: GPL-2.0-only
//! Unbinding and binding by hand, for the management terminal.

use super::bind::{attach_c, detach, is_bound};
use super::bus::devices;
use super::names;
use super::private::{Device, node};
use crate::bindings::device;
use alloc::format;
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

impl Binder for ByPath {
    fn unbind(&self, path: &str) -> Result<()> {
        with_device(path, |dev| {
            // SAFETY: a device with a reference; its driver stays as long as it is bound.
            unsafe {
                if !is_bound(dev) {
                    return Err(refused(path, "has no driver"));
                }
                if (*dev).driver.as_ref().is_some_and(|driver| driver.suppress_bind_attrs) {
                    let driver = names::driver_string(dev).to_string_lossy();
                    return Err(refused(path, &format!("is kept by {driver}, which lets go of no device")));
                }
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
                if attach_c(dev) == 1 { Ok(()) } else { Err(refused(path, "was taken by no driver")) }
            }
        })
    }
}
