// SPDX-License-Identifier: GPL-2.0-only
//! `regulator_bulk_*`: several regulators of a device at once; all or none.

use super::consumer::{self, Want, get};
use super::managed::keep;
use crate::bindings::{device, regulator, regulator_bulk_data};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_char, c_int};
use core::ptr;

crate::exports! {
    family "regulator";
    [sleeps, supported, "regulator::tests::bulk"]
    fn regulator_bulk_get(dev: *mut device, num: c_int, consumers: *mut regulator_bulk_data) -> c_int = bulk_get;
    [sleeps, supported, "regulator::tests::bulk"]
    fn devm_regulator_bulk_get(dev: *mut device, num: c_int, consumers: *mut regulator_bulk_data) -> c_int = devm_bulk_get;
    [sleeps, supported, "regulator::tests::bulk"]
    fn devm_regulator_bulk_get_exclusive(dev: *mut device, num: c_int, consumers: *mut regulator_bulk_data) -> c_int = devm_bulk_get_exclusive;
    [sleeps, supported, "regulator::tests::bulk"]
    fn devm_regulator_bulk_get_enable(dev: *mut device, num: c_int, id: *const *const c_char) -> c_int = devm_bulk_get_enable;
    [sleeps, supported, "regulator::tests::bulk"]
    fn regulator_bulk_enable(num: c_int, consumers: *mut regulator_bulk_data) -> c_int = enable;
    [sleeps, supported, "regulator::tests::bulk"]
    fn regulator_bulk_disable(num: c_int, consumers: *mut regulator_bulk_data) -> c_int = disable;
    [sleeps, supported, "regulator::tests::bulk"]
    fn regulator_bulk_force_disable(num: c_int, consumers: *mut regulator_bulk_data) -> c_int = force_disable;
    [sleeps, supported, "regulator::tests::bulk"]
    fn regulator_bulk_free(num: c_int, consumers: *mut regulator_bulk_data) -> () = free;
}

/// The elements of an array of C.
///
/// # Safety
/// `all` points to `num` elements that nobody else uses, or `num` is not positive.
pub(super) unsafe fn slice<'a>(num: c_int, all: *mut regulator_bulk_data) -> &'a mut [regulator_bulk_data] {
    match usize::try_from(num) {
        // SAFETY: the caller's promise.
        Ok(num) if num > 0 && !all.is_null() => unsafe { core::slice::from_raw_parts_mut(all, num) },
        _ => &mut [],
    }
}

pub(super) unsafe fn fill(dev: *mut device, num: c_int, all: *mut regulator_bulk_data, want: Want) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let slots = slice(num, all);
        slots.iter_mut().for_each(|s| s.consumer = ptr::null_mut());
        for slot in slots {
            let result = get(dev, slot.supply, want).and_then(|regulator| {
                slot.consumer = regulator;
                match slot.init_load_uA {
                    load if load > 0 => Errno::check(consumer::set_load(regulator, load)).map(|_| ()),
                    _ => Ok(()),
                }
            });
            if result.is_err() {
                free(num, all);
                return result;
            }
        }
    }
    Ok(())
}

pub(super) unsafe fn bulk_get(dev: *mut device, num: c_int, all: *mut regulator_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { fill(dev, num, all, Want::Normal) })
}

pub(super) unsafe fn managed(dev: *mut device, num: c_int, all: *mut regulator_bulk_data, want: Want) -> c_int {
    // SAFETY: as the caller says; the array is the driver's and lives as long as the device is bound.
    unsafe {
        let address = all.expose_provenance();
        to_c(fill(dev, num, all, want).and_then(|()| {
            devres::add(dev, Key("regulator_bulk", address), move || free(num, ptr::with_exposed_provenance_mut(address)))
        }))
    }
}

pub(super) unsafe fn devm_bulk_get(dev: *mut device, num: c_int, all: *mut regulator_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { managed(dev, num, all, Want::Normal) }
}

pub(super) unsafe fn devm_bulk_get_exclusive(dev: *mut device, num: c_int, all: *mut regulator_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { managed(dev, num, all, Want::Exclusive) }
}

pub(super) unsafe fn devm_bulk_get_enable(dev: *mut device, num: c_int, ids: *const *const c_char) -> c_int {
    for i in 0..usize::try_from(num).unwrap_or(0) {
        // SAFETY: the caller's array of `num` names. What came before goes with the device, as it does in Linux.
        if let Err(errno) = unsafe { keep(dev, *ids.add(i), Want::Normal, true) } {
            return errno.to_c();
        }
    }
    0
}

/// Does something to all regulators; undoes it in those before one that refuses.
pub(super) unsafe fn each(
    num: c_int,
    all: *mut regulator_bulk_data,
    begin: unsafe fn(*mut regulator) -> c_int,
    undo: unsafe fn(*mut regulator) -> c_int,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let slots = slice(num, all);
        for (done, slot) in slots.iter().enumerate() {
            let result = begin(slot.consumer);
            if result != 0 {
                slots.iter().take(done).rev().for_each(|s| _ = undo(s.consumer));
                return result;
            }
        }
    }
    0
}

pub(super) unsafe fn enable(num: c_int, all: *mut regulator_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(num, all, consumer::enable, consumer::disable) }
}

/// From the last to the first; what went off goes on again if one refuses.
pub(super) unsafe fn disable(num: c_int, all: *mut regulator_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let slots = slice(num, all);
        for (done, slot) in slots.iter().rev().enumerate() {
            let result = consumer::disable(slot.consumer);
            if result != 0 {
                slots.iter().rev().take(done).for_each(|s| _ = consumer::enable(s.consumer));
                return result;
            }
        }
    }
    0
}

/// All of them, whatever one says; the first error is told.
pub(super) unsafe fn force_disable(num: c_int, all: *mut regulator_bulk_data) -> c_int {
    let mut first = 0;
    // SAFETY: as the caller says.
    for slot in unsafe { slice(num, all) } {
        // SAFETY: as above.
        slot.ret = unsafe { consumer::force_disable(slot.consumer) };
        first = if first == 0 { slot.ret } else { first };
    }
    first
}

pub(super) unsafe fn free(num: c_int, all: *mut regulator_bulk_data) {
    // SAFETY: as the caller says.
    unsafe {
        let slots = slice(num, all).iter_mut();
        slots.for_each(|s| consumer::put(core::mem::replace(&mut s.consumer, ptr::null_mut())));
    }
}
