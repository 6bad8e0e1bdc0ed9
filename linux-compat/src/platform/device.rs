// SPDX-License-Identifier: GPL-2.0-only
//! Platform devices that code makes.

use super::bus::{prepare, to_platform};
use crate::bindings::{self, device, platform_device, platform_device_info, resource};
use crate::device as core_device;
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr;
use core::sync::atomic::AtomicI32;
use core::sync::atomic::Ordering::Relaxed;

crate::exports! {
    family "platform";
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_alloc(name: *const c_char, id: c_int) -> *mut platform_device = allocate_c;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_add_resources(pdev: *mut platform_device, res: *const resource, num: c_uint) -> c_int = add_resources_c;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_add_data(pdev: *mut platform_device, data: *const c_void, size: usize) -> c_int = add_data_c;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_add(pdev: *mut platform_device) -> c_int = add_c;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_del(pdev: *mut platform_device) -> () = del;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_put(pdev: *mut platform_device) -> () = put;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_register(pdev: *mut platform_device) -> c_int = register_c;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_device_unregister(pdev: *mut platform_device) -> () = unregister;
    [sleeps, partial, "platform::tests::devices_made_by_code"]
    fn platform_device_register_full(info: *const platform_device_info) -> *mut platform_device = register_full;
    [sleeps, supported, "platform::tests::devices_made_by_code"]
    fn platform_add_devices(devs: *mut *mut platform_device, num: c_int) -> c_int = add_devices;
}

/// A platform device that [`allocate`] made, with what it owns.
#[repr(C)]
pub(super) struct Owned {
    pdev: platform_device,
    name: CString,
    resources: Vec<resource>,
    data: Vec<u64>,
}

/// Numbers for devices that ask for one of their own.
static NEXT_ID: AtomicI32 = AtomicI32::new(0);

/// Frees what [`allocate`] made: the release function of such devices.
unsafe extern "C" fn release(dev: *mut device) {
    // SAFETY: set by `allocate` only; the last reference is gone.
    drop(unsafe { Box::from_raw(to_platform(dev).cast::<Owned>()) });
}

/// A device with one reference, not registered.
pub(super) fn allocate(name: &CStr, id: c_int) -> *mut platform_device {
    // SAFETY: all fields may be zero.
    let pdev: platform_device = unsafe { core::mem::zeroed() };
    let owned = Owned { pdev, name: name.into(), resources: Vec::new(), data: Vec::new() };
    let raw = Box::into_raw(Box::new(owned));
    // SAFETY: just made; the name's bytes stay where they are.
    unsafe {
        let pdev = &raw mut (*raw).pdev;
        (*pdev).name = (*raw).name.as_ptr();
        (*pdev).id = id;
        (*pdev).dev.release = Some(release);
        core_device::initialize(&raw mut (*pdev).dev);
        pdev
    }
}

pub(super) unsafe fn allocate_c(name: *const c_char, id: c_int) -> *mut platform_device {
    // SAFETY: the caller's name.
    allocate(unsafe { CStr::from_ptr(name) }, id)
}

/// The owner's part of a device of [`allocate`]; `EINVAL` for others.
pub(super) unsafe fn owned<'a>(pdev: *mut platform_device) -> Result<&'a mut Owned> {
    // SAFETY: null or the caller's device; the release function tells ours from others.
    unsafe {
        let ours = pdev.as_ref().and_then(|p| p.dev.release).map(|f| f as usize);
        if ours == Some(release as *const () as usize) { Ok(&mut *pdev.cast()) } else { Err(Errno::EINVAL) }
    }
}

/// Gives a device its resources.
pub(super) unsafe fn set_resources(pdev: *mut platform_device, list: Vec<resource>) -> Result<()> {
    // SAFETY: the caller's device.
    let owned = unsafe { owned(pdev)? };
    owned.resources = list;
    owned.pdev.num_resources = owned.resources.len() as u32;
    owned.pdev.resource = owned.resources.as_mut_ptr();
    Ok(())
}

pub(super) unsafe fn add_resources_c(pdev: *mut platform_device, res: *const resource, num: c_uint) -> c_int {
    let list = if res.is_null() {
        Vec::new()
    } else {
        // SAFETY: the caller's array.
        unsafe { core::slice::from_raw_parts(res, num as usize) }.to_vec()
    };
    // SAFETY: the caller's device.
    to_c(unsafe { set_resources(pdev, list) })
}

