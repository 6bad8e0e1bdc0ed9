// SPDX-License-Identifier: GPL-2.0-only
//! Devices from the device tree.

use super::bus::{bus_pointer, to_platform};
use super::{amba, device as made};
use crate::bindings::{self, device, device_node, of_dev_auxdata, of_device_id, platform_device, resource};
use crate::device as core_device;
use crate::device::devres;
use crate::errno::{Errno, Result, to_c};
use crate::of::{self, Node};
use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::AcqRel;

crate::exports_data! {
    family "platform";
    [any, supported, "platform::tests::the_tree_becomes_devices"]
    static of_default_bus_match_table: [of_device_id; 5] = buses();
}

crate::exports! {
    family "platform";
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_find_device_by_node(np: *mut device_node) -> *mut platform_device = find_by_node;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_platform_device_create(np: *mut device_node, bus_id: *const c_char, parent: *mut device) -> *mut platform_device = create_c;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_platform_device_destroy(dev: *mut device, data: *mut c_void) -> c_int = destroy;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_platform_populate(root: *mut device_node, matches: *const of_device_id, lookup: *const of_dev_auxdata, parent: *mut device) -> c_int = populate_c;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_platform_default_populate(root: *mut device_node, lookup: *const of_dev_auxdata, parent: *mut device) -> c_int = populate_default_c;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn of_platform_depopulate(parent: *mut device) -> () = depopulate;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn devm_of_platform_populate(dev: *mut device) -> c_int = devm_populate;
    [sleeps, supported, "platform::tests::the_tree_becomes_devices"]
    fn devm_of_platform_depopulate(dev: *mut device) -> () = devm_depopulate;
}

/// Buses that need no driver: what is below them are devices too. The empty entry ends the table.
const fn buses() -> [of_device_id; 5] {
    // SAFETY: all fields may be zero.
    let mut table: [of_device_id; 5] = unsafe { core::mem::zeroed() };
    let names: [&[u8]; 4] = [b"simple-bus", b"simple-mfd", b"isa", b"arm,amba-bus"];
    let mut i = 0;
    while i < names.len() {
        let mut j = 0;
        while j < names[i].len() {
            table[i].compatible[j] = names[i][j] as c_char;
            j += 1;
        }
        i += 1;
    }
    table
}

/// Keeps a node from becoming a platform device: what it describes is set up already.
pub fn keep_from(node: Node) {
    mark(node, bindings::OF_POPULATED);
}

/// Marks a node, and says whether it was marked before.
pub(super) fn mark(node: Node, flag: u32) -> bool {
    // SAFETY: the flags of a node are changed atomically only, here and by C's bit operations.
    let flags = unsafe { AtomicU64::from_ptr(&raw mut (*node.as_raw())._flags) };
    flags.fetch_or(1 << flag, AcqRel) & (1 << flag) != 0
}

pub(super) fn unmark(node: Node, flag: u32) {
    // SAFETY: as in `mark`.
    let flags = unsafe { AtomicU64::from_ptr(&raw mut (*node.as_raw())._flags) };
    flags.fetch_and(!(1 << flag), AcqRel);
}

/// What a device of the tree is called: by the address of its registers, else by its path.
pub(super) fn name(node: Node) -> Result<CString> {
    let own = |node: Node| node.name().to_string_lossy();
    let text = match of::address_to_resource(node, 0) {
        Ok(span) => format!("{:x}.{}", span.start, own(node)),
        Err(_) => {
            let above = node.parent().filter(|p| p.parent().is_some());
            match above.and_then(|p| of::address_to_resource(p, 0).ok().map(|span| (p, span))) {
                Some((p, span)) => format!("{:x}.{}:{}", span.start, own(p), own(node)),
                None => node.full_name().to_string_lossy().into_owned(),
            }
        }
    };
    CString::new(text).map_err(|_| Errno::EINVAL)
}

/// The registers of a node as resources.
pub(super) fn resources(node: Node) -> Vec<resource> {
    (0..of::address_count(node))
        .filter_map(|i| {
            // SAFETY: any bytes are a resource; filled by the call.
            unsafe {
                let mut r: resource = core::mem::zeroed();
                (of::to_resource(node.as_raw(), i as c_int, &raw mut r) == 0).then_some(r)
            }
        })
        .collect()
}

/// A platform device for a node; null if it is not available or has one already.
pub(super) unsafe fn create(node: Node, id: *const c_char, parent: *mut device) -> Result<*mut platform_device> {
    if !node.is_available() || mark(node, bindings::OF_POPULATED) {
        return Ok(ptr::null_mut());
    }
    // SAFETY: the caller's name and parent; the device is made here.
    unsafe {
        let name = if id.is_null() { name(node)? } else { CString::from(CStr::from_ptr(id)) };
        let pdev = made::allocate(node.name(), bindings::PLATFORM_DEVID_NONE);
        let dev = &raw mut (*pdev).dev;
        (*dev).of_node = node.as_raw();
        (*dev).fwnode = &raw mut (*node.as_raw()).fwnode;
        (*dev).parent = parent;
        (*dev).set_dma_coherent(of::is_coherent(node));
        core_device::set_name(dev, name);
        let result = made::set_resources(pdev, resources(node)).and_then(|()| made::add(pdev));
        if let Err(error) = result {
            log::error!("{node}: no device: error {}", error.0);
            unmark(node, bindings::OF_POPULATED);
            core_device::put(dev);
            return Err(error);
        }
        Ok(pdev)
    }
}

