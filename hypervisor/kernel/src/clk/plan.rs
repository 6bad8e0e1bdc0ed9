// SPDX-License-Identifier: GPL-2.0-only
//! Changing rates: first a plan of all clocks that change is made, then listeners are asked, then the hardware is set.

use super::gate::{disable, disable_unprepare, enable, prepare, prepare_enable, unprepare};
use super::node::ClkNode;
use super::notify::{Event, Verdict};
use super::parent::{begin_move, index_of, settle};
use super::rate::{ask, boundaries, new_request, recalc, round, unprotected};
use super::{Caps, Flags, Result};
use crate::error::Cause;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

/// What becomes of one clock.
#[derive(Clone)]
struct Step {
    clk: Arc<ClkNode>,
    rate: u64,
    /// Parent and its index, for a clock whose rate was determined; those below keep theirs.
    parent: Option<(Arc<ClkNode>, u8)>,
}

/// What becomes of each clock below the topmost that changes.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
}

impl Plan {
    fn step(&self, clk: &Arc<ClkNode>) -> Option<&Step> {
        self.steps.iter().find(|s| Arc::ptr_eq(&s.clk, clk))
    }

    /// Notes the new rate and parent of a clock, and what that makes of the clocks below it.
    fn note(&mut self, clk: &Arc<ClkNode>, rate: u64, parent: Option<(Arc<ClkNode>, u8)>) {
        let step = Step { clk: Arc::clone(clk), rate, parent };
        match self.steps.iter_mut().find(|s| Arc::ptr_eq(&s.clk, clk)) {
            Some(old) => *old = step,
            None => self.steps.push(step),
        }
        for child in clk.children() {
            self.note(&child, recalc(&child, rate), None);
        }
    }

    /// The clocks that will be below `clk`: its children that do not move away, and those that move to it.
    fn below(&self, clk: &Arc<ClkNode>) -> Vec<Arc<ClkNode>> {
        let goes = |c: &Arc<ClkNode>| self.step(c).and_then(|s| s.parent.as_ref());
        let mut below = clk.children();
        below.retain(|c| goes(c).is_none_or(|(to, _)| Arc::ptr_eq(to, clk)));
        for step in &self.steps {
            let comes = goes(&step.clk).is_some_and(|(to, _)| Arc::ptr_eq(to, clk));
            if comes && !below.iter().any(|c| Arc::ptr_eq(c, &step.clk)) {
                below.push(Arc::clone(&step.clk));
            }
        }
        below
    }

    /// Plans for `clk` to run at `rate`, or near; returns the topmost clock that changes.
    fn make(&mut self, clk: &Arc<ClkNode>, rate: u64) -> Result<Arc<ClkNode>> {
        let old_parent = clk.parent();
        if !clk.can(Caps::DETERMINE_RATE) {
            let parent = old_parent.filter(|_| clk.flags().contains(Flags::SET_RATE_PARENT));
            let parent = parent.ok_or(Cause::Invalid)?;
            let top = self.make(&parent, rate)?;
            let rate = self.step(&parent).map_or_else(|| parent.rate(), |s| s.rate);
            self.note(clk, rate, Some((parent, 0)));
            return Ok(top);
        }
        let mut request = new_request(clk, rate);
        ask(clk, &mut request)?;
        let (min, max) = boundaries(clk);
        if !(min..=max).contains(&request.rate) {
            return Err(Cause::Invalid);
        }
        let mut top = Arc::clone(clk);
        let mut place = None;
        if let Some(parent) = request.best_parent {
            let moves = !parent.same(old_parent.as_ref());
            if moves && clk.flags().contains(Flags::SET_PARENT_GATE) && clk.prepare_count() > 0 {
                return Err(Cause::Invalid);
            }
            let index = if clk.parents.len() > 1 { index_of(clk, &parent)? } else { 0 };
            if clk.flags().contains(Flags::SET_RATE_PARENT)
                && request.best_parent_rate != parent.rate.load(Relaxed)
            {
                top = self.make(&parent, request.best_parent_rate)?;
            }
            place = Some((parent, index));
        }
        self.note(clk, request.rate, place);
        Ok(top)
    }

