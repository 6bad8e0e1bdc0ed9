// SPDX-License-Identifier: GPL-2.0-only
//! What the device tree says of a network device: the way to its PHY, and its hardware address (Linux:
//! Documentation/devicetree/bindings/net/ethernet-controller.yaml).

use crate::bindings::{device, device_node, fwnode_handle, net_device, phy_interface_t};
use crate::errno::{Errno, Result, to_c};
use crate::of::{self, Node};
use core::ffi::{c_char, c_int, c_void};

crate::exports! {
    family "ethtool";
    [any, supported, "ethtool::tests::ways_to_phys"]
    fn of_get_phy_mode(np: *mut device_node, interface: *mut phy_interface_t) -> c_int = phy_mode;
    [any, supported, "ethtool::tests::ways_to_phys"]
    fn fwnode_get_phy_mode(fwnode: *const fwnode_handle) -> c_int = phy_mode_of_fwnode;
    [any, supported, "ethtool::tests::ways_to_phys"]
    fn device_get_phy_mode(dev: *mut device) -> c_int = phy_mode_of_device;
    [sleeps, supported, "ethtool::tests::hardware_addresses"]
    fn of_get_mac_address(np: *mut device_node, addr: *mut u8) -> c_int = mac_address;
    [sleeps, supported, "ethtool::tests::hardware_addresses"]
    fn of_get_mac_address_nvmem(np: *mut device_node, addr: *mut u8) -> c_int = mac_address_nvmem;
    [sleeps, supported, "ethtool::tests::addresses_are_set"]
    fn of_get_ethdev_address(np: *mut device_node, dev: *mut net_device) -> c_int = ethdev_address;
    [any, supported, "ethtool::tests::addresses_are_set"]
    fn fwnode_get_mac_address(fwnode: *mut fwnode_handle, addr: *mut c_char) -> c_int = mac_address_of_fwnode;
    [sleeps, supported, "ethtool::tests::addresses_are_set"]
    fn nvmem_get_mac_address(dev: *mut device, addrbuf: *mut c_void) -> c_int = stored_address_of_device;
}

/// The names of `phy_interface_t`, in its order; the first is no way at all.
const MODES: &[&str] = &[
    "", "internal", "mii", "gmii", "sgmii", "tbi", "rev-mii", "rmii", "rev-rmii", "rgmii", "rgmii-id", "rgmii-rxid",
    "rgmii-txid", "rtbi", "smii", "xgmii", "xlgmii", "moca", "psgmii", "qsgmii", "trgmii", "100base-x", "1000base-x",
    "2500base-x", "5gbase-r", "rxaui", "xaui", "10gbase-r", "25gbase-r", "usxgmii", "10gbase-kr", "qusgmii",
    "1000base-kx", "10g-qxgmii",
];
const _: () = assert!(MODES.len() == crate::bindings::PHY_INTERFACE_MODE_MAX as usize);

/// The way to the PHY that the node names by `phy-mode`, or by the older `phy-connection-type`.
pub(super) fn way(node: Option<Node>) -> Result<phy_interface_t> {
    let node = node.ok_or(Errno::EINVAL)?;
    let property = node.property(b"phy-mode").or_else(|| node.property(b"phy-connection-type")).ok_or(Errno::EINVAL)?;
    let name = property.strings().next().ok_or(Errno::EINVAL)?.to_str().map_err(|_| Errno::ENODEV)?;
    let index = MODES.iter().position(|mode| mode.eq_ignore_ascii_case(name)).ok_or(Errno::ENODEV)?;
    Ok(index as phy_interface_t)
}

unsafe fn phy_mode(np: *mut device_node, interface: *mut phy_interface_t) -> c_int {
    // SAFETY: the caller's node and variable.
    unsafe {
        let found = way(Node::from_raw(np));
        *interface = found.unwrap_or(crate::bindings::PHY_INTERFACE_MODE_NA);
        to_c(found.map(|_| ()))
    }
}

fn phy_mode_of_fwnode(fwnode: *const fwnode_handle) -> c_int {
    way(of::from_fwnode(fwnode)).map_or_else(Errno::to_c, |mode| mode as c_int)
}

unsafe fn phy_mode_of_device(dev: *mut device) -> c_int {
    // SAFETY: the caller's device.
    way(unsafe { Node::from_raw((*dev).of_node) }).map_or_else(Errno::to_c, |mode| mode as c_int)
}

/// Whether a device may have this address as its own: not all zero, and not one of a group.
fn is_own(address: &[u8; 6]) -> bool {
    *address != [0; 6] && address[0] & 1 == 0
}

