// SPDX-License-Identifier: GPL-2.0-only
//! Host devices and their drivers: tables of drivers are matched with the device tree by `compatible`.

use crate::dt::{self, Fdt, Node};
use crate::error::Result;
use crate::sync::SpinLock;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::ControlFlow;
use spin::Once;

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
    /// The driver waits for something; says for what.
    Deferred(String),
    /// The driver was told to let go of it.
    Unbound,
}

/// A device that a driver was found for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its path in the device tree.
    pub path: String,
    /// The driver's name.
    pub driver: Cow<'static, str>,
    /// What became of it.
    pub state: State,
    /// Whether the driver is a ported one: those that are not are part of the hypervisor itself.
    pub ported: bool,
}

static DEVICES: SpinLock<Vec<Device>> = SpinLock::new(Vec::new());

/// Notes a device that was taken into use by other ways than [`probe_all`]. Context: may allocate.
pub fn note(node: &Node<'_>, driver: &'static str, result: &Result<()>) {
    let state = match result {
        Ok(()) => State::Bound,
        Err(error) => State::Failed(error.to_string()),
    };
    let device = Device { path: format!("{node}"), driver: Cow::Borrowed(driver), state, ported: false };
    DEVICES.lock().push(device);
}

/// Notes what became of the device at `path` with a ported driver; replaces what was noted of it before. Context: may
/// allocate.
pub fn note_ported(path: String, driver: &str, state: State) {
    let device = Device { path, driver: Cow::Owned(driver.to_string()), state, ported: true };
    let mut devices = DEVICES.lock();
    match devices.iter_mut().find(|d| d.ported && d.path == device.path) {
        Some(known) => *known = device,
        None => devices.push(device),
    }
}

/// Whether a native driver has the device at `path` in use.
pub fn is_native(path: &str) -> bool {
    DEVICES.lock().iter().any(|d| d.path == path && !d.ported && d.state == State::Bound)
}

/// Probes every available device of the tree that one of `drivers` serves, but for those that one of `ported` names:
/// the board has another driver for them. Context: may allocate, may sleep if the drivers do.
pub fn probe_all(fdt: Fdt<'static>, drivers: &[Driver], ported: &[&str]) {
    let _: Option<()> = dt::walk(fdt, &mut |node| {
        if let Some(driver) = drivers.iter().find(|d| node.is_compatible(d.compatible))
            && node.available()
            && !node.is_compatible(ported)
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

/// What brings ported drivers and their devices together.
pub trait Binder: Sync {
    /// Has the driver let go of the device at `path`. Context: sleeps.
    ///
    /// # Errors
    /// No driver of this kind has it, or the driver does not let go.
    fn unbind(&self, path: &str) -> Result<()>;
    /// Whether a driver of this kind has the device at `path`. Context: sleeps.
    fn is_bound(&self, path: &str) -> bool;
    /// Offers the device at `path` to the drivers. Context: sleeps.
    ///
    /// # Errors
    /// There is no such device, a driver has it, or none takes it.
    fn bind(&self, path: &str) -> Result<()>;
}

static BINDER: Once<&'static dyn Binder> = Once::new();

/// Notes who binds ported drivers; the first one stays. Context: any.
pub fn set_binder(binder: &'static dyn Binder) {
    BINDER.call_once(|| binder);
}

/// Who binds ported drivers; `None` in an image without any. Context: any.
pub fn binder() -> Option<&'static dyn Binder> {
    BINDER.get().copied()
}

/// The devices that a driver was found for, in the order of probing. Context: may allocate.
pub fn list() -> Vec<Device> {
    DEVICES.lock().clone()
}
