// SPDX-License-Identifier: GPL-2.0-only
//! The load balancer: apart from the policies, which each see one CPU.
//!
//! A [`Balancer`] says which CPU gives to which; the CPU that gives chooses a vCPU that waits, may run there and has no
//! deadline parameters (those were admitted where they are), and sends it. It is asked when a CPU is about to idle, and
//! from time to time by a CPU on which vCPUs wait while others idle.

use super::life::{for_each, online};
use super::runqueue;
use super::vcpu::{CpuMask, Kind, Params, State};
use super::{admission, migrate};
use crate::error::{Error, Result};
use crate::percpu::{self, CpuId, MAX_CPUS};
use crate::time;
use alloc::format;
use core::fmt;
use core::str::FromStr;
use core::sync::atomic::AtomicU8;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

/// How busy a CPU is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// The CPU.
    pub cpu: CpuId,
    /// vCPUs that wait for it.
    pub waiting: u32,
    /// Whether it runs its idle loop.
    pub idle: bool,
}

/// Decides who takes work from whom.
pub trait Balancer: Sync {
    /// What the terminal and board files call it.
    fn name(&self) -> &'static str;

    /// From which CPU `taker`, which is about to idle, should get a vCPU. Context: interrupts masked, no locks held; may
    /// neither allocate nor block.
    fn source(&self, taker: CpuId, loads: &[Load]) -> Option<CpuId>;

    /// To which CPU `giver`, where vCPUs wait, should send one. Context: as [`source`](Self::source).
    fn target(&self, giver: CpuId, loads: &[Load]) -> Option<CpuId>;
}

/// Takes from the CPU on which most vCPUs wait, gives to CPUs that idle.
pub struct LeastLoaded;

impl Balancer for LeastLoaded {
    fn name(&self) -> &'static str {
        "least-loaded"
    }

    fn source(&self, taker: CpuId, loads: &[Load]) -> Option<CpuId> {
        let busiest =
            loads.iter().filter(|l| l.cpu != taker && l.waiting > 0 && !l.idle).max_by_key(|l| l.waiting)?;
        Some(busiest.cpu)
    }

    fn target(&self, giver: CpuId, loads: &[Load]) -> Option<CpuId> {
        loads.iter().find(|l| l.cpu != giver && l.idle && l.waiting == 0).map(|l| l.cpu)
    }
}

/// The balancers there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BalancerKind {
    /// vCPUs stay where they are.
    Off,
    /// [`LeastLoaded`].
    LeastLoaded,
}

impl BalancerKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Off, Self::LeastLoaded];

    /// What the terminal and board files call it.
    pub fn name(self) -> &'static str {
        self.balancer().map_or("off", Balancer::name)
    }

    fn balancer(self) -> Option<&'static dyn Balancer> {
        match self {
            Self::Off => None,
            Self::LeastLoaded => Some(&LeastLoaded),
        }
    }
}

impl fmt::Display for BalancerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for BalancerKind {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| Error::Invalid {
            what: "load balancer",
            why: format!("`{name}` given, `off` and `least-loaded` possible"),
        })
    }
}

static KIND: AtomicU8 = AtomicU8::new(BalancerKind::Off as u8);
static MOVES: AtomicU64 = AtomicU64::new(0);
/// For each CPU, the CPUs that asked it for a vCPU.
static WANTED: percpu::PerCpu<AtomicU32> = percpu::PerCpu::new([const { AtomicU32::new(0) }; MAX_CPUS]);

/// Chooses the balancer. Context: any.
pub fn set_balancer(kind: BalancerKind) {
    KIND.store(kind as u8, Relaxed);
}

/// The balancer at work. Context: any.
pub fn balancer() -> BalancerKind {
    if KIND.load(Relaxed) == BalancerKind::LeastLoaded as u8 {
        BalancerKind::LeastLoaded
    } else {
        BalancerKind::Off
    }
}

/// How many vCPUs the balancer has moved. Context: any.
pub fn moves() -> u64 {
    MOVES.load(Relaxed)
}

