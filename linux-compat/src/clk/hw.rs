// SPDX-License-Identifier: GPL-2.0-only
//! What providers ask of clocks, mostly from within the functions of their `struct clk_ops`.

use super::provider::{from_raw, to_raw};
use super::raw::{core_of, handle, hw_of, hw_or_null, new_handle, node, registered};
use crate::bindings::{clk, clk_hw, clk_rate_request, device};
use crate::errno::{Errno, Result, int_to_c, to_c};
use alloc::sync::Arc;
use core::ffi::{c_char, c_int, c_uint, c_ulong};
use core::ptr;
use kernel::clk::{self as ccf, Clk, ClkNode, hw as ops};

crate::exports! {
    family "clk";
    [any, supported, "clk::tests::providers_ask"]
    fn __clk_get_name(clk: *const clk) -> *const c_char = get_name;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_name(hw: *const clk_hw) -> *const c_char = hw_get_name;
    [any, supported, "clk::tests::providers_ask"]
    fn __clk_get_hw(clk: *mut clk) -> *mut clk_hw = get_hw;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_clk(hw: *mut clk_hw, con_id: *const c_char) -> *mut clk = hw_get_clk;
    [sleeps, supported, "clk::tests::lookup::managed"]
    fn devm_clk_hw_get_clk(dev: *mut device, hw: *mut clk_hw, con_id: *const c_char) -> *mut clk = devm_hw_get_clk;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_num_parents(hw: *const clk_hw) -> c_uint = get_num_parents;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_parent(hw: *const clk_hw) -> *mut clk_hw = get_parent;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_parent_by_index(hw: *const clk_hw, index: c_uint) -> *mut clk_hw = get_parent_by_index;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_parent_index(hw: *mut clk_hw) -> c_int = get_parent_index;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_set_parent(hw: *mut clk_hw, parent: *mut clk_hw) -> c_int = set_parent;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_reparent(hw: *mut clk_hw, parent: *mut clk_hw) -> () = reparent;
    [any, supported, "clk::tests::providers_ask"]
    fn __clk_get_enable_count(clk: *mut clk) -> c_uint = get_enable_count;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_rate(hw: *const clk_hw) -> c_ulong = get_rate;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_get_flags(hw: *const clk_hw) -> c_ulong = get_flags;
    [sleeps, supported, "clk::tests::providers_ask"]
    fn clk_hw_is_prepared(hw: *const clk_hw) -> bool = is_prepared;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_rate_is_protected(hw: *const clk_hw) -> bool = rate_is_protected;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_hw_is_enabled(hw: *const clk_hw) -> bool = is_enabled;
    [any, supported, "clk::tests::providers_ask"]
    fn __clk_is_enabled(clk: *mut clk) -> bool = clk_is_enabled;
    [any, supported, "clk::tests::providers_ask"]
    fn __clk_lookup(name: *const c_char) -> *mut clk = look_up;
    [sleeps, supported, "clk::tests::multiplexers"]
    fn __clk_mux_determine_rate(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int = mux_determine;
    [sleeps, supported, "clk::tests::multiplexers"]
    fn __clk_mux_determine_rate_closest(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int = mux_determine_closest;
    [sleeps, supported, "clk::tests::multiplexers"]
    fn clk_mux_determine_rate_flags(hw: *mut clk_hw, req: *mut clk_rate_request, flags: c_ulong) -> c_int = mux_determine_flags;
    [sleeps, supported, "clk::tests::multiplexers"]
    fn clk_hw_determine_rate_no_reparent(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int = determine_no_reparent;
    [sleeps, supported, "clk::tests::rate_requests"]
    fn __clk_determine_rate(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int = determine;
    [sleeps, supported, "clk::tests::rate_requests"]
    fn clk_hw_round_rate(hw: *mut clk_hw, rate: c_ulong) -> c_ulong = round_rate;
    [any, supported, "clk::tests::rate_requests"]
    fn clk_hw_init_rate_request(hw: *const clk_hw, req: *mut clk_rate_request, rate: c_ulong) -> () = init_request;
    [sleeps, supported, "clk::tests::rate_requests"]
    fn clk_hw_forward_rate_request(hw: *const clk_hw, old: *const clk_rate_request, parent: *const clk_hw, req: *mut clk_rate_request, rate: c_ulong) -> () = forward_request;
    [any, supported, "clk::tests::rate_requests"]
    fn clk_hw_get_rate_range(hw: *mut clk_hw, min: *mut c_ulong, max: *mut c_ulong) -> () = get_rate_range;
    [any, supported, "clk::tests::rate_requests"]
    fn clk_hw_set_rate_range(hw: *mut clk_hw, min: c_ulong, max: c_ulong) -> () = set_rate_range;
    [any, supported, "clk::tests::providers_ask"]
    fn clk_gate_restore_context(hw: *mut clk_hw) -> () = restore_gate;
}

/// A name as C has it: the framework's names end in a NUL that is not part of them.
fn c_name(clk: &Arc<ClkNode>) -> *const c_char {
    clk.c_name().as_ptr()
}

pub(super) unsafe fn get_name(clk: *const clk) -> *const c_char {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.map_or(ptr::null(), |h| c_name(h.clk.node()))
}

pub(super) unsafe fn hw_get_name(hw: *const clk_hw) -> *const c_char {
    // SAFETY: as the caller says. The name lives as long as the clock.
    unsafe { node(hw) }.map_or(ptr::null(), |clk| c_name(&clk))
}

pub(super) unsafe fn get_hw(clk: *mut clk) -> *mut clk_hw {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.map_or(ptr::null_mut(), |h| hw_of(h.clk.node()))
}

/// A handle for a provider that wants to be a consumer too.
pub(super) unsafe fn hw_get_clk(hw: *mut clk_hw, con_id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe {
        let user = super::provider::text(con_id);
        match registered(hw) {
            Ok(clk) => new_handle(&clk, user.as_deref().unwrap_or("its provider")),
            Err(errno) => errno.to_ptr(),
        }
    }
}

pub(super) unsafe fn devm_hw_get_clk(dev: *mut device, hw: *mut clk_hw, con_id: *const c_char) -> *mut clk {
    // SAFETY: as the caller says.
    unsafe { super::managed::keep(dev, Errno::check_ptr(hw_get_clk(hw, con_id)), None) }
}

pub(super) unsafe fn get_num_parents(hw: *const clk_hw) -> c_uint {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.map_or(0, |clk| clk.parent_count() as c_uint)
}

pub(super) unsafe fn get_parent(hw: *const clk_hw) -> *mut clk_hw {
    // SAFETY: as the caller says.
    hw_or_null(unsafe { node(hw) }.and_then(|clk| clk.parent()).as_ref())
}

pub(super) unsafe fn get_parent_by_index(hw: *const clk_hw, index: c_uint) -> *mut clk_hw {
    // SAFETY: as the caller says.
    hw_or_null(unsafe { node(hw) }.and_then(|clk| ops::parent_by_index(&clk, index as usize)).as_ref())
}

pub(super) unsafe fn get_parent_index(hw: *mut clk_hw) -> c_int {
    // SAFETY: as the caller says.
    let index = unsafe { node(hw) }.and_then(|clk| ops::parent_index(&clk, &clk.parent()?).ok());
    int_to_c(index.map(c_int::from).ok_or(Errno::EINVAL))
}

pub(super) unsafe fn set_parent(hw: *mut clk_hw, parent: *mut clk_hw) -> c_int {
    // SAFETY: as the caller says.
    let result = unsafe { registered(hw) }.and_then(|clk| {
        // SAFETY: as above.
        let parent = unsafe { node(parent) };
        Clk::new(&clk, "its provider").set_parent(parent.as_ref()).map_err(Errno::from)
    });
    to_c(result)
}

pub(super) unsafe fn reparent(hw: *mut clk_hw, parent: *mut clk_hw) {
    // SAFETY: as the caller says.
    unsafe {
        if let Some(clk) = node(hw) {
            ops::reparent(&clk, node(parent).as_ref());
        }
    }
}

pub(super) unsafe fn get_enable_count(clk: *mut clk) -> c_uint {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.map_or(0, |h| h.clk.node().enable_count())
}

pub(super) unsafe fn get_rate(hw: *const clk_hw) -> c_ulong {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.map_or(0, |clk| clk.rate())
}

pub(super) unsafe fn get_flags(hw: *const clk_hw) -> c_ulong {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.map_or(0, |clk| clk.flags().bits())
}

pub(super) unsafe fn is_prepared(hw: *const clk_hw) -> bool {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.is_some_and(|clk| clk.is_prepared())
}

pub(super) unsafe fn rate_is_protected(hw: *const clk_hw) -> bool {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.is_some_and(|clk| clk.protect_count() > 0)
}

pub(super) unsafe fn is_enabled(hw: *const clk_hw) -> bool {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.is_some_and(|clk| clk.is_enabled())
}

pub(super) unsafe fn clk_is_enabled(clk: *mut clk) -> bool {
    // SAFETY: as the caller says.
    unsafe { handle(clk) }.is_some_and(|h| h.clk.node().is_enabled())
}

/// The provider's own handle to the clock of that name.
pub(super) unsafe fn look_up(name: *const c_char) -> *mut clk {
    // SAFETY: as the caller says; the clock's `hw` lives while it is registered.
    unsafe {
        let found = super::provider::text(name).and_then(|name| ccf::hw::by_name(&name));
        found.map_or(ptr::null_mut(), |clk| (*hw_of(&clk)).clk)
    }
}

/// Runs `f` with the clock and the request of C, and gives back what it made of the request.
pub(super) unsafe fn with_request(
    hw: *mut clk_hw,
    req: *mut clk_rate_request,
    f: impl FnOnce(&Arc<ClkNode>, &mut ccf::RateRequest) -> ccf::Result<()>,
) -> Result<()> {
    // SAFETY: as the caller says; the parent of a request is null or a registered clock.
    unsafe {
        let clk = registered(hw)?;
        let raw = req.as_mut().ok_or(Errno::EINVAL)?;
        let mut request = ops::new_request(&clk, raw.rate);
        from_raw(raw, &mut request);
        f(&clk, &mut request)?;
        *raw = to_raw(&request, raw.core);
        Ok(())
    }
}

pub(super) unsafe fn mux_determine(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with_request(hw, req, |clk, request| ops::mux_determine(clk, request, false)) })
}

pub(super) unsafe fn mux_determine_closest(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with_request(hw, req, |clk, request| ops::mux_determine(clk, request, true)) })
}