pub(super) unsafe fn create_c(
    np: *mut device_node,
    bus_id: *const c_char,
    parent: *mut device,
) -> *mut platform_device {
    // SAFETY: as the caller says.
    unsafe {
        let made = Node::from_raw(np).map(|node| create(node, bus_id, parent));
        made.and_then(Result::ok).unwrap_or(ptr::null_mut())
    }
}

/// Makes a device of a node, and of those below it if it is a bus that needs no driver.
pub(super) unsafe fn create_below(node: Node, matches: *const of_device_id, parent: *mut device) -> Result<()> {
    if node.property(b"compatible").is_none() || !node.is_available() {
        return Ok(());
    }
    // SAFETY: the caller's table and parent.
    unsafe {
        if node.is_compatible(b"arm,primecell") {
            if !mark(node, bindings::OF_POPULATED) {
                amba::create(node, name(node)?, parent)?;
            }
            return Ok(());
        }
        let pdev = create(node, ptr::null(), parent)?;
        if pdev.is_null() || of::match_table(matches, node).is_null() {
            return Ok(());
        }
        mark(node, bindings::OF_POPULATED_BUS);
        populate(node, matches, &raw mut (*pdev).dev)
    }
}

/// Makes devices of the nodes below `root`. One that fails does not keep the others away.
pub(super) unsafe fn populate(root: Node, matches: *const of_device_id, parent: *mut device) -> Result<()> {
    let mut result = Ok(());
    for child in root.children() {
        // SAFETY: as the caller says.
        if let Err(error) = unsafe { create_below(child, matches, parent) } {
            result = Err(error);
        }
    }
    result
}

/// Makes devices of the whole tree. Context: sleeps; at boot.
pub fn populate_all() {
    if let Some(root) = of::root() {
        // SAFETY: the table is static; no parent. Failures were reported by node.
        let _ = unsafe { populate(root, (&raw const of_default_bus_match_table).cast(), ptr::null_mut()) };
    }
}

pub(super) unsafe fn populate_c(
    root: *mut device_node,
    matches: *const of_device_id,
    lookup: *const of_dev_auxdata,
    parent: *mut device,
) -> c_int {
    if !lookup.is_null() {
        // Board code that renames devices: no driver of today needs it.
        return Errno::EOPNOTSUPP.to_c();
    }
    // SAFETY: as the caller says.
    unsafe {
        let root = Node::from_raw(root).or_else(of::root);
        to_c(root.ok_or(Errno::EINVAL).and_then(|root| populate(root, matches, parent)))
    }
}

pub(super) unsafe fn populate_default_c(
    root: *mut device_node,
    lookup: *const of_dev_auxdata,
    parent: *mut device,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe { populate_c(root, (&raw const of_default_bus_match_table).cast(), lookup, parent) }
}

pub(super) unsafe fn find_by_node(np: *mut device_node) -> *mut platform_device {
    let mut found: *mut platform_device = ptr::null_mut();
    core_device::devices(|dev| {
        // SAFETY: a device with a reference; the one that is found gets another.
        unsafe {
            if found.is_null() && !np.is_null() && (*dev).of_node == np && ptr::eq((*dev).bus, bus_pointer()) {
                found = to_platform(core_device::get(dev));
            }
        }
    });
    found
}

pub(super) unsafe fn destroy(dev: *mut device, _data: *mut c_void) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        let node = Node::from_raw((*dev).of_node);
        depopulate(dev);
        if let Some(node) = node {
            unmark(node, bindings::OF_POPULATED);
            unmark(node, bindings::OF_POPULATED_BUS);
        }
        core_device::unregister(dev);
    }
    0
}

unsafe extern "C" fn destroy_child(dev: *mut device, data: *mut c_void) -> c_int {
    // SAFETY: called for the children of the caller's device, which stay while they are visited.
    unsafe {
        let from_tree = !(*dev).of_node.is_null()
            && (ptr::eq((*dev).bus, bus_pointer()) || ptr::eq((*dev).bus, amba::bus_pointer()));
        if from_tree { destroy(dev, data) } else { 0 }
    }
}

pub(super) unsafe fn depopulate(parent: *mut device) {
    // SAFETY: the caller's device.
    unsafe { core_device::for_each_child_reverse(parent, ptr::null_mut(), Some(destroy_child)) };
}

pub(super) unsafe fn devm_populate(dev: *mut device) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        let result = populate_default_c((*dev).of_node, ptr::null(), dev);
        if result != 0 {
            return result;
        }
        let address = dev.expose_provenance();
        // SAFETY: managed resources go before the device does.
        to_c(devres::add(dev, devres::Key("of platform", 0), move || {
            depopulate(ptr::with_exposed_provenance_mut(address));
        }))
    }
}

pub(super) unsafe fn devm_depopulate(dev: *mut device) {
    // SAFETY: the caller's device.
    unsafe { devres::release(dev, devres::Key("of platform", 0)) };
}
