// SPDX-License-Identifier: GPL-2.0-only
//! Links that drivers make between a device and its provider (Linux: Documentation/driver-api/device_link.rst).

use super::core::{get, put};
use super::private::{Device, State, with};
use crate::bindings::{device, device_link};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_void;
use core::ptr;
use kernel::sync::SpinLock;

crate::exports! {
    family "device";
    [sleeps, partial, "device::links::links_by_hand"]
    fn device_link_add(consumer: *mut device, supplier: *mut device, flags: u32) -> *mut device_link = add;
    [sleeps, supported, "device::links::links_by_hand"]
    fn device_link_del(link: *mut device_link) = del;
    [sleeps, supported, "device::links::links_by_hand"]
    fn device_link_remove(consumer: *mut c_void, supplier: *mut device) = remove;
}

/// A link, as an address that may be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Link(*mut device_link);

// SAFETY: an address; what it points to is changed under the lock of the list only.
unsafe impl Send for Link {}

static LINKS: SpinLock<Vec<Link>> = SpinLock::new(Vec::new());

/// The flags of `linux/device.h`.
pub(super) mod flag {
    pub(crate) const STATELESS: u32 = 1 << 0;
    pub(crate) const AUTOREMOVE_CONSUMER: u32 = 1 << 1;
    pub(crate) const PM_RUNTIME: u32 = 1 << 2;
    pub(crate) const RPM_ACTIVE: u32 = 1 << 3;
    pub(crate) const AUTOREMOVE_SUPPLIER: u32 = 1 << 4;
    pub(crate) const AUTOPROBE_CONSUMER: u32 = 1 << 5;
    pub(crate) const MANAGED: u32 = 1 << 6;
}

const AUTOREMOVE: u32 = flag::AUTOREMOVE_CONSUMER | flag::AUTOREMOVE_SUPPLIER;
const KNOWN: u32 = AUTOREMOVE
    | flag::STATELESS
    | flag::PM_RUNTIME
    | flag::RPM_ACTIVE
    | flag::AUTOPROBE_CONSUMER;

/// The link between two devices.
fn find(links: &[Link], consumer: *const c_void, supplier: *mut device) -> Option<Link> {
    links.iter().copied().find(|link| {
        // SAFETY: in the list, so alive.
        unsafe { ptr::eq((*link.0).consumer.cast(), consumer) && ptr::eq((*link.0).supplier, supplier) }
    })
}

/// Whether `supplier` needs `consumer`, by links or as its child.
fn depends(links: &[Link], supplier: *mut device, consumer: *mut device, depth: u32) -> bool {
    // SAFETY: registered devices and links of the list.
    unsafe {
        ptr::eq(supplier, consumer)
            || (!(*supplier).parent.is_null() && depth > 0 && depends(links, (*supplier).parent, consumer, depth - 1))
            || links.iter().any(|l| {
                ptr::eq((*l.0).consumer, supplier) && depth > 0 && depends(links, (*l.0).supplier, consumer, depth - 1)
            })
    }
}

/// Makes a link, or counts one more use of a link that is there. With `DL_FLAG_PM_RUNTIME` the supplier stays powered
/// as long as the link lasts, also while the consumer sleeps: more than Linux asks, at the cost of power only.
///
/// # Safety
/// The caller's devices.
pub(super) unsafe fn add(consumer: *mut device, supplier: *mut device, flags: u32) -> *mut device_link {
    let stateless = flags & flag::STATELESS != 0;
    let managed = AUTOREMOVE | flag::AUTOPROBE_CONSUMER;
    let active_alone = flags & flag::RPM_ACTIVE != 0 && flags & flag::PM_RUNTIME == 0;
    let both = flags & flag::AUTOPROBE_CONSUMER != 0 && flags & AUTOREMOVE != 0;
    if consumer.is_null()
        || supplier.is_null()
        || flags & !KNOWN != 0
        || (stateless && flags & managed != 0)
        || active_alone
        || both
    {
        return ptr::null_mut();
    }
    // SAFETY: the caller's devices; links of the list are alive.
    unsafe {
        let powered = flags & flag::PM_RUNTIME != 0;
        let link = {
            let mut links = LINKS.lock();
            // A link the other way round would have no order in which to let go.
            if (*supplier).kobj.state_in_sysfs() == 0 || depends(&links, supplier, consumer, 16) {
                return ptr::null_mut();
            }
            if let Some(Link(old)) = find(&links, consumer.cast(), supplier) {
                (*old).uses += u32::from(stateless);
                (*old).flags |= flags & !flag::PM_RUNTIME;
                old
            } else {
                let flags = flags & !flag::PM_RUNTIME;
                let kind = if stateless { 0 } else { flag::MANAGED };
                let made = Box::into_raw(Box::new(device_link {
                    supplier: get(supplier),
                    consumer: get(consumer),
                    flags: flags | kind,
                    uses: u32::from(stateless),
                }));
                links.push(Link(made));
                made
            }
        };
        if powered && (*link).flags & flag::PM_RUNTIME == 0 {
            (*link).flags |= flag::PM_RUNTIME;
            crate::pm::resume(supplier, crate::pm::GET_PUT);
        }
        link
    }
}

