// SPDX-License-Identifier: GPL-2.0-only
//! Host interrupts: one flat table of handlers by INTID, run at EL2 by whoever is interrupted.
//!
//! An interrupt is acknowledged, its handler runs with interrupts masked, its priority is dropped and, unless it is
//! forwarded to a guest that deactivates it itself, it is deactivated (EOImode 1). [`dispatch`] takes no lock. It
//! handles one interrupt: a second one that is pending is taken at once when the mask opens, which is rarer than the
//! price of asking the controller again after each.

mod chip;
mod ipi;
pub mod soft;
#[cfg(test)]
mod tests;
pub mod virq;

pub use crate::dt::{Interrupt, Trigger};
pub use chip::{GicVersion, IrqChip, Virtualization};
pub use ipi::{Ipi, call_on, call_others, defer, ipi, ipi_others, set_deferred};

use crate::error::{Error, Result};
use crate::percpu::{self, CpuId, IrqContext, MAX_CPUS, PerCpu};
use crate::sync::SpinLock;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};
use spin::Once;

/// INTIDs from here on are special: 1023 is "none pending".
const SPECIAL: u32 = 1020;
/// Private interrupts of a CPU: SGIs and PPIs.
pub const PRIVATE: u32 = 32;
/// The priority that interrupts get: lower is more urgent; the CPU interface takes all below 0xf0.
pub const DEFAULT_PRIORITY: u8 = 0xa0;
/// The priority of the hypervisor's timer, and of what looks for code that never ends: more urgent than all others.
pub const TIMER_PRIORITY: u8 = 0x80;

/// Slot flag: the guest deactivates the interrupt.
const FORWARDED: u32 = 1;

/// A handler in the table. `func` is a `fn(usize)`, null for none.
struct Slot {
    func: AtomicPtr<()>,
    data: AtomicUsize,
    flags: AtomicU32,
    /// How often a shared interrupt came. One CPU at a time handles it.
    count: AtomicU64,
}

impl State {
    #[inline]
    fn ack(&self) -> u32 {
        #[cfg(target_os = "none")]
        if self.registers {
            return arch::gicv3::iar1() as u32;
        }
        self.chip.ack()
    }

    #[inline]
    fn complete(&self, ack: u32, deactivate: bool) {
        #[cfg(target_os = "none")]
        if self.registers {
            arch::gicv3::eoir1(ack.into());
            if deactivate {
                arch::gicv3::dir(ack.into());
            }
            return;
        }
        self.chip.complete(ack, deactivate);
    }
}

impl Slot {
    const fn new() -> Self {
        Slot {
            func: AtomicPtr::new(core::ptr::null_mut()),
            data: AtomicUsize::new(0),
            flags: AtomicU32::new(0),
            count: AtomicU64::new(0),
        }
    }
}

struct State {
    chip: &'static dyn IrqChip,
    /// The CPU interface is that of GICv3, in system registers: used directly, since every interrupt passes here.
    #[cfg(target_os = "none")]
    registers: bool,
    slots: &'static [Slot],
}

static STATE: Once<State> = Once::new();

/// What a CPU counts; written by that CPU only.
struct Counts {
    private: [AtomicU64; PRIVATE as usize],
    shared: AtomicU64,
    spurious: AtomicU64,
    unhandled: AtomicU64,
}

static COUNTS: PerCpu<Counts> = PerCpu::new(
    [const {
        Counts {
            private: [const { AtomicU64::new(0) }; PRIVATE as usize],
            shared: AtomicU64::new(0),
            spurious: AtomicU64::new(0),
            unhandled: AtomicU64::new(0),
        }
    }; MAX_CPUS],
);

