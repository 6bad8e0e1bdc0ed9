// SPDX-License-Identifier: GPL-2.0-only
//! The guest's interrupt controller: a GICv3 or a GICv2, by list registers.
//!
//! # How an interrupt travels
//! State that the guest's registers show is kept 32 interrupts to a `irq::Word`: one per vCPU for its SGIs and PPIs, and
//! one for each 32 SPIs. When an interrupt is pending, enabled, in an enabled group and has a target, it gets a
//! list register of the target vCPU: in the hardware if that vCPU is loaded on this CPU, in memory if it is loaded
//! nowhere. If it is loaded on another CPU, the interrupt stays in the `Word`, the vCPU's request word is set and
//! `kick` called: that CPU passes the exit path, sees [`Vgic::needs_flush`] and calls [`Vgic::flush`].
//!
//! # No maintenance interrupt in the common path
//! A list register that the guest has emptied is noticed when one is needed. A level-sensitive interrupt has the EOI
//! bit only while its line is high: a device that lowers it in the guest's handler (which traps here, so the
//! list register is within reach) takes the bit away before the guest ends the interrupt. Underflow, no-pending and
//! entry-not-present interrupts are on only while something is spilled.
//!
//! # Physical interrupts
//! A forwarded interrupt ([`Vgic::inject_forwarded`]) is active in the host's GIC until the guest ends it, which the HW
//! bit does without an exit. If it leaves by another way (the guest clears it, or is reset), [`HostIrq::set_active`]
//! pays the debt. A vCPU takes the active state of its PPIs along when it moves.
//!
//! # Locks
//! `spis` (all SPIs of the guest), then one vCPU's `bank`; never two banks. Both may be taken with the scheduler's locks
//! held ([`load`](Vgic::load), [`unload`](Vgic::unload)), so `kick` is called with neither. Interrupts are masked while one is held: by the exit path,
//! or by the functions below that say "any context".
//!
//! # Reading state that another CPU holds
//! Reads of pending and active registers ask the vCPU's CPU to store its list registers, kick it and wait a bounded
//! while, serving requests to this CPU meanwhile, so that two such readers do not wait for each other. If the answer does not
//! come in time (the vCPU is preempted), the last known state is shown; the request stays, so a guest that polls sees
//! the truth once that vCPU has passed the exit path. A vCPU that waits in WFI has stored its state.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod access;
mod deliver;
mod distributor;
mod flush;
mod info;
mod irq;
mod redistributor;
mod sgi;
mod slots;
mod spill;
#[cfg(test)]
mod tests;

pub use access::Access;
pub use info::{IrqInfo, VcpuInfo, VgicInfo};

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::vif;
use core::fmt;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::*};
use irq::Word;
use kernel::sync::RawSpinLock as Lock;
use slots::Slots;

/// vCPUs of a guest with a GICv3.
pub const MAX_VCPUS_V3: usize = 32;
/// vCPUs of a guest with a GICv2 (8 CPU interfaces).
pub const MAX_VCPUS_V2: usize = 8;
/// SPIs of a guest, INTIDs 32 to 1019.
pub const MAX_SPIS: usize = 988;
/// Bytes of the distributor's registers, GICv3.
pub const DISTRIBUTOR_SIZE_V3: u64 = 0x1_0000;
/// Bytes of the distributor's registers, GICv2.
pub const DISTRIBUTOR_SIZE_V2: u64 = 0x1000;
/// Bytes of one vCPU's redistributor: the control frame, then the SGI frame.
pub const REDISTRIBUTOR_SIZE: u64 = 0x2_0000;

/// Which architecture the guest's GIC has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// GICv2: distributor emulated; the CPU interface is the host's `GICV`, which the guest's map must contain.
    V2,
    /// GICv3 with affinity routing, one security state, no LPIs.
    V3,
}

/// The host's interrupt controller, as far as forwarded interrupts need it. Context: any, interrupts masked.
pub trait HostIrq: Send + Sync {
    /// Sets or clears the active state of physical interrupt `intid`; of a PPI, this CPU's.
    fn set_active(&self, intid: u32, active: bool);

    /// Level of the input of physical interrupt `intid`, of a PPI this CPU's; `None` if it cannot be told. For the
    /// virtual timer: whether its condition is met and not masked.
    fn line(&self, intid: u32) -> Option<bool> {
        let _ = intid;
        None
    }
}

/// A [`HostIrq`] for guests without forwarded interrupts.
pub struct NoHostIrq;

impl HostIrq for NoHostIrq {
    fn set_active(&self, _intid: u32, _active: bool) {}
}