/// Takes a link off the list and gives back what it held.
unsafe fn drop_link(link: Link) {
    LINKS.lock().retain(|l| *l != link);
    // SAFETY: made by `add`, and nobody finds it any more.
    unsafe {
        let link = Box::from_raw(link.0);
        if link.flags & flag::PM_RUNTIME != 0 {
            crate::pm::idle(link.supplier, crate::pm::GET_PUT);
        }
        put(link.consumer);
        put(link.supplier);
    }
}

/// Gives one use of a stateless link back; managed ones go with the drivers.
///
/// # Safety
/// `link` is null or of [`add`].
pub(super) unsafe fn del(link: *mut device_link) {
    if link.is_null() {
        return;
    }
    // SAFETY: the caller's link.
    unsafe {
        {
            let _links = LINKS.lock();
            if (*link).flags & flag::STATELESS == 0 {
                log::error!("device_link_del: a managed link goes with the drivers");
                return;
            }
            (*link).uses = (*link).uses.saturating_sub(1);
            if (*link).uses > 0 {
                return;
            }
        }
        drop_link(Link(link));
    }
}

pub(super) unsafe fn remove(consumer: *mut c_void, supplier: *mut device) {
    let found = find(&LINKS.lock(), consumer, supplier);
    if let Some(link) = found {
        // SAFETY: of the list.
        unsafe { del(link.0) };
    }
}

/// Whether a managed link says that `consumer` needs `supplier`.
pub(super) fn linked(consumer: *mut device, supplier: *mut device) -> bool {
    let links = LINKS.lock();
    // SAFETY: in the list, so alive.
    find(&links, consumer.cast(), supplier).is_some_and(|l| unsafe { (*l.0).flags & flag::MANAGED != 0 })
}

/// Drops the links that end as a driver lets go of `dev`, or all of them as the device goes.
pub(super) unsafe fn ended(dev: *mut device, gone: bool) {
    let ends = |link: &Link| {
        // SAFETY: in the list, so alive.
        let link = unsafe { &*link.0 };
        let own = |d: *mut device, flag| ptr::eq(d, dev) && (gone || link.flags & flag != 0);
        own(link.consumer, flag::AUTOREMOVE_CONSUMER)
            || own(link.supplier, flag::AUTOREMOVE_SUPPLIER)
    };
    let ended: Vec<Link> = LINKS.lock().iter().copied().filter(ends).collect();
    // SAFETY: of the list; the caller is the only one to take this device's away.
    ended.into_iter().for_each(|link| unsafe { drop_link(link) });
}

/// What a managed link of `dev` leads to and no driver has, with a reference of the caller's.
pub(super) fn without_driver(dev: *mut device) -> Option<Device> {
    let links = LINKS.lock();
    let waits = |link: &&Link| {
        // SAFETY: in the list, so alive, and holds references.
        unsafe {
            ptr::eq((*link.0).consumer, dev)
                && (*link.0).flags & flag::MANAGED != 0
                && with((*link.0).supplier, |p| p.state != State::Bound)
        }
    };
    // SAFETY: as above.
    links.iter().find(waits).map(|link| Device(unsafe { get((*link.0).supplier) }))
}
