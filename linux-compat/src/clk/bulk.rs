// SPDX-License-Identifier: GPL-2.0-only
//! `clk_bulk_*`: several clocks of a device at once; all or none.

use super::consumer::{self, get_for};
use crate::bindings::{clk_bulk_data, device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ffi::c_int;
use core::ptr;

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_get(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int = get;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_get_optional(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int = get_optional;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_get_all(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int = get_all;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn devm_clk_bulk_get(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int = devm_get;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn devm_clk_bulk_get_optional(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int = devm_get_optional;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn devm_clk_bulk_get_all(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int = devm_get_all;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn devm_clk_bulk_get_all_enable(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int = devm_get_all_enable;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_put(num: c_int, clks: *mut clk_bulk_data) -> () = put;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_put_all(num: c_int, clks: *mut clk_bulk_data) -> () = put_all;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_prepare(num: c_int, clks: *const clk_bulk_data) -> c_int = prepare;
    [sleeps, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_unprepare(num: c_int, clks: *const clk_bulk_data) -> () = unprepare;
    [any, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_enable(num: c_int, clks: *const clk_bulk_data) -> c_int = enable;
    [any, supported, "clk::tests::lookup::bulk"]
    fn clk_bulk_disable(num: c_int, clks: *const clk_bulk_data) -> () = disable;
}

/// The elements of an array of C.
///
/// # Safety
/// `clks` points to `num` elements, or `num` is not positive.
pub(super) unsafe fn slice<'a>(num: c_int, clks: *const clk_bulk_data) -> &'a [clk_bulk_data] {
    match usize::try_from(num) {
        // SAFETY: the caller's promise.
        Ok(num) if num > 0 && !clks.is_null() => unsafe { core::slice::from_raw_parts(clks, num) },
        _ => &[],
    }
}

/// As [`slice`], to be written.
///
/// # Safety
/// As [`slice`]; nobody else uses the elements.
pub(super) unsafe fn slice_mut<'a>(num: c_int, clks: *mut clk_bulk_data) -> &'a mut [clk_bulk_data] {
    match usize::try_from(num) {
        // SAFETY: the caller's promise.
        Ok(num) if num > 0 && !clks.is_null() => unsafe { core::slice::from_raw_parts_mut(clks, num) },
        _ => &mut [],
    }
}

/// Gets all clocks, or none.
pub(super) unsafe fn fill(dev: *mut device, clks: &mut [clk_bulk_data], optional: bool) -> Result<()> {
    clks.iter_mut().for_each(|c| c.clk = ptr::null_mut());
    for at in 0..clks.len() {
        let Some(slot) = clks.get_mut(at) else { break };
        // SAFETY: as the caller says.
        match unsafe { get_for(dev, slot.id) } {
            Ok(clk) => slot.clk = clk,
            Err(Errno::ENOENT) if optional => {}
            Err(errno) => {
                clks.iter_mut().for_each(|c| {
                    // SAFETY: got above, or null.
                    unsafe { consumer::put(core::mem::replace(&mut c.clk, ptr::null_mut())) };
                });
                return Err(errno);
            }
        }
    }
    Ok(())
}

pub(super) unsafe fn get(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { fill(dev, slice_mut(num, clks), false) })
}

pub(super) unsafe fn get_optional(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { fill(dev, slice_mut(num, clks), true) })
}

/// All clocks of the device's node, with the names that it has for them, in an array that is the caller's.
pub(super) unsafe fn all(dev: *mut device) -> Result<Box<[clk_bulk_data]>> {
    // SAFETY: as the caller says.
    unsafe {
        let Some(node) = dev.as_ref().and_then(|d| Node::from_raw(d.of_node)) else { return Ok(Box::default()) };
        let names = node.property(b"clock-names");
        let mut clks: Vec<clk_bulk_data> = Vec::new();
        for index in 0..super::of::parent_count(node) {
            let id = names.and_then(|n| n.strings().nth(index)).map_or(ptr::null(), |n| n.as_ptr());
            match super::of::find(node, index as c_int, None) {
                Ok(found) => {
                    let user = super::consumer::user(crate::device::name(dev).to_bytes(), super::of::bytes(id));
                    clks.push(clk_bulk_data { id, clk: super::of::make(found.as_ref(), &user) });
                }
                Err(errno) => {
                    clks.iter().for_each(|c| consumer::put(c.clk));
                    return Err(errno);
                }
            }
        }
        Ok(clks.into_boxed_slice())
    }
}

/// Hands an array to C; says how many elements it has. No clocks give no array.
pub(super) unsafe fn hand_out(all: Box<[clk_bulk_data]>, clks: *mut *mut clk_bulk_data) -> c_int {
    let num = all.len() as c_int;
    let array = if all.is_empty() { ptr::null_mut() } else { Box::into_raw(all).cast() };
    // SAFETY: the caller's variable.
    unsafe { clks.write(array) };
    num
}

pub(super) unsafe fn get_all(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    int_to_c(unsafe { all(dev) }.map(|all| {
        // SAFETY: as above.
        unsafe { hand_out(all, clks) }
    }))
}

pub(super) unsafe fn put(num: c_int, clks: *mut clk_bulk_data) {
    // SAFETY: as the caller says.
    for slot in unsafe { slice_mut(num, clks) }.iter_mut().rev() {
        // SAFETY: as above.
        unsafe { consumer::put(core::mem::replace(&mut slot.clk, ptr::null_mut())) };
    }
}

pub(super) unsafe fn put_all(num: c_int, clks: *mut clk_bulk_data) {
    // SAFETY: an array of `hand_out`, as the caller says.
    unsafe {
        put(num, clks);
        if let Ok(num) = usize::try_from(num)
            && num > 0
            && !clks.is_null()
        {
            drop(Box::from_raw(ptr::slice_from_raw_parts_mut(clks, num)));
        }
    }
}

pub(super) unsafe fn prepare(num: c_int, clks: *const clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(slice(num, clks), consumer::prepare, consumer::unprepare) }
}

pub(super) unsafe fn unprepare(num: c_int, clks: *const clk_bulk_data) {
    // SAFETY: as the caller says.
    unsafe { slice(num, clks).iter().rev().for_each(|c| consumer::unprepare(c.clk)) };
}

pub(super) unsafe fn enable(num: c_int, clks: *const clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { each(slice(num, clks), consumer::enable, consumer::disable) }
}

pub(super) unsafe fn disable(num: c_int, clks: *const clk_bulk_data) {
    // SAFETY: as the caller says.
    unsafe { slice(num, clks).iter().rev().for_each(|c| consumer::disable(c.clk)) };
}

/// Does something to all clocks; undoes it if one refuses.
pub(super) unsafe fn each(
    clks: &[clk_bulk_data],
    begin: unsafe fn(*mut crate::bindings::clk) -> c_int,
    end: unsafe fn(*mut crate::bindings::clk),
) -> c_int {
    for (done, slot) in clks.iter().enumerate() {
        // SAFETY: as the caller says.
        unsafe {
            let result = begin(slot.clk);
            if result != 0 {
                clks.iter().take(done).rev().for_each(|c| end(c.clk));
                return result;
            }
        }
    }
    0
}

pub(super) unsafe fn devm(dev: *mut device, num: c_int, clks: *mut clk_bulk_data, optional: bool) -> c_int {
    // SAFETY: as the caller says; the array is the driver's and lives as long as the device is bound.
    unsafe {
        let address = clks.expose_provenance();
        to_c(fill(dev, slice_mut(num, clks), optional).and_then(|()| {
            devres::add(dev, Key("clk_bulk", address), move || put(num, ptr::with_exposed_provenance_mut(address)))
        }))
    }
}

pub(super) unsafe fn devm_get(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { devm(dev, num, clks, false) }
}

pub(super) unsafe fn devm_get_optional(dev: *mut device, num: c_int, clks: *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { devm(dev, num, clks, true) }
}

pub(super) unsafe fn devm_all(dev: *mut device, clks: *mut *mut clk_bulk_data, on: bool) -> c_int {
    let get = || {
        // SAFETY: as the caller says; the array goes when the resource does.
        unsafe {
            let num = hand_out(all(dev)?, clks);
            let array = *clks;
            if on && let Err(errno) = begin(num, array) {
                put_all(num, array);
                return Err(errno);
            }
            let address = array.expose_provenance();
            let release = move || {
                let array = ptr::with_exposed_provenance_mut(address);
                if on {
                    disable(num, array);
                    unprepare(num, array);
                }
                put_all(num, array);
            };
            devres::add(dev, Key("clk_bulk", address), release)?;
            Ok(num)
        }
    };
    int_to_c(get())
}

/// Prepares and enables all.
pub(super) unsafe fn begin(num: c_int, clks: *const clk_bulk_data) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        Errno::check(prepare(num, clks))?;
        if let Err(errno) = Errno::check(enable(num, clks)) {
            unprepare(num, clks);
            return Err(errno);
        }
        Ok(())
    }
}

pub(super) unsafe fn devm_get_all(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    unsafe { devm_all(dev, clks, false) }
}

pub(super) unsafe fn devm_get_all_enable(dev: *mut device, clks: *mut *mut clk_bulk_data) -> c_int {
    // SAFETY: as the caller says.
    match unsafe { devm_all(dev, clks, true) } {
        // The clocks are on; how many there are is not told.
        num if num > 0 => 0,
        other => other,
    }
}
