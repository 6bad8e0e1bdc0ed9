// SPDX-License-Identifier: GPL-2.0-only
//! Power domains and wake-up interrupts. No driver of power domains exists: a device that names one waits for it in vain,
//! as in Linux. The system does not sleep, so an interrupt that would wake it is kept and never armed.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::{null_mut, without_provenance_mut};

use crate::bindings::{self, device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, to_c};
use crate::of::Node;

crate::exports! {
    family "pm";
    [sleeps, partial, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_attach(dev: *mut device, power_on: bool) -> c_int = attach;
    [sleeps, supported, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_detach(dev: *mut device, power_off: bool) -> () = detach;
    [sleeps, partial, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_attach_by_id(dev: *mut device, index: c_uint) -> *mut device = attach_by_id;
    [sleeps, partial, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_attach_by_name(dev: *mut device, name: *const c_char) -> *mut device = attach_by_name;
    [sleeps, supported, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_start(dev: *mut device) -> c_int = start;
    [any, supported, "pm::tests::a_device_that_names_a_power_domain_waits"]
    fn dev_pm_domain_set(dev: *mut device, pd: *mut bindings::dev_pm_domain) -> () = set;
    [any, supported, "pm::tests::a_wake_interrupt_is_kept"]
    fn dev_pm_set_wake_irq(dev: *mut device, irq: c_int) -> c_int = set_wake_irq;
    [any, supported, "pm::tests::a_wake_interrupt_is_kept"]
    fn dev_pm_clear_wake_irq(dev: *mut device) -> () = clear_wake_irq;
    [any, supported, "pm::tests::a_wake_interrupt_is_kept"]
    fn devm_pm_set_wake_irq(dev: *mut device, irq: c_int) -> c_int = managed_wake_irq;
    [any, refused, "pm::tests::a_wake_interrupt_is_kept"]
    fn dev_pm_set_dedicated_wake_irq(dev: *mut device, irq: c_int) -> c_int = dedicated_wake_irq;
    [any, refused, "pm::tests::a_wake_interrupt_is_kept"]
    fn dev_pm_set_dedicated_wake_irq_reverse(dev: *mut device, irq: c_int) -> c_int = dedicated_wake_irq;
}

/// How many domains the device's node names, as far as one property can tell.
fn named(dev: *mut device) -> usize {
    // SAFETY: the caller's device; its node is null or of the tree.
    let node = unsafe { Node::from_raw((*dev).of_node) };
    node.and_then(|n| n.property(b"power-domains")).map_or(0, |p| p.cells().count())
}

/// 0 if the device needs no domain.
pub(super) fn attach(dev: *mut device, _power_on: bool) -> c_int {
    // SAFETY: the caller's device.
    if named(dev) == 0 || !unsafe { (*dev).pm_domain }.is_null() { 0 } else { Errno::EPROBE_DEFER.to_c() }
}

pub(super) fn detach(dev: *mut device, power_off: bool) {
    // SAFETY: the caller's device; its domain is null or was set by its driver.
    unsafe {
        if let Some(detach) = (*dev).pm_domain.as_ref().and_then(|d| d.detach) {
            detach(dev, power_off);
        }
    }
}

pub(super) fn attach_by_id(dev: *mut device, _index: c_uint) -> *mut device {
    if named(dev) == 0 { null_mut() } else { Errno::EPROBE_DEFER.to_ptr() }
}

fn attach_by_name(dev: *mut device, _name: *const c_char) -> *mut device {
    attach_by_id(dev, 0)
}

fn start(dev: *mut device) -> c_int {
    // SAFETY: the caller's device; its domain is null or was set by its driver.
    unsafe { (*dev).pm_domain.as_ref().and_then(|d| d.start).map_or(0, |start| start(dev)) }
}

fn set(dev: *mut device, domain: *mut bindings::dev_pm_domain) {
    // SAFETY: the caller's device.
    unsafe { (*dev).pm_domain = domain };
}

/// The number stands in the field itself, which nobody else follows.
pub(super) fn set_wake_irq(dev: *mut device, irq: c_int) -> c_int {
    let Ok(number @ 1..) = usize::try_from(irq) else { return Errno::EINVAL.to_c() };
    // SAFETY: the caller's device.
    let field = unsafe { &mut (*dev).power.wakeirq };
    if !field.is_null() {
        return Errno::EEXIST.to_c();
    }
    *field = without_provenance_mut(number);
    0
}

pub(super) fn clear_wake_irq(dev: *mut device) {
    // SAFETY: the caller's device.
    unsafe { (*dev).power.wakeirq = null_mut() };
}

pub(super) fn managed_wake_irq(dev: *mut device, irq: c_int) -> c_int {
    let result = set_wake_irq(dev, irq);
    if result != 0 {
        return result;
    }
    let address = dev.expose_provenance();
    let release = move || clear_wake_irq(core::ptr::with_exposed_provenance_mut(address));
    // SAFETY: the caller's device.
    to_c(unsafe { devres::add(dev, Key("wake_irq", 0), release) })
}

/// It would have to be requested and armed while the device is suspended.
pub(super) fn dedicated_wake_irq(_dev: *mut device, _irq: c_int) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}
