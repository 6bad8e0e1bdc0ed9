// SPDX-License-Identifier: GPL-2.0-only
//! A guest's vCPU: its registers while it is not loaded, its power state, and what others ask of it.
//!
//! Its thread ([`run`]) runs with interrupts masked throughout: in the guest, or on the exit path. All that others do to
//! it is to set a bit in `requests` (or something in the vGIC) and to kick it; it acts on that before it goes back to the
//! guest.

mod hardware;
pub mod run;
mod stats;

pub use stats::{ExitKind, Exits};

use crate::config;
use crate::guest::Guest;
use crate::timer::{self, PhysicalTimer};
use alloc::sync::Arc;
use arch::frame::GuestFrame;
use arch::guest::{Controls, DebugState, El1State, FpState};
use core::cell::UnsafeCell;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize};
use kernel::sched;
use kernel::sync::Once;
use kernel::timer::Timer;

/// Requests to a vCPU's thread, bits of [`Vcpu::requests`].
pub(crate) mod request {
    /// Stay out of the guest until the bit is gone.
    pub const PARK: u32 = 1;
    /// The power state has changed: wait to be switched on, or start afresh.
    pub const POWER: u32 = 2;
    /// Write the guest's RAM back from the caches.
    pub const FLUSH: u32 = 4;
}

/// A vCPU's power state towards PSCI.
mod power {
    pub const OFF: u8 = 0;
    /// Being switched on: the entry point is about to be set.
    pub const STARTING: u8 = 1;
    pub const ON: u8 = 2;
}

/// What [`Vcpu::power_on`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuOn {
    /// It will run.
    Done,
    /// It was on already.
    AlreadyOn,
}

/// What the CPU held for a vCPU that is not loaded.
pub(crate) struct Hardware {
    pub controls: Controls,
    pub el1: El1State,
    pub fp: FpState,
    pub debug: DebugState,
    /// The debug registers are the guest's own: switch them.
    pub debug_live: bool,
    /// The guest's OS lock, `OSLSR_EL1.OSLK`.
    pub os_lock: bool,
}

/// A vCPU.
pub struct Vcpu {
    pub(crate) requests: AtomicU32,
    index: usize,
    guest: AtomicPtr<Guest>,
    /// The bus block that the last access hit.
    pub(crate) hint: AtomicUsize,
    /// How often it left the guest, by reason.
    pub exits: Exits,
    power: AtomicU8,
    entry: AtomicU64,
    context: AtomicU64,
    parked: AtomicU32,
    frame: AtomicPtr<GuestFrame>,
    hardware: UnsafeCell<Hardware>,
    /// The CPU whose FP registers hold this vCPU's state, `u32::MAX` for none.
    fp_cpu: AtomicU32,
    thread: Once<Arc<sched::Vcpu>>,
    /// Wakes it when its virtual timer fires while it is not loaded.
    alarm: Once<Arc<Timer>>,
    pub(crate) physical_timer: PhysicalTimer,
    /// Raises the physical timer's interrupt.
    physical_alarm: Once<Arc<Timer>>,
}

// SAFETY: `hardware` and the frame are touched only by the vCPU's own thread and by the scheduler on its behalf
// (`NormalOps`), on the CPU that holds the vCPU, or by others while it is parked. The rest is atomic.
unsafe impl Sync for Vcpu {}
// SAFETY: as above; the raw pointers are to the guest, which owns the vCPU, and into the thread's stack, which the thread
// owns.
unsafe impl Send for Vcpu {}

impl Vcpu {
    /// vCPU `index`, switched off.
    pub(crate) fn new(index: usize, vttbr: u64) -> Self {
        let controls = Controls {
            hcr: Controls::HCR,
            cptr: Controls::CPTR | Controls::CPTR_TFP,
            mdcr: Controls::MDCR,
            vmpidr: 1 << 31 | config::mpidr(index),
            vttbr,
            ..Controls::default()
        };
        Self {
            requests: AtomicU32::new(request::POWER),
            index,
            guest: AtomicPtr::new(core::ptr::null_mut()),
            hint: AtomicUsize::new(0),
            exits: Exits::default(),
            power: AtomicU8::new(power::OFF),
            entry: AtomicU64::new(0),
            context: AtomicU64::new(0),
            parked: AtomicU32::new(0),
            frame: AtomicPtr::new(core::ptr::null_mut()),
            hardware: UnsafeCell::new(Hardware {
                controls,
                el1: El1State::reset(),
                fp: FpState::default(),
                debug: DebugState::default(),
                debug_live: false,
                os_lock: true,
            }),
            fp_cpu: AtomicU32::new(u32::MAX),
            thread: Once::new(),
            alarm: Once::new(),
            physical_timer: PhysicalTimer::default(),
            physical_alarm: Once::new(),
        }
    }

