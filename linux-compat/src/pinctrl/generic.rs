// SPDX-License-Identifier: GPL-2.0-only
//! Groups and functions that drivers of controllers make known one after the other, and the names of pins.

use super::controller::{attached, of_get};
use super::raw::Dev;
use crate::bindings::{self, device_node, function_desc, group_desc, pinctrl_dev, pinfunction, pingroup, xarray};
use crate::device::devm_kmalloc;
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::library::xarray as tree;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::null_mut;

crate::exports! {
    family "pinctrl";
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_get_group_count(pctldev: *mut pinctrl_dev) -> c_int = group_count;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_get_group_name(pctldev: *mut pinctrl_dev, selector: c_uint) -> *const c_char = group_name;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_get_group_pins(pctldev: *mut pinctrl_dev, selector: c_uint, pins: *mut *const c_uint, npins: *mut c_uint) -> c_int = group_pins;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_get_group(pctldev: *mut pinctrl_dev, selector: c_uint) -> *mut group_desc = group;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_add_group(pctldev: *mut pinctrl_dev, name: *const c_char, pins: *const c_uint, num_pins: c_int, data: *mut c_void) -> c_int = add_group;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_generic_remove_group(pctldev: *mut pinctrl_dev, selector: c_uint) -> c_int = remove_group;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_get_function_count(pctldev: *mut pinctrl_dev) -> c_int = function_count;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_get_function_name(pctldev: *mut pinctrl_dev, selector: c_uint) -> *const c_char = function_name;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_get_function_groups(pctldev: *mut pinctrl_dev, selector: c_uint, groups: *mut *const *const c_char, ngroups: *mut c_uint) -> c_int = function_groups;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_get_function(pctldev: *mut pinctrl_dev, selector: c_uint) -> *mut function_desc = function;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_add_function(pctldev: *mut pinctrl_dev, name: *const c_char, groups: *const *const c_char, ngroups: c_uint, data: *mut c_void) -> c_int = add_function;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinmux_generic_remove_function(pctldev: *mut pinctrl_dev, selector: c_uint) -> c_int = remove_function;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_force_default(pctldev: *mut pinctrl_dev) -> c_int = force_default;
    [sleeps, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_force_sleep(pctldev: *mut pinctrl_dev) -> c_int = force_sleep;
    [sleeps, supported, "none"]
    fn get_pinctrl_dev_from_of_node(np: *mut device_node) -> *mut pinctrl_dev = by_node;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pin_get_name(pctldev: *mut pinctrl_dev, pin: c_uint) -> *const c_char = pin_name;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pin_get_from_name(pctldev: *mut pinctrl_dev, name: *const c_char) -> c_int = pin_by_name;
    [any, supported, "pinctrl::tests::groups_that_are_made_known"]
    fn pinctrl_get_group_selector(pctldev: *mut pinctrl_dev, pin_group: *const c_char) -> c_int = group_by_name;
}

const GFP_KERNEL_ZEROED: bindings::gfp_t = crate::slab::GFP_KERNEL | crate::slab::GFP_ZERO;

/// The structure behind a controller.
///
/// # Safety
/// `dev` is a controller of `controller::make`.
unsafe fn raw<'a>(dev: *mut pinctrl_dev) -> &'a mut Dev {
    // SAFETY: as the caller says.
    unsafe { &mut *dev.cast::<Dev>() }
}

/// Empties the trees of a controller that goes. What is in them is managed by its device.
pub(super) unsafe fn forget(dev: *mut Dev) {
    // SAFETY: the caller's controller.
    unsafe {
        tree::destroy(&raw mut (*dev).pin_group_tree);
        tree::destroy(&raw mut (*dev).pin_function_tree);
    }
}

/// What is at a number of a tree, null for nothing.
unsafe fn at<T>(tree: *const xarray, selector: c_uint) -> *mut T {
    // SAFETY: the caller's tree, of such.
    unsafe { tree::radix_lookup(tree, u64::from(selector)) }.cast()
}

/// Puts a copy of something at the end of a tree.
unsafe fn push<T>(dev: *mut pinctrl_dev, tree: *mut xarray, count: *mut c_uint, value: T) -> Result<c_int> {
    // SAFETY: the caller's controller and its tree.
    unsafe {
        let memory = devm_kmalloc(raw(dev).dev, size_of::<T>(), GFP_KERNEL_ZEROED).cast::<T>();
        if memory.is_null() {
            return Err(Errno::ENOMEM);
        }
        memory.write(value);
        let selector = *count;
        Errno::check(tree::radix_insert(tree, u64::from(selector), memory.cast()))?;
        *count += 1;
        Ok(selector as c_int)
    }
}

/// Takes something out of a tree; its memory goes with the device.
unsafe fn pull(tree: *mut xarray, count: *mut c_uint, selector: c_uint) -> c_int {
    // SAFETY: the caller's tree.
    unsafe {
        if tree::erase_locked(tree, u64::from(selector)).is_null() {
            return Errno::ENOENT.to_c();
        }
        *count = (*count).saturating_sub(1);
    }
    0
}

pub(super) unsafe fn group_count(dev: *mut pinctrl_dev) -> c_int {
    // SAFETY: as the caller says.
    unsafe { raw(dev).num_groups as c_int }
}

pub(super) unsafe fn group(dev: *mut pinctrl_dev, selector: c_uint) -> *mut group_desc {
    // SAFETY: as the caller says.
    unsafe { at(&raw const raw(dev).pin_group_tree, selector) }
}

pub(super) unsafe fn group_name(dev: *mut pinctrl_dev, selector: c_uint) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe { group(dev, selector).as_ref() }.map_or(core::ptr::null(), |group| group.grp.name)
}

