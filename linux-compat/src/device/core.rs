// SPDX-License-Identifier: GPL-2.0-only
//! The life of a device: made, registered, taken away, freed with the last reference.

use super::private::{self, Device, with};
use super::{bind, bus, names};
use crate::bindings::{device, device_attribute, fwnode_handle};
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::{AcqRel, Relaxed};

/// How C code is called with a device.
pub(super) type Visit = Option<unsafe extern "C" fn(*mut device, *mut c_void) -> c_int>;

crate::exports! {
    family "device";
    [any, supported, "device::tests::life_of_a_device"]
    fn device_initialize(dev: *mut device) -> () = initialize;
    [sleeps, supported, "device::tests::life_of_a_device"]
    fn device_add(dev: *mut device) -> c_int = add_c;
    [sleeps, supported, "device::tests::life_of_a_device"]
    fn device_register(dev: *mut device) -> c_int = register_c;
    [sleeps, supported, "device::tests::life_of_a_device"]
    fn device_del(dev: *mut device) -> () = del;
    [sleeps, supported, "device::tests::life_of_a_device"]
    fn device_unregister(dev: *mut device) -> () = unregister;
    [any, supported, "device::tests::life_of_a_device"]
    fn get_device(dev: *mut device) -> *mut device = get;
    [atomic, supported, "device::tests::life_of_a_device"]
    fn put_device(dev: *mut device) -> () = put;
    [sleeps, supported, "device::tests::children"]
    fn device_for_each_child(dev: *mut device, data: *mut c_void, f: Visit) -> c_int = for_each_child;
    [sleeps, supported, "device::tests::children"]
    fn device_for_each_child_reverse(dev: *mut device, data: *mut c_void, f: Visit) -> c_int = for_each_child_reverse;
    [sleeps, supported, "device::tests::children"]
    fn device_find_child(dev: *mut device, data: *mut c_void, f: Visit) -> *mut device = find_child;
    [sleeps, supported, "device::tests::children"]
    fn device_find_child_by_name(dev: *mut device, name: *const c_char) -> *mut device = find_child_by_name;
    [any, supported, "device::tests::life_of_a_device"]
    fn device_set_node(dev: *mut device, fwnode: *mut fwnode_handle) -> () = set_node;
    [any, supported, "device::tests::life_of_a_device"]
    fn device_set_of_node_from_dev(dev: *mut device, from: *const device) -> () = set_node_from;
    [sleeps, refused, "device::tests::attributes_are_refused"]
    fn device_create_file(dev: *mut device, attr: *const device_attribute) -> c_int = create_file;
    [sleeps, supported, "device::tests::attributes_are_refused"]
    fn device_remove_file(dev: *mut device, attr: *const device_attribute) -> () = remove_file;
}

/// The count of references.
///
/// # Safety
/// `dev` is a device.
pub(super) unsafe fn references<'a>(dev: *mut device) -> &'a AtomicI32 {
    // SAFETY: a `kref` is one counter of 32 bits, used atomically only.
    unsafe { AtomicI32::from_ptr((&raw mut (*dev).kobj.kref).cast()) }
}

/// Makes a zeroed device ready for use, with one reference. Context: any.
///
/// # Safety
/// `dev` is a device that nobody uses yet.
pub unsafe fn initialize(dev: *mut device) {
    // SAFETY: the caller's device.
    unsafe {
        references(dev).store(1, Relaxed);
        // All else of a mutex that nobody holds is zero.
        for list in [&raw mut (*dev).dma_pools, &raw mut (*dev).mutex.wait.head] {
            (*list).next = list;
            (*list).prev = list;
        }
        if let Some(node) = Node::from_raw((*dev).of_node) {
            (*dev).set_dma_coherent(crate::of::is_coherent(node));
        }
    }
}

/// Takes a reference. Context: any.
///
/// # Safety
/// `dev` is null or a device.
pub unsafe fn get(dev: *mut device) -> *mut device {
    if !dev.is_null() {
        // SAFETY: the caller's device.
        unsafe { references(dev) }.fetch_add(1, Relaxed);
    }
    dev
}

/// Gives a reference back; with the last one the device is freed, by its own function, its type's or its class's.
///
/// # Safety
/// `dev` is null or a device of which the caller holds a reference.
pub unsafe fn put(dev: *mut device) {
    // SAFETY: as the caller says.
    unsafe {
        if dev.is_null() || references(dev).fetch_sub(1, AcqRel) != 1 {
            return;
        }
        super::devres::release_all(dev);
        // Its memory may go with the release: nothing may suspend or resume it from here on.
        crate::pm::forget(dev);
        let parent = (*dev).parent;
        let own = (*dev).release;
        let of_type = (*dev).type_.as_ref().and_then(|t| t.release);
        let of_class = (*dev).class.as_ref().and_then(|c| c.dev_release);
        let private = ptr::replace(&raw mut (*dev).p, ptr::null_mut());
        match own.or(of_type).or(of_class) {
            Some(release) => release(dev),
            None => log::warn!("device {:?} has no release function: its memory stays", names::name(dev)),
        }
        private::free(private);
        put(parent);
    }
}

