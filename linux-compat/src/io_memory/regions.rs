// SPDX-License-Identifier: GPL-2.0-only
//! Who has which addresses: `request_mem_region` and its kin. Regions do not overlap.

use super::map::text;
use crate::bindings::{self, device, resource};
use crate::device::devres;
use crate::errno::{Errno, Result, to_c};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::ops::Range;
use core::ptr;
use kernel::sync::SpinLock;

/// The root of a tree of resources: everything.
const fn whole(flags: u32) -> resource {
    // SAFETY: all fields may be zero.
    let mut root: resource = unsafe { core::mem::zeroed() };
    root.end = u64::MAX;
    root.flags = flags as u64;
    root
}

crate::exports_data! {
    family "io_memory";
    [any, supported, "io_memory::tests::regions_do_not_overlap"]
    static ioport_resource: resource = whole(bindings::IORESOURCE_IO);
    [any, supported, "io_memory::tests::regions_do_not_overlap"]
    static iomem_resource: resource = whole(bindings::IORESOURCE_MEM);
}

crate::exports! {
    family "io_memory";
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn __request_region(root: *mut resource, start: u64, n: u64, name: *const c_char, flags: c_int) -> *mut resource = request_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn __release_region(root: *mut resource, start: u64, n: u64) -> () = release_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn __devm_request_region(dev: *mut device, root: *mut resource, start: u64, n: u64, name: *const c_char) -> *mut resource = devm_request_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn __devm_release_region(dev: *mut device, root: *mut resource, start: u64, n: u64) -> () = devm_release_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn request_resource(root: *mut resource, res: *mut resource) -> c_int = request_resource_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn insert_resource(root: *mut resource, res: *mut resource) -> c_int = request_resource_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn release_resource(res: *mut resource) -> c_int = release_resource_c;
    [atomic, supported, "io_memory::tests::regions_do_not_overlap"]
    fn remove_resource(res: *mut resource) -> c_int = release_resource_c;
}

/// A claimed range. The resource is what C code is handed; null where the claim came from Rust.
struct Region {
    first: u64,
    last: u64,
    /// Who claimed it, for reports.
    owner: String,
    resource: usize,
    /// Whether the resource, and the name it points to, are ours to free.
    owned: bool,
}

static REGIONS: SpinLock<Vec<Region>> = SpinLock::new(Vec::new());

fn claim(region: Region) -> Result<()> {
    let mut regions = REGIONS.lock();
    if region.last < region.first {
        return Err(Errno::EINVAL);
    }
    if let Some(other) = regions.iter().find(|r| r.first <= region.last && region.first <= r.last) {
        let (owner, first, last) = (&other.owner, other.first, other.last);
        log::warn!("{} wants {:#x} to {:#x}: {owner} has {first:#x} to {last:#x}", region.owner, region.first, region.last);
        return Err(Errno::EBUSY);
    }
    regions.push(region);
    Ok(())
}

/// Claims the addresses from `range.start` to `range.end`, both included, if nobody has any of them. The owner is
/// named when somebody else wants them. Context: atomic.
///
/// # Errors
/// `EBUSY`: somebody has some of them.
pub fn request(range: Range<u64>, owner: &[u8]) -> Result<()> {
    let owner = String::from_utf8_lossy(owner).into_owned();
    claim(Region { first: range.start, last: range.end, owner, resource: 0, owned: false })
}

/// Who has an address. Context: atomic.
pub fn owner(address: u64) -> Option<String> {
    REGIONS.lock().iter().find(|r| (r.first..=r.last).contains(&address)).map(|r| r.owner.clone())
}

/// Gives back what [`request`] claimed.
pub fn release(range: Range<u64>) {
    give_back(|r| r.first == range.start && r.last == range.end);
}

/// Forgets the region that is meant; whether there was one.
fn give_back(meant: impl Fn(&Region) -> bool) -> bool {
    let region = {
        let mut regions = REGIONS.lock();
        regions.iter().position(meant).map(|at| regions.swap_remove(at))
    };
    if let Some(Region { resource, owned: true, .. }) = &region {
        let raw: *mut resource = ptr::with_exposed_provenance_mut(*resource);
        // SAFETY: made by `request_c`, and no longer in the list: freed once.
        unsafe {
            let resource = Box::from_raw(raw);
            drop(CString::from_raw(resource.name.cast_mut()));
        }
    }
    region.is_some()
}

pub(super) unsafe fn request_c(
    root: *mut resource,
    start: u64,
    n: u64,
    name: *const c_char,
    flags: c_int,
) -> *mut resource {
    // SAFETY: all fields may be zero.
    let mut resource: Box<resource> = Box::new(unsafe { core::mem::zeroed() });
    resource.start = start;
    resource.end = start.wrapping_add(n).wrapping_sub(1);
    // SAFETY: the caller's name.
    let name = CString::from(unsafe { text(name) });
    let owner = name.to_string_lossy().into_owned();
    resource.name = name.into_raw();
    resource.flags = u64::from(bindings::IORESOURCE_BUSY | flags as u32);
    resource.parent = root;
    let (first, last) = (resource.start, resource.end);
    let raw = Box::into_raw(resource);
    match claim(Region { first, last, owner, resource: raw.expose_provenance(), owned: true }) {
        Ok(()) => raw,
        Err(_) => {
            // SAFETY: just made, and in no list.
            unsafe { drop(CString::from_raw(Box::from_raw(raw).name.cast_mut())) };
            ptr::null_mut()
        }
    }
}

pub(super) fn release_c(_root: *mut resource, start: u64, n: u64) {
    let last = start.wrapping_add(n).wrapping_sub(1);
    if !give_back(|r| r.first == start && r.last == last) {
        log::warn!("release of a region that nobody has: {start:#x} to {last:#x}");
    }
}

pub(super) unsafe fn devm_request_c(
    dev: *mut device,
    root: *mut resource,
    start: u64,
    n: u64,
    name: *const c_char,
) -> *mut resource {
    // SAFETY: as the caller says.
    let resource = unsafe { request_c(root, start, n, name, 0) };
    if resource.is_null() {
        return resource;
    }
    let last = start.wrapping_add(n).wrapping_sub(1);
    let give_back = move || release(start..last);
    // SAFETY: the caller's device.
    match unsafe { devres::add(dev, devres::Key("mem region", start as usize), give_back) } {
        Ok(()) => resource,
        Err(_) => ptr::null_mut(),
    }
}

pub(super) unsafe fn devm_release_c(dev: *mut device, _root: *mut resource, start: u64, _n: u64) {
    // SAFETY: the caller's device.
    unsafe { devres::release(dev, devres::Key("mem region", start as usize)) };
}

pub(super) unsafe fn request_resource_c(root: *mut resource, res: *mut resource) -> c_int {
    // SAFETY: the caller's resource.
    let Some(res) = (unsafe { res.as_mut() }) else { return Errno::EINVAL.to_c() };
    res.parent = root;
    let resource = (&raw mut *res).expose_provenance();
    // SAFETY: the name that the caller gave it, if any.
    let owner = unsafe { text(res.name) }.to_string_lossy().into_owned();
    to_c(claim(Region { first: res.start, last: res.end, owner, resource, owned: false }))
}

pub(super) fn release_resource_c(res: *mut resource) -> c_int {
    let resource = res.addr();
    if give_back(|r| r.resource == resource) { 0 } else { Errno::EINVAL.to_c() }
}
