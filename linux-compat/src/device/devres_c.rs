// SPDX-License-Identifier: GPL-2.0-only
//! The C side of managed resources: `devres_*`, `devm_kmalloc` and its kin, actions.

use super::devres::{Header, Resource, take};
use super::private::with;
use crate::bindings::{self, device};
use crate::errno::{Errno, to_c};
use alloc::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;

/// How C code picks among resources.
type Match = Option<unsafe extern "C" fn(*mut device, *mut c_void, *mut c_void) -> c_int>;
/// What gives a resource back.
type Release = Option<unsafe extern "C" fn(*mut device, *mut c_void)>;
/// Called with each resource.
type Each = Option<unsafe extern "C" fn(*mut device, *mut c_void, *mut c_void)>;
/// A function and its argument.
type Act = Option<unsafe extern "C" fn(*mut c_void)>;

crate::exports! {
    family "device";
    [any, supported, "device::tests::resources_go_in_reverse"]
    fn __devres_alloc_node(release: Release, size: usize, gfp: bindings::gfp_t, nid: c_int, name: *const c_char) -> *mut c_void = allocate;
    [any, supported, "device::tests::resources_go_in_reverse"]
    fn devres_free(res: *mut c_void) -> () = free;
    [atomic, supported, "device::tests::resources_go_in_reverse"]
    fn devres_add(dev: *mut device, res: *mut c_void) -> () = add;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_for_each_res(dev: *mut device, release: Release, wanted: Match, data: *mut c_void, each: Each, argument: *mut c_void) -> () = for_each;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_find(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> *mut c_void = find;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_get(dev: *mut device, new_res: *mut c_void, wanted: Match, data: *mut c_void) -> *mut c_void = get;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_remove(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> *mut c_void = remove;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_destroy(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> c_int = destroy;
    [atomic, supported, "device::tests::resources_are_found"]
    fn devres_release(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> c_int = release_one;
    [atomic, supported, "device::tests::groups_go_together"]
    fn devres_open_group(dev: *mut device, id: *mut c_void, gfp: bindings::gfp_t) -> *mut c_void = open_group;
    [atomic, supported, "device::tests::groups_go_together"]
    fn devres_close_group(dev: *mut device, id: *mut c_void) -> () = close_group;
    [atomic, supported, "device::tests::groups_go_together"]
    fn devres_remove_group(dev: *mut device, id: *mut c_void) -> () = remove_group;
    [atomic, supported, "device::tests::groups_go_together"]
    fn devres_release_group(dev: *mut device, id: *mut c_void) -> c_int = release_group;
    [any, supported, "device::tests::managed_memory"]
    fn devm_kmalloc(dev: *mut device, size: usize, gfp: bindings::gfp_t) -> *mut c_void = kmalloc;
    [any, supported, "device::tests::managed_memory"]
    fn devm_krealloc(dev: *mut device, old: *mut c_void, size: usize, gfp: bindings::gfp_t) -> *mut c_void = krealloc;
    [any, supported, "device::tests::managed_memory"]
    fn devm_kfree(dev: *mut device, p: *const c_void) -> () = kfree;
    [any, supported, "device::tests::managed_memory"]
    fn devm_kmemdup(dev: *mut device, src: *const c_void, len: usize, gfp: bindings::gfp_t) -> *mut c_void = kmemdup;
    [any, supported, "device::tests::managed_memory"]
    fn devm_kstrdup(dev: *mut device, s: *const c_char, gfp: bindings::gfp_t) -> *mut c_char = kstrdup;
    [any, supported, "device::tests::managed_memory"]
    fn devm_kstrdup_const(dev: *mut device, s: *const c_char, gfp: bindings::gfp_t) -> *const c_char = kstrdup_const;
    [any, supported, "device::tests::managed_memory"]
    fn devm_get_free_pages(dev: *mut device, gfp: bindings::gfp_t, order: c_uint) -> c_ulong = get_free_pages;
    [any, supported, "device::tests::managed_memory"]
    fn devm_free_pages(dev: *mut device, addr: c_ulong) -> () = free_pages;
    [atomic, supported, "device::tests::actions"]
    fn __devm_add_action(dev: *mut device, action: Act, data: *mut c_void, name: *const c_char) -> c_int = add_action;
    [atomic, supported, "device::tests::actions"]
    fn devm_remove_action(dev: *mut device, action: Act, data: *mut c_void) -> () = remove_action;
    [atomic, supported, "device::tests::actions"]
    fn devm_release_action(dev: *mut device, action: Act, data: *mut c_void) -> () = release_action;
}

/// `__GFP_ZERO`, a macro with a cast in C.
const GFP_ZERO: bindings::gfp_t = 1 << 8;
/// Data of drivers start at the beginning of a cache line: DMA may go there.
const DMA_ALIGN: usize = 64;

/// Memory of `size` bytes behind a header; null if there is none.
pub(super) fn make(release: Release, size: usize, align: usize, zero: bool) -> *mut c_void {
    let align = align.max(align_of::<Header>());
    let room = size_of::<Header>().next_multiple_of(align);
    let Some(layout) = size.checked_add(room).and_then(|n| Layout::from_size_align(n, align).ok()) else {
        return ptr::null_mut();
    };
    // SAFETY: the layout has room for the header at least; the header lies right before the data.
    unsafe {
        let base = if zero { alloc_zeroed(layout) } else { alloc(layout) };
        if base.is_null() {
            return ptr::null_mut();
        }
        let data = base.add(room);
        data.cast::<Header>().sub(1).write(Header { release, size, align });
        data.expose_provenance();
        data.cast()
    }
}

/// The header of data that [`make`] made.
pub(super) fn header(data: usize) -> *mut Header {
    ptr::with_exposed_provenance_mut::<Header>(data).wrapping_sub(1)
}

/// Whether an address lies in memory that the device manages. Context: any.
///
/// # Safety
/// `dev` is a device.
pub(crate) unsafe fn owns(dev: *mut device, address: usize) -> bool {
    let within = |resource: &Resource| match resource {
        // SAFETY: data in a device's list are of `make`, and stay while they are there.
        Resource::C(data) => address.checked_sub(*data).is_some_and(|at| at < unsafe { (*header(*data)).size }),
        _ => false,
    };
    // SAFETY: the caller's device.
    unsafe { with(dev, |p| p.resources.iter().any(within)) }
}

/// Frees what [`make`] made.
pub(super) fn unmake(data: usize) {
    let header = header(data);
    // SAFETY: `data` came from `make` and is freed once, as the callers of these functions promise.
    unsafe {
        let Header { size, align, .. } = header.read();
        let room = size_of::<Header>().next_multiple_of(align);
        let layout = Layout::from_size_align_unchecked(size + room, align);
        dealloc(ptr::with_exposed_provenance_mut(data - room), layout);
    }
}

/// Calls the release function of a resource and frees it.
pub(super) fn release_data(dev: *mut device, data: usize) {
    // SAFETY: a resource of a list is of `make`; its function is called once.
    unsafe {
        if let Some(release) = (*header(data)).release {
            release(dev, ptr::with_exposed_provenance_mut(data));
        }
    }
    unmake(data);
}

pub(super) fn allocate(
    release: Release,
    size: usize,
    _gfp: bindings::gfp_t,
    _node: c_int,
    _name: *const c_char,
) -> *mut c_void {
    make(release, size, align_of::<Header>(), true)
}

pub(super) fn free(res: *mut c_void) {
    if !res.is_null() {
        unmake(res.addr());
    }
}

pub(super) unsafe fn add(dev: *mut device, res: *mut c_void) {
    // SAFETY: the caller's device.
    unsafe { with(dev, |p| p.resources.push(Resource::C(res.addr()))) };
}

/// The data of a resource, if it is the one that C code means.
pub(super) unsafe fn meant(
    dev: *mut device,
    resource: &Resource,
    release: Release,
    wanted: Match,
    data: *mut c_void,
) -> Option<usize> {
    let Resource::C(found) = resource else { return None };
    // SAFETY: a resource of a list is of `make`; the caller's function judges it.
    unsafe {
        let same = (*header(*found)).release.map(|f| f as usize) == release.map(|f| f as usize);
        let judged = same && wanted.is_none_or(|f| f(dev, ptr::with_exposed_provenance_mut(*found), data) != 0);
        judged.then_some(*found)
    }
}

pub(super) unsafe fn for_each(
    dev: *mut device,
    release: Release,
    wanted: Match,
    data: *mut c_void,
    each: Each,
    argument: *mut c_void,
) {
    let Some(each) = each else { return };
    // SAFETY: the caller's device and functions.
    unsafe {
        let all: Vec<usize> = with(dev, |p| {
            p.resources.iter().rev().filter_map(|r| meant(dev, r, release, wanted, data)).collect()
        });
        all.into_iter().for_each(|res| each(dev, ptr::with_exposed_provenance_mut(res), argument));
    }
}

pub(super) unsafe fn find(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's device and function.
    let found = unsafe {
        with(dev, |p| p.resources.iter().rev().find_map(|r| meant(dev, r, release, wanted, data)))
    };
    found.map_or(ptr::null_mut(), ptr::with_exposed_provenance_mut)
}

pub(super) unsafe fn get(dev: *mut device, new_res: *mut c_void, wanted: Match, data: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's device, function, and resource, which is not in the list yet.
    unsafe {
        let old = find(dev, (*header(new_res.addr())).release, wanted, data);
        if old.is_null() {
            add(dev, new_res);
            return new_res;
        }
        free(new_res);
        old
    }
}

pub(super) unsafe fn remove(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's device and function.
    match unsafe { take(dev, |r| meant(dev, r, release, wanted, data).is_some()) } {
        Some(Resource::C(found)) => ptr::with_exposed_provenance_mut(found),
        _ => ptr::null_mut(),
    }
}

pub(super) unsafe fn destroy(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> c_int {
    // SAFETY: the caller's device and function.
    let found = unsafe { remove(dev, release, wanted, data) };
    free(found);
    if found.is_null() { Errno::ENOENT.to_c() } else { 0 }
}

pub(super) unsafe fn release_one(dev: *mut device, release: Release, wanted: Match, data: *mut c_void) -> c_int {
    // SAFETY: the caller's device and function.
    let found = unsafe { remove(dev, release, wanted, data) };
    if found.is_null() {
        return Errno::ENOENT.to_c();
    }
    release_data(dev, found.addr());
    0
}

pub(super) unsafe fn open_group(dev: *mut device, id: *mut c_void, _gfp: bindings::gfp_t) -> *mut c_void {
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |p| {
            // Without a name of the caller's the group's place names it; no address is as small.
            let id = if id.is_null() { p.resources.len() + 1 } else { id.addr() };
            p.resources.push(Resource::Open(id));
            ptr::without_provenance_mut(id)
        })
    }
}

/// Where a group begins: the last of that name, or without a name the last that is not closed.
pub(super) fn group_start(resources: &[Resource], id: usize) -> Option<usize> {
    resources.iter().rposition(|r| match r {
        Resource::Open(open) if id == 0 => {
            !resources.iter().any(|r| matches!(r, Resource::Close(close) if close == open))
        }
        Resource::Open(open) => *open == id,
        _ => false,
    })
}

pub(super) unsafe fn close_group(dev: *mut device, id: *mut c_void) {
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |p| {
            let open = group_start(&p.resources, id.addr()).and_then(|at| p.resources.get(at));
            if let Some(Resource::Open(open)) = open {
                let close = Resource::Close(*open);
                p.resources.push(close);
            }
        });
    }
}

/// The places from a group's begin to its end, or to the end of the list where it is still open.
pub(super) fn group(resources: &[Resource], id: usize) -> Option<(core::ops::RangeInclusive<usize>, usize)> {
    let start = group_start(resources, id)?;
    let Some(Resource::Open(open)) = resources.get(start) else { return None };
    let end = resources.iter().position(|r| matches!(r, Resource::Close(close) if close == open));
    Some((start..=end.unwrap_or(resources.len() - 1), *open))
}

pub(super) unsafe fn remove_group(dev: *mut device, id: *mut c_void) {
    // SAFETY: the caller's device.
    unsafe {
        with(dev, |p| {
            if let Some((_, name)) = group(&p.resources, id.addr()) {
                p.resources.retain(|r| !matches!(r, Resource::Open(n) | Resource::Close(n) if *n == name));
            }
        });
    }
}

pub(super) unsafe fn release_group(dev: *mut device, id: *mut c_void) -> c_int {
    // SAFETY: the caller's device.
    let taken: Vec<Resource> = unsafe {
        with(dev, |p| {
            let range = group(&p.resources, id.addr()).map(|(range, _)| range);
            range.map_or(Vec::new(), |range| p.resources.drain(range).collect())
        })
    };
    let real = taken.iter().filter(|r| !matches!(r, Resource::Open(_) | Resource::Close(_))).count();
    taken.into_iter().rev().for_each(|resource| resource.release(dev));
    real as c_int
}

/// Memory that is freed with the device's other resources has this for its release function: it marks it.
unsafe extern "C" fn memory(_dev: *mut device, _data: *mut c_void) {}

pub(crate) unsafe fn kmalloc(dev: *mut device, size: usize, gfp: bindings::gfp_t) -> *mut c_void {
    if size == 0 {
        // As Linux's ZERO_SIZE_PTR: not null, and not to be followed.
        return ptr::without_provenance_mut(16);
    }
    let data = make(Some(memory), size, DMA_ALIGN, gfp & GFP_ZERO != 0);
    if !data.is_null() {
        // SAFETY: the caller's device.
        unsafe { add(dev, data) };
    }
    data
}

/// Whether memory is of this device.
pub(super) fn is_memory(resource: &Resource, p: *const c_void) -> bool {
    matches!(resource, Resource::C(data) if *data == p.addr())
}

pub(super) unsafe fn krealloc(dev: *mut device, old: *mut c_void, size: usize, gfp: bindings::gfp_t) -> *mut c_void {
    // SAFETY: the caller's device and memory, which `kmalloc` made.
    unsafe {
        if old.addr() <= 16 {
            return kmalloc(dev, size, gfp);
        }
        if size == 0 {
            kfree(dev, old);
            return ptr::without_provenance_mut(16);
        }
        let new = kmalloc(dev, size, gfp);
        if !new.is_null() {
            let kept = (*header(old.addr())).size.min(size);
            ptr::copy_nonoverlapping(old.cast::<u8>(), new.cast::<u8>(), kept);
            kfree(dev, old);
        }
        new
    }
}

pub(super) unsafe fn kfree(dev: *mut device, p: *const c_void) {
    if p.addr() <= 16 {
        return;
    }
    // SAFETY: the caller's device.
    match unsafe { take(dev, |r| is_memory(r, p)) } {
        Some(resource) => resource.release(dev),
        None => log::warn!("devm_kfree: {p:p} is no memory of this device"),
    }
}

pub(super) unsafe fn kmemdup(dev: *mut device, src: *const c_void, len: usize, gfp: bindings::gfp_t) -> *mut c_void {
    // SAFETY: the caller's device and data.
    unsafe {
        let copy = kmalloc(dev, len, gfp);
        if copy.addr() > 16 {
            ptr::copy_nonoverlapping(src.cast::<u8>(), copy.cast::<u8>(), len);
        }
        copy
    }
}

pub(super) unsafe fn kstrdup(dev: *mut device, s: *const c_char, gfp: bindings::gfp_t) -> *mut c_char {
    if s.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller's device and string.
    unsafe { kmemdup(dev, s.cast(), CStr::from_ptr(s).to_bytes_with_nul().len(), gfp).cast() }
}

pub(super) unsafe fn kstrdup_const(dev: *mut device, s: *const c_char, gfp: bindings::gfp_t) -> *const c_char {
    // SAFETY: the caller's device and string.
    unsafe { kstrdup(dev, s, gfp) }
}

pub(super) unsafe fn get_free_pages(dev: *mut device, gfp: bindings::gfp_t, order: c_uint) -> c_ulong {
    let Some(size) = arch::PAGE_SIZE.checked_shl(order).filter(|_| order < 16) else { return 0 };
    let data = make(Some(memory), size, arch::PAGE_SIZE, gfp & GFP_ZERO != 0);
    if !data.is_null() {
        // SAFETY: the caller's device.
        unsafe { add(dev, data) };
    }
    data.addr() as c_ulong
}

pub(super) unsafe fn free_pages(dev: *mut device, addr: c_ulong) {
    // SAFETY: the caller's device.
    unsafe { kfree(dev, ptr::without_provenance(addr as usize)) };
}

pub(super) unsafe fn add_action(dev: *mut device, action: Act, data: *mut c_void, _name: *const c_char) -> c_int {
    let Some(action) = action else { return Errno::EINVAL.to_c() };
    let resource = Resource::Action((action, data.expose_provenance()));
    // SAFETY: the caller's device.
    let added = unsafe {
        with(dev, |p| p.resources.try_reserve(1).map(|()| p.resources.push(resource)))
    };
    to_c(added.map_err(|_| Errno::ENOMEM))
}

/// Takes an action out of the list.
pub(super) unsafe fn take_action(dev: *mut device, action: Act, data: *mut c_void) -> Option<Resource> {
    let same = |r: &Resource| match r {
        Resource::Action((f, d)) => action.is_some_and(|a| a as usize == *f as usize) && *d == data.addr(),
        _ => false,
    };
    // SAFETY: the caller's device.
    let taken = unsafe { take(dev, same) };
    if taken.is_none() {
        log::warn!("devm_remove_action: the device has no such action");
    }
    taken
}

pub(super) unsafe fn remove_action(dev: *mut device, action: Act, data: *mut c_void) {
    // SAFETY: as the caller says.
    let _ = unsafe { take_action(dev, action, data) };
}

pub(super) unsafe fn release_action(dev: *mut device, action: Act, data: *mut c_void) {
    // SAFETY: as the caller says.
    if let Some(resource) = unsafe { take_action(dev, action, data) } {
        resource.release(dev);
    }
}