    /// Tells all clocks whose rate is to change; says whether nobody objected. All are told, so that all hear of an
    /// [`Event::Abort`].
    fn announce(&self, clk: &Arc<ClkNode>, event: Event) -> bool {
        let old = clk.rate.load(Relaxed);
        let Some(step) = self.step(clk).filter(|s| s.rate != old) else { return true };
        let mut fine = clk.tell(event, old, step.rate) == Verdict::Fine;
        for child in self.below(clk) {
            fine &= self.announce(&child, event);
        }
        fine
    }

    /// Sets the hardware of a clock and of all below it.
    fn carry_out(&mut self, clk: &Arc<ClkNode>) {
        let Some(step) = self.step(clk).cloned() else { return };
        let old_rate = clk.rate.load(Relaxed);
        let parent = step.parent.as_ref().map(|(p, _)| Arc::clone(p)).or_else(|| clk.parent());
        let parent_rate = parent.as_ref().map_or(0, |p| p.rate.load(Relaxed));
        let note = |what: &str, result: Result<()>| {
            if let Err(cause) = result {
                log::warn!("clock {}: {what}: {cause}", clk.name());
            }
        };
        let ungate = clk.flags().contains(Flags::SET_RATE_UNGATE);
        if ungate {
            note("switching on", prepare(clk).and_then(|()| enable(clk)));
        }
        let mut done = false;
        if let Some((to, index)) = &step.parent
            && !to.same(clk.parent().as_ref())
        {
            let old = begin_move(clk, Some(to));
            if let Ok(ops) = clk.ops() {
                if clk.can(Caps::SET_RATE_AND_PARENT) {
                    done = true;
                    note("setting it", ops.set_rate_and_parent(step.rate, parent_rate, *index));
                } else if clk.can(Caps::SET_PARENT) {
                    note("setting the parent", ops.set_parent(*index));
                }
            }
            settle(clk, Some(to), old.as_ref());
        }
        let with_parent = parent.as_ref().filter(|_| clk.flags().contains(Flags::OPS_PARENT_ENABLE));
        note("switching the parent on", prepare_enable(with_parent));
        if !done
            && let Ok(ops) = clk.ops()
            && clk.can(Caps::SET_RATE)
        {
            note("setting the rate", ops.set_rate(step.rate, parent_rate));
        }
        let rate = recalc(clk, parent_rate);
        clk.rate.store(rate, Relaxed);
        if ungate {
            disable(clk);
            unprepare(clk);
        }
        disable_unprepare(with_parent);
        if rate != old_rate {
            clk.tell(Event::After, old_rate, rate);
        }
        if clk.flags().contains(Flags::RECALC_NEW_RATES) {
            // What is below is planned for by the rate that came out, which need not be the one that was planned.
            let _ = self.make(clk, step.rate);
        }
        for child in self.below(clk) {
            self.carry_out(&child);
        }
    }
}

/// Sets a clock's rate, and those of others with it. The prepare lock is held.
pub(super) fn set_rate(clk: &Arc<ClkNode>, rate: u64) -> Result<()> {
    clk.ops()?;
    let possible = unprotected(clk, || round(clk, rate)).unwrap_or(0);
    if possible == clk.rate() {
        return Ok(());
    }
    if clk.protect_count() > 0 {
        return Err(Cause::Busy);
    }
    let mut plan = Plan::default();
    let top = plan.make(clk, rate).map_err(|_| Cause::Invalid)?;
    if !plan.announce(&top, Event::Before) {
        plan.announce(&top, Event::Abort);
        return Err(Cause::Busy);
    }
    plan.carry_out(&top);
    clk.requested.store(rate, Relaxed);
    Ok(())
}
