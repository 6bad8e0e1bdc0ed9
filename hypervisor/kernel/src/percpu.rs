// SPDX-License-Identifier: GPL-2.0-only
//! What each CPU has for itself: the block that `TPIDR_EL2` points to, and [`PerCpu`] arrays.
//!
//! The block holds the few words that the exit path reads; its layout is fixed so that assembly may read them too.

use core::fmt;
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU16, AtomicU32, AtomicU64};

use crate::irq::soft::Soft;
use crate::sched::Vcpu;
use crate::timer;

/// The most CPUs that an image runs on; further ones stay parked.
pub const MAX_CPUS: usize = 16;

/// Logical number of a CPU: 0 is the boot CPU, below [`MAX_CPUS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuId(pub u16);

impl CpuId {
    /// As an index of per-CPU arrays.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for CpuId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Offset of [`Block::need_resched`], for assembly.
pub const NEED_RESCHED: usize = core::mem::offset_of!(Block, need_resched);
/// Offset of [`Block::preempt_count`], for assembly.
pub const PREEMPT_COUNT: usize = core::mem::offset_of!(Block, preempt_count);
/// Offset of [`Block::current`], for assembly.
pub const CURRENT: usize = core::mem::offset_of!(Block, current);

/// A CPU's own block. Only its CPU writes it, but for [`need_resched`](Self::need_resched).
#[repr(C, align(128))]
pub struct Block {
    /// This CPU's number.
    pub cpu: AtomicU32,
    /// Not 0: the scheduler has to run before this CPU goes on with its vCPU. Any CPU may set it.
    pub need_resched: AtomicU32,
    /// Not 0: what runs may not be preempted (see [`preempt_disable`]).
    pub preempt_count: AtomicU32,
    /// Not 0: an interrupt handler runs, see [`IrqContext`].
    pub irq_depth: AtomicU32,
    /// The vCPU that runs here; null before the scheduler is up on this CPU.
    pub current: AtomicPtr<Vcpu>,
    /// The normal vCPU whose guest state is in this CPU's registers, or null.
    pub loaded: AtomicPtr<Vcpu>,
    /// How many vCPUs wait for this CPU while another runs.
    pub waiting: AtomicU32,
    /// This CPU's idle vCPU; null before the scheduler is up here.
    pub(crate) idle: AtomicPtr<Vcpu>,
    /// What the vCPU that was switched away from still needs, see `sched::switch`.
    pub(crate) leftover: AtomicPtr<Vcpu>,
    /// Counter value at which the running vCPU's slice ends; `u64::MAX` for never.
    pub(crate) slice_end: AtomicU64,
    /// Deadline of this CPU's earliest timer; `u64::MAX` for none. Others lower nothing here, they may raise it.
    pub(crate) first_timer: AtomicU64,
    /// What the EL2 timer is programmed to; `u64::MAX` for off.
    pub(crate) programmed: AtomicU64,
    /// The timers armed here.
    pub(crate) timers: timer::Queue,
    /// What a later layer knows of the interrupt handler, or the exit of a guest, that runs here.
    pub extension: AtomicPtr<()>,
    /// Not 0: code that runs here is not to go on, see [`crate::sched::overrun`]. 1: a vCPU's. 2: an interrupt handler.
    pub overrun: AtomicU32,
    /// Whether a driver has interrupts masked.
    pub(crate) soft: Soft,
}

impl Block {
    const fn new(cpu: u16) -> Self {
        Self {
            cpu: AtomicU32::new(cpu as u32),
            need_resched: AtomicU32::new(0),
            preempt_count: AtomicU32::new(0),
            irq_depth: AtomicU32::new(0),
            current: AtomicPtr::new(null_mut()),
            loaded: AtomicPtr::new(null_mut()),
            waiting: AtomicU32::new(0),
            idle: AtomicPtr::new(null_mut()),
            leftover: AtomicPtr::new(null_mut()),
            slice_end: AtomicU64::new(u64::MAX),
            first_timer: AtomicU64::new(u64::MAX),
            programmed: AtomicU64::new(u64::MAX),
            timers: timer::Queue::new(),
            extension: AtomicPtr::new(null_mut()),
            overrun: AtomicU32::new(0),
            soft: Soft::new(),
        }
    }

