// SPDX-License-Identifier: GPL-2.0-only
//! What devices count.

use super::device::parent;
use crate::bindings::{
    device, net_device, net_device_stats, netdev_queue_stats_rx, netdev_queue_stats_tx, rtnl_link_stats64,
};
use crate::context::Guarded;
use crate::device::devres::{self, Key};
use crate::work::{free_per_cpu, per_cpu};
use core::ffi::{c_int, c_ulong, c_void};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use io::net::nic::Counters;

crate::exports! {
    family "net";
    [sleeps, supported, "none"]
    fn dev_get_stats(dev: *mut net_device, storage: *mut rtnl_link_stats64) -> *mut rtnl_link_stats64 = get;
    [any, supported, "none"]
    fn netdev_stats_to_stats64(stats64: *mut rtnl_link_stats64, netdev_stats: *const net_device_stats) -> () = widen;
    [any, supported, "none"]
    fn fv_dev_core_stats_inc(dev: *mut net_device, which: c_int) -> () = count;
    [sleeps, supported, "none"]
    fn fv_devm_alloc_percpu(dev: *mut device, size: usize, align: usize) -> *mut c_void = managed;
    [any, supported, "none"]
    fn netdev_stat_queue_sum(netdev: *mut net_device, rx_start: c_int, rx_end: c_int, rx_sum: *mut netdev_queue_stats_rx, tx_start: c_int, tx_end: c_int, tx_sum: *mut netdev_queue_stats_tx) -> () = sum;
}

/// The counts that a driver keeps, whichever way.
pub(super) unsafe fn get(dev: *mut net_device, storage: *mut rtnl_link_stats64) -> *mut rtnl_link_stats64 {
    // SAFETY: the caller's device and room, and its driver's functions.
    unsafe {
        storage.write_bytes(0, 1);
        let ops = (*dev).netdev_ops.as_ref();
        if let Some(f) = ops.and_then(|ops| ops.ndo_get_stats64) {
            f.guarded(parent(dev), (dev, storage));
        } else if let Some(f) = ops.and_then(|ops| ops.ndo_get_stats) {
            let stats = f.guarded(parent(dev), (dev,));
            if !stats.is_null() {
                widen(storage, stats);
            }
        } else {
            widen(storage, &raw const (*dev).stats);
        }
        storage
    }
}

/// Both begin with the same counts, each of 64 bits.
unsafe fn widen(to: *mut rtnl_link_stats64, from: *const net_device_stats) {
    const COUNTS: usize = size_of::<net_device_stats>() / size_of::<c_ulong>();
    // SAFETY: the caller's structures; the first is the longer one.
    unsafe {
        to.write_bytes(0, 1);
        to.cast::<u64>().copy_from_nonoverlapping(from.cast(), COUNTS);
    }
}

/// For the terminal.
pub(super) unsafe fn counters(dev: *mut net_device) -> Counters {
    let mut all = rtnl_link_stats64::default_zero();
    // SAFETY: the caller's device.
    unsafe { get(dev, &raw mut all) };
    Counters {
        rx_frames: all.rx_packets,
        rx_bytes: all.rx_bytes,
        rx_errors: all.rx_errors,
        rx_dropped: all.rx_dropped,
        tx_frames: all.tx_packets,
        tx_bytes: all.tx_bytes,
        tx_errors: all.tx_errors,
        tx_dropped: all.tx_dropped,
    }
}

impl rtnl_link_stats64 {
    fn default_zero() -> Self {
        // SAFETY: numbers only.
        unsafe { core::mem::zeroed() }
    }
}

/// Kinds of drop that a core counts: they are added to the device's own.
unsafe fn count(dev: *mut net_device, which: c_int) {
    // SAFETY: the caller's device; counts of 64 bits, used atomically.
    unsafe {
        let field = match which {
            1 => (&raw mut (*dev).stats.__bindgen_anon_8).cast(),
            _ => (&raw mut (*dev).stats.__bindgen_anon_7).cast(),
        };
        AtomicU64::from_ptr(field).fetch_add(1, Relaxed);
    }
}

unsafe fn managed(dev: *mut device, size: usize, align: usize) -> *mut c_void {
    // SAFETY: the caller's device.
    unsafe {
        let at = per_cpu(size.next_multiple_of(align.max(1)));
        let address = at.expose_provenance();
        if at.is_null()
            || devres::add(dev, Key("percpu", address), move || free_per_cpu(with_exposed_provenance_mut(address))).is_err()
        {
            return null_mut();
        }
        at
    }
}

/// Adds the counts of queues. A count of all ones is none.
unsafe fn sum(
    dev: *mut net_device,
    rx_start: c_int,
    rx_end: c_int,
    rx_sum: *mut netdev_queue_stats_rx,
    tx_start: c_int,
    tx_end: c_int,
    tx_sum: *mut netdev_queue_stats_tx,
) {
    /// Adds word by word.
    unsafe fn add<T>(to: *mut T, from: *const T) {
        for n in 0..size_of::<T>() / 8 {
            // SAFETY: the caller's structures of counts.
            unsafe {
                let (to, from) = (to.cast::<u64>().add(n), from.cast::<u64>().add(n).read());
                if from != u64::MAX {
                    *to = if *to == u64::MAX { from } else { (*to).wrapping_add(from) };
                }
            }
        }
    }
    // SAFETY: the caller's device and sums, and its driver's functions.
    unsafe {
        rx_sum.write_bytes(0xff, 1);
        tx_sum.write_bytes(0xff, 1);
        let Some(ops) = (*dev).stat_ops.as_ref() else { return };
        if let Some(get) = ops.get_queue_stats_rx {
            for n in rx_start..rx_end {
                let mut one: netdev_queue_stats_rx = core::mem::zeroed();
                (&raw mut one).write_bytes(0xff, 1);
                get(dev, n, &raw mut one);
                add(rx_sum, &raw const one);
            }
        }
        if let Some(get) = ops.get_queue_stats_tx {
            for n in tx_start..tx_end {
                let mut one: netdev_queue_stats_tx = core::mem::zeroed();
                (&raw mut one).write_bytes(0xff, 1);
                get(dev, n, &raw mut one);
                add(tx_sum, &raw const one);
            }
        }
    }
}
