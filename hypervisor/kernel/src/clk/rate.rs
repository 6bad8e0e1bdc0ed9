// SPDX-License-Identifier: GPL-2.0-only
//! Rates: what the hardware makes of them, what it could do, and who restricts them. Rates are in hertz.
//!
//! All of this runs with the prepare lock held, unless it says otherwise.

use super::node::ClkNode;
use super::notify::{Event, Verdict};
use super::parent::by_index;
use super::{Caps, Flags, RateRequest, Result};
use crate::error::Cause;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;

/// What the hardware makes of a parent's rate.
pub(super) fn recalc(clk: &ClkNode, parent_rate: u64) -> u64 {
    match clk.ops() {
        Ok(ops) if clk.can(Caps::RECALC_RATE) => ops.recalc_rate(parent_rate),
        _ => parent_rate,
    }
}

/// Reads the rates of a clock and of all below it anew; those whose listeners are to hear `event` tell them. With
/// `ask`, what was asked for last is taken to be the rate that came out.
pub(super) fn recalc_rates(clk: &Arc<ClkNode>, ask: bool, event: Option<Event>) {
    let old = clk.rate.load(Relaxed);
    let parent_rate = clk.parent().map_or(0, |p| p.rate.load(Relaxed));
    let new = recalc(clk, parent_rate);
    clk.rate.store(new, Relaxed);
    if ask {
        clk.requested.store(new, Relaxed);
    }
    if let Some(event) = event {
        clk.tell(event, old, new);
    }
    clk.children().iter().for_each(|c| recalc_rates(c, ask, event));
}

/// Computes the accuracies of a clock and of all below it anew.
pub(super) fn recalc_accuracies(clk: &Arc<ClkNode>) {
    let above = clk.parent().map_or(0, |p| p.accuracy.load(Relaxed));
    let accuracy = match clk.ops() {
        Ok(ops) if clk.can(Caps::RECALC_ACCURACY) => ops.recalc_accuracy(above),
        _ => above,
    };
    clk.accuracy.store(accuracy, Relaxed);
    clk.children().iter().for_each(recalc_accuracies);
}

/// Asks the listeners of a clock and of all below it whether the parent's rate may become `parent_rate`.
pub(super) fn speculate(clk: &Arc<ClkNode>, parent_rate: u64) -> bool {
    let new = recalc(clk, parent_rate);
    clk.tell(Event::Before, clk.rate.load(Relaxed), new) == Verdict::Fine
        && clk.children().iter().all(|c| speculate(c, new))
}

/// The rate, read anew if it is not cached.
pub(super) fn current(clk: &Arc<ClkNode>) -> u64 {
    if clk.flags().contains(Flags::GET_RATE_NOCACHE) {
        recalc_rates(clk, false, None);
    }
    clk.rate()
}

/// Keeps the rates of a clock and of its ancestors as they are.
pub(super) fn protect(clk: Option<&Arc<ClkNode>>) {
    let Some(clk) = clk else { return };
    if clk.protected.load(Relaxed) == 0 {
        protect(clk.parent().as_ref());
    }
    clk.protected.fetch_add(1, Relaxed);
}

/// Ends one [`protect`].
pub(super) fn unprotect(clk: Option<&Arc<ClkNode>>) {
    let Some(clk) = clk else { return };
    match clk.protected.load(Relaxed) {
        0 => log::warn!("clock {}: its rate is not protected", clk.name()),
        1 => {
            clk.protected.store(0, Relaxed);
            unprotect(clk.parent().as_ref());
        }
        n => clk.protected.store(n - 1, Relaxed),
    }
}

/// Runs `f` as if nobody protected the clock's rate.
pub(super) fn unprotected<T>(clk: &Arc<ClkNode>, f: impl FnOnce() -> T) -> T {
    let count = clk.protected.load(Relaxed);
    if count == 0 {
        return f();
    }
    clk.protected.store(1, Relaxed);
    unprotect(Some(clk));
    let result = f();
    protect(Some(clk));
    clk.protected.store(count, Relaxed);
    result
}

/// The limits that provider and consumers set, in hertz: lowest and highest.
pub fn boundaries(clk: &ClkNode) -> (u64, u64) {
    let links = clk.links.lock();
    links.consumers.iter().fold((links.min_rate, links.max_rate), |(min, max), c| {
        (min.max(c.min_rate.load(Relaxed)), max.min(c.max_rate.load(Relaxed)))
    })
}

/// Sets the provider's limits.
pub fn set_boundaries(clk: &ClkNode, min: u64, max: u64) {
    let mut links = clk.links.lock();
    (links.min_rate, links.max_rate) = (min, max);
}

/// A request for `rate`, with the limits that hold and the parent as it is.
pub fn new_request(clk: &ClkNode, rate: u64) -> RateRequest {
    let (min_rate, max_rate) = boundaries(clk);
    let best_parent = clk.parent();
    let best_parent_rate = best_parent.as_ref().map_or(0, |p| p.rate.load(Relaxed));
    RateRequest { rate, min_rate, max_rate, best_parent_rate, best_parent }
}

