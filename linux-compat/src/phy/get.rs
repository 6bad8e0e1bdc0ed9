// SPDX-License-Identifier: GPL-2.0-only
//! Getting PHYs: by `phys` and `phy-names` of the device tree, else by the lookups of machines.

use super::provider;
use crate::bindings::{device, device_node, phy};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c};
use crate::of::{Node, parse_phandle_with_args};
use core::ffi::{CStr, c_char, c_int};
use core::ptr::{null_mut, with_exposed_provenance_mut};

crate::exports! {
    family "phy";
    [sleeps, supported, "phy::tests::found_by_lookup"]
    fn phy_get(dev: *mut device, string: *const c_char) -> *mut phy = get_c;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_phy_get(dev: *mut device, string: *const c_char) -> *mut phy = devm_get;
    [sleeps, supported, "phy::tests::what_is_not_there"]
    fn devm_phy_optional_get(dev: *mut device, string: *const c_char) -> *mut phy = devm_optional;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_of_phy_get(dev: *mut device, np: *mut device_node, con_id: *const c_char) -> *mut phy = devm_of_get;
    [sleeps, supported, "phy::tests::what_is_not_there"]
    fn devm_of_phy_optional_get(dev: *mut device, np: *mut device_node, con_id: *const c_char) -> *mut phy = devm_of_optional;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_of_phy_get_by_index(dev: *mut device, np: *mut device_node, index: c_int) -> *mut phy = devm_of_by_index;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn of_phy_get(np: *mut device_node, con_id: *const c_char) -> *mut phy = of_get_c;
    [sleeps, supported, "phy::tests::consumers_share_a_phy"]
    fn of_phy_put(phy: *mut phy) -> () = put;
    [sleeps, supported, "phy::tests::found_by_lookup"]
    fn phy_put(dev: *mut device, phy: *mut phy) -> () = put_of;
    [sleeps, supported, "phy::tests::what_is_managed_is_given_back"]
    fn devm_phy_put(dev: *mut device, phy: *mut phy) -> () = devm_put;
}

/// A node's PHY by its place in `phys`.
///
/// # Errors
/// `ENODEV`: there is none; `EPROBE_DEFER`: its provider is not there yet; the provider's.
fn by_index(node: Option<Node>, index: usize) -> Result<*mut phy> {
    let node = node.ok_or(Errno::ENODEV)?;
    let reference = parse_phandle_with_args(node, b"phys", b"#phy-cells", index).map_err(|_| Errno::ENODEV)?;
    provider::find(&reference)
}

/// A node's PHY by its name in `phy-names`, or the first.
unsafe fn by_name(node: Option<Node>, name: *const c_char) -> Result<*mut phy> {
    if name.is_null() {
        return by_index(node, 0);
    }
    // SAFETY: the caller's C string.
    let name = unsafe { CStr::from_ptr(name) };
    let names = node.and_then(|node| node.property(b"phy-names"));
    let index = names.and_then(|names| names.strings().position(|other| other == name)).ok_or(Errno::ENODEV)?;
    by_index(node, index)
}

unsafe fn get(dev: *mut device, name: *const c_char) -> Result<*mut phy> {
    // SAFETY: as the caller says.
    unsafe {
        let dev = dev.as_ref().ok_or(Errno::EINVAL)?;
        match Node::from_raw(dev.of_node) {
            Some(node) => by_name(Some(node), name),
            None if name.is_null() => Err(Errno::EINVAL),
            None => provider::look_up(devices::name(dev), CStr::from_ptr(name)),
        }
    }
}

/// Gives a PHY back when the driver lets go of the device.
unsafe fn managed(dev: *mut device, found: Result<*mut phy>) -> Result<*mut phy> {
    let phy = found?;
    let address = phy.expose_provenance();
    // SAFETY: the caller's device, which has a reference of the PHY until then.
    unsafe { devres::add(dev, Key("phy use", address), move || put(with_exposed_provenance_mut(address)))? };
    Ok(phy)
}

fn optional(found: Result<*mut phy>) -> Result<*mut phy> {
    if found == Err(Errno::ENODEV) { Ok(null_mut()) } else { found }
}

pub(super) unsafe fn get_c(dev: *mut device, string: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get(dev, string) })
}

pub(super) unsafe fn devm_get(dev: *mut device, string: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { managed(dev, get(dev, string)) })
}

pub(super) unsafe fn devm_optional(dev: *mut device, string: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(optional(unsafe { managed(dev, get(dev, string)) }))
}

pub(super) unsafe fn devm_of_get(dev: *mut device, np: *mut device_node, con_id: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { managed(dev, by_name(Node::from_raw(np), con_id)) })
}

pub(super) unsafe fn devm_of_optional(dev: *mut device, np: *mut device_node, con_id: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    let found = optional(unsafe { managed(dev, by_name(Node::from_raw(np), con_id)) });
    if let Err(error) = found
        && error != Errno::EPROBE_DEFER
    {
        // SAFETY: the caller's device.
        let owner = unsafe { devices::name(dev) };
        log::error!("{}: failed to get a PHY: error {}", owner.to_string_lossy(), error.0);
    }
    ptr_to_c(found)
}

pub(super) unsafe fn devm_of_by_index(dev: *mut device, np: *mut device_node, index: c_int) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        let index = usize::try_from(index).map_err(|_| Errno::ENODEV);
        managed(dev, index.and_then(|index| by_index(Node::from_raw(np), index)))
    })
}

pub(super) unsafe fn of_get_c(np: *mut device_node, con_id: *const c_char) -> *mut phy {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { by_name(Node::from_raw(np), con_id) })
}

pub(super) unsafe fn put(phy: *mut phy) {
    let Ok(phy) = Errno::check_ptr(phy) else { return };
    if phy.is_null() {
        return;
    }
    // SAFETY: the caller's reference.
    unsafe {
        if let Some(release) = (*phy).ops.as_ref().and_then(|ops| ops.release) {
            match super::device::core(phy) {
                Ok(core) => core.alone(|_| release(phy)),
                Err(_) => release(phy),
            }
        }
        devices::put(&raw mut (*phy).dev);
    }
}

pub(super) unsafe fn put_of(_dev: *mut device, phy: *mut phy) {
    // SAFETY: as the caller says.
    unsafe { put(phy) };
}

pub(super) unsafe fn devm_put(dev: *mut device, phy: *mut phy) {
    // SAFETY: the caller's device.
    if !phy.is_null() && !unsafe { devres::release(dev, Key("phy use", phy.addr())) } {
        log::warn!("devm_phy_put: the device has no such PHY");
    }
}
