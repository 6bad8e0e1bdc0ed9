// SPDX-License-Identifier: GPL-2.0-only
//! Notifiers of C drivers on regulators, and what providers tell them.

use super::consumer::handle;
use super::provider::node_of;
use crate::bindings::{self, notifier_block, pre_voltage_change_data, regulator, regulator_dev};
use crate::errno::{Errno, Result, to_c};
use alloc::sync::Arc;
use core::ffi::{c_int, c_ulong, c_void};
use core::ptr;
use kernel::regulator::{Event, Listener};

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::notifiers"]
    fn regulator_register_notifier(regulator: *mut regulator, nb: *mut notifier_block) -> c_int = register;
    [sleeps, supported, "regulator::tests::notifiers"]
    fn regulator_unregister_notifier(regulator: *mut regulator, nb: *mut notifier_block) -> c_int = unregister;
    [sleeps, supported, "regulator::tests::notifiers"]
    fn regulator_notifier_call_chain(rdev: *mut regulator_dev, event: c_ulong, data: *mut c_void) -> c_int = call_chain;
}

/// A notifier of C.
struct Block(usize);

impl Listener for Block {
    fn notify(&self, event: &Event) -> bool {
        let mut change = pre_voltage_change_data { old_uV: 0, min_uV: 0, max_uV: 0 };
        let value = |uv: u32| ptr::without_provenance_mut(uv as usize);
        let (number, data): (u32, *mut c_void) = match *event {
            Event::Enabled => (bindings::REGULATOR_EVENT_ENABLE, ptr::null_mut()),
            Event::BeforeDisable => (bindings::REGULATOR_EVENT_PRE_DISABLE, ptr::null_mut()),
            Event::AbortDisable => (bindings::REGULATOR_EVENT_ABORT_DISABLE, ptr::null_mut()),
            Event::Disabled => (bindings::REGULATOR_EVENT_DISABLE, ptr::null_mut()),
            Event::ForceDisabled => (bindings::REGULATOR_EVENT_FORCE_DISABLE, ptr::null_mut()),
            Event::BeforeVoltage { old, range } => {
                change.old_uV = old.into();
                (change.min_uV, change.max_uV) = (range.0.into(), range.1.into());
                (bindings::REGULATOR_EVENT_PRE_VOLTAGE_CHANGE, (&raw mut change).cast())
            }
            Event::AbortVoltage(old) => (bindings::REGULATOR_EVENT_ABORT_VOLTAGE_CHANGE, value(old)),
            Event::Voltage(new) => (bindings::REGULATOR_EVENT_VOLTAGE_CHANGE, value(new)),
            Event::Other(number) => (number as u32, ptr::null_mut()),
        };
        let block: *mut notifier_block = ptr::with_exposed_provenance_mut(self.0);
        // SAFETY: the driver's block, which lives until it is unregistered.
        let answer = unsafe {
            let Some(call) = (*block).notifier_call else { return true };
            call(block, number.into(), data)
        };
        answer & bindings::NOTIFY_STOP_MASK as c_int == 0
    }
}

pub(super) unsafe fn listen(raw: *mut regulator, nb: *mut notifier_block) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let priority = nb.as_ref().ok_or(Errno::EINVAL)?.priority;
        let listener = Arc::new(Block(nb.expose_provenance()));
        Ok(handle(raw)?.regulator.node().listen(nb.addr(), priority, listener)?)
    }
}

pub(super) unsafe fn register(raw: *mut regulator, nb: *mut notifier_block) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { listen(raw, nb) })
}

pub(super) unsafe fn unregister(raw: *mut regulator, nb: *mut notifier_block) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { handle(raw) }.and_then(|h| Ok(h.regulator.node().unlisten(nb.addr())?)))
}

/// Tells what happened to a regulator. The data of an event are the framework's to make, but for none.
pub(super) unsafe fn call_chain(rdev: *mut regulator_dev, event: c_ulong, _data: *mut c_void) -> c_int {
    // SAFETY: as the caller says.
    if let Some(node) = unsafe { node_of(rdev) } {
        node.tell(&Event::Other(event));
    }
    bindings::NOTIFY_DONE as c_int
}