#[inline]
fn bump(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

/// What an interrupt calls.
pub enum Handler {
    /// A function and its argument: the fast way.
    Function(fn(usize), usize),
    /// A closure.
    Closure(Arc<dyn Fn() + Send + Sync>),
}

fn call_closure(data: usize) {
    let closure: *const Arc<dyn Fn() + Send + Sync> = core::ptr::with_exposed_provenance(data);
    // SAFETY: `request` made the box, and `release` frees it only after the interrupt is off and not active.
    unsafe { (*closure)() }
}

/// How an interrupt is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How the line signals; `None` leaves the controller's setting alone.
    pub trigger: Option<Trigger>,
    /// The CPU that a shared interrupt goes to; the boot CPU by default.
    pub cpu: CpuId,
    /// The guest deactivates it: here only the priority is dropped.
    pub forwarded: bool,
    /// Leave it masked; [`unmask`] opens it.
    pub masked: bool,
    /// Its priority.
    pub priority: u8,
}

impl Options {
    /// For an interrupt found in the device tree.
    pub const fn new(trigger: Option<Trigger>) -> Self {
        Options { trigger, cpu: CpuId(0), forwarded: false, masked: false, priority: DEFAULT_PRIORITY }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new(None)
    }
}

/// A requested interrupt, for reports and for CPUs that come up later.
struct Registration {
    intid: u32,
    name: alloc::string::String,
    options: Options,
}

static REGISTRY: SpinLock<Vec<Registration>> = SpinLock::new(Vec::new());

/// Makes `chip` the interrupt controller and makes room for its interrupts. Boot CPU, before interrupts are open; the
/// first call counts.
///
/// # Errors
/// Out of memory, or the controller cannot be set up for this CPU.
pub fn set_chip(chip: &'static dyn IrqChip) -> Result<()> {
    let lines = chip.lines().clamp(PRIVATE, SPECIAL) as usize;
    let mut slots = Vec::new();
    slots.try_reserve_exact(lines).map_err(|_| Error::OutOfMemory {
        what: "the interrupt table",
        bytes: (lines * size_of::<Slot>()) as u64,
    })?;
    slots.resize_with(lines, Slot::new);
    chip.init_cpu(percpu::this_cpu())?;
    STATE.call_once(|| State {
        chip,
        #[cfg(target_os = "none")]
        registers: chip.virtualization().version == GicVersion::V3,
        slots: slots.leak(),
    });
    ipi::init()
}

/// Sets this secondary CPU's part of the controller up, with every private interrupt that was requested so far.
///
/// # Errors
/// The controller knows nothing of this CPU.
pub fn init_secondary() -> Result<()> {
    let chip = chip()?;
    chip.init_cpu(percpu::this_cpu())?;
    for r in REGISTRY.lock().iter().filter(|r| r.intid < PRIVATE) {
        set_up(chip, r.intid, &r.options);
    }
    Ok(())
}

/// The interrupt controller.
///
/// # Errors
/// There is none yet.
pub fn chip() -> Result<&'static dyn IrqChip> {
    let none = || Error::Invalid { what: "interrupt controller", why: "none was set up".into() };
    STATE.get().map(|s| s.chip).ok_or_else(none)
}

/// Handles the interrupt that the CPU took. Context: from the vectors, interrupts masked.
#[inline]
pub fn dispatch() {
    let Some(state) = STATE.get() else { return };
    let _context = IrqContext::enter();
    let ack = state.ack();
    let intid = ack & 0x3ff;
    let counts = COUNTS.here();
    let Some(slot) = state.slots.get(intid as usize) else { return no_slot(state, ack, counts) };
    match counts.private.get(intid as usize) {
        Some(private) => bump(private),
        None => {
            bump(&slot.count);
            bump(&counts.shared);
        }
    }
    let func = slot.func.load(Acquire);
    if func.is_null() {
        return unhandled(state, ack, counts);
    }
    // SAFETY: `func` is null or a `fn(usize)` that `request` stored.
    let func: fn(usize) = unsafe { core::mem::transmute(func) };
    func(slot.data.load(Relaxed));
    state.complete(ack, slot.flags.load(Relaxed) & FORWARDED == 0);
}

#[cold]
fn no_slot(state: &State, ack: u32, counts: &Counts) {
    if ack & 0x3ff >= SPECIAL {
        // The interrupt went away before it was acknowledged, or it waits until interrupts are opened.
        if !percpu::this_block().soft.masked() {
            bump(&counts.spurious);
        }
    } else {
        unhandled(state, ack, counts);
    }
}

