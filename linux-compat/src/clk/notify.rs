// SPDX-License-Identifier: GPL-2.0-only
//! Notifiers of C drivers on clocks.

use super::raw::handle;
use crate::bindings::{self, clk, clk_notifier_data, device, notifier_block};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use alloc::sync::Arc;
use core::ffi::{c_int, c_ulong};
use core::ptr;
use kernel::clk::{Event, RateChange, RateNotifier, Verdict};

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::notifiers"]
    fn clk_notifier_register(clk: *mut clk, nb: *mut notifier_block) -> c_int = register;
    [sleeps, supported, "clk::tests::notifiers"]
    fn clk_notifier_unregister(clk: *mut clk, nb: *mut notifier_block) -> c_int = unregister;
    [sleeps, supported, "clk::tests::notifiers"]
    fn devm_clk_notifier_register(dev: *mut device, clk: *mut clk, nb: *mut notifier_block) -> c_int = devm_register;
}

/// `PRE_RATE_CHANGE`, `POST_RATE_CHANGE`, `ABORT_RATE_CHANGE`: bits that bindgen does not see.
fn number(event: Event) -> c_ulong {
    match event {
        Event::Before => 1 << 0,
        Event::After => 1 << 1,
        Event::Abort => 1 << 2,
    }
}

/// A notifier of C.
struct Block {
    clk: usize,
    block: usize,
}

impl RateNotifier for Block {
    fn notify(&self, change: &RateChange) -> Verdict {
        let clk = ptr::with_exposed_provenance_mut(self.clk);
        let mut data = clk_notifier_data { clk, old_rate: change.old, new_rate: change.new };
        let block: *mut notifier_block = ptr::with_exposed_provenance_mut(self.block);
        // SAFETY: the driver's block, which lives until it is unregistered.
        let answer = unsafe {
            let Some(call) = (*block).notifier_call else { return Verdict::Fine };
            call(block, number(change.event), (&raw mut data).cast())
        };
        if answer & bindings::NOTIFY_STOP_MASK as c_int != 0 { Verdict::Stop } else { Verdict::Fine }
    }
}

pub(super) unsafe fn listen(clk: *mut clk, nb: *mut notifier_block) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let handle = handle(clk).ok_or(Errno::EINVAL)?;
        let priority = nb.as_ref().ok_or(Errno::EINVAL)?.priority;
        let block = Block { clk: clk.expose_provenance(), block: nb.expose_provenance() };
        Ok(handle.clk.node().listen(nb.addr(), priority, Arc::new(block))?)
    }
}

pub(super) unsafe fn register(clk: *mut clk, nb: *mut notifier_block) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { listen(clk, nb) })
}

pub(super) unsafe fn unregister(clk: *mut clk, nb: *mut notifier_block) -> c_int {
    // SAFETY: as the caller says.
    let handle = unsafe { handle(clk) }.filter(|_| !nb.is_null()).ok_or(Errno::EINVAL);
    to_c(handle.and_then(|h| Ok(h.clk.node().unlisten(nb.addr())?)))
}

pub(super) unsafe fn devm_register(dev: *mut device, clk: *mut clk, nb: *mut notifier_block) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe {
        listen(clk, nb).and_then(|()| {
            let (clk, nb) = (clk.expose_provenance(), nb.expose_provenance());
            devres::add(dev, Key("clk_notifier", nb), move || {
                unregister(ptr::with_exposed_provenance_mut(clk), ptr::with_exposed_provenance_mut(nb));
            })
        })
    })
}