pub(super) unsafe fn mux_determine_flags(hw: *mut clk_hw, req: *mut clk_rate_request, flags: c_ulong) -> c_int {
    let closest = flags & c_ulong::from(super::CLK_MUX_ROUND_CLOSEST) != 0;
    // SAFETY: as the caller says.
    to_c(unsafe { with_request(hw, req, |clk, request| ops::mux_determine(clk, request, closest)) })
}

pub(super) unsafe fn determine_no_reparent(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { with_request(hw, req, ops::determine_no_reparent) })
}

pub(super) unsafe fn determine(hw: *mut clk_hw, req: *mut clk_rate_request) -> c_int {
    // SAFETY: as the caller says.
    unsafe {
        if hw.is_null() {
            if let Some(req) = req.as_mut() {
                req.rate = 0;
            }
            return 0;
        }
        to_c(with_request(hw, req, ops::determine))
    }
}

pub(super) unsafe fn round_rate(hw: *mut clk_hw, rate: c_ulong) -> c_ulong {
    // SAFETY: as the caller says.
    unsafe { node(hw) }.and_then(|clk| ops::round(&clk, rate).ok()).unwrap_or(0)
}

pub(super) unsafe fn init_request(hw: *const clk_hw, req: *mut clk_rate_request, rate: c_ulong) {
    // SAFETY: as the caller says.
    unsafe {
        if let (Some(clk), Some(req)) = (node(hw), req.as_mut()) {
            *req = to_raw(&ops::new_request(&clk, rate), core_of(&clk));
        }
    }
}

