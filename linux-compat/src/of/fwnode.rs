// SPDX-License-Identifier: GPL-2.0-only
//! Properties by firmware node: Documentation/driver-api/device-io and include/linux/property.h of Linux. All firmware
//! nodes here are nodes of the device tree.

use super::find::{child_after, match_data};
use super::node::Node;
use super::{phandle, property, tree::bytes};
use crate::bindings::{self, device, device_node, fwnode_handle};
use crate::errno::{Errno, Result, int_to_c};
use core::ffi::{c_char, c_int, c_uint, c_void};
use core::mem::offset_of;
use core::ptr;

crate::exports! {
    family "of";
    [any, supported, "of::tests::firmware_nodes"]
    fn is_of_node(fwnode: *const fwnode_handle) -> bool = is_of;
    [any, supported, "of::tests::firmware_nodes"]
    fn __dev_fwnode_const(dev: *const device) -> *const fwnode_handle = of_device_const;
    [any, supported, "of::tests::firmware_nodes"]
    fn __dev_fwnode(dev: *mut device) -> *mut fwnode_handle = of_device;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_present(fwnode: *const fwnode_handle, name: *const c_char) -> bool = present;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_u8_array(fwnode: *const fwnode_handle, name: *const c_char, val: *mut u8, n: usize) -> c_int = read_u8;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_u16_array(fwnode: *const fwnode_handle, name: *const c_char, val: *mut u16, n: usize) -> c_int = read_u16;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_u32_array(fwnode: *const fwnode_handle, name: *const c_char, val: *mut u32, n: usize) -> c_int = read_u32;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_u64_array(fwnode: *const fwnode_handle, name: *const c_char, val: *mut u64, n: usize) -> c_int = read_u64;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_string_array(fwnode: *const fwnode_handle, name: *const c_char, val: *mut *const c_char, n: usize) -> c_int = read_strings;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_read_string(fwnode: *const fwnode_handle, name: *const c_char, val: *mut *const c_char) -> c_int = read_string;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_match_string(fwnode: *const fwnode_handle, name: *const c_char, wanted: *const c_char) -> c_int = match_string;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_match_property_string(fwnode: *const fwnode_handle, name: *const c_char, array: *const *const c_char, n: usize) -> c_int = match_in_array;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_property_get_reference_args(fwnode: *const fwnode_handle, name: *const c_char, nargs_prop: *const c_char, nargs: c_uint, index: c_uint, args: *mut bindings::fwnode_reference_args) -> c_int = reference_args;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_find_reference(fwnode: *const fwnode_handle, name: *const c_char, index: c_uint) -> *mut fwnode_handle = find_reference;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_device_is_available(fwnode: *const fwnode_handle) -> bool = is_available;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_get_name(fwnode: *const fwnode_handle) -> *const c_char = name;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_get_parent(fwnode: *const fwnode_handle) -> *mut fwnode_handle = parent;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_get_next_child_node(fwnode: *const fwnode_handle, child: *mut fwnode_handle) -> *mut fwnode_handle = next_child;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_get_next_available_child_node(fwnode: *const fwnode_handle, child: *mut fwnode_handle) -> *mut fwnode_handle = next_available_child;
    [any, supported, "of::tests::firmware_nodes"]
    fn fwnode_get_named_child_node(fwnode: *const fwnode_handle, wanted: *const c_char) -> *mut fwnode_handle = named_child;
    [any, supported, "of::tests::firmware_nodes"]
    fn device_get_next_child_node(dev: *const device, child: *mut fwnode_handle) -> *mut fwnode_handle = device_next_child;
    [any, supported, "of::tests::firmware_nodes"]
    fn device_get_named_child_node(dev: *const device, wanted: *const c_char) -> *mut fwnode_handle = device_named_child;
    [any, supported, "of::tests::firmware_nodes"]
    fn device_get_child_node_count(dev: *const device) -> c_uint = device_child_count;
    [any, supported, "of::tests::tables_match_the_most_specific"]
    fn device_get_match_data(dev: *const device) -> *const c_void = match_data;
    [any, supported, "of::tests::firmware_nodes"]
    fn device_dma_supported(dev: *const device) -> bool = dma_supported;
    [any, supported, "of::tests::firmware_nodes"]
    fn device_get_dma_attr(dev: *const device) -> bindings::dev_dma_attr = dma_attr;
}

/// Something whose address tells nodes of the tree from other firmware nodes.
static OPS: u8 = 0;

