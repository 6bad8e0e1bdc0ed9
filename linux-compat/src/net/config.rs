// SPDX-License-Identifier: GPL-2.0-only
//! The lock of network configuration, and what is configured: numbers of queues, traffic classes, carrier, presence.

use super::device::{parent, state, update_features};
use super::notify;
use crate::bindings::{
    self, __LINK_STATE_NOCARRIER, __LINK_STATE_PRESENT, NETDEV_CHANGE, NETREG_REGISTERED, net_device, sk_buff,
};
use crate::context::Guarded;
use crate::errno::Errno;
use core::ffi::{c_int, c_uint, c_void};
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use kernel::sync::WaitQueue;

crate::exports! {
    family "net";
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn rtnl_lock() -> () = lock;
    [any, supported, "net::tests::a_device_is_a_port"]
    fn rtnl_unlock() -> () = unlock;
    [any, supported, "none"]
    fn rtnl_trylock() -> c_int = try_lock;
    [any, supported, "none"]
    fn rtnl_is_locked() -> c_int = is_locked;
    [any, supported, "net::tests::a_device_is_a_port"]
    fn netif_carrier_on(dev: *mut net_device) -> () = carrier_on;
    [any, supported, "net::tests::a_device_is_a_port"]
    fn netif_carrier_off(dev: *mut net_device) -> () = carrier_off;
    [any, supported, "none"]
    fn netif_device_detach(dev: *mut net_device) -> () = detach;
    [any, supported, "none"]
    fn netif_device_attach(dev: *mut net_device) -> () = attach;
    [any, supported, "none"]
    fn netdev_notify_peers(dev: *mut net_device) -> () = notify_peers;
    [sleeps, supported, "none"]
    fn netdev_update_features(dev: *mut net_device) -> () = update_features;
    [sleeps, supported, "none"]
    fn netdev_features_change(dev: *mut net_device) -> () = update_features;
    [any, supported, "none"]
    fn passthru_features_check(skb: *mut sk_buff, dev: *mut net_device, features: u64) -> u64 = same_features;
    [sleeps, supported, "none"]
    fn netif_set_real_num_tx_queues(dev: *mut net_device, txq: c_uint) -> c_int = set_tx_queues;
    [sleeps, supported, "none"]
    fn netif_set_real_num_rx_queues(dev: *mut net_device, rxq: c_uint) -> c_int = set_rx_queues;
    [sleeps, supported, "none"]
    fn netif_set_real_num_queues(dev: *mut net_device, txq: c_uint, rxq: c_uint) -> c_int = set_queues;
    [sleeps, supported, "none"]
    fn netif_set_xps_queue(dev: *mut net_device, mask: *const bindings::cpumask, index: u16) -> c_int = set_cpus;
    [any, supported, "none"]
    fn netif_get_num_default_rss_queues() -> c_int = default_queues;
    [any, supported, "none"]
    fn netif_set_tso_max_size(dev: *mut net_device, size: c_uint) -> () = set_tso_size;
    [any, supported, "none"]
    fn netif_set_tso_max_segs(dev: *mut net_device, segs: c_uint) -> () = set_tso_segments;
    [any, supported, "none"]
    fn netdev_rss_key_fill(buffer: *mut c_void, len: usize) -> () = fill_key;
    [any, supported, "none"]
    fn netdev_sw_irq_coalesce_default_on(dev: *mut net_device) -> () = coalesce;
    [any, supported, "none"]
    fn netdev_pick_tx(dev: *mut net_device, skb: *mut sk_buff, sb_dev: *mut net_device) -> u16 = pick_queue;
    [any, supported, "none"]
    fn net_ratelimit() -> c_int = may_print;
    [sleeps, partial, "none"]
    fn dev_set_threaded(dev: *mut net_device, threaded: bool) -> c_int = set_threaded;
    [sleeps, refused, "none"]
    fn ethtool_virtdev_set_link_ksettings(dev: *mut net_device, cmd: *const bindings::ethtool_link_ksettings, dev_speed: *mut u32, dev_duplex: *mut u8) -> c_int = no_link_settings;
    [sleeps, supported, "none"]
    fn dev_set_mtu(dev: *mut net_device, new_mtu: c_int) -> c_int = set_mtu;
}

static LOCKED: AtomicBool = AtomicBool::new(false);
static FREE: WaitQueue = WaitQueue::new();

/// Takes the lock. Context: sleeps.
pub(super) fn lock() {
    FREE.wait_until(|| try_lock() != 0);
}

/// Ends [`lock`].
pub(super) fn unlock() {
    LOCKED.store(false, Release);
    FREE.wake_one();
}

fn try_lock() -> c_int {
    (!LOCKED.swap(true, AcqRel)).into()
}

fn is_locked() -> c_int {
    LOCKED.load(Acquire).into()
}

pub(super) unsafe fn carrier_on(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        let bit = 1 << __LINK_STATE_NOCARRIER;
        if state(dev).fetch_and(!bit, AcqRel) & bit != 0 && u32::from((*dev).reg_state) == NETREG_REGISTERED {
            (*dev).carrier_up_count.counter += 1;
            super::watchdog::touch(dev);
            super::napi::kick();
        }
    }
}

