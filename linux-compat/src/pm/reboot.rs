// SPDX-License-Identifier: GPL-2.0-only
//! The end of the machine's run: notifiers, restart handlers and system-off handlers, upon [`kernel::power`].

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr::null_mut;

use kernel::power::{self, End, HandlerId, Stage};
use kernel::sync::SpinLock;

use crate::bindings::{self, device, notifier_block, sys_off_data, sys_off_handler};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};

/// What a driver has called at the end.
type Callback = Option<unsafe extern "C" fn(data: *mut sys_off_data) -> c_int>;

crate::exports! {
    family "pm";
    [sleeps, supported, "pm::tests::notifiers_hear_of_the_end"]
    fn register_reboot_notifier(nb: *mut notifier_block) -> c_int = register_notifier;
    [sleeps, supported, "pm::tests::notifiers_hear_of_the_end"]
    fn unregister_reboot_notifier(nb: *mut notifier_block) -> c_int = unregister_notifier;
    [sleeps, supported, "pm::tests::notifiers_hear_of_the_end"]
    fn devm_register_reboot_notifier(dev: *mut device, nb: *mut notifier_block) -> c_int = managed_notifier;
    [sleeps, supported, "pm::tests::notifiers_hear_of_the_end"]
    fn register_restart_handler(nb: *mut notifier_block) -> c_int = register_restart;
    [sleeps, supported, "pm::tests::notifiers_hear_of_the_end"]
    fn unregister_restart_handler(nb: *mut notifier_block) -> c_int = unregister_notifier;
    [sleeps, supported, "pm::tests::off_handlers_are_called_by_mode"]
    fn register_sys_off_handler(mode: bindings::sys_off_mode, priority: c_int, callback: Callback, cb_data: *mut c_void) -> *mut sys_off_handler = register_off;
    [sleeps, supported, "pm::tests::off_handlers_are_called_by_mode"]
    fn unregister_sys_off_handler(handler: *mut sys_off_handler) -> () = unregister_off;
    [sleeps, supported, "pm::tests::off_handlers_are_called_by_mode"]
    fn devm_register_sys_off_handler(dev: *mut device, mode: bindings::sys_off_mode, priority: c_int, callback: Callback, cb_data: *mut c_void) -> c_int = managed_off;
    [sleeps, supported, "pm::tests::off_handlers_are_called_by_mode"]
    fn devm_register_power_off_handler(dev: *mut device, callback: Callback, cb_data: *mut c_void) -> c_int = managed_power_off;
    [sleeps, supported, "pm::tests::off_handlers_are_called_by_mode"]
    fn devm_register_restart_handler(dev: *mut device, callback: Callback, cb_data: *mut c_void) -> c_int = managed_restart;
    [any, supported, "pm::tests::an_emergency_asks_nobody"]
    fn emergency_restart() -> () = emergency;
    [sleeps, supported, "pm::tests::an_orderly_end_is_announced"]
    fn kernel_restart(cmd: *mut c_char) -> () = restart;
    [sleeps, supported, "pm::tests::an_orderly_end_is_announced"]
    fn kernel_power_off() -> () = power_off;
    [sleeps, supported, "pm::tests::an_orderly_end_is_announced"]
    fn orderly_poweroff(force: bool) -> () = orderly_power_off;
    [sleeps, supported, "pm::tests::an_orderly_end_is_announced"]
    fn orderly_reboot() -> () = orderly_restart;
    [sleeps, supported, "pm::tests::an_orderly_end_is_announced"]
    fn hw_protection_shutdown(reason: *const c_char, ms_until_forced: c_int) -> () = protect;
}

crate::exports_data! {
    family "pm";
    [any, supported, "pm::tests::notifiers_hear_of_the_end"]
    static reboot_mode: bindings::reboot_mode = bindings::REBOOT_COLD;
}

/// Notifiers by address, so that they can be found again.
static NOTIFIERS: SpinLock<Vec<(usize, HandlerId)>> = SpinLock::new(Vec::new());

/// # Safety
/// `nb` must be a notifier that stays until it is unregistered.
unsafe fn notify(nb: *mut notifier_block, stage: Stage, end: Option<End>) -> c_int {
    let address = nb.expose_provenance();
    // SAFETY: as the caller says.
    let priority = unsafe { (*nb).priority };
    let id = power::register(stage, end, priority, move |end| {
        let nb: *mut notifier_block = core::ptr::with_exposed_provenance_mut(address);
        let action: c_ulong = match (stage, end) {
            // Restart handlers are told the mode of the reboot.
            (Stage::Act, _) => bindings::REBOOT_COLD as c_ulong,
            (_, End::Restart) => bindings::SYS_RESTART.into(),
            (_, End::PowerOff) => bindings::SYS_POWER_OFF.into(),
        };
        // SAFETY: registered and not unregistered, so it is there.
        unsafe {
            if let Some(call) = (*nb).notifier_call {
                call(nb, action, null_mut());
            }
        }
    });
    NOTIFIERS.lock().push((address, id));
    0
}

pub(super) unsafe fn register_notifier(nb: *mut notifier_block) -> c_int {
    // SAFETY: the C caller's notifier.
    unsafe { notify(nb, Stage::Announce, None) }
}

pub(super) unsafe fn register_restart(nb: *mut notifier_block) -> c_int {
    // SAFETY: the C caller's notifier.
    unsafe { notify(nb, Stage::Act, Some(End::Restart)) }
}

