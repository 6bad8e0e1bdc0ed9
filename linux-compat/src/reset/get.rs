// SPDX-License-Identifier: GPL-2.0-only
//! Getting reset lines: by device tree, else by the lookups that machines add; managed ones are put, and asserted if
//! they were got deasserted, when the driver lets go of its device.

use super::consumer::{assert_c, deassert, put};
use super::control::Control;
use super::provider;
use crate::bindings::{self, device, device_node, reset_control, reset_control_flags};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::{Node, parse_phandle_with_args};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int};
use core::ptr;
use kernel::reset::{self as lines, Mode, Reset};

crate::exports! {
    family "reset";
    [sleeps, supported, "reset::tests::found_by_tree"]
    fn __of_reset_control_get(node: *mut device_node, id: *const c_char, index: c_int, flags: reset_control_flags) -> *mut reset_control = of_get;
    [sleeps, supported, "reset::tests::found_by_tree"]
    fn __reset_control_get(dev: *mut device, id: *const c_char, index: c_int, flags: reset_control_flags) -> *mut reset_control = get;
    [sleeps, supported, "reset::tests::managed"]
    fn __devm_reset_control_get(dev: *mut device, id: *const c_char, index: c_int, flags: reset_control_flags) -> *mut reset_control = devm_get;
    [sleeps, supported, "reset::tests::arrays"]
    fn of_reset_control_array_get(np: *mut device_node, flags: reset_control_flags) -> *mut reset_control = of_array_get;
    [sleeps, supported, "reset::tests::arrays"]
    fn devm_reset_control_array_get(dev: *mut device, flags: reset_control_flags) -> *mut reset_control = devm_array_get;
    [sleeps, supported, "reset::tests::arrays"]
    fn reset_control_get_count(dev: *mut device) -> c_int = get_count;
    [sleeps, supported, "reset::tests::found_by_tree"]
    fn __device_reset(dev: *mut device, optional: bool) -> c_int = device_reset;
}

/// `RESET_CONTROL_FLAGS_BIT_*`.
const SHARED: reset_control_flags = 1 << 0;
const OPTIONAL: reset_control_flags = 1 << 1;
const ACQUIRED: reset_control_flags = 1 << 2;
pub(super) const DEASSERTED: reset_control_flags = 1 << 3;

/// How the flags want a line.
fn mode(flags: reset_control_flags) -> Result<Mode> {
    match (flags & SHARED != 0, flags & ACQUIRED != 0) {
        (true, true) => Err(Errno::EINVAL),
        (true, false) => Ok(Mode::Shared),
        (false, true) => Ok(Mode::Exclusive),
        (false, false) => Ok(Mode::Released),
    }
}

/// A line of a node, by the name in `reset-names` or by the index in `resets`.
///
/// # Errors
/// `ENOENT`: the node has none; `EPROBE_DEFER`: its controller is not there yet; `EBUSY`: others have it.
fn by_node(node: Node, id: Option<&CStr>, index: c_int, flags: reset_control_flags, user: &str) -> Result<Reset> {
    let index = match id {
        Some(id) => {
            let names = node.property(b"reset-names").ok_or(Errno::ENOENT)?;
            names.strings().position(|n| n == id).ok_or(Errno::ENOENT)?
        }
        None => usize::try_from(index).map_err(|_| Errno::EINVAL)?,
    };
    let found = parse_phandle_with_args(node, b"resets", b"#reset-cells", index)?;
    let controller = lines::by_phandle(found.node.phandle())?;
    let line = controller.translate(found.args())?;
    Ok(Reset::new(&controller, line, mode(flags)?, user)?)
}

/// What no line is, where it is optional.
fn optional(result: Result<Control>, flags: reset_control_flags) -> Result<*mut reset_control> {
    match result {
        Err(Errno::ENOENT) if flags & OPTIONAL != 0 => Ok(ptr::null_mut()),
        result => result.map(Control::into_raw),
    }
}

/// A name for reports.
fn user(owner: &CStr, id: Option<&CStr>) -> String {
    format!("{}:{}", owner.to_string_lossy(), id.unwrap_or(c"0").to_string_lossy())
}

/// A C string; `None` for null.
pub(super) unsafe fn name<'a>(id: *const c_char) -> Option<&'a CStr> {
    // SAFETY: as the caller says.
    (!id.is_null()).then(|| unsafe { CStr::from_ptr(id) })
}

pub(super) unsafe fn of_get(
    node: *mut device_node,
    id: *const c_char,
    index: c_int,
    flags: reset_control_flags,
) -> *mut reset_control {
    // SAFETY: as the caller says.
    let (node, id) = unsafe { (Node::from_raw(node), name(id)) };
    let Some(node) = node else { return Errno::EINVAL.to_ptr() };
    let found = by_node(node, id, index, flags, &user(node.full_name(), id));
    ptr_to_c(optional(found.map(Control::One), flags))
}