pub(super) unsafe fn group_pins(
    dev: *mut pinctrl_dev,
    selector: c_uint,
    pins: *mut *const c_uint,
    npins: *mut c_uint,
) -> c_int {
    // SAFETY: as the caller says; the caller's variables.
    unsafe {
        let Some(group) = group(dev, selector).as_ref() else { return Errno::EINVAL.to_c() };
        *pins = group.grp.pins;
        *npins = group.grp.npins as c_uint;
    }
    0
}

/// The number of the group with a name, as the driver's own table has them.
pub(super) unsafe fn group_by_name(dev: *mut pinctrl_dev, name: *const c_char) -> c_int {
    // SAFETY: the caller's controller and C string; the driver's functions.
    unsafe {
        let Some(ops) = (*raw(dev).desc).pctlops.as_ref().filter(|_| !name.is_null()) else {
            return Errno::EINVAL.to_c();
        };
        let (Some(count), Some(name_of)) = (ops.get_groups_count, ops.get_group_name) else {
            return Errno::EINVAL.to_c();
        };
        let wanted = CStr::from_ptr(name);
        for selector in 0..count(dev).max(0) as c_uint {
            let found = name_of(dev, selector);
            if !found.is_null() && CStr::from_ptr(found) == wanted {
                return selector as c_int;
            }
        }
    }
    Errno::EINVAL.to_c()
}

pub(super) unsafe fn add_group(
    dev: *mut pinctrl_dev,
    name: *const c_char,
    pins: *const c_uint,
    num_pins: c_int,
    data: *mut c_void,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if name.is_null() {
            return Errno::EINVAL.to_c();
        }
        let known = group_by_name(dev, name);
        if known >= 0 {
            return known;
        }
        let group = group_desc { grp: pingroup { name, pins, npins: num_pins.max(0) as usize as _ }, data };
        let (tree, count) = (&raw mut raw(dev).pin_group_tree, &raw mut raw(dev).num_groups);
        int_to_c(push(dev, tree, count, group))
    }
}

pub(super) unsafe fn remove_group(dev: *mut pinctrl_dev, selector: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { pull(&raw mut raw(dev).pin_group_tree, &raw mut raw(dev).num_groups, selector) }
}

pub(super) unsafe fn function_count(dev: *mut pinctrl_dev) -> c_int {
    // SAFETY: as the caller says.
    unsafe { raw(dev).num_functions as c_int }
}

pub(super) unsafe fn function(dev: *mut pinctrl_dev, selector: c_uint) -> *mut function_desc {
    // SAFETY: as the caller says.
    unsafe { at(&raw const raw(dev).pin_function_tree, selector) }
}

pub(super) unsafe fn function_name(dev: *mut pinctrl_dev, selector: c_uint) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe { function(dev, selector).as_ref() }.map_or(core::ptr::null(), |function| function.func.name)
}

