// SPDX-License-Identifier: GPL-2.0-only
//! `linux/clkdev.h`: clocks by the names of device and connection.

use super::provider::text;
use super::raw::{handle, hw_of, node, registered};
use crate::bindings::{self, clk, clk_hw, clk_lookup, device};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{c_char, c_int};
use core::ptr;
use kernel::clk::ClkNode;
use kernel::sync::SpinLock;

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::lookup_by_name"]
    fn clk_get_sys(dev_id: *const c_char, con_id: *const c_char) -> *mut clk = get_sys;
    [atomic, supported, "clk::tests::lookup::lookup_by_name"]
    fn clkdev_add(cl: *mut clk_lookup) -> () = add;
    [atomic, supported, "clk::tests::lookup::lookup_by_name"]
    fn clkdev_add_table(cl: *mut clk_lookup, num: usize) -> () = add_table;
    [atomic, supported, "clk::tests::lookup::lookup_by_name"]
    fn clkdev_drop(cl: *mut clk_lookup) -> () = drop_lookup;
    [sleeps, supported, "clk::tests::lookup::lookup_by_name"]
    fn clk_add_alias(alias: *const c_char, alias_dev_name: *const c_char, con_id: *const c_char, dev: *mut device) -> c_int = add_alias;
    [atomic, supported, "clk::tests::lookup::lookup_by_name"]
    fn clk_register_clkdev(clk: *mut clk, con_id: *const c_char, dev_id: *const c_char) -> c_int = register_clk;
    [atomic, supported, "clk::tests::lookup::lookup_by_name"]
    fn clk_hw_register_clkdev(hw: *mut clk_hw, con_id: *const c_char, dev_id: *const c_char) -> c_int = register_hw;
    [atomic, supported, "clk::tests::lookup::managed"]
    fn devm_clk_hw_register_clkdev(dev: *mut device, hw: *mut clk_hw, con_id: *const c_char, dev_id: *const c_char) -> c_int = devm_register_hw;
}

crate::exports_c! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::lookups_are_made_and_dropped"]
    fn clkdev_create;
    [sleeps, supported, "clk::tests::lookup::lookups_are_made_and_dropped"]
    fn clkdev_hw_create;
}

/// A clock's names.
struct Lookup {
    /// The `struct clk_lookup` that it came with; 0 for none.
    origin: usize,
    device: Option<Box<str>>,
    connection: Option<Box<str>>,
    hw: usize,
}

static LOOKUPS: SpinLock<Vec<Lookup>> = SpinLock::new(Vec::new());

/// Whether a lookup is for these names, and how well it fits: a device counts more than a connection.
fn rank(lookup: &Lookup, device: Option<&[u8]>, connection: Option<&[u8]>) -> Option<u32> {
    let one = |own: &Option<Box<str>>, asked: Option<&[u8]>, worth| match own {
        None => Some(0),
        Some(own) => (asked == Some(own.as_bytes())).then_some(worth),
    };
    let rank = one(&lookup.device, device, 2)? + one(&lookup.connection, connection, 1)?;
    (rank > 0).then_some(rank)
}

/// The clock that fits the names best.
pub(super) fn find_node(device: Option<&[u8]>, connection: Option<&[u8]>) -> Option<Arc<ClkNode>> {
    let hw = {
        let lookups = LOOKUPS.lock();
        let ranked = lookups.iter().filter_map(|l| Some((rank(l, device, connection)?, l)));
        // The first of the best.
        ranked.fold(None, |best: Option<(u32, &Lookup)>, new| match best {
            Some(best) if best.0 >= new.0 => Some(best),
            _ => Some(new),
        })?
        .1
        .hw
    };
    // SAFETY: a clock's `hw` lives while a lookup leads to it.
    unsafe { node(ptr::with_exposed_provenance(hw)) }
}

/// A handle to the clock that fits the names best.
///
/// # Errors
/// `ENOENT`.
pub(super) fn get(device: Option<&[u8]>, connection: Option<&[u8]>) -> Result<*mut clk> {
    let found = find_node(device, connection).ok_or(Errno::ENOENT)?;
    Ok(super::raw::new_handle(&found, &super::consumer::user(device.unwrap_or(b"?"), connection)))
}

pub(super) unsafe fn get_sys(dev_id: *const c_char, con_id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { ptr_to_c(get(super::of::bytes(dev_id), super::of::bytes(con_id))) }
}

/// Notes a clock's names.
pub(super) unsafe fn note(hw: *const clk_hw, con_id: *const c_char, dev_id: *const c_char, origin: usize) {
    // SAFETY: as the caller says.
    let (device, connection) = unsafe { (text(dev_id), text(con_id)) };
    LOOKUPS.lock().push(Lookup { origin, device, connection, hw: hw.expose_provenance() });
}