/// Between two looks of a busy CPU for one that idles.
const INTERVAL_NS: u64 = 2 * time::NS_PER_MS;

fn loads(buffer: &mut [Load; MAX_CPUS]) -> &[Load] {
    let mut count = 0;
    for (slot, cpu) in buffer.iter_mut().zip(online().iter()) {
        *slot =
            Load { cpu, waiting: percpu::block_of(cpu).waiting.load(Relaxed), idle: runqueue::idles(cpu) };
        count += 1;
    }
    &buffer[..count]
}

const NO_LOADS: [Load; MAX_CPUS] = [Load { cpu: CpuId(0), waiting: 0, idle: false }; MAX_CPUS];

/// This CPU is about to idle: asks another for a vCPU. Interrupts are masked.
pub(super) fn before_idle() {
    let Some(balancer) = balancer().balancer() else { return };
    let here = percpu::this_cpu();
    if online() == CpuMask::of(here) {
        return;
    }
    let mut buffer = NO_LOADS;
    if let Some(from) = balancer.source(here, loads(&mut buffer))
        && WANTED.of(from).fetch_or(1 << here.0, AcqRel) & (1 << here.0) == 0
    {
        runqueue::interrupt(from);
    }
}

/// Serves the CPUs that asked this one. Interrupts are masked.
pub(super) fn serve() {
    let wanted = CpuMask(WANTED.here().swap(0, Acquire));
    for taker in wanted.iter() {
        if runqueue::idles(taker) {
            give(taker);
        }
    }
}

/// When this CPU, on which vCPUs wait from now on, has to look for CPUs that idle, in ticks. Context: any.
#[inline]
pub(super) fn next_look(now: u64) -> u64 {
    if KIND.load(Relaxed) == BalancerKind::Off as u8 || online().0.count_ones() < 2 {
        return u64::MAX;
    }
    now.saturating_add(time::ns_to_ticks(INTERVAL_NS))
}

/// vCPUs wait here, and have for a while: sends one to a CPU that idles. Interrupts are masked.
#[cold]
pub(super) fn look() {
    let Some(balancer) = balancer().balancer() else { return };
    let here = percpu::this_cpu();
    let mut buffer = NO_LOADS;
    if let Some(to) = balancer.target(here, loads(&mut buffer)) {
        give(to);
    }
}

/// Sends one of the vCPUs that wait here to `taker`.
fn give(taker: CpuId) {
    let found = {
        let queue = runqueue::lock(percpu::this_cpu());
        queue.policy.as_ref().and_then(|policy| {
            policy.find(&mut |v| {
                v.affinity().contains(taker) && v.deadline().is_none() && v.requests.load(Relaxed) == 0
            })
        })
    };
    if let Some(v) = found {
        // Still here: only this CPU moves or ends it, with interrupts masked as they are.
        MOVES.fetch_add(1, Relaxed);
        migrate::send(&v, taker);
    }
}

/// Where a new vCPU belongs: of the CPUs it may run on and which have the time it wants, the one that the fewest of its
/// kind belong to.
pub(super) fn place(kind: Kind, params: &Params) -> Result<CpuId> {
    let possible = params.affinity.and(online());
    if possible.is_empty() {
        return Err(Error::NoCpu { affinity: params.affinity.0, online: online().0 });
    }
    let mut homed = [0u32; MAX_CPUS];
    for_each(&mut |v| {
        if v.kind() == kind && v.state() != State::Dead {
            homed[v.cpu().index()] += 1;
        }
    });
    let mut best = Err(Error::NoCpu { affinity: params.affinity.0, online: online().0 });
    for cpu in possible.iter() {
        let fewer = best.as_ref().map_or(true, |b: &CpuId| homed[cpu.index()] < homed[b.index()]);
        match admission::check(cpu, params.deadline, None) {
            Ok(()) if fewer => best = Ok(cpu),
            Err(error) if best.is_err() => best = Err(error),
            _ => {}
        }
    }
    best
}
