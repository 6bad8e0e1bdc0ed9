// SPDX-License-Identifier: GPL-2.0-only
//! Addresses that a device hears: its own, and lists of others, each counted.

use super::device::{parent, state};
use crate::bindings::{
    __LINK_STATE_START, NETDEV_HW_ADDR_T_MULTICAST, NETDEV_HW_ADDR_T_UNICAST, net_device, netdev_hw_addr, netdev_hw_addr_list,
};
use crate::context::Guarded;
use crate::errno::Errno;
use crate::locking::{spin_lock, spin_unlock};
use crate::slab::{GFP_ATOMIC, GFP_ZERO, kfree, kmalloc};
use core::ffi::{c_int, c_uchar, c_uint, c_void};
use core::sync::atomic::Ordering::Relaxed;

type Sync = Option<unsafe extern "C" fn(*mut net_device, *const c_uchar) -> c_int>;

crate::exports! {
    family "net";
    [any, supported, "net::tests::addresses"]
    fn dev_addr_mod(dev: *mut net_device, offset: c_uint, addr: *const c_void, len: usize) -> () = set_address;
    [atomic, supported, "net::tests::addresses"]
    fn dev_mc_add(dev: *mut net_device, addr: *const c_uchar) -> c_int = add_group;
    [atomic, supported, "net::tests::addresses"]
    fn dev_mc_del(dev: *mut net_device, addr: *const c_uchar) -> c_int = remove_group;
    [atomic, supported, "net::tests::addresses"]
    fn dev_uc_add(dev: *mut net_device, addr: *const c_uchar) -> c_int = add_station;
    [atomic, supported, "net::tests::addresses"]
    fn dev_uc_del(dev: *mut net_device, addr: *const c_uchar) -> c_int = remove_station;
    [atomic, supported, "net::tests::addresses"]
    fn __hw_addr_sync_dev(list: *mut netdev_hw_addr_list, dev: *mut net_device, sync: Sync, unsync: Sync) -> c_int = sync_list;
    [atomic, supported, "net::tests::addresses"]
    fn __hw_addr_unsync_dev(list: *mut netdev_hw_addr_list, dev: *mut net_device, unsync: Sync) -> () = unsync_list;
}

pub(super) unsafe fn set_address(dev: *mut net_device, offset: c_uint, addr: *const c_void, len: usize) {
    // SAFETY: the caller's device and address.
    unsafe {
        let to = &mut (*dev).dev_addr_shadow;
        let (at, len) = (offset as usize, len.min(to.len().saturating_sub(offset as usize)));
        let from = core::slice::from_raw_parts(addr.cast::<u8>(), len);
        to.iter_mut().skip(at).zip(from).for_each(|(to, &byte)| *to = byte);
    }
}

unsafe fn entries(list: *mut netdev_hw_addr_list) -> impl Iterator<Item = *mut netdev_hw_addr> {
    // SAFETY: the caller's list; its entries begin with their link. The next one is read before an entry is handed out.
    unsafe {
        let head = &raw mut (*list).list;
        let mut at = (*head).next;
        core::iter::from_fn(move || {
            (at != head).then(|| {
                let entry = at.cast::<netdev_hw_addr>();
                at = (*at).next;
                entry
            })
        })
    }
}

unsafe fn find(list: *mut netdev_hw_addr_list, addr: *const c_uchar) -> Option<*mut netdev_hw_addr> {
    // SAFETY: the caller's list and address.
    unsafe {
        let wanted = addr.cast::<[u8; 6]>().read_unaligned();
        entries(list).find(|&entry| (*entry).addr.starts_with(&wanted))
    }
}

unsafe fn add(list: *mut netdev_hw_addr_list, addr: *const c_uchar, kind: u8) -> c_int {
    // SAFETY: the caller's list and address.
    unsafe {
        if let Some(entry) = find(list, addr) {
            (*entry).refcount += 1;
            return 0;
        }
        let entry = kmalloc(size_of::<netdev_hw_addr>(), GFP_ATOMIC | GFP_ZERO).cast::<netdev_hw_addr>();
        if entry.is_null() {
            return Errno::ENOMEM.to_c();
        }
        (&raw mut (*entry).addr).cast::<[u8; 6]>().write(addr.cast::<[u8; 6]>().read_unaligned());
        ((*entry).type_, (*entry).refcount) = (kind, 1);
        let (head, node) = (&raw mut (*list).list, &raw mut (*entry).list);
        ((*node).next, (*node).prev) = (head, (*head).prev);
        (*(*head).prev).next = node;
        (*head).prev = node;
        (*list).count += 1;
        0
    }
}