/// The `hw` that a lookup of C leads to.
pub(super) unsafe fn target(cl: &clk_lookup) -> *mut clk_hw {
    if !cl.clk_hw.is_null() {
        return cl.clk_hw;
    }
    // SAFETY: as the caller says.
    unsafe { handle(cl.clk) }.map_or(ptr::null_mut(), |h| hw_of(h.clk.node()))
}

pub(super) unsafe fn add(cl: *mut clk_lookup) {
    // SAFETY: as the caller says.
    unsafe {
        if let Some(lookup) = cl.as_ref() {
            note(target(lookup), lookup.con_id, lookup.dev_id, cl.addr());
        }
    }
}

pub(super) unsafe fn add_table(cl: *mut clk_lookup, num: usize) {
    // SAFETY: as the caller says.
    (0..num).for_each(|i| unsafe { add(cl.add(i)) });
}

/// Takes a lookup away; one that was made by [`create`] is freed.
pub(super) unsafe fn drop_lookup(cl: *mut clk_lookup) {
    LOOKUPS.lock().retain(|l| l.origin != cl.addr());
    let made = {
        let mut made = MADE.lock();
        made.iter().position(|m| *m == cl.addr()).map(|at| made.swap_remove(at))
    };
    if made.is_some() {
        // SAFETY: of `create`, and taken off the list by us.
        drop(unsafe { Box::from_raw(cl) });
    }
}

/// The lookups that are ours to free, by address.
static MADE: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// What `clkdev_create()` and `clkdev_hw_create()` have in common; the names are copied. Null if the clock is none.
///
/// # Safety
/// `clk` or `hw` is a clock or an error, the names are null or strings.
#[cfg_attr(linked, unsafe(export_name = "fv_clkdev_create"))]
#[cfg_attr(not(any(linked, test)), expect(dead_code, reason = "C calls it"))]
pub(super) unsafe extern "C" fn create(
    clk: *mut clk,
    hw: *mut clk_hw,
    con_id: *const c_char,
    dev_id: *const c_char,
) -> *mut clk_lookup {
    if Errno::check_ptr(clk).is_err() || Errno::check_ptr(hw).is_err() {
        return ptr::null_mut();
    }
    let node = bindings::list_head { next: ptr::null_mut(), prev: ptr::null_mut() };
    // The names are in the table only: C that reads them from the structure would outlive its own.
    let lookup = clk_lookup { node, dev_id: ptr::null(), con_id: ptr::null(), clk, clk_hw: hw };
    // SAFETY: as the caller says.
    unsafe {
        let hw = target(&lookup);
        if hw.is_null() {
            return ptr::null_mut();
        }
        let made = Box::into_raw(Box::new(lookup));
        MADE.lock().push(made.addr());
        note(hw, con_id, dev_id, made.addr());
        made
    }
}

pub(super) unsafe fn add_alias(
    alias: *const c_char,
    alias_dev_name: *const c_char,
    con_id: *const c_char,
    dev: *mut device,
) -> c_int {
    let find = || {
        // SAFETY: as the caller says.
        unsafe {
            let clk = super::consumer::get_for(dev, con_id)?;
            let hw = handle(clk).map(|h| hw_of(h.clk.node())).ok_or(Errno::ENOENT);
            super::consumer::put(clk);
            note(hw?, alias, alias_dev_name, 0);
            Ok(())
        }
    };
    to_c(find())
}

pub(super) unsafe fn register_clk(clk: *mut clk, con_id: *const c_char, dev_id: *const c_char) -> c_int {
    let register = || {
        Errno::check_ptr(clk)?;
        // SAFETY: as the caller says.
        unsafe {
            let hw = handle(clk).map(|h| hw_of(h.clk.node())).ok_or(Errno::EINVAL)?;
            note(hw, con_id, dev_id, 0);
        }
        Ok(())
    };
    to_c(register())
}

pub(super) unsafe fn register_hw(hw: *mut clk_hw, con_id: *const c_char, dev_id: *const c_char) -> c_int {
    let register = || {
        // SAFETY: as the caller says.
        unsafe {
            registered(Errno::check_ptr(hw)?)?;
            note(hw, con_id, dev_id, 0);
        }
        Ok(())
    };
    to_c(register())
}

pub(super) unsafe fn devm_register_hw(
    dev: *mut device,
    hw: *mut clk_hw,
    con_id: *const c_char,
    dev_id: *const c_char,
) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let result = Errno::check(register_hw(hw, con_id, dev_id));
        let address = hw.addr();
        let names = (text(con_id), text(dev_id));
        to_c(result.and_then(|_| {
            devres::add(dev, Key("clk_lookup", address), move || {
                let (connection, device) = &names;
                let mut lookups = LOOKUPS.lock();
                let same =
                    |l: &Lookup| l.hw == address && l.connection == *connection && l.device == *device;
                if let Some(at) = lookups.iter().rposition(same) {
                    lookups.swap_remove(at);
                }
            })
        }))
    }
}
