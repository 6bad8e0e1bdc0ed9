// SPDX-License-Identifier: GPL-2.0-only
//! Who hears of devices that come, go and change.

use crate::bindings::{net_device, netdev_notifier_info, notifier_block};
use crate::errno::Errno;
use alloc::vec::Vec;
use core::ffi::{c_int, c_ulong};
use core::ptr::{null_mut, with_exposed_provenance_mut};
use kernel::sync::SpinLock;

crate::exports! {
    family "net";
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn register_netdevice_notifier(nb: *mut notifier_block) -> c_int = add;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn unregister_netdevice_notifier(nb: *mut notifier_block) -> c_int = remove;
}

/// Their blocks, by address.
static ALL: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

fn add(nb: *mut notifier_block) -> c_int {
    let mut all = ALL.lock();
    if all.contains(&nb.addr()) {
        return Errno::EEXIST.to_c();
    }
    all.push(nb.expose_provenance());
    0
}

fn remove(nb: *mut notifier_block) -> c_int {
    let mut all = ALL.lock();
    let before = all.len();
    all.retain(|&other| other != nb.addr());
    if all.len() < before { 0 } else { Errno::ENOENT.to_c() }
}

/// Tells all. The caller holds the lock of configuration, or may.
pub(super) unsafe fn tell(dev: *mut net_device, what: u32) {
    let mut info = netdev_notifier_info { dev, extack: null_mut() };
    let mut n = 0;
    loop {
        let Some(at) = ALL.lock().get(n).copied() else { return };
        let block: *mut notifier_block = with_exposed_provenance_mut(at);
        // SAFETY: blocks stay as long as they are registered.
        if let Some(call) = unsafe { (*block).notifier_call } {
            // SAFETY: as above.
            unsafe { call(block, c_ulong::from(what), (&raw mut info).cast()) };
        }
        n += 1;
    }
}
