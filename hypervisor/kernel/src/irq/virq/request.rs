// SPDX-License-Identifier: GPL-2.0-only
//! Handlers of lines: requested, shared, threaded, and taken away again.

use super::chip::{ChipFlags, Op, Sense};
use super::desc::{Data, Desc, Mode, State, Virq, require};
use super::{control, flow};
use crate::error::{Error, Result};
use crate::sched::{self, Params, Vcpu};
use crate::sync::{Once, WaitQueue};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Release};

/// What a handler says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was not its device.
    None,
    /// It is done.
    Handled,
    /// The thread has to go on with it.
    WakeThread,
}

bitflags! {
    /// How a line is requested; the low bits are [`Sense`].
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Flags: u32 {
        /// How the device signals; none stands for what is known of the line.
        const SENSE = 0xf;
        /// Others may request the line too.
        const SHARED = 0x80;
        /// Every CPU has its own.
        const PER_CPU = 0x400;
        /// The line stays on its CPU.
        const NO_BALANCING = 0x800;
        /// The line stays masked until the thread is done.
        const ONESHOT = 0x2000;
        /// The handler must not be moved to a thread.
        const NO_THREAD = 0x1_0000;
        /// The line is left closed.
        const NO_AUTO_ENABLE = 0x8_0000;
        /// Not watched for interrupts that nobody wants.
        const NO_DEBUG = 0x10_0000;
        /// [`Flags::ONESHOT`] if the others who share the line ask for it.
        const MAYBE_ONESHOT = 0x20_0000;
    }
}

/// A handler: hard ones with interrupts masked at EL2, threaded ones in an orphan vCPU of their own.
pub type Handler = Box<dyn Fn(Virq) -> Outcome + Send + Sync>;

/// What somebody wants of a line.
pub struct Request<'a> {
    /// Who it is, for reports.
    pub name: &'a str,
    /// How.
    pub flags: Flags,
    /// The hard handler. Without one, the thread is woken.
    pub handler: Option<Handler>,
    /// The threaded part.
    pub thread: Option<Handler>,
    /// What tells those who share a line apart: any number but 0 for them.
    pub id: usize,
}

/// The thread of an action.
struct Thread {
    work: Handler,
    due: AtomicBool,
    stop: AtomicBool,
    wake: WaitQueue,
    vcpu: Once<Arc<Vcpu>>,
}

/// A handler of a line.
pub struct Action {
    name: Box<str>,
    flags: Flags,
    handler: Option<Handler>,
    thread: Option<Thread>,
    id: usize,
    /// Its bit among the threads of a one-shot line.
    bit: u64,
}

impl Action {
    /// Who requested it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells it apart.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Whether it has a threaded part.
    pub fn threaded(&self) -> bool {
        self.thread.is_some()
    }
}

fn invalid(virq: Virq, why: String) -> Error {
    Error::Invalid { what: "interrupt request", why: format!("{virq}: {why}") }
}

/// Runs the hard handlers.
pub(super) fn run_actions(desc: &Desc, actions: &[Arc<Action>]) -> Outcome {
    let mut all = Outcome::None;
    for action in actions {
        let outcome = action.handler.as_ref().map_or(Outcome::WakeThread, |h| h(desc.virq()));
        if outcome == Outcome::WakeThread {
            wake_thread(desc, action);
        }
        all = all.max(outcome);
    }
    all
}

/// Runs the threaded parts here.
pub(super) fn run_threaded(desc: &Desc, actions: &[Arc<Action>]) -> Outcome {
    let threads = actions.iter().filter_map(|a| a.thread.as_ref());
    threads.map(|t| (t.work)(desc.virq())).max().unwrap_or(Outcome::None)
}

fn wake_thread(desc: &Desc, action: &Arc<Action>) {
    let Some(thread) = &action.thread else {
        log::error!("interrupt {}: {} wakes a thread that it has not", desc.virq(), action.name);
        return;
    };
    {
        let mut inner = desc.inner.lock();
        if thread.due.swap(true, AcqRel) {
            return;
        }
        inner.threads_oneshot |= action.bit;
        inner.threads_active += 1;
    }
    thread.wake.wake_one();
}

/// Wakes the thread of the handler with this `id`, as its hard part would. Context: any.
///
/// # Errors
/// No such line.
pub fn wake_thread_of(virq: Virq, id: usize) -> Result<()> {
    let desc = require(virq)?;
    let actions = Arc::clone(&desc.inner.lock().actions);
    if let Some(action) = actions.iter().find(|a| a.id == id && a.thread.is_some()) {
        wake_thread(&desc, action);
    }
    Ok(())
}

/// What the thread of an action runs.
fn thread_main(desc: &Arc<Desc>, action: &Arc<Action>) {
    let Some(thread) = &action.thread else { return };
    loop {
        thread.wake.wait_until(|| thread.due.load(Acquire) || thread.stop.load(Acquire));
        if thread.due.swap(false, AcqRel) {
            (thread.work)(desc.virq());
            finish(desc, action, thread);
        } else if thread.stop.load(Acquire) {
            return;
        }
    }
}

