// SPDX-License-Identifier: GPL-2.0-only
//! What consumers do with reset lines. Whether that may sleep is between them and the controller's driver.

use super::control::{Control, control, errno, free};
use crate::bindings::reset_control;
use crate::errno::{Result, int_to_c, to_c};
use core::ffi::c_int;
use kernel::reset::{self, Reset};

crate::exports! {
    family "reset";
    [any, supported, "reset::tests::exclusive_lines"]
    fn reset_control_reset(rstc: *mut reset_control) -> c_int = reset_c;
    [any, supported, "reset::tests::shared_lines"]
    fn reset_control_rearm(rstc: *mut reset_control) -> c_int = rearm;
    [any, supported, "reset::tests::exclusive_lines"]
    fn reset_control_assert(rstc: *mut reset_control) -> c_int = assert_c;
    [any, supported, "reset::tests::exclusive_lines"]
    fn reset_control_deassert(rstc: *mut reset_control) -> c_int = deassert;
    [any, supported, "reset::tests::exclusive_lines"]
    fn reset_control_status(rstc: *mut reset_control) -> c_int = status;
    [any, supported, "reset::tests::handed_around"]
    fn reset_control_acquire(rstc: *mut reset_control) -> c_int = acquire;
    [any, supported, "reset::tests::handed_around"]
    fn reset_control_release(rstc: *mut reset_control) -> () = release;
    [any, supported, "reset::tests::exclusive_lines"]
    fn reset_control_put(rstc: *mut reset_control) -> () = put;
}

/// Runs `f` with the lines; null is no line and takes everything.
unsafe fn with(rstc: *const reset_control, f: impl FnOnce(&Control) -> Result<()>) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { control(rstc) }.and_then(|c| c.map_or(Ok(()), f)))
}

fn undo(f: fn(&Reset) -> reset::Result<()>) -> impl Fn(&Reset) {
    move |line| {
        if let Err(cause) = f(line) {
            log::warn!("a reset line cannot be put back: {cause}");
        }
    }
}

fn undo_assert(line: &Reset) {
    undo(Reset::deassert)(line);
}

fn undo_deassert(line: &Reset) {
    undo(Reset::assert)(line);
}

/// Nothing to undo.
fn nothing(_line: &Reset) {}

pub(super) unsafe fn reset_c(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(Reset::reset, nothing)) }
}

pub(super) unsafe fn rearm(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(Reset::rearm, nothing)) }
}

pub(super) unsafe fn assert_c(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(Reset::assert, undo_assert)) }
}

pub(super) unsafe fn deassert(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(Reset::deassert, undo_deassert)) }
}

/// 1 in reset, 0 not, or why that is not known.
pub(super) unsafe fn status(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    let control = unsafe { control(rstc) };
    int_to_c(control.and_then(|c| match c {
        None => Ok(0),
        Some(c) => c.one()?.status().map(c_int::from).map_err(errno),
    }))
}

pub(super) unsafe fn acquire(rstc: *mut reset_control) -> c_int {
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(Reset::acquire, Reset::release)) }
}

pub(super) unsafe fn release(rstc: *mut reset_control) {
    let release = |line: &Reset| {
        line.release();
        Ok(())
    };
    // SAFETY: as the caller says.
    unsafe { with(rstc, |c| c.each(release, nothing)) };
}

pub(super) unsafe fn put(rstc: *mut reset_control) {
    // SAFETY: as the caller says.
    unsafe { free(rstc) };
}