/// Nobody wants it: it is masked, lest it comes for ever.
#[cold]
fn unhandled(state: &State, ack: u32, counts: &Counts) {
    bump(&counts.unhandled);
    state.chip.mask(ack & 0x3ff);
    state.complete(ack, true);
    log::warn!("interrupt {} has no handler and is masked", ack & 0x3ff);
}

fn invalid(intid: u32, why: alloc::string::String) -> Error {
    Error::Invalid { what: "interrupt", why: format!("{intid}: {why}") }
}

fn slot(intid: u32) -> Result<(&'static dyn IrqChip, &'static Slot)> {
    let chip = chip()?;
    let slots = STATE.get().map_or(&[][..], |s| s.slots);
    let slot = slots.get(intid as usize);
    Ok((chip, slot.ok_or_else(|| invalid(intid, format!("the controller has {} lines", slots.len())))?))
}

fn set_up(chip: &dyn IrqChip, intid: u32, options: &Options) {
    if let Some(trigger) = options.trigger {
        chip.set_type(intid, trigger);
    }
    chip.set_priority(intid, options.priority);
    if intid >= PRIVATE {
        chip.set_affinity(intid, options.cpu);
    }
    if !options.masked {
        chip.unmask(intid);
    }
}

/// Sets a handler for `intid` and opens the interrupt; a private one on every CPU. Context: may allocate.
///
/// # Errors
/// The controller has no such interrupt, or another handler is set.
pub fn request(intid: u32, name: &str, options: Options, handler: Handler) -> Result<()> {
    let (chip, slot) = slot(intid)?;
    {
        let mut registry = REGISTRY.lock();
        if let Some(other) = registry.iter().find(|r| r.intid == intid) {
            return Err(invalid(intid, format!("wanted by {name}, but {} has it", other.name)));
        }
        registry.push(Registration { intid, name: name.into(), options });
        let (func, data): (fn(usize), usize) = match handler {
            Handler::Function(func, data) => (func, data),
            Handler::Closure(closure) => (call_closure, Box::into_raw(Box::new(closure)).expose_provenance()),
        };
        slot.data.store(data, Relaxed);
        slot.flags.store(if options.forwarded { FORWARDED } else { 0 }, Relaxed);
        slot.func.store(func as *mut (), Release);
        set_up(chip, intid, &options);
    }
    if (16..PRIVATE).contains(&intid) {
        call_others(set_up_here, intid as usize);
    }
    Ok(())
}

/// Sets a private interrupt up on the CPU that this runs on.
fn set_up_here(intid: usize) {
    let options = REGISTRY.lock().iter().find(|r| r.intid as usize == intid).map(|r| r.options);
    if let (Some(options), Ok(chip)) = (options, chip()) {
        set_up(chip, intid as u32, &options);
    }
}

fn mask_here(intid: usize) {
    if let Ok(chip) = chip() {
        chip.mask(intid as u32);
    }
}

/// As [`request`], for an interrupt that a guest deactivates (list register with the HW bit).
///
/// # Errors
/// As [`request`].
pub fn request_forwarded(intid: u32, name: &str, options: Options, handler: Handler) -> Result<()> {
    request(intid, name, Options { forwarded: true, ..options }, handler)
}