/// What a guest's GIC shall be.
#[derive(Clone)]
pub struct GicConfig {
    /// Architecture.
    pub version: Version,
    /// SPIs, rounded up to a multiple of 32; at most [`MAX_SPIS`].
    pub spis: usize,
    /// The host's interrupt controller.
    pub host: Arc<dyn HostIrq>,
}

/// Why a guest's GIC cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The host's GIC has no virtual CPU interface of this version.
    Unsupported(Version),
    /// Not between 1 and the limit.
    Vcpus {
        /// What was asked for.
        asked: usize,
        /// The limit.
        max: usize,
    },
    /// More than [`MAX_SPIS`].
    Spis(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Unsupported(Version::V2) => f.write_str(
                "a GICv2 guest needs a host GIC with GICH and GICV, which this host does not offer",
            ),
            Error::Unsupported(Version::V3) => {
                f.write_str("a GICv3 guest needs a GICv3 host, which this is not")
            }
            Error::Vcpus { asked, max } => write!(f, "{asked} vCPUs for a GIC that serves 1 to {max}"),
            Error::Spis(n) => write!(f, "{n} SPIs, a GIC has at most {MAX_SPIS}"),
        }
    }
}

impl core::error::Error for Error {}

/// Affinity of vCPU `vcpu` as in MPIDR_EL1 bits 23:0: Aff0 is 0 to 15 as SGIs want it, Aff1 counts on.
#[inline]
pub const fn affinity(vcpu: usize) -> u32 {
    ((vcpu & 15) | (vcpu >> 4) << 8) as u32
}

/// The vCPU with affinity `aff` (Aff3 in bits 31:24, then Aff2, Aff1, Aff0), if it is below `count`.
#[inline]
fn vcpu_at(aff: u32, count: usize) -> Option<usize> {
    let vcpu = ((aff >> 8 & 0xff) << 4 | aff & 0xf) as usize;
    (aff & 0xffff_00f0 == 0 && vcpu < count).then_some(vcpu)
}

/// Request: interrupts wait in the vCPU's own `Word`, or list registers are to be looked at anew.
const FLUSH: u32 = 1 << 0;
/// Request: the same for SPIs (set with `spis` locked), or list registers ran out (set by the vCPU's own CPU).
const FLUSH_SPIS: u32 = 1 << 1;
/// Request: store the list registers for a reader.
const SYNC: u32 = 1 << 2;

/// `Spis::target` of an interrupt that no vCPU gets.
const NO_TARGET: u8 = 0xff;

/// Counts since the guest was made, of one vCPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Interrupts given to it.
    pub injected: u64,
    /// Times that an interrupt found no list register.
    pub spilled: u64,
    /// Maintenance interrupts.
    pub maintenance: u64,
    /// Visits by [`Vgic::flush`].
    pub flushes: u64,
}

/// What one vCPU's lock protects.
struct Bank {
    /// SGIs and PPIs.
    w: Word,
    slots: Slots,
    /// Words of SPIs that may hold some for this vCPU.
    spi_words: u32,
    /// GICv2: sources of each pending SGI that is not in a slot.
    sources: [u8; 16],
    /// [`Vgic::pending`] has said no: whoever adds an interrupt wakes the vCPU.
    idle: bool,
    /// Interrupts are left without a list register.
    spilled: bool,
    /// The guest was reset while its list registers were in another CPU's hardware.
    wipe: bool,
    /// While not loaded: `HCR.EOIcount`, if it matters.
    ends: u32,
    /// PPIs whose physical interrupts are to be deactivated when the CPU that has them comes by, after a reset.
    owed: u32,
    /// GICR_WAKER.
    waker: u32,
    counts: Counts,
}

/// One vCPU's share, on cache lines of its own.
#[repr(align(64))]
struct Cpu {
    /// [`FLUSH`], [`FLUSH_SPIS`], [`SYNC`].
    request: AtomicU32,
    /// Counts the times that list registers were stored for readers.
    synced: AtomicU32,
    bank: Lock<Bank>,
}

/// 32 SPIs.
struct Spis {
    w: Word,
    /// Those that exist: INTIDs from 1020 on do not.
    exist: u32,
    /// vCPU that gets each, or [`NO_TARGET`].
    target: [u8; 32],
    /// As the guest wrote it: GICv3 affinity, GICv2 ITARGETSR mask.
    route: [u32; 32],
}

/// Which vCPUs are to be kicked once the locks are free.
#[derive(Default)]
struct Kicks(u32);

impl Kicks {
    #[inline]
    fn add(&mut self, vcpu: usize) {
        self.0 |= irq::bit(vcpu);
    }
}