unsafe fn unlink(list: *mut netdev_hw_addr_list, entry: *mut netdev_hw_addr) {
    // SAFETY: the caller's entry of the list.
    unsafe {
        let node = &raw mut (*entry).list;
        (*(*node).next).prev = (*node).prev;
        (*(*node).prev).next = (*node).next;
        (*list).count -= 1;
        kfree(entry.cast());
    }
}

unsafe fn remove(list: *mut netdev_hw_addr_list, addr: *const c_uchar) -> c_int {
    // SAFETY: the caller's list and address.
    unsafe {
        let Some(entry) = find(list, addr) else { return Errno::ENOENT.to_c() };
        (*entry).refcount -= 1;
        // What the device was told stays until it is told otherwise.
        if (*entry).refcount == 0 && (*entry).sync_cnt == 0 {
            unlink(list, entry);
        }
        0
    }
}

/// Changes a list of a device that is told of it.
unsafe fn changed(dev: *mut net_device, f: impl FnOnce() -> c_int) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        let lock = (&raw mut (*dev).addr_list_lock).cast();
        spin_lock(lock);
        let code = f();
        spin_unlock(lock);
        if code == 0 {
            set_rx_mode(dev);
        }
        code
    }
}

pub(super) unsafe fn add_group(dev: *mut net_device, addr: *const c_uchar) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe { changed(dev, || add(&raw mut (*dev).mc, addr, NETDEV_HW_ADDR_T_MULTICAST as u8)) }
}

pub(super) unsafe fn remove_group(dev: *mut net_device, addr: *const c_uchar) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe { changed(dev, || remove(&raw mut (*dev).mc, addr)) }
}

pub(super) unsafe fn add_station(dev: *mut net_device, addr: *const c_uchar) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe { changed(dev, || add(&raw mut (*dev).uc, addr, NETDEV_HW_ADDR_T_UNICAST as u8)) }
}

unsafe fn remove_station(dev: *mut net_device, addr: *const c_uchar) -> c_int {
    // SAFETY: the caller's device and address.
    unsafe { changed(dev, || remove(&raw mut (*dev).uc, addr)) }
}

unsafe fn unsync_list(list: *mut netdev_hw_addr_list, dev: *mut net_device, unsync: Sync) {
    // SAFETY: the caller's list and function.
    unsafe {
        for entry in entries(list) {
            if (*entry).sync_cnt == 0 || unsync.is_some_and(|f| f(dev, (&raw const (*entry).addr).cast()) != 0) {
                continue;
            }
            (*entry).sync_cnt = 0;
            if (*entry).refcount == 0 {
                unlink(list, entry);
            }
        }
    }
}

/// Tells the device of what came and what went.
unsafe fn sync_list(list: *mut netdev_hw_addr_list, dev: *mut net_device, sync: Sync, unsync: Sync) -> c_int {
    // SAFETY: the caller's list and functions.
    unsafe {
        for entry in entries(list) {
            if (*entry).sync_cnt != 0
                && (*entry).refcount == 0
                && unsync.is_none_or(|f| f(dev, (&raw const (*entry).addr).cast()) == 0)
            {
                unlink(list, entry);
            }
        }
        for entry in entries(list) {
            if (*entry).sync_cnt == 0 {
                let code = sync.map_or(0, |f| f(dev, (&raw const (*entry).addr).cast()));
                if code != 0 {
                    unsync_list(list, dev, unsync);
                    return code;
                }
                (*entry).sync_cnt = 1;
            }
        }
        0
    }
}

/// Has the driver set the device's filters, if it runs.
pub(super) unsafe fn set_rx_mode(dev: *mut net_device) {
    // SAFETY: the caller's device, and its driver's function.
    unsafe {
        if state(dev).load(Relaxed) & 1 << __LINK_STATE_START == 0 {
            return;
        }
        if let Some(set) = (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_set_rx_mode) {
            let lock = (&raw mut (*dev).addr_list_lock).cast();
            spin_lock(lock);
            set.guarded(parent(dev), (dev,));
            spin_unlock(lock);
        }
    }
}

/// Frees both lists. The device is closed.
pub(super) unsafe fn flush_all(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        for list in [&raw mut (*dev).uc, &raw mut (*dev).mc] {
            entries(list).for_each(|entry| unlink(list, entry));
        }
    }
}
