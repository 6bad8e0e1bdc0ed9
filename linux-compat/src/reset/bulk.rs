// SPDX-License-Identifier: GPL-2.0-only
//! `reset_control_bulk_*`: several lines of a device at once; all or none.

use super::consumer;
use super::get;
use crate::bindings::{device, reset_control, reset_control_bulk_data, reset_control_flags};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use core::ffi::c_int;
use core::ptr;

crate::exports! {
    family "reset";
    [sleeps, supported, "reset::tests::bulk"]
    fn __reset_control_bulk_get(dev: *mut device, num: c_int, rstcs: *mut reset_control_bulk_data, flags: reset_control_flags) -> c_int = bulk_get;
    [sleeps, supported, "reset::tests::bulk"]
    fn __devm_reset_control_bulk_get(dev: *mut device, num: c_int, rstcs: *mut reset_control_bulk_data, flags: reset_control_flags) -> c_int = devm_bulk_get;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_put(num: c_int, rstcs: *mut reset_control_bulk_data) -> () = put;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_reset(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int = reset;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_assert(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int = assert_all;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_deassert(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int = deassert;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_acquire(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int = acquire;
    [any, supported, "reset::tests::bulk"]
    fn reset_control_bulk_release(num: c_int, rstcs: *mut reset_control_bulk_data) -> () = release;
}

/// The elements of an array of C.
///
/// # Safety
/// `rstcs` points to `num` elements that nobody else uses, or `num` is not positive.
pub(super) unsafe fn slice<'a>(num: c_int, rstcs: *mut reset_control_bulk_data) -> &'a mut [reset_control_bulk_data] {
    match usize::try_from(num) {
        // SAFETY: the caller's promise.
        Ok(num) if num > 0 && !rstcs.is_null() => unsafe { core::slice::from_raw_parts_mut(rstcs, num) },
        _ => &mut [],
    }
}

/// Does something to all lines, in this order; undoes it in those before one that refuses.
pub(super) unsafe fn each(
    num: c_int,
    rstcs: *mut reset_control_bulk_data,
    begin: unsafe fn(*mut reset_control) -> c_int,
    undo: unsafe fn(*mut reset_control),
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let all = slice(num, rstcs);
        for (done, line) in all.iter().enumerate() {
            let result = begin(line.rstc);
            if result != 0 {
                all.iter().take(done).rev().for_each(|l| undo(l.rstc));
                return result;
            }
        }
    }
    0
}

pub(super) unsafe fn nothing(_rstc: *mut reset_control) {}

pub(super) unsafe fn undo_assert(rstc: *mut reset_control) {
    // SAFETY: as the caller says.
    unsafe { consumer::deassert(rstc) };
}

pub(super) unsafe fn undo_deassert(rstc: *mut reset_control) {
    // SAFETY: as the caller says.
    unsafe { consumer::assert_c(rstc) };
}

pub(super) unsafe fn reset(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(num, rstcs, consumer::reset_c, nothing) }
}

pub(super) unsafe fn assert_all(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(num, rstcs, consumer::assert_c, undo_assert) }
}

/// From the last line to the first, so that what was asserted last runs first.
pub(super) unsafe fn deassert(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let all = slice(num, rstcs);
        for (done, line) in all.iter().rev().enumerate() {
            let result = consumer::deassert(line.rstc);
            if result != 0 {
                all.iter().rev().take(done).for_each(|l| undo_deassert(l.rstc));
                return result;
            }
        }
    }
    0
}

pub(super) unsafe fn acquire(num: c_int, rstcs: *mut reset_control_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(num, rstcs, consumer::acquire, consumer::release) }
}

pub(super) unsafe fn release(num: c_int, rstcs: *mut reset_control_bulk_data) {
    // SAFETY: as the caller says.
    unsafe { slice(num, rstcs).iter().for_each(|l| consumer::release(l.rstc)) };
}

pub(super) unsafe fn put(num: c_int, rstcs: *mut reset_control_bulk_data) {
    // SAFETY: as the caller says.
    unsafe {
        let all = slice(num, rstcs).iter_mut().rev();
        all.for_each(|l| consumer::put(core::mem::replace(&mut l.rstc, ptr::null_mut())));
    }
}

/// Gets all lines, or none.
pub(super) unsafe fn fill(
    dev: *mut device,
    num: c_int,
    rstcs: *mut reset_control_bulk_data,
    flags: reset_control_flags,
) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let all = slice(num, rstcs);
        all.iter_mut().for_each(|l| l.rstc = ptr::null_mut());
        for line in all {
            match Errno::check_ptr(get::get(dev, line.id, 0, flags)) {
                Ok(rstc) => line.rstc = rstc,
                Err(errno) => {
                    put(num, rstcs);
                    return Err(errno);
                }
            }
        }
    }
    Ok(())
}

pub(super) unsafe fn bulk_get(
    dev: *mut device,
    num: c_int,
    rstcs: *mut reset_control_bulk_data,
    flags: reset_control_flags,
) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { fill(dev, num, rstcs, flags) })
}

pub(super) unsafe fn devm_bulk_get(
    dev: *mut device,
    num: c_int,
    rstcs: *mut reset_control_bulk_data,
    flags: reset_control_flags,
) -> c_int {
    let deasserted = flags & get::DEASSERTED != 0;
    let keep = || {
        // SAFETY: as the caller says; the array is the driver's and lives as long as the device is bound.
        unsafe {
            fill(dev, num, rstcs, flags & !get::DEASSERTED)?;
            if deasserted && let Err(errno) = Errno::check(deassert(num, rstcs)) {
                put(num, rstcs);
                return Err(errno);
            }
            let address = rstcs.expose_provenance();
            let release = move || {
                let rstcs = ptr::with_exposed_provenance_mut(address);
                if deasserted {
                    assert_all(num, rstcs);
                }
                put(num, rstcs);
            };
            devres::add(dev, Key("reset_bulk", address), release)
        }
    };
    to_c(keep())
}
