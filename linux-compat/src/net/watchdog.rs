// SPDX-License-Identifier: GPL-2.0-only
//! The watchdog of transmit queues: a driver whose queue stands still for too long is told.

use super::device::{parent, state};
use crate::bindings::{
    __LINK_STATE_NOCARRIER, __LINK_STATE_PRESENT, __LINK_STATE_START, __QUEUE_STATE_DRV_XOFF, net_device, timer_list,
};
use crate::context::Guarded;
use crate::time::{jiffies, timer};
use core::mem::offset_of;
use core::sync::atomic::Ordering::Relaxed;

/// Jiffies that a queue may stand still if the driver names no number: 5 s.
const USUAL: i32 = 5000;

/// Begins to watch, if the driver wants to be told.
pub(super) unsafe fn start(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        if (*dev).netdev_ops.as_ref().is_none_or(|ops| ops.ndo_tx_timeout.is_none()) {
            return;
        }
        if (*dev).watchdog_timeo <= 0 {
            (*dev).watchdog_timeo = USUAL;
        }
        let clock = &raw mut (*dev).watchdog_timer;
        (*clock).function = Some(look);
        touch(dev);
        timer::modify(clock, jiffies() + (*dev).watchdog_timeo as u64);
    }
}

/// Ends it. Context: sleeps.
pub(super) unsafe fn stop(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        if (*dev).watchdog_timer.function.is_some() {
            timer::delete_sync(&raw mut (*dev).watchdog_timer);
        }
    }
}

/// The queues have moved.
pub(super) unsafe fn touch(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        for n in 0..(*dev).num_tx_queues as usize {
            (*(*dev)._tx.add(n)).trans_start = jiffies();
        }
    }
}

unsafe extern "C" fn look(clock: *mut timer_list) {
    // SAFETY: the timer of a device that is open.
    unsafe {
        let dev: *mut net_device = clock.byte_sub(offset_of!(net_device, watchdog_timer)).cast();
        let bits = state(dev).load(Relaxed);
        let running = bits & 1 << __LINK_STATE_START != 0 && bits & 1 << __LINK_STATE_PRESENT != 0;
        if running && bits & 1 << __LINK_STATE_NOCARRIER == 0 {
            for n in 0..(*dev).real_num_tx_queues {
                let txq = (*dev)._tx.add(n as usize);
                let still = jiffies().saturating_sub((*txq).trans_start);
                if (*txq).state & 1 << __QUEUE_STATE_DRV_XOFF == 0 || still <= (*dev).watchdog_timeo as u64 {
                    continue;
                }
                log::warn!("network device {}: transmit queue {n} stands still for {still} ms", (*dev).ifindex);
                (*txq).trans_timeout.counter += 1;
                (*txq).trans_start = jiffies();
                if let Some(timeout) = (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_tx_timeout) {
                    timeout.guarded(parent(dev), (dev, n));
                }
            }
        }
        if running {
            timer::modify(clock, jiffies() + (*dev).watchdog_timeo as u64);
        }
    }
}
