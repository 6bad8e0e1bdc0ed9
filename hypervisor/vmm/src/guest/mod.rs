// SPDX-License-Identifier: GPL-2.0-only
//! A guest: its memory, vCPUs, interrupt controller and devices, and what happens to it as a whole.

mod create;
mod events;
mod lifecycle;
mod report;

pub use create::CreateError;
pub(crate) use create::set_default_slice;
pub use events::PowerEvent;
pub(crate) use events::start as start_events;
pub use lifecycle::LifecycleError;
pub use report::{DeviceInfo, Fault};

use crate::bus::Bus;
use crate::config::GuestConfig;
use crate::counter::Counter;
use crate::id_regs::IdRegisters;
use crate::image::Files;
use crate::memory::GuestMemory;
use crate::vcpu::{Vcpu, request};
use crate::vgic::Vgic;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::frame::GuestFrame;
use core::fmt;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};
use kernel::percpu::{CpuId, MAX_CPUS};
use kernel::sync::{Mutex, SpinLock, WaitQueue};

/// What a guest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made, never started.
    Created,
    /// Runs.
    Running,
    /// Stands still and will go on where it was.
    Paused,
    /// Was stopped, or has switched itself off.
    Off,
    /// Could not go on.
    Failed,
    /// Is no more.
    Destroyed,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Off => "off",
            Self::Failed => "failed",
            Self::Destroyed => "destroyed",
        })
    }
}

/// State and why.
struct Status {
    state: State,
    reason: String,
}

/// What a guest did that a good one does not, counted.
#[derive(Debug, Default)]
pub struct Counters {
    /// HVC and SMC of unknown functions.
    pub unknown_calls: Counter,
    /// Accesses to system registers and instructions that it does not have.
    pub undefined: Counter,
    /// The last such register, as [`arch::esr::SysReg`].
    pub last_undefined: AtomicU32,
    /// Accesses to registers that read as zero and ignore writes.
    pub ignored_registers: Counter,
    /// Accesses to addresses where nothing is.
    pub unmapped: Counter,
    /// Resets.
    pub resets: Counter,
}

/// A guest.
pub struct Guest {
    name: String,
    config: GuestConfig,
    vgic: Arc<Vgic>,
    bus: Bus,
    memory: GuestMemory,
    vcpus: Box<[Vcpu]>,
    ids: IdRegisters,
    devices: create::Devices,
    kicks: Arc<create::KickTable>,
    /// Host interrupts that are forwarded.
    forwarded: Vec<u32>,
    /// Where its images come from if not from the bundle.
    files: Option<Arc<dyn Files>>,
    /// What it did wrong.
    pub counters: Counters,
    last_fault: SpinLock<Option<Fault>>,
    /// Host counter less the guest's virtual counter.
    counter_offset: AtomicU64,
    /// The host counter when it was paused.
    paused_at: AtomicU64,
    status: SpinLock<Status>,
    /// Serializes what is done to it as a whole.
    operations: Mutex<()>,
    /// Rung when a vCPU parks.
    parked: WaitQueue,
    /// A [`PowerEvent`] that waits to be carried out.
    event: AtomicU8,
    /// The vCPU that ran last on each CPU, `u8::MAX` for none.
    last_ran: [AtomicU8; MAX_CPUS],
    /// Microseconds since the image's entry when vCPU 0 was last about to enter the guest.
    entered_us: AtomicU64,
}

impl Guest {
    /// Whether its images come from files, not from the bundle.
    pub fn is_from_files(&self) -> bool {
        self.files.is_some()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its configuration.
    pub fn config(&self) -> &GuestConfig {
        &self.config
    }

    /// Its vCPUs.
    #[inline]
    pub fn vcpus(&self) -> &[Vcpu] {
        &self.vcpus
    }

    /// Its interrupt controller.
    #[inline]
    pub fn vgic(&self) -> &Vgic {
        &self.vgic
    }

    /// Its memory.
    pub fn memory(&self) -> &GuestMemory {
        &self.memory
    }

    /// What answers outside its memory.
    #[inline]
    pub(crate) fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The identification registers that it sees.
    #[inline]
    pub(crate) fn id_registers(&self) -> &IdRegisters {
        &self.ids
    }

    /// `CNTVOFF_EL2` of its vCPUs.
    pub(crate) fn counter_offset(&self) -> u64 {
        self.counter_offset.load(Relaxed)
    }

    /// Takes note that `vcpu` runs on `cpu` now; says whether another one of this guest did last. Context: scheduler.
    #[inline]
    pub(crate) fn last_here(&self, cpu: CpuId, vcpu: usize) -> bool {
        let Some(last) = self.last_ran.get(cpu.index()) else { return true };
        let before = last.load(Relaxed);
        last.store(vcpu as u8, Relaxed);
        usize::from(before) != vcpu && before != u8::MAX
    }

    /// What it does, and why if that is not plain.
    pub fn state(&self) -> (State, String) {
        let status = self.status.lock();
        (status.state, status.reason.clone())
    }

    fn set_state(&self, state: State, reason: &str) {
        let reason = String::from(reason);
        let mut status = self.status.lock();
        status.state = state;
        let old = core::mem::replace(&mut status.reason, reason);
        drop(status);
        drop(old);
    }

    fn is(&self, state: State) -> bool {
        self.status.lock().state == state
    }

    /// Keeps all vCPUs out of the guest from their next exit on; does not wait.
    fn ask_to_park(&self) {
        for vcpu in &self.vcpus {
            vcpu.ask(request::PARK);
        }
    }

    /// A vCPU has parked. Context: exit path.
    pub(crate) fn vcpu_parked(&self) {
        self.parked.wake_all();
    }

    /// A vCPU is about to enter the guest afresh. Context: exit path.
    pub(crate) fn vcpu_started(&self, index: usize) {
        if index == 0 {
            let us = kernel::log::since_entry_us();
            if self.entered_us.swap(us, Relaxed) == 0 {
                log::info!("boot: guest {} entered after {us} us", self.name);
            }
        }
    }

    /// The guest cannot go on: all of its vCPUs stop, and the reason stays to be shown. Context: exit path.
    #[cold]
    pub(crate) fn fail(&self, vcpu: &Vcpu, frame: &GuestFrame, why: &str) {
        if self.is(State::Running) {
            log::error!("guest {} failed: vCPU {} at pc {:#x} {why}", self.name, vcpu.index(), frame.elr);
            self.set_state(
                State::Failed,
                &alloc::format!("vCPU {} at pc {:#x} {why}", vcpu.index(), frame.elr),
            );
        }
        self.ask_to_park();
    }

    /// The guest asks for a reset or to be switched off: its vCPUs stop, the rest follows outside the exit path.
    /// Context: any.
    pub(crate) fn power_event(&self, event: PowerEvent, reason: &'static str) {
        if !self.is(State::Running) {
            return;
        }
        log::info!("guest {}: {reason}", self.name);
        self.ask_to_park();
        self.event.store(event as u8, SeqCst);
        events::ring();
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guest({})", self.name)
    }
}