/// The end of a turn of a thread: the last one opens a one-shot line.
fn finish(desc: &Desc, action: &Action, thread: &Thread) {
    let d = desc.data();
    let slow = d.chip().has(Op::BusLock);
    if slow {
        d.chip().bus_lock(&d);
    }
    loop {
        let mut inner = desc.inner.lock();
        // The hard part may still be about to wake this thread for another turn.
        if desc.state().contains(State::IN_PROGRESS) && !inner.mode.contains(Mode::NESTED_THREAD) {
            drop(inner);
            arch::cpu::relax();
            continue;
        }
        inner.threads_active = inner.threads_active.saturating_sub(1);
        if !thread.due.load(Acquire) {
            inner.threads_oneshot &= !action.bit;
            let state = desc.state();
            if action.bit != 0
                && inner.threads_oneshot == 0
                && state.contains(State::MASKED)
                && !state.contains(State::DISABLED)
            {
                if d.chip().flags().contains(ChipFlags::EOI_THREADED) {
                    d.chip().eoi(&d);
                }
                flow::unmask(desc);
            }
        }
        break;
    }
    if slow {
        d.chip().bus_unlock(&d);
    }
    desc.idle.wake_all();
}

/// Whether a new handler goes with those that are there; gives its bit among their threads.
fn agree(desc: &Desc, name: &str, flags: &mut Flags) -> Result<u64> {
    let inner = desc.inner.lock();
    let Some(old) = inner.actions.first() else { return Ok(1) };
    let busy = |why: &str| Error::Busy {
        what: format!("interrupt {} (wanted by {name}: {why})", desc.virq()),
        owner: old.name.clone().into(),
    };
    if !old.flags.contains(Flags::SHARED) || !flags.contains(Flags::SHARED) {
        return Err(busy("it is not shared"));
    }
    if flags.contains(Flags::MAYBE_ONESHOT) && old.flags.contains(Flags::ONESHOT) {
        flags.insert(Flags::ONESHOT);
    }
    let wanted = *flags & Flags::SENSE;
    if !wanted.is_empty() && wanted.bits() != desc.sense().bits() {
        return Err(busy("it signals in another way"));
    }
    if (*flags ^ old.flags).intersects(Flags::ONESHOT | Flags::PER_CPU) {
        return Err(busy("one of them is one-shot, the other is not"));
    }
    let taken = inner.actions.iter().fold(0, |bits, a| bits | a.bit);
    if taken == u64::MAX {
        return Err(busy("64 share it already"));
    }
    Ok(1 << taken.trailing_ones())
}

/// Adds a handler to a line; the first one sets the line up and opens it. Context: orphan vCPUs (boot too); may sleep.
///
/// # Errors
/// No such line, one that cannot be requested, somebody who does not share it, a trigger that the chip cannot, or a
/// thread without one-shot where its hard handler would come for ever.
pub fn request(virq: Virq, r: Request<'_>) -> Result<()> {
    let desc = require(virq)?;
    let mode = desc.mode();
    if mode.intersects(Mode::NO_REQUEST | Mode::PER_CPU_ARGUMENT) {
        return Err(invalid(virq, format!("{} cannot have it: it leads to other lines", r.name)));
    }
    if r.handler.is_none() && r.thread.is_none() {
        return Err(invalid(virq, format!("{} gives no handler", r.name)));
    }
    if r.flags.contains(Flags::SHARED) && (r.id == 0 || r.flags.contains(Flags::NO_AUTO_ENABLE)) {
        return Err(invalid(virq, format!("{} shares it without an id, or wants it closed", r.name)));
    }
    let nested = mode.contains(Mode::NESTED_THREAD);
    if nested && r.thread.is_none() {
        return Err(invalid(virq, format!("{} needs a threaded handler: the controller can sleep", r.name)));
    }
    let _change = desc.change.lock();
    let d = desc.data();
    let mut flags = r.flags;
    if !flags.intersects(Flags::SENSE) {
        // The tree's word, of which the controllers have not heard yet.
        flags |= Flags::from_bits_truncate(desc.sense().bits()) & Flags::SENSE;
    }
    if d.chip().flags().contains(ChipFlags::ONESHOT_SAFE) {
        flags.remove(Flags::ONESHOT);
    }
    if desc.inner.lock().chained {
        return Err(Error::Busy { what: format!("interrupt {virq}"), owner: desc.who() });
    }
    let bit = agree(&desc, r.name, &mut flags)?;
    let safe = flags.contains(Flags::ONESHOT) || d.chip().flags().contains(ChipFlags::ONESHOT_SAFE);
    if r.handler.is_none() && !safe && !nested {
        return Err(invalid(virq, format!("{} has a thread alone, and is not one-shot", r.name)));
    }
    let thread = r.thread.map(|work| Thread {
        work,
        due: AtomicBool::new(false),
        stop: AtomicBool::new(false),
        wake: WaitQueue::new(),
        vcpu: Once::new(),
    });
    let action = Arc::new(Action {
        name: r.name.into(),
        flags,
        handler: r.handler,
        thread,
        id: r.id,
        bit: if flags.contains(Flags::ONESHOT) { bit } else { 0 },
    });
    if !nested {
        start_thread(&desc, &action)?;
    }
    let first = desc.inner.lock().actions.is_empty();
    let result = if first { set_up(&desc, &d, flags) } else { Ok(()) };
    if let Err(error) = result {
        stop_thread(&action);
        return Err(error);
    }
    add(&desc, &d, action, first, flags);
    Ok(())
}

