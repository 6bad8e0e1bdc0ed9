// SPDX-License-Identifier: GPL-2.0-only
//! The C side of runtime power management.
//!
//! `dev` is a device in all functions, as Linux's documentation asks.

use core::ffi::{c_int, c_uint};

use kernel::time;

use super::callbacks::{self, Which};
use super::runtime::{GET_PUT, Runtime, Status};
use crate::bindings::{self, device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, to_c};

crate::exports! {
    family "pm";
    [any, supported, "pm::tests::a_device_is_resumed_by_its_first_use_and_suspended_after_its_last"]
    fn __pm_runtime_idle(dev: *mut device, rpmflags: c_int) -> c_int = idle;
    [any, supported, "pm::tests::a_device_is_resumed_by_its_first_use_and_suspended_after_its_last"]
    fn __pm_runtime_suspend(dev: *mut device, rpmflags: c_int) -> c_int = suspend;
    [any, supported, "pm::tests::a_device_is_resumed_by_its_first_use_and_suspended_after_its_last"]
    fn __pm_runtime_resume(dev: *mut device, rpmflags: c_int) -> c_int = resume;
    [any, supported, "pm::tests::autosuspend_waits_for_its_delay"]
    fn pm_schedule_suspend(dev: *mut device, delay: c_uint) -> c_int = schedule_suspend;
    [any, supported, "pm::tests::uses_are_taken_only_of_what_is_active"]
    fn pm_runtime_get_if_active(dev: *mut device) -> c_int = get_if_active;
    [any, supported, "pm::tests::uses_are_taken_only_of_what_is_active"]
    fn pm_runtime_get_if_in_use(dev: *mut device) -> c_int = get_if_in_use;
    [any, supported, "pm::tests::uses_are_taken_only_of_what_is_active"]
    fn pm_runtime_get_noresume(dev: *mut device) -> () = get_noresume;
    [any, supported, "pm::tests::uses_are_taken_only_of_what_is_active"]
    fn pm_runtime_put_noidle(dev: *mut device) -> () = put_noidle;
    [sleeps, supported, "pm::tests::requests_wait_for_the_work"]
    fn pm_runtime_barrier(dev: *mut device) -> c_int = barrier;
    [any, supported, "pm::tests::the_status_is_declared_while_management_is_off"]
    fn __pm_runtime_set_status(dev: *mut device, status: c_uint) -> c_int = set_status;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn pm_runtime_enable(dev: *mut device) -> () = enable;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn __pm_runtime_disable(dev: *mut device, check_resume: bool) -> () = disable;
    [sleeps, supported, "pm::tests::a_forbidden_device_stays_active"]
    fn pm_runtime_allow(dev: *mut device) -> () = allow;
    [sleeps, supported, "pm::tests::a_forbidden_device_stays_active"]
    fn pm_runtime_forbid(dev: *mut device) -> () = forbid;
    [any, supported, "pm::tests::switches_are_kept"]
    fn pm_runtime_no_callbacks(dev: *mut device) -> () = no_callbacks;
    [any, supported, "pm::tests::switches_are_kept"]
    fn pm_runtime_irq_safe(dev: *mut device) -> () = irq_safe;
    [any, supported, "pm::tests::switches_are_kept"]
    fn pm_runtime_is_irq_safe(dev: *mut device) -> bool = is_irq_safe;
    [any, supported, "pm::tests::a_parent_is_active_while_a_child_is"]
    fn pm_suspend_ignore_children(dev: *mut device, enable: bool) -> () = ignore_children;
    [any, supported, "pm::tests::autosuspend_waits_for_its_delay"]
    fn __pm_runtime_use_autosuspend(dev: *mut device, use_: bool) -> () = use_autosuspend;
    [any, supported, "pm::tests::autosuspend_waits_for_its_delay"]
    fn pm_runtime_set_autosuspend_delay(dev: *mut device, delay: c_int) -> () = set_autosuspend_delay;
    [any, supported, "pm::tests::autosuspend_waits_for_its_delay"]
    fn pm_runtime_autosuspend_expiration(dev: *mut device) -> u64 = expiration;
    [any, supported, "pm::tests::autosuspend_waits_for_its_delay"]
    fn pm_runtime_mark_last_busy(dev: *mut device) -> () = mark_last_busy;
    [any, supported, "pm::tests::switches_are_kept"]
    fn pm_runtime_suspended_time(dev: *mut device) -> u64 = suspended_time;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn pm_runtime_suspended(dev: *mut device) -> bool = suspended;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn pm_runtime_active(dev: *mut device) -> bool = active;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn pm_runtime_status_suspended(dev: *mut device) -> bool = status_suspended;
    [any, supported, "pm::tests::management_is_off_until_enabled"]
    fn pm_runtime_enabled(dev: *mut device) -> bool = enabled;
    [any, supported, "pm::tests::switches_are_kept"]
    fn pm_runtime_has_no_callbacks(dev: *mut device) -> bool = has_no_callbacks;
    [sleeps, supported, "pm::tests::suspending_by_force_and_back"]
    fn pm_generic_runtime_suspend(dev: *mut device) -> c_int = generic_suspend;
    [sleeps, supported, "pm::tests::suspending_by_force_and_back"]
    fn pm_generic_runtime_resume(dev: *mut device) -> c_int = generic_resume;
    [sleeps, supported, "pm::tests::suspending_by_force_and_back"]
    fn pm_runtime_force_suspend(dev: *mut device) -> c_int = force_suspend;
    [sleeps, supported, "pm::tests::suspending_by_force_and_back"]
    fn pm_runtime_force_resume(dev: *mut device) -> c_int = force_resume;
    [sleeps, supported, "pm::tests::what_is_managed_is_given_back"]
    fn devm_pm_runtime_enable(dev: *mut device) -> c_int = managed_enable;
    [sleeps, supported, "pm::tests::what_is_managed_is_given_back"]
    fn devm_pm_runtime_set_active_enabled(dev: *mut device) -> c_int = managed_set_active_enabled;
    [sleeps, supported, "pm::tests::what_is_managed_is_given_back"]
    fn devm_pm_runtime_get_noresume(dev: *mut device) -> c_int = managed_get_noresume;
}

