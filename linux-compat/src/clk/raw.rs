// SPDX-License-Identifier: GPL-2.0-only
//! From C's pointers to the framework's clocks and back.
//!
//! `struct clk` is a [`Handle`] on the heap; `struct clk_core` is the registry's [`ClkNode`], which `hw->core` points to
//! from registration to the end. A clock of a Rust driver gets a `struct clk_hw` when C first asks for one.

use crate::bindings::{clk, clk_hw};
use crate::context::ledger::{self, Kind};
use crate::errno::{Errno, Result};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ptr;
use kernel::clk::{Clk, ClkNode, HwId};
use kernel::sync::SpinLock;

/// What a `struct clk *` points to.
pub(super) struct Handle {
    pub clk: Clk,
}

/// Makes a `struct clk` for `user`.
pub(super) fn new_handle(node: &Arc<ClkNode>, user: &str) -> *mut clk {
    let raw = Box::into_raw(Box::new(Handle { clk: Clk::new(node, user) }));
    ledger::took(Kind::Clock, raw.addr(), 0);
    raw.cast()
}

/// The handle behind a `struct clk`; `None` for null and for errors in pointers.
///
/// # Safety
/// `raw` is null, an error, or of [`new_handle`] and not freed as long as the result lives.
pub(super) unsafe fn handle<'a>(raw: *const clk) -> Option<&'a Handle> {
    let raw = Errno::check_ptr(raw.cast_mut()).ok()?;
    // SAFETY: the caller's promise.
    unsafe { raw.cast::<Handle>().as_ref() }
}

/// Frees a `struct clk`.
///
/// # Safety
/// As [`handle`]; `raw` is not used again.
pub(super) unsafe fn free_handle(raw: *mut clk) {
    if let Ok(raw) = Errno::check_ptr(raw)
        && !raw.is_null()
    {
        ledger::gave(Kind::Clock, raw.addr());
        // SAFETY: of `new_handle`, as the caller says.
        drop(unsafe { Box::from_raw(raw.cast::<Handle>()) });
    }
}

/// The clock of a `struct clk_hw`; `None` if it is null, an error or not registered.
///
/// # Safety
/// `hw` is null, an error, or a `struct clk_hw` that lives.
pub(super) unsafe fn node(hw: *const clk_hw) -> Option<Arc<ClkNode>> {
    let hw = Errno::check_ptr(hw.cast_mut()).ok()?;
    // SAFETY: the caller's promise. `core` is null or of `core_of`, and the registry holds that clock until after the
    // field is null again.
    unsafe {
        let core = hw.as_ref()?.core.cast::<ClkNode>();
        if core.is_null() {
            return None;
        }
        Arc::increment_strong_count(core);
        Some(Arc::from_raw(core))
    }
}

/// As [`node`], for functions that C may call with registered clocks only.
///
/// # Errors
/// `ENOENT`: it is not registered.
///
/// # Safety
/// As [`node`].
pub(super) unsafe fn registered(hw: *const clk_hw) -> Result<Arc<ClkNode>> {
    // SAFETY: the caller's promise.
    unsafe { node(hw) }.ok_or(Errno::ENOENT)
}

/// What `hw->core` of a registered clock is.
pub(super) fn core_of(node: &Arc<ClkNode>) -> *mut crate::bindings::clk_core {
    Arc::as_ptr(node).cast_mut().cast()
}

/// The `struct clk_hw`s of clocks that Rust drivers provide.
static SHADOWS: SpinLock<Vec<(HwId, usize)>> = SpinLock::new(Vec::new());

/// The `struct clk_hw` of a clock.
pub(super) fn hw_of(node: &Arc<ClkNode>) -> *mut clk_hw {
    let id = node.hw();
    if !id.is_unique() {
        return ptr::with_exposed_provenance_mut(id.0);
    }
    if let Some((_, hw)) = SHADOWS.lock().iter().find(|(known, _)| *known == id) {
        return ptr::with_exposed_provenance_mut(*hw);
    }
    // Stays for ever, and the clock with it, as C may keep the pointer.
    let node = Arc::clone(node);
    let hw = clk_hw { core: core_of(&node), clk: new_handle(&node, "C"), init: ptr::null() };
    core::mem::forget(node);
    let hw = Box::into_raw(Box::new(hw));
    SHADOWS.lock().push((id, hw.expose_provenance()));
    hw
}

/// [`hw_of`], null for no clock.
pub(super) fn hw_or_null(node: Option<&Arc<ClkNode>>) -> *mut clk_hw {
    node.map_or(ptr::null_mut(), hw_of)
}