pub(super) unsafe fn function_groups(
    dev: *mut pinctrl_dev,
    selector: c_uint,
    groups: *mut *const *const c_char,
    ngroups: *mut c_uint,
) -> c_int {
    // SAFETY: as the caller says; the caller's variables.
    unsafe {
        let Some(function) = function(dev, selector).as_ref() else { return Errno::EINVAL.to_c() };
        *groups = function.func.groups;
        *ngroups = function.func.ngroups as c_uint;
    }
    0
}

/// The number of the function with a name.
unsafe fn function_by_name(dev: *mut pinctrl_dev, name: &CStr) -> Option<c_int> {
    // SAFETY: the caller's controller; the driver's functions.
    unsafe {
        let ops = (*raw(dev).desc).pmxops.as_ref()?;
        let (count, name_of) = (ops.get_functions_count?, ops.get_function_name?);
        (0..count(dev).max(0)).find(|selector| {
            let found = name_of(dev, *selector as c_uint);
            !found.is_null() && CStr::from_ptr(found) == name
        })
    }
}

pub(super) unsafe fn add_function(
    dev: *mut pinctrl_dev,
    name: *const c_char,
    groups: *const *const c_char,
    ngroups: c_uint,
    data: *mut c_void,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if name.is_null() {
            return Errno::EINVAL.to_c();
        }
        if let Some(known) = function_by_name(dev, CStr::from_ptr(name)) {
            return known;
        }
        let function = function_desc { func: pinfunction { name, groups, ngroups: ngroups as usize as _ }, data };
        let (tree, count) = (&raw mut raw(dev).pin_function_tree, &raw mut raw(dev).num_functions);
        int_to_c(push(dev, tree, count, function))
    }
}

pub(super) unsafe fn remove_function(dev: *mut pinctrl_dev, selector: c_uint) -> c_int {
    // SAFETY: as the caller says.
    unsafe { pull(&raw mut raw(dev).pin_function_tree, &raw mut raw(dev).num_functions, selector) }
}

/// Puts one of the controller's own states in force, if it has that.
unsafe fn force(dev: *mut pinctrl_dev, state: &str) -> c_int {
    // SAFETY: as the caller says.
    let hogs = unsafe { attached(dev) }.and_then(|attached| attached.hogs.lock().clone());
    match hogs.filter(|hogs| hogs.has(state)) {
        Some(hogs) => to_c(hogs.select(state).map(drop).map_err(Errno::from)),
        None => 0,
    }
}

pub(super) unsafe fn force_default(dev: *mut pinctrl_dev) -> c_int {
    // SAFETY: as the caller says.
    unsafe { force(dev, "default") }
}

pub(super) unsafe fn force_sleep(dev: *mut pinctrl_dev) -> c_int {
    // SAFETY: as the caller says.
    unsafe { force(dev, "sleep") }
}

/// The controller of a node, null for none.
unsafe fn by_node(np: *mut device_node) -> *mut pinctrl_dev {
    // SAFETY: as the caller says.
    Errno::check_ptr(unsafe { of_get(np) }).unwrap_or(null_mut())
}

/// The pins that a driver describes.
unsafe fn pins<'a>(dev: *mut pinctrl_dev) -> &'a [bindings::pinctrl_pin_desc] {
    // SAFETY: the driver's description, which stays as long as the controller.
    unsafe {
        let desc = &*raw(dev).desc;
        if desc.pins.is_null() { &[] } else { core::slice::from_raw_parts(desc.pins, desc.npins as usize) }
    }
}

pub(super) unsafe fn pin_name(dev: *mut pinctrl_dev, pin: c_uint) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe { pins(dev) }.iter().find(|known| known.number == pin).map_or(core::ptr::null(), |known| known.name)
}

pub(super) unsafe fn pin_by_name(dev: *mut pinctrl_dev, name: *const c_char) -> c_int {
    if name.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: as the caller says; C strings of the driver's.
    unsafe {
        let wanted = CStr::from_ptr(name);
        let found = pins(dev).iter().find(|pin| !pin.name.is_null() && CStr::from_ptr(pin.name) == wanted);
        found.map_or(Errno::EINVAL.to_c(), |pin| pin.number as c_int)
    }
}
