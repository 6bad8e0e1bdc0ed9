// SPDX-License-Identifier: GPL-2.0-only
//! Host devices and their drivers: tables of drivers are matched with the device tree by `compatible`.

use crate::dt::{self, Fdt, Node};
use crate::error::Result;
use crate::sync::SpinLock;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// A driver for host devices.
pub struct Driver {
    /// Its name, for reports.
    pub name: &'static str,
    /// The devices that it serves.
    pub compatible: &'static [&'static str],
    /// Takes a device into use. Context: boot or orphans; may allocate.
    pub probe: fn(&Node<'static>) -> Result<()>,
}

/// What became of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// In use.
    Bound,
    /// The driver refused; says why.
    Failed(String),
}

/// A device that a driver was found for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its path in the device tree.
    pub path: String,
    /// The driver's name.
    pub driver: &'static str,
    /// What became of it.
    pub state: State,
}

static DEVICES: SpinLock<Vec<Device>> = SpinLock::new(Vec::new());

/// Notes a device that was taken into use by other ways than [`probe_all`]. Context: may allocate.
pub fn note(node: &Node<'_>, driver: &'static str, result: &Result<()>) {
    let state = match result {
        Ok(()) => State::Bound,
        Err(error) => State::Failed(error.to_string()),
    };
    let device = Device { path: format!("{node}"), driver, state };
    DEVICES.lock().push(device);
}

/// Probes every available device of the tree that one of `drivers` serves. Context: may allocate, may sleep if the
/// drivers do.
pub fn probe_all(fdt: Fdt<'static>, drivers: &[Driver]) {
    let _: Option<()> = dt::walk(fdt, &mut |node| {
        if let Some(driver) = drivers.iter().find(|d| node.is_compatible(d.compatible))
            && node.available()
        {
            let result = (driver.probe)(node);
            if let Err(error) = &result {
                log::error!("{}: {node}: {error}", driver.name);
            }
            note(node, driver.name, &result);
        }
        ControlFlow::Continue(())
    });
}

/// The devices that a driver was found for, in the order of probing. Context: may allocate.
pub fn list() -> Vec<Device> {
    DEVICES.lock().clone()
}
