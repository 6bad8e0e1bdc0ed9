// SPDX-License-Identifier: GPL-2.0-only
//! What is kept for each virtual interrupt number, and the table of them.

use super::chip::{Chip, NoChip, Sense};
use super::domain::Domain;
use super::flow::{self, Flow};
use super::request::Action;
use crate::error::{Error, Result};
use crate::sync::{Mutex, Once, SpinLock, SpinLockGuard, WaitQueue};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use bitflags::bitflags;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicU32, AtomicU64};

/// A virtual interrupt number: what drivers request. 0 is none.
pub type Virq = u32;

/// The highest number that is given out.
pub const MAX_VIRQ: Virq = 4095;

bitflags! {
    /// What a line is doing. The numbers are part of what foreign drivers read.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct State: u32 {
        /// How it signals: the bits of [`Sense`].
        const TRIGGER = 0xf;
        /// Its domains have it set up.
        const ACTIVATED = 1 << 9;
        /// Every CPU has its own.
        const PER_CPU = 1 << 11;
        /// The affinity was chosen, not defaulted.
        const AFFINITY_SET = 1 << 12;
        /// It signals by level.
        const LEVEL = 1 << 13;
        /// It may wake the system.
        const WAKEUP = 1 << 14;
        /// It is closed: if it comes it is only noted.
        const DISABLED = 1 << 16;
        /// It is masked in its chip.
        const MASKED = 1 << 17;
        /// Its handlers run.
        const IN_PROGRESS = 1 << 18;
        /// It was started.
        const STARTED = 1 << 22;
        /// Somebody chose how it signals.
        const TRIGGER_SET = 1 << 25;
    }
}

bitflags! {
    /// How a line may be used. The numbers are part of what foreign drivers set.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Mode: u32 {
        /// It signals by level.
        const LEVEL = 1 << 8;
        /// Every CPU has its own.
        const PER_CPU = 1 << 9;
        /// Not to be probed for.
        const NO_PROBE = 1 << 10;
        /// It cannot be requested.
        const NO_REQUEST = 1 << 11;
        /// A request leaves it closed.
        const NO_AUTO_ENABLE = 1 << 12;
        /// It stays on its CPU.
        const NO_BALANCING = 1 << 13;
        /// Its handlers run in the thread of the line behind which it is.
        const NESTED_THREAD = 1 << 15;
        /// It cannot have a thread.
        const NO_THREAD = 1 << 16;
        /// Every CPU has its own handler argument.
        const PER_CPU_ARGUMENT = 1 << 17;
        /// It is asked, so nobody minds if nobody wanted it.
        const POLLED = 1 << 18;
        /// To close it means to mask it at once.
        const DISABLE_AT_ONCE = 1 << 19;
        /// Not shown to users.
        const HIDDEN = 1 << 20;
        /// Not watched for interrupts that nobody wants.
        const NO_DEBUG = 1 << 21;
    }
}

/// One controller on a line's way to the CPU.
pub struct Level {
    pub(super) domain: Once<Arc<Domain>>,
    pub(super) hwirq: AtomicU64,
    chip: Once<Arc<dyn Chip>>,
}

impl Level {
    pub(super) fn new(domain: Option<Arc<Domain>>) -> Self {
        let level = Level { domain: Once::new(), hwirq: AtomicU64::new(0), chip: Once::new() };
        if let Some(domain) = domain {
            level.domain.call_once(|| domain);
        }
        level
    }

    /// The chip; one that does nothing before the domain has set it.
    #[inline]
    pub fn chip(&self) -> &dyn Chip {
        self.chip.get().map_or(&NoChip, |c| &**c)
    }

    /// The domain, once the line belongs to one.
    pub fn domain(&self) -> Option<&Arc<Domain>> {
        self.domain.get()
    }

    /// The line's number in the domain.
    pub fn hwirq(&self) -> u64 {
        self.hwirq.load(Relaxed)
    }
}

/// A line as one of its chips sees it.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    /// The line.
    pub desc: &'a Desc,
    /// The chip's place on the way to the CPU: 0 is the outermost.
    pub index: usize,
    level: &'a Level,
}

impl<'a> Data<'a> {
    /// The line's number for drivers.
    pub fn virq(&self) -> Virq {
        self.desc.virq
    }

    /// The line's number in the chip's domain.
    #[inline]
    pub fn hwirq(&self) -> u64 {
        self.level.hwirq()
    }

    /// The level itself.
    pub fn level(&self) -> &'a Level {
        self.level
    }

    /// The chip.
    #[inline]
    pub fn chip(&self) -> &'a dyn Chip {
        self.level.chip()
    }

    /// The same line one controller nearer to the CPU.
    pub fn parent(&self) -> Option<Data<'a>> {
        self.desc.data_at(self.index + 1)
    }
}

/// What a foreign kind of driver keeps with a line.
pub trait Foreign: Send + Sync {
    /// Where the line's [`State`] is kept from now on.
    fn state(&self) -> &AtomicU32;
    /// Handles the interrupt, in place of [`Flow`]. Interrupts are masked.
    fn handle(&self, desc: &Desc);
    /// The flow handler's name, for reports.
    fn flow_name(&self) -> &'static str;
    /// Whatever it needs to find itself again.
    fn pointer(&self) -> *mut ();
}

