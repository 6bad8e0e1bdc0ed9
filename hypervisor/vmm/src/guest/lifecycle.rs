// SPDX-License-Identifier: GPL-2.0-only
//! Start, stop, pause, resume, reset, destroy. Each waits until every vCPU stands still, then changes the guest.

use super::{Guest, State};
use crate::bundle::Bundle;
use crate::host;
use crate::image::{self, ImageError, LoadOptions, Loaded, OutsideRam};
use crate::memory::GuestMemory;
use crate::vcpu::{Vcpu, request};
use alloc::sync::Arc;
use arch::GuestPhysAddr;
use core::fmt;
use core::sync::atomic::Ordering::{Relaxed, SeqCst};
use kernel::irq;
use kernel::sched;
use kernel::time::NS_PER_SEC;

/// How long vCPUs may take to leave the guest before something is wrong.
const PARK_TIMEOUT_NS: u64 = 10 * NS_PER_SEC;

/// Why something could not be done to a guest.
#[derive(Debug)]
pub enum LifecycleError {
    /// Its state does not allow it.
    State {
        /// What was to be done.
        wanted: &'static str,
        /// The state it is in.
        state: State,
        /// The states in which it can be done.
        possible: &'static str,
    },
    /// Its images cannot be loaded.
    Image(ImageError),
    /// A vCPU does not leave the guest.
    Stuck,
}

impl fmt::Display for LifecycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State { wanted, state, possible } => {
                write!(f, "cannot {wanted} a guest that is {state}: it must be {possible}")
            }
            Self::Image(error) => error.fmt(f),
            Self::Stuck => f.write_str("a vCPU does not stop; see `vcpu list`"),
        }
    }
}

type Result<T> = core::result::Result<T, LifecycleError>;

impl image::GuestMemory for GuestMemory {
    fn write(&self, at: GuestPhysAddr, data: &[u8]) -> core::result::Result<(), OutsideRam> {
        GuestMemory::write(self, at, data).map_err(|_| OutsideRam)
    }

    fn zero(&self, at: GuestPhysAddr, length: u64) -> core::result::Result<(), OutsideRam> {
        GuestMemory::zero(self, at, length).map_err(|_| OutsideRam)
    }
}

impl Guest {
    fn expect(&self, wanted: &'static str, states: &[State], possible: &'static str) -> Result<()> {
        let state = self.status.lock().state;
        if states.contains(&state) { Ok(()) } else { Err(LifecycleError::State { wanted, state, possible }) }
    }

    /// Waits until all vCPUs stand still. Context: orphan; may sleep.
    fn park_all(&self) -> Result<()> {
        self.ask_to_park();
        let still = || self.vcpus.iter().all(Vcpu::is_parked);
        if self.parked.wait_until_timeout(PARK_TIMEOUT_NS, still) {
            Ok(())
        } else {
            Err(LifecycleError::Stuck)
        }
    }

    fn release_all(&self) {
        self.vcpus.iter().for_each(Vcpu::release);
    }

    /// Loads images and starts vCPU 0. Context: orphan; may sleep.
    ///
    /// # Errors
    /// The guest runs or is paused, or its images cannot be loaded.
    pub fn start(&self) -> Result<()> {
        let _serial = self.operations.lock();
        self.expect("start", &[State::Created, State::Off, State::Failed], "created, off or failed")?;
        let fresh = self.is(State::Created);
        self.begin(fresh)
    }

    /// Starts afresh. Context: orphan; may sleep.
    ///
    /// # Errors
    /// The guest is no more, or its images cannot be loaded.
    pub fn reset(&self) -> Result<()> {
        let _serial = self.operations.lock();
        let states = [State::Running, State::Paused, State::Off, State::Failed];
        self.expect("reset", &states, "running, paused, off or failed")?;
        self.counters.resets.bump();
        self.begin(false)
    }

