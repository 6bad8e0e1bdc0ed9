// SPDX-License-Identifier: GPL-2.0-only
//! Opening and closing lines, how they signal and where they go.

use super::chip::{ChipFlags, LineState, Op, Sense};
use super::desc::{Data, Desc, Guard, Mode, State, Virq, require};
use super::flow::{self, Flow};
use super::soft::Soft;
use crate::error::{Error, Result};
use crate::sched::CpuMask;
use crate::sync::{Once, SpinLock};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

/// Has every domain on the line's way set it up, the innermost first. Context: may sleep.
pub(super) fn activate(desc: &Desc) -> Result<()> {
    if desc.state().contains(State::ACTIVATED) {
        return Ok(());
    }
    for index in (0..desc.levels().len()).rev() {
        let Some(d) = desc.data_at(index) else { continue };
        let Some(domain) = d.level().domain() else { continue };
        if let Err(error) = domain.ops().activate(domain, &d) {
            (index + 1..desc.levels().len()).for_each(|inner| deactivate_level(desc, inner));
            return Err(error);
        }
    }
    let _inner = desc.inner.lock();
    desc.change_state(State::empty(), State::ACTIVATED);
    Ok(())
}

fn deactivate_level(desc: &Desc, index: usize) {
    if let Some(d) = desc.data_at(index)
        && let Some(domain) = d.level().domain()
    {
        domain.ops().deactivate(domain, &d);
    }
}

/// Undoes [`activate`]. Context: may sleep.
pub(super) fn deactivate(desc: &Desc) {
    if desc.state().contains(State::ACTIVATED) {
        (0..desc.levels().len()).for_each(|index| deactivate_level(desc, index));
        let _inner = desc.inner.lock();
        desc.change_state(State::ACTIVATED, State::empty());
    }
}

/// Opens a line for the first time. The line's lock is held.
pub(super) fn start(desc: &Desc, inner: &mut Guard<'_>) {
    let d = desc.data();
    inner.depth = 0;
    if desc.state().contains(State::STARTED) {
        enable_now(desc);
    } else {
        if let Some(cpus) = inner.affinity
            && d.chip().set_affinity(&d, cpus).is_err()
        {
            log::warn!("interrupt {}: its affinity could not be set", desc.virq());
        }
        if d.chip().has(Op::Startup) {
            d.chip().startup(&d);
            desc.change_state(State::DISABLED | State::MASKED, State::empty());
        } else {
            enable_now(desc);
        }
        desc.change_state(State::empty(), State::STARTED);
    }
    resend(desc, inner);
}

/// Closes a line for its last handler. The line's lock is held.
pub(super) fn stop(desc: &Desc, inner: &mut Guard<'_>) {
    inner.depth = 1;
    inner.pending = false;
    if desc.state().contains(State::STARTED) {
        let d = desc.data();
        if d.chip().has(Op::Shutdown) {
            d.chip().shutdown(&d);
            desc.change_state(State::empty(), State::DISABLED | State::MASKED);
        } else {
            disable_now(desc, true);
        }
        desc.change_state(State::STARTED, State::empty());
    }
}

fn enable_now(desc: &Desc) {
    let d = desc.data();
    if !desc.state().contains(State::DISABLED) {
        flow::unmask(desc);
    } else if d.chip().has(Op::Enable) {
        d.chip().enable(&d);
        desc.change_state(State::DISABLED | State::MASKED, State::empty());
    } else {
        desc.change_state(State::DISABLED, State::empty());
        flow::unmask(desc);
    }
}

fn disable_now(desc: &Desc, mask: bool) {
    let d = desc.data();
    if !desc.state().contains(State::DISABLED) && d.chip().has(Op::Disable) {
        d.chip().disable(&d);
        desc.change_state(State::empty(), State::DISABLED | State::MASKED);
        return;
    }
    desc.change_state(State::empty(), State::DISABLED);
    if mask {
        flow::mask(desc);
    }
}

