// SPDX-License-Identifier: GPL-2.0-only
//! Switching clocks on and off: a clock that runs keeps its ancestors running.

use super::lock::enable_lock;
use super::node::ClkNode;
use super::rate::{protect, unprotect};
use super::{Caps, Flags, Result};
use crate::error::Cause;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;

/// Prepares a clock and, the first time, its ancestors. The prepare lock is held.
pub(super) fn prepare(clk: &Arc<ClkNode>) -> Result<()> {
    if clk.prepared.load(Relaxed) == 0 {
        let parent = clk.parent();
        prepare_opt(parent.as_ref())?;
        if let Err(cause) = clk.ops().and_then(|ops| ops.prepare()) {
            unprepare_opt(parent.as_ref());
            return Err(cause);
        }
    }
    clk.prepared.fetch_add(1, Relaxed);
    if clk.flags().contains(Flags::SET_RATE_GATE) {
        // Nobody may change the rate while it is prepared.
        protect(Some(clk));
    }
    Ok(())
}

/// Ends one [`prepare`]. The prepare lock is held.
pub(super) fn unprepare(clk: &Arc<ClkNode>) {
    match clk.prepared.load(Relaxed) {
        0 => return log::warn!("clock {}: unprepared more often than prepared", clk.name()),
        1 if clk.flags().contains(Flags::IS_CRITICAL) => {
            return log::warn!("clock {} is critical and stays prepared", clk.name());
        }
        _ => {}
    }
    if clk.flags().contains(Flags::SET_RATE_GATE) {
        unprotect(Some(clk));
    }
    if clk.prepared.fetch_sub(1, Relaxed) > 1 {
        return;
    }
    if clk.enabled.load(Relaxed) > 0 {
        log::warn!("clock {}: unprepared while enabled", clk.name());
    }
    if let Ok(ops) = clk.ops() {
        ops.unprepare();
    }
    unprepare_opt(clk.parent().as_ref());
}

fn prepare_opt(clk: Option<&Arc<ClkNode>>) -> Result<()> {
    clk.map_or(Ok(()), prepare)
}

fn unprepare_opt(clk: Option<&Arc<ClkNode>>) {
    if let Some(clk) = clk {
        unprepare(clk);
    }
}

/// Enables a clock and, the first time, its ancestors. Context: any.
pub(super) fn enable(clk: &Arc<ClkNode>) -> Result<()> {
    let _guard = enable_lock();
    if clk.prepared.load(Relaxed) == 0 {
        log::warn!("clock {}: enabled but not prepared", clk.name());
        return Err(Cause::NotPrepared);
    }
    if clk.enabled.load(Relaxed) == 0 {
        let parent = clk.parent();
        if let Some(parent) = &parent {
            enable(parent)?;
        }
        if let Err(cause) = clk.ops().and_then(|ops| ops.enable()) {
            if let Some(parent) = &parent {
                disable(parent);
            }
            return Err(cause);
        }
    }
    clk.enabled.fetch_add(1, Relaxed);
    Ok(())
}

/// Ends one [`enable`]. Context: any.
pub(super) fn disable(clk: &Arc<ClkNode>) {
    let _guard = enable_lock();
    match clk.enabled.load(Relaxed) {
        0 => return log::warn!("clock {}: disabled more often than enabled", clk.name()),
        1 if clk.flags().contains(Flags::IS_CRITICAL) => {
            return log::warn!("clock {} is critical and stays enabled", clk.name());
        }
        _ => {}
    }
    if clk.enabled.fetch_sub(1, Relaxed) > 1 {
        return;
    }
    if let Ok(ops) = clk.ops() {
        ops.disable();
    }
    if let Some(parent) = clk.parent() {
        disable(&parent);
    }
}

/// Prepares and enables a clock, if there is one. The prepare lock is held.
pub(super) fn prepare_enable(clk: Option<&Arc<ClkNode>>) -> Result<()> {
    let Some(clk) = clk else { return Ok(()) };
    prepare(clk)?;
    enable(clk).inspect_err(|_| unprepare(clk))
}

/// Ends one [`prepare_enable`]. The prepare lock is held.
pub(super) fn disable_unprepare(clk: Option<&Arc<ClkNode>>) {
    if let Some(clk) = clk {
        disable(clk);
        unprepare(clk);
    }
}

/// Brings the hardware to what the count of enables says, after it lost its settings. Context: any.
pub fn restore(clk: &Arc<ClkNode>) {
    let _guard = enable_lock();
    let Ok(ops) = clk.ops() else { return };
    if clk.enable_count() == 0 {
        ops.disable();
    } else if let Err(cause) = ops.enable() {
        log::error!("clock {}: cannot be enabled again: {cause}", clk.name());
    }
}

impl ClkNode {
    /// Whether the hardware is prepared; by the count if it cannot be asked. Context: orphan vCPUs.
    pub fn is_prepared(&self) -> bool {
        match self.ops() {
            Ok(ops) if self.can(Caps::IS_PREPARED) => ops.is_prepared(),
            _ => self.prepare_count() > 0,
        }
    }

    /// Whether the hardware runs; by the count if it cannot be asked. Context: any.
    pub fn is_enabled(&self) -> bool {
        let Ok(ops) = self.ops() else { return false };
        if !self.can(Caps::IS_ENABLED) {
            return self.enable_count() > 0;
        }
        if self.flags().contains(Flags::OPS_PARENT_ENABLE) && self.parent().is_some_and(|p| !p.is_enabled()) {
            // The clock's registers cannot be read while its parent stands still; then so does the clock.
            return false;
        }
        ops.is_enabled()
    }
}
