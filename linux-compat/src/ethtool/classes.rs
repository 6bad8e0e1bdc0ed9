// SPDX-License-Identifier: GPL-2.0-only
//! Traffic classes of a network device: which of its queues are a class's. Nobody here asks for classes, so a device has
//! none unless its driver makes some.

use crate::bindings::{TC_MAX_QUEUE, net_device};
use crate::errno::{Errno, to_c};
use core::ffi::c_int;

crate::exports! {
    family "ethtool";
    [any, supported, "ethtool::tests::traffic_classes"]
    fn netdev_reset_tc(dev: *mut net_device) -> () = reset;
    [any, supported, "ethtool::tests::traffic_classes"]
    fn netdev_set_num_tc(dev: *mut net_device, num_tc: u8) -> c_int = set_count;
    [any, supported, "ethtool::tests::traffic_classes"]
    fn netdev_set_tc_queue(dev: *mut net_device, tc: u8, count: u16, offset: u16) -> c_int = set_queues;
}

/// The device has no classes.
pub(super) unsafe fn reset(dev: *mut net_device) {
    // SAFETY: the caller's network device; the fields may be zero.
    unsafe {
        (*dev).num_tc = 0;
        (*dev).tc_to_txq = core::mem::zeroed();
        (*dev).prio_tc_map = core::mem::zeroed();
    }
}

/// How many classes it has, 16 at most.
pub(super) unsafe fn set_count(dev: *mut net_device, count: u8) -> c_int {
    if u32::from(count) > TC_MAX_QUEUE {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the caller's network device.
    unsafe { (*dev).num_tc = count.into() };
    0
}

/// Which queues are a class's: `count` from number `offset` on.
pub(super) unsafe fn set_queues(dev: *mut net_device, class: u8, count: u16, offset: u16) -> c_int {
    // SAFETY: the caller's network device.
    unsafe {
        let known = i32::from(class) < i32::from((*dev).num_tc);
        let all = &mut (*dev).tc_to_txq;
        let queues = all.get_mut(usize::from(class)).filter(|_| known);
        to_c(queues.ok_or(Errno::EINVAL).map(|queues| (queues.count, queues.offset) = (count, offset)))
    }
}
