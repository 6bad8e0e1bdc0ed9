// SPDX-License-Identifier: GPL-2.0-only
//! What is scheduled: [`Vcpu`], and the parameters it is scheduled by.

use super::policies::EdfState;
use crate::error::{Error, Result};
use crate::mm::space::Stack;
use crate::percpu::{CpuId, MAX_CPUS};
use crate::sync::{Completion, Once, WaitQueue};
use crate::time;
use crate::timer::Timer;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use arch::context::Context;
use core::cell::UnsafeCell;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64};
use intrusive_collections::{LinkedListLink, RBTreeLink, UnsafeRef, intrusive_adapter};

/// Number of a vCPU, unique among all that ever were.
pub type VcpuId = u32;

/// How many priorities there are; 0 is the lowest.
pub const PRIORITIES: usize = 8;

/// The priority of whoever does not ask for another.
pub const DEFAULT_PRIORITY: u8 = 3;

/// The time slice of whoever does not ask for another: 10 ms.
pub const DEFAULT_SLICE_NS: u64 = 10 * time::NS_PER_MS;

/// What a vCPU is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Runs a guest. Never sleeps within the hypervisor but where its exit handler blocks it.
    Normal,
    /// A thread of the hypervisor; may sleep.
    Orphan,
    /// What a CPU does when it has nothing to do.
    Idle,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Normal => "normal",
            Self::Orphan => "orphan",
            Self::Idle => "idle",
        })
    }
}

/// What a vCPU does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Waits to be woken.
    Blocked,
    /// Waits for its CPU (or, under EDF, for its next period).
    Runnable,
    /// Runs.
    Running,
    /// On its way to another CPU.
    Moving,
    /// Has ended; others may still hold it.
    Dead,
}

impl State {
    fn from_raw(raw: u8) -> Self {
        match raw {
            0 => Self::Blocked,
            1 => Self::Runnable,
            2 => Self::Running,
            3 => Self::Moving,
            _ => Self::Dead,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Blocked => "blocked",
            Self::Runnable => "runnable",
            Self::Running => "running",
            Self::Moving => "moving",
            Self::Dead => "dead",
        })
    }
}

/// A set of CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuMask(pub u32);

impl CpuMask {
    /// No CPU.
    pub const NONE: Self = Self(0);
    /// Every CPU there can be.
    pub const ALL: Self = Self((1 << MAX_CPUS) - 1);

    /// One CPU.
    #[inline]
    pub const fn of(cpu: CpuId) -> Self {
        Self(1 << cpu.0)
    }

    /// Whether `cpu` is in it.
    #[inline]
    pub const fn contains(self, cpu: CpuId) -> bool {
        self.0 & (1 << cpu.0) != 0
    }

    /// The CPUs in both.
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether it is empty.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its CPUs, lowest first.
    pub fn iter(self) -> impl Iterator<Item = CpuId> {
        (0..MAX_CPUS as u16).map(CpuId).filter(move |&cpu| self.contains(cpu))
    }
}

impl fmt::Display for CpuMask {
    /// As ranges: `0-3,5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut cpu = 0;
        while cpu < MAX_CPUS as u16 {
            let first = cpu;
            while cpu < MAX_CPUS as u16 && self.contains(CpuId(cpu)) {
                cpu += 1;
            }
            match cpu - first {
                0 => {
                    cpu += 1;
                    continue;
                }
                1 => write!(f, "{separator}{first}")?,
                _ => write!(f, "{separator}{first}-{}", cpu - 1)?,
            }
            separator = ",";
        }
        if separator.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

/// The time that a vCPU is promised under the earliest-deadline-first policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edf {
    /// How long it may run within each period, in ns: 10 us up to the period.
    pub budget_ns: u64,
    /// The period, in ns, which is also the deadline of each period's work: at most 10 s.
    pub period_ns: u64,
}

impl Edf {
    /// The share of a CPU, in millionths.
    pub fn share_ppm(self) -> u32 {
        (self.budget_ns.saturating_mul(1_000_000) / self.period_ns.max(1)).min(1_000_000) as u32
    }

    fn check(self) -> Result<()> {
        if self.budget_ns < 10_000
            || self.budget_ns > self.period_ns
            || self.period_ns > 10 * time::NS_PER_SEC
        {
            return Err(Error::Invalid {
                what: "deadline parameters",
                why: format!(
                    "budget {} ns in a period of {} ns; wanted 10000 <= budget <= period <= 10000000000",
                    self.budget_ns, self.period_ns
                ),
            });
        }
        Ok(())
    }
}

/// How a vCPU wants to be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// 0 (lowest) to 7 (highest).
    pub priority: u8,
    /// How long it runs before another of its priority gets a turn, in ns: 100 us to 10 s.
    pub slice_ns: u64,
    /// The CPUs it may run on.
    pub affinity: CpuMask,
    /// Its budget under the EDF policy, which runs it in the background without; other policies ignore it.
    pub deadline: Option<Edf>,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            priority: DEFAULT_PRIORITY,
            slice_ns: DEFAULT_SLICE_NS,
            affinity: CpuMask::ALL,
            deadline: None,
        }
    }
}

