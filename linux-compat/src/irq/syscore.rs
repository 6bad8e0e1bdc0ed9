// SPDX-License-Identifier: GPL-2.0-only
//! What parts that are no devices do when the machine ends.

use crate::bindings::syscore;
use alloc::vec::Vec;
use core::ptr;
use kernel::power::{self, Stage};
use kernel::sync::SpinLock;

crate::exports! {
    family "irq";
    [sleeps, partial, "irq::tests::the_end_is_told"]
    fn register_syscore(s: *mut syscore) = register;
    [sleeps, partial, "irq::tests::the_end_is_told"]
    fn unregister_syscore(s: *mut syscore) = unregister;
}

/// Those that were registered: address, and the handler that tells them.
static ALL: SpinLock<Vec<(usize, power::HandlerId)>> = SpinLock::new(Vec::new());

pub(super) unsafe fn register(s: *mut syscore) {
    let address = s.expose_provenance();
    let id = power::register(Stage::Announce, None, 0, move |_| {
        let s: *const syscore = ptr::with_exposed_provenance(address);
        // SAFETY: the caller keeps it until it has unregistered it.
        unsafe {
            if let Some(shutdown) = (*s).ops.as_ref().and_then(|ops| ops.shutdown) {
                shutdown((*s).data);
            }
        }
    });
    ALL.lock().push((address, id));
}

pub(super) unsafe fn unregister(s: *mut syscore) {
    let mut all = ALL.lock();
    let found = all.iter().position(|(address, _)| *address == s.addr()).map(|at| all.swap_remove(at).1);
    drop(all);
    if let Some(id) = found {
        power::unregister(id);
    }
}