/// What the firmware nodes of the tree have for operations.
pub(super) fn ops() -> *const bindings::fwnode_operations {
    (&raw const OPS).cast()
}

pub(crate) fn is_of(fwnode: *const fwnode_handle) -> bool {
    // SAFETY: null, an error, or a firmware node.
    Errno::check_ptr(fwnode.cast_mut())
        .is_ok_and(|raw| unsafe { raw.as_ref() }.is_some_and(|f| f.ops == ops()))
}

/// The node of a firmware node; `None` for null, an error, or another kind of firmware node.
pub fn from_fwnode(fwnode: *const fwnode_handle) -> Option<Node> {
    node(fwnode)
}

pub(super) fn node(fwnode: *const fwnode_handle) -> Option<Node> {
    if !is_of(fwnode) {
        return None;
    }
    let raw = fwnode.wrapping_byte_sub(offset_of!(device_node, fwnode)).cast::<device_node>();
    // SAFETY: a firmware node of the tree is part of its node.
    unsafe { Node::from_raw(raw) }
}

/// Its C form, null for none.
pub(super) fn raw(fwnode: *const fwnode_handle) -> *const device_node {
    Node::raw_or_null(node(fwnode))
}

/// The firmware node of a node, null for none.
pub(super) fn handle(node: Option<Node>) -> *mut fwnode_handle {
    // SAFETY: a node lives for ever.
    node.map_or(ptr::null_mut(), |n| unsafe { &raw mut (*n.as_raw()).fwnode })
}

pub(super) unsafe fn of_device_const(dev: *const device) -> *const fwnode_handle {
    // SAFETY: the caller's device.
    unsafe { of_device(dev.cast_mut()) }
}

/// The device's node of the tree, else what firmware node it has.
pub(super) unsafe fn of_device(dev: *mut device) -> *mut fwnode_handle {
    // SAFETY: null or the caller's device.
    let Some(dev) = (unsafe { dev.as_ref() }) else { return ptr::null_mut() };
    // SAFETY: a device's node is null or of the tree.
    match unsafe { Node::from_raw(dev.of_node) } {
        Some(node) => handle(Some(node)),
        None => dev.fwnode,
    }
}

pub(super) fn text<'a>(raw: *const c_char) -> &'a [u8] {
    // SAFETY: the callers of all functions here hand over null or C strings.
    unsafe { bytes(raw) }
}

pub(super) fn present(fwnode: *const fwnode_handle, name: *const c_char) -> bool {
    node(fwnode).is_some_and(|n| n.property(text(name)).is_some())
}

macro_rules! arrays {
    ($($name:ident: $type:ty, $read:path;)*) => {$(
        pub(super) unsafe fn $name(fwnode: *const fwnode_handle, name: *const c_char, val: *mut $type, n: usize) -> c_int {
            let node = raw(fwnode);
            if node.is_null() {
                return Errno::EINVAL.to_c();
            }
            // SAFETY: as the caller says.
            unsafe {
                if val.is_null() {
                    return property::count_elements(node, name, size_of::<$type>() as c_int);
                }
                $read(node, name, val, n, 0).min(0)
            }
        }
    )*};
}

arrays! {
    read_u8: u8, property::read_u8_array;
    read_u16: u16, property::read_u16_array;
    read_u32: u32, property::read_u32_array;
    read_u64: u64, property::read_u64_array;
}

pub(super) unsafe fn read_strings(
    fwnode: *const fwnode_handle,
    name: *const c_char,
    val: *mut *const c_char,
    n: usize,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe { property::read_strings(raw(fwnode), name, val, n, 0) }
}

pub(super) unsafe fn read_string(
    fwnode: *const fwnode_handle,
    name: *const c_char,
    val: *mut *const c_char,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe { property::read_string(raw(fwnode), name, val) }
}

pub(super) unsafe fn match_string(fwnode: *const fwnode_handle, name: *const c_char, wanted: *const c_char) -> c_int {
    // SAFETY: as the caller says.
    unsafe { property::match_string(raw(fwnode), name, wanted) }
}