/// Calls `f` under the line's lock, within the lock of a chip on a slow bus.
fn locked<R>(desc: &Desc, f: impl FnOnce(&Data<'_>, &mut Guard<'_>) -> R) -> R {
    let d = desc.data();
    d.chip().bus_lock(&d);
    let mut inner = desc.inner.lock();
    let result = f(&d, &mut inner);
    drop(inner);
    d.chip().bus_unlock(&d);
    result
}

/// Opens a line again, once for every time that it was closed. An opening too many is reported. Context: any, but for
/// lines of chips on slow buses: may sleep.
///
/// # Errors
/// No such line, or it is open.
pub fn enable(virq: Virq) -> Result<()> {
    let desc = require(virq)?;
    if locked(&desc, |_, inner| open(&desc, inner)) {
        return Ok(());
    }
    Err(Error::Invalid { what: "interrupt", why: format!("{virq} is open already") })
}

/// One opening. The line's lock is held.
pub(super) fn open(desc: &Desc, inner: &mut Guard<'_>) -> bool {
    match inner.depth {
        0 => {
            log::error!("interrupt {}: opened more often than closed", desc.virq());
            false
        }
        1 => {
            start(desc, inner);
            true
        }
        _ => {
            inner.depth -= 1;
            true
        }
    }
}

/// Closes a line without waiting for its handlers. Context: as [`enable`].
///
/// # Errors
/// No such line.
pub fn disable_nosync(virq: Virq) -> Result<()> {
    let desc = require(virq)?;
    locked(&desc, |d, inner| {
        inner.depth += 1;
        if inner.depth == 1 {
            // One that comes while it is merely marked can be sent again; without that, it must not come.
            let at_once = inner.mode.contains(Mode::DISABLE_AT_ONCE) || !d.chip().has(Op::Retrigger);
            disable_now(&desc, at_once);
        }
    });
    Ok(())
}

/// Closes a line and waits until neither its handlers nor their threads run. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// No such line.
#[track_caller]
pub fn disable(virq: Virq) -> Result<()> {
    disable_nosync(virq)?;
    synchronize(virq)
}

/// Waits until the line's hard handlers do not run on another CPU. Context: any but a hard handler of the line.
pub(super) fn synchronize_hard(desc: &Desc) {
    loop {
        while desc.state().contains(State::IN_PROGRESS) {
            arch::cpu::relax();
        }
        let _inner = desc.inner.lock();
        if !desc.state().contains(State::IN_PROGRESS) {
            return;
        }
    }
}

/// As [`synchronize`] for the hard handlers alone. Context: any but a hard handler of the line.
///
/// # Errors
/// No such line.
pub fn synchronize_hard_of(virq: Virq) -> Result<()> {
    synchronize_hard(&*require(virq)?);
    Ok(())
}

/// Waits until neither the line's handlers nor their threads run. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// No such line.
#[track_caller]
pub fn synchronize(virq: Virq) -> Result<()> {
    let desc = require(virq)?;
    synchronize_hard(&desc);
    desc.idle.wait_until(|| desc.inner.lock().threads_active == 0);
    Ok(())
}

/// Sets how a line signals. Context: as [`enable`].
///
/// # Errors
/// No such line, or its chip cannot.
pub fn set_type(virq: Virq, sense: Sense) -> Result<()> {
    set_type_of(&*require(virq)?, sense)
}

pub(super) fn set_type_of(desc: &Desc, sense: Sense) -> Result<()> {
    locked(desc, |d, inner| {
        let chip = d.chip();
        if !chip.has(Op::SetType) {
            // The controller has no choice: the tree's word counts.
            note_type(desc, inner, sense);
            return Ok(());
        }
        let mut unmask = false;
        if chip.flags().contains(ChipFlags::SET_TYPE_MASKED) && !desc.state().contains(State::MASKED) {
            flow::mask(desc);
            unmask = !desc.state().contains(State::DISABLED);
        }
        let result = chip.set_type(d, sense);
        if let Ok(note) = result
            && note
        {
            note_type(desc, inner, sense);
        }
        if unmask {
            flow::unmask(desc);
        }
        result.map(|_| ())
    })
}

