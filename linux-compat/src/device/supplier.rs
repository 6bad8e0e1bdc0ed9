// SPDX-License-Identifier: GPL-2.0-only
//! Which device is whose provider, as the device tree says: a driver lets go of its device after the drivers of those
//! that use it, and they come back when it does (Linux: fw_devlink in Documentation/driver-api/device_link.rst).
//!
//! Nothing is kept for that: the tree is read when a driver is about to let go, which is seldom.

use super::bus::all;
use super::core::put;
use super::names;
use super::private::{Device, State, node, with};
use crate::bindings::device;
use crate::of::{Node, by_phandle};
use alloc::string::String;
use alloc::vec::Vec;
use core::ptr;
use kernel::sync::SpinLock;

/// Properties that are lists of phandles, with the property of the provider that says how many arguments follow; none
/// do where that is empty.
const LISTS: &[(&[u8], &[u8])] = &[
    (b"clocks", b"#clock-cells"),
    (b"dmas", b"#dma-cells"),
    (b"extcon", b""),
    (b"gpio", b"#gpio-cells"),
    (b"gpios", b"#gpio-cells"),
    (b"hwlocks", b"#hwlock-cells"),
    (b"interrupts-extended", b"#interrupt-cells"),
    (b"io-channels", b"#io-channel-cells"),
    (b"iommus", b"#iommu-cells"),
    (b"mboxes", b"#mbox-cells"),
    (b"msi-parent", b"#msi-cells"),
    (b"nvmem", b"#nvmem-cell-cells"),
    (b"nvmem-cells", b"#nvmem-cell-cells"),
    (b"phys", b"#phy-cells"),
    (b"power-domains", b"#power-domain-cells"),
    (b"pwms", b"#pwm-cells"),
    (b"resets", b"#reset-cells"),
    (b"thermal-sensors", b"#thermal-sensor-cells"),
    (b"wakeup-parent", b""),
];

/// Devices whose driver was told by hand to let go, and those that had to follow: one that needs another of them waits,
/// and is not even tried.
static RELEASED: SpinLock<Vec<Device>> = SpinLock::new(Vec::new());

/// How the arguments of a property are counted, if it is a list of phandles.
fn list_of(name: &[u8]) -> Option<&'static [u8]> {
    if let Some((_, cells)) = LISTS.iter().find(|(list, _)| *list == name) {
        return Some(cells);
    }
    if name.ends_with(b"-gpios") || name.ends_with(b"-gpio") {
        return Some(b"#gpio-cells");
    }
    let number = name.strip_prefix(b"pinctrl-".as_slice());
    let pins = number.is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    (pins || name.ends_with(b"-supply")).then_some(b"")
}

/// Calls `f` with each node that a property of `from` refers to, and whether that is for a clock.
fn references(from: Node, f: &mut dyn FnMut(Node, bool)) {
    for property in from.properties() {
        let Some(cells) = list_of(property.name.to_bytes()) else { continue };
        let mut words = property.cells();
        while let Some(handle) = words.next() {
            let Some(target) = by_phandle(handle) else { continue };
            f(target, property.name.to_bytes() == b"clocks");
            let count = if cells.is_empty() { 0 } else { target.u32(cells).unwrap_or(0) };
            (0..count.min(16)).for_each(|_| _ = words.next());
        }
    }
    if from.property(b"interrupts").is_some() {
        let own = core::iter::successors(Some(from), |n| n.parent()).find_map(|n| n.u32(b"interrupt-parent"));
        if let Some(parent) = own.and_then(by_phandle) {
            f(parent, false);
        }
    }
}

/// The devices with a node, which are those that nodes belong to; a reference of each is held.
struct Devices(Vec<Device>);

impl Devices {
    fn new() -> Devices {
        Devices(all())
    }

    /// The devices on a bus, with their nodes.
    fn with_nodes(&self) -> impl Iterator<Item = (*mut device, Node)> {
        self.0.iter().filter_map(|d| {
            // SAFETY: a reference is held.
            unsafe { if (*d.0).bus.is_null() { None } else { Some((d.0, node(d.0)?)) } }
        })
    }