/// The interrupt controller of one guest.
pub struct Vgic {
    v2: bool,
    /// GICD_CTLR's group enables, bits 1:0.
    ctlr: AtomicU32,
    cpus: Box<[Cpu]>,
    spis: Lock<Box<[Spis]>>,
    spi_words: usize,
    host: Arc<dyn HostIrq>,
    kick: Arc<dyn Fn(usize) + Send + Sync>,
    ignored: AtomicU64,
}

impl Vgic {
    /// Makes the GIC of a guest with `vcpus` vCPUs. `kick(n)` wakes vCPU n if it is blocked, and makes it pass the exit path
    /// if it runs on another CPU; it is called in any context with interrupts masked or not, with no lock held.
    pub fn new(cfg: &GicConfig, vcpus: usize, kick: Arc<dyn Fn(usize) + Send + Sync>) -> Result<Self, Error> {
        let (want, max) = match cfg.version {
            Version::V2 => (vif::Version::V2, MAX_VCPUS_V2),
            Version::V3 => (vif::Version::V3, MAX_VCPUS_V3),
        };
        if vif::version() != Some(want) {
            return Err(Error::Unsupported(cfg.version));
        }
        if !(1..=max).contains(&vcpus) {
            return Err(Error::Vcpus { asked: vcpus, max });
        }
        if cfg.spis > MAX_SPIS {
            return Err(Error::Spis(cfg.spis));
        }
        let v2 = cfg.version == Version::V2;
        let spi_words = cfg.spis.div_ceil(32);
        let cpus = (0..vcpus).map(|n| Cpu {
            request: AtomicU32::new(0),
            synced: AtomicU32::new(0),
            bank: Lock::new(Bank::new(n as u8, v2)),
        });
        let spis = (0..spi_words).map(|word| Spis::new(word, v2, vcpus));
        Ok(Self {
            v2,
            ctlr: AtomicU32::new(0),
            cpus: cpus.collect::<Vec<_>>().into_boxed_slice(),
            spis: Lock::new(spis.collect::<Vec<_>>().into_boxed_slice()),
            spi_words,
            host: cfg.host.clone(),
            kick,
            ignored: AtomicU64::new(0),
        })
    }

    /// Architecture of the guest's GIC.
    pub fn version(&self) -> Version {
        if self.v2 { Version::V2 } else { Version::V3 }
    }

    /// Whether vCPU `vcpu` must call [`flush`](Self::flush) before it returns to the guest. One load.
    #[inline]
    pub fn needs_flush(&self, vcpu: usize) -> bool {
        self.cpus.get(vcpu).is_some_and(|c| c.request.load(Relaxed) != 0)
    }

    #[inline]
    fn ctlr(&self) -> u32 {
        self.ctlr.load(Relaxed)
    }

    #[inline]
    fn ask(&self, vcpu: usize, what: u32) {
        if let Some(c) = self.cpus.get(vcpu) {
            c.request.fetch_or(what, Release);
        }
    }

    #[inline]
    fn run_kicks(&self, kicks: Kicks) {
        if kicks.0 != 0 {
            self.run_kicks_cold(kicks);
        }
    }

    #[inline(never)]
    fn run_kicks_cold(&self, kicks: Kicks) {
        for vcpu in irq::Bits(kicks.0) {
            (self.kick)(vcpu);
        }
    }
}

/// `VMCR` of a vCPU after reset: everything masked; with system registers group 0 is FIQ.
const fn reset_vmcr(v2: bool) -> u32 {
    if v2 { 0 } else { vif::VMCR_FIQEN }
}

/// `Word::place` of an interrupt that is `vcpu`'s but in none of its slots.
#[inline]
const fn waiting(vcpu: usize) -> u16 {
    (vcpu as u16) << 8 | 0xff
}

/// GICR_WAKER after reset: ProcessorSleep, ChildrenAsleep.
const WAKER_RESET: u32 = 0b110;

impl Bank {
    fn new(index: u8, v2: bool) -> Self {
        Self {
            w: Word::new_private(!v2),
            slots: Slots::new(index, reset_vmcr(v2)),
            spi_words: 0,
            sources: [0; 16],
            idle: false,
            spilled: false,
            wipe: false,
            ends: 0,
            owed: 0,
            waker: WAKER_RESET,
            counts: Counts::default(),
        }
    }
}

impl Spis {
    /// A GICv2 with one vCPU sends everything there; with more, ITARGETSR is 0 after reset, and so is IROUTER.
    fn new(word: usize, v2: bool, vcpus: usize) -> Self {
        let target = if v2 && vcpus > 1 { NO_TARGET } else { 0 };
        let exist = if word == 30 { 0x0fff_ffff } else { u32::MAX };
        Self { w: Word::new(!v2), exist, target: [target; 32], route: [0; 32] }
    }
}
