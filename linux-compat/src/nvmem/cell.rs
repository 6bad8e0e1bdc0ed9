// SPDX-License-Identifier: GPL-2.0-only
//! Cells, as their users have them: found by `nvmem-cells` and `nvmem-cell-names` of the user's node.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::with_exposed_provenance_mut;

use io::nvmem::Cell;

use super::provider::{PROVIDERS, Provider};
use crate::bindings::{device, device_node, nvmem_cell};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::{self, Node};

crate::exports! {
    family "nvmem";
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_get(dev: *mut device, id: *const c_char) -> *mut nvmem_cell = get;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn of_nvmem_cell_get(np: *mut device_node, id: *const c_char) -> *mut nvmem_cell = get_by_node;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn devm_nvmem_cell_get(dev: *mut device, id: *const c_char) -> *mut nvmem_cell = get_managed;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_put(cell: *mut nvmem_cell) -> () = put;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn devm_nvmem_cell_put(dev: *mut device, cell: *mut nvmem_cell) -> () = put_managed;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read(cell: *mut nvmem_cell, len: *mut usize) -> *mut c_void = read;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_write(cell: *mut nvmem_cell, buf: *mut c_void, len: usize) -> c_int = write;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_u8(dev: *mut device, cell_id: *const c_char, val: *mut u8) -> c_int = read_u8;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_u16(dev: *mut device, cell_id: *const c_char, val: *mut u16) -> c_int = read_u16;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_u32(dev: *mut device, cell_id: *const c_char, val: *mut u32) -> c_int = read_u32;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_u64(dev: *mut device, cell_id: *const c_char, val: *mut u64) -> c_int = read_u64;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_variable_le_u32(dev: *mut device, cell_id: *const c_char, val: *mut u32) -> c_int = read_variable_u32;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_cell_read_variable_le_u64(dev: *mut device, cell_id: *const c_char, val: *mut u64) -> c_int = read_variable_u64;
}

/// What is behind a `struct nvmem_cell`.
struct Use {
    provider: Arc<Provider>,
    cell: Cell,
}

/// The name of C, if there is one.
unsafe fn text<'a>(raw: *const c_char) -> Option<&'a CStr> {
    // SAFETY: null or a string of the C caller's.
    (!raw.is_null()).then(|| unsafe { CStr::from_ptr(raw) })
}

/// The node of entry `index` of a list; each may be followed by as many arguments as its node says.
fn nth(mut handles: impl Iterator<Item = u32>, index: usize) -> Option<Node> {
    for n in 0..=index {
        let handle = handles.next()?;
        let mut all = core::iter::successors(of::root(), |node| node.next());
        let node = all.find(|node| node.phandle() == handle)?;
        if n == index {
            return Some(node);
        }
        (0..node.u32(b"#nvmem-cell-cells").unwrap_or(0)).for_each(|_| _ = handles.next());
    }
    None
}

/// The cell that a user's node calls `id`, or its first.
fn find(node: Node, id: Option<&CStr>) -> Result<Use> {
    let index = match id {
        None => 0,
        Some(id) => {
            let names = node.property(b"nvmem-cell-names").ok_or(Errno::ENOENT)?;
            names.strings().position(|name| name == id).ok_or(Errno::ENOENT)?
        }
    };
    let handles = node.property(b"nvmem-cells").ok_or(Errno::ENOENT)?;
    let cell_node = nth(handles.cells(), index).ok_or(Errno::ENOENT)?;
    let memory = cell_node.parent().ok_or(Errno::EINVAL)?;
    let memory = if memory.name().to_bytes() == b"nvmem-layout" { memory.parent() } else { Some(memory) };
    let provider = PROVIDERS.lock().iter().find(|p| p.node == memory).cloned().ok_or(Errno::EPROBE_DEFER)?;
    let cell = provider.cell_of_node(cell_node)?;
    Ok(Use { provider, cell })
}

impl Use {
    fn read(&self) -> Result<Vec<u8>> {
        let mut bytes = self.provider.nvmem.read_cell(&self.cell)?;
        let hooks = self.provider.hooks.lock();
        let hook = hooks.iter().find(|(name, ..)| *name == self.cell.name).map(|(_, f, data)| (*f, *data));
        drop(hooks);
        if let Some((Some(process), data)) = hook {
            // SAFETY: the driver's function, with the bytes of its cell.
            let code = unsafe {
                process(
                    with_exposed_provenance_mut(data),
                    core::ptr::null(),
                    0,
                    self.cell.offset as u32,
                    bytes.as_mut_ptr().cast(),
                    bytes.len(),
                )
            };
            Errno::check(code)?;
        }
        Ok(bytes)
    }
}

/// The bytes of the cell that a node calls `name`.
///
/// # Errors
/// `ENOENT` if it has none of that name, `EPROBE_DEFER` if the memory has no driver yet, or the memory's own.
pub(crate) fn read_of_node(node: Node, name: Option<&CStr>) -> Result<Vec<u8>> {
    find(node, name)?.read()
}

