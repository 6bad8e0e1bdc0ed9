// SPDX-License-Identifier: GPL-2.0-only
//! System controllers: one register map for each node, shared by whoever asks.

use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint};
use core::ptr::{null_mut, with_exposed_provenance_mut};

use kernel::sync::Mutex;

use super::access::Access;
use super::init::make;
use crate::bindings::{self, device_node, regmap, regmap_config};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::{self, Node};

crate::exports! {
    family "regmap";
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn device_node_to_regmap(np: *mut device_node) -> *mut regmap = of_any_node;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn syscon_node_to_regmap(np: *mut device_node) -> *mut regmap = of_node;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn syscon_regmap_lookup_by_compatible(s: *const c_char) -> *mut regmap = by_compatible;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn syscon_regmap_lookup_by_phandle(np: *mut device_node, property: *const c_char) -> *mut regmap = by_phandle;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn syscon_regmap_lookup_by_phandle_args(np: *mut device_node, property: *const c_char, arg_count: c_int, out_args: *mut c_uint) -> *mut regmap = by_phandle_args;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn syscon_regmap_lookup_by_phandle_optional(np: *mut device_node, property: *const c_char) -> *mut regmap = by_phandle_optional;
    [sleeps, supported, "regmap::syscon_tests::one_map_for_a_node"]
    fn of_syscon_register_regmap(np: *mut device_node, map: *mut regmap) -> c_int = register;
}

/// The maps by node, for good.
static MAPS: Mutex<Vec<(Node, usize)>> = Mutex::new(Vec::new());

/// The map of a node, made if there is none yet.
fn map_of(node: Node, syscon_only: bool) -> Result<*mut regmap> {
    let mut maps = MAPS.lock();
    if let Some((_, map)) = maps.iter().find(|(n, _)| *n == node) {
        return Ok(with_exposed_provenance_mut(*map));
    }
    if syscon_only && !node.is_compatible(b"syscon") {
        return Err(Errno::EINVAL);
    }
    let host = node.host_node().ok_or(Errno::EINVAL)?;
    let reg = host.reg(0).map_err(|_| Errno::EINVAL)?;
    let registers = crate::io_memory::map(reg.base.0, reg.size);
    if registers.is_null() {
        return Err(Errno::ENOMEM);
    }
    let width = node.u32(b"reg-io-width").unwrap_or(4);
    // SAFETY: a structure of C, for which zero is the beginning.
    let mut config: regmap_config = unsafe { core::mem::zeroed() };
    config.name = node.full_name().as_ptr();
    config.reg_bits = 32;
    config.reg_stride = width as c_int;
    config.val_bits = (width * 8) as c_int;
    config.max_register = (reg.size as u32).saturating_sub(width);
    config.max_register_is_0 = config.max_register == 0;
    config.val_format_endian = if node.property(b"big-endian").is_some() {
        bindings::REGMAP_ENDIAN_BIG
    } else {
        bindings::REGMAP_ENDIAN_LITTLE
    };
    // SAFETY: the node's registers, mapped for good.
    let map = unsafe { make(null_mut(), Access::Memory(registers.cast()), &raw const config)? };
    maps.push((node, map.expose_provenance()));
    Ok(map)
}

pub(super) unsafe fn of_any_node(np: *mut device_node) -> *mut regmap {
    // SAFETY: the C caller's node.
    ptr_to_c(unsafe { Node::from_raw(np) }.ok_or(Errno::EINVAL).and_then(|node| map_of(node, false)))
}

pub(super) unsafe fn of_node(np: *mut device_node) -> *mut regmap {
    // SAFETY: the C caller's node.
    ptr_to_c(unsafe { Node::from_raw(np) }.ok_or(Errno::EINVAL).and_then(|node| map_of(node, true)))
}

pub(super) unsafe fn by_compatible(s: *const c_char) -> *mut regmap {
    // SAFETY: the C caller's string.
    let wanted = unsafe { CStr::from_ptr(s) }.to_bytes();
    let mut all = core::iter::successors(of::root(), |node| node.next());
    ptr_to_c(all.find(|n| n.is_compatible(wanted)).ok_or(Errno::ENODEV).and_then(|node| map_of(node, true)))
}

/// The node that the first cell of a property names.
fn first(node: Option<Node>, property: &CStr) -> Result<Node> {
    let handle = node.and_then(|n| n.u32(property.to_bytes())).ok_or(Errno::ENODEV)?;
    let mut all = core::iter::successors(of::root(), |node| node.next());
    all.find(|n| n.phandle() == handle).ok_or(Errno::ENODEV)
}

pub(super) unsafe fn by_phandle(np: *mut device_node, property: *const c_char) -> *mut regmap {
    // SAFETY: the C caller's node, and null or its string.
    unsafe {
        if property.is_null() {
            return of_node(np);
        }
        let found = first(Node::from_raw(np), CStr::from_ptr(property));
        ptr_to_c(found.and_then(|node| map_of(node, true)))
    }
}

pub(super) unsafe fn by_phandle_args(
    np: *mut device_node,
    property: *const c_char,
    arg_count: c_int,
    out_args: *mut c_uint,
) -> *mut regmap {
    // SAFETY: the C caller's node and string, and room for as many arguments as it says.
    unsafe {
        let name = CStr::from_ptr(property);
        let read = || {
            let node = Node::from_raw(np).ok_or(Errno::EINVAL)?;
            let target = first(Some(node), name)?;
            let count = usize::try_from(arg_count).map_err(|_| Errno::EINVAL)?;
            let list = node.property(name.to_bytes()).ok_or(Errno::ENODEV)?;
            let args: Vec<u32> = list.cells().skip(1).take(count).collect();
            if args.len() < count {
                return Err(Errno::EINVAL);
            }
            let map = map_of(target, true)?;
            args.into_iter().enumerate().for_each(|(n, arg)| out_args.add(n).write(arg));
            Ok(map)
        };
        ptr_to_c(read())
    }
}

pub(super) unsafe fn by_phandle_optional(np: *mut device_node, property: *const c_char) -> *mut regmap {
    // SAFETY: as the C caller says.
    let found = unsafe { by_phandle(np, property) };
    if Errno::check_ptr(found) == Err(Errno::ENODEV) { null_mut() } else { found }
}

/// A driver's own map for a node.
pub(super) unsafe fn register(np: *mut device_node, map: *mut regmap) -> c_int {
    let add = || {
        // SAFETY: the C caller's node.
        let node = unsafe { Node::from_raw(np) }.filter(|_| !map.is_null()).ok_or(Errno::EINVAL)?;
        let mut maps = MAPS.lock();
        if maps.iter().any(|(n, _)| *n == node) {
            return Err(Errno::EEXIST);
        }
        maps.push((node, map.expose_provenance()));
        Ok(())
    };
    to_c(add())
}