unsafe fn carrier_off(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        let bit = 1 << __LINK_STATE_NOCARRIER;
        if state(dev).fetch_or(bit, AcqRel) & bit == 0 {
            (*dev).carrier_down_count.counter += 1;
        }
    }
}

unsafe fn detach(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        state(dev).fetch_and(!(1 << __LINK_STATE_PRESENT), AcqRel);
        super::outgoing::stop_all(dev);
    }
}

unsafe fn attach(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        state(dev).fetch_or(1 << __LINK_STATE_PRESENT, AcqRel);
        for n in 0..(*dev).num_tx_queues as usize {
            super::outgoing::wake((*dev)._tx.add(n));
        }
    }
}

unsafe fn notify_peers(dev: *mut net_device) {
    // SAFETY: the caller's device. The switch learns from the frames themselves.
    unsafe { notify::tell(dev, NETDEV_CHANGE) };
}

fn same_features(_skb: *mut sk_buff, _dev: *mut net_device, features: u64) -> u64 {
    features
}

unsafe fn set_tx_queues(dev: *mut net_device, txq: c_uint) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        if txq < 1 || txq > (*dev).num_tx_queues {
            return Errno::EINVAL.to_c();
        }
        (*dev).real_num_tx_queues = txq;
        0
    }
}

unsafe fn set_rx_queues(dev: *mut net_device, rxq: c_uint) -> c_int {
    // SAFETY: the caller's device.
    unsafe {
        if rxq < 1 || rxq > (*dev).num_rx_queues {
            return Errno::EINVAL.to_c();
        }
        (*dev).real_num_rx_queues = rxq;
        0
    }
}

unsafe fn set_queues(dev: *mut net_device, txq: c_uint, rxq: c_uint) -> c_int {
    // SAFETY: the caller's device.
    match unsafe { set_tx_queues(dev, txq) } {
        // SAFETY: as above.
        0 => unsafe { set_rx_queues(dev, rxq) },
        error => error,
    }
}

/// Frames are sent by the first queue, from any CPU.
fn set_cpus(_dev: *mut net_device, _mask: *const bindings::cpumask, _index: u16) -> c_int {
    0
}

/// One: one vCPU polls.
fn default_queues() -> c_int {
    1
}

unsafe fn set_tso_size(dev: *mut net_device, size: c_uint) {
    // SAFETY: the caller's device.
    unsafe { (*dev).tso_max_size = size };
}

unsafe fn set_tso_segments(dev: *mut net_device, segs: c_uint) {
    // SAFETY: the caller's device.
    unsafe { (*dev).tso_max_segs = segs.min(u16::MAX.into()) as u16 };
}

unsafe fn fill_key(buffer: *mut c_void, len: usize) {
    // SAFETY: the caller's memory of that size.
    kernel::random::fill(unsafe { core::slice::from_raw_parts_mut(buffer.cast::<u8>(), len) });
}

/// Polls are repeated by the tasklet as it is: there is no timer to be set.
unsafe fn coalesce(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe { ((*dev).gro_flush_timeout, (*dev).napi_defer_hard_irqs) = (20_000, 1) };
}

fn pick_queue(_dev: *mut net_device, _skb: *mut sk_buff, _sb_dev: *mut net_device) -> u16 {
    0
}

/// Ten lines in five seconds.
fn may_print() -> c_int {
    static SINCE: core::sync::atomic::AtomicU64 = core::sync::atomic::AtomicU64::new(0);
    static COUNT: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
    let now = kernel::time::now_ns() / kernel::time::NS_PER_SEC;
    if now.saturating_sub(SINCE.load(Relaxed)) >= 5 {
        SINCE.store(now, Relaxed);
        COUNT.store(0, Relaxed);
    }
    (COUNT.fetch_add(1, Relaxed) < 10).into()
}

/// Polls have no tasks of their own.
fn set_threaded(_dev: *mut net_device, threaded: bool) -> c_int {
    if threaded { Errno::EOPNOTSUPP.to_c() } else { 0 }
}

/// Nobody sets the speed of a link that has none.
fn no_link_settings(
    _dev: *mut net_device,
    _cmd: *const bindings::ethtool_link_ksettings,
    _speed: *mut u32,
    _duplex: *mut u8,
) -> c_int {
    Errno::EINVAL.to_c()
}

unsafe fn set_mtu(dev: *mut net_device, new_mtu: c_int) -> c_int {
    // SAFETY: the caller's device, and its driver's functions.
    unsafe {
        let mtu = new_mtu.max(0) as c_uint;
        if mtu < (*dev).min_mtu || (*dev).max_mtu != 0 && mtu > (*dev).max_mtu {
            return Errno::EINVAL.to_c();
        }
        match (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_change_mtu) {
            Some(change) => change.guarded(parent(dev), (dev, new_mtu)),
            None => {
                (*dev).mtu = mtu;
                0
            }
        }
    }
}