unsafe fn get_by_node(np: *mut device_node, id: *const c_char) -> *mut nvmem_cell {
    // SAFETY: the C caller's node and string.
    let found = unsafe { Node::from_raw(np).ok_or(Errno::ENOENT).and_then(|node| find(node, text(id))) };
    ptr_to_c(found.map(|cell| Box::into_raw(Box::new(cell)).cast()))
}

unsafe fn get(dev: *mut device, id: *const c_char) -> *mut nvmem_cell {
    // SAFETY: the C caller's device and string.
    unsafe { get_by_node((*dev).of_node, id) }
}

unsafe fn get_managed(dev: *mut device, id: *const c_char) -> *mut nvmem_cell {
    // SAFETY: the C caller's device and string.
    unsafe {
        let cell = get(dev, id);
        if Errno::check_ptr(cell).is_err() {
            return cell;
        }
        let address = cell.expose_provenance();
        let release = move || put(with_exposed_provenance_mut(address));
        ptr_to_c(devres::add(dev, Key("nvmem_cell", address), release).map(|()| cell))
    }
}

unsafe fn put(cell: *mut nvmem_cell) {
    if Errno::check_ptr(cell).is_ok_and(|c| !c.is_null()) {
        // SAFETY: of `get`, and given back once.
        drop(unsafe { Box::from_raw(cell.cast::<Use>()) });
    }
}

unsafe fn put_managed(dev: *mut device, cell: *mut nvmem_cell) {
    // SAFETY: the C caller's device.
    unsafe { devres::release(dev, Key("nvmem_cell", cell.addr())) };
}

/// A copy of the bytes that `kfree` frees; null if there is no memory.
#[cfg(linked)]
fn duplicate(bytes: &[u8]) -> *mut c_void {
    // SAFETY: room for as many bytes as are copied.
    unsafe {
        let memory = crate::bindings::kmalloc(bytes.len().max(1) as _, 0);
        if !memory.is_null() {
            memory.cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        memory
    }
}

/// The kernel library is not linked into host tests; its memory is given up.
#[cfg(not(linked))]
fn duplicate(bytes: &[u8]) -> *mut c_void {
    Box::leak(bytes.to_vec().into_boxed_slice()).as_mut_ptr().cast()
}

/// The bytes in memory that the C caller frees with `kfree`.
unsafe fn read(cell: *mut nvmem_cell, len: *mut usize) -> *mut c_void {
    let copy = || {
        // SAFETY: the C caller's cell.
        let bytes = unsafe { cell.cast::<Use>().as_ref() }.ok_or(Errno::EINVAL)?.read()?;
        let memory = duplicate(&bytes);
        if memory.is_null() {
            return Err(Errno::ENOMEM);
        }
        // SAFETY: null or the C caller's variable.
        unsafe { len.as_mut() }.into_iter().for_each(|l| *l = bytes.len());
        Ok(memory)
    };
    ptr_to_c(copy())
}

unsafe fn write(cell: *mut nvmem_cell, buf: *mut c_void, len: usize) -> c_int {
    // SAFETY: the C caller's cell, and as many bytes as it says.
    unsafe {
        let Some(cell) = cell.cast::<Use>().as_ref() else { return Errno::EINVAL.to_c() };
        let bytes = core::slice::from_raw_parts(buf.cast::<u8>(), len);
        cell.provider.nvmem.write_cell(&cell.cell, bytes).map_or_else(|e| Errno::from(e).to_c(), |()| len as c_int)
    }
}

/// The bytes of the cell that a device calls `id`.
unsafe fn bytes(dev: *mut device, id: *const c_char) -> Result<Vec<u8>> {
    // SAFETY: the C caller's device and string.
    unsafe { Node::from_raw((*dev).of_node).ok_or(Errno::ENOENT).and_then(|node| find(node, text(id)))?.read() }
}

macro_rules! numbers {
    ($($exact:ident $type:ty;)*) => {$(
        unsafe fn $exact(dev: *mut device, id: *const c_char, val: *mut $type) -> c_int {
            // SAFETY: the C caller's device, string and variable.
            to_c(unsafe {
                bytes(dev, id).and_then(|bytes| {
                    let bytes = bytes.as_slice().try_into().map_err(|_| Errno::EINVAL)?;
                    Ok(val.write(<$type>::from_le_bytes(bytes)))
                })
            })
        }
    )*};
}

numbers! {
    read_u8 u8;
    read_u16 u16;
    read_u32 u32;
    read_u64 u64;
}

/// A number of up to `most` bytes, low one first.
unsafe fn variable(dev: *mut device, id: *const c_char, most: usize) -> Result<u64> {
    // SAFETY: the C caller's device and string.
    let bytes = unsafe { bytes(dev, id) }?;
    if bytes.len() > most {
        return Err(Errno::ERANGE);
    }
    Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

unsafe fn read_variable_u32(dev: *mut device, id: *const c_char, val: *mut u32) -> c_int {
    // SAFETY: the C caller's device, string and variable.
    to_c(unsafe { variable(dev, id, 4).map(|n| val.write(n as u32)) })
}

unsafe fn read_variable_u64(dev: *mut device, id: *const c_char, val: *mut u64) -> c_int {
    // SAFETY: the C caller's device, string and variable.
    to_c(unsafe { variable(dev, id, 8).map(|n| val.write(n)) })
}