impl Params {
    /// The defaults with another priority.
    pub fn with_priority(priority: u8) -> Self {
        Self { priority, ..Self::default() }
    }

    /// Whether all values are in their ranges. Context: any.
    pub fn check(&self) -> Result<()> {
        if usize::from(self.priority) >= PRIORITIES {
            let why = format!("{} given, 0 to {} possible", self.priority, PRIORITIES - 1);
            return Err(Error::Invalid { what: "priority", why });
        }
        if !(100 * time::NS_PER_US..=10 * time::NS_PER_SEC).contains(&self.slice_ns) {
            let why = format!("{} ns given, 100000 to 10000000000 possible", self.slice_ns);
            return Err(Error::Invalid { what: "time slice", why });
        }
        self.deadline.map_or(Ok(()), Edf::check)
    }
}

/// Puts a normal vCPU's guest state (EL1 registers, timer, list registers) into this CPU's registers and takes it out.
///
/// Both are called with interrupts masked, outside of the scheduler's locks, on the CPU in question; they may wake
/// vCPUs but neither sleep nor schedule.
pub trait NormalOps: Send + Sync {
    /// Puts the state into the registers. Another vCPU's has been taken out before.
    fn load(&self);
    /// Takes the state out of the registers.
    fn unload(&self);
}

/// Requests to the scheduler of the CPU that holds a vCPU; bits of [`Vcpu::requests`].
pub(super) mod request {
    /// Go to `Vcpu::move_to`.
    pub const MOVE: u32 = 1;
    /// End.
    pub const RETIRE: u32 = 2;
}

/// What an orphan runs.
pub(super) type Closure = Box<dyn FnOnce() + Send>;

/// A schedulable entity: a guest's vCPU, a thread of the hypervisor, or a CPU's idle loop.
pub struct Vcpu {
    /// Saved registers while it does not run.
    pub(super) context: UnsafeCell<Context>,
    pub(super) run_link: LinkedListLink,
    pub(super) tree_link: RBTreeLink,
    pub(crate) wait_link: LinkedListLink,
    pub(super) request_link: LinkedListLink,
    pub(super) all_link: LinkedListLink,
    state: AtomicU8,
    pub(super) kind: Kind,
    pub(super) priority: AtomicU8,
    /// A wake-up came while it was not blocked: its next block returns at once.
    pub(super) wake_pending: AtomicBool,
    /// It was taken off its CPU while it could have gone on; set while it is [`State::Moving`].
    pub(super) resume: AtomicBool,
    /// It is on a request list, or someone is about to put it there.
    pub(super) requested: AtomicBool,
    /// The CPU whose run queue it belongs to.
    pub(super) cpu: AtomicU16,
    pub(super) move_to: AtomicU16,
    pub(super) requests: AtomicU32,
    /// Time slice, in ticks, and what is left of it.
    pub(super) slice: AtomicU64,
    pub(super) slice_left: AtomicU64,
    pub(super) runtime: AtomicU64,
    pub(super) switches: AtomicU64,
    pub(super) edf: EdfState,
    pub(super) ops: UnsafeCell<Option<Arc<dyn NormalOps>>>,
    pub(super) start: Start,
    pub(super) stack: UnsafeCell<Option<Stack>>,
    pub(super) ended: Completion,
    pub(super) alarm: Once<Arc<Timer>>,
    /// When that rings, if it is set.
    pub(super) alarm_ns: AtomicU64,
    /// The queue on which it waits or whose condition it asks. Its own affair, as is the time before.
    pub(super) waits_on: AtomicPtr<WaitQueue>,
    affinity: AtomicU32,
    id: VcpuId,
    name: Box<str>,
    /// What a later layer knows of this vCPU; null until it sets it.
    pub extension: AtomicPtr<()>,
    /// Mutexes that it holds.
    pub(crate) mutexes: AtomicU32,
    /// What it runs is not to go on, see [`mark_overrun`](super::mark_overrun).
    pub(crate) overrun: AtomicBool,
    /// How often it has begun to wait or to sleep.
    pub(crate) sleeps: AtomicU32,
}

/// Where a vCPU starts.
pub(super) struct Start {
    pub(super) entry: Option<extern "C" fn(usize) -> !>,
    pub(super) arg: usize,
    pub(super) closure: UnsafeCell<Option<Closure>>,
}

// SAFETY: `run_link`, `tree_link` and `slice_left` are touched only under the lock of the run queue that `cpu` names,
// `wait_link` under that of the wait queue, `all_link` under that of its list, `request_link` by whoever set `requested`; `context`, `ops`,
// `start` and `stack` only by the CPU that holds the vCPU, and by the last owner after it has ended. The rest is
// atomic or `Sync`.
unsafe impl Sync for Vcpu {}
// SAFETY: as above.
unsafe impl Send for Vcpu {}

/// A vCPU as the queues hold it, uncounted: the list of all vCPUs owns it until it is dead, and a dead one is in no
/// queue.
pub type VcpuRef = UnsafeRef<Vcpu>;