    /// Ties it to the guest that owns it. Once, before its thread exists.
    pub(crate) fn bind(&self, guest: *const Guest) {
        self.guest.store(guest.cast_mut(), Release);
    }

    /// Its number in its guest.
    #[inline]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its guest.
    #[inline]
    pub fn guest(&self) -> &Guest {
        // SAFETY: `bind` set it before anything can call this; the guest owns this vCPU, so it lives longer.
        unsafe { &*self.guest.load(Relaxed) }
    }

    /// The vCPU that an exit frame belongs to. Context: exit path.
    #[inline]
    pub(crate) fn of(frame: &GuestFrame) -> &'static Self {
        // SAFETY: `run::main` wrote it there; the thread, which is what runs here, keeps the guest alive.
        unsafe { &*frame.vcpu.cast::<Self>() }
    }

    /// Its thread, once the guest is created.
    pub fn thread(&self) -> Option<&Arc<sched::Vcpu>> {
        self.thread.get()
    }

    /// What the registers are kept in.
    ///
    /// # Safety
    /// Only for the vCPU's own thread, the scheduler's hooks, or while the vCPU is parked; one at a time.
    #[expect(clippy::mut_from_ref, reason = "the callers take turns")]
    #[inline]
    pub(crate) unsafe fn hardware(&self) -> &mut Hardware {
        // SAFETY: the caller sees to it that nobody else has it.
        unsafe { &mut *self.hardware.get() }
    }

    /// Whether PSCI counts it as on.
    pub fn is_on(&self) -> bool {
        self.power.load(Acquire) != power::OFF
    }

    /// Whether it stays out of its guest, as it was asked to.
    pub fn is_parked(&self) -> bool {
        self.parked.load(Acquire) != 0
    }

    /// Switches it on at `entry` with `context` in x0. Context: any.
    pub fn power_on(&self, entry: u64, context: u64) -> CpuOn {
        if self.power.compare_exchange(power::OFF, power::STARTING, SeqCst, SeqCst).is_err() {
            return CpuOn::AlreadyOn;
        }
        self.entry.store(entry, Relaxed);
        self.context.store(context, Relaxed);
        self.power.store(power::ON, Release);
        self.ask(request::POWER);
        CpuOn::Done
    }

    /// Switches it off. Context: its own exit path, or while it is parked.
    pub(crate) fn power_off(&self) {
        self.power.store(power::OFF, Release);
        self.requests.fetch_or(request::POWER, SeqCst);
    }

    /// Sets a request and makes the thread look at it. Context: any.
    pub(crate) fn ask(&self, bits: u32) {
        self.requests.fetch_or(bits, SeqCst);
        self.kick();
    }

    /// Makes the thread pass the return path, wherever it is. Context: any.
    #[inline]
    pub(crate) fn kick(&self) {
        if let Some(thread) = self.thread.get() {
            sched::kick(thread);
        }
    }

    /// Ends a [`request::PARK`].
    pub(crate) fn release(&self) {
        self.requests.fetch_and(!request::PARK, SeqCst);
        if let Some(thread) = self.thread.get() {
            sched::wake(thread);
        }
    }

    /// The registers at the last exit, if the vCPU has run. Exact while it is parked or off, else a snapshot.
    pub fn last_frame(&self) -> Option<GuestFrame> {
        let frame = self.frame.load(Acquire);
        // SAFETY: the frame lies in the thread's stack, which lives as long as `self.thread`; every bit pattern is a frame,
        // and a torn copy of a running vCPU is allowed for by the contract.
        (!frame.is_null()).then(|| unsafe { frame.read_volatile() })
    }

    /// The EL1 registers as they were last taken from the CPU; exact while the vCPU is parked.
    pub fn last_el1(&self) -> El1State {
        // SAFETY: a copy for display; plain integers, which may be torn if the vCPU is not parked.
        unsafe { (*self.hardware.get()).el1.clone() }
    }

    /// Blocks until an interrupt may be pending (WFI). Context: its own exit path.
    #[inline]
    pub(crate) fn wait_for_interrupt(&self) {
        if !self.guest().vgic().pending(self.index) && self.requests.load(Relaxed) == 0 {
            sched::block_current();
        }
    }

    /// Recomputes the physical timer's interrupt line and alarm. Context: its own exit path.
    pub(crate) fn physical_timer_changed(&self) {
        if let Some(alarm) = self.physical_alarm.get() {
            self.physical_timer.update(alarm);
        }
        self.guest().vgic().set_ppi(self.index, timer::PHYSICAL_PPI, self.physical_timer.line());
    }
}
