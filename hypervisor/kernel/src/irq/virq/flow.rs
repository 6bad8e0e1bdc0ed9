// SPDX-License-Identifier: GPL-2.0-only
//! Flow handlers: what is done around a line's handlers, by the way in which it signals.
//!
//! All run with interrupts masked. A line's handlers run without its lock; [`State::IN_PROGRESS`] keeps a second CPU out
//! meanwhile.

use super::chip::{ChipFlags, Op};
use super::desc::{Data, Desc, Guard, Mode, State};
use super::request::{self, Outcome};
use alloc::sync::Arc;
use core::sync::atomic::Ordering::Relaxed;

/// How a line is handled.
#[derive(Clone)]
pub enum Flow {
    /// Nobody expects it: it is masked and reported.
    Bad,
    /// Level: masked and acknowledged first, unmasked when its handlers are done.
    Level,
    /// Edge: acknowledged first; one that comes meanwhile is handled in another turn.
    Edge,
    /// The controller does the flow: only the end is told to it.
    FastEoi,
    /// As [`Flow::FastEoi`], with an acknowledge before the handlers.
    FastEoiAck,
    /// As [`Flow::FastEoi`], masked while the handlers run.
    FastEoiMask,
    /// Nothing is done to the controller.
    Simple,
    /// As [`Flow::Simple`], and not watched for interrupts that nobody wants.
    Untracked,
    /// Every CPU has its own: no lock.
    PerCpu,
    /// The line leads to others: a function that finds out which, and handles them.
    Chained(Arc<dyn Fn(&Desc) + Send + Sync>),
}

impl Flow {
    /// A name for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Flow::Bad => "bad",
            Flow::Level => "level",
            Flow::Edge => "edge",
            Flow::FastEoi => "fasteoi",
            Flow::FastEoiAck => "fasteoi-ack",
            Flow::FastEoiMask => "fasteoi-mask",
            Flow::Simple => "simple",
            Flow::Untracked => "untracked",
            Flow::PerCpu => "percpu",
            Flow::Chained(_) => "chained",
        }
    }
}

/// Runs a flow handler. Context: any, interrupts masked.
pub fn run(desc: &Desc, flow: &Flow) {
    match flow {
        Flow::Bad => bad(desc),
        Flow::Level => level(desc),
        Flow::Edge => edge(desc, false),
        Flow::FastEoi => fasteoi(desc, false, false),
        Flow::FastEoiAck => fasteoi(desc, true, false),
        Flow::FastEoiMask => fasteoi(desc, false, true),
        Flow::Simple => simple(desc, true),
        Flow::Untracked => simple(desc, false),
        Flow::PerCpu => per_cpu(desc),
        Flow::Chained(handler) => {
            count(desc);
            handler(desc);
        }
    }
}

fn count(desc: &Desc) {
    desc.count.store(desc.count.load(Relaxed) + 1, Relaxed);
}

/// Counts an interrupt that leads to others. Context: any, interrupts masked.
pub fn count_chained(desc: &Desc) {
    count(desc);
}

/// Masks a line, unless it is. The line's lock is held.
pub(super) fn mask(desc: &Desc) {
    if desc.state().contains(State::MASKED) {
        return;
    }
    let d = desc.data();
    if d.chip().has(Op::Mask) {
        d.chip().mask(&d);
        desc.change_state(State::empty(), State::MASKED);
    }
}

/// Unmasks a line, unless it is. The line's lock is held.
pub(super) fn unmask(desc: &Desc) {
    if !desc.state().contains(State::MASKED) {
        return;
    }
    let d = desc.data();
    if d.chip().has(Op::Unmask) {
        d.chip().unmask(&d);
        desc.change_state(State::MASKED, State::empty());
    }
}

fn mask_ack(desc: &Desc) {
    let d = desc.data();
    if d.chip().has(Op::MaskAck) {
        d.chip().mask_ack(&d);
        desc.change_state(State::empty(), State::MASKED);
    } else {
        mask(desc);
        d.chip().ack(&d);
    }
}

/// Whether no other CPU handles it. The line's lock is held.
fn may_run(desc: &Desc) -> bool {
    !desc.state().contains(State::IN_PROGRESS)
}

/// Whether there is somebody to handle it; if not, that it came is kept.
fn wanted(desc: &Desc, inner: &mut Guard<'_>) -> bool {
    let wanted = !inner.actions.is_empty() && !desc.state().contains(State::DISABLED);
    inner.pending = !wanted;
    wanted
}

/// Runs the handlers, without the lock.
fn event<'a>(desc: &'a Desc, mut inner: Guard<'a>, watched: bool) -> Guard<'a> {
    inner.pending = false;
    let actions = Arc::clone(&inner.actions);
    desc.change_state(State::empty(), State::IN_PROGRESS);
    drop(inner);
    let outcome = request::run_actions(desc, &actions);
    let mut inner = desc.inner.lock();
    // Not the last reference: who takes an action away waits for the end of this.
    drop(actions);
    desc.change_state(State::IN_PROGRESS, State::empty());
    if watched && outcome != Outcome::WakeThread && !inner.mode.contains(Mode::NO_DEBUG) {
        super::spurious::note(desc, &mut inner, outcome);
    }
    inner
}