/// A line of a device.
pub(super) unsafe fn get_for(
    dev: *mut device,
    id: *const c_char,
    index: c_int,
    flags: reset_control_flags,
) -> Result<*mut reset_control> {
    // SAFETY: as the caller says.
    let (node, id, owner) = unsafe { (Node::from_raw((*dev).of_node), name(id), devices::name(dev)) };
    let mode = mode(flags)?;
    let found = match node {
        Some(node) => by_node(node, id, index, flags, &user(owner, id)),
        None => provider::look_up(owner, id).and_then(|(controller, line)| {
            Ok(Reset::new(&controller, line, mode, &user(owner, id))?)
        }),
    };
    optional(found.map(Control::One), flags)
}

pub(super) unsafe fn get(
    dev: *mut device,
    id: *const c_char,
    index: c_int,
    flags: reset_control_flags,
) -> *mut reset_control {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get_for(dev, id, index, flags) })
}

/// Keeps lines for the device until its driver lets go of it.
pub(super) unsafe fn keep(
    dev: *mut device,
    got: Result<*mut reset_control>,
    flags: reset_control_flags,
) -> Result<*mut reset_control> {
    let rstc = got?;
    if rstc.is_null() {
        return Ok(rstc);
    }
    // SAFETY: as the caller says; the lines are put once, by the resource or here.
    unsafe {
        let deasserted = flags & DEASSERTED != 0;
        if deasserted && let Err(errno) = Errno::check(deassert(rstc)) {
            put(rstc);
            return Err(errno);
        }
        let address = rstc.expose_provenance();
        let release = move || {
            let rstc = ptr::with_exposed_provenance_mut(address);
            if deasserted {
                assert_c(rstc);
            }
            put(rstc);
        };
        devres::add(dev, Key("reset", address), release)?;
        Ok(rstc)
    }
}

pub(super) unsafe fn devm_get(
    dev: *mut device,
    id: *const c_char,
    index: c_int,
    flags: reset_control_flags,
) -> *mut reset_control {
    // SAFETY: as the caller says.
    unsafe { ptr_to_c(keep(dev, get_for(dev, id, index, flags & !DEASSERTED), flags)) }
}

/// How many lines a node has.
fn count(node: Node) -> usize {
    let found = |i: &usize| parse_phandle_with_args(node, b"resets", b"#reset-cells", *i).is_ok();
    (0..usize::from(u8::MAX)).take_while(found).count()
}

/// All lines of a node, used together.
fn array(node: Option<Node>, flags: reset_control_flags, owner: &CStr) -> Result<*mut reset_control> {
    let count = node.map_or(0, count);
    let Some(node) = node.filter(|_| count > 0) else { return optional(Err(Errno::ENOENT), flags) };
    let get = |i| by_node(node, None, i as c_int, flags, &format!("{}:{i}", owner.to_string_lossy()));
    let all: Result<Vec<Reset>> = (0..count).map(get).collect();
    all.map(|all| Control::Array(all).into_raw())
}

pub(super) unsafe fn of_array_get(np: *mut device_node, flags: reset_control_flags) -> *mut reset_control {
    // SAFETY: as the caller says.
    let node = unsafe { Node::from_raw(np) };
    ptr_to_c(array(node, flags, node.map_or(c"?", Node::full_name)))
}

pub(super) unsafe fn devm_array_get(dev: *mut device, flags: reset_control_flags) -> *mut reset_control {
    // SAFETY: as the caller says.
    unsafe {
        let got = array(Node::from_raw((*dev).of_node), flags & !DEASSERTED, devices::name(dev));
        ptr_to_c(keep(dev, got, flags))
    }
}

pub(super) unsafe fn get_count(dev: *mut device) -> c_int {
    // SAFETY: as the caller says.
    let count = unsafe {
        match Node::from_raw((*dev).of_node) {
            Some(node) => count(node),
            None => provider::count(devices::name(dev)),
        }
    };
    int_to_c(if count == 0 { Err(Errno::ENOENT) } else { Ok(count as c_int) })
}

/// Resets the device by its line, its own for the moment.
pub(super) unsafe fn device_reset(dev: *mut device, optional: bool) -> c_int {
    let flags = ACQUIRED | if optional { OPTIONAL } else { 0 };
    // SAFETY: as the caller says.
    unsafe {
        to_c(get_for(dev, ptr::null(), 0, flags).and_then(|rstc| {
            let result = Errno::check(super::consumer::reset_c(rstc));
            put(rstc);
            result.map(|_| ())
        }))
    }
}

// The numbers above are those of the header.
const _: () = assert!(
    bindings::RESET_CONTROL_EXCLUSIVE == ACQUIRED
        && bindings::RESET_CONTROL_SHARED_DEASSERTED == SHARED | DEASSERTED
        && bindings::RESET_CONTROL_OPTIONAL_EXCLUSIVE_RELEASED == OPTIONAL
);