/// The address that the node's properties give.
pub(super) fn address(node: Node) -> Option<[u8; 6]> {
    let names: [&[u8]; 3] = [b"mac-address", b"local-mac-address", b"address"];
    names.iter().find_map(|name| {
        let address: [u8; 6] = node.property(name)?.value.try_into().ok()?;
        is_own(&address).then_some(address)
    })
}

/// The address that a cell of a memory gives, which the node calls `mac-address`.
fn stored_address(node: Node) -> Result<[u8; 6]> {
    // Without such a name nobody looks for a memory: its absence is not a provider that is yet to come.
    let named = node.property(b"nvmem-cell-names").is_some_and(|p| p.strings().any(|s| s == c"mac-address"));
    if !named {
        return Err(Errno::ENODEV);
    }
    let bytes = crate::nvmem::read_cell(node, Some(c"mac-address"))?;
    let address: [u8; 6] = bytes.as_slice().try_into().map_err(|_| Errno::EINVAL)?;
    if is_own(&address) { Ok(address) } else { Err(Errno::EINVAL) }
}

/// Writes an address that was found to C's six bytes.
unsafe fn give(found: Result<[u8; 6]>, to: *mut u8) -> c_int {
    // SAFETY: the caller's six bytes.
    to_c(found.map(|address| unsafe { to.cast::<[u8; 6]>().write_unaligned(address) }))
}

/// The hardware address of a node, from its properties or a memory.
///
/// # Errors
/// `ENODEV` if the tree says nothing of it; `EPROBE_DEFER` if the memory has no driver yet.
pub(crate) fn hardware_address(node: Node) -> Result<[u8; 6]> {
    address(node).map_or_else(|| stored_address(node), Ok)
}

pub(crate) unsafe fn mac_address(np: *mut device_node, addr: *mut u8) -> c_int {
    // SAFETY: the caller's node and bytes.
    unsafe { give(Node::from_raw(np).ok_or(Errno::ENODEV).and_then(hardware_address), addr) }
}

unsafe fn mac_address_nvmem(np: *mut device_node, addr: *mut u8) -> c_int {
    // SAFETY: the caller's node and bytes.
    unsafe { give(Node::from_raw(np).ok_or(Errno::ENODEV).and_then(stored_address), addr) }
}

/// The node of a device, for which an address is sought.
unsafe fn node_of(dev: *const device) -> Result<Node> {
    // SAFETY: the caller's device.
    unsafe { Node::from_raw((*dev).of_node) }.ok_or(Errno::ENODEV)
}

/// Makes what was found the address of a network device.
unsafe fn set(found: Result<[u8; 6]>, dev: *mut net_device) -> c_int {
    // SAFETY: the caller's network device, which has room for its address.
    to_c(found.map(|address| unsafe { change(dev, &address) }))
}

/// Nobody is told: as long as drivers ask the tree, they have not registered their device.
unsafe fn change(dev: *mut net_device, address: &[u8; 6]) {
    // SAFETY: the caller's network device, whose address is in room of its own that only looks constant to C.
    unsafe {
        (*dev).dev_addr.cast_mut().cast::<[u8; 6]>().write_unaligned(*address);
        // Linux's copy, by which it finds drivers that write the address themselves.
        (*dev).dev_addr_shadow.iter_mut().zip(address).for_each(|(to, from)| *to = *from);
    }
}

pub(super) unsafe fn ethdev_address(np: *mut device_node, dev: *mut net_device) -> c_int {
    // SAFETY: the caller's node and network device.
    unsafe { set(Node::from_raw(np).ok_or(Errno::ENODEV).and_then(hardware_address), dev) }
}

/// By properties alone, as these functions are documented.
fn given(node: Option<Node>) -> Result<[u8; 6]> {
    node.and_then(address).ok_or(Errno::ENOENT)
}

pub(super) unsafe fn mac_address_of_fwnode(fwnode: *mut fwnode_handle, addr: *mut c_char) -> c_int {
    // SAFETY: the caller's bytes.
    unsafe { give(given(of::from_fwnode(fwnode)), addr.cast()) }
}

unsafe fn stored_address_of_device(dev: *mut device, addr: *mut c_void) -> c_int {
    // SAFETY: the caller's device and bytes.
    unsafe { give(node_of(dev).and_then(stored_address), addr.cast()) }
}

/// The name of a way, as device trees have it.
pub(super) fn name_of(mode: phy_interface_t) -> Option<&'static str> {
    MODES.get(mode as usize).copied()
}

