// SPDX-License-Identifier: GPL-2.0-only
//! Registering a memory.

use crate::context::Guarded;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uint, c_void};
use core::ptr::with_exposed_provenance_mut;

use io::Fault;
use io::nvmem::{self, Cell, Info, Memory, Nvmem};
use kernel::sync::SpinLock;

use crate::bindings::{self, device, nvmem_cell_info, nvmem_config, nvmem_device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::Node;

crate::exports! {
    family "nvmem";
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_register(cfg: *const nvmem_config) -> *mut nvmem_device = register;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_unregister(nvmem: *mut nvmem_device) -> () = unregister;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn devm_nvmem_register(dev: *mut device, cfg: *const nvmem_config) -> *mut nvmem_device = register_managed;
    [sleeps, supported, "nvmem::tests::a_driver_s_memory_is_registered_and_read"]
    fn nvmem_add_one_cell(nvmem: *mut nvmem_device, info: *const nvmem_cell_info) -> c_int = add_one_cell;
}

/// Changes what was read of a cell, by the driver's knowledge.
pub(super) type PostProcess = bindings::nvmem_cell_post_process_t;

/// What is behind a `struct nvmem_device`.
pub(super) struct Provider {
    pub(super) nvmem: Arc<Nvmem>,
    /// The node that cells are below.
    pub(super) node: Option<Node>,
    /// Functions that cells of the driver are read through, by name.
    pub(super) hooks: SpinLock<Vec<(String, PostProcess, usize)>>,
    fixup: Option<unsafe extern "C" fn(*mut nvmem_device, *mut nvmem_cell_info)>,
    name: alloc::ffi::CString,
    _id: Id,
}

/// A memory's number: the lowest that no other has, as Linux's `nvmem_device::id`.
struct Id(usize);

static IDS: SpinLock<Vec<bool>> = SpinLock::new(Vec::new());

impl Id {
    fn take() -> Self {
        let mut ids = IDS.lock();
        let free = ids.iter().position(|used| !used);
        match free.and_then(|at| ids.get_mut(at)) {
            Some(used) => *used = true,
            None => ids.push(true),
        }
        Self(free.unwrap_or(ids.len() - 1))
    }
}

impl Drop for Id {
    fn drop(&mut self) {
        if let Some(used) = IDS.lock().get_mut(self.0) {
            *used = false;
        }
    }
}

/// `NVMEM_DEVID_NONE`, `NVMEM_DEVID_AUTO`: a name without a number, and one with the memory's own.
const NO_NUMBER: c_int = -1;
const OWN_NUMBER: c_int = -2;

/// All memories of C drivers; consumers find them by node.
pub(super) static PROVIDERS: SpinLock<Vec<Arc<Provider>>> = SpinLock::new(Vec::new());

/// A driver's memory.
struct Driver {
    read: bindings::nvmem_reg_read_t,
    write: bindings::nvmem_reg_write_t,
    private: usize,
    keepouts: Vec<bindings::nvmem_keepout>,
    /// The provider; may be null.
    device: *const device,
}

// SAFETY: the operations are called by one thread at a time; keep-outs are numbers.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

impl Driver {
    fn private(&self) -> *mut c_void {
        with_exposed_provenance_mut(self.private)
    }

    /// The bytes of a keep-out that are within `len` bytes from `offset`, and what stands for them.
    fn kept_out(&self, offset: usize, len: usize) -> impl Iterator<Item = (core::ops::Range<usize>, u8)> {
        self.keepouts.iter().filter_map(move |k| {
            let start = (k.start as usize).max(offset);
            let end = (k.end as usize).min(offset + len);
            (start < end).then(|| (start - offset..end - offset, k.value))
        })
    }
}

fn checked(code: c_int) -> core::result::Result<(), Fault> {
    Errno::check(code).map(|_| ()).map_err(Fault::from)
}

impl Memory for Driver {
    fn read(&self, offset: usize, into: &mut [u8]) -> core::result::Result<(), Fault> {
        let read = self.read.ok_or(Fault::NotPermitted)?;
        // SAFETY: the driver's operation, with room for what it is asked for.
        checked(unsafe { read.guarded(self.device, (self.private(), offset as c_uint, into.as_mut_ptr().cast(), into.len())) })?;
        for (range, value) in self.kept_out(offset, into.len()) {
            into.get_mut(range).into_iter().for_each(|part| part.fill(value));
        }
        Ok(())
    }

    fn write(&self, offset: usize, from: &[u8]) -> core::result::Result<(), Fault> {
        let write = self.write.ok_or(Fault::NotPermitted)?;
        if self.kept_out(offset, from.len()).next().is_some() {
            return Err(Fault::NotPermitted);
        }
        let mut bytes = from.to_vec();
        // SAFETY: the driver's operation, with as many bytes as it is told.
        checked(unsafe { write(self.private(), offset as c_uint, bytes.as_mut_ptr().cast(), bytes.len()) })
    }
}

/// A cell as a driver or the device tree describes it.
pub(super) fn cell(info: &nvmem_cell_info) -> Cell {
    // SAFETY: null or a string of the driver's.
    let name = unsafe { (!info.name.is_null()).then(|| CStr::from_ptr(info.name)) };
    let mut cell = Cell {
        name: name.map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
        offset: info.offset as usize,
        bytes: info.bytes as usize,
        bit: (info.bit_offset % 8) as u8,
        bits: info.nbits as usize,
    };
    if cell.bits != 0 {
        cell.offset += info.bit_offset as usize / 8;
        cell.bytes = (cell.bits + usize::from(cell.bit)).div_ceil(8);
    }
    cell
}

impl Provider {
    /// The cell that a node below the memory's describes.
    pub(super) fn cell_of_node(&self, node: Node) -> Result<Cell> {
        let mut reg = node.property(b"reg").ok_or(Errno::EINVAL)?.cells();
        let (offset, bytes) = (reg.next().ok_or(Errno::EINVAL)?, reg.next().ok_or(Errno::EINVAL)?);
        let mut bits = node.property(b"bits").map(|p| p.cells()).into_iter().flatten();
        let (bit_offset, nbits) = (bits.next().unwrap_or(0), bits.next().unwrap_or(0));
        // SAFETY: a structure of C, for which zero is the beginning.
        let mut info: nvmem_cell_info = unsafe { core::mem::zeroed() };
        info.name = node.name().as_ptr();
        (info.offset, info.bytes, info.bit_offset, info.nbits) = (offset, bytes, bit_offset, nbits);
        info.np = node.as_raw();
        if let Some(fixup) = self.fixup {
            // SAFETY: the driver's function; it knows its memory by this pointer.
            unsafe { fixup(core::ptr::from_ref(self).cast_mut().cast(), &raw mut info) };
        }
        if info.read_post_process.is_some() {
            let hook = (node.name().to_string_lossy().into_owned(), info.read_post_process, info.priv_.addr());
            self.hooks.lock().push(hook);
        }
        Ok(cell(&info))
    }

    /// The nodes that are cells: of the `fixed-layout` below the memory, or old style, those right below.
    fn cell_nodes(&self, legacy: bool) -> Vec<Node> {
        let Some(node) = self.node else { return Vec::new() };
        let layout = node.child(b"nvmem-layout").filter(|n| n.is_compatible(b"fixed-layout"));
        let is_cell = |n: &Node| n.property(b"reg").is_some();
        let old = node.children().filter(|n| legacy && n.property(b"compatible").is_none());
        let new = layout.into_iter().flat_map(Node::children);
        old.chain(new).filter(is_cell).collect()
    }

    pub(super) fn name(&self) -> *const core::ffi::c_char {
        self.name.as_ptr()
    }

    /// The pointer that C has, which holds a reference.
    pub(super) fn into_c(self: Arc<Self>) -> *mut nvmem_device {
        Arc::into_raw(self).cast_mut().cast()
    }
}

/// The memory behind a C pointer.
///
/// # Safety
/// `raw` must be of [`Provider::into_c`], and its reference not given back.
pub(super) unsafe fn provider<'a>(raw: *mut nvmem_device) -> Result<&'a Provider> {
    Errno::check_ptr(raw)?;
    // SAFETY: as the caller says.
    unsafe { raw.cast::<Provider>().as_ref() }.ok_or(Errno::EINVAL)
}

/// # Safety
/// The configuration must be one as Linux documents it; what it points to stays while the memory is registered.
unsafe fn make(config: &nvmem_config) -> Result<Arc<Provider>> {
    let dev = config.dev;
    if dev.is_null() {
        return Err(Errno::EINVAL);
    }
    if config.reg_read.is_none() && config.reg_write.is_none() {
        return Err(Errno::EINVAL);
    }
    let at_least_one = |n: c_int| usize::try_from(n).unwrap_or(0).max(1);
    // SAFETY: the driver's device and strings.
    let (device_name, base, node) = unsafe {
        let base = (!config.name.is_null()).then(|| CStr::from_ptr(config.name).to_string_lossy().into_owned());
        let node = if config.of_node.is_null() { (*dev).of_node } else { config.of_node };
        (crate::device::name(dev).to_string_lossy().into_owned(), base, Node::from_raw(node))
    };
    let id = Id::take();
    let name = match (base, config.id) {
        (base, NO_NUMBER) => base.unwrap_or(device_name),
        (Some(base), OWN_NUMBER) => base + &id.0.to_string(),
        (None, _) => alloc::format!("nvmem{}", id.0),
        (Some(base), number) => base + &number.to_string(),
    };
    let read_only = config.read_only
        || config.reg_write.is_none()
        || node.is_some_and(|n| n.property(b"read-only").is_some());
    let info = Info {
        name,
        size: usize::try_from(config.size).map_err(|_| Errno::EINVAL)?,
        word: at_least_one(config.word_size),
        stride: at_least_one(config.stride),
        read_only,
        secret: config.root_only,
    };
    let keepouts = if config.keepout.is_null() {
        Vec::new()
    } else {
        // SAFETY: the driver's table, of that length.
        unsafe { core::slice::from_raw_parts(config.keepout, config.nkeepout as usize) }.to_vec()
    };
    let driver = Driver {
        read: config.reg_read,
        write: config.reg_write,
        private: config.priv_.expose_provenance(),
        keepouts,
        device: config.dev,
    };
    let nvmem = nvmem::register(info, Box::new(driver))?;
    let text = alloc::ffi::CString::new(nvmem.info().name.as_bytes()).unwrap_or_default();
    let hooks = SpinLock::new(Vec::new());
    let provider = Arc::new(Provider { nvmem, node, hooks, fixup: config.fixup_dt_cell_info, name: text, _id: id });
    // SAFETY: the driver's table, of that length.
    unsafe { add_cells(&provider, config) };
    PROVIDERS.lock().push(provider.clone());
    Ok(provider)
}

/// The driver's own cells, and those of the device tree. One that does not fit is left out, and said.
///
/// # Safety
/// As [`make`].
unsafe fn add_cells(provider: &Provider, config: &nvmem_config) {
    let count = usize::try_from(config.ncells).unwrap_or(0);
    for n in 0..if config.cells.is_null() { 0 } else { count } {
        // SAFETY: within the driver's table.
        add_cell(provider, unsafe { &*config.cells.add(n) }).ok();
    }
    for node in provider.cell_nodes(config.add_legacy_fixed_of_cells) {
        let added = provider.cell_of_node(node).and_then(|c| provider.nvmem.add_cell(c).map_err(Errno::from));
        if let Err(error) = added {
            log::warn!("{}: cell {node}: error {}", provider.nvmem.info().name, error.0);
        }
    }
}

fn add_cell(provider: &Provider, info: &nvmem_cell_info) -> Result<()> {
    let cell = cell(info);
    if info.read_post_process.is_some() {
        let hook = (cell.name.clone(), info.read_post_process, info.priv_.expose_provenance());
        provider.hooks.lock().push(hook);
    }
    Ok(provider.nvmem.add_cell(cell)?)
}

pub(super) unsafe fn register(config: *const nvmem_config) -> *mut nvmem_device {
    // SAFETY: the C caller's configuration.
    ptr_to_c(unsafe { make(&*config) }.map(Provider::into_c))
}

pub(super) unsafe fn unregister(raw: *mut nvmem_device) {
    // SAFETY: the C caller's memory, given back once.
    unsafe {
        let Ok(provider) = provider(raw) else { return };
        provider.nvmem.unregister();
        PROVIDERS.lock().retain(|p| !core::ptr::eq(&**p, provider));
        drop(Arc::from_raw(raw.cast::<Provider>().cast_const()));
    }
}

/// Registers a memory until the driver lets go of `dev`.
///
/// # Safety
/// As `devm_nvmem_register` of Linux.
pub(crate) unsafe fn register_managed(dev: *mut device, config: *const nvmem_config) -> *mut nvmem_device {
    // SAFETY: as the caller says.
    unsafe {
        let made = register(config);
        if Errno::check_ptr(made).is_err() {
            return made;
        }
        let address = made.expose_provenance();
        let added = devres::add(dev, Key("nvmem", address), move || unregister(with_exposed_provenance_mut(address)));
        ptr_to_c(added.map(|()| made))
    }
}

unsafe fn add_one_cell(raw: *mut nvmem_device, info: *const nvmem_cell_info) -> c_int {
    // SAFETY: the C caller's memory and description.
    to_c(unsafe { provider(raw).and_then(|p| add_cell(p, &*info)) })
}