pub(super) fn unregister_notifier(nb: *mut notifier_block) -> c_int {
    let found = {
        let mut all = NOTIFIERS.lock();
        all.iter().position(|(address, _)| *address == nb.addr()).map(|at| all.remove(at))
    };
    match found {
        Some((_, id)) => {
            power::unregister(id);
            0
        }
        None => Errno::ENOENT.to_c(),
    }
}

pub(super) unsafe fn managed_notifier(dev: *mut device, nb: *mut notifier_block) -> c_int {
    // SAFETY: the C caller's notifier and device.
    unsafe {
        let result = register_notifier(nb);
        if result != 0 {
            return result;
        }
        let address = nb.expose_provenance();
        to_c(devres::add(dev, Key("reboot_notifier", address), move || {
            unregister_notifier(core::ptr::with_exposed_provenance_mut(address));
        }))
    }
}

/// What is behind a `struct sys_off_handler`.
struct Off(HandlerId);

/// # Safety
/// `callback` must stay callable with `data`, and `dev` be null or stay, until the handler is unregistered.
unsafe fn off(
    dev: *mut device,
    mode: bindings::sys_off_mode,
    priority: c_int,
    callback: Callback,
    data: *mut c_void,
) -> Result<HandlerId> {
    let (stage, end) = match mode {
        bindings::SYS_OFF_MODE_POWER_OFF_PREPARE => (Stage::Announce, End::PowerOff),
        bindings::SYS_OFF_MODE_POWER_OFF => (Stage::Act, End::PowerOff),
        bindings::SYS_OFF_MODE_RESTART_PREPARE => (Stage::Announce, End::Restart),
        bindings::SYS_OFF_MODE_RESTART => (Stage::Act, End::Restart),
        _ => return Err(Errno::EINVAL),
    };
    let callback = callback.ok_or(Errno::EINVAL)?;
    let (dev, cb_data) = (dev.expose_provenance(), data.expose_provenance());
    Ok(power::register(stage, Some(end), priority, move |_| {
        let mut data = sys_off_data {
            mode: mode as c_int,
            cb_data: core::ptr::with_exposed_provenance_mut(cb_data),
            cmd: core::ptr::null(),
            dev: core::ptr::with_exposed_provenance_mut(dev),
        };
        // SAFETY: as the caller of `off` says.
        unsafe { callback(&raw mut data) };
    }))
}

pub(super) unsafe fn register_off(
    mode: bindings::sys_off_mode,
    priority: c_int,
    callback: Callback,
    cb_data: *mut c_void,
) -> *mut sys_off_handler {
    // SAFETY: the C caller's callback.
    let made = unsafe { off(null_mut(), mode, priority, callback, cb_data) };
    ptr_to_c(made.map(|id| Box::into_raw(Box::new(Off(id))).cast()))
}

pub(super) unsafe fn unregister_off(handler: *mut sys_off_handler) {
    if Errno::check_ptr(handler).is_ok_and(|h| !h.is_null()) {
        // SAFETY: of `register_off`, and given back once.
        let Off(id) = *unsafe { Box::from_raw(handler.cast::<Off>()) };
        power::unregister(id);
    }
}

pub(super) unsafe fn managed_off(
    dev: *mut device,
    mode: bindings::sys_off_mode,
    priority: c_int,
    callback: Callback,
    cb_data: *mut c_void,
) -> c_int {
    // SAFETY: the C caller's callback and device.
    unsafe {
        match off(dev, mode, priority, callback, cb_data) {
            Ok(id) => to_c(devres::add(dev, Key("sys_off_handler", 0), move || {
                power::unregister(id);
            })),
            Err(error) => error.to_c(),
        }
    }
}

unsafe fn managed_power_off(dev: *mut device, callback: Callback, cb_data: *mut c_void) -> c_int {
    let mode: c_uint = bindings::SYS_OFF_MODE_POWER_OFF;
    // SAFETY: as the C caller says.
    unsafe { managed_off(dev, mode, bindings::SYS_OFF_PRIO_DEFAULT as c_int, callback, cb_data) }
}

unsafe fn managed_restart(dev: *mut device, callback: Callback, cb_data: *mut c_void) -> c_int {
    let mode: c_uint = bindings::SYS_OFF_MODE_RESTART;
    // SAFETY: as the C caller says.
    unsafe { managed_off(dev, mode, bindings::SYS_OFF_PRIO_DEFAULT as c_int, callback, cb_data) }
}

/// Tells everybody concerned, and ends the run.
fn end(how: End) {
    power::announce(how);
    let refusal = match how {
        End::Restart => power::reset(),
        End::PowerOff => power::poweroff(),
    };
    log::error!("the machine did not end: {refusal}");
}

/// There is nobody here who would understand the command.
pub(super) unsafe fn restart(_cmd: *mut c_char) {
    end(End::Restart);
}

pub(super) fn power_off() {
    end(End::PowerOff);
}

/// There is no user space that could refuse.
pub(super) fn orderly_power_off(_force: bool) {
    end(End::PowerOff);
}

pub(super) fn orderly_restart() {
    end(End::Restart);
}

pub(super) unsafe fn protect(reason: *const c_char, _ms_until_forced: c_int) {
    // SAFETY: the caller's C string, or null.
    let reason = unsafe { (!reason.is_null()).then(|| CStr::from_ptr(reason)) }.unwrap_or(c"hardware");
    log::error!("switched off for protection: {}", reason.to_string_lossy());
    end(End::PowerOff);
}

pub(super) fn emergency() {
    // Not within the macro: where nobody listens to the log, its arguments are not evaluated.
    let refusal = power::reset();
    log::error!("emergency restart: {refusal}");
}