fn note_type(desc: &Desc, inner: &mut Guard<'_>, sense: Sense) {
    let level = sense.intersects(Sense::LEVEL);
    inner.mode.set(Mode::LEVEL, level);
    let mut state = State::from_bits_retain(sense.bits());
    state.set(State::LEVEL, level);
    desc.change_state(State::TRIGGER | State::LEVEL, state | State::TRIGGER_SET);
}

/// Lets a line wake a sleeping system, or not; nests. Context: as [`enable`].
///
/// # Errors
/// No such line, its chip cannot, or more ends than beginnings.
pub fn set_wake(virq: Virq, on: bool) -> Result<()> {
    let desc = require(virq)?;
    locked(&desc, |d, inner| {
        let change = |on| {
            if d.chip().flags().contains(ChipFlags::SKIP_SET_WAKE) {
                Ok(())
            } else {
                d.chip().set_wake(d, on)
            }
        };
        if on {
            inner.wake_depth += 1;
            if inner.wake_depth == 1 {
                change(true).inspect_err(|_| inner.wake_depth = 0)?;
                desc.change_state(State::empty(), State::WAKEUP);
            }
            return Ok(());
        }
        if inner.wake_depth == 0 {
            let why = format!("{virq}: waking was ended more often than begun");
            log::error!("interrupt {why}");
            return Err(Error::Invalid { what: "interrupt", why });
        }
        inner.wake_depth -= 1;
        if inner.wake_depth == 0 {
            change(false).inspect_err(|_| inner.wake_depth = 1)?;
            desc.change_state(State::WAKEUP, State::empty());
        }
        Ok(())
    })
}

/// Sends a line's interrupts to one of these CPUs. Context: any.
///
/// # Errors
/// No such line, an empty set, a line that stays where it is, or a chip that cannot.
pub fn set_affinity(virq: Virq, cpus: CpuMask) -> Result<()> {
    let desc = require(virq)?;
    if cpus.0 == 0 {
        return Err(Error::NoCpu { affinity: 0, online: crate::sched::online().0 });
    }
    let mut inner = desc.inner.lock();
    if inner.mode.intersects(Mode::PER_CPU | Mode::NO_BALANCING) {
        return Err(Error::Invalid { what: "interrupt", why: format!("{virq} stays on its CPU") });
    }
    if desc.state().contains(State::ACTIVATED) {
        let d = desc.data();
        d.chip().set_affinity(&d, cpus)?;
    }
    inner.affinity = Some(cpus);
    desc.change_state(State::empty(), State::AFFINITY_SET);
    Ok(())
}

/// The CPUs that a line may go to, if that was said. Context: any.
pub fn affinity(desc: &Desc) -> Option<CpuMask> {
    desc.inner.lock().affinity
}

/// Reads a state of the line from the first chip on its way that can tell. Context: any.
///
/// # Errors
/// No such line, or no chip can tell.
pub fn line_state(virq: Virq, which: LineState) -> Result<bool> {
    let desc = require(virq)?;
    locked(&desc, |d, _| {
        let mut at = Some(*d);
        while let Some(d) = at {
            match d.chip().line_state(&d, which) {
                Err(Error::Unsupported { .. }) => at = d.parent(),
                result => return result,
            }
        }
        Err(Error::Unsupported { what: "reading an interrupt's state" })
    })
}

/// Sets a state of the line in the first chip on its way that can. Context: any.
///
/// # Errors
/// No such line, or no chip can.
pub fn set_line_state(virq: Virq, which: LineState, on: bool) -> Result<()> {
    let desc = require(virq)?;
    locked(&desc, |d, _| {
        let mut at = Some(*d);
        while let Some(d) = at {
            match d.chip().set_line_state(&d, which, on) {
                Err(Error::Unsupported { .. }) => at = d.parent(),
                result => return result,
            }
        }
        Err(Error::Unsupported { what: "setting an interrupt's state" })
    })
}

/// Lines that shall be handled again by software.
static RESENT: SpinLock<Vec<Arc<Desc>>> = SpinLock::new(Vec::new());

