// SPDX-License-Identifier: GPL-2.0-only
//! `linux/clk.h`: what consumers do with a clock. A null clock is one that is not there; it takes everything.

use super::raw::{free_handle, handle, hw_of};
use crate::bindings::{clk, device};
use crate::device as devices;
use crate::errno::{Errno, Result, int_to_c, ptr_to_c, to_c};
use crate::of::Node;
use alloc::string::String;
use core::ffi::{c_char, c_int, c_long, c_uint, c_ulong};
use core::ptr;
use kernel::clk::{Clk, Duty};

crate::exports! {
    family "clk";
    [sleeps, supported, "clk::tests::lookup::lookup_by_tree"]
    fn clk_get(dev: *mut device, id: *const c_char) -> *mut clk = get;
    [sleeps, supported, "clk::tests::consumers"]
    fn clk_put(clk: *mut clk) -> () = put;
    [sleeps, supported, "clk::tests::consumers"]
    fn clk_prepare(clk: *mut clk) -> c_int = prepare;
    [sleeps, supported, "clk::tests::consumers"]
    fn clk_unprepare(clk: *mut clk) -> () = unprepare;
    [any, supported, "clk::tests::consumers"]
    fn clk_enable(clk: *mut clk) -> c_int = enable;
    [any, supported, "clk::tests::consumers"]
    fn clk_disable(clk: *mut clk) -> () = disable;
    [any, supported, "clk::tests::consumers"]
    fn clk_is_enabled_when_prepared(clk: *mut clk) -> bool = is_enabled_when_prepared;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_get_rate(clk: *mut clk) -> c_ulong = get_rate;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_round_rate(clk: *mut clk, rate: c_ulong) -> c_long = round_rate;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_set_rate(clk: *mut clk, rate: c_ulong) -> c_int = set_rate;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_set_rate_exclusive(clk: *mut clk, rate: c_ulong) -> c_int = set_rate_exclusive;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_rate_exclusive_get(clk: *mut clk) -> c_int = rate_exclusive_get;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_rate_exclusive_put(clk: *mut clk) -> () = rate_exclusive_put;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_set_rate_range(clk: *mut clk, min: c_ulong, max: c_ulong) -> c_int = set_rate_range;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_set_min_rate(clk: *mut clk, rate: c_ulong) -> c_int = set_min_rate;
    [sleeps, supported, "clk::tests::consumer_rates"]
    fn clk_set_max_rate(clk: *mut clk, rate: c_ulong) -> c_int = set_max_rate;
    [sleeps, supported, "clk::tests::consumer_parents"]
    fn clk_has_parent(clk: *const clk, parent: *const clk) -> bool = has_parent;
    [sleeps, supported, "clk::tests::consumer_parents"]
    fn clk_set_parent(clk: *mut clk, parent: *mut clk) -> c_int = set_parent;
    [any, supported, "clk::tests::consumer_parents"]
    fn clk_get_parent(clk: *mut clk) -> *mut clk = get_parent;
    [any, supported, "clk::tests::consumer_parents"]
    fn clk_is_match(p: *const clk, q: *const clk) -> bool = is_match;
    [sleeps, supported, "clk::tests::phase_duty_accuracy"]
    fn clk_get_accuracy(clk: *mut clk) -> c_long = get_accuracy;
    [sleeps, supported, "clk::tests::phase_duty_accuracy"]
    fn clk_set_phase(clk: *mut clk, degrees: c_int) -> c_int = set_phase;
    [sleeps, supported, "clk::tests::phase_duty_accuracy"]
    fn clk_get_phase(clk: *mut clk) -> c_int = get_phase;
    [sleeps, supported, "clk::tests::phase_duty_accuracy"]
    fn clk_set_duty_cycle(clk: *mut clk, num: c_uint, den: c_uint) -> c_int = set_duty_cycle;
    [sleeps, supported, "clk::tests::phase_duty_accuracy"]
    fn clk_get_scaled_duty_cycle(clk: *mut clk, scale: c_uint) -> c_int = get_scaled_duty_cycle;
}

/// Runs `f` with the clock, or takes `absent` for a null one; errors in pointers are `EINVAL`.
pub(super) unsafe fn with<T>(clk: *const clk, absent: T, f: impl FnOnce(&Clk) -> kernel::clk::Result<T>) -> Result<T> {
    if clk.is_null() {
        return Ok(absent);
    }
    // SAFETY: as the caller says.
    let handle = unsafe { handle(clk) }.ok_or(Errno::EINVAL)?;
    f(&handle.clk).map_err(Errno::from)
}

/// A clock of a device: by its node, else by clkdev.
pub(super) unsafe fn get_for(dev: *mut device, id: *const c_char) -> Result<*mut clk> {
    // SAFETY: as the caller says.
    unsafe {
        let id = super::of::bytes(id);
        let Some(node) = dev.as_ref().and_then(|d| Node::from_raw(d.of_node)) else {
            let name = dev.as_ref().map(|d| devices::name(d).to_bytes());
            return super::clkdev::get(name, id);
        };
        let name = devices::name(dev);
        match super::of::find(node, 0, id) {
            Ok(found) => Ok(super::of::make(found.as_ref(), &user(name.to_bytes(), id))),
            Err(Errno::EPROBE_DEFER) => Err(Errno::EPROBE_DEFER),
            Err(_) => super::clkdev::get(Some(name.to_bytes()), id),
        }
    }
}