/// The runtime state of the caller's device.
fn of<'a>(dev: *mut device) -> &'a Runtime {
    // SAFETY: the C callers hand over devices, which stay.
    unsafe { Runtime::of(dev) }
}

pub(crate) fn idle(dev: *mut device, flags: c_int) -> c_int {
    of(dev).idle(flags)
}

pub(super) fn suspend(dev: *mut device, flags: c_int) -> c_int {
    of(dev).suspend(flags)
}

pub(crate) fn resume(dev: *mut device, flags: c_int) -> c_int {
    of(dev).resume(flags)
}

pub(super) fn schedule_suspend(dev: *mut device, delay: c_uint) -> c_int {
    of(dev).schedule(delay)
}

/// A use of the device if it is active; `-EINVAL` while management is off.
pub(super) fn get_if_active(dev: *mut device) -> c_int {
    take_if(dev, false)
}

/// A use of the device if it is active and used by somebody.
pub(super) fn get_if_in_use(dev: *mut device) -> c_int {
    take_if(dev, true)
}

fn take_if(dev: *mut device, in_use: bool) -> c_int {
    let runtime = of(dev);
    let state = runtime.state.lock();
    if state.disable_depth > 0 {
        return Errno::EINVAL.to_c();
    }
    let take = state.status == Status::Active && (!in_use || runtime.uses() > 0);
    if take {
        runtime.hold();
    }
    take.into()
}

pub(super) fn get_noresume(dev: *mut device) {
    of(dev).hold();
}

/// Unlike other ends of a use, one too many is not an error.
pub(crate) fn put_noidle(dev: *mut device) {
    let runtime = of(dev);
    if runtime.uses() > 0 {
        runtime.release();
    }
}

pub(super) fn barrier(dev: *mut device) -> c_int {
    of(dev).barrier().into()
}

pub(super) fn set_status(dev: *mut device, status: c_uint) -> c_int {
    match status as bindings::rpm_status {
        bindings::RPM_ACTIVE => of(dev).declare(Status::Active),
        bindings::RPM_SUSPENDED => of(dev).declare(Status::Suspended),
        _ => Errno::EINVAL.to_c(),
    }
}

pub(super) fn enable(dev: *mut device) {
    of(dev).enable();
}

pub(super) fn disable(dev: *mut device, check_resume: bool) {
    of(dev).disable(check_resume);
}

pub(crate) fn allow(dev: *mut device) {
    if core::mem::replace(&mut of(dev).state.lock().forbidden, false) {
        of(dev).idle(GET_PUT);
    }
}

pub(crate) fn forbid(dev: *mut device) {
    if !core::mem::replace(&mut of(dev).state.lock().forbidden, true) {
        of(dev).resume(GET_PUT);
    }
}

pub(super) fn no_callbacks(dev: *mut device) {
    of(dev).state.lock().no_callbacks = true;
}

/// The parent stays active from now on, so that nothing has to sleep.
pub(super) fn irq_safe(dev: *mut device) {
    // SAFETY: the caller's device; its parent is null or a device that outlives it.
    let parent = unsafe { (*dev).parent };
    if !parent.is_null() {
        resume(parent, GET_PUT);
    }
    of(dev).state.lock().irq_safe = true;
}

pub(super) fn is_irq_safe(dev: *mut device) -> bool {
    of(dev).state.lock().irq_safe
}

pub(super) fn ignore_children(dev: *mut device, enable: bool) {
    of(dev).state.lock().ignore_children = enable;
}