/// What changes under a line's lock.
pub struct Inner {
    pub(super) flow: Flow,
    pub(super) chained: bool,
    pub(super) actions: Arc<[Arc<Action>]>,
    /// How often it was closed more than opened.
    pub(super) depth: u32,
    pub(super) wake_depth: u32,
    pub(super) pending: bool,
    pub(super) oneshot: bool,
    /// The threads that have to end before a one-shot line opens again.
    pub(super) threads_oneshot: u64,
    pub(super) threads_active: u32,
    pub(super) mode: Mode,
    pub(super) affinity: Option<crate::sched::CpuMask>,
    pub(super) watch: super::spurious::Watch,
}

/// A line.
pub struct Desc {
    virq: Virq,
    own_state: AtomicU32,
    /// The line whose handler handles this nested one; 0 if nobody has said.
    parent: AtomicU32,
    foreign: Once<Box<dyn Foreign>>,
    levels: Box<[Level]>,
    pub(super) inner: SpinLock<Inner>,
    /// One request, release or association at a time.
    pub(super) change: Mutex<()>,
    /// For the end of its threads.
    pub(super) idle: WaitQueue,
    pub(super) count: AtomicU64,
    pub(super) unhandled: AtomicU64,
}

impl core::fmt::Debug for Desc {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "interrupt {}", self.virq)
    }
}

pub(super) type Guard<'a> = SpinLockGuard<'a, Inner>;

impl Desc {
    fn new(virq: Virq, levels: Box<[Level]>) -> Self {
        Desc {
            virq,
            own_state: AtomicU32::new((State::DISABLED | State::MASKED).bits()),
            parent: AtomicU32::new(0),
            foreign: Once::new(),
            levels,
            inner: SpinLock::new(Inner {
                flow: Flow::Bad,
                chained: false,
                actions: Arc::new([]),
                depth: 1,
                wake_depth: 0,
                pending: false,
                oneshot: false,
                threads_oneshot: 0,
                threads_active: 0,
                mode: Mode::empty(),
                affinity: None,
                watch: super::spurious::Watch::new(),
            }),
            change: Mutex::new(()),
            idle: WaitQueue::new(),
            count: AtomicU64::new(0),
            unhandled: AtomicU64::new(0),
        }
    }

    /// The number for drivers.
    #[inline]
    pub fn virq(&self) -> Virq {
        self.virq
    }

    /// The controllers on the way to the CPU, outermost first; at least one.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The line as its outermost chip sees it.
    #[inline]
    pub fn data(&self) -> Data<'_> {
        // There is at least one level.
        Data { desc: self, index: 0, level: &self.levels[0] }
    }

    /// The line as a chip further in sees it.
    pub fn data_at(&self, index: usize) -> Option<Data<'_>> {
        self.levels.get(index).map(|level| Data { desc: self, index, level })
    }

    /// The line as the chip of `domain` sees it.
    pub fn data_in(&self, domain: &Arc<Domain>) -> Option<Data<'_>> {
        let index = self.levels.iter().position(|l| l.domain().is_some_and(|d| Arc::ptr_eq(d, domain)))?;
        self.data_at(index)
    }

    /// Sets number and chip of one level; for domains while they map the line.
    pub fn set_level(&self, index: usize, hwirq: u64, chip: Arc<dyn Chip>) {
        if let Some(level) = self.levels.get(index) {
            level.hwirq.store(hwirq, Relaxed);
            level.chip.call_once(|| chip);
        }
    }

    /// Chooses the flow handler.
    pub fn set_flow(&self, flow: Flow) {
        self.inner.lock().flow = flow;
    }

    /// The name of the flow handler that was chosen here; a foreign one has its own.
    pub fn flow_name(&self) -> &'static str {
        self.inner.lock().flow.name()
    }

    /// Says which line's handler handles this nested one: that one is raised for it. Context: any.
    pub fn set_parent(&self, parent: Virq) {
        self.parent.store(parent, Relaxed);
    }

    /// What [`set_parent`](Self::set_parent) said; 0 if nobody did. Context: any.
    pub fn parent(&self) -> Virq {
        self.parent.load(Relaxed)
    }

    /// Whether it leads to further lines.
    pub fn is_chained(&self) -> bool {
        self.inner.lock().chained
    }

    #[inline]
    fn state_word(&self) -> &AtomicU32 {
        match self.foreign.get() {
            Some(foreign) => foreign.state(),
            None => &self.own_state,
        }
    }

    /// What the line is doing.
    #[inline]
    pub fn state(&self) -> State {
        State::from_bits_retain(self.state_word().load(Acquire))
    }

    /// How the line signals.
    pub fn sense(&self) -> Sense {
        Sense::from_bits_truncate((self.state() & State::TRIGGER).bits())
    }

    /// Changes the state; under the line's lock, but for what only chips read.
    pub fn change_state(&self, clear: State, set: State) {
        let word = self.state_word();
        word.store(word.load(Relaxed) & !clear.bits() | set.bits(), Release);
    }

    /// Hands the line to a foreign kind of driver, once; `make` gets the state so far.
    pub fn adopt(&self, make: impl FnOnce(&Desc, State) -> Box<dyn Foreign>) -> &dyn Foreign {
        if let Some(foreign) = self.foreign.get() {
            return &**foreign;
        }
        let made = make(self, self.state());
        let _inner = self.inner.lock();
        let foreign = self.foreign.call_once(|| {
            made.state().store(self.own_state.load(Relaxed), Release);
            made
        });
        &**foreign
    }

    /// What a foreign driver keeps with it.
    #[inline]
    pub fn foreign(&self) -> Option<&dyn Foreign> {
        self.foreign.get().map(|f| &**f)
    }

    /// How often it came.
    pub fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// How the line may be used.
    pub fn mode(&self) -> Mode {
        self.inner.lock().mode
    }

    /// Changes how the line may be used.
    pub fn change_mode(&self, clear: Mode, set: Mode) {
        let mut inner = self.inner.lock();
        inner.mode = (inner.mode & !clear) | set;
        let mode = inner.mode;
        let mut states = State::empty();
        states.set(State::PER_CPU, mode.contains(Mode::PER_CPU));
        states.set(State::LEVEL, mode.contains(Mode::LEVEL) || self.state().contains(State::LEVEL));
        self.change_state(State::PER_CPU | State::LEVEL, states);
        // The depth of a line that a request shall leave closed is the request's business.
    }

    /// Handles the interrupt: the flow handler, with interrupts masked. Context: any.
    #[inline]
    pub fn handle(&self) {
        let flags = arch::irq::save();
        match self.foreign.get() {
            Some(foreign) => foreign.handle(self),
            None => {
                let flow = self.inner.lock().flow.clone();
                flow::run(self, &flow);
            }
        }
        arch::irq::restore(flags);
    }

    /// Whether anybody has requested it, or it leads to further lines.
    pub fn in_use(&self) -> bool {
        let inner = self.inner.lock();
        inner.chained || !inner.actions.is_empty()
    }

    pub(super) fn who(&self) -> String {
        let inner = self.inner.lock();
        if inner.chained {
            return String::from("a chained handler");
        }
        let names: Vec<&str> = inner.actions.iter().map(|a| a.name()).collect();
        names.join(", ")
    }
}