/// The request that asking `clk` for `request` makes of a parent: `rate`, and the limits of both.
///
/// # Errors
/// `parent` cannot be a parent of `clk`.
pub fn forward_request(
    clk: &ClkNode,
    request: &RateRequest,
    parent: &Arc<ClkNode>,
    rate: u64,
) -> Result<RateRequest> {
    let possible = || (0..clk.parents.len()).any(|i| parent.same(by_index(clk, i).as_ref()));
    if !parent.same(clk.parent().as_ref()) && !possible() {
        return Err(Cause::Invalid);
    }
    let mut forwarded = new_request(parent, rate);
    forwarded.min_rate = forwarded.min_rate.max(request.min_rate);
    forwarded.max_rate = forwarded.max_rate.min(request.max_rate);
    Ok(forwarded)
}

/// What the clock can do for a request: by its own function, else by its parent's if it passes requests on.
///
/// # Errors
/// Those of [`ClkOps::determine_rate`](super::ClkOps::determine_rate).
pub fn determine(clk: &Arc<ClkNode>, request: &mut RateRequest) -> Result<()> {
    if clk.can(Caps::DETERMINE_RATE) {
        return ask(clk, request);
    }
    let parent = clk.parent().filter(|_| clk.flags().contains(Flags::SET_RATE_PARENT));
    match parent {
        Some(parent) => {
            let mut above = forward_request(clk, request, &parent, request.rate)?;
            determine(&parent, &mut above)?;
            request.best_parent_rate = above.rate;
            request.rate = above.rate;
        }
        None if clk.flags().contains(Flags::SET_RATE_PARENT) && !clk.parents.is_empty() => request.rate = 0,
        None => request.rate = clk.rate.load(Relaxed),
    }
    Ok(())
}

/// Has the clock's own function determine a rate within the limits.
pub(super) fn ask(clk: &Arc<ClkNode>, request: &mut RateRequest) -> Result<()> {
    if request.min_rate == 0 && request.max_rate == 0 {
        log::warn!("clock {}: a request without limits", clk.name());
    } else {
        request.rate = request.rate.min(request.max_rate).max(request.min_rate);
    }
    if clk.protect_count() > 0 {
        request.rate = clk.rate.load(Relaxed);
        return Ok(());
    }
    clk.ops()?.determine_rate(clk, request)
}

/// The rate that the clock would have if `rate` were asked for.
///
/// # Errors
/// As [`determine`].
pub fn round(clk: &Arc<ClkNode>, rate: u64) -> Result<u64> {
    let mut request = new_request(clk, rate);
    determine(clk, &mut request)?;
    Ok(request.rate)
}

/// [`ClkOps::determine_rate`](super::ClkOps::determine_rate) of a clock that has its parent's rate and keeps that parent.
///
/// # Errors
/// As [`determine`].
pub fn determine_no_reparent(clk: &Arc<ClkNode>, request: &mut RateRequest) -> Result<()> {
    let best = match clk.parent() {
        Some(parent) if clk.flags().contains(Flags::SET_RATE_PARENT) => {
            let mut above = forward_request(clk, request, &parent, request.rate)?;
            determine(&parent, &mut above)?;
            above.rate
        }
        None if clk.flags().contains(Flags::SET_RATE_PARENT) => {
            request.rate = 0;
            return Ok(());
        }
        Some(parent) => parent.rate(),
        None => clk.rate(),
    };
    request.best_parent_rate = best;
    request.rate = best;
    Ok(())
}

/// [`ClkOps::determine_rate`](super::ClkOps::determine_rate) of a multiplexer: the parent with the highest rate that is
/// not above the request, or with `closest` the nearest one.
///
/// # Errors
/// No parent will do.
pub fn mux_determine(clk: &Arc<ClkNode>, request: &mut RateRequest, closest: bool) -> Result<()> {
    if clk.flags().contains(Flags::SET_RATE_NO_REPARENT) {
        return determine_no_reparent(clk, request);
    }
    let wanted = request.rate;
    let mut best: Option<(Arc<ClkNode>, u64)> = None;
    for parent in (0..clk.parents.len()).filter_map(|i| by_index(clk, i)) {
        let rate = if clk.flags().contains(Flags::SET_RATE_PARENT) {
            let mut above = forward_request(clk, request, &parent, wanted)?;
            match determine(&parent, &mut above) {
                Ok(()) => above.rate,
                Err(_) => continue,
            }
        } else {
            parent.rate()
        };
        let so_far = best.as_ref().map_or(0, |(_, rate)| *rate);
        let better = match closest {
            true => rate.abs_diff(wanted) < so_far.abs_diff(wanted),
            false => rate <= wanted && rate > so_far,
        };
        if better {
            best = Some((parent, rate));
        }
    }
    let (parent, rate) = best.ok_or(Cause::Invalid)?;
    request.best_parent = Some(parent);
    request.best_parent_rate = rate;
    request.rate = rate;
    Ok(())
}
