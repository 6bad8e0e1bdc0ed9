// SPDX-License-Identifier: GPL-2.0-only
//! Who is whose parent: finding parents by their names, and changing them.

use super::gate::{disable, disable_unprepare, enable, prepare_enable};
use super::lock::enable_lock;
use super::node::{ClkNode, ParentRef};
use super::notify::Event;
use super::rate::{recalc_accuracies, recalc_rates, speculate};
use super::register::{by_hw, by_name};
use super::{Caps, Flags, Result};
use crate::error::Cause;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;

/// The clock that `parent` of `clk` names, if it is registered.
fn resolve(clk: &ClkNode, parent: &ParentRef) -> Option<Arc<ClkNode>> {
    if let Some(hw) = parent.hw {
        return by_hw(hw);
    }
    let found = match &parent.local {
        Some(local) => clk.ops().and_then(|ops| ops.find_parent(local)),
        None => Err(Cause::NotFound),
    };
    match (found, &parent.name) {
        (Ok(found), _) if !found.is_gone() => Some(found),
        (Err(Cause::NotFound), Some(name)) => by_name(name),
        _ => None,
    }
}

/// The parent that `clk` has or would have at `index`; `None` if there is no such index or that clock is not
/// registered yet. The prepare lock is held.
pub fn by_index(clk: &ClkNode, index: usize) -> Option<Arc<ClkNode>> {
    let known = clk.links.lock().known.get(index).cloned().flatten();
    if known.is_some() {
        return known;
    }
    let found = resolve(clk, clk.parents.get(index)?)?;
    if let Some(slot) = clk.links.lock().known.get_mut(index) {
        *slot = Some(Arc::clone(&found));
    }
    Some(found)
}

/// The index at which `clk` may have `parent`. The prepare lock is held.
///
/// # Errors
/// It cannot.
pub fn index_of(clk: &ClkNode, parent: &Arc<ClkNode>) -> Result<u8> {
    let index = (0..clk.parents.len()).find(|&i| parent.same(by_index(clk, i).as_ref()));
    index.and_then(|i| u8::try_from(i).ok()).ok_or(Cause::Invalid)
}

/// The parent that the hardware has chosen, if it is registered. The prepare lock is held.
pub(super) fn chosen(clk: &ClkNode) -> Option<Arc<ClkNode>> {
    let index = match clk.ops() {
        Ok(ops) if clk.parents.len() > 1 && clk.can(Caps::GET_PARENT) => ops.get_parent(),
        _ => 0,
    };
    by_index(clk, index.into())
}

/// Hangs `clk` below `parent`, or among the orphans; nothing but the tree changes. The prepare lock is held.
pub(super) fn attach(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>) {
    let _guard = enable_lock();
    let old = core::mem::replace(&mut clk.links.lock().parent, parent.cloned());
    if let Some(old) = &old {
        old.links.lock().children.retain(|c| !Arc::ptr_eq(c, clk));
    }
    if let Some(parent) = parent {
        parent.links.lock().children.push(Arc::clone(clk));
    }
    let orphan = match parent {
        Some(parent) => parent.is_orphan(),
        None => !clk.parents.is_empty(),
    };
    if orphan != clk.is_orphan() {
        mark_orphan(clk, orphan);
    }
}

fn mark_orphan(clk: &ClkNode, orphan: bool) {
    clk.orphan.store(orphan, Relaxed);
    clk.children().iter().for_each(|c| mark_orphan(c, orphan));
}

/// Moves `clk` below `parent` in the tree, before the hardware follows; both parents run where that is needed. Returns
/// the old parent, for [`settle`]. The prepare lock is held.
pub(super) fn begin_move(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>) -> Option<Arc<ClkNode>> {
    let old = clk.parent();
    let result = (|| {
        if clk.flags().contains(Flags::OPS_PARENT_ENABLE) {
            prepare_enable(old.as_ref())?;
            prepare_enable(parent)?;
        }
        if clk.prepare_count() > 0 {
            // The new parent takes over; `clk` counts as enabled, so that nobody's enable comes in between.
            prepare_enable(parent)?;
            enable(clk)?;
        }
        Ok::<(), Cause>(())
    })();
    if let Err(cause) = result {
        log::error!("clock {}: a parent cannot be enabled: {cause}", clk.name());
    }
    attach(clk, parent);
    old
}

/// Ends [`begin_move`], `clk` having `parent` now and `old` before. The prepare lock is held.
pub(super) fn settle(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>, old: Option<&Arc<ClkNode>>) {
    if clk.prepare_count() > 0 {
        disable(clk);
        disable_unprepare(old);
    }
    if clk.flags().contains(Flags::OPS_PARENT_ENABLE) {
        disable_unprepare(parent);
        disable_unprepare(old);
    }
}

/// Moves `clk` below `parent` in tree and hardware; on failure it is where it was.
fn switch(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>, index: u8) -> Result<()> {
    let old = begin_move(clk, parent);
    let result = match clk.ops() {
        Ok(ops) if parent.is_some() && clk.can(Caps::SET_PARENT) => ops.set_parent(index),
        Ok(_) => Ok(()),
        Err(cause) => Err(cause),
    };
    if result.is_err() {
        attach(clk, old.as_ref());
        settle(clk, old.as_ref(), parent);
        return result;
    }
    settle(clk, parent, old.as_ref());
    Ok(())
}

/// Makes `parent` the parent of `clk`, if its listeners and flags allow that. The prepare lock is held.
pub(super) fn set_parent(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>) -> Result<()> {
    let old = clk.parent();
    clk.ops()?;
    if old.as_ref().map(Arc::as_ptr) == parent.map(Arc::as_ptr) {
        return Ok(());
    }
    if clk.parents.len() > 1 && !clk.can(Caps::SET_PARENT) {
        return Err(Cause::NotPermitted);
    }
    if clk.flags().contains(Flags::SET_PARENT_GATE) && clk.prepare_count() > 0 || clk.protect_count() > 0 {
        return Err(Cause::Busy);
    }
    let index = parent.map_or(Ok(0), |p| index_of(clk, p))?;
    if !speculate(clk, parent.map_or(0, |p| p.rate())) {
        recalc_rates(clk, false, Some(Event::Abort));
        return Err(Cause::Busy);
    }
    let result = switch(clk, parent, index);
    match result {
        Ok(()) => {
            recalc_rates(clk, true, Some(Event::After));
            recalc_accuracies(clk);
        }
        Err(_) => recalc_rates(clk, true, Some(Event::Abort)),
    }
    result
}

/// Tells the framework that the hardware of `clk` has changed its parent by itself. The prepare lock is held.
pub fn reparent(clk: &Arc<ClkNode>, parent: Option<&Arc<ClkNode>>) {
    attach(clk, parent);
    recalc_accuracies(clk);
    recalc_rates(clk, true, Some(Event::After));
}