static TABLE: SpinLock<Vec<Option<Arc<Desc>>>> = SpinLock::new(Vec::new());

/// The line of this number. Context: any.
pub fn get(virq: Virq) -> Option<Arc<Desc>> {
    TABLE.lock().get(virq as usize)?.clone()
}

/// As [`get`], with an error that names the number.
///
/// # Errors
/// There is no such line.
pub fn require(virq: Virq) -> Result<Arc<Desc>> {
    get(virq).ok_or_else(|| Error::NotFound { what: "interrupt", name: format!("{virq}") })
}

/// Makes `count` lines with consecutive numbers from `at` on, or, without `at`, wherever there is room from `from` on;
/// `levels` says what is on each one's way. Gives the first number. Context: may allocate.
///
/// # Errors
/// One of the numbers is taken, or there are no more.
pub fn create(at: Option<Virq>, from: Virq, count: u32, levels: &dyn Fn() -> Box<[Level]>) -> Result<Virq> {
    let full = || Error::NotFound { what: "free interrupt number", name: format!("({count} wanted)") };
    if count == 0 || count > MAX_VIRQ {
        return Err(full());
    }
    let made: Vec<Box<[Level]>> = (0..count).map(|_| levels()).collect();
    let mut table = TABLE.lock();
    let free = |table: &[Option<Arc<Desc>>], first: Virq| {
        (first..first + count).all(|v| table.get(v as usize).is_none_or(Option::is_none))
    };
    let first = match at {
        Some(at) if at == 0 || at > MAX_VIRQ - count => return Err(full()),
        Some(at) if !free(&table, at) => {
            return Err(Error::Busy { what: format!("interrupt {at}"), owner: "another domain".into() });
        }
        Some(at) => at,
        None => (from.max(1)..=MAX_VIRQ - count).find(|&v| free(&table, v)).ok_or_else(full)?,
    };
    let end = (first + count) as usize;
    if table.len() < end {
        table.resize(end, None);
    }
    for (virq, levels) in (first..).zip(made) {
        if let Some(slot) = table.get_mut(virq as usize) {
            *slot = Some(Arc::new(Desc::new(virq, levels)));
        }
    }
    Ok(first)
}

/// Takes lines out of the table; those who hold one keep it. Context: may free memory.
pub fn destroy(virq: Virq, count: u32) {
    for virq in virq..virq.saturating_add(count) {
        let gone = TABLE.lock().get_mut(virq as usize).and_then(Option::take);
        drop(gone);
    }
}

/// All lines. Context: may allocate.
pub fn all() -> Vec<Arc<Desc>> {
    TABLE.lock().iter().flatten().cloned().collect()
}
