// SPDX-License-Identifier: GPL-2.0-only
//! Clocks come and go; orphans find their parents.

use super::gate::{enable, prepare, unprepare};
use super::lock::prepare_lock;
use super::node::{ClkInit, ClkNode, HwId};
use super::parent::{attach, begin_move, chosen, settle};
use super::rate::{recalc, recalc_accuracies, recalc_rates};
use super::{Caps, Clk, Flags, Result};
use crate::error::Cause;
use crate::sync::SpinLock;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Relaxed, Release};

/// All clocks, in the order in which they came.
static CLOCKS: SpinLock<Vec<Arc<ClkNode>>> = SpinLock::new(Vec::new());

/// A copy of the list of clocks. Context: may allocate.
pub(super) fn all() -> Vec<Arc<ClkNode>> {
    CLOCKS.lock().clone()
}

/// The clock of that name. Context: any.
pub fn by_name(name: &str) -> Option<Arc<ClkNode>> {
    CLOCKS.lock().iter().find(|c| c.name() == name).cloned()
}

/// The clock that its provider knows by this number. Context: any.
pub fn by_hw(hw: HwId) -> Option<Arc<ClkNode>> {
    CLOCKS.lock().iter().find(|c| c.hw == hw).cloned()
}

/// A handle to the clock of that name; `user` says for whom, in reports. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// There is none.
pub fn find(name: &str, user: &str) -> Result<Clk> {
    by_name(name).map(|clk| Clk::new(&clk, user)).ok_or(Cause::NotFound)
}

/// Whether a clock has the functions that make sense together.
fn check(init: &ClkInit) -> Result<()> {
    let caps = init.ops.caps();
    let needs = |has: Caps, needed: Caps| !caps.intersects(has) || caps.contains(needed);
    let chooses = !caps.contains(Caps::SET_PARENT)
        || caps.contains(Caps::GET_PARENT | Caps::DETERMINE_RATE) && !caps.contains(Caps::ROUNDS_ONLY);
    let sane = needs(Caps::SET_RATE, Caps::DETERMINE_RATE | Caps::RECALC_RATE)
        && needs(Caps::SET_RATE_AND_PARENT, Caps::SET_PARENT | Caps::SET_RATE)
        && chooses
        && (init.parents.len() <= 1 || caps.contains(Caps::GET_PARENT))
        && init.parents.len() <= usize::from(u8::MAX);
    if sane { Ok(()) } else { Err(Cause::Invalid) }
}

/// Takes a clock into the tree: below its parent, or among the orphans until that comes. A critical clock is switched
/// on. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// The name is taken, functions are missing that belong together, or the hardware fails.
pub fn register(init: ClkInit) -> Result<Arc<ClkNode>> {
    let _guard = prepare_lock();
    if by_name(&init.name).is_some() || by_hw(init.hw).is_some() {
        return Err(Cause::Exists);
    }
    if let Err(cause) = check(&init) {
        log::error!("clock {}: its driver lacks functions that belong together", init.name);
        return Err(cause);
    }
    let clk = Arc::new(ClkNode::new(init));
    clk.ops()?.init(&clk)?;
    CLOCKS.lock().push(Arc::clone(&clk));
    attach(&clk, chosen(&clk).as_ref());
    let result = set_up(&clk);
    if let Err(cause) = result {
        take_out(&clk);
        return Err(cause);
    }
    adopt();
    Ok(clk)
}

/// Reads a new clock's state from the hardware.
fn set_up(clk: &Arc<ClkNode>) -> Result<()> {
    let parent = clk.parent();
    recalc_accuracies(clk);
    super::shape::init(clk)?;
    let rate = recalc(clk, parent.map_or(0, |p| p.rate()));
    clk.rate.store(rate, Relaxed);
    clk.requested.store(rate, Relaxed);
    if clk.flags().contains(Flags::IS_CRITICAL) {
        prepare(clk)?;
        enable(clk).inspect_err(|_| unprepare(clk))?;
    }
    Ok(())
}

/// Gives orphans whose parent is there now to it. The prepare lock is held.
pub(super) fn adopt() {
    for orphan in all() {
        if orphan.parents.is_empty() || orphan.parent().is_some() {
            continue;
        }
        if let Some(parent) = chosen(&orphan) {
            begin_move(&orphan, Some(&parent));
            settle(&orphan, Some(&parent), None);
            recalc_accuracies(&orphan);
            recalc_rates(&orphan, true, None);
        }
    }
}

/// Takes a clock out of the tree; those below it become orphans.
fn take_out(clk: &Arc<ClkNode>) {
    CLOCKS.lock().retain(|c| !Arc::ptr_eq(c, clk));
    for child in clk.children() {
        attach(&child, None);
    }
    attach(clk, None);
    for other in all() {
        let known = &mut other.links.lock().known;
        known.iter_mut().filter(|k| clk.same(k.as_ref())).for_each(|k| *k = None);
    }
    clk.gone.store(true, Release);
}

/// Ends [`register`]: the hardware is not touched any more when this returns, and what consumers ask of it fails with
/// [`Cause::Gone`]. Clocks below it become orphans. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// It was unregistered before.
pub fn unregister(clk: &Arc<ClkNode>) -> Result<()> {
    let _guard = prepare_lock();
    let ops = clk.ops()?;
    ops.terminate();
    for (count, what) in [(clk.prepare_count(), "prepared"), (clk.protect_count(), "protected")] {
        if count > 0 && !clk.flags().contains(Flags::IS_CRITICAL) {
            log::warn!("clock {}: unregistered while {what}", clk.name());
        }
    }
    {
        let _guard = super::lock::enable_lock();
        take_out(clk);
    }
    // No listener outlives the clock, nor the cycle of clocks that know each other.
    let mut links = clk.links.lock();
    let listeners = core::mem::take(&mut links.listeners);
    let known = core::mem::take(&mut links.known);
    drop(links);
    drop((listeners, known));
    Ok(())
}