/// At which place of `array` the property's string stands.
pub(super) unsafe fn match_in_array(
    fwnode: *const fwnode_handle,
    name: *const c_char,
    array: *const *const c_char,
    n: usize,
) -> c_int {
    let find = || {
        let mut value = ptr::null();
        // SAFETY: as the caller says.
        Errno::check(unsafe { property::read_string(raw(fwnode), name, &raw mut value) })?;
        // SAFETY: the caller's array has `n` strings.
        let place = (0..n).find(|i| text(unsafe { array.add(*i).read() }) == text(value));
        place.map(|i| i as c_int).ok_or(Errno::EINVAL)
    };
    int_to_c(find())
}

pub(super) unsafe fn reference_args(
    fwnode: *const fwnode_handle,
    name: *const c_char,
    nargs_prop: *const c_char,
    nargs: c_uint,
    index: c_uint,
    args: *mut bindings::fwnode_reference_args,
) -> c_int {
    // SAFETY: any bytes will do; written before they are read.
    let mut found: bindings::of_phandle_args = unsafe { core::mem::zeroed() };
    let fixed = if nargs_prop.is_null() { nargs as c_int } else { -1 };
    // SAFETY: as the caller says.
    let result =
        unsafe { phandle::parse(raw(fwnode), name, nargs_prop, fixed, index as c_int, &raw mut found) };
    // SAFETY: null or the caller's variable.
    if let (0, Some(args)) = (result, unsafe { args.as_mut() }) {
        // SAFETY: a node of the tree.
        args.fwnode = handle(unsafe { Node::from_raw(found.np) });
        args.nargs = found.args_count as c_uint;
        for (to, from) in args.args.iter_mut().zip(found.args) {
            *to = from.into();
        }
    }
    result
}

pub(super) unsafe fn find_reference(
    fwnode: *const fwnode_handle,
    name: *const c_char,
    index: c_uint,
) -> *mut fwnode_handle {
    let find = || -> Result<*mut fwnode_handle> {
        let node = node(fwnode).ok_or(Errno::ENOENT)?;
        let list = node.property(text(name)).ok_or(Errno::ENOENT)?;
        let handle_number = list.cells().nth(index as usize).ok_or(Errno::ENOENT)?;
        Ok(handle(Some(super::find::by_phandle(handle_number).ok_or(Errno::ENOENT)?)))
    };
    crate::errno::ptr_to_c(find())
}

pub(super) fn is_available(fwnode: *const fwnode_handle) -> bool {
    node(fwnode).is_some_and(Node::is_available)
}

pub(super) fn name(fwnode: *const fwnode_handle) -> *const c_char {
    node(fwnode).map_or(ptr::null(), |n| n.full_name().as_ptr())
}

pub(super) fn parent(fwnode: *const fwnode_handle) -> *mut fwnode_handle {
    handle(node(fwnode).and_then(Node::parent))
}

pub(super) fn next_child(fwnode: *const fwnode_handle, child: *mut fwnode_handle) -> *mut fwnode_handle {
    handle(child_after(node(fwnode), node(child), |_| true))
}

pub(super) fn next_available_child(fwnode: *const fwnode_handle, child: *mut fwnode_handle) -> *mut fwnode_handle {
    handle(child_after(node(fwnode), node(child), |n| n.is_available()))
}

pub(super) fn named_child(fwnode: *const fwnode_handle, wanted: *const c_char) -> *mut fwnode_handle {
    handle(node(fwnode).and_then(|n| n.children().find(|c| c.name().to_bytes() == text(wanted))))
}

pub(super) unsafe fn device_next_child(dev: *const device, child: *mut fwnode_handle) -> *mut fwnode_handle {
    // SAFETY: the caller's device.
    next_available_child(unsafe { of_device_const(dev) }, child)
}

pub(super) unsafe fn device_named_child(dev: *const device, wanted: *const c_char) -> *mut fwnode_handle {
    // SAFETY: the caller's device.
    named_child(unsafe { of_device_const(dev) }, wanted)
}

pub(super) unsafe fn device_child_count(dev: *const device) -> c_uint {
    // SAFETY: the caller's device.
    let node = node(unsafe { of_device_const(dev) });
    node.map_or(0, |n| n.children().filter(|c| c.is_available()).count() as c_uint)
}

pub(super) fn dma_supported(_dev: *const device) -> bool {
    true
}

pub(super) unsafe fn dma_attr(dev: *const device) -> bindings::dev_dma_attr {
    // SAFETY: the caller's device.
    let coherent = node(unsafe { of_device_const(dev) }).is_some_and(super::is_coherent);
    if coherent { bindings::DEV_DMA_COHERENT } else { bindings::DEV_DMA_NON_COHERENT }
}