/// Closes an interrupt and takes its handler away; when this returns, the handler does not run any more. Context: not
/// from the handler itself; may free memory.
///
/// # Errors
/// Nobody had requested it.
pub fn release(intid: u32) -> Result<()> {
    let (chip, slot) = slot(intid)?;
    chip.mask(intid);
    if (16..PRIVATE).contains(&intid) {
        call_others(mask_here, intid as usize);
    }
    // An interrupt is active from before its handler runs until after; one that a guest holds never ends by itself.
    let forwarded = slot.flags.load(Relaxed) & FORWARDED != 0;
    let deadline = arch::counter::now().saturating_add(arch::counter::frequency());
    while chip.is_active(intid) && !forwarded && arch::counter::now() < deadline {
        arch::cpu::relax();
    }
    let mut registry = REGISTRY.lock();
    let index = registry.iter().position(|r| r.intid == intid);
    let index = index.ok_or_else(|| invalid(intid, "was not requested".into()))?;
    let registration = registry.swap_remove(index);
    let func = slot.func.swap(core::ptr::null_mut(), Acquire);
    let data = slot.data.swap(0, Relaxed);
    if forwarded {
        chip.set_active(intid, false);
    }
    drop(registry);
    drop(registration);
    if core::ptr::eq(func, call_closure as fn(usize) as *mut ()) {
        let closure: *mut Arc<dyn Fn() + Send + Sync> = core::ptr::with_exposed_provenance_mut(data);
        // SAFETY: made by `request`; no CPU runs it, since the interrupt is masked and was seen inactive.
        drop(unsafe { Box::from_raw(closure) });
    }
    Ok(())
}

/// Masks an interrupt, a private one on this CPU. Context: any.
pub fn mask(intid: u32) {
    if let Some(state) = STATE.get() {
        state.chip.mask(intid);
    }
}

/// Unmasks an interrupt, a private one on this CPU. Context: any.
pub fn unmask(intid: u32) {
    if let Some(state) = STATE.get() {
        state.chip.unmask(intid);
    }
}

/// Sends a shared interrupt to another CPU from now on. Context: may allocate.
///
/// # Errors
/// It is private, or was not requested.
pub fn set_affinity(intid: u32, cpu: CpuId) -> Result<()> {
    let (chip, _) = slot(intid)?;
    let mut registry = REGISTRY.lock();
    match registry.iter_mut().find(|r| r.intid == intid && intid >= PRIVATE) {
        Some(r) => {
            r.options.cpu = cpu;
            chip.set_affinity(intid, cpu);
            Ok(())
        }
        None => Err(invalid(intid, "is private or was not requested".into())),
    }
}

/// An interrupt in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number.
    pub intid: u32,
    /// Who requested it.
    pub name: alloc::string::String,
    /// How it is set up.
    pub options: Options,
    /// How often each CPU took a private one; a shared one's total is in the first element.
    pub counts: Vec<u64>,
}

/// All requested interrupts, by INTID. Context: may allocate.
pub fn list() -> Vec<Report> {
    let slots = STATE.get().map_or(&[][..], |s| s.slots);
    let registry = REGISTRY.lock();
    let mut reports: Vec<Report> = registry
        .iter()
        .map(|r| {
            let private = |c: &Counts| c.private.get(r.intid as usize).map_or(0, |n| n.load(Relaxed));
            let counts = if r.intid < PRIVATE {
                COUNTS.iter().take(percpu::cpu_count()).map(|(_, c)| private(c)).collect()
            } else {
                Vec::from([slots.get(r.intid as usize).map_or(0, |s| s.count.load(Relaxed))])
            };
            Report { intid: r.intid, name: r.name.clone(), options: r.options, counts }
        })
        .collect();
    drop(registry);
    crate::sort::by(&mut reports, |a, b| a.intid < b.intid);
    reports
}

/// A CPU's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuCounts {
    /// Interrupts taken, spurious ones not counted.
    pub total: u64,
    /// Interrupts that were gone when acknowledged.
    pub spurious: u64,
    /// Interrupts without a handler.
    pub unhandled: u64,
}

/// What `cpu` counted since boot. Context: any.
pub fn cpu_counts(cpu: CpuId) -> CpuCounts {
    if cpu.index() >= MAX_CPUS {
        return CpuCounts::default();
    }
    let c = COUNTS.of(cpu);
    let private: u64 = c.private.iter().map(|n| n.load(Relaxed)).sum();
    CpuCounts {
        total: private + c.shared.load(Relaxed),
        spurious: c.spurious.load(Relaxed),
        unhandled: c.unhandled.load(Relaxed),
    }
}