intrusive_adapter!(pub(super) RunAdapter = VcpuRef: Vcpu { run_link => LinkedListLink });
intrusive_adapter!(pub(super) TreeAdapter = VcpuRef: Vcpu { tree_link => RBTreeLink });
intrusive_adapter!(pub(crate) WaitAdapter = VcpuRef: Vcpu { wait_link => LinkedListLink });
intrusive_adapter!(pub(super) RequestAdapter = Arc<Vcpu>: Vcpu { request_link => LinkedListLink });
intrusive_adapter!(pub(super) AllAdapter = Arc<Vcpu>: Vcpu { all_link => LinkedListLink });

static NEXT_ID: AtomicU32 = AtomicU32::new(0);

impl Vcpu {
    /// A blocked vCPU that belongs to `cpu`. `params` must have been checked.
    pub(super) fn new(
        name: &str,
        kind: Kind,
        params: &Params,
        cpu: CpuId,
        context: Context,
        start: Start,
    ) -> Self {
        let slice = time::ns_to_ticks(params.slice_ns).max(1);
        Self {
            context: UnsafeCell::new(context),
            run_link: LinkedListLink::new(),
            tree_link: RBTreeLink::new(),
            wait_link: LinkedListLink::new(),
            request_link: LinkedListLink::new(),
            all_link: LinkedListLink::new(),
            state: AtomicU8::new(State::Blocked as u8),
            kind,
            priority: AtomicU8::new(params.priority),
            wake_pending: AtomicBool::new(false),
            resume: AtomicBool::new(false),
            requested: AtomicBool::new(false),
            cpu: AtomicU16::new(cpu.0),
            move_to: AtomicU16::new(cpu.0),
            requests: AtomicU32::new(0),
            slice: AtomicU64::new(slice),
            slice_left: AtomicU64::new(slice),
            runtime: AtomicU64::new(0),
            switches: AtomicU64::new(0),
            edf: EdfState::new(params.deadline),
            ops: UnsafeCell::new(None),
            start,
            stack: UnsafeCell::new(None),
            ended: Completion::new(),
            alarm: Once::new(),
            alarm_ns: AtomicU64::new(super::NO_ALARM),
            waits_on: AtomicPtr::new(core::ptr::null_mut()),
            affinity: AtomicU32::new(params.affinity.0),
            id: NEXT_ID.fetch_add(1, Relaxed),
            name: name.into(),
            extension: AtomicPtr::new(core::ptr::null_mut()),
            mutexes: AtomicU32::new(0),
            sleeps: AtomicU32::new(0),
            overrun: AtomicBool::new(false),
        }
    }

    /// For queues.
    #[inline]
    pub(crate) fn as_ref(&self) -> VcpuRef {
        // SAFETY: see `VcpuRef`.
        unsafe { VcpuRef::from_raw(self) }
    }

    /// Another owner of this vCPU. Context: any.
    pub fn to_arc(&self) -> Arc<Self> {
        // SAFETY: every vCPU is made within an `Arc` (see `life`), which `self` keeps alive.
        unsafe {
            Arc::increment_strong_count(self);
            Arc::from_raw(self)
        }
    }

    /// Its number.
    #[inline]
    pub fn id(&self) -> VcpuId {
        self.id
    }

    /// Its name, e.g. `linux0/0`; need not be unique.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it is a CPU's idle loop.
    #[inline]
    pub fn is_idle(&self) -> bool {
        self.kind == Kind::Idle
    }

    /// What it does at the moment.
    #[inline]
    pub fn state(&self) -> State {
        State::from_raw(self.state.load(Relaxed))
    }

    /// Under the lock of its run queue.
    #[inline]
    pub(super) fn set_state(&self, state: State) {
        self.state.store(state as u8, Relaxed);
    }

    /// The CPU that it runs or waits on.
    #[inline]
    pub fn cpu(&self) -> CpuId {
        CpuId(self.cpu.load(Relaxed))
    }

    /// Its priority, 0 to 7.
    #[inline]
    pub fn priority(&self) -> u8 {
        self.priority.load(Relaxed)
    }

    /// The CPUs it may run on.
    #[inline]
    pub fn affinity(&self) -> CpuMask {
        CpuMask(self.affinity.load(Relaxed))
    }

    pub(super) fn store_affinity(&self, mask: CpuMask) {
        self.affinity.store(mask.0, Relaxed);
    }

    /// Its time slice in ns.
    pub fn slice_ns(&self) -> u64 {
        time::ticks_to_ns(self.slice.load(Relaxed))
    }

    /// Its budget and period, if it has any.
    pub fn deadline(&self) -> Option<Edf> {
        self.edf.params()
    }

    /// How often a CPU turned to it.
    pub fn switches(&self) -> u64 {
        self.switches.load(Relaxed)
    }

    /// What [`create_normal`](super::create_normal) was given for its entry.
    #[inline]
    pub fn arg(&self) -> usize {
        self.start.arg
    }
}

impl fmt::Debug for Vcpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vcpu({} {} {} {} CPU {})", self.id, self.name, self.kind, self.state(), self.cpu())
    }
}