pub(super) fn use_autosuspend(dev: *mut device, on: bool) {
    of(dev).state.lock().use_autosuspend = on;
    of(dev).autosuspend_changed();
}

pub(super) fn set_autosuspend_delay(dev: *mut device, delay: c_int) {
    of(dev).state.lock().delay_ms = delay;
    of(dev).autosuspend_changed();
}

pub(super) fn expiration(dev: *mut device) -> u64 {
    of(dev).expiration()
}

pub(super) fn mark_last_busy(dev: *mut device) {
    of(dev).state.lock().last_busy = time::now_ns();
}

pub(super) fn suspended_time(dev: *mut device) -> u64 {
    of(dev).suspended_ns()
}

pub(super) fn suspended(dev: *mut device) -> bool {
    let state = of(dev).state.lock();
    state.status == Status::Suspended && state.disable_depth == 0
}

pub(super) fn active(dev: *mut device) -> bool {
    let state = of(dev).state.lock();
    state.status == Status::Active || state.disable_depth > 0
}

pub(super) fn status_suspended(dev: *mut device) -> bool {
    of(dev).state.lock().status == Status::Suspended
}

pub(crate) fn enabled(dev: *mut device) -> bool {
    of(dev).state.lock().disable_depth == 0
}

pub(super) fn has_no_callbacks(dev: *mut device) -> bool {
    of(dev).state.lock().no_callbacks
}

pub(super) fn generic_suspend(dev: *mut device) -> c_int {
    // SAFETY: the caller's device.
    unsafe { callbacks::of_driver(dev, Which::Suspend).map_or(0, |f| f(dev)) }
}

pub(super) fn generic_resume(dev: *mut device) -> c_int {
    // SAFETY: the caller's device.
    unsafe { callbacks::of_driver(dev, Which::Resume).map_or(0, |f| f(dev)) }
}

/// Turns management off and suspends the device whoever uses it.
pub(super) fn force_suspend(dev: *mut device) -> c_int {
    let runtime = of(dev);
    runtime.disable(true);
    if status_suspended(dev) {
        return 0;
    }
    // SAFETY: the caller's device, which nobody suspends or resumes while management is off.
    let result = unsafe { callbacks::of(dev, Which::Suspend).map_or(0, |f| f(dev)) };
    if result != 0 {
        runtime.enable();
        return result;
    }
    runtime.declare(Status::Suspended);
    runtime.state.lock().needs_force_resume = runtime.uses() > 0;
    0
}

/// Turns management on again after [`force_suspend`], and resumes the device if it was used.
pub(super) fn force_resume(dev: *mut device) -> c_int {
    let runtime = of(dev);
    let mut result = 0;
    if core::mem::replace(&mut runtime.state.lock().needs_force_resume, false) {
        result = runtime.declare(Status::Active);
        if result == 0 {
            // SAFETY: as in `force_suspend`.
            result = unsafe { callbacks::of(dev, Which::Resume).map_or(0, |f| f(dev)) };
        }
        if result != 0 {
            runtime.declare(Status::Suspended);
        } else {
            mark_last_busy(dev);
        }
    }
    runtime.enable();
    result
}

/// Has `f` called with the device when the driver lets go of it.
fn managed(dev: *mut device, what: &'static str, f: fn(*mut device)) -> c_int {
    let address = dev.expose_provenance();
    let release = move || f(core::ptr::with_exposed_provenance_mut(address));
    // SAFETY: the caller's device.
    to_c(unsafe { devres::add(dev, Key(what, 0), release) })
}

pub(super) fn managed_enable(dev: *mut device) -> c_int {
    enable(dev);
    managed(dev, "pm_runtime_enable", |dev| {
        use_autosuspend(dev, false);
        disable(dev, true);
    })
}

pub(super) fn managed_set_active_enabled(dev: *mut device) -> c_int {
    let result = of(dev).declare(Status::Active);
    if result != 0 {
        return result;
    }
    let undo = managed(dev, "pm_runtime_set_active", |dev| {
        of(dev).declare(Status::Suspended);
    });
    if undo != 0 { undo } else { managed_enable(dev) }
}

pub(super) fn managed_get_noresume(dev: *mut device) -> c_int {
    get_noresume(dev);
    managed(dev, "pm_runtime_get_noresume", put_noidle)
}

/// Manages a device that only stands between its children and its parent: it has no callbacks of its own.
pub(crate) fn manage_without_callbacks(dev: *mut device) {
    no_callbacks(dev);
    ignore_children(dev, true);
    enable(dev);
}

/// Ends what [`manage_without_callbacks`] began, before the device goes.
pub(crate) fn stop_managing(dev: *mut device) {
    disable(dev, true);
    // SAFETY: the caller's device, which nobody suspends or resumes any more.
    unsafe { super::forget(dev) };
}