pub(super) unsafe fn forward_request(
    hw: *const clk_hw,
    old: *const clk_rate_request,
    parent: *const clk_hw,
    req: *mut clk_rate_request,
    rate: c_ulong,
) {
    // SAFETY: as the caller says.
    unsafe {
        let (Some(clk), Some(old), Some(parent), Some(req)) =
            (node(hw), old.as_ref(), node(parent), req.as_mut())
        else {
            return log::warn!("clk_hw_forward_rate_request: an argument is missing");
        };
        let mut request = ops::new_request(&clk, old.rate);
        from_raw(old, &mut request);
        match ops::forward_request(&clk, &request, &parent, rate) {
            Ok(forwarded) => *req = to_raw(&forwarded, core_of(&parent)),
            Err(_) => log::warn!("clock {}: {} cannot be its parent", clk.name(), parent.name()),
        }
    }
}

pub(super) unsafe fn get_rate_range(hw: *mut clk_hw, min: *mut c_ulong, max: *mut c_ulong) {
    // SAFETY: as the caller says.
    unsafe {
        if let Some(clk) = node(hw) {
            let limits = ops::boundaries(&clk);
            min.write(limits.0);
            max.write(limits.1);
        }
    }
}

pub(super) unsafe fn set_rate_range(hw: *mut clk_hw, min: c_ulong, max: c_ulong) {
    // SAFETY: as the caller says.
    if let Some(clk) = unsafe { node(hw) } {
        ops::set_boundaries(&clk, min, max);
    }
}

/// Brings the hardware to what the count of enables says.
pub(super) unsafe fn restore_gate(hw: *mut clk_hw) {
    // SAFETY: as the caller says.
    if let Some(clk) = unsafe { node(hw) } {
        ops::restore_gate(&clk);
    }
}