    /// `fresh`: the guest has not run since it was made, so its memory is clear and its devices are as after power-on.
    fn begin(&self, fresh: bool) -> Result<()> {
        self.park_all()?;
        self.event.store(0, SeqCst);
        for vcpu in &self.vcpus {
            vcpu.power_off();
        }
        if !fresh {
            // Devices first: some write to RAM by themselves.
            self.devices.iter().for_each(|(_, device)| device.reset());
            self.memory.clear();
            self.vgic.reset();
        }
        let loaded = match self.load() {
            Ok(loaded) => loaded,
            Err(error) => {
                self.set_state(State::Failed, "its images could not be loaded");
                return Err(LifecycleError::Image(error));
            }
        };
        self.counter_offset.store(arch::counter::now(), Relaxed);
        self.set_state(State::Running, "");
        self.release_all();
        if let Some(first) = self.vcpus.first() {
            first.power_on(loaded.entry.0, loaded.dtb.base().0);
        }
        Ok(())
    }

    fn load(&self) -> core::result::Result<Loaded, ImageError> {
        let mut seed = [0; 32];
        kernel::random::fill(&mut seed);
        let options = LoadOptions { rng_seed: &seed, granules: host::granules() };
        match &self.files {
            Some(files) => image::load(&self.config, files, &self.memory, &options),
            None => image::load(&self.config, &Bundle::open(kernel::boot::bundle()), &self.memory, &options),
        }
    }

    /// Stops the guest for good; [`Self::start`] begins afresh. Context: orphan; may sleep.
    ///
    /// # Errors
    /// The guest does not run and is not paused.
    pub fn stop(&self) -> Result<()> {
        let _serial = self.operations.lock();
        self.expect("stop", &[State::Running, State::Paused], "running or paused")?;
        self.park_all()?;
        self.set_state(State::Off, "stopped from the terminal");
        Ok(())
    }

    /// The guest has switched itself off.
    pub(super) fn switched_off(&self) {
        let _serial = self.operations.lock();
        if self.is(State::Running) {
            match self.park_all() {
                Ok(()) => self.set_state(State::Off, "switched itself off"),
                Err(error) => log::error!("guest {}: {error}", self.name),
            }
        }
    }

    /// Lets the guest stand still; its virtual time stands still too. Context: orphan; may sleep.
    ///
    /// # Errors
    /// The guest does not run.
    pub fn pause(&self) -> Result<()> {
        let _serial = self.operations.lock();
        self.expect("pause", &[State::Running], "running")?;
        self.park_all()?;
        self.paused_at.store(arch::counter::now(), Relaxed);
        self.set_state(State::Paused, "");
        Ok(())
    }

    /// Goes on after [`Self::pause`]. Context: orphan; may sleep.
    ///
    /// # Errors
    /// The guest is not paused.
    pub fn resume(&self) -> Result<()> {
        let _serial = self.operations.lock();
        self.expect("resume", &[State::Paused], "paused")?;
        let missed = arch::counter::now().wrapping_sub(self.paused_at.load(Relaxed));
        self.counter_offset.fetch_add(missed, Relaxed);
        for vcpu in &self.vcpus {
            // SAFETY: every vCPU is parked, and `operations` keeps others away.
            unsafe { vcpu.hardware() }.controls.cntvoff = self.counter_offset();
        }
        self.set_state(State::Running, "");
        self.release_all();
        Ok(())
    }

    /// Ends the guest: its threads, devices and interrupts; its memory is free when the last reference goes. Context:
    /// orphan; may sleep.
    ///
    /// # Errors
    /// It is being destroyed already.
    pub(crate) fn destroy(self: &Arc<Self>) -> Result<()> {
        let _serial = self.operations.lock();
        let states = [State::Created, State::Running, State::Paused, State::Off, State::Failed];
        self.expect("destroy", &states, "not yet destroyed")?;
        self.park_all()?;
        self.set_state(State::Destroyed, "");
        self.take_apart();
        Ok(())
    }

    /// Undoes [`Guest::create`]. No vCPU is in the guest.
    pub(super) fn take_apart(&self) {
        self.devices.iter().for_each(|(_, device)| device.stop());
        for &intid in &self.forwarded {
            // The interrupts after the one that was refused were never taken.
            let _ = irq::release(intid);
        }
        for vcpu in &self.vcpus {
            vcpu.requests.fetch_or(request::PARK, SeqCst);
            vcpu.cancel_timers();
            if let Some(thread) = vcpu.thread()
                && let Err(error) = sched::retire(thread.clone())
            {
                log::error!("guest {}: vCPU {}: {error}", self.name, vcpu.index());
            }
        }
    }
}