/// Who has a clock, as reports show it: `device:connection`.
pub(super) fn user(device: &[u8], connection: Option<&[u8]>) -> String {
    let mut user = String::from_utf8_lossy(device).into_owned();
    if let Some(connection) = connection {
        user.push(':');
        user.push_str(&String::from_utf8_lossy(connection));
    }
    user
}

pub(super) unsafe fn get(dev: *mut device, id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { get_for(dev, id) })
}

pub(super) unsafe fn put(clk: *mut clk) {
    // SAFETY: as the caller says.
    unsafe { free_handle(clk) };
}

pub(super) unsafe fn prepare(clk: *mut clk) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), Clk::prepare) })
}

pub(super) unsafe fn unprepare(clk: *mut clk) {
    // SAFETY: as the caller says.
    if let Some(handle) = unsafe { handle(clk) } {
        handle.clk.unprepare();
    }
}

pub(super) unsafe fn enable(clk: *mut clk) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), Clk::enable) })
}

pub(super) unsafe fn disable(clk: *mut clk) {
    // SAFETY: as the caller says.
    if let Some(handle) = unsafe { handle(clk) } {
        handle.clk.disable();
    }
}

/// Whether preparing the clock switches it on already: it has nothing to do for an enable.
pub(super) unsafe fn is_enabled_when_prepared(clk: *mut clk) -> bool {
    // SAFETY: as the caller says; the table of a C driver lives while its clock is registered.
    unsafe { handle(clk).is_some_and(|h| !h.clk.node().switches_fast()) }
}

pub(super) unsafe fn get_rate(clk: *mut clk) -> c_ulong {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.map_or(0, |h| h.clk.rate())
}

pub(super) unsafe fn round_rate(clk: *mut clk, rate: c_ulong) -> c_long {
    // SAFETY: as the caller says.
    match unsafe { with(clk, 0, |clk| clk.round_rate(rate)) } {
        Ok(rate) => rate.try_into().unwrap_or(c_long::MAX),
        Err(errno) => errno.to_c().into(),
    }
}

pub(super) unsafe fn set_rate(clk: *mut clk, rate: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_rate(rate)) })
}

pub(super) unsafe fn set_rate_exclusive(clk: *mut clk, rate: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_rate_exclusive(rate)) })
}

pub(super) unsafe fn rate_exclusive_get(clk: *mut clk) -> c_int {
    let get = |clk: &Clk| {
        clk.exclusive_get();
        Ok(())
    };
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), get) })
}

pub(super) unsafe fn rate_exclusive_put(clk: *mut clk) {
    // SAFETY: as the caller says.
    if let Some(handle) = unsafe { handle(clk) } {
        handle.clk.exclusive_put();
    }
}

pub(super) unsafe fn set_rate_range(clk: *mut clk, min: c_ulong, max: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_rate_range(min, max)) })
}

pub(super) unsafe fn set_min_rate(clk: *mut clk, rate: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_rate_range(rate, clk.rate_range().1)) })
}

pub(super) unsafe fn set_max_rate(clk: *mut clk, rate: c_ulong) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_rate_range(clk.rate_range().0, rate)) })
}

pub(super) unsafe fn has_parent(clk: *const clk, parent: *const clk) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        let (Some(clk), Some(parent)) = (handle(clk), handle(parent)) else {
            // A clock that is not there has every parent, and is every clock's.
            return true;
        };
        clk.clk.has_parent(parent.clk.node())
    }
}

pub(super) unsafe fn set_parent(clk: *mut clk, parent: *mut clk) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        let parent = handle(parent).map(|h| h.clk.node());
        to_c(with(clk, (), |clk| clk.set_parent(parent)))
    }
}

/// The parent, by its provider's own handle: it is not to be put.
pub(super) unsafe fn get_parent(clk: *mut clk) -> *mut clk {
    // SAFETY: as the caller says; the `hw` of a registered clock lives.
    unsafe {
        let parent = handle(clk).and_then(|h| h.clk.parent());
        parent.map_or(ptr::null_mut(), |parent| (*hw_of(&parent)).clk)
    }
}

pub(super) unsafe fn is_match(p: *const clk, q: *const clk) -> bool {
    // SAFETY: as the caller says.
    unsafe {
        p == q
            || match (handle(p), handle(q)) {
                (Some(p), Some(q)) => alloc::sync::Arc::ptr_eq(p.clk.node(), q.clk.node()),
                _ => false,
            }
    }
}

pub(super) unsafe fn get_accuracy(clk: *mut clk) -> c_long {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.map_or(0, |h| h.clk.accuracy().try_into().unwrap_or(c_long::MAX))
}

pub(super) unsafe fn set_phase(clk: *mut clk, degrees: c_int) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_phase(degrees)) })
}

pub(super) unsafe fn get_phase(clk: *mut clk) -> c_int {
    // SAFETY: as the caller says.
    int_to_c(unsafe { with(clk, 0, Clk::phase) }.map(|degrees| degrees as c_int))
}

pub(super) unsafe fn set_duty_cycle(clk: *mut clk, num: c_uint, den: c_uint) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with(clk, (), |clk| clk.set_duty_cycle(Duty { num, den })) })
}

pub(super) unsafe fn get_scaled_duty_cycle(clk: *mut clk, scale: c_uint) -> c_int {
    let scaled = |clk: &Clk| {
        let duty = clk.duty_cycle()?;
        Ok((u64::from(duty.num) * u64::from(scale) / u64::from(duty.den)) as c_int)
    };
    // SAFETY: as the caller says.
    int_to_c(unsafe { with(clk, 0, scaled) })
}