    /// This CPU's number.
    #[inline]
    pub fn id(&self) -> CpuId {
        CpuId(self.cpu.load(Relaxed) as u16)
    }
}

static BLOCKS: [Block; MAX_CPUS] = {
    let mut blocks = [const { Block::new(0) }; MAX_CPUS];
    let mut i = 0;
    while i < MAX_CPUS {
        blocks[i].cpu = AtomicU32::new(i as u32);
        i += 1;
    }
    blocks
};

static COUNT: AtomicU16 = AtomicU16::new(1);

/// Gives the boot CPU its block. Context: boot, before anything else of this crate.
pub fn init_boot() {
    install(CpuId(0));
}

/// Gives a secondary CPU its block. Context: that CPU, before anything else of this crate runs there. `cpu` must be
/// below [`MAX_CPUS`] and no other CPU's.
pub fn init_secondary(cpu: CpuId) {
    install(cpu);
}

fn install(cpu: CpuId) {
    let block: *const Block = &BLOCKS[cpu.index()];
    // SAFETY: the block is static.
    unsafe { arch::cpu::set_percpu(block.cast_mut().cast()) };
}

/// Says how many CPUs there are, numbered from 0; at most [`MAX_CPUS`] count. Context: boot.
pub fn set_cpu_count(count: usize) {
    COUNT.store(count.min(MAX_CPUS) as u16, Release);
}

/// How many CPUs there are (not all of them need to be up yet). Context: any.
#[inline]
pub fn cpu_count() -> usize {
    COUNT.load(Acquire) as usize
}

/// This CPU's number. Context: any; the answer stays true only while the caller cannot migrate.
#[inline]
pub fn this_cpu() -> CpuId {
    this_block().id()
}

/// This CPU's block. Context: any; as for [`this_cpu`].
#[inline]
pub fn this_block() -> &'static Block {
    let block = arch::cpu::percpu().cast::<Block>();
    #[cfg(not(target_os = "none"))]
    let block = if block.is_null() { host_block() } else { block };
    // SAFETY: `init_boot` and `init_secondary` are the first to run on a CPU and set a static block.
    unsafe { &*block }
}

/// Another CPU's block. Context: any. `cpu` must be below [`MAX_CPUS`].
#[inline]
pub fn block_of(cpu: CpuId) -> &'static Block {
    &BLOCKS[cpu.index()]
}

/// On the host every thread that did not ask for a number is a CPU 0 of its own.
#[cfg(not(target_os = "none"))]
fn host_block() -> *mut Block {
    let block = alloc::boxed::Box::into_raw(alloc::boxed::Box::new(Block::new(0)));
    // SAFETY: the block is never freed.
    unsafe { arch::cpu::set_percpu(block.cast()) };
    block
}

/// A value that tells CPUs apart, even those of host tests; never 0.
#[cfg(debug_assertions)]
#[inline]
pub(crate) fn token() -> *mut () {
    core::ptr::from_ref(this_block()).cast_mut().cast()
}

/// [`token`] of nobody.
#[cfg(debug_assertions)]
pub(crate) const NO_TOKEN: *mut () = null_mut();

/// Keeps this CPU from preempting what runs, until [`preempt_enable`]; nests. Context: any.
#[inline]
pub fn preempt_disable() {
    // Masked, lest the caller moves to another CPU between finding the block and changing it.
    let flags = arch::irq::save();
    let count = &this_block().preempt_count;
    count.store(count.load(Relaxed) + 1, Relaxed);
    arch::irq::restore(flags);
}

/// Ends one [`preempt_disable`] and reschedules if that is due. Context: any.
#[inline]
pub fn preempt_enable() {
    preempt_enable_no_resched();
    crate::sched::preempt_if_needed();
}

/// Ends one [`preempt_disable`] without looking for something better to run. Context: any.
#[inline]
pub fn preempt_enable_no_resched() {
    let count = &this_block().preempt_count;
    debug_assert!(count.load(Relaxed) > 0, "preempt_enable without preempt_disable");
    count.store(count.load(Relaxed).wrapping_sub(1), Relaxed);
}

/// Whether what runs may neither sleep nor be preempted: interrupts are masked, a spinlock is held (in debug builds),
/// preemption is disabled, or an interrupt handler runs.
pub fn in_atomic_context() -> bool {
    if arch::irq::masked() {
        return true;
    }
    let flags = arch::irq::save();
    let block = this_block();
    let atomic = block.preempt_count.load(Relaxed) != 0 || block.irq_depth.load(Relaxed) != 0;
    arch::irq::restore(flags);
    atomic
}

/// Marks the code that runs while it lives as an interrupt handler. Interrupts are masked.
pub struct IrqContext {
    block: &'static Block,
}

impl IrqContext {
    /// Enters interrupt context.
    #[inline]
    pub fn enter() -> Self {
        let block = this_block();
        block.irq_depth.store(block.irq_depth.load(Relaxed) + 1, Relaxed);
        Self { block }
    }
}

impl Drop for IrqContext {
    #[inline]
    fn drop(&mut self) {
        self.block.irq_depth.store(self.block.irq_depth.load(Relaxed) - 1, Relaxed);
    }
}

/// One `T` for each CPU, e.g. `static X: PerCpu<AtomicU64> = PerCpu::new([const { AtomicU64::new(0) }; MAX_CPUS]);`.
pub struct PerCpu<T>([T; MAX_CPUS]);

impl<T: Sync> PerCpu<T> {
    /// From one value per CPU.
    pub const fn new(values: [T; MAX_CPUS]) -> Self {
        Self(values)
    }

    /// This CPU's. Context: any, with preemption off where it matters that it stays this CPU's.
    #[inline]
    pub fn here(&self) -> &T {
        self.of(this_cpu())
    }

    /// A CPU's, which must be below [`MAX_CPUS`].
    #[inline]
    pub fn of(&self, cpu: CpuId) -> &T {
        &self.0[cpu.index()]
    }

    /// All of them with their CPU's number, those that are not up too.
    pub fn iter(&self) -> impl Iterator<Item = (CpuId, &T)> {
        self.0.iter().enumerate().map(|(i, v)| (CpuId(i as u16), v))
    }
}