/// Has an interrupt that came while the line was closed come again. The line's lock is held.
fn resend(desc: &Desc, inner: &mut Guard<'_>) {
    if !inner.pending || inner.mode.contains(Mode::LEVEL) {
        return;
    }
    inner.pending = false;
    let nested = inner.mode.contains(Mode::NESTED_THREAD);
    let d = desc.data();
    if !nested && d.chip().has(Op::Retrigger) && d.chip().retrigger(&d) {
        return;
    }
    // A nested line has no handler of its own that could run by itself.
    let raised = if nested { desc.parent() } else { desc.virq() };
    if let Some(this) = super::desc::get(raised) {
        RESENT.lock().push(this);
        static AGAIN: Once<Arc<Soft>> = Once::new();
        AGAIN.call_once(|| Soft::new(handle_resent)).raise();
    }
}

fn handle_resent() {
    loop {
        let next = RESENT.lock().pop();
        let Some(desc) = next else { return };
        desc.handle();
    }
}

/// Makes an interrupt happen by software: for tests of drivers. Context: any.
///
/// # Errors
/// No such line, or it is closed.
pub fn inject(virq: Virq) -> Result<()> {
    let desc = require(virq)?;
    if desc.state().contains(State::DISABLED) {
        return Err(Error::Invalid { what: "interrupt", why: format!("{virq} is closed") });
    }
    let mut inner = desc.inner.lock();
    let level = inner.mode.contains(Mode::LEVEL);
    inner.mode.remove(Mode::LEVEL);
    inner.pending = true;
    resend(&desc, &mut inner);
    inner.mode.set(Mode::LEVEL, level);
    Ok(())
}

/// Has the line lead to further lines: `handler` finds out which. Opens it. Context: boot or orphan vCPUs; may sleep.
///
/// # Errors
/// No such line, somebody has requested it, or its domains cannot set it up.
pub fn set_chained(virq: Virq, handler: Arc<dyn Fn(&Desc) + Send + Sync>) -> Result<()> {
    let desc = require(virq)?;
    chain(&desc, || desc.inner.lock().flow = Flow::Chained(handler))
}

/// As [`set_chained`]; `set` sets the flow handler when all else is prepared.
///
/// # Errors
/// As [`set_chained`].
pub fn chain(desc: &Desc, set: impl FnOnce()) -> Result<()> {
    let _change = desc.change.lock();
    if desc.in_use() {
        return Err(Error::Busy { what: format!("interrupt {}", desc.virq()), owner: desc.who() });
    }
    activate(desc)?;
    let d = desc.data();
    // The controller's own setting, from the tree, counts.
    let sense = desc.sense();
    if !sense.is_empty() {
        set_type_of(desc, sense)?;
    }
    set();
    d.chip().bus_lock(&d);
    let mut inner = desc.inner.lock();
    inner.chained = true;
    inner.mode |= Mode::NO_REQUEST | Mode::NO_PROBE | Mode::NO_THREAD;
    start(desc, &mut inner);
    drop(inner);
    d.chip().bus_unlock(&d);
    Ok(())
}

/// Ends what [`set_chained`] began; when this returns, the handler does not run. Context: orphan vCPUs; may sleep.
///
/// # Errors
/// No such line.
pub fn unchain(virq: Virq) -> Result<()> {
    let desc = require(virq)?;
    let _change = desc.change.lock();
    let d = desc.data();
    d.chip().bus_lock(&d);
    let mut inner = desc.inner.lock();
    if !inner.chained {
        drop(inner);
        d.chip().bus_unlock(&d);
        return Ok(());
    }
    stop(&desc, &mut inner);
    inner.chained = false;
    inner.mode -= Mode::NO_REQUEST | Mode::NO_PROBE | Mode::NO_THREAD;
    let old = core::mem::replace(&mut inner.flow, Flow::Bad);
    drop(inner);
    d.chip().bus_unlock(&d);
    // The root's release waits until the line is not active anywhere.
    deactivate(&desc);
    drop(old);
    Ok(())
}

/// How often a line was closed more than opened. Context: any.
pub fn depth(desc: &Desc) -> u32 {
    desc.inner.lock().depth
}

/// How often nobody wanted the line's interrupt. Context: any.
pub fn unhandled(desc: &Desc) -> u64 {
    desc.unhandled.load(Relaxed)
}