    /// The device that a node belongs to: its own, or that of the nearest node above which has one.
    fn owner(&self, of: Node) -> Option<*mut device> {
        core::iter::successors(Some(of), |n| n.parent())
            .find_map(|n| self.with_nodes().find(|(_, own)| *own == n).map(|(dev, _)| dev))
    }

    /// Calls `f` with each device that `dev` needs, by its node and those below which have no device of their own, and
    /// whether it is for a clock.
    fn suppliers(&self, dev: *mut device, f: &mut dyn FnMut(*mut device, bool)) {
        // SAFETY: a reference is held by us or by the caller.
        if let Some(start) = unsafe { node(dev) } {
            self.below(dev, start, f);
        }
    }

    fn below(&self, dev: *mut device, at: Node, f: &mut dyn FnMut(*mut device, bool)) {
        references(at, &mut |target, clock| {
            if let Some(owner) = self.owner(target).filter(|owner| *owner != dev) {
                f(owner, clock);
            }
        });
        for child in at.children() {
            if !self.with_nodes().any(|(other, node)| node == child && other != dev) {
                self.below(dev, child, f);
            }
        }
    }
}

impl Drop for Devices {
    fn drop(&mut self) {
        // SAFETY: taken by `all`.
        self.0.iter().for_each(|d| unsafe { put(d.0) });
    }
}

/// The devices with drivers that use what `dev` provides, in the order in which their drivers are to let go: those that
/// were bound last first. Each with a reference of the caller's. Context: sleeps.
pub(super) fn consumers(dev: *mut device) -> Vec<Device> {
    let devices = Devices::new();
    let mut found: Vec<(u32, Device)> = Vec::new();
    for Device(other) in devices.0.iter().copied().filter(|d| d.0 != dev) {
        // SAFETY: references are held.
        let Some(bound) = (unsafe { with(other, |p| (p.state == State::Bound).then_some(p.bound)) }) else {
            continue;
        };
        let mut uses = super::link::linked(other, dev);
        // A clock goes on as an orphan, and finds its parent when that is back: a clock controller that lets go of no
        // device stands that.
        // SAFETY: as above; its driver stays as long as it is bound.
        let stays = unsafe { (*other).driver.as_ref().is_some_and(|driver| driver.suppress_bind_attrs) };
        devices.suppliers(other, &mut |supplier, clock| uses |= ptr::eq(supplier, dev) && !(clock && stays));
        if uses {
            // SAFETY: as above.
            unsafe { super::core::get(other) };
            found.push((bound, Device(other)));
        }
    }
    kernel::sort::by(&mut found, |a, b| a.0 > b.0);
    found.into_iter().map(|(_, dev)| dev).collect()
}

/// What `dev` needs and cannot have, by name: one that no driver has at the other end of a link, or, for a device that had
/// to follow its provider, that provider. One that is bound by hand has to wait for nothing: two may need each other.
pub(super) fn missing(dev: *mut device) -> Option<String> {
    if let Some(Device(supplier)) = super::link::without_driver(dev) {
        // SAFETY: a reference was taken for us.
        return Some(unsafe {
            let name = names::name(supplier).to_string_lossy().into_owned();
            put(supplier);
            name
        });
    }
    let released = RELEASED.lock().clone();
    if !released.contains(&Device(dev)) {
        return None;
    }
    let devices = Devices::new();
    let mut found = None;
    let mut look = |supplier: *mut device, _: bool| {
        if released.contains(&Device(supplier)) {
            // SAFETY: a registered device, or it would not own a node.
            found = Some(unsafe { names::name(supplier) }.to_string_lossy().into_owned());
        }
    };
    devices.suppliers(dev, &mut look);
    found
}

/// Notes that a device's driver let go by hand or had to follow, or that the device is back or gone.
pub(super) fn set_released(dev: *mut device, released: bool) {
    let mut list = RELEASED.lock();
    list.retain(|d| d.0 != dev);
    if released {
        list.push(Device(dev));
    }
}