/// A line that nobody expects.
pub fn bad(desc: &Desc) {
    count(desc);
    desc.unhandled.store(desc.unhandled.load(Relaxed) + 1, Relaxed);
    let _inner = desc.inner.lock();
    mask(desc);
    log::warn!("interrupt {} ({}) came, and nobody expects it", desc.virq(), desc.data().chip().name());
}

/// Level.
pub fn level(desc: &Desc) {
    let mut inner = desc.inner.lock();
    mask_ack(desc);
    if !may_run(desc) || !wanted(desc, &mut inner) {
        return;
    }
    count(desc);
    let inner = event(desc, inner, true);
    if may_unmask(desc, &inner) {
        unmask(desc);
    }
}

/// Whether nothing keeps a masked line masked.
fn may_unmask(desc: &Desc, inner: &Guard<'_>) -> bool {
    let state = desc.state();
    !state.contains(State::DISABLED) && state.contains(State::MASKED) && inner.threads_oneshot == 0
}

/// Edge; with `eoi`, for controllers that want the end told instead of the beginning acknowledged.
pub fn edge(desc: &Desc, eoi: bool) {
    let mut inner = desc.inner.lock();
    let d = desc.data();
    if !may_run(desc) || !wanted(desc, &mut inner) {
        inner.pending = true;
        if eoi {
            mask(desc);
            d.chip().eoi(&d);
        } else {
            mask_ack(desc);
        }
        return;
    }
    count(desc);
    if !eoi {
        d.chip().ack(&d);
    }
    loop {
        if inner.actions.is_empty() {
            mask(desc);
            break;
        }
        // It came while it was masked by the turn before: open it, so that the next one is seen.
        if inner.pending && !desc.state().contains(State::DISABLED) {
            unmask(desc);
        }
        inner = event(desc, inner, true);
        if !inner.pending || desc.state().contains(State::DISABLED) {
            break;
        }
    }
    if eoi {
        d.chip().eoi(&d);
    }
}

/// The end of a one-shot or ordinary interrupt.
fn end(desc: &Desc, inner: &Guard<'_>) {
    let d = desc.data();
    if !inner.oneshot {
        d.chip().eoi(&d);
    } else if may_unmask(desc, inner) {
        d.chip().eoi(&d);
        unmask(desc);
    } else if !d.chip().flags().contains(ChipFlags::EOI_THREADED) {
        d.chip().eoi(&d);
    }
}

/// Controllers that do the flow themselves; `ack` before the handlers, `masked` while they run.
pub fn fasteoi(desc: &Desc, ack: bool, masked: bool) {
    let mut inner = desc.inner.lock();
    let d = desc.data();
    let runs = may_run(desc);
    if !runs || !wanted(desc, &mut inner) {
        if runs {
            mask(desc);
        }
        if !d.chip().flags().contains(ChipFlags::EOI_IF_HANDLED) {
            d.chip().eoi(&d);
        }
        return;
    }
    count(desc);
    if masked {
        mask_ack(desc);
    } else {
        if inner.oneshot {
            mask(desc);
        }
        if ack {
            d.chip().ack(&d);
        }
    }
    let inner = event(desc, inner, true);
    if masked && !inner.oneshot && may_unmask(desc, &inner) {
        unmask(desc);
    }
    end(desc, &inner);
}

/// Nothing is done to the controller.
pub fn simple(desc: &Desc, watched: bool) {
    let mut inner = desc.inner.lock();
    if may_run(desc) && wanted(desc, &mut inner) {
        count(desc);
        drop(event(desc, inner, watched));
    }
}

/// Every CPU's own.
pub fn per_cpu(desc: &Desc) {
    count(desc);
    let d = desc.data();
    d.chip().ack(&d);
    let actions = Arc::clone(&desc.inner.lock().actions);
    request::run_actions(desc, &actions);
    d.chip().eoi(&d);
}

/// Runs the threaded part of a line's handlers here: for lines behind one that has a thread. Context: orphan vCPUs; may
/// sleep.
pub fn nested(desc: &Desc) {
    let mut inner = desc.inner.lock();
    if !may_run(desc) || !wanted(desc, &mut inner) {
        return;
    }
    count(desc);
    let actions = Arc::clone(&inner.actions);
    desc.change_state(State::empty(), State::IN_PROGRESS);
    inner.threads_active += 1;
    drop(inner);
    let outcome = request::run_threaded(desc, &actions);
    let mut inner = desc.inner.lock();
    desc.change_state(State::IN_PROGRESS, State::empty());
    inner.threads_active -= 1;
    super::spurious::note(desc, &mut inner, outcome);
    drop(inner);
    drop(actions);
    desc.idle.wake_all();
}

/// Before a chained handler looks at its own controller: tells the parent that the interrupt was taken.
pub fn chained_enter(d: &Data<'_>, has_eoi: bool) {
    if !has_eoi {
        d.chip().mask_ack(d);
    }
}

/// After it.
pub fn chained_exit(d: &Data<'_>, has_eoi: bool) {
    if has_eoi {
        d.chip().eoi(d);
    } else {
        d.chip().unmask(d);
    }
}