/// Registers a device: from now on it is on its bus, and drivers are tried. Context: sleeps.
///
/// # Errors
/// `EINVAL`: it has no name; `EEXIST`: another device of its bus has that name.
///
/// # Safety
/// `dev` was made ready by [`initialize`], and stays until it is taken away.
pub unsafe fn register(dev: *mut device) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let (init_name, kobj_name) = ((*dev).init_name, (*dev).kobj.name);
        if !init_name.is_null() {
            names::set_name(dev, CStr::from_ptr(init_name).into());
        } else if kobj_name.is_null() {
            return Err(Errno::EINVAL);
        }
        bus::add_device(dev)?;
        get(dev);
        (*dev).kobj.set_state_in_sysfs(1);
        let parent = get((*dev).parent);
        if !parent.is_null() {
            with(parent, |p| p.children.push(Device(dev)));
        }
        bind::attach(dev);
    }
    Ok(())
}

pub(super) unsafe fn add_c(dev: *mut device) -> c_int {
    if dev.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: as the caller says.
    to_c(unsafe { register(dev) })
}

pub(super) unsafe fn register_c(dev: *mut device) -> c_int {
    if dev.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: as the caller says.
    unsafe {
        initialize(dev);
        add_c(dev)
    }
}

/// Takes a device off its bus: its driver lets go of it first.
pub(crate) unsafe fn del(dev: *mut device) {
    // SAFETY: as the caller says; the reference that `register` took is given back last.
    unsafe {
        if dev.is_null() || (*dev).kobj.state_in_sysfs() == 0 {
            return;
        }
        bind::detach(dev);
        bus::remove_device(dev);
        (*dev).kobj.set_state_in_sysfs(0);
        super::supplier::set_released(dev, false);
        super::link::ended(dev, true);
        let parent = (*dev).parent;
        if !parent.is_null() {
            with(parent, |p| p.children.retain(|c| c.0 != dev));
        }
        put(dev);
    }
}

pub(crate) unsafe fn unregister(dev: *mut device) {
    // SAFETY: as the caller says.
    unsafe {
        del(dev);
        put(dev);
    }
}

/// The children, each with a reference of the caller's.
pub(super) unsafe fn children(dev: *mut device) -> Vec<Device> {
    // SAFETY: the caller's device; its children stay while they are in the list.
    unsafe {
        with(dev, |p| {
            p.children.iter().for_each(|c| _ = get(c.0));
            p.children.clone()
        })
    }
}

/// Calls `f` with each until it returns something other than 0, which is the answer.
pub(super) unsafe fn visit(list: Vec<Device>, data: *mut c_void, f: Visit) -> (c_int, *mut device) {
    let mut answer = (0, ptr::null_mut());
    for Device(dev) in list {
        if let (0, Some(f)) = (answer.0, f) {
            // SAFETY: the caller's function; a device with a reference.
            let result = unsafe { f(dev, data) };
            if result != 0 {
                answer = (result, dev);
                continue;
            }
        }
        // SAFETY: taken by `children`.
        unsafe { put(dev) };
    }
    answer
}

pub(super) unsafe fn for_each_child(dev: *mut device, data: *mut c_void, f: Visit) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let (result, found) = visit(children(dev), data, f);
        put(found);
        result
    }
}

pub(crate) unsafe fn for_each_child_reverse(dev: *mut device, data: *mut c_void, f: Visit) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let mut list = children(dev);
        list.reverse();
        let (result, found) = visit(list, data, f);
        put(found);
        result
    }
}

/// The first child for which `f` answers yes, with a reference.
pub(super) unsafe fn find_child(dev: *mut device, data: *mut c_void, f: Visit) -> *mut device {
    // SAFETY: as the caller says.
    unsafe { visit(children(dev), data, f).1 }
}

unsafe extern "C" fn has_name(dev: *mut device, name: *mut c_void) -> c_int {
    // SAFETY: called by `find_child_by_name` only.
    unsafe { names::name(dev) == CStr::from_ptr(name.cast::<c_char>()) }.into()
}

pub(super) unsafe fn find_child_by_name(dev: *mut device, name: *const c_char) -> *mut device {
    // SAFETY: as the caller says.
    unsafe { find_child(dev, name.cast_mut().cast(), Some(has_name)) }
}

pub(super) unsafe fn set_node(dev: *mut device, fwnode: *mut fwnode_handle) {
    // SAFETY: the caller's device.
    unsafe {
        (*dev).fwnode = fwnode;
        (*dev).of_node = Node::raw_or_null(crate::of::from_fwnode(fwnode));
    }
}

pub(super) unsafe fn set_node_from(dev: *mut device, from: *const device) {
    // SAFETY: the caller's devices.
    unsafe {
        (*dev).of_node = (*from).of_node;
        (*dev).set_of_node_reused(true);
    }
}

/// There is no sysfs to show it in.
pub(super) fn create_file(_dev: *mut device, _attr: *const device_attribute) -> c_int {
    Errno::EOPNOTSUPP.to_c()
}

/// None was ever created.
pub(super) fn remove_file(_dev: *mut device, _attr: *const device_attribute) {}
