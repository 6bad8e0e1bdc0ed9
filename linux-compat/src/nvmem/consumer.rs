// SPDX-License-Identifier: GPL-2.0-only
//! Whole memories, for those who use them directly.

use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uint, c_void};
use core::ptr::{null, with_exposed_provenance_mut};

use super::provider::{PROVIDERS, Provider, cell, provider};
use crate::bindings::{device, device_node, nvmem_cell_info, nvmem_device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;

crate::exports! {
    family "nvmem";
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_get(dev: *mut device, name: *const c_char) -> *mut nvmem_device = get;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn of_nvmem_device_get(np: *mut device_node, name: *const c_char) -> *mut nvmem_device = get_by_node;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn devm_nvmem_device_get(dev: *mut device, name: *const c_char) -> *mut nvmem_device = get_managed;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_put(nvmem: *mut nvmem_device) -> () = put;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn devm_nvmem_device_put(dev: *mut device, nvmem: *mut nvmem_device) -> () = put_managed;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_read(nvmem: *mut nvmem_device, offset: c_uint, bytes: usize, buf: *mut c_void) -> c_int = read;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_write(nvmem: *mut nvmem_device, offset: c_uint, bytes: usize, buf: *mut c_void) -> c_int = write;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_cell_read(nvmem: *mut nvmem_device, info: *mut nvmem_cell_info, buf: *mut c_void) -> isize = cell_read;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_device_cell_write(nvmem: *mut nvmem_device, info: *mut nvmem_cell_info, buf: *mut c_void) -> c_int = cell_write;
    [any, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_dev_name(nvmem: *mut nvmem_device) -> *const c_char = name;
    [any, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_dev_size(nvmem: *mut nvmem_device) -> usize = size;
}

/// The memory that a user's node names by `nvmem` and `nvmem-names`.
fn of_node(node: Node, id: Option<&CStr>) -> Result<Arc<Provider>> {
    let index = match id {
        None => 0,
        Some(id) => {
            let names = node.property(b"nvmem-names").ok_or(Errno::ENOENT)?;
            names.strings().position(|name| name == id).ok_or(Errno::ENOENT)?
        }
    };
    let handle = node.property(b"nvmem").and_then(|p| p.cells().nth(index)).ok_or(Errno::ENOENT)?;
    let is_it = |p: &&Arc<Provider>| p.node.is_some_and(|n| n.phandle() == handle);
    PROVIDERS.lock().iter().find(is_it).cloned().ok_or(Errno::EPROBE_DEFER)
}

unsafe fn text<'a>(raw: *const c_char) -> Option<&'a CStr> {
    // SAFETY: null or a string of the C caller's.
    (!raw.is_null()).then(|| unsafe { CStr::from_ptr(raw) })
}

unsafe fn get_by_node(np: *mut device_node, name: *const c_char) -> *mut nvmem_device {
    // SAFETY: the C caller's node and string.
    let found = unsafe { Node::from_raw(np).ok_or(Errno::ENOENT).and_then(|n| of_node(n, text(name))) };
    ptr_to_c(found.map(Provider::into_c))
}

/// By the device's node, or else by the memory's name.
pub(super) unsafe fn get(dev: *mut device, id: *const c_char) -> *mut nvmem_device {
    // SAFETY: the C caller's device and string.
    unsafe {
        if let Some(node) = dev.as_ref().and_then(|dev| Node::from_raw(dev.of_node)) {
            let found = of_node(node, text(id));
            if !matches!(found, Err(Errno::ENOENT)) {
                return ptr_to_c(found.map(Provider::into_c));
            }
        }
        let wanted = text(id).map(CStr::to_bytes).unwrap_or_default();
        let is_it = |p: &&Arc<Provider>| p.nvmem.info().name.as_bytes() == wanted;
        let found = PROVIDERS.lock().iter().find(is_it).cloned().ok_or(Errno::ENOENT);
        ptr_to_c(found.map(Provider::into_c))
    }
}

unsafe fn get_managed(dev: *mut device, id: *const c_char) -> *mut nvmem_device {
    // SAFETY: the C caller's device and string.
    unsafe {
        let found = get(dev, id);
        if Errno::check_ptr(found).is_err() {
            return found;
        }
        let address = found.expose_provenance();
        let release = move || put(with_exposed_provenance_mut(address));
        ptr_to_c(devres::add(dev, Key("nvmem_device", address), release).map(|()| found))
    }
}

pub(super) unsafe fn put(raw: *mut nvmem_device) {
    if Errno::check_ptr(raw).is_ok_and(|r| !r.is_null()) {
        // SAFETY: a reference of `get`, given back once.
        drop(unsafe { Arc::from_raw(raw.cast::<Provider>().cast_const()) });
    }
}

unsafe fn put_managed(dev: *mut device, raw: *mut nvmem_device) {
    // SAFETY: the C caller's device.
    unsafe { devres::release(dev, Key("nvmem_device", raw.addr())) };
}

/// How many bytes were read.
pub(super) unsafe fn read(raw: *mut nvmem_device, offset: c_uint, bytes: usize, buf: *mut c_void) -> c_int {
    // SAFETY: the C caller's memory, and as much room as it says.
    int_to_c(unsafe {
        provider(raw).and_then(|p| {
            let into = core::slice::from_raw_parts_mut(buf.cast::<u8>(), bytes);
            Ok(p.nvmem.read(offset as usize, into)? as c_int)
        })
    })
}

/// How many bytes were written.
pub(super) unsafe fn write(raw: *mut nvmem_device, offset: c_uint, bytes: usize, buf: *mut c_void) -> c_int {
    // SAFETY: the C caller's memory, and as many bytes as it says.
    int_to_c(unsafe {
        provider(raw).and_then(|p| {
            let from = core::slice::from_raw_parts(buf.cast::<u8>(), bytes);
            Ok(p.nvmem.write(offset as usize, from)? as c_int)
        })
    })
}

unsafe fn cell_read(raw: *mut nvmem_device, info: *mut nvmem_cell_info, buf: *mut c_void) -> isize {
    // SAFETY: the C caller's memory and description, and room for the cell.
    let result = unsafe {
        provider(raw).and_then(|p| {
            let bytes = p.nvmem.read_cell(&cell(&*info))?;
            buf.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            Ok(bytes.len() as isize)
        })
    };
    result.unwrap_or_else(|error| error.to_c() as isize)
}

unsafe fn cell_write(raw: *mut nvmem_device, info: *mut nvmem_cell_info, buf: *mut c_void) -> c_int {
    // SAFETY: the C caller's memory and description, and as many bytes as the cell has.
    to_c(unsafe {
        provider(raw).and_then(|p| {
            let cell = cell(&*info);
            let len = if cell.bits == 0 { cell.bytes } else { cell.bits.div_ceil(8) };
            Ok(p.nvmem.write_cell(&cell, core::slice::from_raw_parts(buf.cast::<u8>(), len))?)
        })
    })
}

unsafe fn name(raw: *mut nvmem_device) -> *const c_char {
    // SAFETY: the C caller's memory.
    unsafe { provider(raw) }.map_or(null(), Provider::name)
}

unsafe fn size(raw: *mut nvmem_device) -> usize {
    // SAFETY: the C caller's memory.
    unsafe { provider(raw) }.map_or(0, |p| p.nvmem.info().size)
}