/// Sets a line up for its first handler.
fn set_up(desc: &Desc, d: &Data<'_>, flags: Flags) -> Result<()> {
    d.chip().request_resources(d)?;
    let sense = Sense::from_bits_truncate((flags & Flags::SENSE).bits());
    let result = control::activate(desc)
        .and_then(|()| if sense.is_empty() { Ok(()) } else { control::set_type_of(desc, sense) });
    if result.is_err() {
        control::deactivate(desc);
        d.chip().release_resources(d);
    }
    result
}

/// Puts a handler on the list and opens the line for the first.
fn add(desc: &Desc, d: &Data<'_>, action: Arc<Action>, first: bool, flags: Flags) {
    d.chip().bus_lock(d);
    let mut inner = desc.inner.lock();
    let mut actions: Vec<Arc<Action>> = inner.actions.to_vec();
    actions.push(action);
    let old = core::mem::replace(&mut inner.actions, actions.into());
    if first {
        inner.oneshot = flags.contains(Flags::ONESHOT);
        if flags.contains(Flags::NO_DEBUG) {
            inner.mode |= Mode::NO_DEBUG;
        }
        inner.threads_oneshot = 0;
        inner.pending = false;
        inner.watch.reset();
        desc.change_state(State::IN_PROGRESS, State::empty());
        if !inner.mode.contains(Mode::NO_AUTO_ENABLE) && !flags.contains(Flags::NO_AUTO_ENABLE) {
            control::start(desc, &mut inner);
        } else {
            inner.depth = 1;
        }
    } else if inner.watch.closed {
        // A new handler may be the one that was missing.
        inner.watch.reset();
        control::open(desc, &mut inner);
    }
    drop(inner);
    drop(old);
    d.chip().bus_unlock(d);
}

fn start_thread(desc: &Arc<Desc>, action: &Arc<Action>) -> Result<()> {
    let Some(thread) = &action.thread else { return Ok(()) };
    let (desc, its) = (Arc::clone(desc), Arc::clone(action));
    let params = Params::with_priority(sched::DEFAULT_PRIORITY + 1);
    let name = format!("irq/{}-{}", desc.virq(), action.name);
    let vcpu = sched::spawn(&name, params, move || thread_main(&desc, &its))?;
    thread.vcpu.call_once(|| vcpu);
    Ok(())
}

fn stop_thread(action: &Action) {
    let Some(thread) = &action.thread else { return };
    thread.stop.store(true, Release);
    thread.wake.wake_all();
    if let Some(vcpu) = thread.vcpu.get() {
        sched::join(vcpu);
    }
}

/// Takes the handler with this `id` away; when this returns, neither it nor its thread runs. The last one closes the
/// line. Context: orphan vCPUs, not the handler itself; may sleep.
///
/// # Errors
/// No such line or handler.
pub fn release(virq: Virq, id: usize) -> Result<Arc<Action>> {
    let desc = require(virq)?;
    let _change = desc.change.lock();
    let d = desc.data();
    d.chip().bus_lock(&d);
    let mut inner = desc.inner.lock();
    let Some(at) = inner.actions.iter().position(|a| a.id == id) else {
        drop(inner);
        d.chip().bus_unlock(&d);
        return Err(Error::NotFound { what: "handler of interrupt", name: format!("{virq}") });
    };
    let mut rest: Vec<Arc<Action>> = inner.actions.to_vec();
    let action = rest.swap_remove(at);
    let last = rest.is_empty();
    let old = core::mem::replace(&mut inner.actions, rest.into());
    inner.threads_oneshot &= !action.bit;
    if last {
        control::stop(&desc, &mut inner);
    }
    drop(inner);
    d.chip().bus_unlock(&d);
    control::synchronize_hard(&desc);
    drop(old);
    stop_thread(&action);
    if last {
        d.chip().release_resources(&d);
        control::deactivate(&desc);
    }
    Ok(action)
}

/// Who has requested the line, and whether it leads to others. Context: may allocate.
pub fn owners(desc: &Desc) -> Vec<String> {
    desc.inner.lock().actions.iter().map(|a| a.name.clone().into()).collect()
}