pub(super) unsafe fn add_data_c(pdev: *mut platform_device, data: *const c_void, size: usize) -> c_int {
    // SAFETY: the caller's device and data, which have room for a copy.
    let add = || unsafe {
        let owned = owned(pdev)?;
        owned.data = alloc::vec![0; if data.is_null() { 0 } else { size.div_ceil(8) }];
        let copy = owned.data.as_mut_ptr();
        if !data.is_null() {
            ptr::copy_nonoverlapping(data.cast::<u8>(), copy.cast::<u8>(), size);
        }
        owned.pdev.dev.platform_data = if data.is_null() { ptr::null_mut() } else { copy.cast() };
        Ok(())
    };
    to_c(add())
}

/// Registers a device: `NAME`, `NAME.ID`, or with a number of its own.
pub(super) unsafe fn add(pdev: *mut platform_device) -> Result<()> {
    // SAFETY: the caller's device.
    unsafe {
        let pdev = pdev.as_mut().ok_or(Errno::EINVAL)?;
        prepare(pdev);
        if pdev.dev.kobj.name.is_null() && pdev.dev.init_name.is_null() {
            let name = CStr::from_ptr(pdev.name).to_string_lossy();
            let full = match pdev.id {
                bindings::PLATFORM_DEVID_NONE => format!("{name}"),
                bindings::PLATFORM_DEVID_AUTO => {
                    pdev.id = NEXT_ID.fetch_add(1, Relaxed);
                    pdev.id_auto = true;
                    format!("{name}.{}.auto", pdev.id)
                }
                id => format!("{name}.{id}"),
            };
            core_device::set_name(&raw mut pdev.dev, CString::new(full).map_err(|_| Errno::EINVAL)?);
        }
        core_device::register(&raw mut pdev.dev)
    }
}

pub(super) unsafe fn add_c(pdev: *mut platform_device) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { add(pdev) })
}

pub(super) unsafe fn del(pdev: *mut platform_device) {
    if !pdev.is_null() {
        // SAFETY: the caller's device.
        unsafe { core_device::del(&raw mut (*pdev).dev) };
    }
}

pub(super) unsafe fn put(pdev: *mut platform_device) {
    if Errno::check_ptr(pdev).is_ok_and(|p| !p.is_null()) {
        // SAFETY: the caller's device.
        unsafe { core_device::put(&raw mut (*pdev).dev) };
    }
}

pub(super) unsafe fn register_c(pdev: *mut platform_device) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        core_device::initialize(&raw mut (*pdev).dev);
        add_c(pdev)
    }
}

pub(super) unsafe fn unregister(pdev: *mut platform_device) {
    // SAFETY: the caller's device.
    unsafe {
        del(pdev);
        put(pdev);
    }
}

/// All but properties that code gives: there is no device tree node to keep them.
pub(super) unsafe fn register_full(info: *const platform_device_info) -> *mut platform_device {
    // SAFETY: the caller's description.
    let info = unsafe { &*info };
    let make = || {
        if !info.properties.is_null() {
            return Err(Errno::EOPNOTSUPP);
        }
        // SAFETY: the caller's name.
        let pdev = unsafe { allocate_c(info.name, info.id) };
        // SAFETY: just made; the caller's parts.
        let result = unsafe {
            (*pdev).dev.parent = info.parent;
            (*pdev).dev.fwnode = info.fwnode;
            (*pdev).dev.of_node = crate::of::Node::raw_or_null(crate::of::from_fwnode(info.fwnode));
            (*pdev).dev.set_of_node_reused(info.of_node_reused);
            if info.dma_mask != 0 {
                (*pdev).platform_dma_mask = info.dma_mask;
                (*pdev).dev.dma_mask = &raw mut (*pdev).platform_dma_mask;
                (*pdev).dev.coherent_dma_mask = info.dma_mask;
            }
            Errno::check(add_resources_c(pdev, info.res, info.num_res))
                .and_then(|_| Errno::check(add_data_c(pdev, info.data, info.size_data)))
                .and_then(|_| add(pdev))
        };
        // SAFETY: the reference that was made with it.
        result.map(|()| pdev).inspect_err(|_| unsafe { put(pdev) })
    };
    ptr_to_c(make())
}

pub(super) unsafe fn add_devices(devs: *mut *mut platform_device, num: c_int) -> c_int {
    for i in 0..usize::try_from(num).unwrap_or(0) {
        // SAFETY: the caller's list.
        unsafe {
            let result = register_c(devs.add(i).read());
            if result != 0 {
                (0..i).rev().for_each(|done| unregister(devs.add(done).read()));
                return result;
            }
        }
    }
    0
}
